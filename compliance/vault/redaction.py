"""A redacted copy of a blob, ready to be stored like any upload: the gate looks at it again."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from compliance.shared.errors import Refused
from compliance.vault import jail, services
from compliance.vault.models import Blob
from compliance.vault.names import LONGEST

Boxes = Sequence[Sequence[float]]
_SECONDS = 300
_WRITES = 2 * 1024**3
_SUFFIXES = {"message/rfc822": ".txt", "image/heic": ".jpg"}


def way_of(blob: Blob) -> str:
    """Say how the format is redacted: “boxes”, “kinds”, or "" where it is not."""
    # What draws over documents takes 14 MB, which a process that redacts nothing does without.
    from compliance.vault.personal import redacting

    if blob.media_type in redacting.BY_BOXES:
        return "boxes"
    return "kinds" if blob.media_type in redacting.BY_KINDS else ""


@contextmanager
def redacted(
    blob: Blob, *, name: str, boxes: Boxes = (), kinds: Sequence[str] = ()
) -> Iterator[tuple[BinaryIO, str]]:
    """Yield the copy, open for reading, and its name. Raises Refused with a sentence."""
    from compliance.vault.personal import redacting

    path = services.checked_path(blob, name=name)
    with tempfile.NamedTemporaryFile(prefix="gatepass-") as made:
        try:
            jail.call(
                redacting.redact,
                str(path),
                made.name,
                blob.media_type,
                [list(box) for box in boxes],
                list(kinds),
                seconds=_SECONDS,
                memory=jail.room_for(path) + 1024**3,
                writes=_WRITES,
            )
        except (jail.Exhausted, jail.Fault) as fault:
            raise Refused(
                _("“%(name)s” could not be redacted. Save it as PDF and redact that.")
                % {"name": name}
            ) from fault
        with Path(made.name).open("rb") as copy:
            yield copy, name_of_copy(name, blob.media_type)


def name_of_copy(name: str, media_type: str) -> str:
    """Return the name with a word for what was done, at most as long as names may be."""
    path = Path(name)
    # The word that stands in the name of a file.
    word = _("redacted")
    mark, suffix = f"_{word}", _SUFFIXES.get(media_type, path.suffix)
    stem = path.stem.removesuffix(mark)[: LONGEST - len(mark) - len(suffix)]
    return f"{stem}{mark}{suffix}"
