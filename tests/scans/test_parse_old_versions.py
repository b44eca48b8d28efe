"""Files of older and of newer versions than the common ones, by their makers' formats."""

import json

from tests.scans.reading import SAMPLES, by_rule, outcomes, read, read_bytes


def test_prowler_3_wrote_security_findings_with_ocsfs_own_words():
    rows, problems, run = read("prowler3.ocsf.json")
    assert outcomes(rows) == {"fail": 1, "pass": 1, "suppressed": 1, "manual": 1}
    first = rows[0]
    assert (first.rule, first.title) == (
        "cloudtrail_multi_region_enabled",
        "CloudTrail in all regions",
    )
    assert (first.asset.key, rows[2].asset.key) == ("aws/111122223333", "gcp/order-prod")
    assert set(first.refs) == {
        "prowler:cloudtrail_multi_region_enabled",
        "cis.aws:3.1",
        "ismsp2023:2.9.4",
        "ismsp2023:2.9.5",
    }
    assert (len(problems), run.tool_version) == (1, "3.16.0")
    assert run.started_at.isoformat() == "2026-11-20T10:00:00+09:00"


def test_prowler_3_and_5_see_one_resource_as_the_same():
    old = read("prowler3.ocsf.json")[0][0]
    new = read("prowler.ocsf.json")[0][0]
    assert (old.tool, old.rule, old.place[0]) == (new.tool, new.rule, new.place[0])


def test_prowler_3s_own_json():
    rows, problems, run = read("prowler3.json")
    assert outcomes(rows) == {"fail": 1, "pass": 1}
    assert (rows[0].asset.key, rows[1].asset.key) == ("aws/111122223333", "azure/order-sub")
    assert rows[0].place == ("ap-northeast-2", "arn:aws:s3:::orders")
    assert {"ismsp2023:2.6.1", "cis.aws:2.1.5"} <= set(rows[0].refs)
    assert rows[0].severity == "critical"
    assert (len(problems), run.format) == (1, "prowler")


def test_prowlers_compliance_findings_name_the_check_and_not_the_requirement():
    rows, problems, _run = read("prowler_compliance.ocsf.json")
    assert outcomes(rows) == {"fail": 1, "manual": 1}
    assert rows[0].title == "CloudTrail in all regions"
    assert rows[0].asset.key == "aws/111122223333"
    assert "ismsp2023:2.9.4" in rows[0].refs
    assert rows[1].rule == "manual:1.1.1"
    assert not problems


def test_one_prowler_event_alone_and_lines_of_them():
    event = json.dumps(json.loads((SAMPLES / "prowler.ocsf.json").read_text())[0])
    assert len(read_bytes(event.encode())[0]) == 1
    assert len(read_bytes(f"{event}\n{event}\n".encode())[0]) == 2


def test_sslyze_2():
    rows, problems, run = read("sslyze2.json")
    found = {rule: row.outcome.value for rule, row in by_rule(rows).items()}
    assert found == {
        "certificate_trust": "fail",
        "certificate_key": "fail",
        "certificate_sha1": "fail",
        "certificate_name": "fail",
        "tls_compression": "pass",
        "tls_fallback_scsv": "pass",
        "heartbleed": "fail",
        "openssl_ccs_injection": "pass",
        "insecure_renegotiation": "pass",
        "client_renegotiation_dos": "fail",
        "robot": "pass",
        "ssl_2_0": "pass",
        "ssl_3_0": "fail",
        "weak_ciphers_ssl_3_0": "fail",
        "weak_ciphers_tls_1_2": "fail",
        "tls_1_3_cipher_suites": "error",
        "connectivity": "error",
    }
    assert by_rule(rows)["weak_ciphers_tls_1_2"].excerpt == "DES-CBC3-SHA"
    unreachable = [row for row in rows if row.rule == "connectivity"]
    assert [(row.asset.key, row.location) for row in unreachable] == [
        ("gone.example.com", "8443/tcp"),
        ("nowhere", "443/tcp"),
    ]
    assert (run.tool_version, run.complete, run.skipped) == ("2.1.4", True, {"resum": 1})
    assert [seen.key for seen in run.targets] == ["192.0.2.10"]
    assert not problems


def test_sslyze_2_and_6_say_the_same_of_one_server():
    old = {row.rule for row in read("sslyze2.json")[0]}
    new = {row.rule for row in read("sslyze.json")[0]}
    assert {"heartbleed", "certificate_trust"} <= old & new
