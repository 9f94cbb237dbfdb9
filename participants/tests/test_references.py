import pytest

from ..models.enrolments import new_reference
from ..services.references import reference_of


@pytest.mark.parametrize("typed", ["ca-{0}-{1}", "CA {0} {1}", "{0}{1}", " ca{0}{1} ", "‎CA-{0}-{1}"])
def test_reference_is_read_however_it_was_typed(typed):
    reference = new_reference()
    _ca, first, second = reference.split("-")
    assert reference_of(typed.format(first.lower(), second)) == reference


def test_digits_of_an_arabic_keyboard_are_read_in_a_reference():
    assert reference_of("CA-٢٣٤٥٦-٧٨٩٢٣") == "CA-23456-78923"
