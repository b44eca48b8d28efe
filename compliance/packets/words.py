"""What the codes of a manifest are called in the document. A code with no word stands as it is."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = dict[str, "str | Promise"]

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
    "in_progress": pgettext_lazy("finding", "In progress"),
    "fixed": pgettext_lazy("finding", "Fixed"),
    "closed": pgettext_lazy("finding", "Closed"),
    "false_positive": pgettext_lazy("finding", "False positive"),
    "accepted": pgettext_lazy("finding", "Risk accepted"),
    "risk_accepted": pgettext_lazy("finding", "Risk accepted"),
}
TASK_STATES: Words = {
    "registered": pgettext_lazy("task", "Registered"),
    "planned": pgettext_lazy("task", "Planned"),
    "in_progress": pgettext_lazy("task", "In progress"),
    "done": pgettext_lazy("task", "Done"),
    "verifying": pgettext_lazy("task", "Verifying"),
    "closed": pgettext_lazy("task", "Closed"),
    "false_positive": pgettext_lazy("task", "False positive"),
    "risk_accepted": pgettext_lazy("task", "Risk accepted"),
    "disputed": pgettext_lazy("task", "Disputed"),
}
APPLICATION_STATES: Words = {
    "draft": pgettext_lazy("application", "Draft"),
    "internal_review": pgettext_lazy("application", "Internal review"),
    "locked": pgettext_lazy("application", "Approved (locked)"),
    "submitted": pgettext_lazy("application", "Submitted"),
    "received": pgettext_lazy("application", "Received"),
    "under_review": pgettext_lazy("application", "Under review"),
    "supplement_requested": pgettext_lazy("application", "Supplement requested"),
    "approved": pgettext_lazy("application", "Integration approved"),
    "rejected": pgettext_lazy("application", "Integration not possible"),
    "withdrawn": pgettext_lazy("application", "Withdrawn"),
}
BOOKS: dict[str, Words] = {
    "verdict": VERDICTS,
    "severity": SEVERITIES,
    "evidence": EVIDENCE_STATES,
    "finding": FINDING_STATES,
    "task": TASK_STATES,
    "application": APPLICATION_STATES,
}
