"""What each signature of a packet says and shows: the organisation's seal, then three people."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import pgettext

from compliance.packets import signing
from compliance.packets.editions import flat, speaking
from compliance.packets.manifest_rows import Manifest
from compliance.packets.press.blanks import SEAL
from compliance.packets.signing.keys import Key, issuer_of, name_of
from compliance.packets.templatetags.packet import moment


def seal(manifest: Manifest, edition: str, source: Path, out: Path, key: Key) -> signing.Signed:
    """Sign the finished document for the organisation, at the time of the freeze."""
    at = datetime.fromisoformat(manifest["frozen_at"])
    with speaking(edition):
        lines = [flat(each) for each in _lines(pgettext("packet", "Sealed"), at, key)]
    number = f"{manifest['application']['number']}-R{manifest['round']}-{edition}"
    wish = signing.Wish(SEAL, at, number, manifest["organisation"], lines)
    return _signed(source, out, key, wish)


def put(  # noqa: PLR0913 - who signs what, as what, when
    source: Path, out: Path, key: Key, *, part: str, name: str, at: datetime, edition: str
) -> signing.Signed:
    """Sign as *part* ("preparer" …) for the person called *name*."""
    with speaking(edition):
        lines = [flat(each) for each in _lines(pgettext("packet", "Signed"), at, key)]
        reason = {
            "preparer": pgettext("packet", "Prepared by"),
            "reviewer": pgettext("packet", "Reviewed by"),
            "approver": pgettext("packet", "Approved by"),
        }[part]
        reason = flat(reason)
    return _signed(source, out, key, signing.Wish(part, at, reason, name, lines))


def _signed(source: Path, out: Path, key: Key, wish: signing.Wish) -> signing.Signed:
    required = settings.TSA_REQUIRED
    return signing.sign(
        source, out, key=key, wish=wish, tsa=settings.TSA_URL, tsa_required=required
    )


def _lines(word: str, at: datetime, key: Key) -> Sequence[str]:
    made_out = pgettext("packet", "Certificate: %(name)s") % {"name": name_of(key.certificate)}
    if key.self_signed:
        issued = pgettext("packet", "Self-signed: it names nobody who vouches for it")
    else:
        issuer = issuer_of(key.certificate)
        issued = pgettext("packet", "Issued by: %(name)s") % {"name": issuer}
    return [f"{word} {moment(at.isoformat())} (KST)", made_out, issued]
