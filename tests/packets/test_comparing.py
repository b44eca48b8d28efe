"""What changed between two rounds, read from what was frozen."""

import io

import pytest

from compliance.applications import changes, verdicts
from compliance.applications import services as applications
from compliance.applications.changes import What
from compliance.applications.verdicts import Word
from compliance.evidence import services as evidence
from compliance.packets import services
from compliance.requirements.models import Assessment
from tests.vault import samples


@pytest.fixture
def second(application, frozen, alice, adopted):
    """Round 2, open; the platform asked for more at OI-NET-03 after round 1."""
    application.refresh_from_db()
    applications.submit(application, by=alice)
    applications.receive(application, receipt_number="WB-77", by=alice)
    applications.start_review(application, by=alice)
    word = Word(adopted.requirements.get(code="OI-NET-03"), "supplement", "증적을 보완하십시오.")
    verdicts.receive(application.current_round, [word], by=alice)
    applications.request_changes(application, by=alice)
    return applications.open_next_round(application, by=alice)


def between(application, second):
    first = application.rounds.get(number=1)
    second.__dict__.pop("_changes", None)
    return changes.known(first, second)


def test_nothing_is_different_at_first(application, second):
    assert between(application, second) == {}, "the task that was opened is no change of ours"


def test_statement_verdict_and_evidence(application, second, accepted, bob, carol):
    Assessment.objects.filter(requirement__code="OI-NET-05").update(
        verdict="met", statement="접속 통제를 적용했습니다."
    )
    version = [evidence.Upload(io.BytesIO(samples.image()), "새 정책.png")]
    evidence.add_version(accepted.evidence, version, by=bob)
    gone = between(application, second)
    assert [each.what for each in gone["OI-NET-03"]] == [What.EVIDENCE_GONE], "not accepted yet"
    accepted.refresh_from_db()
    evidence.accept(accepted, by=carol)
    found = between(application, second)
    assert [each.what for each in found["OI-NET-03"]] == [What.EVIDENCE_CHANGED]
    verdict, statement = found["OI-NET-05"]
    assert (verdict.what, verdict.after) == (What.VERDICT, "적합")
    assert (statement.before, statement.after) == ("", "접속 통제를 적용했습니다.")


def test_a_later_edit_does_not_change_what_two_frozen_rounds_say(application, second, alice):
    Assessment.objects.filter(requirement__code="OI-NET-05").update(statement="둘째 차수의 글")
    services.freeze(second, by=alice, gaps_reason="계획 있음")
    Assessment.objects.filter(requirement__code="OI-NET-05").update(statement="그 뒤의 글")
    (change,) = between(application, second)["OI-NET-05"]
    assert change.after == "둘째 차수의 글"


def test_a_change_answers_the_platform_too(application, second, in_english):
    from compliance.applications import preflight

    def asked():
        return [g for g in preflight.gaps(application) if g.topic == preflight.Topic.ANSWER]

    application.refresh_from_db()
    assert len(asked()) == 1
    Assessment.objects.filter(requirement__code="OI-NET-03").update(statement="보완했습니다.")
    assert asked() == []


def test_the_second_packet_carries_the_answers(application, second, alice):
    verdict = application.rounds.get(number=1).verdicts.select_related("requirement").get()
    verdict.round.application = application
    verdicts.reply(verdict, text="정책을 새로 제출합니다.", revision=0, by=alice)
    manifest = services.freeze(second, by=alice, gaps_reason="계획 있음").manifest
    submission = manifest["submission"]
    assert submission["answered_round"] == 1
    (answer,) = submission["answers"]
    assert (answer["requirement"], answer["words"], answer["answer"], answer["answered_by"]) == (
        "OI-NET-03",
        "증적을 보완하십시오.",
        "정책을 새로 제출합니다.",
        "앨리스",
    )


def test_nobody_compares_with_a_round_that_was_not_kept(whole_application, alice):
    first = whole_application.current_round
    applications.lock(first, by=alice, gaps_reason="계획 있음")
    second = applications.open_next_round(first.application, by=alice)
    assert changes.known(first, second) is None
