"""From a file to what was found in it. Called in the jail."""

import zipfile
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from compliance.vault.personal import detecting, office, pdfs, pictures, plain, structured
from compliance.vault.personal.pieces import Piece, Reader, Unreadable

MOST_HITS = 1000
_OFFICE = "application/vnd.openxmlformats-officedocument"


def _read_mail(path: Path) -> Iterator[Piece]:
    return structured.read_mail(path, _BY_EXTENSION.get)


def _read_zip(path: Path) -> Iterator[Piece]:
    # An archive in an archive is left to its own upload: a third storey never came in.
    return structured.read_zip(path, _BY_EXTENSION.get)


READERS: dict[str, Reader] = {
    "application/pdf": pdfs.read,
    "image/png": pictures.read,
    "image/jpeg": pictures.read,
    "image/webp": pictures.read,
    "image/heic": pictures.read,
    f"{_OFFICE}.spreadsheetml.sheet": office.read_xlsx,
    f"{_OFFICE}.wordprocessingml.document": office.read_docx,
    f"{_OFFICE}.presentationml.presentation": office.read_pptx,
    "application/hwp+zip": office.read_hwpx,
    "application/x-hwp": office.read_hwp,
    "application/zip": _read_zip,
    "text/csv": plain.read_csv,
    "application/json": structured.read_json,
    "application/xml": plain.read,
    "application/yaml": plain.read,
    "text/plain": plain.read,
    "message/rfc822": _read_mail,
}
_BY_EXTENSION: dict[str, Reader] = {
    "pdf": pdfs.read,
    "xlsx": office.read_xlsx,
    "docx": office.read_docx,
    "pptx": office.read_pptx,
    "hwpx": office.read_hwpx,
    "hwp": office.read_hwp,
    "csv": plain.read_csv,
    "json": structured.read_json,
    "eml": _read_mail,
    "zip": partial(structured.read_zip, by_name=lambda _extension: None),
    **dict.fromkeys(["png", "jpg", "jpeg", "webp", "heic", "heif"], pictures.read),
    **dict.fromkeys(
        ["txt", "log", "conf", "cfg", "ini", "md", "xml", "yaml", "yml", "tsv"], plain.read
    ),
}


def search(path: str, media_type: str) -> dict[str, Any]:
    """Return {"readable", "counts": {kind: n}, "hits": [{kind, masked, place, boxes}]}.

    Hits are kept up to MOST_HITS, counts are of all.
    """
    reader = READERS.get(media_type)
    if reader is None:
        return {"readable": False}
    counts: Counter[str] = Counter()
    hits: list[dict[str, Any]] = []
    try:
        for piece in reader(Path(path)):
            for found in hits_in(piece):
                counts[found["kind"]] += 1
                if len(hits) < MOST_HITS:
                    hits.append(found)
    except (Unreadable, zipfile.BadZipFile, KeyError):
        return {"readable": False}
    return {"readable": True, "counts": dict(counts), "hits": hits}


def hits_in(piece: Piece) -> Iterator[dict[str, Any]]:
    """Yield what was found in one piece, as it is kept."""
    lead = len(piece.lead)
    for hit in detecting.find(piece.lead + piece.text, piece.around):
        start, end = hit.start - lead, hit.end - lead
        if start < 0:
            continue
        place = piece.place_at(start) if piece.place_at else piece.place
        boxes = piece.boxes_of(start, end) if piece.boxes_of else []
        yield {
            "kind": hit.kind,
            "masked": hit.masked[:200],
            "place": place,
            "boxes": [[page, *(round(side, 5) for side in sides)] for page, *sides in boxes],
        }
