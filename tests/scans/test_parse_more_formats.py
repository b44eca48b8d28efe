"""One file of each of the other formats: every row of it, with its outcome, asset and references."""

import pytest

from compliance.scans.parsers import cyclonedx, openvas, scoutsuite
from compliance.shared.errors import Refused
from tests.scans.reading import SAMPLES, by_rule, outcomes, read, read_bytes

OID = "1.3.6.1.4.1.25623.1.0."


def content(name):
    return (SAMPLES / name).read_bytes()


def test_openvas_keeps_every_cve_the_tests_that_passed_and_those_that_failed_to_run():
    rows, problems, run = read("openvas.xml")
    assert outcomes(rows) == {"fail": 2, "suppressed": 1, "pass": 1, "error": 1}
    ssh = by_rule(rows)[OID + "900001"]
    assert ssh.refs[1:3] == ("cve:CVE-2026-1001", "cve:CVE-2026-1002")
    assert (ssh.asset.key, ssh.asset.name, ssh.location) == ("10.0.1.11", "order-web-01", "22/tcp")
    library = by_rule(rows)[OID + "900002"]
    assert (library.asset.key, library.severity, library.location) == (
        "2001:db8::21",
        "critical",
        "",
    )
    assert {"cve:CVE-2026-2001", "cve:CVE-2026-2002"} <= set(library.refs)
    assert (len(problems), run.complete) == (1, True)
    assert openvas.covers(run.scope, OID + "900001", ())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<scan_run_status>Done", b"<scan_run_status>Stopped"),
        (b"<filtered>4", b"<filtered>40"),
        (b"</report>\n</report>", b"</report>"),
    ],
    ids=["stopped", "a page of more", "cut off"],
)
def test_a_greenbone_report_that_is_not_whole_closes_nothing(old, new):
    assert not read_bytes(content("openvas.xml").replace(old, new))[2].complete


def test_semgrep_keeps_ignored_results_and_the_files_it_could_not_read():
    rows, problems, run = read("semgrep.json", asset="order-api")
    assert outcomes(rows) == {"fail": 2, "suppressed": 1, "error": 1}
    assert {"cwe:89", "cwe:943", "owasp:A03:2021", "cve:CVE-2026-3001"} <= set(rows[0].refs)
    assert (rows[0].severity, rows[0].location) == ("high", "src/orders.py:12")
    assert (len(problems), run.tool_version, run.scope) == (2, "1.139.0", ("repository",))


def test_semgrep_code_that_moved_a_line_is_the_same_finding():
    moved = content("semgrep.json").replace(b'"line": 12', b'"line": 13')
    assert read_bytes(moved)[0][0].identity == read("semgrep.json")[0][0].identity
    assert "requires login" not in repr(read("semgrep.json")[0])


@pytest.mark.parametrize("name", ["gitleaks8.json", "gitleaks7.json"])
def test_gitleaks_never_lets_a_secret_out(name):
    rows, _problems, _run = read(name)
    assert "not-a-real-key" not in repr((rows, _problems))
    assert rows[0].severity == "high"


def test_gitleaks_tells_two_secrets_of_one_file_apart_and_follows_one_that_moved():
    rows, problems, _run = read("gitleaks8.json")
    assert len({row.identity for row in rows}) == 2
    moved = content("gitleaks8.json").replace(b'"StartLine": 7', b'"StartLine": 70')
    assert read_bytes(moved)[0][0].identity == rows[0].identity
    assert len(problems) == 2


def test_gitleaks_of_version_7_names_its_repository():
    rows, _problems, run = read("gitleaks7.json")
    assert (rows[0].asset.key, rows[0].location) == ("order-api", "app/token.py:4")
    assert run.scope == ("repository",)


