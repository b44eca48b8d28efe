"""Who may write statements and sign verdicts."""

from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.accounts.policies import can, check_can
from compliance.accounts.roles import Capability
from compliance.requirements.models import Assessment
from compliance.requirements.versions import check_is_of_current_version
from compliance.shared.errors import Conflict, Refused

CHANGED_MEANWHILE = _(
    "Somebody else saved this while you were writing. Compare both texts below and save again."
)
REASON_IS_MISSING = _("Write the reason why this requirement does not apply.")


def check_can_write(assessment: Assessment, user: User) -> None:
    check_can(user, assessment.organisation_id, Capability.ASSESSMENT_EDIT)
    check_is_of_current_version(assessment)


def check_can_decide(assessment: Assessment, user: User) -> None:
    check_can(user, assessment.organisation_id, Capability.VERDICT_SET)
    check_is_of_current_version(assessment)


def check_can_set_verdicts(organisation: Organisation, user: User) -> None:
    check_can(user, organisation, Capability.VERDICT_SET)


def check_can_comment(assessment: Assessment, user: User) -> None:
    """Whoever writes, decides or reviews may say something; a viewer reads."""
    for capability in (Capability.ASSESSMENT_EDIT, Capability.VERDICT_SET):
        if can(user, assessment.organisation_id, capability):
            return
    check_can(user, assessment.organisation_id, Capability.EVIDENCE_REVIEW)


def check_can_adopt(organisation: Organisation, user: User) -> None:
    check_can(user, organisation, Capability.APPLICATION_EDIT)


def check_can_relate(organisation: Organisation, user: User) -> None:
    check_can(user, organisation, Capability.APPLICATION_EDIT)


def check_is_current(assessment: Assessment, revision: int) -> None:
    """The person must have seen what they overwrite."""
    if assessment.revision != revision:
        raise Conflict(CHANGED_MEANWHILE)


def check_verdict(verdict: str, reason: str) -> None:
    if verdict not in Assessment.Verdict.values:
        raise Refused(_("This verdict does not exist. Choose one of the list."))
    if verdict == Assessment.Verdict.NOT_APPLICABLE and not reason.strip():
        raise Refused(REASON_IS_MISSING)
