"""Pages of a company with 100,000 tasks: queries and CPU of one request through the whole
middleware, the median of seven. Bound: 12 queries and 120 ms CPU."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from django.db import connection
from django.utils import timezone

from benchmarks._thousand import _profile
from benchmarks.pages import as_served, measured
from compliance.accounts import services as accounts
from compliance.accounts.models import Organisation, User
from compliance.accounts.roles import Role
from compliance.audit.services import SYSTEM
from compliance.remediation.models import (
    Comment,
    Dependency,
    DueExtension,
    StateChange,
    Task,
    rank_of,
)
from compliance.requirements import services

TASKS = int(os.environ.get("BENCH_TASKS", "100000"))
PEOPLE = 40
REQUIREMENTS = 400
COMMENTS = 1000
STATES = [
    *["registered"] * 30,
    *["planned"] * 10,
    *["in_progress"] * 15,
    *["fixed"] * 3,
    "verifying",
    "disputed",
    *["closed"] * 35,
    *["false_positive"] * 3,
    *["risk_accepted"] * 2,
]
SEVERITIES = ["critical", "high", "high", "medium", "medium", "low"]
_CHILD = """
import django
django.setup()
from benchmarks import task_pages
for line in task_pages.lines():
    print(line, flush=True)
"""
_TASKS = "/o/many/tasks/"
PAGES = {
    "table": _TASKS,
    "table, all states, page 1,000": f"{_TASKS}?state=all&page=1000",
    "table, by severity": f"{_TASKS}?sort=severity",
    "table, one area and assignee": f"{_TASKS}?area=A03&assignee=%(person)s",
    "table, a word in the title": f"{_TASKS}?q=4711",
    "table, a word in every title": f"{_TASKS}?q=보완",
    "board": f"{_TASKS}board/",
    "board, 50 more of a column": f"{_TASKS}board/registered/?after=%(place)s",
    "board, lanes by assignee": f"{_TASKS}board/?lanes=assignee",
    "board, one lane": f"{_TASKS}board/?lanes=assignee&lane=%(person)s",
    "board, lanes by area": f"{_TASKS}board/?lanes=area",
    "my work": f"{_TASKS}mine/",
    "calendar, month": f"{_TASKS}calendar/",
    "calendar, week": f"{_TASKS}calendar/?by=week",
    "timeline": f"{_TASKS}timeline/?all=1",
    "progress, 12 weeks": f"{_TASKS}progress/",
    "progress, 26 weeks": f"{_TASKS}progress/?weeks=26",
    "task with 1,000 comments": f"{_TASKS}1/",
}


def measure() -> Iterator[str]:
    """Measured by a process of its own, as a server is one: what made the tasks has its memory."""
    company()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    with subprocess.Popen(
        [sys.executable, "-c", _CHILD], stdout=subprocess.PIPE, text=True
    ) as child:
        yield from map(str.rstrip, child.stdout or ())
    assert child.returncode == 0  # noqa: S101


def lines() -> Iterator[str]:
    as_served()
    people = User.objects.filter(memberships__organisation__slug="many").order_by("pk")
    lead = people.get(memberships__role=Role.SECURITY_LEAD)
    worker = people[0]
    last = Task.objects.filter(organisation__slug="many", state="registered").order_by("rank")[20]
    words = {"person": worker.pk, "place": f"{last.rank}-{last.pk}"}
    pages = {f"{TASKS:,}: {name}": path % words for name, path in PAGES.items()}
    yield from measured(lead, pages)
    mine = {f"{TASKS:,}: my work of an engineer": f"{_TASKS}mine/"}
    yield from measured(worker, mine)


def company() -> None:
    """Make the company with its tasks, its lead and forty engineers."""
    organisation = accounts.create_organisation(name="십만건배달", slug="many")
    profile = _profile(REQUIREMENTS)
    services.adopt(organisation, profile, by=SYSTEM)
    people = [_person(organisation, number) for number in range(PEOPLE)]
    lead = _person(organisation, PEOPLE, Role.SECURITY_LEAD)
    requirements = list(profile.requirements.order_by("order"))
    now = timezone.now()
    Task.objects.bulk_create(
        (_task(organisation, number, requirements, people, now) for number in range(TASKS)),
        batch_size=500,
    )
    _around(organisation, people, lead, now)


def _person(organisation: Organisation, number: int, role: Role = Role.CONTRIBUTOR) -> User:
    user = User.objects.create_user(f"p{number}@many.example", None, name=f"김담당{number}")
    accounts.add_member(organisation, user, role, by=SYSTEM)
    return user


def _task(
    organisation: Organisation, number: int, requirements: list, people: list, now: datetime
) -> Task:
    state = STATES[number * 37 % 100]
    due = timezone.localdate() + timedelta(days=number * 13 % 400 - 100)
    made = now - timedelta(hours=number * 7 % (400 * 24))
    over = min(now, made + timedelta(days=number % 60))
    signed = {}
    if state in {"fixed", "verifying", "closed"}:
        signed = {"fixed_by": people[number % PEOPLE], "fixed_at": over}
    if state in {"verifying", "closed"}:
        signed |= {"verified_by": people[(number + 1) % PEOPLE], "verified_at": over}
    if state == "closed":
        signed["closed_at"] = over
    if state == "risk_accepted":
        signed = {"accepted_by": people[0], "accepted_until": due + timedelta(days=400)}
    return Task(
        organisation=organisation,
        number=number + 1,
        source="person",
        requirement=requirements[number % REQUIREMENTS] if number % 10 else None,
        title=f"주문 연동 서버 {number}의 접근 통제 설정을 기준에 맞게 보완하고 증적을 남긴다",
        defect="접속 기록이 정해진 기간만큼 남지 않는다. " * 5,
        severity=SEVERITIES[number % len(SEVERITIES)],
        priority=number % 4 + 1,
        assignee=people[number % PEOPLE] if number % 11 else None,
        due=due,
        state=state,
        state_since=over,
        rank=rank_of(due, number + 1),
        created_at=made,
        **signed,
    )


def _around(organisation: Organisation, people: list, lead: User, now: datetime) -> None:
    rows = Task.objects.filter(organisation=organisation)
    changed = rows.exclude(state="registered").values_list("pk", "state", "state_since")
    StateChange.objects.bulk_create(
        (
            StateChange(
                organisation=organisation, task_id=pk, before="in_progress", after=state, at=at
            )
            for pk, state, at in changed.iterator()
        ),
        batch_size=1000,
    )
    keys = list(rows.order_by("number").values_list("pk", flat=True)[:5001])
    Dependency.objects.bulk_create(
        (
            Dependency(blocker_id=first, blocked_id=second, added_by=lead)
            for first, second in pairwise(keys)
        ),
        batch_size=500,
    )
    DueExtension.objects.bulk_create(
        DueExtension(
            task=task,
            reason="장비 입고가 늦어집니다.",
            asked_by=people[0],
            old_due=task.due,
            new_due=task.due + timedelta(days=30),
        )
        for task in rows.filter(state="in_progress")[:300]
    )
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    for number, task in enumerate(rows.filter(state="planned")[:300]):
        start = noon + timedelta(days=number % 30)
        end = start + timedelta(hours=2)
        Task.objects.filter(pk=task.pk).update(change_start=start, change_end=end)
    first = rows.get(number=1)
    Comment.objects.bulk_create(
        Comment(
            task=first,
            by=people[number % PEOPLE],
            text=f"**{number}번째** 의견: [기준]({'https://example.com'})을 보고 `sshd_config`를 고쳤습니다.",
            at=now - timedelta(minutes=number),
        )
        for number in range(COMMENTS)
    )
