"""Nmap: every open port of every host, whatever its address, and honest about aborted scans."""

import shutil
import socket
import subprocess

import pytest

from compliance.scans.parsers import nmap
from tests.scans.reading import SAMPLES, by_rule, outcomes, read, read_bytes

IPV6 = (SAMPLES / "nmap_ipv6_only.xml").read_bytes()


def test_a_host_with_only_an_ipv6_address_is_read():
    rows, problems, run = read("nmap_ipv6_only.xml")
    assert outcomes(rows) == {"fail": 3, "pass": 2}
    assert {row.asset.key for row in rows} == {"2001:db8::10"}
    assert rows[0].asset.name == "pos.example.com"
    assert not problems
    assert run.complete


def test_a_port_carries_the_references_that_mappings_look_for():
    telnet = by_rule(read("nmap_ipv6_only.xml")[0])["port:23/tcp"]
    assert telnet.refs == ("nmap.port:23/tcp", "nmap.service:telnet")
    assert telnet.severity == "info"


def test_a_host_that_is_down_was_not_covered():
    run = read("nmap_ipv6_only.xml")[2]
    assert [seen.key for seen in run.targets] == ["2001:db8::10"]


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'exit="success"', b'exit="error"'), (b"</nmaprun>", b""), (b"<runstats>", b"<!-- x ")],
)
def test_an_aborted_scan_keeps_its_rows_and_is_not_complete(old, new):
    content = IPV6.replace(old, new)
    rows, _problems, run = read_bytes(content)
    assert len(rows) == 5
    assert not run.complete


def test_udp_and_tcp_of_one_number_are_two():
    udp = IPV6.replace(b'protocol="tcp" portid="23"', b'protocol="udp" portid="22"')
    rules = {row.identity for row in read_bytes(udp)[0]}
    assert len(rules) == 5


def test_a_port_that_is_no_number_goes_to_quarantine_and_the_rest_is_read():
    rows, problems, _run = read_bytes(IPV6.replace(b'portid="23"', b'portid="99999"'))
    assert (len(rows), len(problems)) == (4, 1)
    assert problems[0].position.startswith("line ")


def test_absence_proves_something_only_inside_the_scanned_range():
    scope = read("nmap_ipv6_only.xml")[2].scope
    assert nmap.covers(scope, "port:23/tcp", ("tcp/23",))
    assert not nmap.covers(scope, "port:8080/tcp", ("tcp/8080",))
    assert not nmap.covers(scope, "port:22/udp", ("udp/22",))
    assert not nmap.covers(scope, "CVE-2021-1234", ("tcp/22", "vulners"))


@pytest.mark.services
@pytest.mark.skipif(not shutil.which("nmap"), reason="nmap is not installed")
def test_a_real_scan_of_a_port_opened_here(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        out = tmp_path / "out.xml"
        command = ["nmap", "-sT", "-Pn", "-n", "-p", f"{port}", "-oX", str(out), "127.0.0.1"]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    rows, problems, run = read_bytes(out.read_bytes())
    assert [(row.rule, row.outcome) for row in rows] == [(f"port:{port}/tcp", "fail")]
    assert run.complete
    assert not problems
    assert nmap.covers(run.scope, rows[0].rule, rows[0].place)


@pytest.mark.parametrize("number", [b"9" * 5000, "²".encode(), b"-1"])
def test_a_port_that_is_none_goes_to_quarantine(number):
    rows, problems, _run = read_bytes(IPV6.replace(b'portid="23"', b'portid="' + number + b'"'))
    assert len(problems) == 1
    assert "port:23/tcp" not in by_rule(rows)


@pytest.mark.parametrize("span", ["tcp:1-x", "tcp:x-9", "tcp:-", "tcp:" + "9" * 5000])
def test_a_range_that_is_none_proves_nothing(span):
    assert not nmap.covers([span], "port:5/tcp", ("5/tcp",))
