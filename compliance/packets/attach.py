"""Put the manifest and the evidence into the PDF as embedded files."""

import io
import mimetypes
from collections.abc import Callable, Sequence
from pathlib import Path

import pikepdf

from compliance.packets import manifest as manifests
from compliance.packets.manifest import File, Manifest
from compliance.packets.seal import CHAIN_KEY
from compliance.packets.statement import NAME as STATEMENT

# Gives the bytes of a file of the manifest, checked against its digest.
Reader = Callable[[File], bytes]


def attach(
    pdf: bytes,
    manifest: Manifest,
    statement: bytes,
    read: Reader,
    out: Path,
    *,
    chain: Sequence[str] = (),
) -> None:
    """Write *pdf* with its embedded files to *out*; the same input gives the same bytes.

    *chain* are the digests of the certificates behind the signer's. The files are embedded
    uncompressed: evidence is compressed already, and a changed byte is then a changed byte of one
    named file.
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        related = pikepdf.Array()
        about = manifests.dumps(manifest).encode()
        related.append(_embed(document, manifest, manifests.NAME, about, "/Source"))
        related.append(_embed(document, manifest, STATEMENT, statement, "/Data"))
        for file in embedded(manifest):
            data = read(file)
            related.append(
                _embed(document, manifest, file["path"], data, "/Supplement", file["media_type"])
            )
        document.Root.AF = related
        document.Root[f"/{CHAIN_KEY}"] = pikepdf.Array([pikepdf.String(each) for each in chain])
        document.save(out, compress_streams=False, deterministic_id=True)


def embedded(manifest: Manifest) -> list[File]:
    """Return the files that the PDF carries: each content once, under its first path."""
    chosen = (file for file in manifests.files(manifest) if file["embedded"])
    return list({file["sha256"]: file for file in reversed([*chosen])}.values())[::-1]


def _embed(
    document: pikepdf.Pdf,
    manifest: Manifest,
    name: str,
    data: bytes,
    relationship: str,
    media_type: str = "",
) -> pikepdf.Object:
    spec = pikepdf.AttachedFileSpec(  # type: ignore[call-arg]  # the stubs lack `relationship`
        document,
        data,
        filename=name,
        description=name,
        mime_type=media_type or mimetypes.guess_type(name)[0] or "application/octet-stream",
        creation_date=_pdf_date(manifest["frozen_at"]),
        mod_date=_pdf_date(manifest["frozen_at"]),
        relationship=pikepdf.Name(relationship),
    )
    document.attachments[name] = spec
    return spec.obj


def _pdf_date(iso: str) -> str:
    """Return D:YYYYMMDDHHmmSS+HH'mm' of an ISO time."""
    date, _, time = iso.partition("T")
    clock, sign, zone = time[:8], time[-6:-5], time[-5:]
    return f"D:{date.replace('-', '')}{clock.replace(':', '')}{sign}{zone.replace(':', chr(39))}'"
