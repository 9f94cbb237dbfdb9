"""What someone else changed while a form was open is not overwritten: the form carries the version it was filled from.

Each service says what makes the version of its records, so that what does not stand in the form changes nothing.
"""


class Stale(Exception):
    """Someone else changed the record in the meantime; `record` is how it stands now."""

    def __init__(self, record):
        super().__init__(str(record.pk))
        self.record = record


def refuse_stale(record, version_of, version):
    """For a record that is locked. A `version` of None is not asked."""
    if version is not None and version_of(record) != version:
        raise Stale(record)
