"""A finger that taps twice, and many alerts for one phone at the same moment."""

import pytest
from django.http import QueryDict

from learningcity.tests.races import at_once
from programmes import filters

from ..models import Alert
from ..services import alerts

pytestmark = pytest.mark.django_db(transaction=True)
THEMES = ["trade", "digital", "reading", "child", "job", "culture", "living", "language"]


def saving(theme):
    question = filters.read(QueryDict(f"theme={theme}"))
    return lambda: alerts.save(question, phone="+212612345678", language="fr")


def test_a_double_tap_saves_one_alert():
    saved = at_once([saving("trade")] * 8)

    assert len(set(saved)) == Alert.objects.count() == 1


def test_a_phone_has_five_alerts_at_most_however_fast_they_come():
    saved = at_once([saving(theme) for theme in THEMES])

    assert Alert.objects.count() == alerts.MOST_PER_PHONE
    refused = [answer for answer in saved if isinstance(answer, alerts.TooManyAlerts)]
    assert len(refused) == len(THEMES) - alerts.MOST_PER_PHONE
