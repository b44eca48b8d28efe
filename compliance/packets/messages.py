"""Asking other workers to help with a packet. Nothing depends on an answer."""

import logging

from celery import current_app
from django.conf import settings
from kombu.exceptions import KombuError, OperationalError

log = logging.getLogger(__name__)

HELP = "packets.help"
_EXPIRES_SECONDS = 60


def call_for_help(packet_id: int) -> None:
    """Tell as many workers as PACKET_HELPERS says that sections of the packet are to be compiled."""
    try:
        for _number in range(settings.PACKET_HELPERS):
            current_app.send_task(
                HELP, args=[packet_id], expires=_EXPIRES_SECONDS, ignore_result=True
            )
    except (OSError, KombuError, OperationalError) as error:
        log.warning("Packet %s: nobody can be asked to help (%s).", packet_id, error)
