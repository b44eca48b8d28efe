"""What leaves the portal, against real servers."""

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone

from compliance.shared import outbound
from compliance.shared.outbound import Request, targets
from tests.services.sink import http_sink, say

pytestmark = pytest.mark.services


@pytest.fixture
def sink(settings):
    settings.OUTBOUND_ALLOW = [ipaddress.ip_network("127.0.0.1/32")]
    settings.OUTBOUND_PORTS = [(1, 65535)]
    with http_sink() as running:
        yield running


def ask(url, **more):
    return outbound.send(Request("GET", url, **more))


INSIDE = [
    "127.0.0.1",
    "127.8.9.1",
    "0.0.0.0",  # noqa: S104 - refused, not bound
    "10.1.2.3",
    "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "192.88.99.1",
    "198.18.0.1",
    "203.0.113.7",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "fe80::1",
    "fe80::1%lo",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    "2606:4700::5efe:7f00:1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_that_leads_inside_is_not_reached(address):
    assert not targets.may_reach(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111"])
def test_a_public_address_is_reached(address):
    assert targets.may_reach(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://017700000001/",
        "http://localhost/",
        "http://localhost./",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fe80::1%25lo]/",
        "http://１２７.0.0.1/",
        "http://user:hunter2@example.com/",
        "http://example.com\\@127.0.0.1/",
        "http://exa mple.com/",
        "http://example.com/\r\nX: y",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_INFO",
        "//example.com/",
        "http://",
        "http://example.com:22/",
        "http://example.com:99999/",
        "",
    ],
)
def test_what_is_refused_says_a_sentence(url):
    with pytest.raises(outbound.Forbidden) as refusal:
        ask(url, seconds=5)
    assert len(str(refusal.value)) > 15
    assert "hunter2" not in str(refusal.value)


def test_a_permitted_network_is_reached(sink):
    answer = ask(sink.url("/hook?x=1"))
    assert (answer.status, answer.body) == (200, b"ok")
    assert sink.received[0].path == "/hook?x=1"
    assert sink.received[0].headers["host"] == f"127.0.0.1:{sink.port}"


def test_the_checked_address_is_the_one_that_is_reached(sink, monkeypatch):
    """A name that means something else at the second look-up is looked up once."""
    asked = []
    real = socket.getaddrinfo

    def changing(host, port, *args, **kwargs):
        if host == "127.0.0.1":  # a literal, on its way into the connection
            return real(host, port, *args, **kwargs)
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "127.0.0.9"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    assert ask(sink.url(host="changing.example")).ok
    assert asked == ["changing.example"]


def test_of_several_addresses_only_permitted_ones_are_tried(sink, monkeypatch):
    def both(host, port, *args, **kwargs):
        found = [host] if host[0].isdigit() else ["127.0.0.9", "127.0.0.1"]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    assert ask(sink.url(host="mixed.example")).ok


def test_a_name_without_an_address_is_said(settings):
    with pytest.raises(outbound.Unreachable, match="nowhere.invalid"):
        ask("http://nowhere.invalid/secret-path", seconds=20)


def test_one_that_hangs_costs_its_time_and_no_more(sink):
    sink.answer = lambda handler: time.sleep(5)
    begun = time.monotonic()
    with pytest.raises(outbound.TooSlow, match=r"127\.0\.0\.1"):
        ask(sink.url("/token-in-path"), seconds=0.5)
    assert time.monotonic() - begun < 2


def test_one_that_drips_ends_at_the_total(sink):
    """Each byte comes in time; together they would last for ever."""

    def drip(handler):
        handler.send_response(200)
        handler.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(100):
                handler.wfile.write(b"x")
                time.sleep(0.1)

    sink.answer = drip
    begun = time.monotonic()
    with pytest.raises(outbound.TooSlow):
        ask(sink.url(), seconds=0.8)
    assert time.monotonic() - begun < 2


def test_a_gigabyte_is_cut(sink):
    def endless(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(2**30))
        handler.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(2**14):
                handler.wfile.write(b"x" * 2**16)

    sink.answer = endless
    answer = ask(sink.url(), limit=1000)
    assert answer.cut
    assert len(answer.body) == 1000
    with pytest.raises(outbound.BadAnswer):
        answer.json()


