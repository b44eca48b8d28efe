"""Two at the same desk, and files that come in while one reads."""

import pytest
from django.urls import reverse

from compliance.accounts.roles import Role
from compliance.evidence import keeping, services
from compliance.evidence.models import EvidenceLink, State
from compliance.shared.errors import Conflict, Refused
from tests.conftest import make_person
from tests.evidence.conftest import PDF, upload


@pytest.fixture
def erin(manna):
    return make_person("erin", "에린", manna, Role.AUDITOR)


def fresh(link):
    return EvidenceLink.objects.whole().get(pk=link.pk)


def test_the_second_of_two_reviewers_is_told_who_was_faster(submitted, carol, erin):
    mine = fresh(submitted)
    services.accept(fresh(submitted), by=carol)
    with pytest.raises(Conflict, match="캐롤"):
        services.return_(mine, reason="흐리다", by=erin)
    assert fresh(submitted).state == State.ACCEPTED


def test_who_comes_later_is_told_too(submitted, carol, erin):
    services.accept(fresh(submitted), by=carol)
    with pytest.raises(Refused, match="캐롤"):
        services.accept(fresh(submitted), by=erin)


def test_a_double_click_decides_once(browse, submitted, carol):
    client, url = browse(carol), reverse("evidence:accept", args=["manna", submitted.pk])
    digest = {"seen": submitted.version.digest}
    assert [client.post(url, digest).status_code for _ in range(2)] == [302, 409]


def test_files_that_came_in_while_reading_are_not_accepted_unseen(browse, submitted, carol, bob):
    page = browse(carol).get(reverse("evidence:desk", args=["manna", submitted.pk]))
    seen = submitted.version.digest
    assert f'name="seen" value="{seen}"' in page.content.decode()
    services.add_version(submitted.evidence, [upload("새.pdf", PDF + b"\n")], by=bob)
    url = reverse("evidence:accept", args=["manna", submitted.pk])
    assert browse(carol).post(url, {"seen": seen}).status_code == 409
    assert fresh(submitted).state == State.IN_REVIEW
    newer = fresh(submitted).version.digest
    assert browse(carol).post(url, {"seen": newer}).status_code == 302


def test_a_stale_copy_of_the_link_decides_nothing(submitted, carol, bob):
    mine = fresh(submitted)
    services.add_version(submitted.evidence, [upload("새.pdf", PDF + b"\n")], by=bob)
    with pytest.raises(Conflict):
        services.accept(mine, by=carol)


def test_withdrawn_while_reading(submitted, carol, bob):
    mine = fresh(submitted)
    services.withdraw(submitted.evidence, reason="잘못 올림", by=bob)
    with pytest.raises(Refused):
        services.accept(fresh(mine), by=carol)


def test_the_next_reviewer_sees_what_changed(browse, accepted, bob, carol):
    services.add_version(accepted.evidence, [upload(), upload("추가.pdf", PDF + b"\n")], by=bob)
    page = browse(carol, language="en").get(reverse("evidence:desk", args=["manna", accepted.pk]))
    text = page.content.decode()
    assert "Changed since version 1 was reviewed" in text
    assert "unchanged" in text
    assert ">new<" in text


def test_the_very_same_files_again_are_named_as_such(browse, submitted, bob, carol):
    services.return_(fresh(submitted), reason="흐리다", by=carol)
    services.add_version(submitted.evidence, [upload()], by=bob)
    page = browse(carol, language="en").get(reverse("evidence:desk", args=["manna", submitted.pk]))
    assert "The very same files were handed in again." in page.content.decode()


def test_evidence_of_somebody_who_left_stays_reviewable(submitted, bob, carol, manna, alice):
    bob.memberships.update(ended_at=submitted.submitted_at)
    services.accept(fresh(submitted), by=carol)
    with pytest.raises(Refused):
        keeping.change(
            submitted.evidence,
            title="x",
            kind=None,
            confidentiality="internal",
            owner=make_person("zoe", "조이", manna, Role.VIEWER),
            tags=[],
            revision=9,
            by=alice,
        )
