"""Who hears of what happens to notices, to a person's sign-in, and to work in the rooms below."""

from django.db.models import QuerySet

from compliance.accounts.actions import Action as Accounts
from compliance.accounts.models import ApiToken, Membership, User
from compliance.accounts.roles import Capability
from compliance.jobs.actions import Action as Job
from compliance.jobs.models import Job as Work
from compliance.notices import rules, subjects
from compliance.notices.actions import Action
from compliance.notices.rules import Rule
from compliance.notices.topics import Topic


def register() -> None:
    rules.register(
        Rule(
            Action.TARGET_DISABLED,
            capability=Capability.NOTICES_MANAGE,
            page="notices:target",
            arguments={"pk": "target_id"},
            topic=Topic.ALARMS,
        ),
        Rule(
            Job.FAILED,
            people=("requested_by_id",),
            page="jobs:progress",
            arguments={"pk": "target_id"},
        ),
    )
    rules.register(
        # The person hears even of what they did: somebody else may have done it in their name.
        *[
            Rule(action, people=("person",), page=page, asker=True, topic=Topic.ALARMS)
            for page, actions in _OWN.items()
            for action in actions
        ],
        # What an owner did to somebody, the owner knows.
        *[
            Rule(action, people=("person",), page=page, topic=Topic.ALARMS)
            for page, actions in _DONE_TO.items()
            for action in actions
        ],
        Rule(Accounts.TOKEN_NEW_ADDRESS, people=("person", "made_by"), page="members:tokens"),
        Rule(Accounts.LOCKED, capability=Capability.PEOPLE_MANAGE, page="members:list"),
        Rule(Accounts.INVITATION_ACCEPTED, people=("person",), page="members:list"),
        Rule(Accounts.ENDS_SOON, people=("person",), page="home", topic=Topic.ALARMS),
        Rule(
            Accounts.ENDS_SOON,
            capability=Capability.PEOPLE_MANAGE,
            page="members:member",
            arguments={"pk": "target_id"},
            topic=Topic.ALARMS,
        ),
    )
    # Of somebody's sign-in and membership that one hears who has them.
    subjects.register(Membership, _oneself, key="person")
    subjects.register(ApiToken, _oneself, key="person")
    subjects.register(Work, Work.objects.visible_to)


def _oneself(user: User) -> QuerySet[User]:
    return User.objects.filter(pk=user.pk)


_OWN = {
    "accounts:security": [
        Accounts.LOCKED,
        Accounts.PASSWORD_CHANGED,
        Accounts.PASSWORD_RESET,
        Accounts.FACTOR_ADDED,
        Accounts.FACTOR_REMOVED,
        Accounts.SSO_LINKED,
    ],
    "members:tokens": [Accounts.TOKEN_CREATED, Accounts.TOKEN_REVOKED],
}
_DONE_TO = {
    "members:list": [Accounts.ROLE_CHANGED],
    "home": [
        Accounts.LAST_DAY_SET,
        Accounts.LAST_DAY_CLEARED,
        Accounts.LIMITED,
        Accounts.LIMIT_LIFTED,
    ],
}
