"""Going on to version 0.3.0: what was said, proven and begun under 0.2.0 comes along."""

import pytest

from compliance.applications import services as applications
from compliance.audit.checking import check_all
from compliance.audit.models import Entry
from compliance.audit.services import SYSTEM
from compliance.evidence import selectors as evidence_reads
from compliance.evidence import services as evidence
from compliance.evidence.listing import listing
from compliance.evidence.models import EvidenceLink, State
from compliance.notices.models import Notice
from compliance.remediation import services as remediation
from compliance.remediation.models import State as TaskState
from compliance.remediation.models import Task
from compliance.requirements import carrying, services, to_look_at, versions
from compliance.requirements.models import (
    Adoption,
    Assessment,
    CarryOver,
    CarryOverItem,
    Crosswalk,
    StatementDraft,
)
from compliance.requirements.selectors import adopted_profiles
from compliance.shared.errors import Conflict, Refused, Unauthorised
from tests.evidence.conftest import upload
from tests.requirements import next_version as nv

SAME = {nv.RENUMBERED[1]: nv.RENUMBERED[0]}


def said(manna, profile, code):
    return Assessment.objects.select_related("requirement").get(
        organisation=manna, requirement__profile=profile, requirement__code=code
    )


def sign(row, verdict="met", *, text="이렇게 합니다.", by):
    services.write_statement(row, text=text, revision=row.revision, by=by)
    services.set_verdict(row, verdict=verdict, reason="", revision=row.revision, by=by)


@pytest.fixture
def carry(manna, adopted, newer, alice):
    """carry() goes on to 0.3.0 as alice, and says that the renumbered one is the same."""

    def go_on(**changes):
        wanted = {"pairs": SAME, "by": alice} | changes
        return carrying.carry_over(manna, adopted, newer, **wanted)

    return go_on


def test_an_unchanged_requirement_keeps_what_was_said_and_signed(
    manna, adopted, newer, alice, carry
):
    row = said(manna, adopted, nv.UNCHANGED)
    services.assign(row, owner=alice, due=None, by=alice)
    sign(row, by=alice)
    carry()
    new = said(manna, newer, nv.UNCHANGED)
    assert (new.statement, new.verdict, new.owner) == ("이렇게 합니다.", "met", alice)
    assert (new.decided_by, new.carried_from) == (alice, row)


@pytest.mark.parametrize("code", [nv.REWORDED, nv.STRICTER])
def test_a_reworded_or_stricter_one_keeps_its_statement_and_is_to_be_signed_again(
    manna, adopted, newer, alice, carry, code
):
    sign(said(manna, adopted, code), by=alice)
    done = carry()
    new = said(manna, newer, code)
    assert (new.statement, new.verdict, new.decided_by) == ("이렇게 합니다.", "not_checked", None)
    assert new.carried_from.verdict == "met"
    item = done.items.get(kind="reworded", requirement__code=code)
    assert item.data["former"] == "met"
    fell = Entry.objects.get(action="assessment.verdict_fell", target_id=new.pk)
    assert fell.data["before"] == "met"


def test_a_renumbered_one_goes_on_under_its_new_code(manna, adopted, newer, alice, carry):
    sign(said(manna, adopted, nv.RENUMBERED[0]), by=alice)
    carry()
    assert said(manna, newer, nv.RENUMBERED[1]).verdict == "met"


def test_what_a_person_holds_for_new_begins_empty(manna, adopted, newer, alice, carry):
    sign(said(manna, adopted, nv.RENUMBERED[0]), by=alice)
    done = carry(pairs={nv.RENUMBERED[1]: ""})
    new = said(manna, newer, nv.RENUMBERED[1])
    assert (new.statement, new.verdict, new.carried_from) == ("", "not_checked", None)
    kinds = set(
        done.items.filter(requirement__code=nv.RENUMBERED[1]).values_list("kind", flat=True)
    )
    assert kinds == {"added"}
    assert done.items.filter(kind="removed", old_requirement__code=nv.RENUMBERED[0]).exists()


def test_it_asks_before_it_pairs(carry, in_english):
    with pytest.raises(Refused, match=f"Say of {nv.RENUMBERED[1]}"):
        carry(pairs={})
    assert not CarryOver.objects.exists()


