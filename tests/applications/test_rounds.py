"""From the platform's receipt to its decision, through a second round."""

import pytest

from compliance.applications import services
from compliance.applications.models import Application
from compliance.shared.errors import Conflict, Refused


def test_changes_requested_lead_to_a_second_round(in_review, alice):
    services.request_changes(in_review, text="방화벽 이중화 증적을 보완하십시오.", by=alice)
    second = services.open_next_round(in_review, by=alice)
    services.lock(second, by=alice, gaps_reason="계획 있음")
    in_review.refresh_from_db()
    services.submit(in_review, by=alice)
    assert in_review.state == "resubmitted"
    assert [each.number for each in in_review.rounds.all()] == [1, 2]
    assert in_review.rounds.get(number=1).requested_changes.startswith("방화벽")


def test_a_frozen_round_that_is_not_sent_stays_frozen(locked, alice):
    services.open_next_round(locked, by=alice)
    first, second = locked.rounds.all()
    assert locked.state == "draft"
    assert first.is_frozen
    assert first.submitted_at is None
    assert not second.is_frozen
    services.lock(second, by=alice, gaps_reason="계획 있음")
    locked.refresh_from_db()
    services.submit(locked, by=alice)
    assert locked.state == "submitted", "nothing was sent before"


def test_the_receipt_has_a_number(locked, alice):
    services.submit(locked, by=alice)
    with pytest.raises(Refused):
        services.receive(locked, receipt_number="  ", by=alice)
    with pytest.raises(Refused, match="60"):
        services.receive(locked, receipt_number="9" * 61, by=alice)
    services.receive(locked, receipt_number="WB-77", by=alice)
    assert Application.objects.get().receipt_number == "WB-77"


def test_a_draft_is_not_submitted(application, alice):
    with pytest.raises(Refused):
        services.submit(application, by=alice)


def test_two_who_submit_at_once_submit_once(locked, alice, olga):
    second = Application.objects.get()
    services.submit(locked, by=alice)
    with pytest.raises(Conflict):
        services.submit(second, by=olga)


def test_an_approval_ends_it(in_review, alice):
    services.decide(in_review, approved=True, note="", by=alice)
    stored = Application.objects.get()
    assert (stored.state, stored.is_open) == ("approved", False)
    assert stored.closed_at


def test_a_refusal_needs_words(in_review, alice):
    with pytest.raises(Refused):
        services.decide(in_review, approved=False, note="", by=alice)
    services.decide(in_review, approved=False, note="서버가 분리되어 있지 않음", by=alice)
    assert Application.objects.get().state == "refused"


def test_cancelling_needs_a_reason_and_is_final(application, alice):
    with pytest.raises(Refused):
        services.cancel(application, reason="", by=alice)
    services.cancel(application, reason="사업 철회", by=alice)
    with pytest.raises(Refused):
        services.request_review(application, by=alice)
