"""Whatever a platform changes: no statement, no evidence of what stayed, no open task is lost."""

import copy
from itertools import count

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.audit.services import SYSTEM
from compliance.evidence.models import Evidence, EvidenceLink, EvidenceVersion, State, digest_of
from compliance.remediation.models import Source, Task
from compliance.requirements import carrying, services
from compliance.requirements.models import Assessment
from tests.requirements import next_version as nv

CODES = [f"OI-NET-{number:02}" for number in range(1, 7)]
CHANGES = ["keep", "reword", "drop", "renumber", "raise", "both", "swap"]
_numbers = count(1)


def small(data):
    data["profile"]["id"] = "small-list"
    data["requirements"] = [row for row in data["requirements"] if row["id"] in CODES]


def applied(plan):
    """Write the *plan* {code: change} into the small list."""

    def change(data):
        small(data)
        for row in copy.copy(data["requirements"]):
            what = plan.get(row["id"], "keep")
            if what == "drop":
                data["requirements"].remove(row)
            if what in {"reword", "both"}:
                row["statement_ko"] += " 매년 한 번 이상 다시 확인한다."
            if what == "raise":
                row["severity"] = "critical"
            if what in {"renumber", "both"}:
                row["id"] = row["id"].replace("OI-", "NEW-")
        swapped = [r for r in data["requirements"] if plan.get(r["id"]) == "swap"]
        for first, second in zip(swapped[::2], swapped[1::2], strict=False):
            first["id"], second["id"] = second["id"], first["id"]

    return change


@pytest.fixture
def filled(manna, alice, bob, carol):
    """The small list with a statement, an accepted evidence and a task at each requirement."""
    old = nv.changed("1", small)
    services.adopt(manna, old, by=SYSTEM)
    now, today = timezone.now(), timezone.localdate()
    for number, row in enumerate(Assessment.objects.filter(requirement__profile=old), 1):
        Assessment.objects.filter(pk=row.pk).update(
            statement=f"이행 {row.requirement.code}",
            verdict="met",
            decided_by=alice,
            decided_at=now,
        )
        evidence = Evidence.objects.create(
            organisation=manna, number=number, title=row.requirement.code, created_by=bob
        )
        version = EvidenceVersion.objects.create(
            evidence=evidence,
            number=1,
            collected_at=today,
            uploaded_by=bob,
            digest=digest_of([]),
        )
        EvidenceLink.objects.create(
            organisation=manna,
            evidence=evidence,
            requirement=row.requirement,
            version=version,
            state=State.ACCEPTED,
            submitted_by=bob,
            submitted_at=now,
            reviewed_by=carol,
            reviewed_at=now,
            reviewed_version=version,
            reviewed_digest=version.digest,
        )
        Task.objects.create(
            organisation=manna,
            number=number,
            source=Source.PERSON,
            requirement=row.requirement,
            title=row.requirement.code,
            due=today,
            created_by=alice,
        )
    return old


@given(
    st.dictionaries(st.sampled_from(CODES), st.sampled_from(CHANGES)),
    st.sets(st.sampled_from(CODES)),
)
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_nothing_is_lost(manna, alice, filled, plan, refused):
    with transaction.atomic():
        new = nv.changed(f"2.{next(_numbers)}", applied(plan))
        planned = carrying.plan(manna, filled, new)
        pairs = {
            now: "" if before in refused else before for now, before in carrying.proposed(planned)
        }
        done = carrying.carry_over(manna, filled, new, pairs=pairs, by=alice)
        check(manna, filled, new, done)
        transaction.set_rollback(True)


def check(manna, old, new, done):
    removed = set(done.items.filter(kind="removed").values_list("old_requirement_id", flat=True))
    listed = {item.data["arguments"]["number"] for item in done.items.filter(kind="task")}
    rows = Assessment.objects.filter(organisation=manna)
    for former in rows.filter(requirement__profile=old).select_related("requirement"):
        assert (former.statement, former.verdict) == (f"이행 {former.requirement.code}", "met")
        goes_on = list(former.carried_to.select_related("requirement"))
        task = Task.objects.get(organisation=manna, title=former.requirement.code)
        assert task.is_open
        if former.requirement_id in removed:
            assert goes_on == []
            assert (task.requirement_id, task.number in listed) == (former.requirement_id, True)
            continue
        [row] = goes_on
        assert row.statement == former.statement
        assert task.requirement_id == row.requirement_id
        [link] = EvidenceLink.objects.filter(
            evidence__title=former.requirement.code, requirement=row.requirement
        )
        same = row.requirement.statement_ko == former.requirement.statement_ko and (
            row.requirement.severity == former.requirement.severity
        )
        assert link.state == (State.ACCEPTED if same else State.IN_REVIEW)
        assert row.verdict == ("met" if same else "not_checked")
    assert rows.filter(requirement__profile=new).count() == new.requirements.count()
