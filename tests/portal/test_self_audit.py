"""The portal's answers to its own profile: nothing is met that this run did not show."""

import csv
import io
import json
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from django.db import connection

from compliance.accounts.models import Organisation
from compliance.evidence.models import Evidence, EvidenceLink
from compliance.remediation.models import Task
from compliance.requirements.models import Assessment
from portal.self_audit import judging, looks
from tests.conftest import REFERENCE
from tests.security.test_asvs import named_in

ROOT = Path(__file__).resolve().parents[2]
ANSWERS = yaml.safe_load((ROOT / "portal/self_audit/answers.yaml").read_text("utf-8"))
V = Assessment.Verdict
HEADERS = """Content-Security-Policy: default-src 'self'; frame-ancestors 'none'
X-Content-Type-Options: nosniff
Referrer-Policy: same-origin
Cross-Origin-Opener-Policy: same-origin
Cross-Origin-Resource-Policy: same-origin
Strict-Transport-Security: max-age=31536000; includeSubDomains
Set-Cookie: __Host-csrf=…; Path=/; Secure
"""
CLEAR = HEADERS.replace("Strict", "X-Strict") + "Location: https://gatepass.example/\n"


def junit(cases):
    """Return pytest's report of *cases*: {(file, name): tag or ""}."""
    told = [
        f'<testcase classname="tests.{file.removesuffix(".py").replace("/", ".")}" '
        f'name="test_{name}" time="0.1">{f"<{tag}/>" if tag else ""}</testcase>'
        for (file, name), tag in cases.items()
    ]
    return f"<testsuites><testsuite>{''.join(told)}</testsuite></testsuites>"


def good_run():
    """Every test that an answer names, passed."""
    names = [name for answer in ANSWERS.values() for name in answer.get("tests", [])]
    return {tuple(name.split(": ")): "" for name in names}


@pytest.fixture
def left(tmp_path):
    """What a run leaves behind in which everything is well."""
    folder = tmp_path / "made"
    folder.mkdir()
    texts = {
        "tests.xml": junit(good_run()),
        "check.txt": "deployment    ok          1.0 s\nEvery gate is passed.\n",
        "advisories.txt": "0 of 90 packages have known flaws; 0 unknown.\n",
        "sbom.json": json.dumps(
            {"components": [{"name": "a", "version": "1", "licenses": [{"expression": "MIT"}]}]}
        ),
        "doors.csv": "address,method\n",
        "port.txt": "8000",
        "ports.xml": (
            '<nmaprun scanner="nmap" args="nmap" start="1790000000" version="7.9">'
            '<scaninfo type="connect" protocol="tcp" numservices="65535" services="1-65535"/>'
            '<host><status state="up"/><address addr="127.77.0.1" addrtype="ipv4"/><ports>'
            '<port protocol="tcp" portid="8000"><state state="open"/></port></ports></host>'
            '<runstats><finished time="1790000001"/></runstats></nmaprun>'
        ),
        "answers.txt": (
            f"GET https://gatepass.example/\n200 OK\n{HEADERS}\n"
            f"GET http://gatepass.example/\n301 Moved\n{CLEAR}\n"
            f"GET http://gatepass.example/api/v1/x\n403 Forbidden\n{CLEAR}"
        ),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def judged(code, left):
    answer = ANSWERS[code]
    found = [said for key in answer.get("proof", []) for said in looks.all_of(left).get(key, [])]
    return judging.judge(answer, judging.read(left / "tests.xml"), found)


def test_every_requirement_has_an_answer():
    profile = yaml.safe_load(REFERENCE.read_text("utf-8"))
    assert list(ANSWERS) == [each["id"] for each in profile["requirements"]]


@pytest.mark.parametrize("code", ANSWERS)
def test_an_answer_names_what_there_is_and_says_what_is_missing(code):
    answer = ANSWERS[code]
    for name in answer.get("tests", []):
        file, _is, test = name.partition(": ")
        assert f"test_{test}" in named_in(file), name
    shown = answer.get("tests") or answer.get("proof")
    assert answer.get("not_applicable") or (answer["statement"] and (shown or answer["missing"]))


def test_a_good_run_meets_what_lacks_nothing(left):
    verdicts = {code: judged(code, left).verdict for code in ANSWERS}
    for code, answer in ANSWERS.items():
        if answer.get("not_applicable"):
            expected = V.NOT_APPLICABLE
        elif not (answer.get("tests") or answer.get("proof")):
            expected = V.NOT_MET
        else:
            expected = V.PARTIAL if answer.get("missing") else V.MET
        assert verdicts[code] == expected, code
    assert {V.MET, V.PARTIAL, V.NOT_MET, V.NOT_APPLICABLE} == set(verdicts.values())


@pytest.mark.parametrize(
    ("tag", "word"), [("failure", "실패한"), ("error", "실패한"), ("skipped", "돌지 않은")]
)
def test_one_test_that_does_not_pass_makes_it_not_met(left, tag, word):
    key = ("oversight/test_log.py", "access_records_stand_apart")
    assert judged("OI-LOG-02", left).verdict == V.MET
    (left / "tests.xml").write_text(junit({**good_run(), key: tag}), "utf-8")
    found = judged("OI-LOG-02", left)
    assert found.verdict == V.NOT_MET
    assert ": ".join(key) in found.reason
    assert word in found.reason


def test_one_case_of_many_that_fails_makes_it_not_met(left):
    file, name = "oversight/test_log.py", "access_records_stand_apart"
    cases = {**good_run(), (file, f"{name}[a]"): "", (file, f"{name}[b]"): "failure"}
    (left / "tests.xml").write_text(junit(cases), "utf-8")
    assert judged("OI-LOG-02", left).verdict == V.NOT_MET


def test_a_test_that_did_not_run_makes_it_not_met(left):
    (left / "tests.xml").write_text(junit({}), "utf-8")
    with_tests = [code for code, answer in ANSWERS.items() if answer.get("tests")]
    assert {judged(code, left).verdict for code in with_tests} == {V.NOT_MET}


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("check.txt", "ok  ", "FAILED", "OI-SRV-02"),
        ("check.txt", "deployment", "", "OI-SRV-02"),
        ("advisories.txt", "0 of", "1 of", "OI-SRV-08"),
        ("advisories.txt", "0 unknown", "3 unknown", "OI-SRV-08"),
        ("advisories.txt", "packages", "nobody", "OI-SRV-08"),
        ("sbom.json", '"version": "1"', '"version": ""', "OI-SRV-08"),
        ("ports.xml", "</ports>", '<port portid="22"><state state="open"/></port></ports>', "OI-NET-10"),
        ("ports.xml", "open", "closed", "OI-NET-14"),
        ("answers.txt", "__Host-", "", "OI-NET-11"),
        ("answers.txt", "31536000", "3600", "OI-NET-11"),
        ("answers.txt", "403 Forbidden", "200 OK", "OI-NET-10"),
        ("answers.txt", "301 Moved", "200 OK", "OI-NET-10"),
        ("answers.txt", "frame-ancestors", "x", "OI-NET-11"),
    ],
)  # fmt: skip
def test_what_a_look_finds_wrong_makes_it_not_met(left, name, old, new, code):
    assert judged(code, left).verdict == V.PARTIAL
    text = (left / name).read_text("utf-8")
    assert old in text
    (left / name).write_text(text.replace(old, new), "utf-8")
    found = judged(code, left)
    assert found.verdict == V.NOT_MET
    assert found.reason != ANSWERS[code]["missing"]


