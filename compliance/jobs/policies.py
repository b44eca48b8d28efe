"""Who may stop work."""

from django.utils.translation import gettext as _

from compliance.accounts.models import User
from compliance.accounts.policies import can
from compliance.accounts.roles import Capability
from compliance.jobs.models import Job
from compliance.shared.errors import Refused, Unauthorised


def check_can_cancel(job: Job, user: User) -> None:
    if not job.is_active:
        raise Refused(_("This work is over. Nothing is left to cancel."))
    if job.cancel_requested:
        raise Refused(_("This work is being cancelled already. Wait a moment."))
    starter = job.requested_by_id == user.pk
    if not starter and not (
        job.organisation_id and can(user, job.organisation_id, Capability.PACKET_BUILD)
    ):
        raise Unauthorised(
            _("Only who started this work or the security lead may cancel it. Ask one of them.")
        )
