"""Who may add, keep and review; who may ask for evidence and answer."""

from collections.abc import Sequence
from datetime import date

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Membership, Organisation, User
from compliance.accounts.policies import can, check_can
from compliance.accounts.roles import Capability
from compliance.evidence.models import (
    Confidentiality,
    Evidence,
    EvidenceLink,
    EvidenceRequest,
    Hold,
    Intake,
    IntakeState,
    RequestState,
    State,
)
from compliance.requirements.versions import check_is_of_current_version
from compliance.shared.errors import ASK_AN_OWNER, Refused, Unauthorised
from compliance.vault import quarantine

OWN_UPLOAD = _("Somebody other than the uploader has to accept this.")
NOT_IN_REVIEW = _("This is not under review. Reload the page.")
STILL_A_DRAFT = _("This is a draft. Its owner has to submit it for review first.")
TOO_OLD = _("This was collected too long ago to be valid. Return it and ask for a newer one.")
WITHDRAWN = _("This evidence was withdrawn. Add a new one.")
REASON_IS_MISSING = _("Write what has to change before it can be accepted.")
WITHDRAWAL_REASON = _("Write why this evidence is withdrawn.")
FUTURE = _("The day of collection is in the future. Check the date.")
BACKWARDS = _("“Valid until” is before “valid from”. Check the dates.")
NOTHING_CHOSEN = _("Choose at least one evidence of the list.")
NO_FILE = _("Choose at least one file.")
NEWER_FILES = _(
    "Other files came in while you were looking. Nothing was decided; look at the new ones."
)
NOT_A_DRAFT = _("This was submitted already. Reload the page.")
WAS_SUBMITTED = _("This was under review once and stays in the records. Withdraw it instead.")
OWN_DRAFT = _("Only who made this draft, or the security lead, may delete it.")
NO_MEMBER = _("This person is not a member of the organisation. Choose a member.")
NO_REQUIREMENT = _("There is no such requirement. Check its code.")
NO_LEVEL = _("Choose how confidential it is.")
HOLD_REASON = _("Write why this has to be kept.")
HELD_ALREADY = _("This evidence is on hold already. Lift that hold first.")
NOT_HELD = _("This hold was lifted already. Reload the page.")
PAST_DAY = _("This day is over. Choose a later one.")
TAG_TOO_LONG = _("A tag has at most 40 characters. Shorten it.")
TOO_MANY_TAGS = _("An evidence has at most 20 tags. Remove some.")
ASK_WHAT = _("Write what you ask for.")
ANSWER_NOTHING = _("Choose or upload the evidence that answers this request.")
OWN_ANSWER = _("Somebody other than who answered has to accept this.")
REQUEST_OVER = _("This request is over. Reload the page.")
NOT_ANSWERED = _("This request has no answer yet. Reload the page.")
NO_MOVE = _("Choose what to do with the request.")
ENDING_REASON = _("Write why.")
INTAKE_OVER = _("This archive was applied or discarded already. Reload the page.")
INTAKE_READING = _("This archive is still being read. Wait a moment.")


def check_can_add(organisation: Organisation | int, user: User) -> None:
    check_can(user, organisation, Capability.EVIDENCE_ADD)


def check_not_withdrawn(evidence: Evidence) -> None:
    if evidence.withdrawn_at:
        raise Refused(WITHDRAWN)


def check_can_change(evidence: Evidence, user: User) -> None:
    check_can_add(evidence.organisation_id, user)
    check_not_withdrawn(evidence)


def check_not_on_hold(evidence: Evidence) -> None:
    hold = Hold.objects.in_force().filter(evidence=evidence).select_related("placed_by").first()
    if hold is not None:
        raise Refused(_on_hold(hold))


def _on_hold(hold: Hold) -> str:
    facts = {"who": hold.placed_by.name, "reason": hold.reason, "until": hold.until}
    if hold.until:
        return _("On hold by %(who)s until %(until)s: %(reason)s It stays as it is.") % facts
    return _("On hold by %(who)s: %(reason)s It stays as it is until the hold is lifted.") % facts


def check_can_withdraw(evidence: Evidence, user: User) -> None:
    check_can_change(evidence, user)
    check_not_on_hold(evidence)


def check_can_delete(evidence: Evidence, user: User) -> None:
    """Drafts that no reviewer was ever asked about; by who made them or who answers for all."""
    check_can_change(evidence, user)
    lead = can(user, evidence.organisation_id, Capability.VERDICT_SET)
    if evidence.created_by_id != user.pk and not lead:
        raise Refused(OWN_DRAFT)
    check_not_on_hold(evidence)
    if evidence.links.exclude(state=State.DRAFT).exists() or evidence.requests.exists():
        raise Refused(WAS_SUBMITTED)


