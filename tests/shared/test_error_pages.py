"""What a reader sees when something is missing, forbidden or broken."""

from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation


def test_a_missing_page_says_what_to_do(browse, alice):
    response = browse(alice).get("/o/manna/nothing/")
    assert response.status_code == 404
    assert "관리자에게 접근 권한을 요청하십시오" in response.content.decode()


def test_a_missing_page_speaks_english(browse, alice):
    page = browse(alice, language="en").get("/o/manna/nothing/").content.decode()
    assert "Page not found" in page
    assert '<html lang="en">' in page


def test_a_form_without_its_token_changes_nothing(alice):
    client = Client(enforce_csrf_checks=True)
    client.cookies["django_language"] = "ko"
    client.force_login(alice)
    response = client.post("/accounts/language/", {"language": "en"})
    assert response.status_code == 403
    assert "만료된 양식입니다" in response.content.decode()


def test_the_broken_page_needs_nothing():
    """It is drawn when the database may be gone, without a request."""
    with translation.override("ko"):
        assert "오류가 발생했습니다" in render_to_string("500.html")


def test_a_refusal_is_a_toast_to_htmx_and_a_page_to_a_browser(browse, dave, assessment):
    url = "/o/manna/requirements/order-integration-reference/OI-NET-03/verdict/"
    page = browse(dave).post(url)
    assert (page.status_code, "처리하지 않았습니다" in page.content.decode()) == (403, True)
    toast = browse(dave).post(url, headers={"HX-Request": "true"})
    assert toast["HX-Retarget"] == "#toasts"
    assert "<html" not in toast.content.decode()
