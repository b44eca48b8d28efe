"""The list: filters, views, many changed at once."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from compliance.evidence import bulk, keeping, selectors, services
from compliance.evidence.bulk import Chosen
from compliance.evidence.filters import FilterForm
from compliance.evidence.models import Evidence, EvidenceLink, State
from compliance.shared.errors import Refused
from tests.evidence.conftest import PNG, upload

LIST = "/o/manna/evidence/"


@pytest.fixture
def several(manna, net03, srv01, ruleset, alice, bob, carol, submitted):
    """EV-0001 under review, EV-0002 accepted and tagged, EV-0003 unlinked, EV-0004 a draft."""
    two = services.add(
        manna,
        [upload("화면 캡처.png", PNG)],
        by=bob,
        requirement=srv01,
        owner=alice,
        tags=["분기"],
        confidentiality="secret",
        title="서버 화면",
        valid_until=timezone.localdate() + timedelta(days=10),
    )
    services.accept(two.link, by=carol)
    services.add(manna, [upload("메모.txt", b"memo")], by=alice)
    services.add(manna, [upload("초안.txt", b"draft")], by=bob, requirement=net03, submit=False)


def found(manna, user, query):
    form = FilterForm(QueryDict(query), organisation=manna, user=user)
    rows = form.apply(selectors.evidence_of(manna, user))
    return sorted(rows.values_list("number", flat=True))


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [1, 2, 3, 4]),
        ("state=accepted", [2]),
        ("state=draft", [4]),
        ("state=unlinked", [3]),
        ("state=held", [1]),
        ("state=nonsense", [1, 2, 3, 4]),
        ("kind=firewall_ruleset", [1]),
        ("area=SRV", [2]),
        ("requirement=oi-net-03", [1, 4]),
        ("tag=분기", [2]),
        ("confidentiality=secret", [2]),
        ("expiring=7", []),
        ("expiring=30", [2]),
        ("expiring=on", [2]),
        ("expiring=11", [2]),
        ("expiring=over", []),
        ("profile=order-integration-reference", [1, 2, 4]),
        ("profile=another", [1, 2, 3, 4]),
        ("q=캡처", [2]),
        ("q=EV-0003", [3]),
        ("q=분기", [2]),
        ("q=net-03+초안", [4]),
        ("q=%EC%97%86%EB%8A%94", []),
    ],
)
def test_filters(manna, several, alice, query, numbers):
    keeping.hold(Evidence.objects.get(number=1), reason="x", by=alice)
    assert found(manna, alice, query) == numbers


def test_owner_and_uploader(manna, several, alice, bob):
    assert found(manna, alice, f"owner={alice.pk}") == [2, 3]
    assert found(manna, alice, f"by={bob.pk}") == [1, 2, 4]
    assert found(manna, alice, "owner=none") == []
    bob.memberships.update(ended_at=timezone.now())
    assert found(manna, alice, "owner=none") == [1, 4]


def test_the_soonest_to_expire_comes_first(manna, several, alice, carol, submitted):
    services.accept(submitted, by=carol)
    form = FilterForm(QueryDict("sort=valid"), organisation=manna, user=alice)
    rows = form.apply(selectors.evidence_of(manna, alice))
    assert [each.number for each in rows][:2] == [2, 1]


@pytest.mark.parametrize("view", ["", "?view=gallery"])
def test_table_and_gallery(browse, several, dave, view):
    page = browse(dave).get(LIST + view).content.decode()
    for title in ("서버 화면", "방화벽 정책", "메모"):
        assert title in page
    assert 'name="row"' not in page
    assert ("thumbnail" in page) == bool(view)


def test_a_thumbnail_is_a_small_image(browse, several, dave):
    file = Evidence.objects.get(number=2).latest.files.get()
    answer = browse(dave).get(reverse("evidence:thumbnail", args=["manna", file.pk]))
    assert answer["Content-Type"] == "image/webp"
    memo = Evidence.objects.get(number=3).latest.files.get()
    assert (
        browse(dave).get(reverse("evidence:thumbnail", args=["manna", memo.pk])).status_code == 404
    )


def test_queries_do_not_grow_with_the_list(
    browse, alice, several, manna, bob, srv01, django_assert_max_num_queries
):
    client = browse(alice)
    client.get(LIST)
    with django_assert_max_num_queries(12) as counted:
        client.get(LIST)
    before = len(counted)
    for number in range(8):
        services.add(
            manna, [upload("a.txt", str(number).encode())], by=bob, requirement=srv01, tags=["b"]
        )
    with django_assert_max_num_queries(before):
        client.get(f"{LIST}?state=in_review&tag=b&q=a&owner={bob.pk}&expiring=")


def chosen(*numbers):
    rows = Evidence.objects.filter(number__in=numbers)
    return [Chosen(row.pk, row.revision) for row in rows]


def test_many_get_an_owner_and_it_is_taken_back(browse, several, manna, alice, bob):
    client = browse(alice)
    rows = [f"{each.pk}:{each.revision}" for each in chosen(1, 2, 4)]
    client.post(f"{LIST}bulk/", {"op": "owner", "owner": alice.pk, "row": rows})
    assert set(Evidence.objects.values_list("owner_id", flat=True)) == {alice.pk}
    page = client.get(LIST).content.decode()
    assert reverse("evidence:bulk-undo", args=["manna"]) in page
    # One of them was changed since, and stays.
    bulk.set_tags(manna, chosen(4), add=["새"], remove=[], by=bob)
    client.post(f"{LIST}bulk/undo/")
    owners = dict(Evidence.objects.values_list("number", "owner_id"))
    assert owners == {1: bob.pk, 2: alice.pk, 3: alice.pk, 4: alice.pk}


def test_what_was_changed_meanwhile_is_named_and_left(several, manna, alice):
    mine = chosen(1, 2)
    bulk.set_confidentiality(manna, chosen(2), confidentiality="internal", by=alice)
    outcome = bulk.set_confidentiality(manna, mine, confidentiality="confidential", by=alice)
    assert outcome.changed == 1
    assert [name for name, _sentence in outcome.refused] == ["EV-0002 서버 화면"]


def test_tags_come_and_go(several, manna, alice):
    bulk.set_tags(manna, chosen(1, 2), add=["가, 나"], remove=["분기"], by=alice)
    assert [tag.name for tag in Evidence.objects.get(number=2).tags.all()] == ["가", "나"]


def test_drafts_are_submitted_together_and_the_rest_is_named(several, manna, bob):
    outcome = bulk.submit(manna, chosen(1, 4), by=bob)
    assert (outcome.changed, len(outcome.refused)) == (1, 1)
    assert EvidenceLink.objects.get(evidence__number=4).state == State.IN_REVIEW


def test_everything_that_the_filters_find(browse, several, alice):
    send = {"op": "confidentiality", "confidentiality": "secret", "scope": "filtered"}
    client = browse(alice)
    answer = client.post(f"{LIST}bulk/", {**send, "query": "state=draft", "expected": "2"})
    assert answer.status_code == 409
    client.post(f"{LIST}bulk/", {**send, "query": "state=draft", "expected": "1"})
    assert Evidence.objects.filter(confidentiality="secret").count() == 2


def test_nonsense_changes_nothing(browse, several, alice, manna, sam):
    client = browse(alice)
    assert client.post(f"{LIST}bulk/", {"op": "owner", "row": ["1:x"]}).status_code == 409
    assert client.post(f"{LIST}bulk/", {"op": "burn", "row": ["1:0"]}).status_code == 409
    assert client.post(f"{LIST}bulk/undo/").status_code == 409
    with pytest.raises(Refused):
        bulk.set_owner(manna, chosen(1), owner=sam, by=alice)
    with pytest.raises(Refused):
        bulk.set_owner(manna, [], owner=alice, by=alice)


def test_the_picker_searches_requirements_instead_of_listing_them(browse, adopted, bob):
    page = browse(bob).get(f"{LIST}requirements/?requirement_code=방화벽").content.decode()
    assert "OI-NET-03" in page
    assert page.count("data-pick=") < 20
    upload_page = browse(bob).get(LIST).content.decode()
    assert "OI-NET-04" not in upload_page


def test_a_code_that_was_typed_is_enough(browse, bob, net03, adopted):
    url = reverse("evidence:upload", args=["manna"])
    file = upload("메모.txt", b"memo").stream
    file.name = "메모.txt"
    browse(bob).post(url, {"requirement_code": "oi-net-03 방화벽", "kind": "other", "files": file})
    assert EvidenceLink.objects.get().requirement == net03
    file.seek(0)
    answer = browse(bob).post(
        url,
        {"requirement_code": "OI-NET-99", "kind": "other", "files": file},
        HTTP_ACCEPT="application/json",
    )
    assert answer.status_code == 422
