"""Who may add and who may review."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.accounts.policies import check_can
from compliance.accounts.roles import Capability
from compliance.evidence.models import Evidence, EvidenceLink, State
from compliance.requirements.versions import check_is_of_current_version
from compliance.shared.errors import Refused

OWN_UPLOAD = _("Somebody other than the uploader has to accept this.")
NOT_IN_REVIEW = _("This is not under review. Reload the page.")
TOO_OLD = _("This was collected too long ago to be valid. Return it and ask for a newer one.")
WITHDRAWN = _("This evidence was withdrawn. Add a new one.")
REASON_IS_MISSING = _("Write what has to change before it can be accepted.")
WITHDRAWAL_REASON = _("Write why this evidence is withdrawn.")
FUTURE = _("The day of collection is in the future. Check the date.")
NOTHING_CHOSEN = _("Choose at least one evidence of the list.")
NO_FILE = _("Choose at least one file.")


def check_can_add(organisation: Organisation | int, user: User) -> None:
    check_can(user, organisation, Capability.EVIDENCE_ADD)


def check_can_change(evidence: Evidence, user: User) -> None:
    check_can_add(evidence.organisation_id, user)
    if evidence.withdrawn_at:
        raise Refused(WITHDRAWN)


def check_can_review(link: EvidenceLink, user: User) -> None:
    """The role reviews, the person did not hand it in, and it waits for a review."""
    check_can(user, link.organisation_id, Capability.EVIDENCE_REVIEW)
    if user.pk in (link.submitted_by_id, link.version.uploaded_by_id):
        raise Refused(OWN_UPLOAD)
    if link.evidence.withdrawn_at:
        raise Refused(WITHDRAWN)
    check_is_of_current_version(link)
    if link.state != State.IN_REVIEW:
        raise Refused(NOT_IN_REVIEW)


def check_can_accept(link: EvidenceLink, user: User) -> None:
    check_can_review(link, user)
    if link.is_stale:
        raise Refused(TOO_OLD)


def check_can_return(link: EvidenceLink, user: User) -> None:
    check_can_review(link, user)


def check_collected(day: date) -> None:
    if day > timezone.localdate():
        raise Refused(FUTURE)
