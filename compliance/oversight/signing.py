"""Sign a review: its report is made as a PDF, lands as evidence, and completes the duty's period."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from compliance.accounts.models import Organisation, User
from compliance.audit.selectors import end_of
from compliance.audit.services import record
from compliance.evidence import services as evidence_room
from compliance.evidence.models import Evidence
from compliance.evidence.services import Upload
from compliance.oversight import policies, reviewing
from compliance.oversight.actions import Action
from compliance.oversight.models import Review, ReviewKind
from compliance.remediation import keeping
from compliance.remediation.models import DutyOccurrence, DutySeries
from compliance.shared.errors import Conflict, Refused


@dataclass(frozen=True, slots=True)
class Said:
    """What a reviewer says: to each point by its key, and as a whole. *seen* is the digest shown."""

    seen: str
    answers: Mapping[str, str]
    note: str = ""


def open_periods(organisation: Organisation) -> QuerySet[DutyOccurrence]:
    """Periods of running duties that a report of today can complete, the most urgent first."""
    today = timezone.localdate()
    rows = DutyOccurrence.objects.filter(
        Q(last_day__gte=today) | Q(due__gte=today),
        series__organisation=organisation,
        series__state=DutySeries.State.ACTIVE,
        done_at__isnull=True,
        skipped=False,
        first_day__lte=today,
    )
    return rows.select_related("series__requirement__area", "series__kind").order_by("due", "pk")


def sign(
    organisation: Organisation,
    kind: str,
    period: tuple[date, date],
    *,
    said: Said,
    by: User,
    occurrence: DutyOccurrence | None = None,
) -> Review:
    """Keep the review with its report. Not within atomic(): the PDF is made and stored before.

    Raises Conflict when something else stands out now than the reviewer saw.
    """
    policies.check_can_review(organisation, by)
    check_period(kind, *period)
    seen = reviewing.snapshot(organisation, kind, *period)
    if reviewing.digest(seen) != said.seen:
        raise Conflict(_("Something changed since this page was made. Look at it again."))
    policies.check_decided([point["key"] for point in seen["points"]], said.answers)
    for point in seen["points"]:
        point["answer"] = said.answers[point["key"]].strip()[:1000]
    review = Review(
        organisation=organisation,
        kind=kind,
        first_day=period[0],
        last_day=period[1],
        snapshot=seen,
        note=said.note.strip()[:5000],
        signed_by=by,
        signed_at=timezone.now(),
    )
    review.evidence = _kept(review, report(review), by, occurrence)
    return _write(review, by)


def check_period(kind: str, first: date, last: date) -> None:
    if kind not in ReviewKind.values:
        raise Refused(_("Choose which review it is."))
    if not first <= last <= timezone.localdate() or (last - first).days > policies.LONGEST_PERIOD:
        raise Refused(_("Choose a period of at most a year that is not in the future."))


def report(review: Review) -> bytes:
    """Return the report as PDF, in the language of whoever signs."""
    context = {
        "review": review,
        "seen": review.snapshot,
        "end": end_of(review.organisation_id),
        "rules": {
            "dormant": reviewing.DORMANT_DAYS,
            "many": reviewing.MANY_A_DAY,
            "opens": reviewing.OPENS.isoformat("minutes"),
            "closes": reviewing.CLOSES.isoformat("minutes"),
        },
    }
    html = render_to_string("oversight/report.html", context)
    with override(None):
        style = render_to_string("oversight/report.css")
    # Here, since it weighs 20 MB in every process that only answers pages.
    from compliance.packets.press.compiling import plain_pdf

    return plain_pdf(html, style)


def _kept(review: Review, pdf: bytes, by: User, occurrence: DutyOccurrence | None) -> Evidence:
    upload = Upload(io.BytesIO(pdf), f"{review.get_kind_display()} {review.last_day}.pdf")
    if occurrence is None:
        added = evidence_room.add(review.organisation, [upload], by=by, title=str(review))
        return added.evidence
    keeping.complete(occurrence, by=by, uploads=[upload], note=review.note)
    return occurrence.evidence_links.latest("pk").evidence


@transaction.atomic
def _write(review: Review, by: User) -> Review:
    review.save(force_insert=True)
    record(
        by,
        Action.REVIEW_SIGNED,
        review,
        points=len(review.snapshot["points"]),
        evidence=review.evidence.code,
    )
    return review
