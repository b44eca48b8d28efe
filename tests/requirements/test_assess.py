"""Statements, verdicts, owners."""

import pytest
from django.db import IntegrityError, transaction

from compliance.audit import selectors as audit
from compliance.requirements import services
from compliance.requirements.models import Assessment
from compliance.requirements.registries import Reason, propose
from compliance.shared.errors import Conflict, Refused, Unauthorised

Verdict = Assessment.Verdict


def test_a_statement_is_kept_and_recorded(assessment, bob):
    services.write_statement(assessment, text="기본 차단 정책을 적용합니다.", revision=0, by=bob)
    assessment.refresh_from_db()
    assert assessment.statement == "기본 차단 정책을 적용합니다."
    assert assessment.revision == 1
    [entry] = audit.history(assessment)
    assert entry.data["before"] == ""
    assert entry.actor_name.startswith("밥")


def test_the_same_text_again_records_nothing(assessment, bob):
    services.write_statement(assessment, text="그대로", revision=0, by=bob)
    services.write_statement(assessment, text="그대로", revision=1, by=bob)
    assert audit.history(assessment).count() == 1


def test_two_people_writing_lose_nothing(manna, assessment, alice, bob):
    same = Assessment.objects.get(pk=assessment.pk)
    services.write_statement(assessment, text="밥의 글", revision=0, by=bob)
    with pytest.raises(Conflict):
        services.write_statement(same, text="앨리스의 글", revision=0, by=alice)
    same.refresh_from_db()
    assert same.statement == "밥의 글"


def test_a_viewer_cannot_write(assessment, dave):
    with pytest.raises(Unauthorised):
        services.write_statement(assessment, text="x", revision=0, by=dave)


def test_a_stranger_cannot_write(assessment, sam):
    with pytest.raises(Unauthorised):
        services.write_statement(assessment, text="x", revision=0, by=sam)


def test_only_the_lead_signs_a_verdict(assessment, alice, bob):
    with pytest.raises(Unauthorised):
        services.set_verdict(assessment, verdict=Verdict.MET, reason="", revision=0, by=bob)
    services.set_verdict(assessment, verdict=Verdict.MET, reason="", revision=0, by=alice)
    assessment.refresh_from_db()
    assert (assessment.verdict, assessment.decided_by) == (Verdict.MET, alice)


def test_not_applicable_needs_a_reason(assessment, alice):
    with pytest.raises(Refused, match="이유|사유|reason"):
        services.set_verdict(
            assessment, verdict=Verdict.NOT_APPLICABLE, reason="  ", revision=0, by=alice
        )


def test_the_database_needs_the_reason_too(assessment):
    rows = Assessment.objects.filter(pk=assessment.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(verdict=Verdict.NOT_APPLICABLE, reason="")


def test_an_owner_must_be_a_member(assessment, alice, bob, sam):
    services.assign(assessment, owner=bob, due=None, by=alice)
    with pytest.raises(Refused):
        services.assign(assessment, owner=sam, due=None, by=alice)
    assessment.refresh_from_db()
    assert assessment.owner == bob


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ([], Verdict.NOT_CHECKED),
        ([Reason(supports=True, sentence="")], Verdict.MET),
        (
            [Reason(supports=True, sentence=""), Reason(supports=False, sentence="")],
            Verdict.PARTIAL,
        ),
        (
            [
                Reason(supports=True, sentence=""),
                Reason(supports=False, sentence="", blocking=True),
            ],
            Verdict.NOT_MET,
        ),
    ],
)
def test_the_machine_proposes_the_worst_honest_reading(found, verdict):
    assert propose(found) == verdict
