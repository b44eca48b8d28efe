"""A comment with files. Files of a comment prove nothing: what proves a fix is evidence."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from compliance.accounts.models import User
from compliance.evidence.services import Upload
from compliance.remediation import policies, services
from compliance.remediation.models import Comment, Task
from compliance.shared.errors import Refused
from compliance.vault import services as vault
from compliance.vault.names import clean_name

MOST_FILES = 20


def say(task: Task, *, text: str, by: User, uploads: Sequence[Upload] = ()) -> Comment:
    """Say something, with *uploads*; who is named in it with @ hears of it.

    Not within atomic(): files are hashed and inspected before the transaction.
    """
    policies.check_can_comment(task, by)
    if len(uploads) > MOST_FILES:
        raise Refused(_("A comment takes at most 20 files. Add the others as evidence."))
    blobs = vault.store_all(task.organisation, [(each.stream, each.name) for each in uploads])
    names = [clean_name(each.name) for each in uploads]
    return services.comment(task, text=text, by=by, files=list(zip(blobs, names, strict=True)))
