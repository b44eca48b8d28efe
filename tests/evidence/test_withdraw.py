"""Withdrawn evidence counts nowhere and is deleted nowhere."""

import pytest

from compliance.evidence import services
from compliance.evidence.models import EvidenceLink
from compliance.shared.errors import Refused, Unauthorised
from tests.evidence.conftest import upload


def test_it_no_longer_supports(accepted, bob):
    services.withdraw(accepted.evidence, reason="잘못 올림", by=bob)
    assert not EvidenceLink.objects.supporting().exists()
    assert accepted.evidence.versions.count() == 1


def test_nothing_follows_a_withdrawal(submitted, bob, carol):
    services.withdraw(submitted.evidence, reason="잘못 올림", by=bob)
    with pytest.raises(Refused):
        services.accept(submitted, by=carol)
    with pytest.raises(Refused):
        services.add_version(submitted.evidence, [upload()], by=bob)
    with pytest.raises(Refused):
        services.withdraw(submitted.evidence, reason="다시", by=bob)


def test_it_needs_a_reason_and_the_role(submitted, bob, dave):
    with pytest.raises(Refused):
        services.withdraw(submitted.evidence, reason=" ", by=bob)
    with pytest.raises(Unauthorised):
        services.withdraw(submitted.evidence, reason="x", by=dave)
