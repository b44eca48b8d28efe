"""The log to real listeners: in order, nothing left out, again after a failure."""

import json
import re
import socket
import socketserver
import ssl
import threading
import time
from contextlib import contextmanager
from ipaddress import ip_network

import pytest
from django.db import transaction
from django.utils import timezone

from compliance.audit.models import Entry
from compliance.audit.services import SYSTEM, Actor, record, record_all
from compliance.oversight import sending, services
from compliance.oversight.models import LogTarget, Transport
from compliance.shared.errors import Refused
from tests.services import rsyslog
from tests.services.children import free_port
from tests.services.need import missing
from tests.services.sink import http_sink
from tests.shared.test_outbound import authority  # noqa: F401 - a fixture

PRI = re.compile(
    r'<109>1 \S+Z \S+ gatepass - (\S+) \[gatepass@32473 organisation="(\d+)" seq="(\d+)" .*?\] \ufeff'
)


class Collector:
    """What a collector of logs keeps: every byte of every connection, or datagrams."""

    def __init__(self) -> None:
        self.connections: list[bytes] = []
        self.break_off = False

    @property
    def messages(self) -> list[str]:
        return [each for data in self.connections for each in unframed(data)]

    @property
    def numbers(self) -> list[int]:
        return [int(PRI.match(each)[3]) for each in self.messages]


def unframed(data: bytes) -> list[str]:
    found = []
    while data:
        length, _space, data = data.partition(b" ")
        found.append(data[: int(length)].decode())
        data = data[int(length) :]
    return found


@contextmanager
def collecting(context: ssl.SSLContext | None = None):
    collector = Collector()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            if collector.break_off:
                self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                return
            connection = self.request
            if context:
                connection = context.wrap_socket(connection, server_side=True)
            data = b""
            while more := connection.recv(65536):
                data += more
            collector.connections.append(data)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield collector, f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


@pytest.fixture(autouse=True)
def _inside_is_meant(settings):
    settings.OUTBOUND_ALLOW = [ip_network("127.0.0.0/8")]
    settings.OUTBOUND_PORTS = [(1, 65535)]


def write(manna, count):
    with transaction.atomic():
        record_all(SYSTEM, "organisation.created", [(manna, {"n": n}) for n in range(count)])


def add(manna, olga, transport, address, *, everything=True):
    return services.add_target(
        manna, transport=transport, address=address, everything=everything, by=olga
    )


def now(target):
    target.refresh_from_db()
    return target


def test_everything_arrives_in_order_over_tcp(manna, olga):
    write(manna, 1150)
    with collecting() as (collector, place):
        target = add(manna, olga, Transport.TCP, place)
        total = Entry.objects.filter(organisation_id=manna.pk).count()
        assert sending.send(target.pk) == total
        assert sending.send(target.pk) == 0
    assert collector.numbers == list(range(1, total + 1))
    assert len(collector.connections) == 3
    assert now(target).seq == total


def test_it_begins_where_it_was_added(manna, olga):
    write(manna, 20)
    with collecting() as (collector, place):
        target = add(manna, olga, Transport.TCP, place, everything=False)
        write(manna, 2)
        sending.send_all()
    # The entry that says so is the first one that goes there.
    assert [PRI.match(each)[1] for each in collector.messages] == [
        "audit.target_added",
        "organisation.created",
        "organisation.created",
    ]
    assert now(target).problem == ""


def test_what_broke_off_is_sent_again(manna, olga):
    write(manna, 250)
    with collecting() as (collector, place):
        target = add(manna, olga, Transport.TCP, place)
        collector.break_off = True
        assert sending.send(target.pk) == 0
        failed = now(target)
        assert (failed.seq, failed.failures) == (0, 1)
        assert "127.0.0.1" in failed.problem
        assert sending.send(target.pk) == 0, "it waits before it tries again"
        collector.break_off = False
        LogTarget.objects.update(wait_until=timezone.now())
        total = Entry.objects.filter(organisation_id=manna.pk).count()
        assert sending.send(target.pk) == total
    assert collector.numbers == list(range(1, total + 1))
    assert now(target).failures == 0


def test_one_process_sends_at_a_time(manna, olga):
    with collecting() as (_collector, place):
        target = add(manna, olga, Transport.TCP, place)
        LogTarget.objects.update(held_until=timezone.now() + sending.HOLD)
        assert sending.send_all() == 0
        LogTarget.objects.update(held_until=timezone.now())
        assert sending.send(target.pk)


def test_datagrams(manna, olga):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(5)
        target = add(manna, olga, Transport.UDP, f"127.0.0.1:{listener.getsockname()[1]}")
        count = sending.send(target.pk)
        came = [listener.recv(65536).decode() for _each in range(count)]
    assert [int(PRI.match(each)[3]) for each in came] == list(range(1, count + 1))


def test_tls_is_checked_against_the_name(manna, olga, settings, authority):  # noqa: F811
    pem, context = authority
    with collecting(context("localhost")) as (collector, place):
        place = place.replace("127.0.0.1", "localhost")
        target = add(manna, olga, Transport.TLS, place)
        sending.send(target.pk)
        assert "certificate" in now(target).problem or "인증서" in now(target).problem
        settings.OUTBOUND_CA = str(pem)
        LogTarget.objects.update(wait_until=None)
        count = sending.send(target.pk)
        assert count
    assert collector.numbers == list(range(1, count + 1))


