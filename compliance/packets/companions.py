"""The files that the portal makes of a manifest beside the document: tables, checklist, OSCAL.

They are embedded in the signed PDF and lie in the ZIP; one is the measure of the other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils import translation

from compliance.packets import statement
from compliance.packets.manifest_rows import Manifest

STATEMENT_CSV = statement.NAME
STATEMENT = "보완조치내역서.xlsx"
CHECKLIST = "이행점검표.xlsx"
OSCAL = "oscal-assessment-results.json"
FINDINGS_CSV = "점검결과/결함목록.csv"
FINDINGS = "점검결과/결함목록.xlsx"
# In the order of the ZIP.
NAMES = (STATEMENT_CSV, STATEMENT, CHECKLIST, OSCAL, FINDINGS_CSV, FINDINGS)
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {
    STATEMENT_CSV: "text/csv",
    STATEMENT: SHEET,
    CHECKLIST: SHEET,
    OSCAL: "application/json",
    FINDINGS_CSV: "text/csv",
    FINDINGS: SHEET,
}
# On which page of the document an anchor stands, such as “req-OI-NET-03”.
Pages = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Companion:
    """One made file. *relationship* is what PDF/A-3 calls what it is to the document."""

    name: str
    data: bytes

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.name]

    @property
    def relationship(self) -> str:
        """The tables are the data behind the pages; the workbooks say the same for people."""
        return "Supplement" if self.media_type == SHEET else "Data"


def make(manifest: Manifest, edition: str, pages: Pages) -> Iterator[Companion]:
    """Yield the files in the order of NAMES. The same input gives the same bytes."""
    from compliance.packets import companion_tables

    language = "en" if edition == "en" else "ko"
    with translation.override(language):
        made = companion_tables.made(manifest, language, pages)
        found = [Companion(name, data) for name, data in zip(NAMES, made, strict=True)]
    yield from found
