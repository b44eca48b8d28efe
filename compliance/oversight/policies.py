"""Who may read the log, say where it goes, and sign a review."""

from collections.abc import Collection, Mapping

from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.accounts.policies import check_can
from compliance.accounts.roles import Capability
from compliance.oversight.models import LogTarget
from compliance.shared.errors import Refused

MOST_YEARS = 3
LONGEST_PERIOD = 366


def check_can_read(organisation: Organisation, user: User) -> None:
    check_can(user, organisation, Capability.AUDIT_READ)


def check_can_manage(organisation: Organisation | int, user: User) -> None:
    check_can(user, organisation, Capability.AUDIT_MANAGE)


def check_can_review(organisation: Organisation, user: User) -> None:
    """Whoever reads the log and adds evidence: the report lands as one."""
    check_can(user, organisation, Capability.AUDIT_READ)
    check_can(user, organisation, Capability.EVIDENCE_ADD)


def check_retention(years: int, *, two_years: bool) -> None:
    least = 2 if two_years else 1
    if not least <= years <= MOST_YEARS:
        raise Refused(
            _("Access records are kept for %(least)d to %(most)d years here. Choose one of these.")
            % {"least": least, "most": MOST_YEARS}
        )


def check_can_stop(target: LogTarget, user: User) -> None:
    check_can_manage(target.organisation_id, user)
    if target.stopped_at:
        raise Refused(_("Nothing is sent there any more."))


def check_decided(wanted: Collection[str], said: Mapping[str, str]) -> None:
    if any(not said.get(key, "").strip() for key in wanted):
        raise Refused(_("Write to each point that stands out what was found about it."))
