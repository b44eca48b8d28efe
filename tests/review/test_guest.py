"""A platform's reviewer sees one frozen round by a link, and nothing else of the portal."""

import io
import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compliance.applications import services as applications
from compliance.audit.models import Entry
from compliance.evidence import services as evidence
from compliance.packets import manifest as manifests
from compliance.packets import services as packets
from compliance.packets.models import Packet
from compliance.review import services
from compliance.review.models import Invitation
from compliance.shared.errors import Refused
from compliance.vault import services as vault

REVIEWER = {
    "name": "한심사",
    "company": "플랫폼 보안팀",
    "email": "han@platform.example",
    "days": "14",
}


@pytest.fixture
def built(manna, adopted, assessment, alice, bob, carol):
    """A frozen round with one accepted piece of evidence; its packet's bytes are any bytes."""
    upload = evidence.Upload(io.BytesIO("모두 차단".encode()), "방화벽 정책.txt")
    added = evidence.add(manna, [upload], by=bob, requirement=assessment.requirement)
    evidence.accept(added.link, by=carol)
    application = applications.create(manna, profile=adopted, by=alice, title="배민 연동")
    frozen = packets.freeze(application.current_round, by=alice, gaps_reason="미비점을 압니다.")
    return Packet.objects.create(
        organisation=manna,
        freeze=frozen,
        edition="ko",
        state="built",
        requested_by=alice,
        pdf=vault.store_output(manna, b"%PDF-1.7", media_type="application/pdf"),
        zip=vault.store_output(manna, b"PK", media_type="application/zip"),
        pages=1,
        built_at=timezone.now(),
    )


@pytest.fixture
def invite(browse, alice, built):
    """invite() makes an invitation on the page of the application and returns its link's path."""

    def made(person=alice, **more):
        round_ = built.freeze.round
        address = reverse(
            "reviewers:invite", args=["manna", round_.application.number, round_.number]
        )
        answer = browse(person).post(address, {**REVIEWER, **more})
        found = re.search(r"(/review/[\w-]{43}/)</code>", answer.content.decode())
        return found[1] if found else answer

    return made


@pytest.fixture
def guest(invite):
    """A browser without an account that followed the link and pressed the button."""
    client = Client()
    client.cookies["django_language"] = "ko"
    client.post(invite())
    return client


def test_the_link_is_shown_once_and_kept_nowhere(invite, browse, alice, built):
    link = invite()
    secret = link.split("/")[2]
    row = Invitation.objects.get()
    assert row.digest == Invitation.digest_of(secret)
    page = browse(alice).get(
        reverse("applications:detail", args=["manna", built.freeze.round.application.number])
    )
    assert secret not in page.content.decode()
    assert "한심사" in page.content.decode()
    assert not Entry.objects.filter(data__icontains=secret).exists()


def test_following_the_link_opens_nothing_yet(invite):
    """Mail scanners follow links."""
    client = Client()
    assert client.get(invite()).status_code == 200
    assert Invitation.objects.get().arrived_at is None
    assert client.get(reverse("review:desk")).status_code == 404


def test_the_reviewer_reads_what_the_packet_says(guest, built):
    page = guest.get(reverse("review:desk")).content.decode()
    manifest = built.freeze.manifest
    for row in manifest["assessments"]:
        assert row["code"] in page
    assert built.pdf.sha256 in page
    assert built.freeze.digest in page


def test_a_later_edit_does_not_show(guest, assessment):
    assessment.statement = "나중에 고친 문장"
    assessment.save(update_fields=["statement"])
    assert "나중에 고친 문장" not in guest.get(reverse("review:desk")).content.decode()


