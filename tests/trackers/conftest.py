"""Each test of `world` runs against GitHub, Jira Cloud and Jira Data Center on loopback."""

import ipaddress
from dataclasses import dataclass

import pytest
from django.utils import timezone

from compliance.remediation import services as tasks_room
from compliance.remediation.models import Task
from compliance.trackers import linking, services, syncing
from compliance.trackers.models import Connection, ExternalIssue
from tests.remediation.conftest import accept, new, proof, scan  # noqa: F401 - fixtures
from tests.services.trackers import TOKEN, FakeGitHub, FakeJira, serving

WORDS = {
    "github": {"todo": "open", "begun": "in progress", "done": "closed"},
    "jira": {"todo": "To Do", "begun": "In Progress", "done": "Done"},
}


@dataclass
class World:
    """A connection and the tracker at its other end."""

    fake: object
    connection: Connection
    words: dict[str, str]

    def sync(self):
        """One turn, whatever rests."""
        Connection.objects.update(free_at=timezone.now())
        syncing.sync_all(seconds=30)
        self.connection.refresh_from_db()

    def push(self, task, by) -> ExternalIssue:
        linking.push(task, self.connection, by=by)
        self.sync()
        return ExternalIssue.objects.get(task=task)

    def status(self, number=1) -> str:
        it = self.fake.issues[number]
        if self.connection.kind == "jira":
            return it["status"]
        return (
            "in progress"
            if "in progress" in it["labels"] and it["state"] == "open"
            else it["state"]
        )

    def move(self, word, number=1):
        """Somebody over there sets the status of an issue."""
        status = self.words[word]
        if self.connection.kind == "jira":
            self.fake.set(number, status=status)
        elif word == "begun":
            self.fake.set(number, state="open", labels=["in progress"])
        else:
            self.fake.set(number, state=status, labels=[])

    def texts(self, number=1) -> list[str]:
        return [each["text"] for each in self.fake.issues[number]["comments"]]


@pytest.fixture
def loopback(settings):
    settings.OUTBOUND_ALLOW = [ipaddress.ip_network("127.0.0.1/32")]
    settings.OUTBOUND_PORTS = [(1, 65535)]
    settings.PUBLIC_URL = "https://gatepass.example"


def connected(kind, fake, manna, by) -> Connection:
    project = "owner/app" if kind == "github" else "SEC"
    account = "sec@example.com" if kind == "jira" and fake.cloud else ""
    facts = services.Facts(kind, fake.url, project, account, TOKEN, "Task")
    made = services.connect(manna, kind, facts, by=by)
    if kind == "github":
        states = {**made.status_map, "in_progress": "in progress"}
        services.set_states(made, states, by=by)
    return made


@pytest.fixture(params=["github", "jira cloud", "jira data center"])
def world(request, loopback, manna, alice):
    kind = request.param.split()[0]
    fake = FakeGitHub() if kind == "github" else FakeJira()
    if request.param == "jira data center":
        fake.cloud = False
    with serving(fake):
        yield World(fake, connected(kind, fake, manna, alice), WORDS[kind])


@pytest.fixture
def github(loopback, manna, alice):
    with serving(FakeGitHub()) as fake:
        yield World(fake, connected("github", fake, manna, alice), WORDS["github"])


@pytest.fixture
def jira(loopback, manna, alice):
    with serving(FakeJira()) as fake:
        yield World(fake, connected("jira", fake, manna, alice), WORDS["jira"])


@pytest.fixture
def task(new, bob):  # noqa: F811
    return new("방화벽 규칙 정리", assignee=bob, defect="any 규칙이 있다.")


@pytest.fixture
def proven(task, proof, bob) -> Task:  # noqa: F811
    """The task with evidence of the fix beside it."""
    tasks_room.attach(task, proof, role="after", by=bob)
    return task


def fresh(row):
    return type(row).objects.get(pk=row.pk)
