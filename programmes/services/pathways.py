"""Pathways as the staff write them."""

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from learningcity.services import audit

from ..models import Pathway, PathwayStep

LONGEST_SLUG = 100


@transaction.atomic
def create(*, key, courses, by, **fields):
    """`key` becomes the code: sent twice, it makes one pathway."""
    code = f"P-{key}"
    try:
        with transaction.atomic():
            pathway = Pathway.objects.create(code=code, slug=free_slug(fields["name_fr"], code), **fields)
    except IntegrityError:
        return Pathway.objects.get(code=code)
    lay(pathway, courses)
    audit.note("create pathway", pathway, by=by, count=0)
    return pathway


def free_slug(name, code):
    """From the name; with the code behind it when another pathway has that address."""
    slug = slugify(name)[:LONGEST_SLUG].strip("-") or code.lower()
    return f"{slug}-{code}".lower() if Pathway.objects.filter(slug=slug).exists() else slug


@transaction.atomic
def change(pathway, *, courses, by, **fields):
    """The address stays: people have it in their messages."""
    pathway = Pathway.objects.select_for_update(of=("self",)).get(pk=pathway.pk)
    for name, value in fields.items():
        setattr(pathway, name, value)
    pathway.save(update_fields=list(fields))
    if courses != [step.course for step in pathway.steps.select_related("course")]:
        pathway.steps.all().delete()
        lay(pathway, courses)
    audit.note("change pathway", pathway, by=by, count=0)
    return pathway


def lay(pathway, courses):
    PathwayStep.objects.bulk_create(
        PathwayStep(pathway=pathway, position=position, course=course) for position, course in enumerate(courses, 1)
    )
