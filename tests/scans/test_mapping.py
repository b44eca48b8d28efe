"""Mappings are data: the most specific reference decides, and nothing is mapped by default."""

import pytest
from django.core.management import call_command

from compliance.requirements import documents
from compliance.requirements import loading as loading_profiles
from compliance.requirements.models import Requirement
from compliance.scans import loading, mapping, selectors
from compliance.scans.models import Finding, MappingEdge, MappingSet, Rule, RuleMapping
from tests.conftest import YOGIYO


@pytest.fixture
def book(adopted) -> mapping.Book:
    loading.ensure_loaded()
    return mapping.open_book()


def codes(book, *refs) -> set[str]:
    """Codes of the reference profile."""
    return {
        found.edge.requirement_code
        for found in book.find(refs)
        if found.edge.profile == "order-integration-reference"
    }


def test_every_shipped_edge_points_to_a_requirement_that_exists(book):
    loading_profiles.load(documents.read(YOGIYO.read_bytes()))
    known = set(Requirement.objects.values_list("code", flat=True))
    assert {edge.requirement_code for edge in MappingEdge.objects.all()} <= known


@pytest.mark.parametrize(
    ("refs", "expected"),
    [
        (["nmap.port:23/tcp"], {"OI-NET-05", "OI-NET-10"}),
        (["nmap.port:3306/tcp", "nmap.service:mysql"], {"OI-DAT-11"}),
        (["nmap.port:13306/tcp", "nmap.service:mysql"], {"OI-DAT-11"}),
        (["nmap.port:44444/tcp"], {"OI-SRV-07"}),
        (["cve:CVE-2026-1", "cwe:89", "trivy.class:os-pkgs"], {"OI-SRV-08"}),
        (["sarif:x/y", "cwe:89"], {"OI-SRV-10"}),
        (["kisa2026:U-65"], {"OI-LOG-10"}),
        (["kisa2026:U-04"], {"OI-SRV-02"}),
        (["lynis:LOGG-2154", "lynis.family:LOGG"], {"OI-LOG-05"}),
        (["lynis:LOGG-2130", "lynis.family:LOGG"], {"OI-LOG-06"}),
        (["testssl:SSLv3"], {"OI-NET-11"}),
        (["xccdf:rsyslog_remote_loghost", "cce:CCE-1-1"], {"OI-LOG-05"}),
        (["xccdf:sshd_disable_root_login"], {"OI-SRV-04"}),
        (["nmap.port:2323/tcp", "nmap.service:telnet"], {"OI-NET-10"}),
        (["nmap.port:9042/tcp"], {"OI-DAT-11"}),
        (["sslyze:hsts", "cwe:319"], {"OI-NET-11"}),
        (["prowler:iam_x", "ismsp2023:2.10.8"], {"OI-SRV-08"}),
        (["prowler:iam_x"], {"OI-SRV-15"}),
        (["inspec:x", "nist80053:AU-8"], {"OI-LOG-10"}),
        (["inspec:x", "cce:CCE-80644-8"], {"OI-SRV-02"}),
        (["xccdf:security_patches_up_to_date", "cce:CCE-1-1"], {"OI-SRV-08"}),
        (["checkov:CKV_SECRET_2"], {"OI-SRV-11"}),
        (["kube-bench:1.2.3", "cis.kubernetes:1.2.3"], {"OI-SRV-02"}),
        (["zap:10020", "cwe:639"], {"OI-SRV-12"}),
        (["zap:10020"], {"OI-SRV-10"}),
        (["inspec:x", "nist80053:AC-6(2)", "nist80053:AC-6"], {"OI-SRV-03"}),
        (["inspec:x", "cci:CCI-001851"], set()),
        (["inspec:x", "cci:CCI-000162"], {"OI-LOG-05"}),
        (["xccdf:rsyslog_remote_tls", "cci:CCI-000366", "cce:CCE-1-1"], {"OI-LOG-05"}),
        (["xccdf:something_new", "cci:CCI-001891", "cce:CCE-1-1"], {"OI-LOG-10"}),
        (["securityhub:X.1", "nist80053:AU-9"], {"OI-LOG-05"}),
        (["trivy.class:license-file", "trivy.type:npm"], set()),
        (["sarif:x/y"], set()),
        ([], set()),
    ],
)
def test_the_most_specific_reference_decides(book, refs, expected):
    assert codes(book, *refs) == expected