def test_cyclonedx_says_what_its_maker_says_of_each_vulnerability():
    rows, problems, run = read("cyclonedx.json")
    assert [(row.rule, row.outcome.value, row.location) for row in rows] == [
        ("CVE-2026-4001", "fail", "org.shop/cart 1.0"),
        ("CVE-2026-4001", "fail", "basket 0.9"),
        ("CVE-2026-4002", "not_applicable", "pkg:npm/@shop/menu 2.1.0"),
        ("CVE-2026-4003", "suppressed", "org.shop/cart 1.0"),
        ("CVE-2026-4004", "pass", "org.shop/cart 1.0"),
    ]
    assert rows[0].refs == ("cve:CVE-2026-4001", "ghsa:GHSA-qqqq-wwww-eeee", "cwe:22", "cwe:79")
    assert (rows[0].severity, rows[0].tool_severity) == ("critical", "critical")
    assert {row.asset.key for row in rows} == {"registry.example.com/shop/order-api"}
    assert len(problems) == 3
    assert cyclonedx.covers(run.scope, "CVE-2026-4001", ())


def test_cyclonedx_xml_and_the_extension_of_old_versions():
    rows, problems, _run = read("cyclonedx.xml")
    assert [(row.rule, row.outcome.value, row.severity.value, row.location) for row in rows] == [
        ("CVE-2026-5001", "fail", "high", "org.shop/cart 1.0"),
        ("CVE-2026-5002", "fail", "medium", "basket 0.9"),
        ("CVE-2026-5003", "not_applicable", "low", "org.shop/cart 1.0"),
    ]
    assert not problems


def test_a_bill_of_materials_alone_is_no_check_but_an_empty_list_is_one():
    head = (
        b'{"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": {"name": "x"}}'
    )
    with pytest.raises(Refused):
        read_bytes(head + b"}")
    rows, _problems, run = read_bytes(head + b', "vulnerabilities": []}')
    assert (rows, run.complete, run.scope) == ([], True, ("vulnerabilities",))


def test_zap_json_reads_like_zap_xml():
    rows, problems, run = read("zap.json")
    assert outcomes(rows) == {"fail": 1, "suppressed": 1}
    assert rows[0].identity == ("zap", "40018", "url", "https://order.example.com")
    assert "cwe:89" in rows[0].refs
    assert len(problems) == 2
    # A site without alerts was scanned as well.
    assert [seen.key for seen in run.targets] == [
        "https://order.example.com",
        "https://menu.example.com",
    ]


def test_burp_issues_of_one_type_stay_apart_and_cookies_stay_inside():
    rows, problems, run = read("burp.xml")
    assert outcomes(rows) == {"fail": 1, "suppressed": 1}
    assert len({row.identity for row in rows}) == 2
    assert rows[0].refs == ("burp:1049088", "cwe:89")
    assert "GET /orders?id=1 HTTP/1.1" in rows[0].excerpt
    assert "secretsecret" not in repr(rows)
    assert (len(problems), run.tool_version) == (1, "2026.9")


def test_nuclei_lines_with_a_broken_one_among_them():
    rows, problems, run = read("nuclei.jsonl")
    assert [(row.asset.kind, row.asset.key) for row in rows] == [
        ("url", "https://order.example.com"),
        ("host", "2001:db8::21"),
    ]
    assert rows[0].refs == ("nuclei:CVE-2026-6001", "cve:CVE-2026-6001", "cwe:287")
    assert [problem.position for problem in problems] == ["line 3", "line 4"]
    assert not run.complete


def test_nuclei_arrays_in_an_array_with_the_keys_of_old_versions():
    rows, problems, _run = read("nuclei_old.json")
    assert [row.rule for row in rows] == ["tech-detect", "exposed-git"]
    assert "cwe:538" in rows[1].refs
    assert len(problems) == 2


def test_nuclei_identity_survives_another_payload():
    changed = content("nuclei.jsonl").replace(b"/panel?x=1", b"/panel?x=2")
    assert read_bytes(changed)[0][0].identity == read("nuclei.jsonl")[0][0].identity


