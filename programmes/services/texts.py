"""What the catalogue says of courses, places and options, as stems; and which words lead to them."""

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from learningcity.models import District, Quartier

from .. import facets
from ..models import Course, Venue
from ..models.courses import Theme
from ..spelling import words_of
from .thesaurus import lexemes_of, thesaurus

LANGUAGES = ("fr", "ar", "en")
FREE = _("Free")
SAID = {  # {group of facets: {option: the concept of the thesaurus that names it}}
    "jour": {"sam": "weekend", "dim": "weekend"},
    "moment": {"matin": "morning", "soir": "evening"},
    "pour": {"enfants": "children", "ados": "youth", "jeunes": "youth", "aines": "elderly"},
    "langue": {code: code for code in ("darija", "arabic", "french", "english", "spanish", "amazigh")},
    "mode": {"online": "distance", "hybrid": "distance"},
    "femmes": {facets.YES: "women"},
}


def in_languages(label):
    """A label in the three languages, in one text."""
    texts = []
    for language in LANGUAGES:
        with translation.override(language):
            texts.append(str(label))
    return ". ".join(texts)


def written(item, field):
    """A translated field in the languages in which it is written."""
    return ". ".join(filter(None, (getattr(item, f"{field}_{language}") for language in LANGUAGES)))


class Texts:
    """Reads texts and remembers what it has learned: {word: stem} of every word, and the words that name things."""

    def __init__(self):
        self.lexemes, self.telling = {}, set()
        self.labels = {theme: in_languages(theme.label) for theme in Theme} | {FREE: in_languages(FREE)}

    def courses(self, pks):
        """{pk: (stems of the title, stems of everything that is said of the course)}, synonyms included."""
        said = {}
        for course in Course.objects.filter(pk__in=pks).select_related("programme", "organisation"):
            names = [written(of, "name") for of in (course.programme, course.organisation)]
            names += [self.labels[Theme(course.theme)], "" if course.fee else self.labels[FREE]]
            texts = [written(course, field) for field in ("level", "summary", "outcomes")]
            said[course.pk] = [
                words_of(text) for text in (written(course, "title"), ". ".join(names), ". ".join(texts))
            ]
        self._learn(words for texts in said.values() for words in texts)
        self.telling.update(*(title for title, *_rest in said.values()))
        return {pk: self._course_stems(*texts) for pk, texts in said.items()}

    def _course_stems(self, title, names, texts):
        titles = self._stems(title, synonyms=True)
        return titles, titles | self._stems(names) | self._stems(texts, synonyms=True)

    def places(self, pks):
        """{pk: (stems of its name, stems of its quartier and arrondissement)}"""
        arabic = dict(Quartier.objects.exclude(name_ar=None).values_list("name_fr", "name_ar"))
        said = {}
        for venue in Venue.objects.filter(pk__in=pks).select_related("district"):
            around = [venue.quartier, arabic.get(venue.quartier, "")]
            if venue.district:
                around += [written(venue.district, "name"), venue.district.alternative_names]
            said[venue.pk] = [words_of(written(venue, "name")), words_of(". ".join(around))]
        self._learn((words for texts in said.values() for words in texts), are_telling=True)
        return {pk: tuple(map(self._stems, texts)) for pk, texts in said.items()}

    def options(self):
        """{stem: the bits of the options it names}: the days by their names, others by the words of a concept."""
        names = {option: words_of(in_languages(option.label)) for option in facets.DAYS.options}
        self._learn(names.values(), are_telling=True)
        stems = {option: self._stems(words) for option, words in names.items()}
        days = set().union(*stems.values())
        for group, concepts in SAID.items():
            for option in facets.group(group).options:
                known = thesaurus().stems.get(concepts.get(option.value), set())
                stems[option] = stems.get(option, set()) | (known - days)
        bits = {}
        for option, lexemes in stems.items():
            for lexeme in lexemes:
                bits[lexeme] = bits.get(lexeme, 0) | 1 << option.bit
        return bits

    def learn_ground(self):
        """Every quartier and arrondissement is a word, also where nothing is offered."""
        places = [place for model in (District, Quartier) for place in model.objects.all()]
        self._learn((words_of(written(place, "name")) for place in places), are_telling=True)

    def _learn(self, texts, *, are_telling=False):
        """Texts are lists of words."""
        words = set().union(*texts)
        self.lexemes |= lexemes_of(words - self.lexemes.keys())
        if are_telling:
            self.telling |= words

    def _stems(self, words, *, synonyms=False):
        stems = {self.lexemes[word] for word in words if word in self.lexemes}
        return stems | thesaurus().synonyms(words, self.lexemes) if synonyms else stems
