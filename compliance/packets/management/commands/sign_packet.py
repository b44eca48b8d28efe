import getpass
import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from compliance.accounts.models import User
from compliance.packets import services, signatures
from compliance.packets.models import PEOPLE, Edition, KeyKind, Packet, Signature
from compliance.packets.signing import hardware
from compliance.packets.signing.keys import Key, opened
from compliance.shared.commands import StableCommand
from compliance.shared.errors import Refused

# Where a passphrase comes from when nobody sits at the keyboard.
VARIABLE = "GATEPASS_PASSPHRASE"


class Command(StableCommand):
    help = f"""Sign a built packet as preparer, reviewer or approver. The passphrase is asked for, or read from
    the variable {VARIABLE}; it is never an argument, which others on the machine could read."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("application", help="its number, such as GP-2026-0001")
        parser.add_argument("--round", type=int, default=0, help="the newest one by default")
        parser.add_argument("--edition", choices=Edition.values, default=Edition.KO)
        parser.add_argument(
            "--as", dest="part", choices=[each.value for each in PEOPLE], required=True
        )
        parser.add_argument("--by", required=True, help="e-mail of the person who signs")
        parser.add_argument("--key", type=Path, help="PKCS#12 file of the person")
        parser.add_argument("--token", default="", help="name of the key in the token")
        parser.add_argument("--organisation", default="", help="its slug, where numbers repeat")

    def handle(self, *args: Any, application: str, **options: Any) -> None:
        packet = _packet(application, options)
        by = User.objects.filter(email=options["by"]).first()
        if by is None:
            raise CommandError(_("Nobody has the e-mail %(email)s.") % {"email": options["by"]})
        try:
            kind, key = _key(packet, options)
            made = signatures.sign(packet, options["part"], by=by, key=key, kind=kind)
            signatures.complete(made)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self._tell(made, as_json=options["as_json"])

    def _tell(self, made: Signature, *, as_json: bool) -> None:
        assert made.pdf is not None  # noqa: S101 - it is signed
        assert made.zip is not None  # noqa: S101 - complete made it
        if as_json:
            self.answer(
                {
                    "application": made.packet.freeze.round.application.number,
                    "round": made.packet.freeze.round.number,
                    "edition": made.packet.edition,
                    "part": made.part,
                    "signer": made.signer.email,
                    "certificate": made.subject,
                    "issuer": made.issuer,
                    "fingerprint": made.fingerprint,
                    "self_signed": made.self_signed,
                    "stamped_at": made.stamped_at.isoformat() if made.stamped_at else None,
                    "stamp_problem": made.stamp_problem,
                    "pdf_sha256": made.pdf.sha256,
                    "zip_sha256": made.zip.sha256,
                }
            )
            return
        self.stdout.write(f"{made} · {made.subject} · {made.pdf.sha256}")
        if made.self_signed:
            self.stdout.write(_("The certificate is self-signed: it does not prove who signed."))
        if made.stamp_problem:
            self.stdout.write(made.stamp_problem)


def _packet(number: str, options: dict[str, Any]) -> Packet:
    rows = Packet.objects.select_related(
        "organisation", "pdf", "zip", "freeze__organisation", "freeze__round__application"
    ).filter(freeze__round__application__number=number, edition=options["edition"])
    if options["organisation"]:
        rows = rows.filter(organisation__slug=options["organisation"])
    if options["round"]:
        rows = rows.filter(freeze__round__number=options["round"])
    if rows.values("organisation_id").distinct().count() > 1:
        raise CommandError(_("Several organisations have this number; name one."))
    found = rows.order_by("-freeze__round__number").first()
    if found is None:
        raise CommandError(_("There is no such packet. Build it first: manage.py build_packet."))
    return found


def _key(packet: Packet, options: dict[str, Any]) -> tuple[KeyKind, Key]:
    """Return what the options name; without any, the organisation's key."""
    if options["token"]:
        return KeyKind.TOKEN, hardware.key(options["token"], _secret("PIN: "))
    if not options["key"]:
        return KeyKind.ORGANISATION, services.signing_key(packet.freeze)
    try:
        content = options["key"].read_bytes()
    except OSError as error:
        said = _("%(path)s cannot be read (%(error)s).")
        raise CommandError(said % {"path": options["key"], "error": error.strerror}) from error
    return KeyKind.FILE, opened(content, _secret(_("Passphrase: ")))


def _secret(prompt: str) -> str:
    given = os.environ.get(VARIABLE)
    if given is not None:
        return given
    return getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
