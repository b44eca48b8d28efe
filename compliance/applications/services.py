"""Verbs on applications. Each is one transaction that ends in the audit stream."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.applications import policies, preflight, signals
from compliance.applications.actions import Action
from compliance.applications.models import Application, ReceivedVerdict, Round, State
from compliance.applications.states import MOVES
from compliance.audit.services import record
from compliance.evidence.models import Evidence
from compliance.requirements.models import Profile
from compliance.shared import states
from compliance.shared.errors import Conflict, Refused

EDITABLE = [
    "title",
    "service_overview",
    "integration_overview",
    "scope_in",
    "scope_out",
    "traffic",
    "personal_data",
    "contact_name",
    "contact_email",
    "contact_phone",
]
DIAGRAMS = ["network_diagram", "data_flow_diagram"]
# How long an approval holds where the profile does not say.
VALIDITY_DAYS = 365


@transaction.atomic
def create(
    organisation: Organisation, *, profile: Profile, by: User, title: str, **columns: str
) -> Application:
    """Begin an application under *profile*, with its first round."""
    policies.check_can_create(organisation, by)
    if not profile.adoptions.filter(organisation=organisation, ended_at__isnull=True).exists():
        raise Refused(_("The organisation does not work with this profile yet. Take it on first."))
    year = timezone.localdate().year
    serial = next_serial(organisation, year)
    application = Application.objects.create(
        organisation=organisation,
        profile=profile,
        number=f"GP-{year}-{serial:04d}",
        serial=serial,
        title=title.strip(),
        created_by=by,
        **{name: _clean(columns[name]) for name in EDITABLE if name in columns},
    )
    Round.objects.create(application=application, number=1)
    _record(by, Action.CREATED, application, profile=profile.identifier)
    return application


@transaction.atomic
def edit(
    application: Application, *, revision: int, by: User, **columns: "str | Evidence | None"
) -> None:
    """Write the *columns* of EDITABLE (texts) and DIAGRAMS (evidence or None) that changed.

    Raises Conflict when the application moved on since *revision*; it is refreshed then, so that
    the caller can show both texts.
    """
    policies.check_can_edit(application, by)
    cleaned = _cleaned(application, columns)
    before = {name: getattr(application, name) for name in cleaned}
    changed = {name: value for name, value in cleaned.items() if value != before[name]}
    if not changed:
        return
    write(application, revision, by, changed)
    _record(
        by,
        Action.EDITED,
        application,
        before={name: _told(before[name]) for name in changed},
        after={name: _told(value) for name, value in changed.items()},
    )


@transaction.atomic
def request_review(application: Application, *, by: User) -> None:
    """Sign as the one who prepared the round (작성) and hand it to internal review."""
    policies.check_can_request_review(application, by)
    states.move(application, MOVES, State.INTERNAL_REVIEW)
    round_ = application.current_round
    _sign(round_, prepared_by=by, prepared_at=timezone.now())
    _record(by, Action.REVIEW_REQUESTED, application, round=round_.number)


@transaction.atomic
def take_back(application: Application, *, by: User) -> None:
    """Back to draft. The sign-offs were for a text that may now change, so they fall."""
    policies.check_can_take_back(application, by)
    states.move(application, MOVES, State.DRAFT)
    none: dict[str, Any] = dict.fromkeys(
        f"{sign}_{part}"
        for sign in ("prepared", "reviewed", "approved", "attested")
        for part in ("by", "at")
    )
    _sign(application.current_round, **none, attestation="")
    _record(by, Action.TAKEN_BACK, application)


@transaction.atomic
def review(round_: Round, *, by: User) -> None:
    """Sign as the internal auditor who read it (검토)."""
    policies.check_can_review(round_, by)
    _sign(round_, unless="reviewed_at", reviewed_by=by, reviewed_at=timezone.now())
    _record(by, Action.REVIEWED, round_.application, round=round_.number)


@transaction.atomic
def approve(round_: Round, *, by: User) -> None:
    """Sign as the one who answers for it (승인), never the preparer."""
    policies.check_can_approve(round_, by)
    _sign(round_, unless="approved_at", approved_by=by, approved_at=timezone.now())
    _record(by, Action.APPROVED, round_.application, round=round_.number)


@transaction.atomic
def attest(round_: Round, *, text: str, by: User) -> None:
    """Sign the written confirmation (확인서); *text* is kept as it was signed."""
    policies.check_can_attest(round_, by)
    text = _required(text, _("The confirmation needs its words."))
    _refuse_long(text, Round.attestation.field.max_length)
    _sign(
        round_, unless="attested_at", attestation=text, attested_by=by, attested_at=timezone.now()
    )
    _record(by, Action.ATTESTED, round_.application, round=round_.number, text=text)


@transaction.atomic
def lock(round_: Round, *, by: User, gaps_reason: str = "", as_of: datetime | None = None) -> None:
    """Close the round to changes, as part of freezing its packet.

    Open blockers need *gaps_reason*, a sentence that the packet prints. Who freezes a round that
    nobody asked to review has prepared it. Called by `packets`, inside its transaction.
    """
    policies.check_can_lock(round_, by)
    gaps_reason = _clean(gaps_reason)
    application = round_.application
    blockers = preflight.blockers(preflight.gaps(application))
    if blockers and not gaps_reason:
        raise Refused(policies.REASON_FOR_GAPS)
    states.move(application, MOVES, State.LOCKED)
    now = timezone.now()
    columns: dict[str, Any] = {"frozen_by": by, "frozen_at": now, "as_of": as_of or now}
    if round_.prepared_by_id is None:
        columns |= {"prepared_by": by, "prepared_at": now}
    _sign(round_, unless="frozen_at", gaps_reason=gaps_reason, **columns)
    _record(
        by,
        Action.LOCKED,
        application,
        round=round_.number,
        blockers=len(blockers),
        gaps_reason=gaps_reason,
    )


@transaction.atomic
def submit(application: Application, *, by: User) -> None:
    """Note that the frozen round went out to the platform."""
    policies.check_can_submit(application, by)
    round_ = application.current_round
    sent_before = application.rounds.filter(submitted_at__isnull=False).exists()
    states.move(application, MOVES, State.RESUBMITTED if sent_before else State.SUBMITTED)
    _sign(round_, unless="submitted_at", submitted_at=timezone.now())
    _record(by, Action.SUBMITTED, application, round=round_.number)


@transaction.atomic
def receive(application: Application, *, receipt_number: str, by: User) -> None:
    """Note the platform's receipt number."""
    policies.check_can_receive(application, by)
    receipt_number = _required(receipt_number, _("Write the receipt number of the platform."))
    _refuse_long(receipt_number, Application.receipt_number.field.max_length)
    states.move(application, MOVES, State.RECEIVED, receipt_number=receipt_number)
    _record(by, Action.RECEIVED, application, receipt=receipt_number)


