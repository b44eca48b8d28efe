"""The receipt of a submission to keep: one page as PDF, or the same as text."""

import io

from django.utils import timezone, translation
from django.utils.translation import pgettext

from compliance.packets import fonts
from compliance.packets.models import Receipt
from compliance.packets.press import linking
from compliance.packets.press.laying import QUIET, Column, Flow, Span
from compliance.packets.press.linking import Piece
from compliance.packets.press.metadata import About
from compliance.packets.press.parts import place
from compliance.packets.templatetags.packet import halves

# A note longer than this would not fit on the page; the text has it whole.
_NOTE = 600


def pdf(receipt: Receipt, language: str) -> bytes:
    """Return one page. The same receipt gives the same bytes."""
    with translation.override(language):
        flow = Flow("receipt")
        flow.heading(_title())
        flow.paragraph(_what(), 9, QUIET)
        columns = [
            Column(pgettext("receipt", "Fact"), 0.26),
            Column(pgettext("receipt", "As recorded"), 0.74),
        ]
        flow.table(columns, ([[Span(name, 8.5)], _cell(value)] for name, value in facts(receipt)))
        part = flow.finish()
        digest = receipt.packet.freeze.digest
        organisation = receipt.organisation.name
        made = timezone.localtime(receipt.recorded_at).isoformat(timespec="seconds")
        about = About(_title(), organisation, str(receipt), language, made, digest[:32])
    out = io.BytesIO()
    linking.link(out, [Piece(part, lambda base: place(part, base))], about)
    return out.getvalue()


def text(receipt: Receipt, language: str) -> str:
    with translation.override(language):
        lines = [_title(), "=" * 40, _what(), ""]
        lines += [f"{name}: {value}" for name, value in facts(receipt, whole=True)]
    return "\ufeff" + "\r\n".join(lines) + "\r\n"


def facts(receipt: Receipt, *, whole: bool = False) -> list[tuple[str, str]]:
    """Return what the receipt says, by name; what is not known is left out."""
    packet = receipt.packet
    round_ = packet.freeze.round
    application = round_.application
    note = receipt.note if whole or len(receipt.note) <= _NOTE else receipt.note[:_NOTE] + " …"
    found = [
        (pgettext("receipt", "Application"), f"{application.number} {application.title}"),
        (pgettext("receipt", "Round"), str(round_.number)),
        (pgettext("receipt", "Applicant"), receipt.organisation.name),
        (pgettext("receipt", "Platform"), application.platform.title),
        (pgettext("receipt", "Submitted"), _moment(receipt)),
        (pgettext("receipt", "Submitted by"), receipt.submitted_by.name),
        (pgettext("receipt", "How"), receipt.get_channel_display()),
        (pgettext("receipt", "To whom"), receipt.recipient),
        (pgettext("receipt", "Receipt number of the platform"), receipt.platform_number),
        (pgettext("receipt", "Edition"), packet.get_edition_display()),
        (f"{packet.file_name('pdf')} (SHA-256)", receipt.pdf_sha256),
        (f"{packet.file_name('zip')} (SHA-256)", receipt.zip_sha256),
        (pgettext("receipt", "Digest of the manifest"), packet.freeze.digest),
        (pgettext("receipt", "Note"), note),
    ]
    return [(name, value) for name, value in found if value]


def _title() -> str:
    return pgettext("receipt", "Record of submission")


def _what() -> str:
    return pgettext(
        "receipt",
        "The applicant's own record of what was sent. It is not a document of the platform.",
    )


def _cell(value: str) -> list[Span]:
    if len(value) == 64 and value.isalnum():
        return [Span(half, 8) for half in halves(value)]
    return [Span(fonts.visible(" ".join(value.split())), 8.5)]


def _moment(receipt: Receipt) -> str:
    return f"{timezone.localtime(receipt.submitted_at):%Y-%m-%d %H:%M}"
