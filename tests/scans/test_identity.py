"""A finding stays the same finding through every harmless change, and two things stay two."""

import json

import pytest

from compliance.remediation.models import Task
from compliance.scans.models import Finding
from compliance.scans.staging import fingerprint
from tests.scans.reading import SAMPLES

TRIVY, NESSUS, SARIF, NMAP = (
    "trivy_config.json",
    "nessus.nessus",
    "code.sarif",
    "nmap_ipv6_only.xml",
)
FIRST = b'"PkgName": "openssl", "InstalledVersion": "3.0.11", "Severity": "UNKNOWN"'
HOST = b'<ReportHost name="order-web-01">'

HARMLESS = {
    "the vendor publishes a fix": (
        TRIVY,
        [(FIRST, FIRST.replace(b'"Severity"', b'"FixedVersion": "3.0.13", "Severity"'))],
    ),
    "the description is edited": (
        TRIVY,
        [(b"openssl: buffer overread", b"openssl: buffer overread in X.509")],
    ),
    "the score changes": (TRIVY, [(b'"Severity": "UNKNOWN"', b'"Severity": "HIGH"')]),
    "the image has a new tag": (TRIVY, [(b"order-api:1.4.2", b"order-api:1.5.0")]),
    "the image is named by digest too": (
        TRIVY,
        [
            (
                b'"registry.example.com:5000/shop/order-api:1.4.2"',
                b'"registry.example.com:5000/shop/order-api:1.4.2@sha256:00ff"',
            )
        ],
    ),
    "the distribution has a point release": (TRIVY, [(b"(debian 12.5)", b"(debian 12.6)")]),
    "a weak package is updated to another weak version": (
        TRIVY,
        [(b'"InstalledVersion": "3.0.11"', b'"InstalledVersion": "3.0.12"')],
    ),
    "the plugin words its output otherwise": (
        NESSUS,
        [(b"Credentialed checks : no", b"Credentialed checks : no, as before")],
    ),
    "the plugin is renamed": (NESSUS, [(b"Cannot Be Trusted", b"Is Not Trusted")]),
    "the code moved one line": (SARIF, [(b'"startLine": 12', b'"startLine": 13')]),
    "the message of the rule changes": (
        SARIF,
        [(b"Query built from user input", b"Query is built from input")],
    ),
    "the service has a new version": (NMAP, [(b'elapsed="10.00"', b'elapsed="11.00"')]),
}


@pytest.mark.parametrize("what", HARMLESS)
def test_a_harmless_change_keeps_every_finding(import_sample, what):
    name, changes = HARMLESS[what]
    import_sample(name)
    before = dict(Finding.objects.values_list("number", "first_seen_at"))
    later = import_sample(name, *changes)
    assert dict(Finding.objects.values_list("number", "first_seen_at")) == before
    assert (later.count("new"), later.count("fixed"), later.count("reopened")) == (0, 0, 0)
    assert later.count("unchanged") + later.count("updated") == len(before)
    assert set(Finding.objects.values_list("last_run", flat=True)) == {later.pk}


def test_what_changed_is_brought_up_to_date_and_noted(import_sample):
    import_sample(TRIVY)
    run = import_sample(TRIVY, (b'"Severity": "UNKNOWN"', b'"Severity": "HIGH"'))
    finding = Finding.objects.get(rule__code="CVE-2026-0002")
    assert (finding.severity, finding.reported_severity) == ("high", "high")
    changes = finding.observations.order_by("pk").values_list("change", "severity")
    assert list(changes) == [("new", "low"), ("updated", "high")]
    assert run.count("updated") == 1


def test_the_clock_and_the_owner_of_the_task_stay(import_sample, alice, bob):
    import_sample(TRIVY)
    task = Task.objects.get(finding__rule__code="CVE-2026-0001")
    Task.objects.filter(pk=task.pk).update(assignee=bob, plan="3.0.12로 올립니다.")
    import_sample(TRIVY, (b'"FixedVersion": "3.0.12"', b'"FixedVersion": "3.0.13"'))
    again = Task.objects.get(finding__rule__code="CVE-2026-0001")
    assert (again.pk, again.due, again.assignee, again.plan) == (
        task.pk,
        task.due,
        bob,
        "3.0.12로 올립니다.",
    )


def test_the_same_scan_a_day_later_changes_nothing_and_says_so(import_sample):
    import_sample(TRIVY)
    run = import_sample(TRIVY, (b"2026-11-20T10:00:00", b"2026-11-20T11:00:00"))
    assert {key: run.count(key) for key in ("new", "updated", "reopened", "fixed")} == {
        "new": 0,
        "updated": 0,
        "reopened": 0,
        "fixed": 0,
    }
    assert run.changed_nothing


def test_one_more_host_is_one_more_finding_and_touches_no_other(import_sample):
    import_sample(NESSUS)
    before = list(Finding.objects.order_by("number").values_list("number", "asset__key"))
    other = (
        b'<ReportHost name="order-web-02"><HostProperties><tag name="host-ip">10.0.1.12</tag>'
        b'<tag name="HOST_END">Fri Nov 20 10:30:00 2026</tag></HostProperties>'
        b'<ReportItem port="443" svc_name="www" protocol="tcp" severity="3" pluginID="51192" '
        b'pluginName="SSL Certificate Cannot Be Trusted" pluginFamily="General"/></ReportHost>'
    )
    run = import_sample(NESSUS, (b"</Report>", other + b"</Report>"))
    assert run.count("new") == 1
    after = list(Finding.objects.order_by("number").values_list("number", "asset__key"))
    assert after[: len(before)] == before


