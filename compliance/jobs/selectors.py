"""How the queue stands."""

from datetime import timedelta

from compliance.jobs.models import Job, State
from compliance.jobs.sweeper import DEAD_AFTER, ago

STUCK_AFTER = timedelta(seconds=60)


def is_stuck(capacity: int) -> bool:
    """Whether work has waited for long although fewer than *capacity* jobs are being done.

    A worker whose process lives but which takes nothing any more looks like this.
    """
    waiting = Job.objects.filter(state=State.QUEUED, due_at__lt=ago(STUCK_AFTER))
    if not waiting.exists():
        return False
    busy = Job.objects.filter(state=State.RUNNING, heartbeat_at__gte=ago(DEAD_AFTER)).count()
    return busy < capacity