def test_json_lines_need_a_good_answer(manna, olga, settings, authority):  # noqa: F811
    pem, context = authority
    settings.OUTBOUND_CA = str(pem)
    with http_sink(context("localhost")) as sink:
        target = add(manna, olga, Transport.LINES, f"https://localhost:{sink.port}/audit")
        sink.answer = lambda handler: handler.send_error(503)
        assert sending.send(target.pk) == 0
        assert "503" in now(target).problem
        sink.answer = None
        LogTarget.objects.update(wait_until=None)
        count = sending.send(target.pk)
    assert sink.received[-1].body.count(b"\n") == count
    assert sink.received[-1].headers["content-type"] == "application/x-ndjson"


def test_a_name_forges_no_message(manna, olga):
    evil = 'x\n<109>1 2026-01-01T00:00:00Z host gatepass - - - forged"]\x1b[31m\u202e\\'
    with transaction.atomic():
        record(Actor(7, evil), "organisation.created", manna, reason=evil)
    with collecting() as (collector, place):
        target = add(manna, olga, Transport.TCP, place)
        count = sending.send(target.pk)
    assert len(collector.messages) == count
    for text in collector.messages:
        assert PRI.match(text), text
        assert not any(sign in text for sign in "\n\r\x1b\u202e")


def test_an_entry_too_long_for_a_message_is_cut_and_says_so(manna, olga):
    with transaction.atomic():
        record(SYSTEM, "organisation.created", manna, reason="가" * 50_000)
    with collecting() as (collector, place):
        sending.send(add(manna, olga, Transport.TCP, place).pk)
    assert any('"cut":true' in each for each in collector.messages)
    assert max(map(len, collector.messages)) < 60_000


@pytest.mark.parametrize(
    ("transport", "address"),
    [
        ("tcp", "no-port.example.com"),
        ("tcp", "user@logs.example.com:514"),
        ("tcp", "logs.example.com:514/path"),
        ("tcp", "http://logs.example.com:514"),
        ("tls", "169.254.169.254:6514"),
        ("udp", "[::1]:514"),
        ("https", "http://logs.example.com/"),
        ("https", "https://user:secret@logs.example.com/"),
        ("gopher", "logs.example.com:70"),
    ],
)
def test_a_place_that_is_none_is_refused(manna, olga, transport, address, settings):
    settings.OUTBOUND_ALLOW = []
    with pytest.raises(Refused):
        add(manna, olga, transport, address)
    assert not LogTarget.objects.exists()


def test_a_port_that_the_operator_has_not_opened_is_refused(manna, olga, settings):
    settings.OUTBOUND_PORTS = [(443, 443)]
    with pytest.raises(Refused, match="OUTBOUND_PORTS"):
        add(manna, olga, Transport.TCP, "logs.example.com:514")


def test_nothing_listens(manna, olga):
    target = add(manna, olga, Transport.TCP, f"127.0.0.1:{free_port()}")
    assert sending.send(target.pk) == 0
    assert now(target).problem


def test_the_page_adds_and_stops(browse, olga, alice, manna):
    page = "/o/manna/audit/settings/"
    said = {"transport": "tcp", "address": "127.0.0.1:6514"}
    assert browse(olga).post(f"{page}targets", said).status_code == 302
    assert "127.0.0.1:6514" in browse(alice).get(page).content.decode()
    twice = browse(olga).post(f"{page}targets", said)
    assert twice.status_code == 200
    assert LogTarget.objects.count() == 1
    browse(olga).post(f"{page}targets/{LogTarget.objects.get().pk}/stop")
    assert LogTarget.objects.get().stopped_at
    assert sending.send_all() == 0


def test_retention_has_a_lawful_least(browse, olga, manna):
    page = "/o/manna/audit/settings/"
    refused = browse(olga).post(f"{page}retention", {"years": "1", "two_years": "on"})
    assert refused.status_code == 409
    browse(olga).post(f"{page}retention", {"years": "3", "two_years": "on"})
    entry = Entry.objects.filter(action="audit.retention_set").get()
    assert entry.data["after"] == {"years": 3, "two_years": True}
    browse(olga).post(f"{page}retention", {"years": "3", "two_years": "on"})
    assert Entry.objects.filter(action="audit.retention_set").count() == 1


@pytest.mark.services
@pytest.mark.parametrize("transport", [Transport.TCP, Transport.UDP])
def test_a_real_rsyslog_understands_each_message(manna, olga, transport):
    if not rsyslog.is_installed():
        missing("rsyslog", rsyslog.PACKAGES)
    with transaction.atomic():
        record(Actor(7, '만나 "]\\ 배달\n<13>forged'), "organisation.created", manna, n=1)
    with rsyslog.running() as server:
        target = add(manna, olga, transport, server.place)
        count = sending.send(target.pk)
        until = time.monotonic() + 15
        while len(server.messages) < count and time.monotonic() < until:
            time.sleep(0.1)
        came = server.messages
    assert [json.loads(each["text"].lstrip("\ufeff "))["seq"] for each in came] == list(
        range(1, count + 1)
    )
    assert {each["pri"] for each in came} == {"109"}
    assert {each["id"] for each in came} >= {"organisation.created", "audit.target_added"}
    forged = next(each for each in came if "forged" in each["data"])
    assert r'actor="만나 \"\]\\ 배달\\u000a<13>forged"' in forged["data"]
