import pytest
from django.db import IntegrityError, transaction

from compliance.applications import policies, services
from compliance.applications.models import Round
from compliance.shared.errors import Refused, Unauthorised


def test_the_lead_prepares_the_auditor_reviews_the_owner_approves(
    in_internal_review, alice, carol, olga
):
    services.review(in_internal_review.current_round, by=carol)
    services.approve(in_internal_review.current_round, by=olga)
    round_ = in_internal_review.current_round
    assert (round_.prepared_by, round_.reviewed_by, round_.approved_by) == (alice, carol, olga)


def test_who_prepared_it_cannot_approve_it(in_internal_review, alice):
    with pytest.raises(Refused) as refusal:
        services.approve(in_internal_review.current_round, by=alice)
    assert str(refusal.value) == str(policies.PREPARER_CANNOT_APPROVE)


def test_the_database_says_so_too(in_internal_review, alice):
    round_ = in_internal_review.current_round
    with pytest.raises(IntegrityError), transaction.atomic():
        Round.objects.filter(pk=round_.pk).update(approved_by=alice, approved_at=round_.opened_at)


def test_a_signature_has_its_time(in_internal_review, olga):
    with pytest.raises(IntegrityError), transaction.atomic():
        Round.objects.update(approved_by=olga)


def test_the_owner_does_not_sign_for_the_auditor(in_internal_review, olga):
    with pytest.raises(Unauthorised):
        services.review(in_internal_review.current_round, by=olga)


def test_nobody_signs_a_draft(application, olga):
    with pytest.raises(Refused) as refusal:
        services.approve(application.current_round, by=olga)
    assert str(refusal.value) == str(policies.NOT_IN_INTERNAL_REVIEW)


def test_one_signs_once(in_internal_review, olga):
    services.approve(in_internal_review.current_round, by=olga)
    with pytest.raises(Refused):
        services.approve(in_internal_review.current_round, by=olga)


def test_taking_it_back_drops_the_signatures(in_internal_review, alice, carol):
    services.review(in_internal_review.current_round, by=carol)
    services.take_back(in_internal_review, by=alice)
    round_ = in_internal_review.current_round
    assert in_internal_review.state == "draft"
    assert (round_.prepared_by, round_.reviewed_by, round_.reviewed_at) == (None, None, None)
