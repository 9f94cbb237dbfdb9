def test_links_to_the_other_languages_never_lead_to_another_site(client):
    page = client.get("/", PATH_INFO="//evil.example/x/").text

    assert 'href="//' not in page
    assert 'href="/%2Fevil.example/x/?langue=ar"' in page
