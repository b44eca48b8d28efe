from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from compliance.packets.report import Report, Unreadable
from compliance.packets.report_page import as_html, as_json
from compliance.packets.seal import Signature
from compliance.packets.templatetags.packet import moment
from compliance.packets.verify import verify
from compliance.packets.words import FINDINGS_OF_VERIFICATION as WORDS
from compliance.packets.words import SIGNERS
from compliance.shared.commands import StableCommand

ALTERED, UNREADABLE = 1, 2


class Command(StableCommand):
    help = (
        "Say of a packet (PDF or ZIP) which files are as they were frozen. "
        "Exits with 0 when all are, 1 when one is not, 2 when the file cannot be read."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument("--report", type=Path, help="write it down too, as .html or .json")

    def handle(self, *args: Any, file: Path, report: Path | None = None, **options: Any) -> None:
        in_json = options["as_json"]
        try:
            found = verify(file, whole=bool(in_json or report))
        except Unreadable as error:
            if in_json:
                self.answer({"file": file.name, "error": str(error)})
            raise CommandError(str(error), returncode=UNREADABLE) from error
        if report:
            _write(report, found)
        if in_json:
            self.answer(found.as_dict())
        else:
            for line in lines(found):
                self.stdout.write(line)
        if not found.intact:
            names = ", ".join(each.name for each in found.wrong)
            raise CommandError(
                _("%(file)s is not as it was frozen: %(names)s.")
                % {"file": file.name, "names": names},
                returncode=ALTERED,
            )


def _write(path: Path, report: Report) -> None:
    told = as_json(report) if path.suffix == ".json" else as_html(report)
    try:
        path.write_text(told, "utf-8")
    except OSError as error:
        raise CommandError(
            _("The report cannot be written to %(path)s (%(error)s).")
            % {"path": path, "error": error.strerror},
            returncode=UNREADABLE,
        ) from error


def lines(report: Report) -> list[str]:
    """Return the report as one sentence a line."""
    told = [f"{WORDS[each.verdict]}  {each.name}  {each.detail}".rstrip() for each in report.items]
    if report.signature:
        told += [_signed(each) for each in (report.signature, *report.signature.people)]
    if report.copy:
        told.append(
            _("This is the copy for %(recipient)s of %(at)s; the packet in it is judged.")
            % {"recipient": report.copy.recipient, "at": moment(report.copy.at)}
        )
    if report.intact:
        told.append(
            _("%(file)s is as it was frozen: all %(count)d parts are intact.")
            % {"file": report.file, "count": len(report.items)}
        )
    return told


def _signed(signature: Signature) -> str:
    sentence = (
        _("Signed by %(signer)s with a key of its own making, SHA-256 %(print)s.")
        if signature.self_signed
        else _("Signed by %(signer)s, certificate SHA-256 %(print)s.")
    )
    said = sentence % {"signer": signature.signer, "print": signature.fingerprint}
    if signature.part in SIGNERS:
        said = f"{SIGNERS[signature.part]}: {said}"
    return said if signature.intact else f"{said} {signature.problem}"
