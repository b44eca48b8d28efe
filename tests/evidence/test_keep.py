"""Facts, drafts, holds: evidence as people keep it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from compliance.audit.models import Entry
from compliance.evidence import keeping, services
from compliance.evidence.models import Evidence, EvidenceFile, EvidenceLink, Hold, State, Tag
from compliance.shared.errors import Conflict, Refused
from tests.evidence.conftest import PNG, upload


@pytest.fixture
def draft(manna, net03, ruleset, bob) -> EvidenceLink:
    added = services.add(
        manna, [upload()], by=bob, requirement=net03, kind=ruleset, tags=["방화벽"], submit=False
    )
    return added.link


def change(evidence, by, **more):
    said = {
        "title": evidence.title,
        "kind": evidence.kind,
        "confidentiality": evidence.confidentiality,
        "owner": evidence.owner,
        "tags": [],
        "revision": evidence.revision,
    }
    keeping.change(evidence, by=by, **{**said, **more})


def test_the_uploader_owns_it_until_somebody_says_otherwise(submitted, bob, alice):
    assert submitted.evidence.owner == bob
    change(submitted.evidence, alice, owner=alice, tags=["방화벽, 분기 점검", "방화벽"])
    submitted.evidence.refresh_from_db()
    assert submitted.evidence.owner == alice
    assert [tag.name for tag in submitted.evidence.tags.all()] == ["방화벽", "분기 점검"]
    entry = Entry.objects.get(action="evidence.changed")
    assert entry.data["changed"]["owner"] == ["밥", "앨리스"]


def test_two_who_change_the_facts_at_once_are_told(submitted, alice):
    change(Evidence.objects.get(), alice, title="하나")
    with pytest.raises(Conflict):
        change(submitted.evidence, alice, title="둘")
    assert Evidence.objects.get().title == "하나"


def test_another_kind_reckons_the_days_anew(submitted, alice, adopted):
    other = adopted.evidence_kinds.exclude(max_age_days=None).exclude(pk=submitted.evidence.kind_id)
    kind = other.exclude(max_age_days=90).first()
    change(submitted.evidence, alice, kind=kind)
    submitted.refresh_from_db()
    age = submitted.valid_until - submitted.version.collected_at
    assert age.days == kind.max_age_days


def test_an_owner_is_a_member(submitted, alice, sam):
    with pytest.raises(Refused):
        change(submitted.evidence, alice, owner=sam)


@pytest.mark.parametrize("tags", [["가" * 41], [",".join(f"t{n}" for n in range(21))]])
def test_too_many_or_too_long_tags_are_a_sentence(submitted, alice, tags):
    with pytest.raises(Refused):
        change(submitted.evidence, alice, tags=tags)
    assert not Tag.objects.exists()


def test_a_draft_waits_for_its_owner_and_not_for_a_reviewer(draft, bob, carol):
    assert draft.state == State.DRAFT
    with pytest.raises(Refused):
        services.accept(draft, by=carol)
    services.submit(draft, by=bob)
    assert draft.state == State.IN_REVIEW
    with pytest.raises(Refused):
        services.submit(draft, by=bob)


def test_a_new_version_leaves_a_draft_one(draft, bob):
    services.add_version(draft.evidence, [upload("화면.png", PNG)], by=bob)
    draft.refresh_from_db()
    assert (draft.state, draft.version.number) == (State.DRAFT, 2)


def test_a_draft_can_be_deleted_and_its_number_is_not_given_again(draft, bob, manna):
    number = draft.evidence.number
    keeping.delete(draft.evidence, by=bob)
    assert not Evidence.objects.exists()
    assert not EvidenceFile.objects.exists()
    entry = Entry.objects.get(action="evidence.deleted")
    assert entry.data["files"][0]["name"] == "방화벽 정책.pdf"
    assert services.add(manna, [upload()], by=bob).evidence.number == number + 1


def test_what_was_submitted_once_is_withdrawn_not_deleted(submitted, bob):
    with pytest.raises(Refused):
        keeping.delete(submitted.evidence, by=bob)
    services.withdraw(submitted.evidence, reason="잘못 올림", by=bob)
    assert Evidence.objects.get().withdrawn_reason == "잘못 올림"


def test_another_engineers_draft_stays(draft, manna, olga):
    from compliance.accounts.roles import Role
    from tests.conftest import make_person

    other = make_person("frank", "프랭크", manna, Role.CONTRIBUTOR)
    with pytest.raises(Refused):
        keeping.delete(draft.evidence, by=other)
    keeping.delete(draft.evidence, by=olga)


def test_nothing_on_hold_is_withdrawn_or_deleted(draft, bob, alice):
    hold = keeping.hold(draft.evidence, reason="분쟁 대비", by=alice)
    for verb in (
        lambda: keeping.delete(draft.evidence, by=bob),
        lambda: services.withdraw(draft.evidence, reason="x", by=bob),
    ):
        with pytest.raises(Refused, match="분쟁 대비"):
            verb()
    # New versions still come in.
    services.add_version(draft.evidence, [upload("화면.png", PNG)], by=bob)
    keeping.lift(hold, reason="합의", by=alice)
    services.withdraw(draft.evidence, reason="x", by=bob)


def test_a_hold_ends_with_its_day(submitted, alice, bob):
    made = keeping.hold(submitted.evidence, reason="점검", until=timezone.localdate(), by=alice)
    assert Hold.objects.in_force().exists()
    assert not Hold.objects.in_force(timezone.localdate() + timedelta(days=1)).exists()
    with pytest.raises(Refused):
        keeping.hold(submitted.evidence, reason="또", by=alice)
    with pytest.raises(Refused):
        keeping.hold(submitted.evidence, reason="x", by=bob)
    keeping.lift(made, reason="끝", by=alice)
    with pytest.raises(Refused):
        keeping.lift(Hold.objects.get(), reason="또", by=alice)


def test_a_hold_needs_a_reason_and_a_day_to_come(submitted, alice):
    with pytest.raises(Refused):
        keeping.hold(submitted.evidence, reason=" ", by=alice)
    past = timezone.localdate() - timedelta(days=1)
    with pytest.raises(Refused):
        keeping.hold(submitted.evidence, reason="x", until=past, by=alice)
    assert not Hold.objects.exists()


def test_the_page_does_all_of_it(browse, submitted, alice):
    client, number = browse(alice), submitted.evidence.number

    def post(name, **data):
        more = [data.pop("hold")] if "hold" in data else []
        url = reverse(f"evidence:{name}", args=["manna", number, *more])
        return client.post(url, data).status_code

    assert post("hold", reason="분쟁", until="2999-02-31") == 409
    assert post("hold", reason="분쟁", until="2999-12-31") == 302
    page = client.get(reverse("evidence:detail", args=["manna", number])).content.decode()
    assert "2999-12-31" in page
    assert post("withdraw", reason="x") == 409
    assert post("lift", reason="끝", hold=Hold.objects.get().pk) == 302
    facts = {"title": "새 제목", "confidentiality": "secret", "owner": alice.pk, "revision": 0}
    assert post("change", **facts, kind="firewall_ruleset", tags="가, 나") == 302
    page = client.get(reverse("evidence:history", args=["manna", number])).content.decode()
    assert "새 제목" in page
    assert "분쟁" in page
