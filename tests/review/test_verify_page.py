"""Anybody who is signed in drops a packet on the desk and sees the truth about each file."""

import io

import pytest
from django.urls import reverse

from tests.packets.conftest import altered, built, key, store  # noqa: F401 - fixtures by their names
from tests.packets.samples import content_of

POLICY = "증적/OI-NET-03/E-31_방화벽 정책.png"


@pytest.fixture
def drop(browse, alice):
    def do(data: bytes, name: str, language="ko"):
        file = io.BytesIO(data)
        file.name = name
        return browse(alice, language=language).post(reverse("review:verify"), {"packet": file})

    return do


@pytest.mark.parametrize("kind", ["pdf", "zip"])
def test_an_intact_packet_is_said_to_be_intact(built, drop, kind):  # noqa: F811
    path = getattr(built, kind)
    answer = drop(path.read_bytes(), path.name)
    text = answer.content.decode()
    assert 'data-intact="yes"' in text
    assert POLICY in text
    assert "만나배달" in text


def test_the_altered_file_is_named(built, altered, drop):  # noqa: F811
    path = altered(built.pdf, content_of(POLICY), content_of(POLICY).swapcase())
    text = drop(path.read_bytes(), path.name).content.decode()
    assert 'data-intact="no"' in text
    assert text.index(POLICY) < text.index("manifest.json")


def test_the_page_speaks_english(built, drop):  # noqa: F811
    text = drop(built.zip.read_bytes(), built.zip.name, language="en").content.decode()
    assert "exactly as they were frozen" in text


def test_something_else_gets_a_sentence(drop):
    answer = drop(b"hello", "hello.txt")
    assert answer.status_code == 422
    assert "hello.txt" in answer.content.decode()


def test_no_file_gets_a_sentence(browse, alice):
    assert browse(alice).post(reverse("review:verify")).status_code == 422


def test_too_large_is_refused_before_it_is_read(drop, settings):
    settings.VERIFY_LIMIT = 1000
    answer = drop(b"x" * 100_000, "big.zip")
    assert answer.status_code == 413


def test_who_is_not_signed_in_is_sent_to_the_door(browse, db):
    assert browse().get(reverse("review:verify")).status_code == 302


def test_the_form_needs_its_token(alice):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(reverse("review:verify")).status_code == 403


def test_a_member_keeps_their_navigation(alice, browse):
    page = browse(alice).get("/verify/").content.decode()
    assert "/o/manna/requirements/" in page
