"""The audit stream: an append beside a plain insert of the same row, and the check of a chain."""

import time
from collections.abc import Iterator

from django.db import transaction

from compliance.accounts.models import Organisation
from compliance.audit import checking
from compliance.audit.models import Entry
from compliance.audit.services import SYSTEM, record

COUNT = 2000


def measure() -> Iterator[str]:
    organisation = Organisation.objects.get(slug="bareun")
    with transaction.atomic():
        began = time.process_time()
        for number in range(COUNT):
            record(SYSTEM, "organisation.created", organisation, number=number)
        append = (time.process_time() - began) / COUNT * 1000
    with transaction.atomic():
        plain = _plain_inserts(organisation)
        transaction.set_rollback(True)
    yield f"append {append:.2f} ms CPU, plain insert {plain:.2f} ms, ratio {append / plain:.1f}"
    began = time.perf_counter()
    entries = sum(report.entries for report in checking.check_all())
    seconds = time.perf_counter() - began
    yield f"verify {entries} entries in {seconds:.2f} s ({entries / seconds:,.0f} a second)"


def _plain_inserts(organisation: Organisation) -> float:
    last = Entry.objects.filter(organisation_id=organisation.pk).latest("seq")
    began = time.process_time()
    for number in range(COUNT):
        last.pk, last.seq = None, last.seq + 1
        last.data = {"number": number}
        last.save(force_insert=True)
    return (time.process_time() - began) / COUNT * 1000