def test_it_pairs_what_a_person_names_though_the_texts_differ(manna, adopted, newer, alice, carry):
    sign(said(manna, adopted, nv.REMOVED), by=alice)
    carry(pairs=SAME | {nv.ADDED: nv.REMOVED})
    new = said(manna, newer, nv.ADDED)
    assert (new.statement, new.verdict) == ("이렇게 합니다.", "not_checked")


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        ({nv.ADDED: nv.UNCHANGED}, "cannot be paired"),
        ({nv.ADDED: "OI-NO-00"}, "cannot be paired"),
        ({nv.ADDED: nv.RENUMBERED[0]}, "was chosen for two"),
    ],
)
def test_it_refuses_pairs_that_make_no_sense(carry, in_english, pairs, sentence):
    with pytest.raises(Refused, match=sentence):
        carry(pairs=SAME | pairs)
    assert not CarryOver.objects.exists()


def test_the_old_version_ends_and_the_new_one_stands_in_its_place(manna, adopted, newer, carry):
    other = nv.changed("1.0", lambda data: data["profile"].update(id="another-list"))
    services.adopt(manna, other, by=SYSTEM)
    carry()
    assert adopted_profiles(manna) == [newer, other]
    assert Adoption.objects.get(organisation=manna, profile=adopted).ended_at is not None


def test_accepted_evidence_of_an_unchanged_requirement_stays_accepted(
    manna, adopted, newer, alice, bob, carol, carry
):
    link = evidence.add(
        manna,
        [upload()],
        by=bob,
        requirement=adopted.requirements.get(code=nv.UNCHANGED),
        kind=adopted.evidence_kinds.get(code="contract"),
    ).link
    evidence.accept(link, by=carol)
    carry()
    new = EvidenceLink.objects.get(requirement__profile=newer)
    assert (new.state, new.reviewed_by, new.version) == (State.ACCEPTED, carol, link.version)
    link.refresh_from_db()
    assert link.state == State.ACCEPTED
    assert new.evidence.kind == newer.evidence_kinds.get(code="contract")


def test_evidence_of_a_reworded_requirement_waits_for_a_review_again(
    manna, adopted, newer, accepted, carol, carry
):
    done = carry()
    new = EvidenceLink.objects.get(requirement__profile=newer)
    assert (new.state, new.reviewed_by, new.submitted_by) == (
        State.IN_REVIEW,
        None,
        accepted.submitted_by,
    )
    # The new version lets a ruleset be 30 days old, the former one 90.
    assert (new.valid_until - new.version.collected_at).days == 30
    item = done.items.get(kind="evidence")
    assert item.data["codes"] == [new.evidence.code]
    evidence.accept(new, by=carol)


def test_an_evidence_counts_once_and_the_former_link_is_history(
    manna, adopted, newer, accepted, bob, carol, carry
):
    carry()
    queue = evidence_reads.queue(manna, carol)
    assert [link.requirement.profile for link in queue] == [newer]
    [listed] = listing(evidence_reads.evidence_of(manna, carol).order_by("number"), 1, carol).rows
    [new] = EvidenceLink.objects.filter(requirement__profile=newer)
    assert [link.pk for link in listed.links] == [new.pk]
    live, former = evidence_reads.links_of_evidence(accepted.evidence, carol)
    assert ([e.requirement.profile for e in live], former) == ([newer], [accepted])
    evidence.add_version(accepted.evidence, [upload("새 정책.pdf")], by=bob)
    accepted.refresh_from_db()
    assert (accepted.state, accepted.version.number) == (State.ACCEPTED, 1)


def test_a_former_link_cannot_be_reviewed_any_more(submitted, carol, carry, in_english):
    carry()
    submitted.refresh_from_db()
    with pytest.raises(Refused, match="former version"):
        evidence.accept(submitted, by=carol)


