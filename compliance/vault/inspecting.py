"""Looking deeper into what was taken in: the virus scanner, and the search for personal data.

Every blob has one row that says how far it is. One job an organisation works through the rows that
wait; whatever kills it, the rows still wait, and the next job begins with them.
"""

import logging
import time
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone

from compliance.accounts.models import Organisation
from compliance.audit.services import SYSTEM, record
from compliance.jobs import services as jobs
from compliance.jobs.progress import Progress, Released
from compliance.vault import clamav, quarantine, searching, signals
from compliance.vault.actions import Action
from compliance.vault.models import MOST_TRIES, Blob, Inspection, InspectionState, PersonalState

KIND = "vault.inspect"
TURN_SECONDS = 30.0
TOO_LARGE = "StreamMaxLength"
log = logging.getLogger(__name__)
# A text is searched at once, a picture takes the OCR some seconds: who uploads one sheet does not
# wait behind a hundred captures.
_PICTURES_LAST = Case(When(blob__media_type__startswith="image/", then=Value(1)), default=Value(0))


def begin(blobs: Sequence[Blob], *, personal: bool = True) -> None:
    """Write down what has to be looked at, and send word to the workers.

    Raises Withheld for bytes that were found to be bad before. *personal* is false for results of
    scanners: nobody hands those on as they are.
    """
    first = InspectionState.PENDING if settings.CLAMD_URL else InspectionState.UNSCANNED
    search = PersonalState.PENDING if personal else PersonalState.NONE
    with transaction.atomic():
        for blob in blobs:
            row, made = Inspection.objects.get_or_create(
                blob=blob,
                defaults={
                    "organisation": blob.organisation,
                    "state": first,
                    "personal": search,
                    "facts": searching.facts_of(blob),
                },
            )
            if not made:
                _take_up_again(row, personal=personal)
        for organisation in {blob.organisation for blob in blobs}:
            send(organisation)


def send(organisation: Organisation) -> None:
    """Have a worker look at what waits; one job at a time is enough for an organisation."""
    jobs.enqueue(kind=KIND, organisation=organisation, by=None, key="inspect")


def send_waiting() -> int:
    """Send the work of every organisation that has some; return how many have.

    While the scanner is away, what only waits for it stays where it is.
    """
    scanner = clamav.is_configured() and clamav.answers()
    waiting = Inspection.objects.waiting(scanner=scanner).values("organisation")
    organisations = list(Organisation.objects.filter(pk__in=waiting))
    for each in organisations:
        send(each)
    return len(organisations)


def work(organisation: Organisation, progress: Progress | None = None) -> dict[str, Any]:
    """Look at everything of *organisation* that waits; return counts. Safe to be killed anywhere."""
    scanner = clamav.is_configured()
    rows = Inspection.objects.waiting(scanner=scanner).filter(organisation=organisation)
    total, done, away = rows.count(), 0, False
    yield_at = time.monotonic() + TURN_SECONDS
    for pk in list(rows.order_by(_PICTURES_LAST, "pk").values_list("pk", flat=True)):
        if progress:
            progress.step(done, total)
            if time.monotonic() > yield_at:
                raise Released  # other work waits too; the job goes on at the queue's end
        row = Inspection.objects.select_related("blob__organisation").get(pk=pk)
        away = not _look(row, scanner=scanner and not away) or away
        done += 1
    return {"looked_at": done, "scanner_away": away}


def forget(organisation: Organisation) -> None:
    """Let every stored file be looked at anew; what is in quarantine stays there until then."""
    rows = Inspection.objects.filter(organisation=organisation)
    clean = InspectionState.PENDING if clamav.is_configured() else InspectionState.UNSCANNED
    scanned = [InspectionState.CLEAN, InspectionState.UNSCANNED]
    rows.filter(state__in=scanned).update(state=clean, engine="", checked_at=None, tries=0)
    rows.exclude(personal_at=None, personal=PersonalState.NONE).update(
        personal=PersonalState.PENDING
    )
    known = Inspection.objects.values("blob")
    missing = Blob.objects.filter(organisation=organisation).exclude(pk__in=known)
    Inspection.objects.bulk_create(
        (Inspection(organisation=organisation, blob=each, state=clean) for each in missing),
        batch_size=500,
    )


def _take_up_again(row: Inspection, *, personal: bool) -> None:
    """The same bytes came again: what was found of them holds, what was given up is tried anew."""
    if row.state in (InspectionState.QUARANTINED, InspectionState.REFUSED):
        raise quarantine.Withheld(quarantine.why_withheld(row, row.blob.short))
    columns: dict[str, Any] = {"tries": 0}
    if personal and row.personal_at is None:
        columns["personal"] = PersonalState.PENDING
    Inspection.objects.filter(pk=row.pk).update(**columns)


def _look(row: Inspection, *, scanner: bool) -> bool:
    """Do what is left for one row; return False when the scanner does not answer."""
    Inspection.objects.filter(pk=row.pk).update(tries=F("tries") + 1)
    here = True
    if scanner and row.state in (InspectionState.PENDING, InspectionState.UNSCANNED):
        here = _scan(row)
    if row.personal == PersonalState.PENDING and row.state != InspectionState.QUARANTINED:
        _search(row)
    if not here:  # that was not the file's fault
        Inspection.objects.filter(pk=row.pk).update(tries=0)
    return here


def _scan(row: Inspection) -> bool:
    try:
        found = clamav.scan(searching.chunks_of(row.blob))
    except clamav.Unreachable as why:
        log.warning("clamd does not answer: %s", why)
        return False
    except clamav.TooLarge:
        _write(row, state=InspectionState.PENDING, signature=TOO_LARGE, tries=MOST_TRIES)
        return True
    except searching.Lost:
        return True  # the alarm is raised already; after some tries it is left alone
    state = InspectionState.QUARANTINED if found.signature else InspectionState.CLEAN
    columns = {"engine": found.engine, "signature": found.signature, "checked_at": timezone.now()}
    with transaction.atomic():
        if _write(row, state=state, **columns) and found.signature:
            facts = {"signature": found.signature, "engine": found.engine}
            record(SYSTEM, Action.QUARANTINED, row.blob, **facts, sha256=row.blob.sha256)
    return True


def _search(row: Inspection) -> None:
    result = searching.search(row.blob)
    if result is None:
        return
    with transaction.atomic():
        row.hits.all().delete()
        searching.keep(row, result)
        _write(
            row,
            personal=result.state,
            personal_counts=result.counts,
            personal_at=timezone.now(),
        )


def _write(row: Inspection, **columns: Any) -> bool:
    """Change the row when it still stands where it was read: two workers never contradict."""
    before = {"state": row.state} if "state" in columns else {"personal": row.personal}
    if not Inspection.objects.filter(pk=row.pk, **before).update(**columns):
        return False
    for name, value in columns.items():
        setattr(row, name, value)
    pk = row.blob_id
    transaction.on_commit(lambda: signals.inspected.send(sender=Inspection, blob_id=pk))
    return True
