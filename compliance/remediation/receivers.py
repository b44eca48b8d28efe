"""What a scan says reaches the tasks in the transaction of its import."""

from typing import Any

from django.dispatch import receiver

from compliance.remediation import opening
from compliance.scans.models import ScanRun
from compliance.scans.signals import run_imported


@receiver(run_imported)
def open_tasks(sender: Any, run: ScanRun, **kwargs: Any) -> None:
    opening.open_for_findings(run)
