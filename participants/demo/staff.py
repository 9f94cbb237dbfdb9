"""Who teaches and who signs in. Only the demonstration sign-ins have a password."""

from datetime import timedelta
from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.db.models import Count

from learningcity.models import District, User
from learningcity.services.accounts import DEMO_PASSWORD, DEMO_STAFF, enrol_demo_second_factor
from programmes.models import Membership, Organisation

from .people import read_names

ORGANISATION, DISTRICT = "IFM", "sidi-moumen"  # the scope of the demonstration manager, trainer and district officer
PER_TRAINER = 50_000  # enrolments in the city from which a course needs one trainer more
NAMES = {
    "trainer": "Nadia Berrada",
    "manager": "Karim Alami",
    "district_officer": "Hanane Cherkaoui",
    "programme_officer": "Youssef Tahiri",
    "official": "Latifa Bennani",
}


class Staff(NamedTuple):
    """Primary keys of users."""

    trainers: dict  # organisation pk -> [user pk]
    trainer: int  # the one who signs in
    desk: int


def hire(today, *, enrolments):
    """The sign-ins of each role, and trainers who cannot sign in for every organisation with courses."""
    since = today - timedelta(days=800)
    password = make_password(DEMO_PASSWORD)
    users = {role: sign_in(role, email, password, since) for role, _label, email in DEMO_STAFF}
    trainers, names = {}, teacher_names()
    for organisation in Organisation.objects.annotate(offer=Count("courses")).filter(offer__gt=0).order_by("code"):
        wanted = organisation.offer * (1 + enrolments // PER_TRAINER)
        trainers[organisation.pk] = [teacher(number, next(names), organisation, since).pk for number in range(wanted)]
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


def teacher_names():
    """Without end, women and men in turn, in Latin letters."""
    names, number = read_names(), 0
    while True:
        firsts = names.male if number % 2 else names.female
        yield f"{firsts[number * 7 % len(firsts)][0]} {names.families[number * 11 % len(names.families)][0]}"
        number += 1


def teacher(number, name, organisation, since):
    email = f"formation.{organisation.code.lower().replace('_', '-')}.{number + 1}@demo.example"
    user, _new = User.objects.get_or_create(email=email, defaults={"name": name, "password": make_password(None)})
    Membership.objects.get_or_create(
        user=user, role=Membership.Role.TRAINER, organisation=organisation, defaults={"since": since}
    )
    return user