def test_packet_and_files_are_handed_out_and_recorded(guest, built):
    answer = guest.get(reverse("review:packet", args=["ko", "pdf"]))
    assert b"".join(answer.streaming_content) == vault.read_checked(built.pdf)
    for file in manifests.files(built.freeze.manifest)[:2]:
        answer = guest.get(reverse("review:file", args=[file["sha256"]]))
        assert answer.status_code == 200
        assert answer["Content-Disposition"].startswith("attachment")
        b"".join(answer.streaming_content)
    told = [str(each) for each in Entry.objects.filter(actor_name="한심사 (플랫폼 보안팀)")]
    assert len(told) >= 3
    assert all(each.startswith("한심사 (플랫폼 보안팀)") for each in told)


def test_what_the_manifest_does_not_list_is_not_there(guest, manna):
    blob = vault.store(manna, io.BytesIO(b"not in this round"), name="other.txt")
    assert guest.get(reverse("review:file", args=[blob.sha256])).status_code == 404
    assert guest.get(reverse("review:packet", args=["en", "pdf"])).status_code == 404


def test_no_other_page_opens(guest, built):
    number = built.freeze.round.application.number
    for address in (
        "/",
        "/o/manna/",
        "/o/manna/evidence/",
        f"/o/manna/applications/{number}/",
        "/verify/",
    ):
        assert guest.get(address).status_code == 302, address
    assert guest.get("/api/v1/o/manna/requirements").status_code == 401


def test_an_ended_access_ends_with_the_next_click(guest, browse, alice, built):
    row = Invitation.objects.get()
    number = built.freeze.round.application.number
    browse(alice).post(reverse("reviewers:revoke", args=["manna", number, row.pk]))
    answer = guest.get(reverse("review:desk"))
    assert answer.status_code == 404
    assert "초대가 끝났습니다" in answer.content.decode()
    assert guest.get(reverse("review:packet", args=["ko", "pdf"])).status_code == 404


def test_it_ends_by_itself(guest):
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        assert guest.get(reverse("review:desk")).status_code == 404


def test_a_wrong_and_an_ended_link_look_alike(invite, alice):
    link = invite()
    services.revoke(Invitation.objects.get(), by=alice)
    other = "/review/" + "x" * 43 + "/"
    ended, wrong = (Client().post(path) for path in (link, other))
    assert (ended.status_code, wrong.status_code) == (404, 404)
    # What differs is what the asker knows already: the address, and the form's own token.
    token = re.compile(rb"[A-Za-z0-9]{64}|/review/[-\w]{43}/")
    assert token.sub(b"", ended.content) == token.sub(b"", wrong.content)


def test_a_session_planted_before_does_not_look_along(invite):
    client = Client()
    client.get("/accounts/sign-in/")
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = session.session_key
    client.post(invite())
    assert client.cookies["sessionid"].value != session.session_key


def test_leaving_closes_it_in_this_browser(guest):
    guest.post(reverse("review:leave"))
    assert guest.get(reverse("review:desk")).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": " "}, "이름"),
        ({"email": "nobody"}, "이메일"),
        ({"days": "0"}, "90일"),
        ({"days": "91"}, "90일"),
        ({"days": "다섯"}, "90일"),
    ],
)
def test_a_wrong_invitation_is_a_sentence_and_leaves_nothing(invite, wrong, said):
    answer = invite(**wrong)
    assert answer.status_code == 409
    assert said in answer.content.decode()
    assert not Invitation.objects.exists()


def test_an_engineer_lets_nobody_in(invite, bob):
    assert invite(bob).status_code == 403
    assert not Invitation.objects.exists()


def test_without_a_packet_there_is_nothing_to_see(built, alice):
    Packet.objects.filter(pk=built.pk).update(state="failed")
    reviewer = services.Reviewer("한심사", "플랫폼", "han@platform.example", 3)
    with pytest.raises(Refused):
        services.invite(built.freeze, reviewer, by=alice)


def test_the_page_asks_as_much_for_many_requirements_as_for_one(
    guest, django_assert_max_num_queries
):
    with django_assert_max_num_queries(6):
        guest.get(reverse("review:desk"))
