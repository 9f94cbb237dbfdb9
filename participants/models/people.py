import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from learningcity.folding import Folded, fold
from learningcity.models import District
from learningcity.models.places import Sex


class ContactChannel(models.TextChoices):
    SMS = "sms", _("Text message")
    WHATSAPP = "whatsapp", _("WhatsApp")
    CALL = "call", _("Phone call")
    NONE = "none", _("No message")


TEXTED = (ContactChannel.SMS, ContactChannel.WHATSAPP)


class ParticipantQuerySet(models.QuerySet):
    def surviving(self):
        """Those who stand for a person: neither merged into another record nor erased."""
        return self.filter(merged_into=None, erased_on=None)

    def same_as(self, person):
        """The records of exactly the person typed: same phone, birth as far as it is known, and folded name, which is
        what one person types twice. A record that was merged away leads to its survivor. Who was chosen in a passport
        is the record she was chosen by, as long as name and birth were not changed since."""
        born = {"birth_year": person.birth_year, "birth_date": person.birth_date}
        exact = Participant.objects.filter(folded_name=fold(f"{person.given_name} {person.family_name}"), **born)
        if person.known and (chosen := exact.surviving().filter(pk=person.known)).exists():
            return chosen
        typed = exact.filter(phone=person.phone).exclude(phone="")
        return self.surviving().filter(pk__in=typed.values(standing=Coalesce("merged_into", "pk")))


class Participant(models.Model):
    """A person who learns. Phone and e-mail may be shared or missing and are never an identity; no national number."""

    given_name = models.CharField(_("first name"), max_length=80, blank=True)
    family_name = models.CharField(_("last name"), max_length=80, blank=True)
    folded_name = models.GeneratedField(
        expression=Folded("given_name", "family_name"), output_field=models.TextField(), db_persist=True
    )
    birth_year = models.PositiveSmallIntegerField(_("year of birth"))
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex, default=Sex.UNKNOWN)
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, related_name="+")
    lives_outside = models.BooleanField(default=False)
    phone = PhoneNumberField(_("mobile phone"), blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language of messages"), max_length=2, default="fr")
    channel = models.CharField(_("channel"), max_length=8, choices=ContactChannel, default=ContactChannel.SMS)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_from")
    erased_on = models.DateField(null=True, blank=True, help_text="Since this civil day it is about nobody.")
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["phone", "birth_date"], name="participant_phone_birth")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(given_name="", family_name=""),
                name="participant_has_a_name",
                violation_error_message=_("Enter the first name"),
            ),
            models.CheckConstraint(
                condition=Q(birth_date=None) | Q(birth_date__year=F("birth_year")), name="birth_year_of_birth_date"
            ),
            models.CheckConstraint(condition=Q(birth_year__range=(1900, 2100)), name="birth_year_plausible"),
            models.CheckConstraint(condition=Q(district=None) | Q(lives_outside=False), name="district_or_outside"),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="not_merged_into_self"),
        ]

    def __str__(self):
        return f"{self.given_name} {self.family_name}".strip()

    def records(self):
        """Primary keys of the records that were merged into this one, and its own."""
        found, last = {self.pk}, {self.pk}
        while last := set(Participant.objects.filter(merged_into__in=last).values_list("pk", flat=True)):
            found |= last
        return found

    @property
    def is_texted(self):
        """Whether she has a phone and wants to be written to."""
        return bool(self.phone) and self.channel in TEXTED

    @property
    def first_name(self):
        """What a message calls the person: one name, whichever was given."""
        return self.given_name or self.family_name


class GuardianshipQuerySet(models.QuerySet):
    def current(self):
        return self.filter(revoked_at=None)


class Guardianship(models.Model):
    """Who acts for a child or a relative. Several guardians per person; revoked, never deleted."""

    class Relation(models.TextChoices):
        MOTHER = "mother", _("Mother")
        FATHER = "father", _("Father")
        GUARDIAN = "guardian", _("Guardian")
        RELATIVE = "relative", _("Relative")

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="guardianships")
    guardian_name = models.CharField(_("your name"), max_length=160)
    relation = models.CharField(_("you are"), max_length=8, choices=Relation)
    since = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = GuardianshipQuerySet.as_manager()

    class Meta:
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self):
        return f"{self.guardian_name} ({self.relation})"


class Consent(models.Model):
    """One row per purpose; withdrawn by a new row. The database refuses to change or delete a row."""

    class Purpose(models.TextChoices):
        COURSE_AND_STATISTICS = "course", _("This course, and counting without names")
        FOLLOW_UP = "follow_up", _("Being asked what you think, after a course and six months later")
        BACKGROUND = "background", _("Optional questions about yourself")

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=10, choices=Purpose)
    text_version = models.CharField(max_length=20)
    is_given = models.BooleanField()
    language = models.CharField(max_length=2)
    channel = models.CharField(max_length=10, help_text="online, desk, partner")
    relation = models.CharField(
        max_length=8,
        choices=Guardianship.Relation,
        blank=True,
        db_default="",
        help_text="Of who acted for her; empty when she did, or when nobody can tell.",
    )
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"{self.participant_id} {self.purpose} {self.is_given}"
