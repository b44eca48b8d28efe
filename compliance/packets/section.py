"""One part of the document as data.

A section's *inputs* are plain data and all that it may show, so that equal inputs are an equal section:
it is compiled once and found again by their digest.
"""

from dataclasses import dataclass, field
from typing import Any

# One of editions.STYLES.
Edition = str
# Larger files are documents of their own: they stand beside the packet's pages alone.
MOST_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the document. *level* is its depth in the contents, 0 is not listed.

    *form* names a template of packets/pdf, or what `tables` draws. *head* is what stands above its
    pages, "" for none; *colour* that of its area; *margin* what stands at the edge of pages that the
    applicant handed in. *picture* is a file that a template shows: its name, sha256, media_type.
    """

    key: str
    title: str
    form: str
    level: int = 1
    inputs: dict[str, Any] = field(default_factory=dict)
    head: str = ""
    colour: str = ""
    margin: str = ""
    picture: dict[str, str] = field(default_factory=dict)

    @property
    def is_file(self) -> bool:
        """Whether the section is a file of the packet on pages."""
        return self.form in {"exhibit", "diagram"}

    @property
    def shows(self) -> str:
        """The SHA-256 of the file whose bytes it is drawn from, "" for none."""
        if self.is_file:
            return str(self.inputs["file"]["sha256"])
        return self.picture.get("sha256", "")
