"""What the codes of a manifest are called in the document. A code with no word stands as it is."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = dict[str, "str | Promise"]

# The colour of an area is its place in the profile: rule of the running head, chapter opening, chips.
# The style sheet has a class for each.
AREA_COLOURS = ("#1f4e8c", "#0b7285", "#8a5a00", "#5f3dc4", "#a61e4d", "#2b6a30")
SHADES = len(AREA_COLOURS)

VERDICTS: Words = {
    "met": _("Met"),
    "partial": _("Partly met"),
    "not_met": _("Not met"),
    "inconclusive": _("Inconclusive"),
    "not_applicable": _("Not applicable"),
    "not_checked": _("Not checked"),
}
SEVERITIES: Words = {
    "critical": _("Critical"),
    "high": _("High"),
    "medium": _("Medium"),
    "low": _("Low"),
    "info": _("Information"),
}
EVIDENCE_STATES: Words = {
    "draft": pgettext_lazy("evidence", "Draft"),
    "in_review": pgettext_lazy("evidence", "In review"),
    "accepted": pgettext_lazy("evidence", "Accepted"),
    "returned": pgettext_lazy("evidence", "Returned"),
    "expired": pgettext_lazy("evidence", "Expired"),
}
FINDING_STATES: Words = {
    "open": pgettext_lazy("finding", "Open"),
    "fixed": pgettext_lazy("finding", "Fixed"),
    "false_positive": pgettext_lazy("finding", "False positive"),
    "risk_accepted": pgettext_lazy("finding", "Risk accepted"),
    "disputed": pgettext_lazy("finding", "Disputed"),
}
TASK_STATES: Words = {
    "registered": pgettext_lazy("task", "Registered"),
    "planned": pgettext_lazy("task", "Planned"),
    "in_progress": pgettext_lazy("task", "In progress"),
    "fixed": pgettext_lazy("task", "Fixed"),
    "verifying": pgettext_lazy("task", "Verifying"),
    "closed": pgettext_lazy("task", "Closed"),
    "false_positive": pgettext_lazy("task", "False positive"),
    "risk_accepted": pgettext_lazy("task", "Risk accepted"),
    "disputed": pgettext_lazy("task", "Disputed"),
}
RHYTHMS: Words = {
    "monthly": pgettext_lazy("duty", "Monthly"),
    "quarterly": pgettext_lazy("duty", "Quarterly"),
    "half_yearly": pgettext_lazy("duty", "Every half year"),
    "yearly": pgettext_lazy("duty", "Yearly"),
}
ROLES: Words = {
    "owner": pgettext_lazy("role", "Owner"),
    "security_lead": pgettext_lazy("role", "Security lead"),
    "contributor": pgettext_lazy("role", "Engineer"),
    "auditor": pgettext_lazy("role", "Internal auditor"),
    "viewer": pgettext_lazy("role", "Viewer"),
}
PLATFORM_VERDICTS: Words = {
    "met": pgettext_lazy("platform verdict", "Met"),
    "supplement": pgettext_lazy("platform verdict", "Supplement requested"),
    "not_met": pgettext_lazy("platform verdict", "Not met"),
    "not_applicable": pgettext_lazy("platform verdict", "Not applicable"),
    "inconclusive": pgettext_lazy("platform verdict", "Inconclusive"),
}
OCCASIONS: Words = {
    "initial": pgettext_lazy("application", "First application"),
    "renewal": pgettext_lazy("application", "Renewal"),
    "change": pgettext_lazy("application", "Major change"),
}
REVIEWS: Words = {
    "full": pgettext_lazy("application", "All requirements"),
    "targeted": pgettext_lazy("application", "Only the affected requirements"),
}
SCOPE: Words = {
    "service": pgettext_lazy("scope", "Service"),
    "system": pgettext_lazy("scope", "System"),
    "company": pgettext_lazy("scope", "Company"),
}
DIAGRAMS: Words = {
    "network_diagram": _("Network diagram"),
    "data_flow_diagram": _("Data-flow diagram"),
}
# As applications.changes.What and comparing.TASK_NEW; a child that draws has no rooms.
CHANGES: Words = {
    "verdict": pgettext_lazy("change", "Self-assessment"),
    "statement": pgettext_lazy("change", "Implementation statement"),
    "evidence_added": pgettext_lazy("change", "New evidence"),
    "evidence_changed": pgettext_lazy("change", "New version of evidence"),
    "evidence_gone": pgettext_lazy("change", "Evidence no longer counted"),
    "task_closed": pgettext_lazy("change", "Task closed"),
    "task_new": pgettext_lazy("change", "New task"),
}
# What a verification says of one part of a packet.
FINDINGS_OF_VERIFICATION: Words = {
    "intact": pgettext_lazy("verification", "Intact"),
    "altered": pgettext_lazy("verification", "Altered"),
    "missing": pgettext_lazy("verification", "Missing"),
    "added": pgettext_lazy("verification", "Added"),
    "renamed": pgettext_lazy("verification", "Renamed"),
    "elsewhere": pgettext_lazy("verification", "ZIP only"),
}
SIGNERS: Words = {
    "seal": pgettext_lazy("signature", "Organisation's seal"),
    "preparer": pgettext_lazy("signature", "Preparer"),
    "reviewer": pgettext_lazy("signature", "Reviewer"),
    "approver": pgettext_lazy("signature", "Approver"),
}
BOOKS: dict[str, Words] = {
    "signer": SIGNERS,
    "verdict": VERDICTS,
    "severity": SEVERITIES,
    "evidence": EVIDENCE_STATES,
    "finding": FINDING_STATES,
    "task": TASK_STATES,
    "role": ROLES,
    "rhythm": RHYTHMS,
    "platform": PLATFORM_VERDICTS,
    "occasion": OCCASIONS,
    "review": REVIEWS,
    "scope": SCOPE,
    "diagram": DIAGRAMS,
    "change": CHANGES,
    "verification": FINDINGS_OF_VERIFICATION,
}
