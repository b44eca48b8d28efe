"""Of which topic an action is, and the word that a subject line ends with.

By the actions' names, which are the audit stream's own and stay for ever: a new action is of its
room's topic until it gets a line here.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from compliance.notices.topics import Topic

_STATES: Mapping[Topic, Mapping[str, "str | Promise"]] = {
    Topic.MINE: {
        "task.created": pgettext_lazy("notice", "new task"),
        "task.assigned": pgettext_lazy("notice", "assigned"),
        "task.handed_over": pgettext_lazy("notice", "handed over"),
        "task.opened_from_run": "",
        "task.opened_from_verdicts": "",
        "task.opened_from_assessments": "",
        "task.bulk_assigned": pgettext_lazy("notice", "assigned"),
        "task.reopened": pgettext_lazy("notice", "reopened"),
        "duty.created": pgettext_lazy("notice", "new recurring duty"),
        "duty.assigned": pgettext_lazy("notice", "assigned"),
        "duty.handed_over": pgettext_lazy("notice", "handed over"),
        "assessment.assigned": pgettext_lazy("notice", "assigned"),
    },
    Topic.COMMENTS: {
        "task.commented": pgettext_lazy("notice", "comment"),
        "assessment.commented": pgettext_lazy("notice", "comment"),
    },
    Topic.DEADLINES: {
        "task.due_soon": pgettext_lazy("notice", "due soon"),
        "task.overdue": pgettext_lazy("notice", "overdue"),
        "duty.due_soon": pgettext_lazy("notice", "due soon"),
        "duty.missed": pgettext_lazy("notice", "missed"),
        "duty.unproven": pgettext_lazy("notice", "proof missing"),
        "evidence.request_due": pgettext_lazy("notice", "due soon"),
        "evidence.request_overdue": pgettext_lazy("notice", "overdue"),
        "evidence.expired": pgettext_lazy("notice", "no longer valid"),
        "task.extended": pgettext_lazy("notice", "extended"),
        "task.extension_asked": pgettext_lazy("notice", "extension asked for"),
        "task.extension_refused": pgettext_lazy("notice", "extension refused"),
    },
    Topic.ESCALATIONS: {"task.escalated": pgettext_lazy("notice", "escalated")},
    Topic.REVIEWS: {
        "evidence.submitted": pgettext_lazy("notice", "waits for review"),
        "evidence.carried": pgettext_lazy("notice", "waits for review"),
        "evidence.reopened": pgettext_lazy("notice", "waits for review"),
        "evidence.answered": pgettext_lazy("notice", "answered"),
    },
    Topic.RETURNS: {
        "evidence.accepted": pgettext_lazy("notice", "accepted"),
        "evidence.returned": pgettext_lazy("notice", "returned"),
        "evidence.asked": pgettext_lazy("notice", "evidence asked for"),
        "evidence.answer_accepted": pgettext_lazy("notice", "accepted"),
        "evidence.sent_back": pgettext_lazy("notice", "returned"),
        "evidence.request_passed_on": pgettext_lazy("notice", "evidence asked for"),
        "evidence.request_closed": pgettext_lazy("notice", "request closed"),
        "evidence.request_withdrawn": pgettext_lazy("notice", "request withdrawn"),
    },
    Topic.PROGRESS: {
        "task.started": pgettext_lazy("notice", "begun"),
        "task.fixed": pgettext_lazy("notice", "reported as fixed"),
        "task.verified": pgettext_lazy("notice", "verified"),
        "task.closed": pgettext_lazy("notice", "closed"),
        "duty.done": pgettext_lazy("notice", "done"),
    },
    Topic.FINDINGS: {
        "finding.triaged": pgettext_lazy("notice", "triaged"),
        "finding.acceptance_ended": pgettext_lazy("notice", "risk no longer accepted"),
        "task.risk_accepted": pgettext_lazy("notice", "risk accepted"),
        "task.acceptance_asked": pgettext_lazy("notice", "acceptance asked for"),
        "task.acceptance_refused": pgettext_lazy("notice", "acceptance refused"),
    },
    Topic.SCANS: {
        "scan.imported": pgettext_lazy("notice", "imported"),
        "scan.failed": pgettext_lazy("notice", "import failed"),
    },
    Topic.APPLICATIONS: {
        "application.review_requested": pgettext_lazy("notice", "internal review"),
        "application.reviewed": pgettext_lazy("notice", "reviewed"),
        "application.approved": pgettext_lazy("notice", "approved"),
        "application.submitted": pgettext_lazy("notice", "submitted"),
        "application.changes_requested": pgettext_lazy("notice", "changes requested"),
        "application.verdicts_received": pgettext_lazy("notice", "verdicts of the platform"),
        "application.decided": pgettext_lazy("notice", "decision of the platform"),
        "application.expiring": pgettext_lazy("notice", "approval ends soon"),
        "application.expired": pgettext_lazy("notice", "approval has ended"),
    },
    Topic.PACKETS: {
        "packet.built": pgettext_lazy("notice", "packet built"),
        "packet.signed": pgettext_lazy("notice", "your turn to sign"),
        "packet.sign_declined": pgettext_lazy("notice", "signature declined"),
        "packet.sign_withdrawn": pgettext_lazy("notice", "signature withdrawn"),
        "packet.sign_decline_lifted": pgettext_lazy("notice", "signing goes on"),
    },
    Topic.REQUIREMENTS: {"profile.carried_over": pgettext_lazy("notice", "new version")},
    Topic.ALARMS: {
        "vault.damage_found": pgettext_lazy("notice", "stored file damaged"),
        "vault.damage_mended": pgettext_lazy("notice", "stored file whole again"),
        "notice_target.disabled": pgettext_lazy("notice", "sending stopped"),
        "job.failed": pgettext_lazy("notice", "failed"),
        "person.locked": pgettext_lazy("notice", "locked"),
        "person.password_changed": pgettext_lazy("notice", "password changed"),
        "person.password_reset": pgettext_lazy("notice", "password set anew"),
        "person.factor_added": pgettext_lazy("notice", "second factor added"),
        "person.factor_removed": pgettext_lazy("notice", "second factor removed"),
        "sso.linked": pgettext_lazy("notice", "first sign-in by SSO"),
        "token.created": pgettext_lazy("notice", "new API token"),
        "token.revoked": pgettext_lazy("notice", "API token revoked"),
        "token.new_address": pgettext_lazy("notice", "API token used from a new address"),
        "member.role_changed": pgettext_lazy("notice", "other role"),
        "member.last_day": pgettext_lazy("notice", "last day set"),
        "member.last_day_cleared": pgettext_lazy("notice", "no last day any more"),
        "member.ends_soon": pgettext_lazy("notice", "last day soon"),
        "member.limited": pgettext_lazy("notice", "limited to an application"),
        "member.limit_lifted": pgettext_lazy("notice", "no longer limited"),
        "member.invitation_accepted": pgettext_lazy("notice", "has joined"),
    },
}
_TOPICS = {action: topic for topic, actions in _STATES.items() for action in actions}
_WORDS = {action: word for actions in _STATES.values() for action, word in actions.items()}
# What webhooks get beside the named ones: by the first part of the name.
_BY_ROOM: Mapping[str, Topic] = {
    "task": Topic.PROGRESS,
    "duty": Topic.PROGRESS,
    "evidence": Topic.REVIEWS,
    "scan": Topic.SCANS,
    "finding": Topic.FINDINGS,
    "application": Topic.APPLICATIONS,
    "packet": Topic.PACKETS,
    "assessment": Topic.REQUIREMENTS,
    "profile": Topic.REQUIREMENTS,
    "vault": Topic.ALARMS,
}
# Reading is kept in the audit log and told to nobody.
_SILENT = (".viewed", ".downloaded")


def topic_of(action: str) -> Topic | None:
    """Return the topic of an action, or None when it is nobody's news."""
    if action.endswith(_SILENT):
        return None
    return _TOPICS.get(action) or _BY_ROOM.get(action.partition(".")[0])


def state_of(action: str) -> str:
    """The word for what became of it, in the reader's language; "" when there is none."""
    return str(_WORDS.get(action, ""))


def names() -> frozenset[str]:
    return frozenset(_TOPICS)
