"""What a scan or the platform says reaches the tasks in the same transaction."""

from typing import Any

from django.dispatch import receiver

from compliance.accounts.models import Membership, Organisation, User
from compliance.accounts.signals import member_removed
from compliance.applications.models import ReceivedVerdict, Round
from compliance.applications.signals import changes_requested
from compliance.remediation import asking, handing, opening, services, showing_fixed, unmet
from compliance.requirements.signals import verdicts_set
from compliance.scans.models import Finding, ScanRun
from compliance.scans.signals import run_imported, triaged


@receiver(run_imported)
def open_tasks(sender: Any, run: ScanRun, **kwargs: Any) -> None:
    opening.open_for_findings(run)
    showing_fixed.follow(run)


@receiver(triaged)
def follow(sender: Any, finding: Finding, by: User, **kwargs: Any) -> None:
    services.follow_finding(finding, by=by)


@receiver(changes_requested)
def open_asked(
    sender: Any,
    round_: Round,
    verdicts: list[ReceivedVerdict],
    by: User,
    **kwargs: Any,
) -> None:
    asking.open_for_verdicts(round_, verdicts, by=by)


@receiver(member_removed)
def hand_over(sender: Any, membership: Membership, by: User, **kwargs: Any) -> None:
    handing.hand_over(membership.organisation_id, membership.user_id, by=by)


@receiver(verdicts_set)
def open_unmet(
    sender: Any, organisation: Organisation, assessments: list[int], by: User, **kwargs: Any
) -> None:
    unmet.open_by_rule(organisation, assessments, by=by)
