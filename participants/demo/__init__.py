"""A living city for demonstrations and for measurements: invented people in real places, the same for the same seed.

People are marked `is_demo`. Their phones are all in +212 600 0x xx xx: Morocco keeps no range for fiction, so a
demonstration must never be given a real text message provider.
"""