@transaction.atomic
def start_review(application: Application, *, by: User) -> None:
    """Note that the platform began to review."""
    policies.check_can_start_review(application, by)
    states.move(application, MOVES, State.IN_REVIEW)
    _record(by, Action.REVIEW_STARTED, application)


@transaction.atomic
def request_changes(
    application: Application, *, by: User, text: str = "", due: date | None = None
) -> None:
    """Note what the platform wants changed (보완요청), until *due*.

    The verdicts entered for the round say what; *text* is needed only where none of them asks.
    """
    policies.check_can_answer(application, by)
    round_ = application.current_round
    round_.application = application
    asking = list(
        round_.verdicts.filter(verdict__in=ReceivedVerdict.ASKING).select_related("requirement")
    )
    text = _clean(text)
    if not asking and not text:
        raise Refused(_("Enter the platform's verdicts, or write what it asked for."))
    states.move(application, MOVES, State.CHANGES_REQUESTED)
    _sign(
        round_,
        requested_changes=text,
        changes_due=due,
        changes_requested_on=timezone.localdate(),
    )
    codes = [verdict.requirement.code for verdict in asking]
    _record(
        by,
        Action.CHANGES_REQUESTED,
        application,
        round=round_.number,
        text=text,
        codes=codes,
        due=due.isoformat() if due else "",
    )
    if asking:
        signals.changes_requested.send(Round, round_=round_, verdicts=asking, by=by)


@transaction.atomic
def open_next_round(application: Application, *, by: User) -> Round:
    """Begin the next round as a draft; what was frozen before stays as it is."""
    policies.check_can_open_next_round(application, by)
    states.move(application, MOVES, State.DRAFT)
    round_ = Round.objects.create(
        application=application, number=application.current_round.number + 1
    )
    _record(by, Action.ROUND_OPENED, application, round=round_.number)
    return round_


