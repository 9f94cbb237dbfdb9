"""The people of `matrix.yml`, and the one small city in which they are tried."""

from datetime import time, timedelta
from types import SimpleNamespace

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.auth import get_user_model
from django.utils import timezone

ROLES = {
    "trainer": "trainer",
    "trainer_other_run": "trainer",
    "org_manager": "manager",
    "org_manager_other": "manager",
    "district_officer": "district_officer",
    "district_officer_other": "district_officer",
    "programme_officer": "programme_officer",
    "official": "official",
    "staff_without_second_factor": "programme_officer",
    "disabled_user": "programme_officer",
}
SUBJECTS = ["anonymous", "resident", *ROLES, "superuser"]


def create(model, /, **fields):
    return apps.get_model(model).objects.create(**fields)


def person(name, second_factor=True, **fields):
    """Someone who can sign in; the second factor is there, its secret is nobody's."""
    user = get_user_model().objects.create(email=f"{name}@city.example", name=name, **fields)
    if second_factor:
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "A" * 32})
    return user


def city():
    """One open group with its meeting of today, one confirmed enrolment; its values fill the addresses."""
    prefecture = create("learningcity.Prefecture", code="01", name="P")
    anywhere = {"prefecture": prefecture, "label_longitude": -7.6, "label_latitude": 33.6}
    district, other_district = (
        create("learningcity.District", number=n, code=f"0{n}", slug=f"d-{n}", name=f"D{n}", **anywhere) for n in (1, 2)
    )
    ours, theirs = (create("programmes.Organisation", code=c, name=c, sector="municipal") for c in ("ours", "theirs"))
    now = timezone.now()
    run = open_group(ours, district, now)
    meeting = create("programmes.Meeting", run=run, date=now.date(), starts_at=time(0, 5), ends_at=time(23, 55))
    alert = create("participants.Alert", phone="+212612345678", language="fr", expires_at=now + timedelta(days=9))
    place = confirmed(run, now)
    values = {"slug": run.course.slug, "code": run.code, "meeting": meeting.pk}
    values |= {"token": place.token, "reference": place.reference}
    asked = {"kind": "satisfaction", "due_on": now.date(), "invited_on": now.date()}
    create("participants.Survey", enrolment=place, **asked)
    resident = create("learningcity.User", phone="+212612345678", password="!")
    values |= {"link": create("participants.PassportPerson", user=resident, participant=place.participant).pk}
    values |= {"signed": "none"}
    values |= {"alert": alert.token} | doubles_of(place, now)
    values |= {"course": run.course.code, "place": run.venue.slug, "venue": run.venue.code, "size": "a4"}
    clip = {"language": "darija", "sound": b"OggS", "size": 4, "seconds": 1, "digest": "ab" * 32, "transcript": "…"}
    create("programmes.VoiceClip", course=run.course, **clip)
    values |= {"language": "darija", "digest": "abababab"}
    held = {"seed": "ab" * 16, "version": 1, "seats": 30, "line": 50, "entries": [], "order": [], "drawn_at": now}
    create("participants.Draw", run=run, **held)
    pathway = create("programmes.Pathway", code="W1", slug="vers-la-couture", name="W", goal="G")
    create("programmes.PathwayStep", pathway=pathway, position=1, course=run.course)
    values |= {"district": district.slug, "organisation": ours.code, "pathway": pathway.slug}
    days = {"signed_on": now.date(), "starts_on": now.date(), "ends_on": now.date() + timedelta(days=900)}
    convention = create("programmes.Convention", code="K1", name="K", amount=1000, **days)
    axis = create("programmes.Axis", convention=convention, number=1, name="A")
    promise = {"indicator": "ACC-01", "target": 5, "agreed_on": now.date(), "due_on": days["ends_on"]}
    values |= {"convention": convention.code, "commitment": create("programmes.Commitment", axis=axis, **promise).pk}
    values |= own_days(run.venue)
    return SimpleNamespace(
        district=district, other_district=other_district, ours=ours, theirs=theirs, run=run, values=values
    )


def doubles_of(place, now):
    """A record that looks like that of this place, and one that was merged into it."""
    fields = {"given_name": "Yasmine", "phone": "+212612345678", "sex": "F", "birth_year": 1990}
    double, absorbed = (
        create("participants.Participant", merged_into=into, **fields) for into in (None, place.participant)
    )
    over = {"state": "cancelled_by_learner", "joined_at": now, "sequence": 2, "source": "online"}
    create("participants.Enrolment", run=place.run, participant=double, sex="F", birth_year=1990, **over)
    lists = {"moved": [], "ended": [], "guardianships": []}
    merge = create("participants.Merge", survivor=place.participant, absorbed=absorbed, at=now, **lists)
    return {"first": place.participant_id, "second": double.pk, "merge": merge.pk}


def own_days(venue):
    """A room of the place, a closure next year and a holiday, for the addresses that name one."""
    day = timezone.now().date() + timedelta(days=400)
    closure = {"first_day": day, "last_day": day, "reason": "Travaux"}
    return {
        "room": create("programmes.Room", venue=venue, name="1", capacity=30).pk,
        "closure": create("programmes.Closure", venue=venue, **closure).pk,
        "holiday": create("learningcity.Holiday", date=day, name="Aid", is_provisional=True).pk,
    }


def open_group(organisation, district, now):
    programme = create("programmes.Programme", code="p", name="P", family="DIG", organisation=organisation)
    course = {"code": "C1", "slug": "couture", "theme": "trade", "title": "Couture", "state": "published"}
    course |= {"programme": programme, "organisation": organisation, "published_at": now}
    run = {"code": "C1-A", "label": "A", "capacity": 30, "decision": "planned", "seats_taken": 1}
    run |= {"enrolment_opens_at": now - timedelta(days=9), "enrolment_closes_at": now + timedelta(days=9)}
    run |= {"starts_on": now.date(), "ends_on": now.date() + timedelta(days=60)}
    venue = create("programmes.Venue", code="V1", slug="v1", name="V", kind="library", district=district)
    return create("programmes.CourseRun", course=create("programmes.Course", **course), venue=venue, **run)


def confirmed(run, now):
    person = {"sex": "F", "birth_year": 1990}
    participant = create("participants.Participant", given_name="Yasmine", phone="+212612345678", **person)
    place = {"state": "enrolled", "joined_at": now, "sequence": 1, "source": "online", "opens_person": True}
    place |= {"confirmed_on": now.date()} | person
    return create("participants.Enrolment", run=run, participant=participant, **place)


def people(place):
    """Every subject of the matrix but the anonymous one."""
    scopes = {
        "trainer": {"organisation": place.ours},
        "trainer_other_run": {"organisation": place.ours},
        "org_manager": {"organisation": place.ours},
        "org_manager_other": {"organisation": place.theirs},
        "district_officer": {"district": place.district},
        "district_officer_other": {"district": place.other_district},
    }
    users = {"superuser": person("superuser", is_superuser=True)}
    users["resident"] = get_user_model().objects.get(phone="+212612345678")
    for name, role in ROLES.items():
        users[name] = person(name, second_factor="without" not in name, is_active=name != "disabled_user")
        create(
            "programmes.Membership", user=users[name], role=role, since=timezone.now().date(), **scopes.get(name, {})
        )
    place.run.trainers.add(users["trainer"])
    return users
