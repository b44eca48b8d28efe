"""Who may import and triage, and when."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation, User
from compliance.accounts.policies import check_can
from compliance.accounts.roles import Capability
from compliance.scans.models import Finding, FindingState, MappingSet, RunState, ScanRun
from compliance.scans.states import MOVES
from compliance.shared.errors import Conflict, Refused
from compliance.shared.states import check_move

SHORTEST_REASON = 5


def check_can_import(organisation: Organisation, user: User) -> None:
    check_can(user, organisation, Capability.SCANS_IMPORT)


def check_waits(run: ScanRun) -> None:
    """Only a file that waits for answers takes them."""
    if run.state != RunState.ASKING:
        raise Conflict(_("This file no longer waits for answers."))


def check_is_news(run: ScanRun, options: dict[str, Any]) -> None:
    """The same bytes with the same answers are imported once."""
    same = ScanRun.objects.filter(organisation=run.organisation, blob=run.blob, options=options)
    if same.exclude(pk=run.pk).exclude(state=RunState.FAILED).exists():
        raise Refused(_("This file was imported before with the same answers."))


def check_can_triage(finding: Finding, user: User, state: str) -> None:
    """Accepting a risk is a decision of its own; everything else is triage."""
    risk = state == FindingState.RISK_ACCEPTED
    needed = Capability.RISK_ACCEPT if risk else Capability.FINDING_TRIAGE
    check_can(user, finding.organisation_id, needed)
    if state == FindingState.FIXED:
        raise Refused(_("Only a scan that no longer sees the finding marks it as fixed."))
    check_move(FindingState, MOVES, finding.state, state)


def check_can_triage_many(organisation: Organisation, user: User) -> None:
    """Whether to offer it at all; each finding has its own check after that."""
    check_can(user, organisation, Capability.FINDING_TRIAGE)


def check_can_grade(finding: Finding, user: User) -> None:
    """Saying how severe a finding is here is triage."""
    check_can(user, finding.organisation_id, Capability.FINDING_TRIAGE)


def check_reason(reason: str) -> None:
    if len(reason.strip()) < SHORTEST_REASON:
        raise Refused(_("Write the reason in a sentence; the reviewer will read it."))


def check_until(state: str, until: date | None) -> None:
    """An accepted risk ends some day."""
    if state == FindingState.RISK_ACCEPTED and (until is None or until <= timezone.localdate()):
        raise Refused(_("Give a day in the future on which the acceptance ends."))


def check_can_choose_mappings(organisation: Organisation, user: User) -> None:
    """Who sets verdicts says which mappings they rest on."""
    check_can(user, organisation, Capability.VERDICT_SET)


def check_is_used(chosen: MappingSet, used: list[int]) -> None:
    if chosen.pk not in used:
        raise Refused(_("This version is not in use."))
