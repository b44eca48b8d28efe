"""The bytes of what a manifest names, out of the vault."""

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from compliance.packets import manifest as manifests
from compliance.packets.manifest_rows import File, Manifest
from compliance.shared.errors import Refused
from compliance.vault import services as vault
from compliance.vault.models import Blob

# Databases limit how many values a question may name.
_LOT = 500


def opener(organisation_id: int, manifest: Manifest) -> Callable[[File], Iterator[bytes]]:
    """Return what yields the checked bytes of a file; it asks for all rows at once.

    Called with a file it raises Refused, then or while it is read, that names it when it is gone or
    altered.
    """
    wanted = sorted({file["sha256"] for file in manifests.files(manifest)})
    rows = Blob.objects.filter(organisation_id=organisation_id)
    found = {
        blob.sha256: blob
        for start in range(0, len(wanted), _LOT)
        for blob in rows.filter(sha256__in=wanted[start : start + _LOT])
    }
    return lambda file: _opened(file, found.get(file["sha256"]))


def open_file(organisation_id: int, file: File) -> Iterator[bytes]:
    """Yield the checked bytes of one file; raises Refused that names it when it is gone or altered."""
    rows = Blob.objects.filter(organisation_id=organisation_id, sha256=file["sha256"])
    return _opened(file, rows.first())


def _opened(file: File, blob: Blob | None) -> Iterator[bytes]:
    if blob is None:
        raise Refused(
            _("“%(path)s” is no longer stored. Restore it from a backup, then build again.")
            % {"path": file["path"]}
        )
    return vault.open_checked(blob, name=file["path"])