def test_open_tasks_move_and_closed_ones_stay(manna, adopted, newer, alice, bob, carry):
    net03 = adopted.requirements.get(code=nv.REWORDED)
    new = remediation.NewTask(title="정책 정리", requirement=net03, assignee=bob)
    task = remediation.create(manna, new, by=alice)
    over = remediation.create(manna, new, by=alice)
    Task.objects.filter(pk=over.pk).update(state=TaskState.FALSE_POSITIVE)
    carry()
    task.refresh_from_db()
    over.refresh_from_db()
    assert (task.requirement.profile, over.requirement.profile) == (newer, adopted)
    entry = Entry.objects.get(action="task.carried", target_id=task.pk)
    assert (entry.data["before"], entry.data["after"]) == (nv.REWORDED, nv.REWORDED)


def test_a_task_of_a_not_met_requirement_hangs_on_the_new_assessment(
    manna, adopted, newer, alice, carry
):
    row = said(manna, adopted, nv.UNCHANGED)
    sign(row, "not_met", by=alice)
    task = remediation.open_for_assessment(row, by=alice)
    carry()
    task.refresh_from_db()
    assert task.assessment == said(manna, newer, nv.UNCHANGED)
    assert remediation.open_for_assessment(task.assessment, by=alice) == task


def test_a_task_of_a_removed_requirement_stays_open_and_is_listed(
    manna, adopted, newer, alice, carry
):
    gone = adopted.requirements.get(code=nv.REMOVED)
    task = remediation.create(
        manna, remediation.NewTask(title="기준 수립", requirement=gone), by=alice
    )
    done = carry()
    task.refresh_from_db()
    assert (task.requirement, task.is_open) == (gone, True)
    item = done.items.get(kind="task")
    assert item.data["arguments"] == {"number": task.number}
    assert done.items.get(kind="removed").data["there"]["tasks"] == 1


def test_an_unsaved_draft_goes_on_and_comments_are_found_through_the_chain(
    manna, adopted, newer, bob, carry
):
    row = said(manna, adopted, nv.REWORDED)
    StatementDraft.objects.create(assessment=row, user=bob, text="쓰는 중", revision=0)
    row.comments.create(by=bob, text="예외가 있습니다")
    carry()
    new = said(manna, newer, nv.REWORDED)
    assert StatementDraft.objects.get(user=bob).assessment == new
    assert versions.lineage(new) == [new.pk, row.pk]


def test_a_draft_application_goes_along_only_when_somebody_says_so(
    manna, adopted, newer, alice, carry
):
    wanted = applications.create(manna, profile=adopted, by=alice, title="가")
    left = applications.create(manna, profile=adopted, by=alice, title="나")
    done = carry(accepted=[f"application-{wanted.pk}"])
    wanted.refresh_from_db()
    left.refresh_from_db()
    assert (wanted.profile, left.profile) == (newer, adopted)
    items = done.items.filter(data__about="application.stays")
    assert [item.data["arguments"]["number"] for item in items] == [left.number]


def test_an_application_under_review_never_switches(manna, adopted, newer, alice, carry):
    sent = applications.create(manna, profile=adopted, by=alice, title="가")
    applications.request_review(sent, by=alice)
    carry(accepted=[f"application-{sent.pk}"])
    sent.refresh_from_db()
    assert sent.profile == adopted


def test_nobody_applies_under_the_former_version_any_more(manna, adopted, alice, carry):
    carry()
    with pytest.raises(Refused):
        applications.create(manna, profile=adopted, by=alice, title="늦은 신청")


def test_the_second_person_is_told_and_nothing_changes(manna, newer, olga, carry, in_english):
    carry()
    items = CarryOverItem.objects.count()
    with pytest.raises(Conflict, match="앨리스 went on from .* already"):
        carry(by=olga)
    assert (CarryOver.objects.count(), CarryOverItem.objects.count()) == (1, items)


def test_of_two_people_at_once_one_wins(manna, newer, alice, olga, carry, monkeypatch, in_english):
    """Olga confirms after Alice's request was checked and before it took the lock."""
    decide = carrying.decide

    def olga_is_faster(planned, pairs):
        monkeypatch.setattr(carrying, "decide", decide)
        carry(by=olga)
        return decide(planned, pairs)

    monkeypatch.setattr(carrying, "decide", olga_is_faster)
    with pytest.raises(Conflict, match="올가 went on from"):
        carry()
    assert CarryOver.objects.get().by == olga
    assert Assessment.objects.filter(requirement__profile=newer).count() == (
        newer.requirements.count()
    )


