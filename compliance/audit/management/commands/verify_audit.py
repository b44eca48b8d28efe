from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from compliance.audit import checking, keys, proofs
from compliance.audit.chain import Report
from compliance.audit.notes import BadNote
from compliance.shared.commands import StableCommand


class Command(StableCommand):
    help = (
        "Check the hash chain and the checkpoints of every organisation, and name the first broken "
        "entry. Checkpoints kept elsewhere, such as in a packet, show whether the end was cut."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--checkpoint",
            action="append",
            default=[],
            metavar="FILE",
            help="a checkpoint, a manifest or a packet's ZIP that is kept elsewhere; repeatable",
        )

    def handle(self, *args: Any, as_json: bool, checkpoint: list[str], **options: Any) -> None:
        reports = checking.check_all([_claim(Path(each)) for each in checkpoint])
        broken = [report for report in reports if not report.intact]
        if as_json:
            chains = [{**asdict(report), "intact": report.intact} for report in reports]
            self.answer({"intact": not broken, "chains": chains})
        else:
            for report in reports:
                self._tell(report)
        if broken:
            raise CommandError(f"{len(broken)} of {len(reports)} audit chains are broken.")

    def _tell(self, report: Report) -> None:
        said = [report.broken, *report.problems] if not report.intact else []
        verdict = f"BROKEN: {'; '.join(filter(None, said))}" if said else "intact"
        self.stdout.write(
            f"organisation {report.organisation_id}: {report.entries} entries, "
            f"{report.checkpoints} checkpoints, {verdict}"
        )


def _claim(path: Path) -> checking.Claim:
    """Read a checkpoint that is kept elsewhere, and check the proofs that stand beside it."""
    known = keys.verifiers()
    try:
        note, section = proofs.found_in(path)
        claim = checking.open_claim(note, path.name, known)
    except BadNote as error:
        raise CommandError(f"{path}: {error}") from error
    if section and (wrong := proofs.problems_of(section, known)):
        raise CommandError(f"{path}: {'; '.join(wrong)}")
    return claim
