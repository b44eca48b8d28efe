"""Who may arrange a recurring duty, and when a period of it is done."""

from collections.abc import Iterable
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Membership, Organisation, User
from compliance.accounts.policies import can, check_can
from compliance.accounts.roles import Capability
from compliance.evidence.models import Evidence
from compliance.remediation.models import DutyOccurrence, DutySeries
from compliance.remediation.policies import NOT_A_MEMBER
from compliance.shared.errors import ASK_AN_OWNER, Refused, Unauthorised

State = DutySeries.State


def check_can_create(organisation: Organisation, user: User) -> None:
    check_can(user, organisation, Capability.TASK_MANAGE)


def check_can_manage(series: DutySeries, user: User) -> None:
    check_can(user, series.organisation_id, Capability.TASK_MANAGE)
    if series.state == State.ENDED:
        raise Refused(_("This duty has ended. Create a new one."))


def check_can_pause(series: DutySeries, user: User) -> None:
    check_can_manage(series, user)
    if series.state != State.ACTIVE:
        raise Refused(_("This duty is paused already."))


def check_can_resume(series: DutySeries, user: User) -> None:
    check_can_manage(series, user)
    if series.state != State.PAUSED:
        raise Refused(_("This duty is running already."))


def check_responsible(organisation_id: int, person: User | None) -> None:
    members = Membership.objects.people().filter(organisation_id=organisation_id)
    if person and not members.filter(user=person).exists():
        raise Refused(NOT_A_MEMBER)


def check_can_complete(occurrence: DutyOccurrence, user: User) -> None:
    organisation_id = occurrence.organisation_id
    both = (Capability.TASK_WORK, Capability.TASK_MANAGE)
    if not any(can(user, organisation_id, capability) for capability in both):
        raise Unauthorised(ASK_AN_OWNER)
    if occurrence.is_done:
        raise Refused(_("This period is done already."))
    if occurrence.skipped:
        raise Refused(_("The duty was paused in this period; nothing is to be done."))
    if occurrence.first_day > timezone.localdate():
        raise Refused(
            _("This period begins on %(day)s.") % {"day": occurrence.first_day.isoformat()}
        )


def check_proves(occurrence: DutyOccurrence, evidence: Iterable[Evidence]) -> None:
    """Of the kind that is asked, and collected within the period or until its due day."""
    proofs = list(evidence)
    if not proofs:
        raise Refused(_("Attach the evidence of this period."))
    last = max(occurrence.last_day, occurrence.due)
    for each in proofs:
        if each.organisation_id != occurrence.organisation_id or each.withdrawn_at:
            raise Refused(_("Choose evidence of the organisation that was not withdrawn."))
        check_kind(occurrence.series, each.kind_code)
        days = each.versions.values_list("collected_at", flat=True)
        if not any(occurrence.first_day <= day <= last for day in days):
            raise Refused(
                _("%(evidence)s was not collected between %(first)s and %(last)s.")
                % {"evidence": each.code, "first": occurrence.first_day, "last": last}
            )


def check_kind(series: DutySeries, kind_code: str) -> None:
    if series.kind_code and kind_code != series.kind_code:
        kind = series.kind.title if series.kind else series.kind_code
        raise Refused(_("This duty asks for evidence of the kind “%(kind)s”.") % {"kind": kind})


def check_collected(occurrence: DutyOccurrence, day: date) -> None:
    """The day on which new files were collected lies within the period."""
    if not occurrence.first_day <= day <= max(occurrence.last_day, occurrence.due):
        raise Refused(_("Give the day within this period on which the evidence was collected."))
