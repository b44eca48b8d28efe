"""Every committed entry wakes the reader of the stream."""

import logging
from typing import Any

from django.db import DatabaseError
from django.dispatch import receiver

from compliance.audit.models import Entry
from compliance.audit.signals import recorded
from compliance.notices import rules, services

logger = logging.getLogger(__name__)


@receiver(recorded)
def tell(sender: Any, entry: Entry, **kwargs: Any) -> None:
    if not rules.rules_of(entry.action):
        return
    try:
        services.deliver(entry.organisation_id)
    except DatabaseError:
        # The verb is done and must not look failed; the cursor stands, the next entry catches up.
        logger.exception("notices of organisation %s wait", entry.organisation_id)