def check_can_submit(link: EvidenceLink, user: User) -> None:
    check_can_change(link.evidence, user)
    check_is_of_current_version(link)
    if link.state != State.DRAFT:
        raise Refused(NOT_A_DRAFT)


def check_can_unlink(link: EvidenceLink, user: User) -> None:
    check_can_submit(link, user)


def check_can_hold(evidence: Evidence, user: User) -> None:
    check_can(user, evidence.organisation_id, Capability.EVIDENCE_HOLD)
    if Hold.objects.in_force().filter(evidence=evidence).exists():
        raise Refused(HELD_ALREADY)


def check_can_lift(hold: Hold, user: User) -> None:
    check_can(user, hold.evidence.organisation_id, Capability.EVIDENCE_HOLD)
    if hold.lifted_at:
        raise Refused(NOT_HELD)


def check_can_review(link: EvidenceLink, user: User) -> None:
    """The role reviews, the person did not hand it in, and it waits for a review."""
    check_can(user, link.organisation_id, Capability.EVIDENCE_REVIEW)
    if user.pk in (link.submitted_by_id, link.version.uploaded_by_id):
        raise Refused(OWN_UPLOAD)
    check_not_withdrawn(link.evidence)
    check_is_of_current_version(link)
    if link.state == State.DRAFT:
        raise Refused(STILL_A_DRAFT)
    if link.state != State.IN_REVIEW:
        raise Refused(decided_by_other(link))


def decided_by_other(link: EvidenceLink) -> "str | Promise":
    """Who was faster, for the second of two reviewers."""
    if link.reviewed_by is None:
        return NOT_IN_REVIEW
    facts = {"who": link.reviewed_by.name, "state": link.get_state_display()}
    return _("%(who)s decided about this already: %(state)s. Reload the page.") % facts


def check_can_accept(link: EvidenceLink, user: User) -> None:
    check_can_review(link, user)
    if link.is_stale:
        raise Refused(TOO_OLD)
    # Nobody accepts what nobody may look at.
    quarantine.check_all(dict(link.version.files.values_list("blob", "name")))


def check_can_return(link: EvidenceLink, user: User) -> None:
    check_can_review(link, user)


def check_collected(day: date) -> None:
    if day > timezone.localdate():
        raise Refused(FUTURE)


def check_window(begins: date | None, ends: date | None) -> None:
    if begins and ends and ends < begins:
        raise Refused(BACKWARDS)


def check_owner(owner: User, organisation: Organisation | int) -> None:
    pk = organisation if isinstance(organisation, int) else organisation.pk
    members = Membership.objects.people().filter(organisation_id=pk, user=owner)
    if not members.exists():
        raise Refused(NO_MEMBER)


def check_confidentiality(value: str) -> None:
    if value not in Confidentiality.values:
        raise Refused(NO_LEVEL)


def check_tags(names: Sequence[str], *, longest: int, most: int) -> None:
    if any(len(name) > longest for name in names):
        raise Refused(TAG_TOO_LONG)
    if len(names) > most:
        raise Refused(TOO_MANY_TAGS)


def already_kept(evidence: Evidence) -> str:
    return _(
        "The same files are kept already as %(evidence)s. Link that one, or say that you want "
        "another."
    ) % {"evidence": evidence}


def check_can_ask(organisation: Organisation | int, user: User) -> None:
    """Who reviews asks, and who answers for every requirement."""
    asks = (Capability.EVIDENCE_REVIEW, Capability.VERDICT_SET)
    if not any(can(user, organisation, each) for each in asks):
        raise Unauthorised(ASK_AN_OWNER)


def check_can_answer(request: EvidenceRequest, user: User) -> None:
    check_can_add(request.organisation_id, user)
    if request.state != RequestState.REQUESTED:
        raise Refused(REQUEST_OVER)


def check_can_settle(request: EvidenceRequest, user: User) -> None:
    """Accept an answer or send it back: not by who gave it."""
    check_can_ask(request.organisation_id, user)
    if request.state != RequestState.ANSWERED:
        raise Refused(NOT_ANSWERED)
    if request.answered_by_id == user.pk:
        raise Refused(OWN_ANSWER)


def check_can_end(request: EvidenceRequest, user: User) -> None:
    """Close or withdraw without an accepted answer."""
    check_can_ask(request.organisation_id, user)
    if not request.is_open:
        raise Refused(REQUEST_OVER)


def check_can_change_intake(intake: Intake, user: User) -> None:
    check_can_add(intake.organisation_id, user)
    if intake.state == IntakeState.READING:
        raise Refused(INTAKE_READING)
    if intake.state != IntakeState.PREVIEW:
        raise Refused(INTAKE_OVER)


def check_can_discard_intake(intake: Intake, user: User) -> None:
    check_can_add(intake.organisation_id, user)
    if intake.state not in (IntakeState.READING, IntakeState.PREVIEW):
        raise Refused(INTAKE_OVER)
