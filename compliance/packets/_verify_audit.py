"""Verify what a packet carries of the audit log: its checkpoint, and the proof of the cited entries."""

from typing import Any

from django.utils.translation import gettext as _

from compliance.audit import proofs
from compliance.packets.manifest_rows import Manifest
from compliance.packets.report import Report, Verdict


def audit_name() -> str:
    """What a report calls the proof that the audit log stands behind the packet."""
    return _("audit log")


def judge(report: Report, manifest: Manifest) -> None:
    """Check the proof of a packet that has one; those from before have a checkpoint alone."""
    section: Any = manifest.get("audit")
    if not section:
        return
    problems: list[str] = proofs.problems_of(section)
    verdict = Verdict.ALTERED if problems else Verdict.INTACT
    cited = len(section.get("cited", [])) if isinstance(section, dict) else 0
    told = _("%(n)d entries are proven under the checkpoint.") % {"n": cited}
    report.add(audit_name(), verdict, " ".join(problems) or told)
