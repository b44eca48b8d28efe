"""What a review of accounts or of access records looks at, and what stands out in it.

A snapshot is plain JSON: {"kind", "first_day", "last_day", "people": […], "points": […], "totals"}.
Each point has a key, the person, a sentence in the reader's language; a reviewer answers to each.
"""

import hashlib
import ipaddress
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.accounts import limits
from compliance.accounts.models import ApiToken, Membership, Organisation
from compliance.accounts.roles import Role
from compliance.accounts.workdays import calendar_of
from compliance.audit import opening, registry
from compliance.audit.models import Entry
from compliance.oversight.models import ReviewKind

# What stands out. Each is shown on the page and in the report.
DORMANT_DAYS = 90
MANY_A_DAY = 50
OPENS, CLOSES = time(7), time(22)
KNOWN_BEFORE = timedelta(days=90)
Snapshot = dict[str, Any]


def snapshot(organisation: Organisation, kind: str, first: date, last: date) -> Snapshot:
    """Read what a review of the period shows. Constant queries."""
    seen = (
        _accounts(organisation)
        if kind == ReviewKind.ACCOUNTS
        else _accesses(organisation, first, last)
    )
    return {"kind": kind, "first_day": first.isoformat(), "last_day": last.isoformat(), **seen}


def digest(seen: Snapshot) -> str:
    """Name what stands out and who is there: what a signature is about."""
    told = [seen["kind"], seen["first_day"], seen["last_day"], [p["key"] for p in seen["points"]]]
    told.append([[each["name"], each.get("role", "")] for each in seen["people"]])
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def _accounts(organisation: Organisation) -> Snapshot:
    rows = Membership.objects.active().filter(organisation=organisation).select_related("user")
    tokens: dict[int, list[ApiToken]] = defaultdict(list)
    for token in ApiToken.objects.filter(organisation=organisation).usable():
        tokens[token.user_id].append(token)
    members = list(rows.order_by("user__name", "pk"))
    limits.name_applications(organisation, members)
    people = [_member(each, tokens[each.user_id]) for each in members]
    points = [point for each in members for point in _of_member(each)]
    points += [point for each in members for t in tokens[each.user_id] for point in _of_token(t)]
    points += list(_of_leavers(organisation, {each.user_id for each in members}, tokens))
    owners = [each for each in members if each.role == Role.OWNER]
    if len(owners) < 2:
        points.append(_point("owners", "", _("Only one person is owner: nobody can stand in.")))
    totals = {"members": len(members), "tokens": sum(map(len, tokens.values()))}
    return {"people": people, "points": points, "totals": totals}


def _member(membership: Membership, tokens: list[ApiToken]) -> dict[str, Any]:
    user = membership.user
    return {
        "name": user.name,
        "email": user.email,
        "role": membership.role,
        "role_label": str(membership.get_role_display()),
        "terms": list(_terms(membership)),
        "since": _day(membership.started_at),
        "last_sign_in": _moment(user.last_login),
        "tokens": [
            f"{token.name} ({_day(token.last_used_at) or '—'} / {_day(token.expires_at)})"
            for token in tokens
        ],
    }


def _terms(membership: Membership) -> Iterator[str]:
    """Until when somebody belongs here, and to what it is limited, as the page of people says it."""
    if membership.ends_on:
        yield _("until %(day)s") % {"day": membership.ends_on.isoformat()}
    if membership.is_limited:
        yield _("only %(application)s") % {"application": getattr(membership, "application", "")}


def _of_member(membership: Membership) -> Iterator[dict[str, str]]:
    user, now = membership.user, timezone.now()
    if user.last_login is None:
        if membership.started_at < now - timedelta(days=DORMANT_DAYS):
            yield _point(f"never:{user.pk}", user.name, _("Has never signed in."))
    elif user.last_login < now - timedelta(days=DORMANT_DAYS):
        said = _("Has not signed in for %(days)d days.") % {"days": (now - user.last_login).days}
        yield _point(f"dormant:{user.pk}", user.name, said)


def _of_token(token: ApiToken) -> Iterator[dict[str, str]]:
    used = token.last_used_at or token.created_at
    if used < timezone.now() - timedelta(days=DORMANT_DAYS):
        said = _("The API token “%(name)s” was not used for %(days)d days.")
        told = {"name": token.name, "days": (timezone.now() - used).days}
        yield _point(f"token:{token.pk}", token.user.name, said % told)


