"""What the person who started the portal reads once it answers."""

from django.conf import settings

from learningcity.services import accounts

from .services import LOGS


def welcome(address, say):
    say(f"\nCasablanca apprend is at {address}/\n")
    if settings.DEMO and hasattr(accounts, "demo_sign_ins"):
        say("Demo sign-ins, good on this machine only:")
        for role, email, password, code in accounts.demo_sign_ins():
            say(f"  {role:<28} {email:<36} {password:<24} {code}")
    say(f"\nWhat is sent to people, and every log: {LOGS}")
    say("Ctrl-C stops it and keeps the data.")
