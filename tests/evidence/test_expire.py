"""Accepted evidence expires on the day after its last."""

from datetime import timedelta

import time_machine
from django.utils import timezone

from compliance.audit.models import Entry
from compliance.evidence import services, tasks
from compliance.evidence.models import EvidenceLink, State


def test_it_expires_after_its_last_day(accepted):
    assert services.expire_due(accepted.valid_until) == 0
    assert services.expire_due(accepted.valid_until + timedelta(days=1)) == 1
    accepted.refresh_from_db()
    assert accepted.state == State.EXPIRED
    assert Entry.objects.get(action="evidence.expired").actor_name == "Gatepass"


def test_it_does_not_support_even_before_the_sweep(accepted):
    after = accepted.valid_until + timedelta(days=1)
    assert not EvidenceLink.objects.supporting(after).exists()


def test_what_waits_for_a_review_does_not_expire(submitted):
    assert services.expire_due(submitted.valid_until + timedelta(days=1)) == 0


def test_the_scheduler_names_tasks_that_exist():
    from portal.celery import app

    app.loader.import_default_modules()
    for entry in app.conf.beat_schedule.values():
        assert entry["task"] in app.tasks


def test_the_task_expires_what_is_due(accepted):
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        tasks.expire_due()
    accepted.refresh_from_db()
    assert accepted.state == State.EXPIRED
