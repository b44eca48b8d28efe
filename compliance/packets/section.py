"""One part of the document as data.

A section's *inputs* are plain data and all that it may show, so that equal inputs are an equal section:
it is compiled once and found again by their digest.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

Edition = Literal["ko", "en"]
# Larger files are documents of their own: they stand beside the packet's pages alone.
MOST_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the document. *level* is its depth in the contents, 0 is not listed.

    *form* names a template of packets/pdf, or what `tables` draws. *head* is what stands above its
    pages, "" for none; *colour* that of its area; *margin* what stands at the edge of pages that the
    applicant handed in.
    """

    key: str
    title: str
    form: str
    level: int = 1
    inputs: dict[str, Any] = field(default_factory=dict)
    head: str = ""
    colour: str = ""
    margin: str = ""
