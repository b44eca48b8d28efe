"""Who may move an application on, and when."""

from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.accounts.policies import check_can
from compliance.accounts.roles import Capability
from compliance.applications.models import Application, ReceivedVerdict, Round, State
from compliance.shared.errors import Conflict, Refused

CHANGED_MEANWHILE = _(
    "Somebody else saved this while you were writing. Compare both texts below and save again."
)
ONLY_DRAFT = _("Only a draft can be edited. Take it back to draft or open the next round first.")
NOT_IN_INTERNAL_REVIEW = _("Sign-offs are given during internal review. Ask for the review first.")
PREPARER_CANNOT_REVIEW = _("Somebody other than who prepared it has to review it.")
PREPARER_CANNOT_APPROVE = _("Somebody other than who prepared it has to approve it.")
LONGER = _("The text is longer than %(limit)d characters.")
REASON_FOR_GAPS = _(
    "There are open blockers. Close them, or write why this round goes out with them: "
    "the sentence is printed in the packet."
)


NO_TARGETS = _("Choose the requirements that the change touches, or have all of them reviewed.")
FOLLOWED_ALREADY = _("%(number)s follows this approval and is still open. Go on there.")
FOLLOWED_AND_APPROVED = _("%(number)s follows this approval and is approved. Go on from there.")


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


def check_can_attest(round_: Round, user: User) -> None:
    """The representative signs when the text stands still, as the others do."""
    check_can(user, round_.organisation_id, Capability.APPLICATION_APPROVE)
    _check_state(round_.application, {State.INTERNAL_REVIEW}, NOT_IN_INTERNAL_REVIEW)
    if round_.attested_at:
        raise Refused(_("The confirmation of this round is signed already."))


def check_can_enter_verdicts(round_: Round, user: User) -> None:
    """The platform speaks of what it has: the newest round, while it reviews or asks for more."""
    check_can(user, round_.organisation_id, Capability.APPLICATION_EDIT)
    _check_state(
        round_.application,
        {State.IN_REVIEW, State.CHANGES_REQUESTED},
        _("Verdicts are entered while the platform reviews. Note first that it has begun."),
    )
    if round_.application.rounds.filter(number__gt=round_.number).exists():
        raise Refused(_("A later round is open. The verdicts of this round stay as they are."))


def check_can_reply(verdict: ReceivedVerdict, user: User) -> None:
    """Who writes implementation statements answers the platform too, until it is frozen."""
    application = verdict.round.application
    check_can(user, application.organisation_id, Capability.ASSESSMENT_EDIT)
    _check_state(
        application,
        {State.CHANGES_REQUESTED, State.DRAFT},
        _("Answers are written after the platform asked and before the next round is frozen."),
    )
    if not verdict.asks:
        raise Refused(_("The platform asks for nothing here."))
    later = application.rounds.filter(number__gt=verdict.round.number, frozen_at__isnull=False)
    if later.exists():
        raise Refused(_("The round that answers this is frozen."))


def check_can_follow(application: Application, user: User) -> None:
    """Renew an approval or declare a change of it: one open application at a time."""
    check_can(user, application.organisation_id, Capability.APPLICATION_EDIT)
    _check_state(
        application,
        {State.APPROVED},
        _("Only what the platform approved is renewed or changed. Begin a new application."),
    )
    for follower in application.followed_by.all():
        if follower.is_open:
            raise Refused(FOLLOWED_ALREADY % {"number": follower.number})
        if follower.state == State.APPROVED:
            raise Refused(FOLLOWED_AND_APPROVED % {"number": follower.number})


def check_can_declare_change(application: Application, user: User) -> None:
    check_can_follow(application, user)
    if application.validity == "expired":
        raise Refused(_("The approval has run out. Renew it instead."))


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
