"""Anybody tries any verb in any order: every step is an arrow of the table, by one who may."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.accounts.policies import can
from compliance.remediation import arranging, deciding, services
from compliance.remediation.models import StateChange, Task
from compliance.remediation.states import ARROWS, MOVES, WHO
from compliance.shared.errors import Refused, Unauthorised

SOON = timezone.localdate() + timedelta(days=30)
REASON = "확인했습니다."
# Verbs by the arrow that they follow; "" moves nothing.
VERBS = {
    "plan": lambda t, p, proof: services.plan(t, plan="계획", by=p),
    "start": lambda t, p, proof: services.start(t, by=p),
    "fix": lambda t, p, proof: services.fix(t, action_taken="고침", evidence=[proof], by=p),
    "verify": lambda t, p, proof: services.verify(t, by=p),
    "close": lambda t, p, proof: services.close(t, by=p),
    "reopen": lambda t, p, proof: services.reopen(t, reason=REASON, by=p),
    "false_positive": lambda t, p, proof: services.mark_false_positive(t, reason=REASON, by=p),
    "dispute": lambda t, p, proof: services.dispute(t, reason=REASON, by=p),
    "ask_risk": lambda t, p, proof: deciding.ask_acceptance(t, reason=REASON, until=SOON, by=p),
    "approve_risk": lambda t, p, proof: deciding.approve_acceptance(_waiting(t), by=p),
    "withdraw_risk": lambda t, p, proof: deciding.withdraw(_waiting(t), by=p),
    "step": lambda t, p, proof: arranging.add_step(t, "한 단계", by=p),
    "tick": lambda t, p, proof: [arranging.tick(s, done=True, by=p) for s in t.checklist.all()],
}
STILL = {"ask_risk", "withdraw_risk", "step", "tick"}
PEOPLE = ["alice", "bob", "carol", "dave", "olga"]
STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(VERBS)), st.sampled_from(PEOPLE)), min_size=1, max_size=25
)


class _Back(Exception):
    """Ends an example; what it wrote is rolled back."""


def _waiting(task):
    asked = task.acceptances.filter(state="asked").select_related("task__finding").first()
    if asked is None:
        raise Refused("Nobody asked.")
    asked.task = task
    return asked


@pytest.fixture
def people(alice, bob, carol, dave, olga):
    return {"alice": alice, "bob": bob, "carol": carol, "dave": dave, "olga": olga}


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_every_way_through_the_table(task, people, proof, steps):
    with pytest.raises(_Back), transaction.atomic():
        for verb, name in steps:
            _step(task.pk, verb, people[name], proof)
        raise _Back


def _step(pk, verb, person, proof):
    now = Task.objects.select_related("finding", "organisation", "requirement").get(pk=pk)
    before, count = now.state, StateChange.objects.count()
    try:
        with transaction.atomic():
            VERBS[verb](now, person, proof)
    except Refused as refusal:
        assert Task.objects.get(pk=pk).state == before
        if isinstance(refusal, Unauthorised) and verb in WHO:
            assert not any(can(person, now.organisation_id, each) for each in WHO[verb])
        return
    after = Task.objects.get(pk=pk)
    if verb in STILL:
        assert (after.state, StateChange.objects.count()) == (before, count)
        return
    _check_arrow(verb, before, after, person)


def _check_arrow(verb, before, after, person):
    [arrow] = [each for each in ARROWS if each.verb == verb]
    assert before in arrow.before
    assert after.state == arrow.after
    assert any(can(person, after.organisation_id, each) for each in WHO[verb])
    change = StateChange.objects.latest("pk")
    assert (change.before, change.after, change.by) == (before, after.state, person)
    assert after.state_since == change.at
    assert after.verified_by_id is None or after.verified_by_id != after.fixed_by_id
    live = after.acceptances.filter(state="approved", ended_at__isnull=True)
    assert live.count() == (after.state == "risk_accepted")
    assert all(each.asked_by_id != each.decided_by_id for each in live)
    if after.state == "fixed":
        assert not after.checklist.filter(done_at__isnull=True).exists()


def test_the_table_and_the_arrows_say_the_same():
    arrows = {(before, each.after) for each in ARROWS for before in each.before}
    assert arrows == {(before, after) for before, states in MOVES.items() for after in states}
    assert [each.verb for each in ARROWS if not each.who] == ["shown_fixed"]
