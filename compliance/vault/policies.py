"""Who may send files, and how much at a time."""

import shutil

from django.conf import settings
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation, User
from compliance.accounts.policies import check_can
from compliance.accounts.roles import Capability
from compliance.shared.errors import Refused
from compliance.vault import layout
from compliance.vault.arrivals import check_size
from compliance.vault.models import Blob, Upload
from compliance.vault.storage import FULL, Unavailable

# Of one person. A folder of a thousand files goes a few at a time: these are never reached by it.
MOST_UNFINISHED = 1000


def check_can_send(organisation: Organisation, user: User) -> None:
    check_can(user, organisation, Capability.EVIDENCE_ADD)


def check_quota(organisation: Organisation, more: int) -> None:
    """*more* bytes still fit into what one organisation may keep; other organisations need room."""
    kept = Blob.objects.filter(organisation=organisation).aggregate(sum=Sum("size"))["sum"] or 0
    if kept + more > settings.UPLOAD_QUOTA:
        raise Refused(
            _(
                "The files of this organisation would exceed %(quota)s. Delete drafts that nobody "
                "needs, or ask whoever runs the portal for more room."
            )
            % {"quota": filesizeformat(settings.UPLOAD_QUOTA)}
        )


def check_can_begin(organisation: Organisation, user: User, size: int) -> None:
    """The role sends files, this one is not too large, and there is room for it."""
    check_can_send(organisation, user)
    check_size(size, settings.UPLOAD_LIMIT)
    check_quota(organisation, size)
    if Upload.objects.filter(organisation=organisation, by=user).count() >= MOST_UNFINISHED:
        raise Refused(
            _("You have %(count)s unfinished uploads. Finish or cancel some of them first.")
            % {"count": MOST_UNFINISHED}
        )
    if shutil.disk_usage(layout.incoming()).free < size:
        raise Unavailable(FULL)
