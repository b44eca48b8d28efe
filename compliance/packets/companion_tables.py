"""What the tables beside the document say; loaded where they are made, since workbooks take 25 MB."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from compliance.exchange import checklists, oscal_out
from compliance.exchange.answers import Answer
from compliance.packets import companions, sheets, statement
from compliance.packets.answering import answers
from compliance.packets.companions import Pages
from compliance.packets.manifest_rows import Finding, Manifest
from compliance.packets.sheets import Column
from compliance.packets.templatetags.packet import moment, told, word
from compliance.shared.tables import to_csv

_STATEMENT_WIDTHS = (9, 12, 24, 30, 28, 28, 30, 28, 12, 12, 10, 14, 10, 11, 10)


def made(manifest: Manifest, language: str, pages: Pages) -> Iterator[bytes]:
    """Yield the files in the order of companions.NAMES, in the language that is active."""
    makers: dict[str, Callable[[], bytes]] = {
        companions.STATEMENT_CSV: partial(statement.as_csv, manifest, language),
        companions.STATEMENT: partial(_statement, manifest),
        companions.CHECKLIST: partial(_checklist, manifest, language, pages),
        companions.OSCAL: lambda: oscal_out.results(answers(manifest), language=language),
        companions.FINDINGS_CSV: lambda: to_csv([c.title for c in _columns()], _rows(manifest)),
        companions.FINDINGS: partial(_findings, manifest),
    }
    return (makers[name]() for name in companions.NAMES)


def _checklist(manifest: Manifest, language: str, pages: Pages) -> bytes:
    """The profile's checklist with the words of the freeze, and where the document shows what."""
    sources = {each["code"]: told(each["provenance"]) for each in manifest["assessments"]}
    columns: list[checklists.Column] = []
    for column in checklists.COLUMNS:
        if column is checklists.PROVENANCE:
            column = checklists.Column(column.title, 16, lambda a, _l: sources[a.asked.code])
        columns.append(column)
        if column is checklists.EVIDENCE:
            title = gettext_lazy("Page in the PDF")
            where = checklists.Column(title, 12, lambda a, _l: _where(a, pages))
            columns.append(where)
    frozen = datetime.fromisoformat(manifest["frozen_at"])
    return checklists.xlsx(answers(manifest), language=language, as_of=frozen, columns=columns)


def _where(answer: Answer, pages: Pages) -> str:
    anchors = [(answer.asked.code, f"req-{answer.asked.code}")]
    anchors += [(given.code, f"ev-{given.code}") for given in answer.evidence]
    return "\n".join(f"{name}: {pages[anchor]}" for name, anchor in anchors if anchor in pages)


def _statement(manifest: Manifest) -> bytes:
    titles = zip(statement.header(), _STATEMENT_WIDTHS, strict=True)
    columns = [Column(title, width) for title, width in titles]
    rows = (statement.row(task) for task in manifest["tasks"])
    about = _about(manifest, pgettext("packet", "Corrective-action statement"))
    return sheets.xlsx(about, columns, rows)


def _findings(manifest: Manifest) -> bytes:
    return sheets.xlsx(_about(manifest, _("Findings")), _columns(), _rows(manifest))


def _about(manifest: Manifest, title: str) -> sheets.About:
    application = manifest["application"]
    facts = [
        (_("Organisation"), manifest["organisation"]),
        (_("Application"), f"{application['number']} R{manifest['round']} {application['title']}"),
        (_("As of"), moment(manifest["as_of"])),
    ]
    frozen = datetime.fromisoformat(manifest["frozen_at"])
    pointer = _("… (cut here: the whole text stands in manifest.json)")
    return sheets.About(title, facts, manifest["organisation"], frozen, pointer)


def _columns() -> list[Column]:
    return [
        Column(pgettext("packet", "Number"), 9),
        Column(pgettext("packet", "Finding"), 46),
        Column(pgettext("packet", "Asset"), 28),
        Column(pgettext("packet", "Severity"), 10),
        Column(pgettext("packet", "State"), 12),
        Column(pgettext("packet", "Requirement"), 18),
        Column(pgettext("packet", "Basis"), 40),
        Column(pgettext("packet", "First seen"), 17),
        Column(pgettext("packet", "Last seen"), 17),
    ]


def _rows(manifest: Manifest) -> Iterator[list[str]]:
    words: dict[tuple[str, str], str] = {}
    for each in manifest["findings"]:
        yield _row(each, words)


def _row(each: Finding, words: dict[tuple[str, str], str]) -> list[str]:
    """One finding; *words* remembers the few words that thousands of rows have."""

    def said(code: str, book: str) -> str:
        if (code, book) not in words:
            words[code, book] = word(code, book)
        return words[code, book]

    return [
        each["number"],
        each["title"],
        each["asset"],
        said(each["severity"], "severity"),
        said(each["state"], "finding"),
        ", ".join(each["requirements"]),
        each["path"],
        moment(each["first_seen"]),
        moment(each["last_seen"]),
    ]
