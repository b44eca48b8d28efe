"""What a scan says reaches the tasks in the transaction of its import."""

from typing import Any

from django.dispatch import receiver

from compliance.accounts.models import User
from compliance.remediation import opening, services
from compliance.scans.models import Finding, ScanRun
from compliance.scans.signals import run_imported, triaged


@receiver(run_imported)
def open_tasks(sender: Any, run: ScanRun, **kwargs: Any) -> None:
    opening.open_for_findings(run)


@receiver(triaged)
def follow(sender: Any, finding: Finding, by: User, **kwargs: Any) -> None:
    services.follow_finding(finding, by=by)
