"""A recorded reading of a course, sent as a file."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import VoiceClip

LONGEST_TRANSCRIPT = 2000


class ClipForm(forms.Form):
    language = forms.ChoiceField(
        label=_("Language of the recording"),
        choices=VoiceClip.Spoken,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a language")},
    )
    sound = forms.FileField(
        label=_("Recording"),
        help_text=_("Opus (.ogg or .opus), 120 kB at most: about one minute of voice."),
        widget=forms.FileInput({"accept": ".ogg,.opus,audio/ogg"}),
        error_messages={"required": _("Choose a file"), "empty": _("This file is empty.")},
    )
    transcript = forms.CharField(
        label=_("The same words, written"),
        help_text=_("For those who cannot hear them."),
        max_length=LONGEST_TRANSCRIPT,
        widget=forms.Textarea({"rows": 5}),
        error_messages={"required": _("Write what the voice says")},
    )
