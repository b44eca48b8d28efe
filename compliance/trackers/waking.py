"""Asks a worker to serve a connection soon; the schedule does it anyway."""

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError, OperationalError

logger = logging.getLogger(__name__)


def soon(connection: int) -> None:
    transaction.on_commit(partial(_send, connection))


def _send(connection: int) -> None:
    try:
        current_app.send_task("trackers.sync_one", args=[connection], ignore_result=True)
    except (OSError, KombuError, OperationalError):
        logger.warning("no broker; connection %s waits for the schedule", connection)
