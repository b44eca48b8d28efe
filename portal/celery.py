"""The Celery application: one worker code for the embedded broker and for a real one."""

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_ready, worker_shutting_down
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
TRANSPORT_ALIASES["spool"] = "compliance.jobs.spool:Transport"

SWEEP_SECONDS = 5.0
WARM_SECONDS = 20.0
TEND_SECONDS = 300.0
# How soon a scanner that is back, or a job that was given up, is taken up again.
INSPECT_SECONDS = 30.0
# How old an issue tracker's news may be without a webhook.
SYNC_SECONDS = 60.0
# How old the audit log may be where it is sent.
SHIP_SECONDS = 10.0


def _configuration() -> dict[str, Any]:
    """Read when first used, so that importing this module needs no settings."""
    from django.conf import settings

    return {
        "timezone": settings.TIME_ZONE,
        "task_ignore_result": True,
        "task_acks_late": True,
        "worker_prefetch_multiplier": 1,
        "worker_hijack_root_logger": False,
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        # A web request waits for the broker a moment, never for long: the row is written already
        # and the sweeper sends again.
        "broker_connection_timeout": 3,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "task_publish_retry_policy": {"max_retries": 1, "interval_start": 0, "interval_step": 0.2},
        # Nothing is kept of a schedule that only sweeps: the schedule lives in memory.
        "beat_scheduler": "celery.beat:Scheduler",
        "beat_schedule": {
            "sweep": {
                "task": "jobs.sweep",
                "schedule": SWEEP_SECONDS,
                "options": {"expires": SWEEP_SECONDS},
            },
            "tend the database": {"task": "jobs.tend", "schedule": crontab(hour="4", minute="52")},
            "deliver notices": {
                "task": "notices.deliver",
                "schedule": SWEEP_SECONDS,
                "options": {"expires": SWEEP_SECONDS},
            },
            "tidy notices": {"task": "notices.tidy", "schedule": crontab(hour="3", minute="42")},
            "sign the audit log": {"task": "audit.sign", "schedule": crontab(minute="2")},
            "end what was kept of people": {
                "task": "privacy.end_kept",
                "schedule": crontab(hour="3", minute="27"),
            },
            "tidy sign-ins": {"task": "accounts.tidy", "schedule": crontab(minute="32")},
            "say whose membership ends": {
                "task": "accounts.announce_ends",
                "schedule": crontab(minute="47"),
            },
            "send the audit log": {
                "task": "oversight.send",
                "schedule": SHIP_SECONDS,
                "options": {"expires": SHIP_SECONDS},
            },
            "expire evidence": {"task": "evidence.expire_due", "schedule": crontab(minute="7")},
            "say which approvals end": {
                "task": "applications.announce_ends",
                "schedule": crontab(minute="17"),
            },
            "end acceptances of risks": {
                "task": "scans.end_acceptances",
                "schedule": crontab(minute="12"),
            },
            "tend findings": {
                "task": "scans.tend",
                "schedule": TEND_SECONDS,
                "options": {"expires": TEND_SECONDS},
            },
            "compile packets ahead": {
                "task": "packets.warm",
                "schedule": WARM_SECONDS,
                "options": {"expires": WARM_SECONDS},
            },
            "sweep compiled sections": {
                "task": "packets.sweep_sections",
                "schedule": crontab(hour="4", minute="41"),
            },
            "end acceptances of tasks": {
                "task": "remediation.end_acceptances",
                "schedule": crontab(minute="13"),
            },
            "escalate late tasks": {
                "task": "remediation.escalate",
                "schedule": crontab(minute="22"),
            },
            "keep duties": {"task": "remediation.keep_duties", "schedule": crontab(minute="27")},
            "synchronise with issue trackers": {
                "task": "trackers.sync",
                "schedule": SYNC_SECONDS,
                "options": {"expires": SYNC_SECONDS},
            },
            "tidy trackers": {"task": "trackers.tidy", "schedule": crontab(hour="3", minute="47")},
            "inspect what waits": {
                "task": "vault.inspect_waiting",
                "schedule": INSPECT_SECONDS,
                "options": {"expires": INSPECT_SECONDS},
            },
            "sweep unfinished uploads": {"task": "vault.sweep", "schedule": crontab(minute="37")},
            "hash every stored file": {
                "task": "vault.verify",
                "schedule": crontab(hour="3", minute="51"),
            },
        },
        **_broker(settings.CELERY_BROKER_URL, settings.VAR_DIR),
    }


def _broker(url: str, var: Path) -> dict[str, Any]:
    if url:
        return {"broker_url": url}
    return {
        "broker_url": "spool://localhost",
        "broker_transport_options": {"folder": str(var / "spool")},
    }


app = Celery("gatepass")
app.add_defaults(_configuration)
app.autodiscover_tasks()


@worker_ready.connect
def _sweep_at_start(**kwargs: Any) -> None:
    """A worker that replaces a dead one looks at once for what that one left.

    It reads the addresses of all pages now, or the first job that tells of its end would wait.
    """
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018 - read by being asked for
    app.send_task("jobs.sweep", ignore_result=True)
    if ready := os.environ.get("GATEPASS_WORKER_READY"):
        Path(ready).touch()


@worker_shutting_down.connect
def _release_jobs(**kwargs: Any) -> None:
    """Running handlers end at their next step and their jobs are queued again."""
    from compliance.jobs.progress import stopping

    stopping.set()
