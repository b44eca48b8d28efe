"""Who may bring documents in, and when one may become a profile."""

from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.accounts.policies import check_can
from compliance.accounts.roles import Capability
from compliance.exchange.models import ProfileImport, State
from compliance.requirements.models import Profile
from compliance.shared.errors import Conflict, Refused

CHANGED_MEANWHILE = _(
    "Somebody else changed this import while you were working on it. This is how it stands now: "
    "look at it and go on from here."
)
TYPED_MEANWHILE = _(
    "Somebody else changed this import while you were writing. What you typed stands below and is "
    "not saved yet: check it and send it again."
)
OVER = _("This import is over. Upload the document again to begin anew.")
ERRORS_REMAIN = _("Rows with errors remain. Correct the columns, or skip those rows.")
IDENTIFIER_TAKEN = _("A profile shipped with Gatepass has this identifier. Choose another one.")


def check_can_import(organisation: Organisation, user: User) -> None:
    check_can(user, organisation, Capability.APPLICATION_EDIT)


def check_can_edit(imported: ProfileImport, user: User) -> None:
    check_can(user, imported.organisation_id, Capability.APPLICATION_EDIT)
    if imported.state != State.DRAFT:
        raise Refused(OVER)


def check_is_current(imported: ProfileImport, revision: int) -> None:
    """The person must have seen what they overwrite."""
    if imported.revision != revision:
        raise Conflict(CHANGED_MEANWHILE)


def check_identifier(identifier: str) -> None:
    """A shipped profile and one's own under one name could not be told apart."""
    if Profile.objects.filter(organisation__isnull=True, identifier=identifier).exists():
        raise Refused(IDENTIFIER_TAKEN)
