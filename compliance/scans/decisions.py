"""Decisions on findings beside the triage of one: many at once, a severity, an ended acceptance."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.accounts.models import User
from compliance.audit import services as audit
from compliance.scans import mapping, policies, services, signals
from compliance.scans.actions import Action
from compliance.scans.models import Finding, FindingState
from compliance.scans.states import MOVES
from compliance.shared.errors import Conflict, Refused
from compliance.shared.severity import Severity
from compliance.shared.states import move

MOST_AT_ONCE = 500


@dataclass(slots=True)
class Decided:
    """What became of many findings: those decided, and each refusal with its sentence."""

    done: list[Finding] = field(default_factory=list)
    refused: list[tuple[Finding, str]] = field(default_factory=list)


def triage_many(
    findings: Iterable[Finding], *, state: str, reason: str, by: User, until: date | None = None
) -> Decided:
    """Triage each finding under its own policy; what one refuses does not hold up the others.

    Raises Refused when the reason or the day is missing, for then none can be decided.
    """
    policies.check_reason(reason)
    policies.check_until(state, until)
    chosen = list(findings)
    if len(chosen) > MOST_AT_ONCE:
        raise Refused(
            _("Choose at most %(most)d findings at a time; filter the list further.")
            % {"most": MOST_AT_ONCE}
        )
    decided = Decided()
    for finding in chosen:
        try:
            services.triage(finding, state=state, reason=reason, by=by, until=until)
            decided.done.append(finding)
        except Refused as refusal:
            decided.refused.append((finding, str(refusal)))
    return decided


@transaction.atomic
def set_severity(finding: Finding, severity: str, *, reason: str, by: User) -> None:
    """Say how severe it is here, whatever the tool says; an empty *severity* takes that back.

    It stands through later scans. What the tool says is kept beside it.
    """
    policies.check_can_grade(finding, by)
    policies.check_reason(reason)
    before = finding.severity
    stored = Finding.objects.select_for_update().select_related("rule").get(pk=finding.pk)
    reported = mapping.raised(stored.reported_severity, stored.rule.raise_to)
    columns = {
        "own_severity": Severity(severity).value if severity else "",
        "severity_reason": reason.strip() if severity else "",
        "severity_by": by if severity else None,
        "severity": severity or reported,
    }
    for name, value in columns.items():
        setattr(finding, name, value)
    finding.save(update_fields=list(columns))
    audit.record(
        by, Action.GRADED, finding, before=before, after=finding.severity, reason=reason.strip()
    )


def end_acceptances(today: date | None = None) -> int:
    """Open findings again whose risk was accepted until a day that has passed. Returns how many."""
    today = today or timezone.localdate()
    over = Finding.objects.filter(state=FindingState.RISK_ACCEPTED, accepted_until__lt=today)
    count = 0
    for finding in over.select_related("organisation").order_by("pk"):
        # Somebody may have decided anew a moment ago: then there is nothing to end.
        with suppress(Conflict), transaction.atomic():
            until = finding.accepted_until
            move(finding, MOVES, FindingState.OPEN, reason="", accepted_until=None)
            audit.record(
                audit.SYSTEM,
                Action.ACCEPTANCE_ENDED,
                finding,
                number=finding.number,
                before=FindingState.RISK_ACCEPTED.value,
                after=FindingState.OPEN.value,
                until=until.isoformat() if until else "",
            )
            signals.triaged.send(sender=Finding, finding=finding, by=audit.SYSTEM)
            count += 1
    return count
