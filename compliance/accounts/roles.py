"""Who may do what, as data. The page shows the descriptions."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    SECURITY_LEAD = "security_lead", _("Security lead")
    CONTRIBUTOR = "contributor", _("Engineer")
    AUDITOR = "auditor", _("Internal auditor")
    VIEWER = "viewer", _("Viewer")


DESCRIPTIONS = {
    Role.OWNER: _("Manages people, approves the application and accepts risks."),
    Role.SECURITY_LEAD: _("Answers for every requirement: verdicts, tasks, scans, the packet."),
    Role.CONTRIBUTOR: _("Fixes what is open, uploads evidence, imports scan results."),
    Role.AUDITOR: _("Reviews evidence that others uploaded; accepts it or returns it."),
    Role.VIEWER: _("Reads everything of the organisation and changes nothing."),
}


class Capability(models.TextChoices):
    """A verb that a role includes. Policies ask for one of these, never for a role."""

    PEOPLE_MANAGE = "people.manage", _("Manage people and roles")
    ASSESSMENT_EDIT = "assessment.edit", _("Write implementation statements")
    VERDICT_SET = "verdict.set", _("Set verdicts")
    EVIDENCE_ADD = "evidence.add", _("Upload evidence")
    EVIDENCE_REVIEW = "evidence.review", _("Accept or return evidence")
    SCANS_IMPORT = "scans.import", _("Import scan results")
    FINDING_TRIAGE = "finding.triage", _("Triage findings")
    TASK_WORK = "task.work", _("Work on tasks")
    TASK_MANAGE = "task.manage", _("Create, assign and verify tasks")
    RISK_ACCEPT = "risk.accept", _("Accept a risk for a time")
    APPLICATION_EDIT = "application.edit", _("Edit applications")
    APPLICATION_APPROVE = "application.approve", _("Approve and submit applications")
    PACKET_BUILD = "packet.build", _("Freeze a round and build its packet")
    EVIDENCE_HOLD = "evidence.hold", _("Place evidence on hold and lift holds")
    AUDIT_READ = "audit.read", _("Read the audit log")
    AUDIT_MANAGE = "audit.manage", _("Say how long the audit log is kept and where it is sent")
    NOTICES_MANAGE = "notices.manage", _("Say where notices of the organisation are sent")
    TRACKERS_MANAGE = "trackers.manage", _("Connect issue trackers")


_C = Capability
CAPABILITIES: dict[Role, frozenset[Capability]] = {
    Role.OWNER: frozenset(set(_C) - {_C.EVIDENCE_REVIEW}),
    Role.SECURITY_LEAD: frozenset(set(_C) - {_C.PEOPLE_MANAGE, _C.EVIDENCE_REVIEW}),
    Role.CONTRIBUTOR: frozenset(
        {_C.ASSESSMENT_EDIT, _C.EVIDENCE_ADD, _C.SCANS_IMPORT, _C.TASK_WORK}
    ),
    Role.AUDITOR: frozenset({_C.EVIDENCE_REVIEW, _C.AUDIT_READ}),
    Role.VIEWER: frozenset(),
}
# Roles whose membership may be limited to one application, and what of a role stays within it:
# what speaks of the whole organisation (its log) does not.
LIMITABLE = frozenset({Role.AUDITOR, Role.VIEWER})
WITHIN_A_LIMIT = frozenset({_C.EVIDENCE_REVIEW})
