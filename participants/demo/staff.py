"""Who teaches and who signs in. Only the demonstration sign-ins have a password."""

from datetime import timedelta
from typing import NamedTuple

from django.contrib.auth.hashers import make_password

from learningcity.models import District, User
from learningcity.services.accounts import DEMO_PASSWORD, DEMO_STAFF, enrol_demo_second_factor
from programmes.models import Membership, Organisation

ORGANISATION, DISTRICT = "IFM", "sidi-moumen"  # the scope of the demonstration manager, trainer and district officer
NAMES = {
    "trainer": "Nadia Berrada",
    "manager": "Karim Alami",
    "district_officer": "Hanane Cherkaoui",
    "programme_officer": "Youssef Tahiri",
    "official": "Latifa Bennani",
}


class Staff(NamedTuple):
    """Primary keys of users."""

    trainers: dict  # organisation pk -> user pk
    trainer: int  # the one who signs in
    desk: int


def hire(today):
    """The sign-ins of each role, and a trainer who cannot sign in for every organisation with courses."""
    since = today - timedelta(days=800)
    password = make_password(DEMO_PASSWORD)
    users = {role: sign_in(role, email, password, since) for role, _label, email in DEMO_STAFF}
    trainers = {}
    for organisation in Organisation.objects.exclude(courses=None).order_by("code"):
        email = f"formation.{organisation.code.lower().replace('_', '-')}@demo.example"
        trainers[organisation.pk] = teacher(email, organisation, since).pk
    return Staff(trainers=trainers, trainer=users["trainer"].pk, desk=users["district_officer"].pk)


def sign_in(role, email, password, since):
    user, _new = User.objects.update_or_create(email=email, defaults={"name": NAMES[role], "password": password})
    enrol_demo_second_factor(user)
    scope = {}
    if role in (Membership.Role.TRAINER, Membership.Role.MANAGER):
        scope["organisation"] = Organisation.objects.get(code=ORGANISATION)
    if role == Membership.Role.DISTRICT_OFFICER:
        scope["district"] = District.objects.get(slug=DISTRICT)
    Membership.objects.get_or_create(user=user, role=role, **scope, defaults={"since": since})
    return user


def teacher(email, organisation, since):
    user, _new = User.objects.get_or_create(
        email=email, defaults={"name": f"Formatrice {organisation.code}", "password": make_password(None)}
    )
    Membership.objects.get_or_create(
        user=user, role=Membership.Role.TRAINER, organisation=organisation, defaults={"since": since}
    )
    return user
