"""kill -9 of the worker while it sends, and two workers at once. Real processes and databases."""

import json
import os
import signal
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.services.installation import Installation, until
from tests.services.sink import http_sink
from tests.services.smtp import smtp_sink

pytestmark = [pytest.mark.services, pytest.mark.timeout(400)]

COUNT = 120
FILL = """
import sys
from compliance.accounts import services as accounts
from compliance.accounts.models import User
from compliance.accounts.roles import Role
from compliance.audit.services import SYSTEM
from compliance.notices import targets
from compliance.remediation import services as tasks
from compliance.remediation.services import NewTask
company = accounts.create_organisation(name="만나배달", slug="manna")
lead, *people = [User.objects.create_user(f"p{n}@example.com", name=f"사람 {n}") for n in range(5)]
for person in (lead, *people):
    accounts.add_member(company, person, Role.SECURITY_LEAD, by=SYSTEM)
facts = targets.TargetFacts("수집기", ["mine"], address=sys.argv[1])
targets.add(company, "webhook", facts, by=lead)
for n in range(int(sys.argv[2])):
    tasks.create(company, NewTask(f"조치 {n}", assignee=people[n % 4]), by=lead)
"""
STATES = """
import json
from compliance.notices.models import Delivery
print(json.dumps(list(Delivery.objects.order_by("pk").values_list("kind", "state"))))
"""
SEND = ["django", "deliver_notices", "--seconds", "60"]


@pytest.fixture
def sinks():
    with http_sink() as web, smtp_sink() as post_office:
        yield web, post_office


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request, tmp_path: Path, sinks) -> Installation:
    web, post_office = sinks
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    made = Installation(tmp_path, url)
    given = {
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(post_office.port),
        "OUTBOUND_ALLOW": "127.0.0.1/32",
        "OUTBOUND_PORTS": "1-65535",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in given.items():
            patch.setenv(name, value)
        made.migrate()
        made.script(FILL, web.url("/hook"), str(COUNT))
        yield made


def states(installation: Installation) -> Counter[str]:
    return Counter(state for _kind, state in json.loads(installation.script(STATES)))


def sending(installation: Installation) -> subprocess.Popen[bytes]:
    return installation.start(SEND)


def kill_when(installation: Installation, seen) -> None:
    """Let workers send until *seen*; a lane that a dead one held is free again after a while."""
    while not seen():
        worker = sending(installation)
        until(lambda worker=worker: seen() or worker.poll() is not None, 120, "messages arrive")
        if worker.poll() is None:
            os.kill(worker.pid, signal.SIGKILL)
        worker.wait()


def test_none_is_lost_none_shown_twice_and_the_order_is_kept(installation, sinks):
    web, post_office = sinks
    for seen in (COUNT // 4, COUNT // 2):
        kill_when(installation, lambda seen=seen: len(web.received) >= seen)
    while "waiting" in states(installation):
        # Two at once: neither takes what the other has, nor what the dead one held a moment ago.
        others = [sending(installation), sending(installation)]
        for other in others:
            other.wait(120)
    assert set(states(installation)) == {"sent"}
    ids = Counter(each.headers["webhook-id"] for each in web.received)
    mails = Counter(str(mail["Message-ID"]) for mail in post_office.mails)
    assert (len(ids), len(mails)) == (COUNT, COUNT)
    # At most what was under way in each killed worker came again, under the id known already.
    assert sum(ids.values()) - COUNT <= 2
    assert sum(mails.values()) - COUNT <= 2 * 4
    told = dict.fromkeys(json.loads(each.body)["data"]["seq"] for each in web.received)
    assert list(told) == sorted(told)