def test_sslyze_keeps_what_a_server_does_not_offer():
    rows, problems, run = read("sslyze.json")
    found = by_rule(rows)
    assert found["ssl_3_0"].outcome == "pass"
    assert (found["tls_1_0"].outcome, found["tls_1_0"].severity) == ("fail", "medium")
    assert found["weak_ciphers_tls_1_0"].outcome == "fail"
    assert found["weak_ciphers_tls_1_2"].outcome == "pass"
    assert found["heartbleed"].refs == ("sslyze:heartbleed", "cve:CVE-2014-0160")
    assert found["robot"].outcome == "error"
    assert found["certificate_key"].outcome == "fail"  # an RSA key of 1,024 bits
    assert found["connectivity"].asset.key == "10.0.9.9"
    assert "tls_compression" not in found  # nobody asked for it
    assert [seen.key for seen in run.targets] == ["2001:db8::10"]
    assert len(problems) == 2


def test_sslyze_of_version_4():
    found = by_rule(read("sslyze4.json")[0])
    assert found["openssl_ccs_injection"].outcome == "fail"
    assert found["client_renegotiation_dos"].outcome == "fail"
    assert found["insecure_renegotiation"].outcome == "pass"
    assert found["hsts"].location == "8443/tcp"


def test_prowler_csv_reads_like_its_json():
    rows, problems, run = read("prowler5.csv")
    assert outcomes(rows) == {"fail": 1, "pass": 1, "suppressed": 1, "manual": 1}
    assert set(rows[0].refs) == {
        "prowler:cloudtrail_multi_region_enabled",
        "cis.aws:3.1",
        "ismsp2023:2.9.4",
        "ismsp2023:2.10.1",
    }
    assert rows[0].asset.key == "aws/111122223333"
    assert [problem.position for problem in problems] == ["line 6", "line 7"]
    assert run.tool_version == "5.13.0"


def test_prowler_csv_of_version_3_has_other_columns_and_commas():
    rows, problems, _run = read("prowler3.csv")
    assert [(row.outcome.value, row.place) for row in rows] == [
        ("fail", ("eu-west-1", "arn:aws:s3:::bucket")),
        ("manual", ("eu-west-1", "arn:aws:s3:::bucket2")),
    ]
    assert not problems


def test_security_hub_controls_flaws_and_what_it_archived():
    rows, problems, _run = read("asff.json")
    assert [(row.rule, row.outcome.value) for row in rows] == [
        ("CloudTrail.1", "fail"),
        ("kms_key_rotation", "pass"),
        ("arn:aws:inspector", "fail"),
        ("security-control/S3.1", "suppressed"),
        ("security-control/S3.2", "not_applicable"),
    ]
    found = by_rule(rows)
    nist = ("nist80053:AC-2(4)", "nist80053:AC-2")
    assert found["CloudTrail.1"].refs == ("securityhub:CloudTrail.1", *nist)
    assert {"prowler:kms_key_rotation", "ismsp2023:2.7.1", "ismsp2023:2.7.2"} <= set(
        found["kms_key_rotation"].refs
    )
    flaw = rows[2]
    assert flaw.severity == "critical"
    assert {"cve:CVE-2026-7001", "cve:CVE-2026-7002"} <= set(flaw.refs)
    assert len(problems) == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.replace(b'{"Findings": ', b"").rsplit(b"}", 1)[0],
        lambda c: c.replace(b'"Findings"', b'"findings"'),
    ],
    ids=["a list", "of an event"],
)
def test_security_hub_findings_come_in_several_wrappings(change):
    assert read_bytes(change(content("asff.json")))[0] == read("asff.json")[0]


def test_scoutsuite_has_a_row_an_item_and_passes():
    rows, problems, run = read("scoutsuite.js")
    assert outcomes(rows) == {"fail": 2, "pass": 1, "not_applicable": 1}
    assert "cis.cloud:2.1" in rows[0].refs
    assert {row.asset.key for row in rows} == {"aws/111122223333"}
    assert (len(problems), run.tool_version) == (1, "5.14.0")
    assert scoutsuite.covers(run.scope, "cloudtrail-no-logging", ())
    assert not scoutsuite.covers(run.scope, "kms-broken", ())


def test_scoutsuite_as_plain_json():
    plain = content("scoutsuite.js").partition(b"=\n")[2].strip().rstrip(b";")
    assert read_bytes(plain)[0] == read("scoutsuite.js")[0]


