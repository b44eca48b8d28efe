"""Sign the packet's PDF: the organisation's seal when it is built, then people, one after another.

Each signature is a revision behind the former bytes and fills in a field that the document had from
the beginning, so what was signed before stays valid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from asn1crypto import cms, x509
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from compliance.packets import tokens
from compliance.packets.press.blanks import SEAL
from compliance.packets.press.reading import Existing, Foreign, filled, is_filled, is_seen
from compliance.packets.press.syntax import moment, text
from compliance.packets.seal import CHAIN_KEY
from compliance.packets.signing import hardware, looks, making
from compliance.packets.signing.keys import Key, Unopened, name_of, opened
from compliance.packets.signing.revision import Revision
from compliance.packets.tokens import NoStamp
from compliance.shared.errors import Refused

if TYPE_CHECKING:
    from compliance.packets.signing.timestamps import Stamper

__all__ = ["Key", "Signed", "Wish", "configured", "own", "sign"]

# Beside its certificates a signature takes some hundred bytes; a time stamp some thousand. Fixed, so
# that the size of the file never depends on what came out.
_ROOM, _STAMP_ROOM = 4 * 1024, 6 * 1024
# Later changes that the seal allows: fields are filled in and signed, nothing else.
_CERTIFIES = (
    b"/Reference [<</Type /SigRef/TransformMethod /DocMDP"
    b"/TransformParams <</Type /TransformParams/P 2/V /1.2>>>>]"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is signed as what. *at* is the time that the signature claims; *lines* are seen in it."""

    field: str
    at: datetime
    reason: str
    name: str = ""
    lines: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Signed:
    """What came of it: when a third party saw the signature, or why there is no time stamp."""

    certificate: x509.Certificate
    stamped_at: datetime | None = None
    stamped_by: str = ""
    problem: str = ""


def configured(path: str, passphrase: str) -> Key:
    """Return the key that the settings name: a PKCS#12 file, or `pkcs11:LABEL` for one in a token.

    Raises ImproperlyConfigured with a sentence.
    """
    try:
        if path.startswith(hardware.SCHEME):
            return hardware.key(path.removeprefix(hardware.SCHEME), passphrase)
        return opened(Path(path).read_bytes(), passphrase)
    except OSError as error:
        raise ImproperlyConfigured(
            f"PACKET_SIGNING_KEY names {path}, which cannot be read ({error.strerror})."
        ) from error
    except (Unopened, Refused) as error:
        raise ImproperlyConfigured(
            f"PACKET_SIGNING_KEY names {path}, but it does not open with "
            f"PACKET_SIGNING_PASSPHRASE: {error}"
        ) from error


def own(folder: Path, *, slug: str, name: str) -> Key:
    """Return the organisation's own key in *folder*; make it at first use, readable to us alone."""
    return opened(making.made(folder, slug=slug, name=name).read_bytes(), "")


def sign(
    source: Path, out: Path, *, key: Key, wish: Wish, tsa: str = "", tsa_required: bool = False
) -> Signed:
    """Write *source* with a PAdES signature over all of it to *out*.

    The same document, key and wish give the same bytes, unless *tsa*, the address of an authority,
    stamps the time. Where it does not answer and is not *tsa_required*, the signature goes without.
    Raises Refused with a sentence.
    """
    stamper, problem = _stamper(tsa, required=tsa_required)
    with source.open("rb") as file, out.open("wb") as target:
        try:
            existing = Existing(file)
            number, field = existing.field(wish.field)
        except (Foreign, KeyError) as error:
            raise Refused(
                _("This PDF has no field to sign. Build the packet again, then sign it.")
            ) from error
        if is_filled(field):
            raise Refused(_("This field is signed already."))
        revision = Revision(existing)
        signature = _fill_in(revision, existing, number, field, wish)
        carried = [*key.chain, *(stamper.chain if stamper else ())]
        about = _dictionary(key, wish, carried)
        room = _ROOM + sum(len(each.dump()) for each in [key.certificate, *key.chain])
        if stamper:
            room += _STAMP_ROOM + sum(len(each.dump()) for each in stamper.chain)
        maker = _Maker(key, stamper, required=tsa_required)
        revision.sign(file, target, signature, about, room, maker)
    return maker.told(problem)


class _Maker:
    """Makes the signature once the digest is known; remembers what the time stamp said."""

    def __init__(self, key: Key, stamper: "Stamper | None", *, required: bool) -> None:
        self._key, self._stamper, self._required = key, stamper, required
        self._problem = ""
        self._made = b""

    def __call__(self, digest: bytes) -> bytes:
        # pyHanko takes 18 MB, which only who signs has to have.
        from compliance.packets.signing.envelopes import envelope

        try:
            self._made = envelope(digest, self._key, self._stamper)
        except NoStamp as error:
            if self._required:
                raise _nothing_signed(error) from error
            self._problem = str(error)
            self._made = envelope(digest, self._key)
        return self._made

    def told(self, problem: str) -> Signed:
        (info,) = cms.ContentInfo.load(self._made)["content"]["signer_infos"]
        for attribute in info["unsigned_attrs"] or ():
            token = attribute["values"][0]
            stamped = tokens.time_of(token), name_of(tokens.signer_of(token))
            return Signed(self._key.certificate, *stamped)
        return Signed(self._key.certificate, problem=self._problem or problem)


def _stamper(url: str, *, required: bool) -> tuple["Stamper | None", str]:
    if not url:
        return None, ""
    from compliance.packets.signing.timestamps import Stamper

    try:
        return Stamper(url), ""
    except NoStamp as error:
        if required:
            raise _nothing_signed(error) from error
        return None, str(error)


def _nothing_signed(error: NoStamp) -> NoStamp:
    return NoStamp(_("%(why)s Nothing is signed without it. Try again later.") % {"why": error})


def _fill_in(revision: Revision, existing: Existing, number: int, field: bytes, wish: Wish) -> int:
    """Put what changes beside the signature into *revision*; return the signature's own number."""
    signature = revision.numbers(1)
    shown = 0
    if wish.lines and is_seen(field):
        drawn = looks.look(wish.name, wish.lines, revision.numbers(looks.OBJECTS))
        for each, body in drawn:
            revision.put(each, body)
        shown = drawn[0][0]
    revision.put(number, filled(field, signature, shown))
    if wish.field == SEAL:
        root, catalogue = existing.catalogue()
        revision.put(root, catalogue[:-2] + b"/Perms <</DocMDP %d 0 R>>>>" % signature)
    return signature


def _dictionary(key: Key, wish: Wish, carried: list[object]) -> bytes:
    digests = sorted({each.sha256.hex() for each in carried})  # type: ignore[attr-defined]
    noted = b" ".join(b"(%b)" % each.encode() for each in digests)
    # No /Type, which is optional: some validators of PDF/A hold every dictionary that has it against the
    # whole file, though the first of two signatures can only cover its own revision.
    return (
        b"/Filter /Adobe.PPKLite/SubFilter /ETSI.CAdES.detached/Name %b/Reason %b/M (%b)"
        b"/%b [ %b ]%b"
        % (
            text(wish.name or name_of(key.certificate)),
            text(wish.reason),
            moment(wish.at),
            CHAIN_KEY.encode(),
            noted,
            _CERTIFIES if wish.field == SEAL else b"",
        )
    )
