import pytest
from django.urls import reverse
from django.utils import translation

LANGUAGES = ["fr", "ar", "en"]


def test_the_first_page_offers_each_language_in_its_own_words(client):
    html = client.get("/").content.decode()
    assert [f'href="?langue={code}" lang="{code}"' in html for code in LANGUAGES] == [True, True, True]


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_choice_leads_home_and_is_remembered(client, code):
    assert client.get("/", {"langue": code}).url == f"/{code}/"
    assert client.get("/").url == f"/{code}/"


@pytest.mark.parametrize("choice", ["xx", "//evil.example", ""])
def test_an_unknown_choice_asks_again(client, choice):
    client.cookies["langue"] = choice
    assert client.get("/", {"langue": choice}).status_code == 200


def test_an_earlier_choice_is_not_served_to_the_next_person(client):
    assert "Cookie" in client.get("/")["Vary"]


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", ["help", "accessibility", "privacy"])
def test_plain_texts_are_open_to_everybody(client, name, code):
    with translation.override(code):
        address = reverse(name)
    page = client.get(address)
    assert page.status_code == 200
    assert f'<html lang="{code}"' in page.content.decode()
