"""Verbs on scan results and findings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.accounts.models import Organisation, User
from compliance.audit import services as audit
from compliance.jobs import services as jobs
from compliance.jobs.models import Job
from compliance.jobs.models import State as JobState
from compliance.jobs.progress import Cancelled, Progress
from compliance.scans import (
    asking,
    loading,
    mapping,
    meanings,
    parsers,
    policies,
    reasons,
    signals,
    staging,
)
from compliance.scans.actions import Action
from compliance.scans.matching import Changes, Matcher
from compliance.scans.models import Finding, RunState, ScanRun
from compliance.scans.records import Options, Problem, Row, Run, Seen
from compliance.scans.states import MOVES, RUN_MOVES
from compliance.scans.summary import Summary, summarise
from compliance.scans.telling import Teller
from compliance.shared.errors import Conflict, Refused
from compliance.shared.states import move
from compliance.vault import inspecting
from compliance.vault import services as vault
from compliance.vault.names import clean_name

KIND = "scans.import"
# Files up to this size are read once before they are taken, so that the form can say no at once.
READ_AT_ONCE = 4 * 1024 * 1024
LONGEST_ASSET = 300
_CANCELLED = gettext_lazy("The import was cancelled. Import the file again when it is wanted.")
_WITHDRAWN = gettext_lazy("A person left the file unimported before it was read.")
# What a file that waits for answers is until they come.
UNKNOWN_TABLE = "table"
_MEDIA = {
    b"<": "application/xml",
    b"{": "application/json",
    b"[": "application/json",
    b"\x1f": "application/gzip",
    b"P": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def import_file(
    organisation: Organisation,
    stream: BinaryIO,
    *,
    name: str,
    by: User | None,
    options: Options | None = None,
    ask: bool = False,
) -> tuple[ScanRun, bool]:
    """Take a scan result in and queue its import.

    With *ask*, a file that leaves something open waits for `answer` instead. Returns the run, and
    whether it is new: the same bytes with the same options are imported once.
    Raises Refused for a file that cannot be read; then nothing is kept.
    """
    _check_size(stream)
    options = _kept(options or Options())
    waits = ask and bool(asking.look(stream, options))
    run, fresh = _receive(organisation, stream, name=name, by=by, options=options, waits=waits)
    if fresh and not waits:
        with transaction.atomic():
            _queue(run, by)
    return run, fresh


def answer(run: ScanRun, options: Options, *, by: User) -> bool:
    """Say what the file does not say, and queue its import. Raises Refused if it is no answer.

    True when bound columns brought up result words that nobody knows: then it waits on.
    """
    policies.check_can_import(run.organisation, by)
    policies.check_waits(run)
    options = _kept(options)
    with vault.checked_path(run.blob, name=run.name, held=True).open("rb") as stream:
        parser = _check_readable(stream, options)
        more = options.columns != run.options.get("columns", {}) and bool(
            asking.look(stream, options).words
        )
    chosen = _as_stored(options)
    with transaction.atomic():
        policies.check_is_news(run, chosen)
        columns = {"options": chosen, "format": parser.format}
        if more:
            run.options, run.format = chosen, parser.format
            run.save(update_fields=list(columns))
        else:
            move(run, RUN_MOVES, RunState.QUEUED, **columns)
            _queue(run, by)
        audit.record(by, Action.ANSWERED, run, asset=options.asset, edition=options.edition)
    return more


@transaction.atomic
def withdraw(run: ScanRun, *, by: User) -> None:
    """Leave a file that waits for answers unimported."""
    policies.check_can_import(run.organisation, by)
    policies.check_waits(run)
    move(run, RUN_MOVES, RunState.FAILED, error=str(_WITHDRAWN))
    audit.record(by, Action.WITHDRAWN, run)


def _queue(run: ScanRun, by: User | None) -> None:
    args = {"run": run.pk}
    job = jobs.enqueue(kind=KIND, organisation=run.organisation, by=by, args=args, key=_key(run))
    _remember(run, job)


def import_now(
    organisation: Organisation,
    stream: BinaryIO,
    *,
    name: str,
    by: User | None,
    options: Options | None = None,
) -> tuple[ScanRun, bool]:
    """Take a scan result in and import it in this process, as commands do. Raises Refused."""
    run, fresh = _receive(organisation, stream, name=name, by=by, options=options)
    if fresh:
        job = jobs.run_now(
            kind=KIND, organisation=organisation, by=by, args={"run": run.pk}, key=_key(run)
        )
        _remember(run, job)
        run.refresh_from_db()
        if run.state != RunState.IMPORTED:
            raise Refused(run.error or job.error)
    return run, fresh


def _key(run: ScanRun) -> str:
    return f"run-{run.pk}"


def _remember(run: ScanRun, job: Job) -> None:
    run.job = job
    run.save(update_fields=["job"])


def _receive(
    organisation: Organisation,
    stream: BinaryIO,
    *,
    name: str,
    by: User | None,
    options: Options | None,
    waits: bool = False,
) -> tuple[ScanRun, bool]:
    if by is not None:
        policies.check_can_import(organisation, by)
    options = _kept(options or Options())
    form = UNKNOWN_TABLE if waits else _check_readable(stream, options).format
    stream.seek(0)
    head = stream.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    packed = head.startswith((b"\x1f\x8b", b"PK\x03\x04"))
    media = _MEDIA.get(head[:1], "text/plain") if packed or head[:1] in b"<{[" else "text/plain"
    stream.seek(0)
    blob = vault.store_output(organisation, stream, media_type=media)
    # Scanners write in any format; what the parsers do not know was refused above.
    inspecting.begin([blob], personal=False)
    settle_abandoned(organisation)
    with transaction.atomic():
        # Two clicks at the same moment: the second waits here and finds the first one's run.
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        chosen = _as_stored(options)
        same = ScanRun.objects.filter(organisation=organisation, blob=blob, options=chosen)
        if earlier := same.exclude(state=RunState.FAILED).first():
            return earlier, False
        run = ScanRun.objects.create(
            organisation=organisation,
            blob=blob,
            name=clean_name(name),
            format=form,
            options=chosen,
            imported_by=by,
            state=RunState.ASKING if waits else RunState.QUEUED,
        )
        audit.record(by or audit.SYSTEM, Action.RECEIVED, run, sha256=blob.sha256, name=run.name)
    return run, True


def _kept(options: Options) -> Options:
    """Options as they are stored: a database refuses a NUL, and nobody needs a long name."""
    asset = "".join(filter(str.isprintable, options.asset)).strip()[:LONGEST_ASSET]
    return replace(options, asset=asset)


def _as_stored(options: Options) -> dict[str, Any]:
    """Bound columns and words only where there are some, as most files have none."""
    bound = {"columns": options.columns, "words": options.words}
    chosen = {"edition": options.edition, "asset": options.asset}
    return chosen | {name: value for name, value in bound.items() if value}


def _check_readable(stream: BinaryIO, options: Options) -> parsers.Parser:
    parser = parsers.choose(stream, options)
    if _check_size(stream) <= READ_AT_ONCE:
        summarise(parsers.read(stream, options))
    return parser


def _check_size(stream: BinaryIO) -> int:
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    if size > settings.UPLOAD_LIMIT:
        raise Refused(
            _("This file is larger than %(limit)s. Scan fewer targets at a time.")
            % {"limit": filesizeformat(settings.UPLOAD_LIMIT)}
        )
    return size


def settle_abandoned(organisation: Organisation) -> None:
    """Runs whose work was cancelled or given up are failed, so that the file can come again."""
    over = ScanRun.objects.filter(
        organisation=organisation,
        state__in=[RunState.QUEUED, RunState.IMPORTING],
        job__state__in=[JobState.CANCELLED, JobState.FAILED],
    )
    for run in over.select_related("job"):
        why = run.job.error if run.job else ""
        with suppress(Conflict):  # another request settles it at this moment
            _fail(run, Refused(why or _CANCELLED))


# The import itself, done by a worker


def import_run(run: ScanRun, *, progress: Progress | None = None) -> ScanRun:
    """Read the run's file into check results and findings. Safe to begin again after a crash.

    Rows are written in small transactions and count for nothing until the last one, which
    matches the findings and marks the run as imported.
    """
    if run.state == RunState.IMPORTED:
        return run
    if run.state != RunState.IMPORTING:
        move(run, RUN_MOVES, RunState.IMPORTING, error="")
    try:
        path = vault.checked_path(run.blob, name=run.name, held=True)
        staging.discard(run)
        # Before the rows, for new rules are mapped as they are written.
        if loading.ensure_loaded():
            mapping.resolve_all()  # renewed sets took the mappings of every rule with them
        summary = _stage(run, path, progress)
        mapping.refresh(run.organisation_id)
        _finish(run, summary)
    except Refused as refusal:
        _fail(run, refusal)
        raise
    except Cancelled:
        _fail(run, Refused(_CANCELLED))
        raise
    return run


def _stage(run: ScanRun, path: Path, progress: Progress | None) -> Summary:
    summary, teller = Summary(), Teller(progress, run.blob.size)
    with path.open("rb") as stream, staging.Stage(run) as stage:
        for record in parsers.read(stream, Options(**run.options)):
            summary.add(record)
            if isinstance(record, Row):
                stage.row(record)
            elif isinstance(record, Problem):
                stage.problem(record)
            teller.tell(record, stream)
        stage.flush()
    teller.matching()
    return summary


@transaction.atomic
def _finish(run: ScanRun, summary: Summary) -> None:
    facts = summary.run
    if facts is None:  # parsers.read refuses a file without one
        raise Refused(_("The file holds no scan."))
    counts = summary.as_dict() | {"tools": _tools(facts, summary)}
    counts.pop("problem_list")
    columns = _columns(facts)
    for column, value in columns.items():
        setattr(run, column, value)
    run.counts = counts
    writer = staging.Writer(run)
    named = tuple(seen for seen in facts.targets if seen.is_named)
    if len(named) < len(facts.targets):
        counts["notes"].append(reasons.NO_TARGET)
    targets = [pk for part in _parts(named) for pk in writer.cover(part)]
    changes = Matcher(run, scope=facts.scope, targets=targets).match()
    meanings.count(run.pk)
    run.counts = counts | changes.as_dict()
    move(
        run,
        RUN_MOVES,
        RunState.IMPORTED,
        counts=run.counts,
        imported_at=timezone.now(),
        **columns,
    )
    _announce(run, changes)


def _parts(targets: tuple[Seen, ...]) -> Iterator[tuple[Seen, ...]]:
    for start in range(0, len(targets), staging.BATCH):
        yield targets[start : start + staging.BATCH]


def _announce(run: ScanRun, changes: Changes) -> None:
    signals.run_imported.send(sender=ScanRun, run=run)
    actor = run.imported_by or audit.SYSTEM
    audit.record(actor, Action.IMPORTED, run, rows=run.count("rows"), **changes.as_dict())


def _tools(facts: Run, summary: Summary) -> list[str]:
    """Tool families that this run speaks for, also when it found nothing."""
    named = facts.tool.lower().split(", ")
    prefix = "sarif/" if facts.format == "sarif" else ""
    return sorted(summary.tools | {f"{prefix}{name}" for name in named})


def _columns(facts: Run) -> dict[str, Any]:
    return {
        "tool": facts.tool[:200],
        "tool_version": facts.tool_version[:300],
        "started_at": facts.started_at,
        "finished_at": facts.finished_at,
        "complete": facts.complete,
        "scope": list(facts.scope),
        "targets": [
            {"kind": seen.kind, "key": seen.key, "name": seen.name} for seen in facts.targets
        ],
    }


def _fail(run: ScanRun, refusal: Refused) -> None:
    staging.discard(run)
    with transaction.atomic():
        move(run, RUN_MOVES, RunState.FAILED, error=str(refusal))
        audit.record(
            audit.SYSTEM,
            Action.IMPORT_FAILED,
            run,
            error=str(refusal),
            imported_by_id=run.imported_by_id,
        )


# Findings


@transaction.atomic
def triage(
    finding: Finding, *, state: str, reason: str, by: User, until: date | None = None
) -> None:
    """Say what the finding is: a false positive, an accepted risk, disputed, or open again."""
    policies.check_can_triage(finding, by, state)
    policies.check_reason(reason)
    policies.check_until(state, until)
    before = finding.state
    is_open = state == Finding.State.OPEN
    move(
        finding,
        MOVES,
        state,
        reason="" if is_open else reason.strip(),
        accepted_until=until if state == Finding.State.RISK_ACCEPTED else None,
        fixed_run=None,
        fixed_at=None,
        triaged_by=by,
        triaged_at=timezone.now(),
    )
    audit.record(
        by,
        Action.TRIAGED,
        finding,
        before=before,
        after=state,
        reason=reason.strip(),
        until=until.isoformat() if until else None,
    )
    signals.triaged.send(sender=Finding, finding=finding, by=by)
