"""Pathways as the staff write them."""

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from learningcity.services import audit

from ..models import Pathway, PathwayStep
from . import once
from .stale import refuse_stale

LONGEST_NAME = 100  # in an address, in letters
WRITTEN = (*(f"{text}_{language}" for text in ("name", "goal") for language in ("fr", "ar", "en")), "isco")


@transaction.atomic
def create(*, key, courses, by, **fields):
    """`key` becomes the code: sent twice, it makes one pathway. Raises KeyUsed when the rest is not the same."""
    code, sent = f"P-{key}", once.sent(key, by, fields, courses)
    try:
        with transaction.atomic():
            pathway = Pathway.objects.create(code=code, slug=address_of(fields["name_fr"], code), **fields)
    except IntegrityError:
        return once.made([Pathway.objects.get(code=code)], "create pathway", sent)
    lay(pathway, courses)
    audit.note("create pathway", pathway, by=by, count=0, detail=sent.detail)
    return pathway


def address_of(name, code):
    """The code keeps apart what two people name the same."""
    return f"{slugify(name)[:LONGEST_NAME]}-{code}".strip("-").lower()


@transaction.atomic
def change(pathway, *, courses, by, version=None, **fields):
    """The address stays: people have it in their messages. Raises Stale when the pathway is no longer the one of this
    version."""
    pathway = Pathway.objects.select_for_update(of=("self",)).get(pk=pathway.pk)
    refuse_stale(pathway, version_of, version)
    for name, value in fields.items():
        setattr(pathway, name, value)
    pathway.save(update_fields=list(fields))
    if courses != [step.course for step in pathway.steps.select_related("course")]:
        pathway.steps.all().delete()
        lay(pathway, courses)
    audit.note("change pathway", pathway, by=by, count=0)
    return pathway


def version_of(pathway):
    """Changes whenever its words do, or its steps."""
    steps = pathway.steps.order_by("position").values_list("course", flat=True)
    return once.digest(*(getattr(pathway, name) for name in WRITTEN), list(steps))


def lay(pathway, courses):
    PathwayStep.objects.bulk_create(
        PathwayStep(pathway=pathway, position=position, course=course) for position, course in enumerate(courses, 1)
    )
