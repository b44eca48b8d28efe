"""Accepted evidence expires on the day after its last."""

from datetime import timedelta

from compliance.audit.models import Entry
from compliance.evidence import services
from compliance.evidence.models import EvidenceLink, State


def test_it_expires_after_its_last_day(accepted):
    assert services.expire_due(accepted.valid_until) == 0
    assert services.expire_due(accepted.valid_until + timedelta(days=1)) == 1
    accepted.refresh_from_db()
    assert accepted.state == State.EXPIRED
    assert Entry.objects.get(action="evidence.expired").actor_name == "Gatepass"


def test_it_does_not_support_even_before_the_sweep(accepted):
    after = accepted.valid_until + timedelta(days=1)
    assert not EvidenceLink.objects.supporting(after).exists()


def test_what_waits_for_a_review_does_not_expire(submitted):
    assert services.expire_due(submitted.valid_until + timedelta(days=1)) == 0
