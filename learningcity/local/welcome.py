"""What the person who started the portal reads once it answers."""

from learningcity.services.accounts import demo_sign_ins

from .services import LOGS


def welcome(address, say):
    say(f"\nCasablanca apprend is at {address}/\n")
    if sign_ins := demo_sign_ins():
        say("Demo sign-ins, good on this machine only:")
        for role, email, password, code in sign_ins:
            say(f"  {role:<28} {email:<36} {password:<24} {code}")
    say(f"\nWhat is sent to people, and every log: {LOGS}")
    say("Ctrl-C stops it and keeps the data.")
