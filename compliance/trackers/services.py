"""Verbs on connections to issue trackers."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation, User
from compliance.audit.services import record
from compliance.remediation.models import State
from compliance.shared.errors import Conflict, Refused
from compliance.shared.sealed import seal
from compliance.trackers import policies, stream, syncing
from compliance.trackers.actions import Action
from compliance.trackers.adapters.base import About
from compliance.trackers.models import Connection, Outgoing
from compliance.trackers.statuses import DEFAULTS
from compliance.trackers.wording import in_each_language


@dataclass(frozen=True, slots=True)
class Facts:
    """What a person enters; an empty *token* of a known connection stays as it is."""

    name: str
    base_url: str
    project: str
    account: str = ""
    token: str = ""
    issue_type: str = ""


@transaction.atomic
def connect(organisation: Organisation, kind: str, facts: Facts, *, by: User) -> Connection:
    policies.check_can_manage(organisation, by)
    if not facts.token:
        raise Refused(_("Enter the token."))
    robot = User(email=f"tracker-{uuid.uuid4().hex}@gatepass.invalid", name=facts.name)
    robot.is_active = False
    robot.set_unusable_password()
    connection = Connection(
        organisation=organisation,
        kind=kind,
        robot=robot,
        status_map={str(state): status for state, status in DEFAULTS[kind].items()},
        created_by=by,
    )
    _fill(connection, facts)
    robot.save()
    _save(connection)
    record(by, Action.CONNECTED, connection, kind=kind, host=_host(facts.base_url))
    stream.begin(organisation.pk)
    return connection


@transaction.atomic
def change(connection: Connection, facts: Facts, *, by: User) -> None:
    """A token goes only where the person who entered it saw it go."""
    policies.check_can_manage(connection.organisation_id, by)
    where = (connection.base_url, connection.project)
    if where != (facts.base_url, facts.project) and connection.issues.exists():
        raise Refused(
            _("Issues are linked through this connection. Add another one for the other project.")
        )
    if facts.base_url != connection.base_url and not facts.token:
        raise Refused(_("Enter the token again: the address has changed."))
    before = _shown(connection)
    _fill(connection, facts)
    _save(connection)
    User.objects.filter(pk=connection.robot_id).update(name=facts.name)
    record(
        by,
        Action.CHANGED,
        connection,
        before=before,
        after=_shown(connection),
        replaced=["token"] if facts.token else [],
    )


@transaction.atomic
def set_states(connection: Connection, chosen: dict[str, str], *, by: User) -> None:
    """Say what each state of a task is called there; an empty one is not told."""
    policies.check_can_manage(connection.organisation_id, by)
    before = connection.status_map
    connection.status_map = {each: chosen[each] for each in State.values if chosen.get(each)}
    connection.save(update_fields=["status_map"])
    record(by, Action.STATES_SET, connection, before=before, after=connection.status_map)


@transaction.atomic
def make_secret(connection: Connection, *, by: User) -> str:
    """Give the webhook a secret and return it; the former one signs no more."""
    policies.check_can_manage(connection.organisation_id, by)
    secret = secrets.token_urlsafe(32)
    connection.secret = seal(secret)
    connection.save(update_fields=["secret"])
    record(by, Action.SECRET_MADE, connection)
    return secret


def test(connection: Connection, *, by: User) -> About:
    """Ask the tracker now, and keep what it said. Not within atomic(): it asks the network."""
    policies.check_can_manage(connection.organisation_id, by)
    rows = Connection.objects.filter(pk=connection.pk)
    try:
        with syncing.opened(connection) as tracker:
            about = tracker.about()
    except Refused as refusal:
        rows.update(error=in_each_language(refusal.sentence))
        raise
    rows.update(error={}, failures=0, statuses=about.statuses[:200])
    return about


@transaction.atomic
def stop(connection: Connection, *, by: User) -> None:
    """Nothing goes out or in; what happens meanwhile waits."""
    policies.check_can_manage(connection.organisation_id, by)
    _move(connection, Connection.State.ON, Connection.State.OFF)
    record(by, Action.STOPPED, connection)


@transaction.atomic
def start(connection: Connection, *, by: User) -> None:
    policies.check_can_manage(connection.organisation_id, by)
    _move(connection, Connection.State.OFF, Connection.State.ON)
    Connection.objects.filter(pk=connection.pk).update(free_at=timezone.now())
    record(by, Action.STARTED, connection)


@transaction.atomic
def remove(connection: Connection, *, by: User) -> None:
    """Tasks and their comments stay, and so do the issues over there; the links between go."""
    policies.check_can_manage(connection.organisation_id, by)
    record(by, Action.REMOVED, connection, host=_host(connection.base_url))
    connection.delete()


@transaction.atomic
def retry(outgoing: Outgoing, *, by: User) -> None:
    """Send once more what the tracker did not take."""
    policies.check_can_retry(outgoing, by)
    try:
        with transaction.atomic():
            Outgoing.objects.filter(pk=outgoing.pk).update(
                state=Outgoing.State.WAITING, done_at=None
            )
    except IntegrityError as error:
        raise Conflict(_("The same waits to be sent already.")) from error
    record(by, Action.RETRIED, outgoing.issue.connection, issue=str(outgoing.issue))


def _fill(connection: Connection, facts: Facts) -> None:
    connection.name, connection.base_url = facts.name, facts.base_url
    connection.project, connection.account = facts.project, facts.account
    connection.issue_type = facts.issue_type
    connection.robot.name = facts.name
    if facts.token:
        connection.token = seal(facts.token)


def _save(connection: Connection) -> None:
    taken = _("There is a connection of this name already. Choose another name.")
    same = Connection.objects.filter(
        organisation_id=connection.organisation_id, name=connection.name
    )
    if same.exclude(pk=connection.pk).exists():
        raise Refused(taken)
    try:
        with transaction.atomic():
            connection.save()
    except IntegrityError as error:
        raise Refused(taken) from error


def _move(connection: Connection, before: str, after: str) -> None:
    rows = Connection.objects.filter(pk=connection.pk, state=before)
    if not rows.update(state=after):
        raise Conflict(_("Somebody else changed this a moment ago. Reload the page."))
    connection.state = after


def _shown(connection: Connection) -> dict[str, Any]:
    names = ("name", "base_url", "project", "account", "issue_type")
    return {name: getattr(connection, name) for name in names}


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
