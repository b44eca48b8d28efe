"""What the formats' specifications allow and the common files do not show."""

import json

from compliance.scans.parsers import _words
from tests.scans.reading import SAMPLES, by_rule, outcomes, read_bytes


def sarif(result, **run):
    driver = {
        "name": "tool",
        "rules": [{"id": "r", "messageStrings": {"default": {"text": "{0} reaches {1}"}}}],
    }
    results = result if isinstance(result, list) else [result]
    document = {
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results} | run],
    }
    return json.dumps(
        {"$schema": "https://json.schemastore.org/sarif-2.1.0.json"} | document
    ).encode()


def at(**location):
    return [{"physicalLocation": {"artifactLocation": location, "region": {"startLine": 3}}}]


def test_sarif_names_a_file_by_its_number():
    result = [{"ruleId": "r", "locations": at(index=n)} for n in (0, 1, 7)]
    artifacts = [{"location": {"uri": "src/a%20b.py"}}, {"location": {"uri": "src/c.py"}}]
    rows, _problems, _run = read_bytes(sarif(result, artifacts=artifacts))
    assert [row.place[0] for row in rows] == ["src/a b.py", "src/c.py", ""]


def test_sarif_names_a_text_of_the_rule():
    message = {"id": "default", "arguments": ["input", "the query"]}
    rows, _problems, _run = read_bytes(sarif({"ruleId": "r", "message": message}))
    assert rows[0].excerpt == "input reaches the query"


def test_two_results_of_a_file_without_its_lines_are_told_apart_by_their_hash():
    def result(line_hash):
        prints = {"primaryLocationLineHash": line_hash}
        return {"ruleId": "r", "locations": at(uri="a.py"), "partialFingerprints": prints}

    rows, _problems, _run = read_bytes(
        sarif([result("39fa2ee980eb94b0:1"), result("40fa2ee980eb94b0:1")])
    )
    assert rows[0].identity != rows[1].identity
    same, _problems, _run = read_bytes(sarif([result("requires login"), result("requires login")]))
    assert same[0].identity == same[1].identity == read_bytes(sarif(result("")))[0][0].identity


def test_sarif_of_several_runs_says_passes_and_what_is_gone():
    results = [
        {"ruleId": "r", "kind": "pass"},
        {"ruleId": "r", "baselineState": "absent"},
        {"ruleId": "r", "suppressions": [{"kind": "inSource"}]},
        {"ruleId": "r", "suppressions": [{"kind": "external", "status": "rejected"}]},
        {"ruleId": "r", "kind": "open"},
    ]
    document = json.loads(sarif(results))
    document["runs"] *= 2
    rows, problems, _run = read_bytes(json.dumps(document).encode())
    assert outcomes(rows) == {"pass": 4, "suppressed": 2, "fail": 2, "manual": 2}
    assert not problems


def test_nessus_compliance_references_of_every_catalogue():
    item = (
        '<ReportItem port="0" protocol="tcp" severity="3" pluginID="21157" pluginName="Unix">'
        "<cm:compliance-check-name>1.1 Root</cm:compliance-check-name>"
        "<cm:compliance-result>FAILED</cm:compliance-result>"
        "<cm:compliance-reference>800-171|3.1.1,800-53|AC-6(9),800-53r5|AU-2,CCE|CCE-80644-8,"
        "CCI|CCI-000366,CAT|II</cm:compliance-reference><xref>CWE:269</xref></ReportItem>"
    )
    content = (
        '<NessusClientData_v2><Report xmlns:cm="http://www.nessus.org/cm"><ReportHost name="h">'
        f"{item}</ReportHost></Report></NessusClientData_v2>"
    )
    [row] = read_bytes(content.encode())[0]
    found = {ref for ref in row.refs if not ref.startswith("nessus")}
    assert found == {
        "nist80053:AC-6(9)",
        "nist80053:AC-6",
        "nist80053:AU-2",
        "cce:CCE-80644-8",
        "cci:CCI-000366",
        "cwe:269",
    }