def _of_leavers(
    organisation: Organisation, there: set[int], tokens: dict[int, list[ApiToken]]
) -> Iterator[dict[str, str]]:
    for user_id in sorted(set(tokens) - there):
        for token in tokens[user_id]:
            said = _("Has left, but the API token “%(name)s” still opens.") % {"name": token.name}
            yield _point(f"left:{token.pk}", token.user.name, said)


def _accesses(organisation: Organisation, first: date, last: date) -> Snapshot:
    begin, end = _midnight(first), _midnight(last + timedelta(days=1))
    every = Entry.objects.filter(
        organisation_id=organisation.pk, action__in=sorted(registry.access_actions())
    )
    rows = every.filter(at__gte=begin, at__lt=end).order_by("seq")
    before = every.filter(at__gte=begin - KNOWN_BEFORE, at__lt=begin)
    known = set(before.values_list("actor_id", "address").distinct())
    known_people = {actor for actor, _address in known}
    calendar = calendar_of(organisation)
    found = _Found()
    for actor_id, name, at, address, action in rows.values_list(
        "actor_id", "actor_name", "at", "address", "action"
    ).iterator(chunk_size=2000):
        local = timezone.localtime(at)
        found.names[actor_id] = name
        found.days[actor_id, local.date()] += 1
        found.actions[actor_id][action] += 1
        if not OPENS <= local.time() < CLOSES or calendar.on_or_after(local.date()) != local.date():
            found.late[actor_id].append(local)
        if actor_id in known_people and (actor_id, address) not in known:
            found.addresses[actor_id].add(address)
    found.open_names()
    return found.told()


class _Found:
    def __init__(self) -> None:
        self.names: dict[int | None, str] = {}
        self.days: Counter[tuple[int | None, date]] = Counter()
        self.actions: dict[int | None, Counter[str]] = defaultdict(Counter)
        self.late: dict[int | None, list[datetime]] = defaultdict(list)
        self.addresses: dict[int | None, set[str]] = defaultdict(set)

    def open_names(self) -> None:
        """Of rows that were read without their entries."""
        read = [
            *self.names.values(),
            *(each for found in self.addresses.values() for each in found),
        ]
        words = opening.texts(read)
        self.names = {pk: words[name] for pk, name in self.names.items()}
        self.addresses = defaultdict(
            set, {pk: {words[each] for each in found} for pk, found in self.addresses.items()}
        )

    def told(self) -> Snapshot:
        order = sorted(self.names, key=lambda pk: self.names[pk])
        people = [
            {
                "name": self.names[pk],
                "looked": sum(n for a, n in self.actions[pk].items() if a.endswith("viewed")),
                "taken": sum(n for a, n in self.actions[pk].items() if not a.endswith("viewed")),
                "late": len(self.late[pk]),
                "days": sum(1 for actor, _day in self.days if actor == pk),
            }
            for pk in order
        ]
        points = [point for pk in order for point in self._points(pk)]
        return {"people": people, "points": points, "totals": {"reads": sum(self.days.values())}}

    def _points(self, pk: int | None) -> Iterator[dict[str, str]]:
        name = self.names[pk]
        for (actor, day), count in sorted(self.days.items(), key=lambda each: each[0][1]):
            if actor == pk and count >= MANY_A_DAY:
                said = _("Looked at or took %(count)d files on %(day)s.")
                told = {"count": count, "day": day.isoformat()}
                yield _point(f"many:{pk}:{day.isoformat()}", name, said % told)
        if late := self.late[pk]:
            said = _("%(count)d accesses at night or on a day off, the first on %(at)s.")
            told = {"count": len(late), "at": late[0].isoformat(" ", "minutes")[:16]}
            yield _point(f"late:{pk}", name, said % told)
        for address in sorted(self.addresses[pk]):
            kind = _("from outside") if _is_outside(address) else _("from the own network")
            said = _("Came from %(address)s, which was not seen before (%(kind)s).")
            yield _point(f"from:{pk}:{address}", name, said % {"address": address, "kind": kind})


def _is_outside(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return True


def _point(key: str, who: str, text: str) -> dict[str, str]:
    return {"key": key, "who": who, "text": text}


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _day(at: datetime | None) -> str:
    return timezone.localdate(at).isoformat() if at else ""


def _moment(at: datetime | None) -> str:
    return timezone.localtime(at).isoformat(" ", "minutes")[:16] if at else ""
