"""alice decides many findings at once, says how severe one is, and accepted risks end."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from compliance.audit.models import Entry
from compliance.remediation import deciding
from compliance.remediation.models import Task
from compliance.scans import decisions, mapping, services
from compliance.scans.models import Finding
from compliance.scans.tasks import end_acceptances
from compliance.shared.errors import Refused, Unauthorised

NMAP, TRIVY = "nmap_ipv6_only.xml", "trivy_config.json"
REASON = "점검용으로 잠시 연 포트이며 방화벽에서 차단됩니다."


@pytest.fixture
def findings(import_sample) -> list[Finding]:
    import_sample(NMAP)
    return list(Finding.objects.order_by("number"))


def test_each_is_decided_and_one_that_cannot_be_says_why(findings, alice):
    services.triage(findings[0], state="false_positive", reason=REASON, by=alice)
    decided = decisions.triage_many(
        Finding.objects.order_by("number"), state="disputed", reason=REASON, by=alice
    )
    assert [finding.number for finding in decided.done] == [2, 3]
    [(refused, sentence)] = decided.refused
    assert (refused.number, bool(sentence)) == (1, True)
    states = dict(Finding.objects.values_list("number", "state"))
    assert states == {1: "false_positive", 2: "disputed", 3: "disputed"}
    assert Entry.objects.filter(action="finding.triaged").count() == 3


def test_without_a_reason_none_is_decided(findings, alice):
    with pytest.raises(Refused):
        decisions.triage_many(findings, state="disputed", reason=" ", by=alice)
    assert set(Finding.objects.values_list("state", flat=True)) == {"open"}


def test_too_many_at_once_are_refused_whole(findings, alice, monkeypatch):
    monkeypatch.setattr(decisions, "MOST_AT_ONCE", 2)
    with pytest.raises(Refused, match="2"):
        decisions.triage_many(findings, state="disputed", reason=REASON, by=alice)


def test_through_the_page_and_only_in_the_own_organisation(
    browse, findings, alice, import_sample, elsewhere, sam
):
    import_sample(NMAP, organisation=elsewhere, by=sam)
    url = reverse("scans:triage-many", kwargs={"organisation": "manna"})
    data = {"number": ["1", "3", "99", "x"], "state": "disputed", "reason": REASON}
    answer = browse(alice).post(url, data, follow=True)
    assert answer.status_code == 200
    disputed = Finding.objects.filter(state="disputed")
    assert set(disputed.values_list("organisation__slug", "number")) == {("manna", 1), ("manna", 3)}


def test_nothing_chosen_is_a_sentence(browse, findings, alice):
    url = reverse("scans:triage-many", kwargs={"organisation": "manna"})
    answer = browse(alice).post(url, {"state": "disputed", "reason": REASON})
    assert answer.status_code == 409


def test_a_severity_of_ones_own_stands_through_later_scans(import_sample, alice, olga):
    import_sample(TRIVY)
    finding = Finding.objects.get(rule__code="CVE-2026-0001")
    decisions.set_severity(finding, "low", reason=REASON, by=alice)
    import_sample(TRIVY, (b'"CRITICAL", "Title": "openssl', b'"HIGH", "Title": "openssl'))
    mapping.resolve_all()
    finding.refresh_from_db()
    assert (finding.severity, finding.reported_severity, finding.severity_by) == (
        "low",
        "high",
        alice,
    )
    entry = Entry.objects.get(action="finding.graded")
    assert (entry.data["before"], entry.data["after"]) == ("critical", "low")


def test_taken_back_the_mapping_counts_again(findings, alice):
    finding = Finding.objects.get(rule__code="port:3306/tcp")
    decisions.set_severity(finding, "critical", reason=REASON, by=alice)
    decisions.set_severity(finding, "", reason="다시 도구의 등급을 따릅니다.", by=alice)
    finding.refresh_from_db()
    assert (finding.severity, finding.own_severity, finding.severity_reason) == ("high", "", "")


def test_a_severity_needs_a_reason_and_the_right(findings, alice, bob, dave):
    with pytest.raises(Refused):
        decisions.set_severity(findings[0], "low", reason="", by=alice)
    for person in (bob, dave):
        with pytest.raises(Unauthorised):
            decisions.set_severity(findings[0], "low", reason=REASON, by=person)


def test_a_severity_through_the_page(browse, findings, alice):
    where = {"organisation": "manna", "number": 1}
    client = browse(alice)
    client.post(reverse("scans:grade", kwargs=where), {"severity": "low", "reason": REASON})
    assert REASON in client.get(reverse("scans:finding", kwargs=where)).content.decode()


def test_an_acceptance_ends_by_itself_and_its_task_goes_back_to_work(import_sample, alice, olga):
    import_sample(TRIVY)
    finding = Finding.objects.get(rule__code="CVE-2026-0001")
    until = timezone.localdate() + timedelta(days=3)
    task = Task.objects.get(finding=finding)
    asked = deciding.ask_acceptance(task, reason=REASON, until=until, by=alice)
    deciding.approve_acceptance(asked, by=olga)
    assert Task.objects.get(finding=finding).state == "risk_accepted"
    assert decisions.end_acceptances(until) == 0
    assert decisions.end_acceptances(until + timedelta(days=1)) == 1
    assert decisions.end_acceptances(until + timedelta(days=1)) == 0
    finding.refresh_from_db()
    assert (finding.state, finding.accepted_until, finding.reason) == ("open", None, "")
    assert Task.objects.get(finding=finding).state == "in_progress"
    assert Entry.objects.filter(action="finding.acceptance_ended").count() == 1


def test_the_scheduler_calls_it(findings, alice):
    end_acceptances()
    assert set(Finding.objects.values_list("state", flat=True)) == {"open"}


def test_what_the_file_says_of_attacks_can_be_filtered(browse, findings, alice):
    Finding.objects.filter(number=1).update(exploited=True, epss=0.9)
    Finding.objects.filter(number=2).update(epss=0.02)
    url = reverse("scans:findings", kwargs={"organisation": "manna"})
    for value in ("known", "likely"):
        page = browse(alice).get(url, {"attacked": value}).context["page"]
        assert [finding.number for finding in page] == [1]


def test_findings_of_one_asset(browse, findings, alice):
    url = reverse("scans:findings", kwargs={"organisation": "manna"})
    page = browse(alice).get(url, {"asset": findings[0].asset_id}).context["page"]
    assert page.paginator.count == 3


def many(browse, person, **data):
    url = reverse("scans:triage-many", kwargs={"organisation": "manna"})
    return browse(person).post(url, {"state": "disputed", "reason": REASON} | data)


def test_everything_that_the_filter_leaves_can_be_decided(browse, findings, alice):
    answer = many(browse, alice, everything="yes", filter="q=port%3A22&state=open")
    assert answer.url == "/o/manna/findings/?q=port%3A22&state=open"
    disputed = Finding.objects.filter(state="disputed")
    assert list(disputed.values_list("rule__code", flat=True)) == ["port:22/tcp"]


def test_everything_is_bounded_and_of_the_own_organisation(
    browse, findings, alice, import_sample, elsewhere, sam, monkeypatch
):
    import_sample(NMAP, organisation=elsewhere, by=sam)
    many(browse, alice, everything="yes", filter="")
    disputed = Finding.objects.filter(state="disputed")
    assert set(disputed.values_list("organisation__slug", flat=True)) == {"manna"}
    monkeypatch.setattr(decisions, "MOST_AT_ONCE", 2)
    assert many(browse, alice, everything="yes", filter="").status_code == 409
