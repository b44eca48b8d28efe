"""Who may move an application on, and when."""

from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.accounts.policies import check_can
from compliance.accounts.roles import Capability
from compliance.applications.models import Application, Round, State
from compliance.shared.errors import Conflict, Refused

CHANGED_MEANWHILE = _(
    "Somebody else saved this while you were writing. Compare both texts below and save again."
)
ONLY_DRAFT = _("Only a draft can be edited. Take it back to draft or open the next round first.")
NOT_IN_INTERNAL_REVIEW = _("Sign-offs are given during internal review. Ask for the review first.")
PREPARER_CANNOT_REVIEW = _("Somebody other than who prepared it has to review it.")
PREPARER_CANNOT_APPROVE = _("Somebody other than who prepared it has to approve it.")
REASON_FOR_GAPS = _(
    "There are open blockers. Close them, or write why this round goes out with them: "
    "the sentence is printed in the packet."
)


def check_can_create(organisation: Organisation, user: User) -> None:
    check_can(user, organisation, Capability.APPLICATION_EDIT)


def check_can_edit(application: Application, user: User) -> None:
    check_can(user, application.organisation_id, Capability.APPLICATION_EDIT)
    _check_state(application, {State.DRAFT}, ONLY_DRAFT)


def check_is_current(application: Application, revision: int) -> None:
    """The person must have seen what they overwrite."""
    if application.revision != revision:
        raise Conflict(CHANGED_MEANWHILE)


def check_can_request_review(application: Application, user: User) -> None:
    check_can(user, application.organisation_id, Capability.APPLICATION_EDIT)
    _check_state(application, {State.DRAFT}, _("Internal review begins from a draft."))


def check_can_take_back(application: Application, user: User) -> None:
    check_can(user, application.organisation_id, Capability.APPLICATION_EDIT)
    _check_state(
        application,
        {State.INTERNAL_REVIEW},
        _("Only what is in internal review can be taken back."),
    )


def check_can_review(round_: Round, user: User) -> None:
    check_can(user, round_.organisation_id, Capability.EVIDENCE_REVIEW)
    _check_state(round_.application, {State.INTERNAL_REVIEW}, NOT_IN_INTERNAL_REVIEW)
    if round_.prepared_by_id == user.pk:
        raise Refused(PREPARER_CANNOT_REVIEW)
    if round_.reviewed_at:
        raise Refused(_("This round is reviewed already."))


def check_can_approve(round_: Round, user: User) -> None:
    check_can(user, round_.organisation_id, Capability.APPLICATION_APPROVE)
    _check_state(round_.application, {State.INTERNAL_REVIEW}, NOT_IN_INTERNAL_REVIEW)
    if round_.prepared_by_id == user.pk:
        raise Refused(PREPARER_CANNOT_APPROVE)
    if round_.approved_at:
        raise Refused(_("This round is approved already."))


def check_can_lock(round_: Round, user: User) -> None:
    """Sign-offs that are missing weaken a packet; they do not forbid it."""
    check_can(user, round_.organisation_id, Capability.PACKET_BUILD)
    if round_.is_frozen:
        raise Refused(_("This round is frozen already. Open the next round to change anything."))
    _check_state(
        round_.application,
        {State.DRAFT, State.INTERNAL_REVIEW},
        _("Only a draft or what is in internal review can be frozen."),
    )


def check_can_submit(application: Application, user: User) -> None:
    check_can(user, application.organisation_id, Capability.APPLICATION_APPROVE)
    _check_state(
        application, {State.LOCKED}, _("Freeze the round first; only a frozen round is submitted.")
    )


def check_can_receive(application: Application, user: User) -> None:
    check_can(user, application.organisation_id, Capability.APPLICATION_EDIT)
    _check_state(application, {State.SUBMITTED}, _("Submit the application first."))


def check_can_start_review(application: Application, user: User) -> None:
    check_can(user, application.organisation_id, Capability.APPLICATION_EDIT)
    _check_state(
        application,
        {State.RECEIVED, State.RESUBMITTED},
        _("The platform reviews what it has received. Note the receipt first."),
    )


def check_can_answer(application: Application, user: User) -> None:
    """Note what the platform says: changes requested, or its decision."""
    check_can(user, application.organisation_id, Capability.APPLICATION_EDIT)
    _check_state(
        application, {State.IN_REVIEW}, _("Note first that the platform has begun its review.")
    )


def check_can_open_next_round(application: Application, user: User) -> None:
    check_can(user, application.organisation_id, Capability.APPLICATION_EDIT)
    _check_state(
        application,
        {State.LOCKED, State.CHANGES_REQUESTED},
        _("The next round opens when changes are requested or a frozen round is not sent."),
    )


def check_can_cancel(application: Application, user: User) -> None:
    check_can(user, application.organisation_id, Capability.APPLICATION_APPROVE)
    if not application.is_open:
        raise Refused(_("This application is over already."))


def _check_state(application: Application, allowed: set[State], sentence: object) -> None:
    if application.state not in allowed:
        raise Refused(str(sentence))
