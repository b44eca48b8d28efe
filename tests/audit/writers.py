"""Many processes that write into one organisation's log. Run as a program: see `main`."""

import os
import sys
import time

WRITERS, EACH = 20, 25


def main() -> None:
    """Migrate DATABASE_URL, let 20 processes append at once, and check the chain."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", "audit", verbosity=0)
    began = time.perf_counter()
    failed = write(1)
    seconds = time.perf_counter() - began
    from compliance.audit.checking import check_all
    from compliance.audit.services import sign_all

    sign_all()
    [report] = check_all()
    print(report.entries, failed, f"{seconds:.1f}", report.broken or "intact", report.problems)  # noqa: T201
    sys.exit(not report.intact or failed or report.entries != WRITERS * EACH)


def write(organisation_id: int) -> int:
    """Let all write; return how many failed."""
    from django.db import connections

    connections.close_all()
    children = []
    for number in range(WRITERS):
        pid = os.fork()
        if not pid:
            os._exit(_append(organisation_id, number))
        children.append(pid)
    return sum(bool(os.waitpid(pid, 0)[1]) for pid in children)


def _append(organisation_id: int, number: int) -> int:
    from django.db import transaction

    from compliance.audit.models import Head
    from compliance.audit.services import Actor, record

    target = Head(pk=organisation_id, organisation_id=organisation_id)
    try:
        for each in range(EACH):
            with transaction.atomic():
                record(Actor(number, f"writer {number}"), "organisation.created", target, n=each)
    except Exception as error:  # noqa: BLE001 - a child says why and ends
        print(type(error), error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    main()
