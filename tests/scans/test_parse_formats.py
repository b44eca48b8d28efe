"""Trivy, SARIF, XCCDF, ARF, Lynis, testssl.sh: what each file holds, all of it."""

import pytest

from compliance.scans.parsers import lynis, nessus, trivy
from compliance.shared.errors import Refused
from tests.scans.reading import SAMPLES, by_rule, outcomes, read, read_bytes


def test_trivy_passes_are_passes_and_a_null_record_is_put_aside():
    rows, problems, run = read("trivy_config.json")
    assert outcomes(rows) == {"fail": 4, "pass": 1}
    assert len(problems) == 1
    assert (run.tool_version, run.complete) == ("0.68.1", True)
    assert run.scope == ("config", "secret", "vulnerability")


def test_trivy_names_a_check_alike_over_its_versions():
    assert {"DS-0001", "DS-0002"} <= set(by_rule(read("trivy_config.json")[0]))


def test_trivy_keeps_every_cwe_and_the_class():
    row = by_rule(read("trivy_config.json")[0])["CVE-2026-0001"]
    assert row.refs == (
        "cve:CVE-2026-0001",
        "cwe:125",
        "cwe:787",
        "trivy.class:os-pkgs",
        "trivy.type:debian",
    )
    assert row.severity == "critical"


def test_trivy_secrets_never_leave_the_file():
    assert "AKIA" not in repr(read("trivy_config.json")[0])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"3.0.12", b"3.0.13"),
        (b":1.4.2", b":1.5.0"),
        (b"buffer overread", b"a nastier title"),
        (b'"CRITICAL"', b'"LOW"'),
        (b"debian 12.5", b"debian 12.6"),
        (b'"AVD-DS-0002"', b'"-"'),
    ],
)
def test_trivy_identity_survives_harmless_change(old, new):
    content = (SAMPLES / "trivy_config.json").read_bytes()
    before = [row.identity for row in read_bytes(content)[0]]
    assert [row.identity for row in read_bytes(content.replace(old, new))[0]] == before


def test_trivy_of_old_versions_is_a_list():
    rows, problems, _run = read("trivy_legacy.json")
    assert [(row.rule, row.asset.key) for row in rows] == [("CVE-2019-14697", "shop/order-api")]
    assert not problems


def test_a_clean_trivy_result_is_a_result():
    content = b'{"SchemaVersion": 2, "ArtifactName": "a:1", "ArtifactType": "container_image"}'
    rows, _problems, run = read_bytes(content)
    assert rows == []
    assert [seen.key for seen in run.targets] == ["a"]
    assert not trivy.covers(run.scope, "CVE-2026-0001", ("vulnerability", "os", "openssl", ""))


def test_sarif_reads_rules_that_stand_behind_the_results():
    rows, problems, run = read("code.sarif")
    assert outcomes(rows) == {"fail": 1, "suppressed": 1, "pass": 1}
    injection = by_rule(rows)["py/sql-injection"]
    assert (injection.severity, injection.title) == ("high", "SQL injection")
    assert "cwe:89" in injection.refs
    assert injection.location == "src/order api.py:12"
    assert "cwe:327" in by_rule(rows)["py/weak-hash"].refs
    assert len(problems) == 1
    assert [seen.key for seen in run.targets] == ["git.example.com/shop/order"]


def test_sarif_code_that_moved_a_line_is_the_same_finding():
    content = (SAMPLES / "code.sarif").read_bytes()
    moved = content.replace(b'"startLine": 12', b'"startLine": 13')
    assert read_bytes(moved)[0][0].identity == read_bytes(content)[0][0].identity


@pytest.mark.parametrize("name", ["xccdf12.xml", "arf.xml"])
def test_xccdf_alone_and_inside_an_arf(name):
    rows, problems, run = read(name)
    assert outcomes(rows) == {"fail": 1, "manual": 1, "not_applicable": 1}
    root = by_rule(rows)["sshd_disable_root_login"]
    assert root.title == "Disable SSH root login"
    assert set(root.refs) == {
        "xccdf:sshd_disable_root_login",
        "cce:CCE-80901-2",
        "cci:CCI-000366",
        "nist80053:AC-6(2)",
        "nist80053:AC-6",
        "cis:5.1.20",
    }
    assert (len(problems), run.skipped) == (1, {"notselected": 1})
    assert (run.tool_version, run.complete) == ("1.3.7", True)


