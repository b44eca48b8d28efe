"""An organisation's own look of its packets: colour and logo."""

import io
import re
import tempfile
from contextlib import suppress
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation, User
from compliance.audit.services import record
from compliance.packets import policies
from compliance.packets.actions import Action
from compliance.packets.models import Branding
from compliance.packets.press import logos
from compliance.shared.errors import Refused
from compliance.vault import jail
from compliance.vault import services as vault
from compliance.vault.models import Blob
from compliance.vault.names import clean_name, extension
from compliance.vault.problems import Problem

# Text in the colour stands on white paper: what WCAG asks of letters of normal size.
LEAST_CONTRAST = 4.5
LARGEST = 5 * 1024 * 1024
# Address space of the child that draws: fonts of 20 MB, each read some times.
_MEMORY = 2 * 1024**3
EXTENSIONS = ("png", "jpg", "jpeg", "svg")
_COLOUR = re.compile(r"#[0-9a-f]{6}")


def of(organisation: Organisation) -> Branding:
    """Return the look of an organisation; an unsaved one without colour and logo where it has none."""
    found = Branding.objects.filter(organisation=organisation).select_related("logo").first()
    return found or Branding(organisation=organisation)


def contrast(colour: str) -> float:
    """Return how far #rrggbb stands out from white: 1 is white itself, 21 is black (WCAG 2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)


def check_colour(colour: str) -> str:
    """Return *colour* in small letters; raises Refused where it is none, or too light to be read."""
    colour = colour.strip().lower()
    if not colour:
        return ""
    if not _COLOUR.fullmatch(colour):
        raise Refused(_("Write the colour as # and six digits, such as #1f4e8c."))
    found = contrast(colour)
    if found < LEAST_CONTRAST:
        raise Refused(
            _(
                "%(colour)s is too light: on white paper it has a contrast of %(found).1f : 1, and "
                "text needs 4.5 : 1 to be read. Choose a darker colour."
            )
            % {"colour": colour, "found": int(found * 10) / 10}
        )
    return colour


def set_colour(organisation: Organisation, colour: str, *, by: User) -> Branding:
    """Choose the colour of cover, running heads and charts; "" is the document's own."""
    policies.check_can_set_look(organisation, by)
    return _write(organisation, by, colour=check_colour(colour))


def set_logo(organisation: Organisation, upload: "UploadedFile[bytes]", *, by: User) -> Branding:
    """Keep a logo. What is kept is a picture that the portal drew of it, never the upload itself."""
    policies.check_can_set_look(organisation, by)
    return _write(organisation, by, logo=_kept(organisation, upload))


def remove_logo(organisation: Organisation, *, by: User) -> Branding:
    policies.check_can_set_look(organisation, by)
    return _write(organisation, by, logo=None)


def _write(organisation: Organisation, by: User, **changed: str | Blob | None) -> Branding:
    with transaction.atomic():
        found, _made = Branding.objects.update_or_create(
            organisation=organisation, defaults=changed
        )
        record(by, Action.LOOK_CHANGED, organisation, **_told(changed))
    return found


def _told(changed: dict[str, str | Blob | None]) -> dict[str, str]:
    logo = changed.get("logo")
    sha256 = logo.sha256 if isinstance(logo, Blob) else ""
    return {"colour": str(changed.get("colour", "")), "sha256": sha256}


def _kept(organisation: Organisation, upload: "UploadedFile[bytes]") -> Blob:
    """Draw the upload in the jail, then keep the drawing as the vault keeps every picture."""
    name = clean_name(upload.name or "")
    kind = extension(name)
    if kind not in EXTENSIONS:
        raise Refused(_("A logo is a PNG, JPEG or SVG file. “%(name)s” is none.") % {"name": name})
    if (upload.size or 0) > LARGEST:
        raise Refused(_("A logo has at most 5 MB. Save it smaller, then upload it again."))
    is_svg = kind == "svg"
    if not is_svg:  # the same gate as for evidence: type, structure, virus
        with suppress(AttributeError):
            upload.seek(0)
        vault.store(organisation, upload, name=name, allow={"png", "jpeg"})
        upload.seek(0)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "upload", Path(folder) / "logo.png"
        source.write_bytes(upload.read())
        _draw(source, target, is_svg=is_svg)
        picture = io.BytesIO(target.read_bytes())
    return vault.store(organisation, picture, name="logo.png", allow={"png"})


def _draw(source: Path, target: Path, *, is_svg: bool) -> None:
    try:
        jail.call(logos.make_at, str(source), str(target), is_svg, memory=_MEMORY, writes=LARGEST)
    except (Problem, jail.Exhausted, jail.Fault) as error:
        raise Refused(
            _(
                "This file cannot be drawn as a logo. Save it as a PNG on white, at most 12 times as "
                "wide as tall, then upload it again."
            )
        ) from error
