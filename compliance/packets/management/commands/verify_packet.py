from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from compliance.packets.report import Report, Unreadable
from compliance.packets.seal import Signature
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

    def handle(self, *args: Any, file: Path, as_json: bool, **options: Any) -> None:
        try:
            report = verify(file)
        except Unreadable as error:
            if as_json:
                self.answer({"file": file.name, "error": str(error)})
            raise CommandError(str(error), returncode=UNREADABLE) from error
        if as_json:
            self.answer(report.as_dict())
        else:
            for line in lines(report):
                self.stdout.write(line)
        if not report.intact:
            names = ", ".join(each.name for each in report.wrong)
            raise CommandError(
                _("%(file)s is not as it was frozen: %(names)s.")
                % {"file": file.name, "names": names},
                returncode=ALTERED,
            )


def lines(report: Report) -> list[str]:
    """Return the report as one sentence a line."""
    told = [f"{WORDS[each.verdict]}  {each.name}  {each.detail}".rstrip() for each in report.items]
    if report.signature:
        told += [_signed(each) for each in (report.signature, *report.signature.people)]
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