def test_a_number_of_the_2021_guide_leads_over_that_of_2026(book):
    found = book.find(["kisa2021:U-44"])[0]
    assert found.path == ("kisa2021:U-44", "kisa2026:U-05")
    assert found.edge.requirement_code == "OI-SRV-03"


def test_loading_twice_changes_nothing(adopted, capsys):
    call_command("load_mappings")
    before = set(MappingEdge.objects.values_list("pk", flat=True))
    call_command("load_mappings")
    assert set(MappingEdge.objects.values_list("pk", flat=True)) == before
    assert MappingSet.objects.count() == 6


def test_remapping_is_recomputation_not_reimport(import_sample):
    import_sample("nmap_ipv6_only.xml")
    MappingEdge.objects.filter(from_ref="nmap.port:3306/tcp").update(raise_to="critical")
    MappingEdge.objects.filter(from_ref="nmap.port:22/tcp").delete()
    mapping.resolve_all()
    assert Finding.objects.get(rule__code="port:3306/tcp").severity == "critical"
    path = RuleMapping.objects.get(rule__code="port:22/tcp").path
    assert path[:2] == ["nmap:port:22/tcp", "nmap.service:ssh"]
    assert Rule.objects.get(code="port:3306/tcp").raise_to == "critical"


def test_a_kind_of_a_weakness_is_mapped_as_that_weakness(book):
    ways = {(each.path, each.edge.requirement_code) for each in book.find(["cwe:87"])}
    assert ways == {(("cwe:87", "cwe:79"), "OI-SRV-10"), (("cwe:87", "cwe:79"), "YO-OPS-01")}


def test_each_platform_has_its_own_most_specific_edge(book):
    """The Yogiyo profile knowing a check better takes nothing from the other profile."""
    known = MappingSet.objects.get(identifier="tools-to-yogiyo")
    MappingEdge.objects.create(
        set=known,
        from_ref="sarif:x/y",
        profile="yogiyo-integration-reference",
        requirement_code="YO-OPS-02",
    )
    found = mapping.open_book().find(["sarif:x/y", "cwe:89"])
    assert {each.edge.requirement_code for each in found} == {"OI-SRV-10", "YO-OPS-02"}


def test_an_edge_of_its_own_beats_that_of_the_general_one(book):
    assert codes(book, "cwe:121") == codes(book, "cwe:119") == {"OI-SRV-10"}
    assert codes(book, "cwe:312") == {"OI-SRV-11"}
    assert codes(book, "cwe:313") == {"OI-SRV-11"}
    assert codes(book, "cwe:319", "cwe:614") == {"OI-NET-11"}


def test_the_path_begins_with_the_check_when_only_a_catalogue_speaks(import_sample):
    import_sample("prowler.ocsf.json")
    paths = [mapping.path for mapping in RuleMapping.objects.filter(rule__tool="prowler")]
    assert paths
    for path in paths:
        assert path[0].startswith("prowler:")
        assert path[-1].startswith("OI-")


def test_an_edge_may_hold_for_one_kind_of_asset_alone(import_sample, manna):
    import_sample("trivy_config.json")
    finding = Finding.objects.get(rule__code="CVE-2026-0001")
    requirement = Requirement.objects.get(code="OI-SRV-08")
    assert finding in selectors.findings_of(manna, requirement)
    MappingEdge.objects.update(asset_kind="host")
    assert finding not in selectors.findings_of(manna, requirement)
    MappingEdge.objects.update(asset_kind="image")
    assert finding in selectors.findings_of(manna, requirement)


def test_rules_that_know_the_present_mappings_are_left_alone(import_sample, manna):
    import_sample("trivy_config.json")
    assert mapping.refresh(manna.pk) == 0
    MappingSet.objects.filter(identifier="cwe-parents").update(state="draft")
    assert mapping.refresh(manna.pk) == Rule.objects.count()
