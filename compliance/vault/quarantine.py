"""May these bytes be looked at? The one place that says so."""

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import gettext as _

from compliance.shared.errors import Refused
from compliance.vault.models import Blob, Inspection, InspectionState


class Withheld(Refused):
    """The bytes are in quarantine: not checked yet, or with something found in them."""


def check(blob: Blob, *, name: str = "") -> None:
    """Raise Withheld for bytes that nobody may see. What the portal made has no inspection."""
    found = Inspection.objects.filter(blob=blob).first()
    if found and (sentence := why_withheld(found, name or blob.short)):
        raise Withheld(sentence)


def check_all(names: Mapping[int, str]) -> None:
    """Raise Withheld when one of several blobs may not be seen; *names*: blob id → name."""
    for found in Inspection.objects.filter(blob__in=names):
        if sentence := why_withheld(found, names[found.blob_id]):
            raise Withheld(sentence)


def why_withheld(found: Inspection, name: str) -> str:
    """Return the sentence, or "" for bytes that may be seen."""
    facts = {"name": name, "signature": found.signature}
    if found.state == InspectionState.QUARANTINED:
        return (
            _(
                "“%(name)s” is in quarantine: the virus scanner found %(signature)s in it. "
                "Check the computer it came from and upload a clean file."
            )
            % facts
        )
    if found.state == InspectionState.REFUSED:
        return _("“%(name)s” is no longer taken. Upload it in another format.") % facts
    if found.state == InspectionState.PENDING and settings.CLAMD_URL:
        if found.signature:
            return (
                _(
                    "“%(name)s” is in quarantine: it is larger than the virus scanner takes. "
                    "Ask the operator to raise StreamMaxLength in clamd.conf, or split the file."
                )
                % facts
            )
        return (
            _(
                "“%(name)s” is in quarantine, not yet checked by the virus scanner. "
                "It opens as soon as the scanner has looked at it."
            )
            % facts
        )
    return ""