def test_a_plan_that_somebody_changed_is_not_followed(carry, in_english):
    with pytest.raises(Conflict, match="The plan changed"):
        carry(stamp="of another plan")
    assert not CarryOver.objects.exists()


@pytest.mark.parametrize("who", ["bob", "carol", "dave", "sam"])
def test_it_refuses_who_may_not(carry, request, who):
    with pytest.raises(Unauthorised):
        carry(by=request.getfixturevalue(who))


def test_there_is_no_way_back(manna, adopted, newer, alice, carry, in_english):
    carry()
    with pytest.raises(Refused, match="no way back"):
        carrying.carry_over(manna, newer, adopted, pairs={}, by=alice)


def test_an_older_version_is_no_next_one(manna, adopted, alice, in_english):
    older = nv.changed("0.0.9")
    with pytest.raises(Refused, match="came before"):
        carrying.carry_over(manna, adopted, older, pairs={}, by=alice)


def test_it_refuses_a_list_that_nobody_took_on(elsewhere, adopted, newer, sam, in_english):
    with pytest.raises(Refused, match="Take it on first"):
        carrying.carry_over(elsewhere, adopted, newer, pairs={}, by=sam)


def test_a_list_of_another_platform_is_no_next_version(manna, adopted, alice, in_english):
    def elsewhere(data):
        data["platform"] |= {"id": "yogiyo", "title_ko": "요기요"}
        data["profile"]["id"] = "yogiyo-list"

    other = nv.changed("1", elsewhere)
    with pytest.raises(Refused, match="of another platform"):
        carrying.carry_over(manna, adopted, other, pairs={}, by=alice)
    assert adopted_profiles(manna) == [adopted]


def test_the_list_of_this_year_may_have_another_identifier(manna, adopted, alice):
    sign(said(manna, adopted, nv.UNCHANGED), by=alice)
    own = nv.changed("2027", lambda data: data["profile"].update(id="baemin-2027"))
    carrying.carry_over(manna, adopted, own, pairs={}, by=alice)
    assert said(manna, own, nv.UNCHANGED).verdict == "met"
    assert adopted_profiles(manna) == [own]


def test_a_list_of_another_organisation_is_no_next_version(
    manna, adopted, newer, elsewhere, alice, in_english
):
    newer.organisation = elsewhere
    newer.save(update_fields=["organisation"])
    with pytest.raises(Refused, match="another organisation"):
        carrying.carry_over(manna, adopted, newer, pairs=SAME, by=alice)


def test_a_third_version_goes_on_from_the_second(manna, adopted, newer, alice, carry):
    sign(said(manna, adopted, nv.UNCHANGED), by=alice)
    carry()
    third = nv.changed("0.10.0", nv.a_year_later)
    done = carrying.carry_over(manna, newer, third, pairs={}, by=alice)
    new = said(manna, third, nv.UNCHANGED)
    assert (new.verdict, len(versions.lineage(new)), done.items.count()) == ("met", 3, 0)
    wrote = versions.history_of(new).filter(action="assessment.statement_written")
    assert wrote.count() == 1
    assert adopted_profiles(manna) == [third]


def test_what_was_begun_in_the_new_version_is_not_overwritten(manna, adopted, newer, alice, carry):
    sign(said(manna, adopted, nv.UNCHANGED), by=alice)
    services.adopt(manna, newer, by=SYSTEM)
    begun = said(manna, newer, nv.UNCHANGED)
    sign(begun, "partial", text="새로 썼습니다.", by=alice)
    carry()
    begun.refresh_from_db()
    assert (begun.verdict, begun.statement) == ("partial", "새로 썼습니다.")
    assert begun.carried_from.verdict == "met"


def test_the_former_version_is_read_only(manna, adopted, alice, carry, in_english):
    carry()
    row = said(manna, adopted, nv.UNCHANGED)
    with pytest.raises(Refused, match="former version"):
        services.write_statement(row, text="늦은 글", revision=row.revision, by=alice)