def test_kube_bench_keeps_passes_and_doubts_one():
    rows, problems, run = read("kubebench.json", asset="worker-1")
    assert outcomes(rows) == {"pass": 2, "fail": 1, "manual": 1, "not_applicable": 1}
    assert [row.rule for row in rows if row.suspicious] == ["4.1.5"]
    assert rows[0].refs == ("kube-bench:4.1.1", "cis.kubernetes:4.1.1")
    assert (len(problems), run.tool_version, rows[0].asset.key) == (2, "cis-1.9", "worker-1")


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.replace(b'{"Controls": ', b"").partition(b', "Totals"')[0],
        lambda c: c.replace(b'{"Controls": [', b"").partition(b'], "Totals"')[0],
    ],
    ids=["a list", "one control"],
)
def test_kube_bench_of_old_versions(change):
    assert read_bytes(change(content("kubebench.json")))[0] == read("kubebench.json")[0]


def test_docker_bench():
    rows, problems, run = read("dockerbench.json")
    assert [(row.rule, row.outcome.value) for row in rows] == [
        ("2.1", "manual"),
        ("2.2", "fail"),
        ("2.3", "pass"),
        ("2.4", "manual"),
    ]
    assert "order-api" in rows[1].excerpt
    assert (len(problems), run.complete) == (2, True)


def test_checkov_keeps_passed_skipped_and_unreadable_files():
    rows, problems, run = read("checkov.json")
    assert outcomes(rows) == {"pass": 1, "fail": 2, "suppressed": 1, "error": 1}
    assert by_rule(rows)["CKV_AWS_2"].refs == ("checkov:CKV_AWS_2", "checkov:BC_AWS_2")
    assert by_rule(rows)["CKV_AWS_2"].place == ("lb.tf", "aws_lb.orders")
    assert by_rule(rows)["BC_CVE_2026_8001"].severity == "critical"
    assert "cve:CVE-2026-8001" in by_rule(rows)["BC_CVE_2026_8001"].refs
    assert (len(problems), run.complete, run.tool_version) == (2, False, "3.2.499")


def test_checkov_of_a_clean_folder_is_a_scan():
    clean = b'{"passed": 0, "failed": 0, "skipped": 0, "parsing_errors": 0, "checkov_version": "3"}'
    rows, problems, run = read_bytes(clean)
    assert (rows, problems, run.complete) == ([], [], True)


def test_inspec_takes_the_worst_of_a_controls_results():
    rows, problems, run = read("inspec.json")
    assert {row.rule: row.outcome.value for row in rows} == {
        "ssh-01": "fail",
        "ssh-02": "pass",
        "log-01": "not_applicable",
        "log-02": "manual",
        "log-03": "suppressed",
        "log-04": "error",
    }
    assert set(rows[0].refs) == {
        "inspec:ssh-01",
        "nist80053:AC-6(2)",
        "nist80053:AC-6",
        "cci:CCI-000366",
        "cce:CCE-80901-2",
        "cis:5.1.20",
    }
    assert [row.rule for row in rows if row.suspicious] == ["ssh-02"]
    assert (rows[0].asset.key, len(problems), run.tool_version) == ("order-web-01", 2, "6.8.1")


def test_inspec_of_the_minimal_reporter():
    rows, problems, _run = read("inspec_min.json", asset="order-web-01")
    assert {row.rule: row.outcome.value for row in rows} == {"ssh-01": "fail", "ssh-02": "pass"}
    assert not problems


def test_generic_findings_keep_every_cve_and_forgive_unknown_fields():
    rows, problems, run = read("defectdojo.json")
    assert outcomes(rows) == {"fail": 1, "suppressed": 1}
    assert {f"cve:CVE-2026-900{n}" for n in (1, 2, 3)} | {"cwe:770"} <= set(rows[0].refs)
    assert rows[0].asset.key == "https://order.example.com:8443"
    assert (len(problems), run.tool) == (3, "Order fuzzer")


def test_generic_findings_as_csv():
    rows, problems, _run = read("defectdojo.csv")
    assert outcomes(rows) == {"fail": 1, "suppressed": 1}
    assert (rows[0].asset.key, "cwe:770" in rows[0].refs) == ("https://order.example.com", True)
    assert len(problems) == 1
