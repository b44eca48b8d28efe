from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.audit import registry


@registry.register
class Action(models.TextChoices):
    ORGANISATION_CREATED = "organisation.created", _("{actor} created the organisation {target}")
    SIGNED_IN = "person.signed_in", _("{actor} signed in")
    SIGNED_OUT = "person.signed_out", _("{actor} signed out")
    SIGN_IN_FAILED = "person.sign_in_failed", _("A sign-in as {target} failed: wrong password")
    CODE_FAILED = "person.code_failed", _("A sign-in as {target} failed: wrong code")
    LOCKED = "person.locked", _("{target} was locked after too many failed sign-ins, until {until}")
    UNLOCKED = "person.unlocked", _("{actor} unlocked {target}")
    PASSWORD_CHANGED = "person.password_changed", _("{actor} changed their password")
    PASSWORD_RESET = "person.password_reset", _("{actor} set a new password by a mailed link")
    FACTOR_ADDED = "person.factor_added", _("{actor} added a second factor: {factor}")
    FACTOR_REMOVED = "person.factor_removed", _("{actor} removed a second factor: {factor}")
    SESSION_ENDED = (
        "person.session_ended",
        _("{actor} ended a session on {device} ({from_address})"),
    )
    SESSIONS_ENDED = "person.sessions_ended", _("{actor} ended all their other sessions ({count})")
    INVITED = "member.invited", _("{actor} invited {target} as {role}")
    INVITATION_REVOKED = (
        "member.invitation_revoked",
        _("{actor} withdrew the invitation of {target}"),
    )
    INVITATION_ACCEPTED = (
        "member.invitation_accepted",
        _("{actor} accepted the invitation as {role}"),
    )
    MEMBER_ADDED = "member.added", _("{actor} added {target} as {role}")
    MEMBER_REMOVED = "member.removed", _("{actor} removed {target}")
    ROLE_CHANGED = "member.role_changed", _("{actor} changed {target} from {before} to {after}")
    LAST_DAY_SET = (
        "member.last_day",
        _("{actor} set the last day of {target} in the organisation: {day}"),
    )
    LAST_DAY_CLEARED = (
        "member.last_day_cleared",
        _("{actor} took the last day ({day}) of {target} away"),
    )
    ENDS_SOON = "member.ends_soon", _("The last day of {target} in the organisation is {day}")
    LIMITED = "member.limited", _("{actor} limited {target} to the application {application}")
    LIMIT_LIFTED = (
        "member.limit_lifted",
        _("{actor} lifted the limit of {target} to the application {application}"),
    )
    SIGN_IN_RULES_SET = (
        "organisation.sign_in_rules",
        _("{actor} changed the rules of signing in: {after}; before: {before}"),
    )
    SSO_ADDED = "sso.added", _("{actor} added the SSO provider {target}")
    SSO_CHANGED = "sso.changed", _("{actor} changed the SSO provider {target}: {changed}")
    SSO_REMOVED = "sso.removed", _("{actor} removed the SSO provider {target}")
    SSO_LINKED = "sso.linked", _("{actor} came in through {provider} for the first time")
    SSO_REFUSED = "sso.refused", _("A sign-in through {target} was refused: {reason}")
    TOKEN_CREATED = "token.created", _("{actor} created the API token {target}")
    TOKEN_REVOKED = "token.revoked", _("{actor} revoked the API token {target}")
    TOKEN_NEW_ADDRESS = (
        "token.new_address",
        _("The API token {target} was used from {from_address} for the first time"),
    )
    MACHINE_ADDED = "machine.added", _("{actor} added the service account {target} as {role}")
    FILTER_SHARED = "filter.shared", _("{actor} shared the filter {target}")
    FILTER_RENAMED = "filter.renamed", _("{actor} renamed the shared filter {before} to {target}")
    FILTER_DELETED = "filter.deleted", _("{actor} deleted the shared filter {target}")
    CLOCKS_SET = (
        "clocks.set",
        _("{actor} set the days for gaps, critical first, from {before} to {after}"),
    )
    DAY_COUNT_SET = "clocks.day_count", _("{actor} set deadlines to count: {after}")
    CLOSING_DAY_ADDED = "closing_day.added", _("{actor} closed the company on {day}: {name}")
    CLOSING_DAY_REMOVED = (
        "closing_day.removed",
        _("{actor} took the closing day {day} ({name}) away"),
    )
    THRESHOLD_SET = (
        "tasks.threshold",
        _("{actor} let findings become tasks from {after} up, before from {before}"),
    )
