"""Saved mail: headers, and nothing in its attachments that runs."""

import re
from email import message_from_binary_file, policy
from email.errors import MessageError
from email.message import EmailMessage
from pathlib import Path

from django.utils.translation import gettext_noop as _

from compliance.vault import _archives, _signatures
from compliance.vault.names import extension
from compliance.vault.problems import Problem

LARGEST = 100 * 1024**2
MOST_PARTS = 1000
_NEVER = {"program", "script", "shortcut"}
_HEADER = re.compile(
    rb"^(from|to|subject|date|received|message-id|mime-version):", re.IGNORECASE | re.MULTILINE
)


def check_mail(path: Path) -> None:
    """A saved mail begins with headers; its body may be in any character set."""
    with path.open("rb") as file:
        head = file.read(65536)
    headers = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    if b"\0" in head or len(_HEADER.findall(headers)) < 2:
        raise Problem(_("This is not a saved e-mail. Save it from the mail program as EML."))
    for part in parts_of(path):
        _check_part(part)


def parts_of(path: Path) -> list[EmailMessage]:
    """Return every part that holds something. Raises Problem for what cannot be read."""
    if path.stat().st_size > LARGEST:
        raise Problem(_("This mail is too large to be checked. Upload its attachments instead."))
    try:
        with path.open("rb") as file:
            mail = message_from_binary_file(file, policy=policy.default)
            found = [each for each in mail.walk() if not each.is_multipart()]
    except (MessageError, ValueError, LookupError, RecursionError) as fault:
        raise Problem(_("This mail is broken. Save it from the mail program again.")) from fault
    if len(found) > MOST_PARTS:
        raise Problem(_("This mail is too large to be checked. Upload its attachments instead."))
    return found


def bytes_of(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _check_part(part: EmailMessage) -> None:
    name = str(part.get_filename() or "")
    family = _signatures.family_of(bytes_of(part)[:4096])
    if name and extension(name) in _archives.RUN_BY_NAME and family not in _NEVER:
        family = "program"
    if family in _NEVER:
        raise Problem(
            _("This mail has “%(member)s” attached, which is %(real)s. Upload it without."),
            member=name[:100] or "?",
            real=_signatures.name_of(family),
        )
