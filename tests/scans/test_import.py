"""alice imports scan results: rows become check results, failures become findings."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from compliance.audit.models import Entry
from compliance.scans import services, staging
from compliance.scans.models import (
    CheckResult,
    Finding,
    MappingSet,
    QuarantinedRow,
    RuleMapping,
    ScanRun,
)
from compliance.scans.signals import run_imported
from compliance.shared.errors import Refused
from tests.scans.reading import SAMPLES, read

NMAP, KISA = "nmap_ipv6_only.xml", "kisa_results.csv"


def states(**conditions) -> dict[str, str]:
    return dict(Finding.objects.filter(**conditions).values_list("rule__code", "state"))


def test_rows_become_results_and_failures_become_findings(import_sample):
    run = import_sample(NMAP)
    assert (run.state, run.complete, run.tool, run.tool_version) == (
        "imported",
        True,
        "Nmap",
        "7.93",
    )
    assert CheckResult.objects.filter(run=run, outcome="pass").count() == 2
    assert states() == {"port:22/tcp": "open", "port:23/tcp": "open", "port:3306/tcp": "open"}
    assert list(Finding.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]
    assert run.counts["new"] == 3


def test_a_database_port_is_high_because_the_mapping_says_so(import_sample):
    import_sample(NMAP)
    finding = Finding.objects.get(rule__code="port:3306/tcp")
    assert (finding.reported_severity, finding.severity) == ("info", "high")


def test_the_path_that_explains_a_mapping_is_kept(import_sample):
    import_sample(NMAP)
    mapping = RuleMapping.objects.get(rule__code="port:23/tcp", requirement__code="OI-NET-05")
    assert mapping.path == ["nmap.port:23/tcp", "OI-NET-05"]
    assert "telnet" in mapping.edge.rationale_ko


def test_rows_nobody_can_read_are_put_aside_and_the_rest_counts(import_sample):
    run = import_sample(KISA)
    assert QuarantinedRow.objects.filter(run=run).count() == 2
    assert run.counts["outcomes"]["pass"] == 3
    assert run.counts["suspicious"] == 1


def test_the_same_file_twice_changes_nothing_and_says_so(import_sample, manna, alice):
    run = import_sample(NMAP)
    before = list(Finding.objects.values())
    again, fresh = services.import_now(
        manna, io.BytesIO((SAMPLES / NMAP).read_bytes()), name="other name.xml", by=alice
    )
    assert (again.pk, fresh) == (run.pk, False)
    assert list(Finding.objects.values()) == before
    assert ScanRun.objects.count() == 1


def test_a_gone_port_is_fixed_by_the_run_that_looked(import_sample):
    import_sample(NMAP)
    run = import_sample(
        NMAP, (b'portid="23"><state state="open"', b'portid="23"><state state="closed"')
    )
    fixed = Finding.objects.get(rule__code="port:23/tcp")
    assert (fixed.state, fixed.fixed_run) == ("fixed", run)
    assert (run.counts["fixed"], run.counts["unchanged"], run.counts["new"]) == (1, 2, 0)


def test_a_port_that_is_not_listed_any_more_is_fixed_only_in_range(import_sample):
    import_sample(NMAP)
    row = b'<port protocol="tcp" portid="23"><state state="open" reason="syn-ack" reason_ttl="0"/><service name="telnet" method="table" conf="3"/></port>'
    outside = import_sample(NMAP, (row, b""), (b'services="22-23,', b'services="22,'))
    assert outside.counts["fixed"] == 0
    assert outside.counts["not_retested"] == 1
    assert import_sample(NMAP, (row, b"")).counts["fixed"] == 1


def test_an_aborted_scan_closes_nothing(import_sample):
    import_sample(NMAP)
    run = import_sample(
        NMAP,
        (b'exit="success"', b'exit="error"'),
        (b'portid="23"><state state="open"', b'portid="23"><state state="closed"'),
    )
    assert (run.complete, run.counts["fixed"]) == (False, 0)


def test_a_scan_of_one_host_never_closes_a_finding_of_another(import_sample):
    import_sample(NMAP)
    import_sample(NMAP, (b"2001:DB8:0:0::10", b"2001:db8::99"), (b'"open"', b'"closed"'))
    assert set(states(asset__key="2001:db8::10").values()) == {"open"}


def test_back_again_is_reopened_with_its_number_and_clock(import_sample):
    import_sample(NMAP)
    first = Finding.objects.get(rule__code="port:23/tcp")
    import_sample(NMAP, (b'portid="23"><state state="open"', b'portid="23"><state state="closed"'))
    run = import_sample(NMAP, (b'elapsed="10.00"', b'elapsed="11.00"'))
    again = Finding.objects.get(pk=first.pk)
    assert (again.state, again.reopened, again.first_seen_at) == ("open", 1, first.first_seen_at)
    assert run.counts["reopened"] == 1
    assert again.observations.count() == 3


def test_an_older_scan_that_comes_late_changes_no_state(import_sample):
    import_sample(NMAP)
    old = import_sample(
        NMAP,
        (b'time="1795300010"', b'time="1695300010"'),
        (b'portid="23"><state state="open"', b'portid="23"><state state="closed"'),
    )
    assert old.counts["fixed"] == 0
    assert states()["port:23/tcp"] == "open"


def test_a_suspicious_pass_closes_nothing(import_sample):
    row = '취약,"PermitRootLogin yes"'.encode()
    import_sample(KISA)
    import_sample(KISA, (row, "양호,sshd: command not found".encode()))
    assert Finding.objects.get(rule__code="U-01").state == "open"
    import_sample(KISA, (row, "양호,PermitRootLogin no".encode()))
    assert Finding.objects.get(rule__code="U-01").state == "fixed"


def test_a_new_severity_refreshes_the_finding_and_keeps_it(import_sample):
    import_sample("trivy_config.json")
    before = Finding.objects.get(rule__code="CVE-2026-0001")
    run = import_sample(
        "trivy_config.json", (b'"CRITICAL", "Title": "openssl', b'"LOW", "Title": "openssl')
    )
    after = Finding.objects.get(pk=before.pk)
    assert (before.severity, after.severity, after.number) == ("critical", "low", before.number)
    assert (run.counts["new"], run.counts["fixed"]) == (0, 0)


def test_a_fixed_package_is_gone_from_the_next_image(import_sample):
    import_sample("trivy_config.json")
    run = import_sample(
        "trivy_config.json", (b"CVE-2026-0002", b"CVE-2026-0003"), (b":1.4.2", b":1.5.0")
    )
    assert states()["CVE-2026-0002"] == "fixed"
    assert (run.counts["new"], run.counts["fixed"]) == (1, 1)


def test_the_house_hears_of_an_import(import_sample):
    heard = []

    def listen(sender, run, **_more):
        heard.append((run.pk, Finding.objects.count()))

    run_imported.connect(listen)
    try:
        run = import_sample(NMAP)
    finally:
        run_imported.disconnect(listen)
    assert heard == [(run.pk, 3)]
    actions = Entry.objects.filter(target_kind="scans.scanrun").values_list("action", flat=True)
    assert {"scan.imported", "scan.received"} <= set(actions)


@pytest.mark.parametrize("content", [b"", b"hello", b"<nmaprun><host></nmaprun>", b"\x1f\x8bxx"])
def test_what_cannot_be_read_is_refused_and_leaves_nothing(manna, alice, content):
    with pytest.raises(Refused):
        services.import_now(manna, io.BytesIO(content), name="x.xml", by=alice)
    assert not ScanRun.objects.exists()


def test_a_big_file_that_breaks_in_the_middle_leaves_a_failed_run_without_rows(
    manna, alice, adopted, monkeypatch
):
    monkeypatch.setattr(services, "READ_AT_ONCE", 0)
    content = (SAMPLES / KISA.replace("kisa_results.csv", "trivy_config.json")).read_bytes()[:-40]
    with pytest.raises(Refused):
        services.import_now(manna, io.BytesIO(content), name="t.json", by=alice)
    run = ScanRun.objects.get()
    assert (run.state, run.results.count(), bool(run.error)) == ("failed", 0, True)
    assert not Finding.objects.exists()


def test_a_crash_in_the_middle_is_begun_again_without_a_trace(import_sample, manna, alice, adopted):
    stream = io.BytesIO((SAMPLES / NMAP).read_bytes())
    run, _fresh = services.import_file(manna, stream, name=NMAP, by=alice)
    run.state = "importing"
    run.save(update_fields=["state"])
    stage = staging.Stage(run)
    for row in read(NMAP)[0]:
        stage.row(row)
    stage.flush()
    services.import_run(ScanRun.objects.get(pk=run.pk))
    run.refresh_from_db()
    assert (run.state, run.results.count(), run.counts["new"]) == ("imported", 5, 3)
    services.import_run(run)
    assert run.results.count() == 5


def test_rules_stay_mapped_when_a_set_is_renewed_by_another_import(import_sample):
    import_sample(NMAP)
    MappingSet.objects.update(digest="older")
    import_sample(KISA)
    assert RuleMapping.objects.filter(rule__code="port:23/tcp").count() == 2


def test_dave_may_not_import(manna, dave, import_sample):
    with pytest.raises(Refused):
        import_sample(NMAP, by=dave)


def test_bob_may(bob, import_sample):
    assert import_sample(NMAP, by=bob).imported_by == bob


def test_two_organisations_share_nothing(import_sample, elsewhere, sam):
    import_sample(NMAP)
    import_sample(NMAP, organisation=elsewhere, by=sam)
    assert Finding.objects.visible_to(sam).count() == 3
    assert list(
        Finding.objects.visible_to(sam).order_by("number").values_list("number", flat=True)
    ) == [1, 2, 3]


def test_the_number_of_queries_does_not_grow_with_the_rows(
    import_sample, django_assert_max_num_queries, tmp_path, manna, alice
):
    def table(rows: int) -> io.BytesIO:
        lines = [f"h{n % 7},X-{n},취약" for n in range(rows)]
        return io.BytesIO("\n".join(["host,code,result", *lines]).encode())

    services.import_now(manna, table(10), name="warm.csv", by=alice)
    with django_assert_max_num_queries(110) as few:
        services.import_now(manna, table(11), name="few.csv", by=alice)
    # SQLite takes some 80 rows a statement; what must not appear is a query a row.
    with django_assert_max_num_queries(len(few) + 60):
        services.import_now(manna, table(900), name="many.csv", by=alice)


def test_the_command_imports_and_prints_json(manna, alice, adopted, capsys):
    path = str(SAMPLES / NMAP)
    call_command("import_scan", path, organisation="manna", by="alice@example.com", as_json=True)
    first = json.loads(capsys.readouterr().out)
    assert (first["new"], first["already_imported"], first["complete"]) == (3, False, True)
    call_command("import_scan", path, organisation="manna", as_json=True)
    assert json.loads(capsys.readouterr().out)["already_imported"] is True


def test_the_command_says_in_one_line_what_is_wrong(manna, tmp_path):
    with pytest.raises(CommandError, match="nowhere"):
        call_command("import_scan", str(SAMPLES / NMAP), organisation="nowhere")
    with pytest.raises(CommandError):
        call_command("import_scan", str(tmp_path / "missing"), organisation="manna")
    bad = tmp_path / "bad.xml"
    bad.write_text("hello")
    with pytest.raises(CommandError):
        call_command("import_scan", str(bad), organisation="manna")


def test_parse_scan_counts_without_a_database(capsys):
    call_command("parse_scan", str(SAMPLES / KISA), as_json=True)
    counts = json.loads(capsys.readouterr().out)
    assert (counts["format"], counts["outcomes"]["fail"], counts["problems"]) == ("kisa-csv", 2, 2)
    with pytest.raises(CommandError):
        call_command("parse_scan", "/dev/null")