def test_a_head_without_end_is_cut(sink):
    def heads(handler):
        with contextlib.suppress(OSError):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
            for number in range(10**6):
                handler.wfile.write(b"X-%d: %s\r\n" % (number, b"x" * 500))

    sink.answer = heads
    with pytest.raises(outbound.OutboundError):
        ask(sink.url(), seconds=5)


def test_what_is_no_http_is_said(sink):
    sink.answer = lambda handler: handler.wfile.write(b"220 smtp.example ESMTP\r\n\r\n")
    with pytest.raises(outbound.Unreachable):
        ask(sink.url(), seconds=2)


def test_a_redirect_is_an_answer(sink):
    sink.answer = lambda handler: say(handler, 301, b"", Location="http://169.254.169.254/")
    assert outbound.send(Request("POST", sink.url(), content=b"x", redirects=3)).status == 301
    assert ask(sink.url()).status == 301


def test_each_hop_is_checked(sink):
    sink.answer = lambda handler: say(handler, 302, b"", Location="http://169.254.169.254/latest")
    with pytest.raises(outbound.Forbidden):
        ask(sink.url(), redirects=3)


def test_no_more_than_three_hops(sink):
    sink.answer = lambda handler: say(handler, 302, b"", Location="/again")
    assert ask(sink.url(), redirects=10).status == 302
    assert len(sink.received) == 4


def test_a_key_does_not_travel_to_another_host(sink, settings):
    with http_sink() as other:
        sink.answer = lambda handler: say(handler, 302, b"", Location=other.url("/there"))
        keys = {"Authorization": "Bearer 1", "X-Api-Key": "2", "Accept": "application/json"}
        assert ask(sink.url(), headers=keys, redirects=1).ok
        told = other.received[0].headers
    assert sink.received[0].headers["authorization"] == "Bearer 1"
    assert not {"authorization", "x-api-key"} & set(told)
    assert told["accept"] == "application/json"


def test_no_proxy_from_the_environment(sink, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    assert ask(sink.url()).ok


def test_a_session_keeps_its_connection(sink):
    with outbound.Session() as session:
        began = [session.send(Request("POST", sink.url(), content=b"x")).status for _ in range(5)]
    assert began == [200] * 5


@pytest.fixture
def authority(tmp_path):
    """A made-up authority: (PEM file, make(name) -> server context)."""
    key = ec.generate_private_key(ec.SECP256R1())
    root = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test root")])
    now = timezone.now()

    def certificate(subject, public, *extensions):
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(root)
        made = made.public_key(public).serial_number(x509.random_serial_number())
        made = made.not_valid_before(now - dt.timedelta(days=1))
        made = made.not_valid_after(now + dt.timedelta(days=1))
        for extension, critical in extensions:
            made = made.add_extension(extension, critical)
        return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    pem = tmp_path / "root.pem"
    pem.write_bytes(
        certificate(root, key.public_key(), (x509.BasicConstraints(ca=True, path_length=0), True))
    )

    def context(name):
        own = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        kept = tmp_path / f"{name}.pem"
        private = own.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        kept.write_bytes(private + certificate(subject, own.public_key(), (names, False)))
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(kept)
        return made

    return pem, context


@pytest.fixture
def named(monkeypatch):
    real = socket.getaddrinfo

    def here(host, port, *args, **kwargs):
        return real("127.0.0.1" if host.endswith(".example") else host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", here)


def test_the_certificate_is_checked_against_the_name(sink, settings, authority, named):
    pem, context = authority
    settings.OUTBOUND_CA = str(pem)
    with http_sink(context("sink.example")) as secure:
        assert ask(secure.url(host="sink.example")).ok
        with pytest.raises(outbound.Unreachable, match="인증서|certificate"):
            ask(secure.url(host="other.example"))


def test_an_unknown_authority_is_not_trusted(sink, settings, authority, named):
    _pem, context = authority
    with (
        http_sink(context("sink.example")) as secure,
        pytest.raises(outbound.Unreachable, match="인증서|certificate"),
    ):
        ask(secure.url(host="sink.example"))


def test_never_from_https_to_http(sink, settings, authority, named):
    pem, context = authority
    settings.OUTBOUND_CA = str(pem)
    with http_sink(context("sink.example")) as secure:
        secure.answer = lambda handler: say(handler, 302, b"", Location=sink.url("/plain"))
        with pytest.raises(outbound.Forbidden, match="https"):
            ask(secure.url(host="sink.example"), redirects=3)
    assert not sink.received
