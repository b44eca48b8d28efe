"""The bytes of what a manifest names, out of the vault."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from compliance.packets.manifest import File
from compliance.shared.errors import Refused
from compliance.vault import services as vault
from compliance.vault.models import Blob


def open_file(organisation_id: int, file: File) -> Iterator[bytes]:
    """Yield the checked bytes of a file; raises Refused that names it when it is gone or altered."""
    blob = Blob.objects.filter(organisation_id=organisation_id, sha256=file["sha256"]).first()
    if blob is None:
        raise Refused(
            _("“%(path)s” is no longer stored. Restore it from a backup, then build again.")
            % {"path": file["path"]}
        )
    return vault.open_checked(blob, name=file["path"])
