"""What a scan may close: what its tool, its targets and its profile covered, and nothing else."""

import io
import json

import pytest

from compliance.evidence import services as evidence
from compliance.remediation.models import Task, TaskEvidence
from compliance.scans import services
from compliance.scans.models import Finding
from tests.scans.reading import SAMPLES

XCCDF, TRIVY, NESSUS = "xccdf12.xml", "trivy_config.json", "nessus.nessus"


@pytest.fixture
def bring(manna, alice, adopted):
    def do(content, **options):
        stream = io.BytesIO(content if isinstance(content, bytes) else json.dumps(content).encode())
        return services.import_now(manna, stream, name="scan", by=alice, **options)[0]

    return do


def states():
    return dict(Finding.objects.values_list("rule__code", "state"))


def test_a_rule_outside_the_profile_closes_nothing(import_sample, bring):
    import_sample(XCCDF)
    content = (SAMPLES / XCCDF).read_bytes()
    assert states() == {"sshd_disable_root_login": "open"}
    again = bring(content.replace(b"<result>fail</result>", b"<result>notselected</result>"))
    assert (again.complete, again.count("fixed")) == (True, 0)
    passed = bring(content.replace(b"<result>fail</result>", b"<result>pass</result>"))
    assert passed.count("fixed") == 1


def test_a_kind_of_finding_that_was_not_looked_for_stays_open(import_sample, bring):
    import_sample(TRIVY)
    document = json.loads((SAMPLES / TRIVY).read_text())
    for result in document["Results"]:
        for kind in ("Secrets", "Misconfigurations"):
            result.pop(kind, None)
    document["Results"] = [r for r in document["Results"] if r.get("Vulnerabilities")]
    document["Results"][0]["Vulnerabilities"] = []
    document["CreatedAt"] = "2026-11-23T10:00:00+09:00"
    run = bring(document)
    closed = Finding.objects.filter(state="fixed").values_list("rule__code", flat=True)
    assert set(closed) == {"CVE-2026-0001", "CVE-2026-0002"}
    assert run.count("not_retested") == Finding.objects.filter(state="open").count() > 0


def test_a_plugin_outside_the_policy_closes_nothing(bring):
    def scan(plugins, items, day):
        return (
            "<NessusClientData_v2><Policy><Preferences><ServerPreferences><preference>"
            f"<name>plugin_set</name><value>{plugins}</value></preference></ServerPreferences>"
            '</Preferences></Policy><Report name="r"><ReportHost name="h"><HostProperties>'
            f'<tag name="host-ip">10.0.0.1</tag><tag name="HOST_END">Fri Nov {day} 10:00:00 2026</tag>'
            f"</HostProperties>{items}</ReportHost></Report></NessusClientData_v2>"
        ).encode()

    item = '<ReportItem port="443" protocol="tcp" severity="3" pluginID="51192" pluginName="p"/>'
    bring(scan("51192;10287", item, 20))
    assert bring(scan("10287", "", 21)).count("fixed") == 0
    assert bring(scan("51192;10287", "", 22)).count("fixed") == 1


def test_the_run_that_no_longer_sees_it_is_what_verified_the_fix(import_sample):
    import_sample(TRIVY)
    run = import_sample(
        TRIVY,
        (b"CVE-2026-0001", b"CVE-2026-0009"),
        (b"2026-11-20T10:00:00", b"2026-11-21T10:00:00"),
    )
    finding = Finding.objects.get(rule__code="CVE-2026-0001")
    assert (finding.state, finding.fixed_run) == ("fixed", run)
    assert list(finding.observations.order_by("pk").values_list("change", "outcome")) == [
        ("new", "fail"),
        ("fixed", "pass"),
    ]


def test_the_evidence_of_the_task_stays_when_the_text_changes(import_sample, manna, alice):
    import_sample(TRIVY)
    task = Task.objects.get(finding__rule__code="CVE-2026-0001")
    added = evidence.add(manna, [evidence.Upload(io.BytesIO(b"before"), "before.txt")], by=alice)
    remediation_link = TaskEvidence.objects.create(
        task=task, evidence=added.evidence, role=TaskEvidence.Role.BEFORE, added_by=alice
    )
    import_sample(TRIVY, (b'"FixedVersion": "3.0.12"', b'"FixedVersion": "3.0.13"'))
    again = Task.objects.get(finding__rule__code="CVE-2026-0001")
    assert again == task
    assert list(again.evidence_links.all()) == [remediation_link]