def test_the_order_of_the_file_does_not_matter(import_sample, manna, alice, tmp_path):
    import_sample(TRIVY)
    run = import_sample(
        TRIVY,
        (b"CVE-2026-0001", b"CVE-SWAP"),
        (b"CVE-2026-0002", b"CVE-2026-0001"),
        (b"CVE-SWAP", b"CVE-2026-0002"),
    )
    assert (run.count("new"), run.count("fixed")) == (0, 0)


def test_tcp_and_udp_are_two_and_so_are_two_hosts(import_sample):
    port = b'<port protocol="tcp" portid="23"><state state="open"'
    import_sample(NMAP, (port, port.replace(b"tcp", b"udp")))
    import_sample(NMAP)
    import_sample(NMAP, (b"2001:DB8:0:0::10", b"2001:db8::11"))
    telnet = Finding.objects.filter(rule__code__startswith="port:23/")
    assert set(telnet.values_list("rule__code", "asset__key")) == {
        ("port:23/udp", "2001:db8::10"),
        ("port:23/tcp", "2001:db8::10"),
        ("port:23/tcp", "2001:db8::11"),
    }


def test_one_address_in_two_spellings_is_one_host(import_sample):
    import_sample(NMAP)
    run = import_sample(NMAP, (b"2001:DB8:0:0::10", b"2001:db8::10"))
    assert run.count("new") == 0


def test_an_incomplete_scan_closes_nothing_and_one_of_another_tool_neither(import_sample):
    import_sample(TRIVY)
    run = import_sample("grype.json")
    assert run.count("fixed") == 0
    assert set(Finding.objects.filter(format="trivy").values_list("state", flat=True)) == {"open"}


def test_the_worst_of_two_rows_with_one_identity_speaks(import_sample):
    row = '{"VulnerabilityID": "CVE-2026-0002", "PkgName": "openssl", "Severity": "%s", "Title": "%s"}'
    rows = ",".join(row % pair for pair in (("LOW", "a"), ("HIGH", "b"), ("MEDIUM", "c")))
    import_sample(TRIVY, (b'{"VulnerabilityID": "CVE-2026-0002", ' + FIRST + b"}", rows.encode()))
    finding = Finding.objects.get(rule__code="CVE-2026-0002")
    assert (finding.severity, finding.title, finding.observations.count()) == ("high", "b", 1)


def test_parts_of_an_identity_do_not_run_together():
    marks = [
        ("ab", "c"),
        ("a", "bc"),
        ("abc",),
        ("abc", ""),
        ("", "abc"),
        ("1:a", "b"),
        ("1:a2:b",),
    ]
    assert len({fingerprint(each) for each in marks}) == len(marks)


def test_a_json_file_of_nothing_but_passes_closes_what_it_checked(import_sample):
    import_sample(TRIVY)
    text = json.dumps({"ID": "DS002", "Title": "x", "Status": "PASS"}).encode()
    run = import_sample(
        TRIVY,
        (
            b'{"Type": "Dockerfile Security Check", "ID": "DS002", "AVDID": "AVD-DS-0002", "Title": "Image user should not be \'root\'", "Severity": "HIGH", "Status": "FAIL", "Message": "Specify at least 1 USER command"}',
            text,
        ),
    )
    finding = Finding.objects.get(rule__code="DS-0002")
    assert (finding.state, finding.fixed_run) == ("fixed", run)
    assert finding.observations.latest("pk").change == "fixed"


PORT = b'portid="23"><state state="%s"'
END = b'<finished time="%d'


def nmap_at(import_sample, moment, state):
    ended = (SAMPLES / NMAP).read_bytes().partition(b'<finished time="')[2].partition(b'"')[0]
    return import_sample(
        NMAP, (b'<finished time="' + ended, END % moment), (PORT % b"open", PORT % state)
    )


def telnet():
    return Finding.objects.get(rule__code="port:23/tcp")


def test_a_scan_from_before_the_fix_does_not_reopen_what_a_later_one_closed(import_sample):
    nmap_at(import_sample, 1_795_000_000, b"open")
    fixed = nmap_at(import_sample, 1_795_000_900, b"closed")
    late = nmap_at(import_sample, 1_795_000_300, b"open")
    assert (telnet().state, telnet().fixed_run, late.count("reopened")) == ("fixed", fixed, 0)


def test_of_scans_of_the_same_second_the_one_imported_later_speaks_last(import_sample):
    nmap_at(import_sample, 1_795_000_000, b"open")
    closing = nmap_at(import_sample, 1_795_000_000, b"closed")
    assert (telnet().state, closing.count("fixed")) == ("fixed", 1)
    opening = nmap_at(import_sample, 1_795_000_000, b'open" ttl="1')
    assert (telnet().state, opening.count("reopened"), telnet().reopened) == ("open", 1, 1)