@pytest.mark.services
@pytest.mark.timeout(300)
@pytest.mark.django_db(transaction=True)
def test_the_packet_says_what_the_run_showed(left, tmp_path):
    """From what a run left to a packet that verifies; one failed test stands in it."""
    if connection.vendor != "sqlite":
        pytest.skip("the command works on a database file of its own")
    cases = {**good_run(), ("oversight/test_log.py", "access_records_stand_apart"): "failure"}
    (left / "tests.xml").write_text(junit(cases), "utf-8")
    out = tmp_path / "out"
    call_command("self_audit", left, out=out, editions=["ko"])
    assert sorted(path.suffix for path in out.iterdir()) == [".pdf", ".zip"]
    company = Organisation.objects.get(slug="gatepass")
    rows = {
        row.requirement.code: row
        for row in Assessment.objects.filter(organisation=company).select_related("requirement")
    }
    assert rows["OI-LOG-02"].verdict == V.NOT_MET
    assert "access_records_stand_apart" in rows["OI-LOG-02"].reason
    assert rows["OI-SRV-12"].verdict == V.MET
    unmet = [row.pk for row in rows.values() if row.verdict in {V.NOT_MET, V.PARTIAL}]
    assert set(Task.objects.values_list("assessment_id", flat=True)) == set(unmet)
    link = EvidenceLink.objects.filter(requirement__code="OI-LOG-02").order_by("pk")[0]
    assert "결과" in link.evidence.title
    titles = list(Evidence.objects.values_list("title", flat=True))
    assert len(titles) == len(set(titles)), "a piece that speaks for several is one evidence"


def test_it_refuses_a_database_in_use(manna, left):
    from django.core.management import CommandError

    with pytest.raises(CommandError):
        call_command("self_audit", left, stdout=io.StringIO())


def test_the_rows_of_a_requirement_are_its_own_tests(left):
    from portal.self_audit import evidence

    tests = ANSWERS["OI-LOG-02"]["tests"]
    piece = evidence.results("OI-LOG-02", tests, judging.read(left / "tests.xml"))
    rows = list(csv.reader(io.StringIO(piece.content.decode("utf-8-sig"))))[1:]
    assert [row[2] for row in rows] == ["통과"] * len(tests)
