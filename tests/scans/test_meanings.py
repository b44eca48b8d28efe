"""What checks mean is kept beside them, and says at any time what their mappings say."""

from collections import Counter

import pytest
from django.db import connection

from compliance.accounts.models import Organisation
from compliance.audit.services import SYSTEM
from compliance.requirements import services
from compliance.requirements.models import Requirement
from compliance.scans import comparing, counting, decisions, library, mapping, meanings, selectors
from compliance.scans import services as scans
from compliance.scans.models import (
    CheckResult,
    Finding,
    FindingState,
    MappingEdge,
    MappingSet,
    Meaning,
    Rule,
    RuleMapping,
    Tally,
)
from compliance.shared.severity import Severity

NMAP = "nmap_ipv6_only.xml"
OTHERS = ("trivy_config.json", "prowler.ocsf.json", "xccdf12.xml")
CLOSED = (b'portid="23"><state state="open"', b'portid="23"><state state="closed"')
_WHY = "Nobody can reach it from outside."


def by_hand(organisation: Organisation) -> tuple[Counter, Counter, Counter]:
    """Each finding and result met with each mapping of its rule, in Python: what was counted before."""
    open_, closed, outcomes = Counter(), Counter(), Counter()
    for finding in Finding.objects.filter(organisation=organisation).select_related("asset"):
        for each in RuleMapping.objects.filter(rule=finding.rule_id).select_related("edge"):
            if each.counts_for(finding) and finding.state == FindingState.OPEN:
                open_[each.requirement_id, finding.severity] += 1
            elif each.counts_for(finding):
                closed[each.requirement_id] += 1
    newest = selectors.latest_runs(organisation)
    results = CheckResult.objects.filter(run__in=newest, suspicious=False).select_related("asset")
    for result in results:
        mapped = RuleMapping.objects.filter(rule=result.rule_id).select_related("edge")
        for each in mapped.exclude(effect="violates"):
            outcome, kind = each.edge.outcome, each.edge.asset_kind
            if outcome in ("", result.outcome) and kind in ("", result.asset.kind):
                outcomes[each.requirement_id, result.outcome] += 1
    return open_, closed, outcomes


def counted(organisation: Organisation) -> tuple[Counter, Counter, Counter]:
    found = selectors.standing(organisation, Requirement.objects.values_list("pk", flat=True))
    open_, closed, outcomes = Counter(), Counter(), Counter()
    for requirement, each in found.items():
        open_.update({(requirement, severity): n for severity, n in each.severities.items()})
        closed.update({requirement: each.closed} if each.closed else {})
        outcomes.update({(requirement, outcome): n for outcome, n in each.outcomes.items()})
    return open_, closed, outcomes


@pytest.fixture
def mixed(import_sample, alice, elsewhere, sam, profile):
    """Findings of two organisations in every state, from scans of several kinds."""
    services.adopt(elsewhere, profile, by=SYSTEM)
    import_sample(NMAP, organisation=elsewhere, by=sam)
    for name in (*OTHERS, NMAP):
        import_sample(name)
    import_sample(NMAP, CLOSED)
    waiting = list(Finding.objects.filter(organisation__slug="manna", state="open")[:3])
    for finding, state in zip(waiting, ("false_positive", "disputed", "open"), strict=True):
        if state == "open":
            decisions.set_severity(finding, "critical", reason=_WHY, by=alice)
        else:
            scans.triage(finding, state=state, reason=_WHY, by=alice)


def test_the_counts_are_those_of_each_finding_with_each_mapping(mixed, manna, elsewhere):
    for organisation in (manna, elsewhere):
        assert counted(organisation) == by_hand(organisation)
    open_, closed, outcomes = counted(manna)
    assert open_
    assert closed
    assert outcomes


def test_the_counts_follow_other_mappings_and_conditions(mixed, manna, alice):
    before = counted(manna)
    MappingEdge.objects.filter(minimum_severity="").update(minimum_severity=Severity.HIGH)
    assert counted(manna) == by_hand(manna) != before
    MappingEdge.objects.update(minimum_severity="", asset_kind="host")
    assert counted(manna) == by_hand(manna)
    MappingEdge.objects.update(asset_kind="")
    used = MappingSet.objects.get(identifier="tools-to-order-integration")
    library.retire(used, organisation=manna, reason=_WHY, by=alice)
    assert counted(manna) == by_hand(manna) != before
    library.approve(used, organisation=manna, reason=_WHY, by=alice)
    assert counted(manna) == by_hand(manna) == before