def test_lynis_counts_what_ran_as_well_as_what_complained():
    rows, problems, run = read("lynis.dat")
    assert outcomes(rows) == {"fail": 3, "error": 1, "pass": 2, "not_applicable": 1}
    assert (len(problems), run.complete) == (1, True)
    assert lynis.covers(run.scope, "FIRE-4512", ())
    assert not lynis.covers(run.scope, "MALW-3288", ())


def test_lynis_complaints_of_one_test_stay_apart_and_survive_new_values():
    content = (SAMPLES / "lynis.dat").read_bytes()
    before = [row.identity for row in read_bytes(content)[0]]
    after = [row.identity for row in read_bytes(content.replace(b"set 6 to", b"set 5 to"))[0]]
    assert len(set(before)) == len(before)
    assert after == before


def test_testssl_json():
    rows, problems, _run = read("testssl_flat.json")
    assert outcomes(rows) == {"pass": 1, "fail": 3, "manual": 1}
    assert by_rule(rows)["BEAST"].refs == ("testssl:BEAST", "cve:CVE-2011-3389", "cwe:20")
    assert by_rule(rows)["cert_notAfter"].severity == "critical"
    assert len(problems) == 1


def test_nessus_keeps_every_cve_and_the_compliance_items():
    rows, problems, run = read("nessus.nessus")
    assert outcomes(rows) == {"fail": 3, "pass": 1}
    certificate = by_rule(rows)["51192"]
    assert {"cve:CVE-2026-1111", "cve:CVE-2026-2222", "cwe:295", "cwe:310"} <= set(certificate.refs)
    assert (certificate.asset.key, certificate.location) == ("10.0.1.11", "443/tcp")
    length = next(row for row in rows if row.title == "Password length")
    assert "cci:CCI-000205" in length.refs
    assert (len(problems), run.complete, run.tool_version) == (1, True, "10.8.3")
    assert [seen.key for seen in run.targets] == ["10.0.1.11"]
    assert nessus.covers(run.scope, "51192", ())
    assert not nessus.covers(run.scope, "99999", ())


def test_nessus_without_the_end_of_a_host_is_not_complete():
    content = (SAMPLES / "nessus.nessus").read_bytes().replace(b"HOST_END", b"HOST_ELSE")
    assert not read_bytes(content)[2].complete


def test_grype_names_the_image_that_stands_behind_the_matches():
    rows, problems, run = read("grype.json")
    assert outcomes(rows) == {"fail": 2, "suppressed": 1}
    assert by_rule(rows)["GHSA-aaaa-bbbb-cccc"].refs == (
        "cve:CVE-2026-3333",
        "ghsa:GHSA-aaaa-bbbb-cccc",
    )
    assert {row.asset.key for row in rows} == {"shop/order-api"}
    assert (len(problems), run.tool_version) == (1, "0.104.0")


def test_prowler_brings_its_isms_p_numbers():
    rows, problems, run = read("prowler.ocsf.json")
    assert outcomes(rows) == {"fail": 1, "pass": 1, "suppressed": 1}
    trail = by_rule(rows)["cloudtrail_multi_region_enabled"]
    assert set(trail.refs) == {
        "prowler:cloudtrail_multi_region_enabled",
        "ismsp2023:2.9.4",
        "cis.aws:3.1",
    }
    assert trail.asset.key == "aws/111122223333"
    assert (len(problems), run.tool_version) == (2, "5.13.0")


def test_zap_alerts_keep_their_identity_when_addresses_change():
    rows, _problems, run = read("zap.xml")
    assert outcomes(rows) == {"fail": 1, "suppressed": 1}
    assert "cwe:89" in rows[0].refs
    content = (SAMPLES / "zap.xml").read_bytes()
    other = read_bytes(content.replace(b"orders?id=1", b"orders?id=2"))[0]
    assert other[0].identity == rows[0].identity
    assert run.tool_version == "2.16.1"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_json_in_utf16_is_read(encoding):
    """PowerShell's `trivy … > result.json` writes UTF-16."""
    text = (SAMPLES / "trivy_config.json").read_text("utf-8")
    content = ("\ufeff" if encoding == "utf-16-be" else "").encode(encoding) + text.encode(encoding)
    assert read_bytes(content) == read("trivy_config.json")
    with pytest.raises(Refused):
        read_bytes(content[: len(content) // 2])
