import pytest

from compliance.applications import policies, services
from compliance.applications.models import Application
from compliance.shared.errors import Refused, Unauthorised


def test_open_blockers_need_a_reason(application, alice):
    with pytest.raises(Refused) as refusal:
        services.lock(application.current_round, by=alice)
    assert str(refusal.value) == str(policies.REASON_FOR_GAPS)
    assert Application.objects.get().state == "draft"
    assert not application.current_round.is_frozen


def test_blanks_are_no_reason(application, alice):
    with pytest.raises(Refused):
        services.lock(application.current_round, by=alice, gaps_reason=" \r\n ")


def test_with_a_reason_the_lead_freezes_a_draft(application, alice):
    services.lock(application.current_round, by=alice, gaps_reason="방화벽은 12월에 도입합니다.")
    round_ = application.current_round
    assert Application.objects.get().state == "locked"
    assert round_.gaps_reason == "방화벽은 12월에 도입합니다."
    assert round_.frozen_by == alice
    assert round_.as_of == round_.frozen_at


def test_who_freezes_what_nobody_prepared_has_prepared_it(locked, alice):
    assert locked.current_round.prepared_by == alice


def test_a_reviewed_round_keeps_its_signatures(in_internal_review, alice, carol, olga):
    services.review(in_internal_review.current_round, by=carol)
    services.lock(in_internal_review.current_round, by=olga, gaps_reason="계획 있음")
    round_ = in_internal_review.current_round
    assert (round_.prepared_by, round_.reviewed_by, round_.frozen_by) == (alice, carol, olga)


def test_a_round_freezes_once(locked, alice):
    with pytest.raises(Refused):
        services.lock(locked.current_round, by=alice, gaps_reason="다시")


def test_two_who_freeze_at_once_make_one_frozen_round(application, alice, olga):
    first, second = application.current_round, application.current_round
    assert second.application.state == "draft"
    services.lock(first, by=alice, gaps_reason="계획 있음")
    with pytest.raises(Refused):
        services.lock(second, by=olga, gaps_reason="계획 있음")
    assert application.current_round.frozen_by == alice


def test_an_engineer_may_not(application, bob):
    with pytest.raises(Unauthorised):
        services.lock(application.current_round, by=bob, gaps_reason="계획 있음")