def test_renewed_edges_mean_something_new(mixed, manna):
    edges = MappingEdge.objects.filter(pk__in=RuleMapping.objects.values("edge"))
    edges.first().delete()  # takes its mappings and meanings with it
    assert counted(manna) == by_hand(manna)
    Rule.objects.update(resolved="")
    mapping.resolve_all()
    assert counted(manna) == by_hand(manna)


def test_the_heat_map_and_preflight_count_the_same(mixed, manna):
    open_, _closed, _outcomes = by_hand(manna)
    cells = Counter()
    for requirement, row in comparing.heat_map(manna).rows:
        cells.update({requirement.pk: sum(cell.number for cell in row if cell)})
    by_requirement = Counter()
    for (requirement, _severity), number in open_.items():
        by_requirement[requirement] += number
    assert cells == by_requirement
    profile = Requirement.objects.get(pk=next(iter(by_requirement))).profile_id
    told = counting.violated(manna, ("requirement",), profile_id=profile)
    of_it = set(Requirement.objects.filter(profile=profile).values_list("pk", flat=True))
    assert dict(told) == {pk: n for pk, n in by_requirement.items() if pk in of_it}
    said = dict(counting.unmapped(manna, severities=Severity.values, profile_id=profile))
    mapped = selectors.violating(Meaning.objects.filter(requirement__profile=profile))
    missed = Finding.objects.open().filter(organisation=manna).exclude(mapped)
    assert said == Counter(missed.values_list("severity", flat=True))
    Meaning.objects.filter(organisation=manna).delete()
    said = dict(counting.unmapped(manna, severities=Severity.values, profile_id=profile))
    assert said == Counter(missed.all().values_list("severity", flat=True))
    assert sum(said.values()) == Finding.objects.open().filter(organisation=manna).count()


def test_findings_of_a_requirement_are_those_that_its_mappings_name(mixed, manna):
    for requirement in Requirement.objects.filter(
        rule_mappings__rule__organisation=manna
    ).distinct():
        found = {
            finding.pk
            for finding in Finding.objects.filter(organisation=manna).select_related(
                "asset", "rule"
            )
            for each in finding.rule.mappings.select_related("edge").filter(requirement=requirement)
            if each.counts_for(finding)
        }
        assert set(selectors.findings_of(manna, requirement).values_list("pk", flat=True)) == found


def test_every_finding_means_what_its_rule_means(mixed):
    assert Rule.objects.exclude(meaning=0).exists()
    assert set(Rule.objects.filter(mappings__isnull=True).values_list("meaning", flat=True)) <= {0}
    assert meanings.settle() == 0


def test_a_finding_that_strayed_is_named_and_mended(mixed, manna, caplog):
    right = counted(manna)
    Finding.objects.filter(organisation=manna).update(meaning=0)
    assert counted(manna) != right
    assert meanings.settle() > 1
    assert "did not mean" in caplog.text
    assert counted(manna) == right


def test_a_number_is_of_one_organisation_and_of_what_it_says():
    said = [(2, 5, "both"), (1, 4, "both")]
    assert meanings.number(1, said) == meanings.number(1, reversed(said))
    assert meanings.number(1, []) == 0
    others = [meanings.number(2, said), meanings.number(1, said[:1])]
    others.append(meanings.number(1, [(2, 5, "violates"), (1, 4, "both")]))
    assert len({meanings.number(1, said), *others}) == 4


def test_a_run_is_counted_once(mixed, manna):
    tallied = sorted(Tally.objects.values_list("run", "meaning", "asset_kind", "outcome", "number"))
    meanings.count_again([manna.pk])
    again = Tally.objects.values_list("run", "meaning", "asset_kind", "outcome", "number")
    assert sorted(again) == tallied


def test_an_index_alone_groups_the_findings(mixed, manna):
    """Rows of findings are wide: reading them is what a page of 250,000 must not wait for."""
    statement = counting._GROUPS.format(inner="") + "SELECT * FROM g"  # noqa: S608 - our own words
    values = {"organisation": manna.pk}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;"
                " SET LOCAL enable_indexscan = off"
            )
            cursor.execute("EXPLAIN " + statement, values)
        else:
            cursor.execute("EXPLAIN QUERY PLAN " + statement, values)
        plan = " ".join(str(row[-1]) for row in cursor.fetchall())
    assert "finding_groups" in plan
    assert "Index Only Scan" in plan or "COVERING INDEX" in plan
