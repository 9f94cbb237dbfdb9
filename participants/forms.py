"""The pages of an enrolment. What closes a group or a seat is not an error here; it is a page of its own."""

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from learningcity.folding import fold
from learningcity.forms import BirthDateField, LineField, NameField, PhoneField
from learningcity.models import District
from learningcity.models.places import Sex
from programmes import wording

from .models import Guardianship
from .models.people import ContactChannel
from .services.people import OUTSIDE
from .services.references import reference_of

WHO = [("me", _("For me")), ("child", _("For my child")), ("adult", _("For an adult relative"))]
NEEDS = [
    ("step_free", _("step-free access")),
    ("hearing", _("hearing loop or sign language")),
    ("large_print", _("large print")),
]
LEAVING = [
    ("hours", _("The hours do not fit")),
    ("far", _("It is too far")),
    ("need", _("I do not need it any more")),
    ("ill", _("Illness")),
    ("found", _("I found another course")),
    ("other", _("Another reason")),
]
MOVING = [
    ("hours", _("Other hours suit better")),
    ("place", _("Another place is nearer")),
    ("level", _("Another level fits better")),
    ("city", _("The city has to change the groups")),
    ("other", _("Another reason")),
]
CHOOSE = {"required": _("Choose an answer")}
OWN_LANGUAGE_NAMES = [("ar", "العربية"), ("fr", "Français"), ("en", "English")]


class WhoForm(forms.Form):
    who = forms.ChoiceField(
        label=_("Who is this course for?"),
        choices=WHO,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who the course is for")},
    )
    adult_agrees = forms.BooleanField(label=_("This person agrees"), required=False)

    def clean(self):
        answers = super().clean()
        if answers.get("who") == "adult" and not answers.get("adult_agrees"):
            self.add_error("adult_agrees", _("Ask this person first, then tick the box"))
        return answers


