"""Notices fanned out and delivered to a real SMTP and a real HTTP server on loopback, while the
worker is killed ten times; and what sending the same without an outbox takes."""

import json
import os
import random
import re
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from email.message import EmailMessage
from ipaddress import ip_network
from pathlib import Path
from typing import Any

NOTICES, PEOPLE, KILLS = 10_000, 100, 10
ROOT = Path(__file__).resolve().parent.parent


def measure() -> Iterator[str]:
    from tests.services.sink import http_sink
    from tests.services.smtp import smtp_sink

    with http_sink() as web, smtp_sink() as post_office:
        company, people = _company(web, post_office)
        yield f"{NOTICES} notices fanned out in {_fan_out(company, people):.1f} s"
        began, kills = time.perf_counter(), 0
        while left := _waiting():
            kills += _work(left, kills)
        seconds = time.perf_counter() - began
        yield (
            f"{NOTICES} mails and {NOTICES} webhooks delivered in {seconds:.0f} s, "
            f"the worker killed {kills} times"
        )
        yield _checked("mails", _mails(post_office))
        yield _checked("webhooks", _webhooks(web))
        yield _in_order(web)
        plain = _plain(web, post_office)
        yield f"the same sent plainly in {plain:.0f} s: {seconds / plain:.1f} times as long"


def _company(web: Any, post_office: Any) -> tuple[Any, list[Any]]:
    """The demo's company with a hundred people more and one webhook; settings for it."""
    from django.conf import settings

    from compliance.accounts.models import Membership, Organisation, User
    from compliance.notices import services, targets

    given = {
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(post_office.port),
        "OUTBOUND_ALLOW": "127.0.0.1/32",
        "OUTBOUND_PORTS": "1-65535",
    }
    os.environ.update(given)
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", post_office.port
    settings.OUTBOUND_ALLOW, settings.OUTBOUND_PORTS = [ip_network("127.0.0.1/32")], [(1, 65535)]
    company = Organisation.objects.get(slug="bareun")
    lead = User.objects.get(email="seoyeon@bareun.example")
    people = [User(email=f"p{n}@bench.example", name=f"사람 {n}") for n in range(PEOPLE)]
    User.objects.bulk_create(people)
    people = list(User.objects.filter(email__endswith="@bench.example"))
    members = [Membership(organisation=company, user=each, role="viewer") for each in people]
    Membership.objects.bulk_create(members)
    services.deliver_all()
    facts = targets.TargetFacts("수집기", ["comments"], address=web.url("/hook"))
    targets.add(company, "webhook", facts, by=lead)
    return company, people


def _fan_out(company: Any, people: list[Any]) -> float:
    from django.db import transaction

    from compliance.audit.services import SYSTEM, record_all
    from compliance.notices import services
    from compliance.notices.models import Delivery, Notice
    from compliance.remediation.models import Task

    Delivery.objects.all().delete()
    task = Task.objects.filter(organisation=company)[0]
    told = []
    for n in range(NOTICES):
        person = people[n % PEOPLE].pk
        told.append((task, {"text": f"말 {n}", "mentioned_ids": [person], "number": task.number}))
    # One transaction, and nothing is woken by it: the reading of the stream is what is measured.
    with transaction.atomic():
        record_all(SYSTEM, "task.commented", told)
        transaction.get_connection().run_on_commit.clear()
    began = time.perf_counter()
    services.deliver_all()
    seconds = time.perf_counter() - began
    # The demo's own people, whom the task concerns, hear as well.
    Delivery.objects.filter(user__isnull=False).exclude(user__in=people).delete()
    made = Notice.objects.filter(user__in=people).count()
    if made != NOTICES:
        raise RuntimeError(f"{made} notices were made of {NOTICES} entries")
    return seconds


def _waiting() -> int:
    from compliance.notices.models import Delivery

    return Delivery.objects.filter(state="waiting").count()


def _work(left: int, kills: int) -> int:
    """Let a worker of its own process work; 1 when it was killed on the way, at a chance moment."""
    command = [sys.executable, "manage.py", "deliver_notices", "--seconds", "600"]
    out = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, stdout=out, start_new_session=True)
    if kills >= KILLS or left < NOTICES // 5:
        process.wait(600)
        return 0
    # Each worker does its share, so that all ten die in the middle of it.
    share = 2 * NOTICES // (KILLS + 2)
    chance = random.uniform(0.7, 1.0)  # noqa: S311 - no secret hangs on it
    while left - _waiting() < share * chance and process.poll() is None:
        time.sleep(0.1)
    if process.poll() is not None:
        return 0
    process.send_signal(signal.SIGKILL)
    process.wait()
    return 1


def _checked(what: str, came: list[tuple[str, int]]) -> str:
    """*came* are (id, number of the notice). A repetition carries the id of what was taken already,
    so a reader shows it once; the same notice under another id would be shown twice."""
    ids, notices = {each for each, _n in came}, {n for _each, n in came}
    lost, twice = NOTICES - len(notices), len(ids) - len(notices)
    return (
        f"{what}: {lost} lost, {twice} shown twice, {len(came) - len(ids)} repeated under their id"
    )


def _mails(post_office: Any) -> list[tuple[str, int]]:
    return [(str(mail["Message-ID"]), _number(_text(mail))) for mail in post_office.mails]


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


def _webhooks(web: Any) -> list[tuple[str, int]]:
    return [(each.headers["webhook-id"], _number(each.body.decode())) for each in web.received]


def _number(text: str) -> int:
    found = re.search(r"말 (\d+)", text)
    return int(found[1]) if found else -1


def _in_order(web: Any) -> str:
    said = [json.loads(each.body)["data"]["seq"] for each in web.received]
    firsts = list(dict.fromkeys(said))
    return f"webhooks in order: {'yes' if firsts == sorted(firsts) else 'NO'}"


def _plain(web: Any, post_office: Any) -> float:
    """The same mails and bodies by one connection each, with nothing kept."""
    import httpcore

    mails, bodies = post_office.raw[:NOTICES], [each.body for each in web.received[:NOTICES]]
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", post_office.port) as server:
        for mail in mails:
            server.sendmail("gatepass@localhost", ["p@bench.example"], mail)
    with httpcore.ConnectionPool() as pool:
        for body in bodies:
            pool.request("POST", web.url("/plain"), content=body)
    return time.perf_counter() - began