def test_nmap_counts_hosts_that_were_down_and_scripts_without_a_verdict():
    content = (
        '<nmaprun><host><status state="down"/><address addr="10.0.0.9" addrtype="ipv4"/></host>'
        '<host><status state="up"/><address addr="10.0.0.1" addrtype="ipv4"/><hostscript>'
        '<script id="smb2-security-mode" output="signing enabled"/></hostscript></host>'
        '<runstats><finished exit="success"/></runstats></nmaprun>'
    )
    rows, problems, run = read_bytes(content.encode())
    assert (rows, problems) == ([], [])
    assert run.skipped == {"hosts down": 1, "script outputs": 1}
    assert [seen.key for seen in run.targets] == ["10.0.0.1"]


def test_an_audit_of_greenbone_says_yes_no_and_incomplete():
    def result(word, oid):
        return (
            f'<result><host>10.0.0.1</host><port>general/tcp</port><nvt oid="{oid}"><name>n</name>'
            f"</nvt><threat>Log</threat><severity>0.0</severity><compliance>{word}</compliance>"
            "</result>"
        )

    content = (
        '<report format_id="x"><report><scan_run_status>Done</scan_run_status><results>'
        + result("yes", "1.3.1")
        + result("no", "1.3.2")
        + result("incomplete", "1.3.3")
        + "</results></report></report>"
    )
    rows, problems, _run = read_bytes(content.encode())
    assert [row.outcome.value for row in rows] == ["pass", "fail", "manual"]
    assert not problems


def test_a_pretty_testssl_report_whose_client_had_a_problem_is_incomplete():
    document = {
        "Invocation": "testssl.sh https://order.example.com",
        "version": "3.2",
        "startTime": "1795140000",
        "scanResult": [
            {
                "targetHost": "order.example.com",
                "ip": "192.0.2.10",
                "port": "443",
                "protocols": [{"id": "SSLv3", "severity": "OK", "finding": "not offered"}],
            }
        ],
        "clientProblem1": [{"id": "scanProblem", "severity": "FATAL", "finding": "no openssl"}],
    }
    rows, problems, run = read_bytes(json.dumps(document).encode())
    assert outcomes(rows) == {"pass": 1}
    assert (len(problems), run.complete) == (1, False)


def test_a_profile_around_another_does_not_undo_its_results():
    def control(**more):
        return {"id": "ssh-01", "title": "t", "impact": 0.7, "tags": {}, "code": "", **more}

    passed = [{"status": "passed", "code_desc": "ok", "start_time": "2026-11-20T10:00:00+09:00"}]
    document = {
        "platform": {"name": "debian", "target_id": "order-web-01"},
        "version": "6.8.1",
        "statistics": {},
        "profiles": [
            {"name": "ours", "depends": [{"name": "base"}], "controls": [control(results=[])]},
            {"name": "base", "parent_profile": "ours", "controls": [control(results=passed)]},
            {"name": "other", "controls": [control(id="ssh-09", results=[])]},
        ],
    }
    rows, problems, run = read_bytes(json.dumps(document).encode())
    assert {rule: row.outcome.value for rule, row in by_rule(rows).items()} == {
        "ssh-01": "pass",
        "ssh-09": "manual",
    }
    assert (problems, run.skipped) == ([], {"controls of overlays": 1})


def test_prowler_mutes_in_asff_with_a_word_of_its_own():
    finding = json.loads(_asff())[0]
    finding["Compliance"] = {"Status": "MUTED"}
    finding.pop("Workflow", None)
    finding["RecordState"] = "ACTIVE"
    [row] = read_bytes(json.dumps([finding]).encode())[0]
    assert row.outcome == "suppressed"


def _asff() -> str:
    document = json.loads((SAMPLES / "asff.json").read_text())
    return json.dumps(document if isinstance(document, list) else document["Findings"])


def test_controls_of_nist_are_named_alike_whoever_names_them():
    assert _words.nist("AC-6 (2)") == ["nist80053:AC-6(2)", "nist80053:AC-6"]
    assert _words.nist("ac_6_2") == _words.nist("AC-6(2)") == _words.nist("AC-06 (02)")
    assert _words.nist("CM-6 b", "CM-6(a)", "AU-8(1)(a),AU-9") == [
        "nist80053:CM-6",
        "nist80053:CM-6",
        "nist80053:AU-8(1)",
        "nist80053:AU-8",
        "nist80053:AU-9",
    ]
    assert _words.nist("Rev_5", "", None, "XAC-6", "CCI-000366") == []
