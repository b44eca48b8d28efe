"""What a mapping asks of a result decides everywhere: the finding counts, or it does not.

The finding is CVE-2026-0001 on an image, critical, mapped to OI-SRV-08.
"""

import csv
import io

import pytest

from compliance.applications import services as applications
from compliance.applications.checks import findings as gaps_of_findings
from compliance.packets import gathering_scans
from compliance.remediation.models import Task
from compliance.requirements.models import Assessment, Requirement
from compliance.scans import comparing, exporting, mapping, selectors, showing
from compliance.scans.models import Finding, MappingEdge, MappingSet, RuleMapping, ScanRun

RULE, CODE = "CVE-2026-0001", "OI-SRV-08"

UNMET = {
    "a severity that it has not": {"minimum_severity": "critical"},
    "another kind of asset": {"asset_kind": "host"},
    "another outcome": {"outcome": "pass"},
    "evidence alone": {"effect": "evidences"},
}
MET = {
    "nothing": {},
    "its severity": {"minimum_severity": "high"},
    "its kind of asset": {"asset_kind": "image"},
    "a failure": {"outcome": "fail"},
    "violations alone": {"effect": "violates"},
}
CASES = [
    *(pytest.param(asked, False, id=what) for what, asked in UNMET.items()),
    *(pytest.param(asked, True, id=what) for what, asked in MET.items()),
]


@pytest.fixture
def requirement(adopted) -> Requirement:
    return Requirement.objects.get(code=CODE, profile=adopted)


@pytest.fixture
def ask(import_sample, requirement):
    """Every mapping of the requirement asks for *asked*; then the finding is there."""

    def do(asked) -> Finding:
        import_sample("trivy_config.json")
        Finding.objects.filter(rule__code=RULE).update(severity="high")
        MappingEdge.objects.filter(requirement_code=CODE).update(**asked)
        mapping.resolve_all()
        assert RuleMapping.objects.filter(rule__code=RULE, requirement=requirement).exists()
        finding = Finding.objects.get(rule__code=RULE)
        Finding.objects.exclude(pk=finding.pk).update(
            state="fixed", fixed_run=ScanRun.objects.first(), fixed_at="2026-11-20T00:00Z"
        )
        Finding.objects.filter(pk=finding.pk).update(severity="high")
        finding.refresh_from_db()
        return finding

    return do


@pytest.mark.parametrize(("asked", "counts"), CASES)
def test_on_the_requirement_page(ask, manna, requirement, asked, counts, rf, alice, client):
    finding = ask(asked)
    assert (finding in selectors.findings_of(manna, requirement)) == counts
    client.force_login(alice)
    assessment = Assessment.objects.get(organisation=manna, requirement=requirement)
    shown = showing.panel(rf.get("/"), assessment)
    assert (finding in [row for row, _why in shown["findings"]]) == counts
    assert shown["open"] == counts


@pytest.mark.parametrize(("asked", "counts"), CASES)
def test_in_the_readiness_of_the_list(ask, manna, requirement, asked, counts):
    ask(asked)
    known = showing.known(manna, [requirement.pk]).get(requirement.pk)
    against = [reason for reason in known.reasons if not reason.supports] if known else []
    assert bool(against) == counts


@pytest.mark.parametrize(("asked", "counts"), CASES)
def test_in_the_table_of_findings_its_files_and_the_api(
    ask, manna, requirement, browse, alice, asked, counts
):
    finding = ask(asked)
    client = browse(alice)
    filtered = client.get(f"/o/manna/findings/?requirement={requirement.pk}&state=open").content
    if asked.get("effect") == "evidences":  # then there is no such choice
        assert f'<option value="{requirement.pk}"'.encode() not in filtered
    else:
        assert (f"/findings/{finding.number}/".encode() in filtered) == counts
    listed = client.get("/o/manna/findings/?state=open").content.decode().partition("<tbody")[2]
    assert (CODE in listed) == counts
    rows = csv.reader(io.StringIO(exporting.as_csv(Finding.objects.open()).decode("utf-8-sig")))
    assert (CODE in list(rows)[1][6]) == counts
    answer = client.get("/api/v1/o/manna/findings")
    if answer.status_code == 200:
        assert (CODE in answer.json()[0]["requirements"]) == counts


@pytest.mark.parametrize(("asked", "counts"), CASES)
def test_on_the_heat_map(ask, manna, requirement, asked, counts):
    ask(asked)
    assert (requirement in [row for row, _cells in comparing.heat_map(manna).rows]) == counts


@pytest.mark.parametrize(("asked", "counts"), CASES)
def test_in_a_packet_with_the_version_of_the_mappings(ask, manna, adopted, asked, counts):
    finding = ask(asked)
    scans = gathering_scans.gather(manna, adopted)
    told = {each["number"]: each["requirements"] for each in scans.findings}
    assert (CODE in told.get(finding.code, [])) == counts
    used = MappingSet.objects.get(identifier="tools-to-order-integration")
    assert {"name": used.identifier, "version": used.version, "digest": used.digest} in (
        scans.mapping_sets
    )


@pytest.mark.parametrize(("asked", "counts"), CASES)
def test_in_the_pre_flight(ask, manna, alice, adopted, asked, counts):
    ask(asked)
    application = applications.create(manna, profile=adopted, by=alice, title="신청")
    gaps = [gap.requirement for gap in gaps_of_findings(application)]
    assert gaps == ([CODE] if counts else [""])


@pytest.mark.parametrize(("asked", "counts"), CASES)
def test_in_the_task_that_an_import_opens(import_sample, manna, requirement, asked, counts):
    import_sample("grype.json")  # loads the mappings
    MappingEdge.objects.filter(requirement_code=CODE).update(**asked)
    import_sample("trivy_config.json", (b'"Severity": "CRITICAL"', b'"Severity": "HIGH"'))
    task = Task.objects.get(finding__rule__code=RULE)
    assert (task.requirement == requirement) == counts
    assert task.assignee is not None
