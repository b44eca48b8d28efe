"""alice says what a finding is, with a reason; only a scan marks it as fixed."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from compliance.audit.models import Entry
from compliance.scans import services
from compliance.scans.models import Finding
from compliance.shared.errors import Refused, Unauthorised

NMAP = "nmap_ipv6_only.xml"
REASON = "점검용으로 잠시 연 포트이며 방화벽에서 차단됩니다."


@pytest.fixture
def finding(import_sample, manna) -> Finding:
    """One that became no task: with one, its risk is accepted there, by two people."""
    manna.task_threshold = "critical"
    manna.save(update_fields=["task_threshold"])
    import_sample(NMAP)
    return Finding.objects.get(rule__code="port:23/tcp")


@pytest.mark.parametrize("state", ["false_positive", "disputed"])
def test_it_keeps_the_reason_and_who_said_so(finding, alice, state):
    services.triage(finding, state=state, reason=REASON, by=alice)
    finding.refresh_from_db()
    assert (finding.state, finding.reason, finding.triaged_by) == (state, REASON, alice)
    entry = Entry.objects.filter(action="finding.triaged").get()
    assert (entry.data["before"], entry.data["after"]) == ("open", state)


def test_a_false_positive_stays_one_when_the_scan_sees_it_again(finding, alice, import_sample):
    services.triage(finding, state="false_positive", reason=REASON, by=alice)
    import_sample(NMAP, (b'elapsed="10.00"', b'elapsed="12.00"'))
    finding.refresh_from_db()
    assert (finding.state, finding.reason) == ("false_positive", REASON)


def test_accepting_a_risk_needs_a_day_on_which_it_ends(finding, alice):
    today = timezone.localdate()
    for until in (None, today):
        with pytest.raises(Refused):
            services.triage(finding, state="risk_accepted", reason=REASON, by=alice, until=until)
    services.triage(
        finding, state="risk_accepted", reason=REASON, by=alice, until=today + timedelta(days=30)
    )
    assert finding.state == "risk_accepted"


def test_an_acceptance_that_ran_out_opens_again_with_the_next_scan(finding, alice, import_sample):
    services.triage(
        finding,
        state="risk_accepted",
        reason=REASON,
        by=alice,
        until=timezone.localdate() + timedelta(days=1),
    )
    Finding.objects.update(accepted_until=timezone.localdate() - timedelta(days=1))
    import_sample(NMAP, (b'elapsed="10.00"', b'elapsed="12.00"'))
    finding.refresh_from_db()
    assert finding.state == "open"


@pytest.mark.parametrize("reason", ["", "  ", "아님"])
def test_without_a_reason_it_is_refused(finding, alice, reason):
    with pytest.raises(Refused):
        services.triage(finding, state="false_positive", reason=reason, by=alice)


def test_nobody_marks_a_finding_as_fixed_by_hand(finding, alice):
    with pytest.raises(Refused):
        services.triage(finding, state="fixed", reason=REASON, by=alice)


def test_bob_and_dave_may_not(finding, bob, dave):
    for person in (bob, dave):
        with pytest.raises(Unauthorised):
            services.triage(finding, state="false_positive", reason=REASON, by=person)


def test_two_people_at_once_the_second_is_told(finding, alice, olga):
    stale = Finding.objects.get(pk=finding.pk)
    services.triage(finding, state="false_positive", reason=REASON, by=alice)
    with pytest.raises(Refused):
        services.triage(stale, state="disputed", reason=REASON, by=olga)


def test_through_the_page(browse, finding, alice):
    where = {"organisation": "manna", "number": finding.number}
    client = browse(alice)
    client.post(reverse("scans:triage", kwargs=where), {"state": "disputed", "reason": REASON})
    page = client.get(reverse("scans:finding", kwargs=where)).content.decode()
    assert REASON in page
    assert "이의" in page
