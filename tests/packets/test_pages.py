"""The packet's pages: freeze, watch, download, in both languages, closed to strangers."""

import hashlib

import pytest
from django.urls import reverse

from compliance.audit.models import Entry
from compliance.packets.models import Freeze, Packet


def url(name, application, **kwargs):
    return reverse(
        f"packets:{name}",
        kwargs={"organisation": "manna", "number": application.number, **kwargs},
    )


@pytest.fixture
def page(application):
    return url("packet", application, round=1)


@pytest.mark.parametrize(("language", "words"), [("ko", "제출본"), ("en", "Packet of round 1")])
def test_the_page_shows_what_was_built(packet, page, browse, alice, language, words):
    answer = browse(alice, language=language).get(page)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert words in text
    assert packet.freeze.digest in text
    assert "방화벽 정책.pdf" in text
    assert "<svg" in text


def test_alice_freezes_and_watches_it_being_built(application, accepted, browse, alice, sent):
    client = browse(alice)
    answer = client.post(url("freeze", application), {"gaps_reason": "12월에 도입합니다."})
    assert answer.status_code == 302
    text = client.get(answer["Location"]).content.decode()
    packet = Packet.objects.get()
    assert f'id="job-{packet.job_id}"' in text
    assert "<progress" in text
    assert "hx-get" in text


def test_without_a_reason_for_open_blockers_it_says_so(application, browse, alice):
    answer = browse(alice, language="en").post(url("freeze", application))
    assert answer.status_code == 409
    assert "blockers" in answer.content.decode()
    assert not Freeze.objects.exists()


def test_the_panel_offers_to_freeze_and_later_leads_to_the_packet(
    application, accepted, browse, alice, dave
):
    detail = reverse("applications:detail", args=["manna", application.number])
    assert "gaps_reason" in browse(alice).get(detail).content.decode()
    assert "aria-disabled" in browse(dave).get(detail).content.decode()


def test_the_panel_leads_to_the_packet(packet, page, application, browse, alice):
    detail = reverse("applications:detail", args=["manna", application.number])
    assert page in browse(alice).get(detail).content.decode()


@pytest.mark.parametrize("kind", ["pdf", "zip"])
def test_dave_downloads_it_under_its_name_and_that_is_noted(
    packet, application, browse, dave, kind
):
    answer = browse(dave).get(url("download", application, round=1, edition="ko", kind=kind))
    content = b"".join(answer.streaming_content)
    blob = packet.pdf if kind == "pdf" else packet.zip
    assert hashlib.sha256(content).hexdigest() == blob.sha256
    assert f'filename="{application.number}-R1-ko.{kind}"' in answer["Content-Disposition"]
    entry = Entry.objects.order_by("-seq")[0]
    assert (entry.action, entry.actor_name) == ("packet.downloaded", "데이브 <dave@example.com>")


def test_what_is_not_built_cannot_be_downloaded(frozen, application, browse, alice, sent):
    browse(alice).post(url("build", application, round=1), {"edition": "en"})
    answer = browse(alice).get(url("download", application, round=1, edition="en", kind="pdf"))
    assert answer.status_code == 409


def test_a_stranger_finds_nothing(packet, page, application, browse, sam):
    client = browse(sam)
    assert client.get(page).status_code == 404
    assert client.post(url("freeze", application)).status_code == 404
    assert client.post(url("build", application, round=1)).status_code == 404
    download = url("download", application, round=1, edition="ko", kind="pdf")
    assert client.get(download).status_code == 404


def test_an_unknown_edition_is_refused(frozen, application, browse, alice):
    answer = browse(alice).post(url("build", application, round=1), {"edition": "fr"})
    assert answer.status_code == 409
    assert not Packet.objects.exists()