class PersonForm(forms.Form):
    """`who` (me, child, adult) decides whether the guardian is asked for."""

    given_name = NameField(
        label=_("First name"), required=False, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    family_name = NameField(
        label=_("Last name"), required=False, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    birth = BirthDateField(
        label=_("Date of birth"),
        help_text=_("For example 27 3 2008. The year is enough if you do not know the day."),
        error_messages={"required": _("Enter the year with 4 digits")},
    )
    sex = forms.ChoiceField(
        label=_("Sex"),
        help_text=_("To see whether courses reach women and men alike."),
        choices=Sex,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an answer; the last one says nothing about you")},
    )
    district = forms.ChoiceField(label=_("Arrondissement"), error_messages={"required": _("Choose an arrondissement")})
    relation = forms.ChoiceField(
        label=_("You are"),
        choices=Guardianship.Relation,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you are to this person")},
    )
    guardian_name = NameField(label=_("Your name"), max_length=160, error_messages={"required": _("Write your name")})

    def __init__(self, *args, who, **options):
        super().__init__(*args, **options)
        districts = [(district.code, district.name) for district in District.objects.in_commune()]
        self.fields["district"].choices = [
            ("", _("Choose")),
            *sorted(districts, key=lambda row: row[1]),
            (OUTSIDE, _("Outside Casablanca")),
        ]
        if who == "me":
            del self.fields["relation"], self.fields["guardian_name"]
        if who != "me":
            for name in ("given_name", "family_name"):
                self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean(self):
        answers = super().clean()
        named = answers.get("given_name") or answers.get("family_name")
        if not named and not self.errors.keys() & {"given_name", "family_name"}:
            self.add_error("given_name", _("Enter the first name"))
        learner = f"{answers.get('given_name', '')} {answers.get('family_name', '')}"
        if (guardian := answers.get("guardian_name")) and fold(guardian) == fold(learner):
            self.add_error("guardian_name", _("This is the name of the person who will learn. Write yours."))
        return answers


class ContactForm(forms.Form):
    """Keeps the phone also as it was typed, for who comes back to the page."""

    phone = PhoneField(label=_("Mobile phone"), help_text=_("We write only about this course."), required=False)
    channel = forms.ChoiceField(
        label=_("How shall we reach you?"),
        choices=ContactChannel,
        widget=forms.RadioSelect,
        initial=ContactChannel.SMS,
        error_messages={"required": _("Choose how we reach you")},
    )
    language = forms.ChoiceField(
        label=_("Language of our messages"),
        choices=OWN_LANGUAGE_NAMES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a language")},
    )
    needs = forms.MultipleChoiceField(
        label=_("Do you need help on site? (optional)"),
        choices=NEEDS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean(self):
        answers = super().clean()
        if (
            answers.get("channel") not in (None, ContactChannel.NONE)
            and not answers.get("phone")
            and "phone" not in self.errors
        ):
            self.add_error("phone", PhoneField.message)
        return answers | {"phone_typed": self.data.get("phone", "").strip()}


class CheckForm(forms.Form):
    """`beside` is the place of someone who waits and from whose receipt this enrolment was begun, or None; `required`
    are the prerequisites that the person confirms herself."""

    declared = forms.TypedMultipleChoiceField(
        label=_("Tick what is true of the person who will learn"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    together = forms.BooleanField(required=False)
    consent = forms.BooleanField(
        label=_("I agree that the city uses this for the course and to count participants, without my name."),
        error_messages={"required": _("Tick the box to send the enrolment")},
    )

    def __init__(self, *args, beside, required=(), **options):
        super().__init__(*args, **options)
        self.fields["declared"].choices = [(row.pk, row.statement) for row in required]
        if not required:
            del self.fields["declared"]
        if beside is None:
            del self.fields["together"]
        else:
            name = format_html("<bdi>{}</bdi>", beside.participant.first_name)
            self.fields["together"].label = format_html(gettext("Together with {name}, or neither"), name=name)
            self.fields["together"].help_text = _("A place is offered only when there is one for each.")


class ClashForm(forms.Form):
    """What becomes of groups at the same hours (`clashes`). Whose name was only typed loses nothing by it: to give a
    place up one knows its reference, unless `is_proved`."""

    choice = forms.ChoiceField(label=_("What shall we do?"), widget=forms.RadioSelect, error_messages=CHOOSE)
    reference = LineField(
        label=_("Reference of the first course, to replace it"),
        help_text=_("It is in our message and on the page of the enrolment: CA-7K3M9-2QRT8."),
        max_length=20,
        required=False,
    )

    def __init__(self, *args, clashes, is_proved, **options):
        super().__init__(*args, **options)
        self.references = {each.place.reference for each in clashes}
        is_asked = not is_proved and len(self.references) == 1
        choices = [("first", _("Keep the first"))]
        if is_proved or is_asked:
            choices.append(("replace", _("Replace it with the new one")))
        if all(each.may_keep_both for each in clashes):
            choices.append(("both", pgettext_lazy("courses", "Keep both")))
        self.fields["choice"].choices = choices
        if not is_asked:
            del self.fields["reference"]

    def clean(self):
        answers = super().clean()
        typed = reference_of(answers.get("reference", ""))
        if answers.get("choice") == "replace" and "reference" in self.fields and typed not in self.references:
            self.add_error("reference", _("This is not the reference of the first course."))
        return answers


class TransferForm(forms.Form):
    """`groups` are those she could have a place in. Value of `group`: one of them."""

    group = forms.TypedChoiceField(
        label=_("Move to"), widget=forms.RadioSelect, error_messages={"required": _("Choose a group")}
    )
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=MOVING,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason")},
        help_text=_("It stays in the record of the group, where nothing is ever erased."),
    )

    def __init__(self, *args, groups, **options):
        super().__init__(*args, **options)
        known = {group.code: group for group in groups}
        self.fields["group"].choices = [(code, described(group)) for code, group in known.items()]
        self.fields["group"].coerce = known.get


DEGREES = [("yes", _("Yes")), ("partly", _("In part")), ("no", _("No"))]
SITUATIONS = [
    ("work", _("I work")),
    ("training", _("I am at school or in training")),
    ("looking", _("I am looking for work")),
    ("home", _("I am at home")),
    ("other", _("Something else")),
]


class OpinionForm(forms.Form):
    words = forms.CharField(
        label=_("In your words (optional)"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Please write no name and no phone number."),
    )
    field_order = ["useful", "situation", "helped", "recommend", "words"]


class SatisfactionForm(OpinionForm):
    useful = forms.ChoiceField(
        label=_("Was the course useful to you?"), choices=DEGREES, widget=forms.RadioSelect, error_messages=CHOOSE
    )
    recommend = forms.ChoiceField(
        label=_("Would you recommend it?"), choices=DEGREES, widget=forms.RadioSelect, error_messages=CHOOSE
    )


class FollowUpForm(OpinionForm):
    situation = forms.ChoiceField(
        label=_("What do you do today?"), choices=SITUATIONS, widget=forms.RadioSelect, error_messages=CHOOSE
    )
    helped = forms.ChoiceField(
        label=_("Did the course help you with it?"), choices=DEGREES, widget=forms.RadioSelect, error_messages=CHOOSE
    )


def described(group):
    parts = [group.label, wording.schedule(group), group.venue.name]
    return format_html_join(" · ", "<bdi>{}</bdi>", ([part] for part in parts))


class AlertForm(forms.Form):
    phone = PhoneField(
        label=_("Mobile phone"),
        help_text=_("We write only about this search."),
        error_messages={"required": PhoneField.message},
    )
    language = forms.ChoiceField(
        label=_("Language of our messages"),
        choices=OWN_LANGUAGE_NAMES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a language")},
    )


class LeaveForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Why? (optional)"),
        help_text=_("It helps us plan the next courses."),
        choices=LEAVING,
        required=False,
        widget=forms.RadioSelect,
    )
