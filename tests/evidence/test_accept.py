"""An auditor accepts; never the person who handed it in."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.audit.models import Entry
from compliance.evidence import policies, services
from compliance.evidence.models import EvidenceLink, State
from compliance.shared.errors import Conflict, Refused, Unauthorised, why_not
from compliance.vault.models import Inspection, InspectionState
from tests.conftest import make_person


def test_it_supports_the_requirement(accepted, carol):
    accepted.refresh_from_db()
    assert accepted.state == State.ACCEPTED
    assert accepted.reviewed_by == carol
    assert list(EvidenceLink.objects.supporting()) == [accepted]
    entry = Entry.objects.get(action="evidence.accepted")
    assert entry.data["requirement"] == "OI-NET-03"


@pytest.mark.parametrize("who", ["alice", "bob", "dave", "olga", "sam"])
def test_it_refuses_roles_that_do_not_review(submitted, who, request):
    with pytest.raises(Unauthorised):
        services.accept(submitted, by=request.getfixturevalue(who))
    submitted.refresh_from_db()
    assert submitted.state == State.IN_REVIEW


@pytest.mark.usefixtures("in_english")
def test_it_refuses_the_uploader_even_as_an_auditor(submitted, bob):
    bob.memberships.update(role="auditor")
    bob.__dict__.pop("_memberships", None)
    sentence = why_not(policies.check_can_accept, submitted, bob)
    assert sentence == "Somebody other than the uploader has to accept this."
    with pytest.raises(Refused, match="Somebody other"):
        services.accept(submitted, by=bob)


def test_the_database_refuses_the_submitter_too(submitted, bob):
    rows = EvidenceLink.objects.filter(pk=submitted.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(state="accepted", reviewed_by=bob, reviewed_at=timezone.now())


def test_a_second_review_is_refused(accepted, carol):
    with pytest.raises(Refused):
        services.accept(accepted, by=carol)


def test_of_two_at_once_one_wins(submitted, carol, manna):
    dora = make_person("dora", "도라", manna, "auditor")
    other = EvidenceLink.objects.get(pk=submitted.pk)
    services.accept(submitted, by=carol)
    with pytest.raises(Conflict):
        services.return_(other, reason="흐림", by=dora)
    other.refresh_from_db()
    assert (other.state, other.reviewed_by) == (State.ACCEPTED, carol)


@pytest.mark.usefixtures("in_english")
def test_what_is_too_old_is_not_accepted(submitted, carol):
    with (
        time_machine.travel(timezone.now() + timedelta(days=91)),
        pytest.raises(Refused, match="too long ago"),
    ):
        services.accept(submitted, by=carol)


def test_upper_rooms_hear_of_it_after_the_commit(
    submitted, carol, heard, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        services.accept(submitted, by=carol)
        assert heard() == []
    assert heard() == [submitted.pk]


def test_what_is_in_quarantine_is_not_accepted(submitted, carol):
    blob = submitted.version.files.get().blob
    Inspection.objects.update_or_create(
        blob=blob,
        defaults={
            "organisation": blob.organisation,
            "state": InspectionState.QUARANTINED,
            "signature": "Eicar-Test",
        },
    )
    with pytest.raises(Refused, match="Eicar-Test"):
        services.accept(submitted, by=carol)
