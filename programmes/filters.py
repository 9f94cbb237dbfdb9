import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _

from learningcity.models import District

from .models import CourseRun
from .models.courses import Theme
from .search import matching


class RunFilter(filters.FilterSet):
    """The catalogue's question, read from the address bar: `?q=&arr=&theme=&places=`. Unknown values are left out."""

    q = filters.CharFilter(method="by_words")
    arr = filters.ModelMultipleChoiceFilter(
        label=_("Where?"),
        field_name="venue__district__slug",
        to_field_name="slug",
        queryset=lambda request: District.objects.in_commune().order_by("name"),  # in the language of the page
        widget=forms.CheckboxSelectMultiple,
    )
    theme = filters.ChoiceFilter(
        label=_("What?"), field_name="course__theme", choices=Theme, empty_label=_("Everything")
    )
    places = filters.BooleanFilter(label=_("Only with places left"), method="by_places", widget=forms.CheckboxInput)

    class Meta:
        model = CourseRun
        fields = []

    def by_words(self, runs, name, value):
        return matching(runs, value)

    def by_places(self, runs, name, value):
        return runs.with_places() if value else runs

    def chosen(self):
        """What was asked and understood: {"q": str, "arr": [District], "theme": str, "places": bool}."""
        self.form.is_valid()
        answers = self.form.cleaned_data
        return {
            "q": answers.get("q", ""),
            "arr": list(answers.get("arr") or []),
            "theme": answers.get("theme", ""),
            "places": bool(answers.get("places")),
        }

    def links(self):
        """One link per choice, leading to the same list without it: [{"label", "href"}]."""
        chosen, links = self.chosen(), []
        labels = {"q": chosen["q"], "theme": dict(Theme.choices).get(chosen["theme"])}
        labels["places"] = self.filters["places"].label if chosen["places"] else None
        for name, label in labels.items():
            if label:
                links.append({"label": label, "href": self._without(name)})
        links += [{"label": district.name, "href": self._without("arr", district.slug)} for district in chosen["arr"]]
        return links

    def first_page(self):
        """The same question from its beginning."""
        return self._without("page")

    def _without(self, name, value=None):
        query = self.data.copy()
        query.pop("page", None)
        query.setlist(name, [] if value is None else [other for other in query.getlist(name) if other != value])
        return f"?{query.urlencode()}"