def test_a_value_that_changes_on_a_coming_day_is_listed(manna, adopted, alice, in_english):
    def later(data):
        values = [{"from": None, "value": 730}, {"from": "2999-01-01", "value": 365}]
        about = {"title_ko": "보관기간", "title_en": "Retention", "unit": "days", "values": values}
        data["parameters"]["keep_days"] = about

    first = nv.changed("0.4.0", later)
    done = carrying.carry_over(manna, adopted, first, pairs={}, by=alice)
    said_so = [to_look_at.sentence_of(item) for item in done.items.filter(kind="parameter")]
    assert said_so == [
        "Retention: — → 730 days. Check that it is set so.",
        "Retention: 730 → 365 days from 2999-01-01 on. Prepare it.",
    ]


def test_another_value_of_a_requirement_is_to_be_signed_again(manna, adopted, alice):
    def with_own(version, days):
        def write(data):
            nv.row(data, "OI-LOG-03")["parameters"] = {"log_retention_days": days}

        return nv.changed(version, write)

    first = with_own("0.4.0", 730)
    carrying.carry_over(manna, adopted, first, pairs={}, by=alice)
    sign(said(manna, first, "OI-LOG-03"), by=alice)
    new = with_own("0.5.0", 365)
    done = carrying.carry_over(manna, first, new, pairs={}, by=alice)
    [item] = done.items.all()
    values = [["log_retention_days", "730", "365"]]
    assert (item.kind, item.data["values"]) == ("parameter", values)
    assert said(manna, new, "OI-LOG-03").verdict == "not_checked"


def test_everybody_who_writes_statements_hears_of_it(
    manna, newer, bob, dave, carry, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        done = carry()
    notice = Notice.objects.get(user=bob)
    assert notice.url == f"/o/manna/requirements/versions/carried/{done.pk}/"
    assert not Notice.objects.filter(user=dave).exists()


def test_every_chain_of_the_audit_log_holds(manna, adopted, accepted, alice, carry):
    for code in (nv.REWORDED, nv.STRICTER):
        sign(said(manna, adopted, code), by=alice)
    carry()
    assert [report.broken for report in check_all() if report.broken] == []
    assert Entry.objects.filter(action="profile.carried_over").count() == 1


def test_the_review_by_code_finds_the_link_that_counts(
    manna, adopted, newer, accepted, carol, carry, browse
):
    carry()
    answer = browse(carol).post(
        f"/api/v1/o/manna/evidence/{accepted.evidence.number}/requirements/{nv.REWORDED}/accept"
    )
    assert answer.status_code == 200
    new = EvidenceLink.objects.get(requirement__profile=newer)
    assert (new.state, new.reviewed_by) == (State.ACCEPTED, carol)


def test_a_crosswalk_of_the_house_proposes_and_one_of_others_does_not(manna, elsewhere, adopted):
    def renamed(data):
        nv.row(data, nv.UNCHANGED).update(id="X-01", title_ko="전혀 다른 글", statement_ko="새 글.")

    new = nv.changed("0.3.0", renamed)
    crosswalk = Crosswalk.objects.create(
        organisation=elsewhere, identifier="ours", version="1", title_ko="대응표"
    )
    crosswalk.edges.create(
        from_profile=adopted.identifier,
        from_code=nv.UNCHANGED,
        relation="equal",
        to_profile=new.identifier,
        to_code="X-01",
    )
    assert carrying.plan(manna, adopted, new).difference.proposals == []
    Crosswalk.objects.update(organisation=None)
    [proposal] = carrying.plan(manna, adopted, new).difference.proposals
    assert (proposal.old.code, proposal.new.code, proposal.stated) == (nv.UNCHANGED, "X-01", True)


def test_who_was_saving_meanwhile_is_told_and_nothing_lands_in_the_former_version(
    manna, adopted, olga, carry
):
    row = said(manna, adopted, nv.UNCHANGED)
    assert not versions.is_former(row), "olga's request asked before alice confirmed"
    carry()
    with pytest.raises(Conflict):
        services.write_statement(row, text="늦게 저장한 글", revision=0, by=olga)
    row.refresh_from_db()
    assert row.statement == ""
