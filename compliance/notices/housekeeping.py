"""What is no longer needed goes: the log after a season, secrets once they sign no more."""

from datetime import timedelta

from django.utils import timezone

from compliance.notices.models import Delivery, Target

KEPT = timedelta(days=90)
PART = 5000


def tidy() -> int:
    """Return how many deliveries were forgotten. What waits stays, however old."""
    now = timezone.now()
    expired = Target.objects.filter(old_secret_until__lt=now)
    expired.update(old_secret="", old_secret_until=None)
    over = Delivery.objects.exclude(state=Delivery.State.WAITING)
    rows = over.filter(created_at__lt=now - KEPT).order_by("pk").values_list("pk", flat=True)
    forgotten = 0
    while part := list(rows[:PART]):
        forgotten += Delivery.objects.filter(pk__in=part).delete()[0]
    return forgotten
