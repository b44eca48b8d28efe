"""Who may decide about personal data in a file, and who may make a redacted copy."""

from collections.abc import Collection, Sequence

from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import User
from compliance.evidence import policies
from compliance.evidence.models import EvidenceFile, Ground
from compliance.shared.errors import Refused
from compliance.vault import redaction

NOTHING_FOUND = _("There is nothing of this kind in the file. Reload the page.")
GROUND = _("Say why it may stay as it is, and write the reason.")
OLDER = _("This is an older version. Redact the file of the newest one.")
NO_WAY = _("Files of this format cannot be redacted here. Save it as PDF and upload that.")
NO_BOX = _("Draw at least one box over what nobody should see.")
NO_KIND = _("Choose at least one kind of what was found.")
WRONG_BOX = _("The boxes did not arrive whole. Reload the page and draw them again.")
MOST_BOXES = 2000


def check_can_decide(file: EvidenceFile, user: User) -> None:
    policies.check_can_change(file.version.evidence, user)


def check_decision(found: Collection[str], kinds: Sequence[str], ground: str, reason: str) -> None:
    if not kinds or not set(kinds) <= set(found):
        raise Refused(NOTHING_FOUND)
    if ground not in Ground.values or not reason.strip():
        raise Refused(GROUND)


def check_can_redact(file: EvidenceFile, user: User) -> None:
    evidence = file.version.evidence
    policies.check_can_change(evidence, user)
    newest = evidence.versions.first()
    if newest is None or newest.pk != file.version_id:
        raise Refused(OLDER)
    if not redaction.way_of(file.blob):
        raise Refused(NO_WAY)


def check_marks(file: EvidenceFile, boxes: Sequence[Sequence[float]], kinds: Sequence[str]) -> None:
    """Boxes are (page, left, top, right, bottom), the sides from 0 to 1."""
    if redaction.way_of(file.blob) == "kinds":
        if not kinds:
            raise Refused(NO_KIND)
        return
    if not boxes:
        raise Refused(NO_BOX)
    if len(boxes) > MOST_BOXES or not all(_is_box(each) for each in boxes):
        raise Refused(WRONG_BOX)


def _is_box(box: Sequence[float]) -> bool:
    if len(box) != 5:
        return False
    page, left, top, right, bottom = box
    return page >= 1 and 0 <= left < right <= 1.001 and 0 <= top < bottom <= 1.001
