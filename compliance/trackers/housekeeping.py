"""What was sent is forgotten after a time; what waits or was not taken stays."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from compliance.trackers.models import Outgoing

PART = 5000


def tidy() -> int:
    """Return how many rows of the outbox were forgotten."""
    before = timezone.now() - timedelta(days=settings.TRACKERS_KEPT_DAYS)
    sent = Outgoing.objects.filter(state=Outgoing.State.SENT, done_at__lt=before)
    rows = sent.order_by("pk").values_list("pk", flat=True)
    forgotten = 0
    while part := list(rows[:PART]):
        forgotten += Outgoing.objects.filter(pk__in=part).delete()[0]
    return forgotten
