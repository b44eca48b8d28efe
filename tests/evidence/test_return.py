"""An auditor returns it and says what has to change."""

import pytest

from compliance.audit.models import Entry
from compliance.evidence import services
from compliance.evidence.models import EvidenceLink, State
from compliance.shared.errors import Refused, Unauthorised


def test_it_carries_the_reason(submitted, carol):
    services.return_(submitted, reason=" 날짜가 보이지 않습니다. ", by=carol)
    submitted.refresh_from_db()
    assert (submitted.state, submitted.reason) == (State.RETURNED, "날짜가 보이지 않습니다.")
    assert not EvidenceLink.objects.supporting().exists()
    assert Entry.objects.get(action="evidence.returned").data["reason"] == submitted.reason


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_it_needs_a_reason(submitted, carol, reason):
    with pytest.raises(Refused):
        services.return_(submitted, reason=reason, by=carol)
    submitted.refresh_from_db()
    assert submitted.state == State.IN_REVIEW


@pytest.mark.parametrize("who", ["alice", "bob", "dave", "olga", "sam"])
def test_it_refuses_roles_that_do_not_review(submitted, who, request):
    with pytest.raises(Unauthorised):
        services.return_(submitted, reason="no", by=request.getfixturevalue(who))
