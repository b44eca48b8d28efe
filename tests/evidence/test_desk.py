"""The requirement at left, the file at right, accept and return."""

import pytest
from django.urls import reverse

from compliance.evidence import services
from compliance.evidence.models import State
from tests.evidence.conftest import PNG, upload


def desk(link=None):
    return reverse("evidence:desk", args=["manna", *([link.pk] if link else [])])


@pytest.fixture
def second(manna, srv01, alice):
    return services.add(manna, [upload("캡처.png", PNG)], by=alice, requirement=srv01).link


def test_it_shows_requirement_and_file_together(browse, carol, submitted, assessment):
    assessment.statement = "기본 차단으로 운영합니다."
    assessment.save(update_fields=["statement"])
    page = browse(carol).get(desk()).content.decode()
    assert "OI-NET-03" in page
    assert "기본 차단으로 운영합니다." in page
    file = submitted.version.files.get()
    assert reverse("evidence:preview", args=["manna", file.pk, 1]) in page
    assert file.blob.sha256 in page


def test_accept_goes_on_to_the_next(browse, carol, submitted, second):
    answer = browse(carol).post(reverse("evidence:accept", args=["manna", submitted.pk]))
    assert answer.url == desk(second)
    submitted.refresh_from_db()
    assert submitted.state == State.ACCEPTED


def test_return_keeps_common_and_own_reasons(browse, carol, submitted):
    url = reverse("evidence:return", args=["manna", submitted.pk])
    answer = browse(carol, language="en").post(
        url, {"common": ["when", "cut"], "reason": "2쪽이 없습니다."}
    )
    assert answer.url == desk()
    submitted.refresh_from_db()
    assert submitted.reason.splitlines() == [
        "The date and time of the capture cannot be seen.",
        "It is cut off or cannot be read.",
        "2쪽이 없습니다.",
    ]


def test_a_return_without_reason_is_refused(browse, carol, submitted):
    url = reverse("evidence:return", args=["manna", submitted.pk])
    assert browse(carol).post(url, {"reason": " "}).status_code == 409
    submitted.refresh_from_db()
    assert submitted.state == State.IN_REVIEW


def test_the_disabled_button_carries_the_sentence(browse, bob, submitted):
    bob.memberships.update(role="auditor")
    page = browse(bob, language="en").get(desk(submitted)).content.decode()
    assert 'title="Somebody other than the uploader has to accept this."' in page
    assert reverse("evidence:accept", args=["manna", submitted.pk]) in page


def test_an_empty_queue_says_so(browse, carol, adopted):
    assert "gp-empty" in browse(carol).get(desk()).content.decode()


def test_a_decided_link_can_still_be_read(browse, dave, accepted):
    assert browse(dave).get(desk(accepted)).status_code == 200


def test_a_stranger_finds_nothing(browse, sam, submitted):
    client = browse(sam)
    assert client.get(desk(submitted)).status_code == 404
    assert client.post(reverse("evidence:accept", args=["manna", submitted.pk])).status_code == 404
    elsewhere = reverse("evidence:accept", args=["elsewhere", submitted.pk])
    assert client.post(elsewhere).status_code == 404


def test_queries_do_not_grow_with_the_queue(
    browse, carol, submitted, manna, srv01, bob, django_assert_max_num_queries
):
    client = browse(carol)
    client.get(desk(submitted))
    for number in range(5):
        services.add(manna, [upload("a.txt", str(number).encode())], by=bob, requirement=srv01)
    with django_assert_max_num_queries(40) as counted:
        client.get(desk(submitted))
    before = len(counted)
    for number in range(5, 15):
        services.add(manna, [upload("a.txt", str(number).encode())], by=bob, requirement=srv01)
    with django_assert_max_num_queries(before):
        client.get(desk(submitted))