@transaction.atomic
def decide(
    application: Application,
    *,
    approved: bool,
    note: str,
    by: User,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> None:
    """Note the platform's decision; a refusal needs its words, an approval holds for a time.

    Without days it holds from today for as long as the profile says, else VALIDITY_DAYS.
    """
    policies.check_can_answer(application, by)
    note = _clean(note)
    if not approved and not note:
        raise Refused(_("Write why the platform refused, in its words."))
    state = State.APPROVED if approved else State.REFUSED
    columns: dict[str, Any] = {"closed_at": timezone.now(), "decision_note": note}
    if approved:
        columns |= _validity(application.profile, valid_from, valid_until)
    states.move(application, MOVES, state, **columns)
    until = columns["valid_until"].isoformat() if approved else ""
    _record(by, Action.DECIDED, application, after=state.value, note=note, valid_until=until)


def usual_end(profile: Profile, begin: date) -> date:
    """The last day of an approval that begins on *begin*, by the profile's `validity_days`."""
    days = profile.parameter("validity_days", begin)
    known = days if isinstance(days, int) and 0 < days < 36_500 else VALIDITY_DAYS
    return begin + timedelta(days=known - 1)


def _validity(profile: Profile, begin: date | None, end: date | None) -> dict[str, date]:
    begin = begin or timezone.localdate()
    end = end or usual_end(profile, begin)
    if end < begin:
        raise Refused(_("The approval ends before it begins. Correct one of the two days."))
    return {"valid_from": begin, "valid_until": end}


@transaction.atomic
def cancel(application: Application, *, reason: str, by: User) -> None:
    """End the attempt without a decision."""
    policies.check_can_cancel(application, by)
    reason = _required(reason, _("Write why the application is cancelled."))
    states.move(application, MOVES, State.CANCELLED, closed_at=timezone.now(), decision_note=reason)
    _record(by, Action.CANCELLED, application, reason=reason)


def next_serial(organisation: Organisation, year: int) -> int:
    # Two people who create at once queue on the organisation's row; SQLite queues them anyway.
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    rows = Application.objects.filter(organisation=organisation, number__startswith=f"GP-{year}-")
    last = rows.order_by("-serial").values_list("serial", flat=True).first()
    return (last or 0) + 1


def write(application: Application, revision: int, by: User, columns: dict[str, Any]) -> None:
    """Write *columns* if the row still has *revision* and is a draft, and count it up."""
    written = {**columns, "revision": revision + 1, "updated_by": by, "updated_at": timezone.now()}
    rows = Application.objects.filter(pk=application.pk, revision=revision, state=State.DRAFT)
    if not rows.update(**written):
        application.refresh_from_db()
        policies.check_is_current(application, revision)
        raise Conflict(policies.ONLY_DRAFT)
    for name, value in written.items():
        setattr(application, name, value)


def _sign(round_: Round, *, unless: str = "", **columns: Any) -> None:
    """Write *columns*; Conflict when another request filled *unless* first."""
    rows = Round.objects.filter(pk=round_.pk)
    if unless:
        rows = rows.filter(**{f"{unless}__isnull": True})
    if not rows.update(**columns):
        raise Conflict(_("Somebody else changed this a moment ago. Reload the page."))
    for name, value in columns.items():
        setattr(round_, name, value)


def _record(by: User, action: Action, application: Application, **data: Any) -> None:
    record(by, action, application, number=application.number, **data)


def _cleaned(application: Application, columns: dict[str, Any]) -> dict[str, Any]:
    """The texts without blanks around them, and the diagrams, which must be the organisation's."""
    cleaned: dict[str, Any] = {name: _clean(columns[name]) for name in EDITABLE if name in columns}
    for name in DIAGRAMS:
        if name not in columns:
            continue
        chosen = columns[name]
        if chosen and chosen.organisation_id != application.organisation_id:
            raise Refused(_("Choose one of the organisation's own evidence."))
        cleaned[name] = chosen
    return cleaned


def _told(value: "str | Evidence | None") -> str:
    """A value as the audit stream keeps it: an evidence by its number."""
    return value.code if isinstance(value, Evidence) else value or ""


def _refuse_long(text: str, limit: int | None) -> None:
    if limit and len(text) > limit:
        raise Refused(policies.LONGER % {"limit": limit})


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _required(text: str, sentence: Any) -> str:
    cleaned = _clean(text)
    if not cleaned:
        raise Refused(sentence)
    return cleaned
