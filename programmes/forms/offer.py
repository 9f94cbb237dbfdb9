"""The one page that makes a course, its first group and all its meetings."""

from django import forms
from django.utils.translation import gettext_lazy

from ..models import Organisation
from .courses import CourseForm
from .runs import NewGroupForm


class NewCourseForm(NewGroupForm, CourseForm):
    """`key` makes the code of the course. A draft needs no group."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=gettext_lazy("Organisation"),
        empty_label=gettext_lazy("Choose"),
        error_messages={"required": gettext_lazy("Choose an organisation")},
    )
    group_is_needed = False

    def __init__(self, *args, organisations, **options):
        super().__init__(*args, organisations=organisations, **options)
        self.fields["organisation"].queryset = organisations
