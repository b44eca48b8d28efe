"""Copies without what was marked: what lay beneath is gone, not covered. Called in the jail.

Pictures and pages of a PDF are drawn anew with black boxes; text is written anew with masks.
"""

import io
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
from django.utils.translation import gettext_noop as _
from PIL import Image, ImageDraw, ImageOps

from compliance.vault.personal import finding, rewriting
from compliance.vault.pictures import opened
from compliance.vault.problems import Problem

_OFFICE = "application/vnd.openxmlformats-officedocument"
# How the copy is written: a phone's HEIC as JPEG, for nothing here writes HEIC.
_IMAGES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP", "image/heic": "JPEG"}
_DOTS = 170
_QUALITY = 88
MOST_PAGES = 200
# All that a page needs to be drawn. Notes, threads, private data and links to other pages are left.
_OF_A_PAGE = {
    "/Type",
    "/Parent",
    "/MediaBox",
    "/CropBox",
    "/Rotate",
    "/Resources",
    "/Contents",
    "/UserUnit",
}
_TEXTS: dict[str, Callable[[Path, Path, set[str]], None]] = {
    "text/plain": rewriting.text,
    "application/xml": rewriting.text,
    "application/yaml": rewriting.text,
    "text/csv": rewriting.table,
    "application/json": rewriting.json_,
    "message/rfc822": rewriting.mail,
    f"{_OFFICE}.spreadsheetml.sheet": rewriting.workbook,
    f"{_OFFICE}.wordprocessingml.document": rewriting.document,
    f"{_OFFICE}.presentationml.presentation": rewriting.document,
    "application/hwp+zip": rewriting.document,
}
BY_BOXES = frozenset([*_IMAGES, "application/pdf"])
BY_KINDS = frozenset(_TEXTS)

Boxes = Sequence[Sequence[float]]


def redact(path: str, made: str, media_type: str, boxes: Boxes, kinds: Sequence[str]) -> None:
    """Write to *made* the file at *path* without what *boxes* cover, or without hits of *kinds*.

    *boxes*: (page, left, top, right, bottom) in parts of the page. Raises Problem for a format that
    is not redacted here, and where something of *kinds* would be left.
    """
    source, target = Path(path), Path(made)
    if media_type in _IMAGES:
        _picture(source, target, _IMAGES[media_type], boxes)
    elif media_type == "application/pdf":
        _pdf(source, target, boxes)
    elif media_type in _TEXTS:
        _TEXTS[media_type](source, target, set(kinds))
        _check_nothing_left(target, media_type, kinds)
    else:
        raise Problem(
            _("Files of this format cannot be redacted here. Save it as PDF and upload that.")
        )


def _picture(source: Path, target: Path, kind: str, boxes: Boxes) -> None:
    with opened(source) as picture:
        upright = ImageOps.exif_transpose(picture)
        clear = "A" in upright.getbands() and kind != "JPEG"
        plain = upright.convert("RGBA" if clear else "RGB")
    # A picture of pixels alone: no thumbnail, no place, no comment comes along.
    bare = Image.frombytes(plain.mode, plain.size, plain.tobytes())
    _blacken(bare, boxes)
    with target.open("wb") as file:
        bare.save(file, kind, quality=_QUALITY)


def _blacken(image: Image.Image, boxes: Boxes) -> None:
    draw = ImageDraw.Draw(image)
    for _page, left, top, right, bottom in boxes:
        corners = (
            int(left * image.width),
            int(top * image.height),
            int(right * image.width) + 1,
            int(bottom * image.height) + 1,
        )
        draw.rectangle(corners, fill="black")


def _pdf(source: Path, target: Path, boxes: Boxes) -> None:
    by_page: dict[int, list[Sequence[float]]] = defaultdict(list)
    for box in boxes:
        by_page[int(box[0])].append(box)
    if len(by_page) > MOST_PAGES:
        raise Problem(_("Boxes stand on too many pages. Split the PDF and redact its parts."))
    with pikepdf.open(source, suppress_warnings=True) as old, pikepdf.new() as new:
        # Pages may share one list of fonts and pictures: each keeps only what it draws.
        old.remove_unreferenced_resources()
        with pypdfium2.PdfDocument(source) as drawn:
            drawn.init_forms()
            for number, page in enumerate(old.pages, 1):
                if number in by_page:
                    _add_drawn(new, drawn[number - 1], by_page[number])
                else:
                    _add_bare(new, page)
        new.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def _add_bare(new: Any, page: Any) -> None:
    new.pages.append(page)
    added = new.pages[-1].obj
    for key in set(added.keys()) - _OF_A_PAGE:
        del added[key]


def _add_drawn(new: Any, page: Any, boxes: Boxes) -> None:
    """Put a picture of the page in its place: no letter of it is left to be selected."""
    width, height = page.get_size()
    image = page.render(scale=_DOTS / 72).to_pil().convert("RGB")
    _blacken(image, boxes)
    packed = io.BytesIO()
    image.save(packed, "JPEG", quality=_QUALITY)
    picture = new.make_stream(packed.getvalue())
    picture.Type, picture.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    picture.Width, picture.Height = image.size
    picture.ColorSpace, picture.BitsPerComponent = pikepdf.Name.DeviceRGB, 8
    picture.Filter = pikepdf.Name.DCTDecode
    sheet = new.add_blank_page(page_size=(width, height))
    sheet.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=picture))
    sheet.Contents = new.make_stream(f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /P Do Q".encode())


def _check_nothing_left(target: Path, media_type: str, kinds: Sequence[str]) -> None:
    media = "text/plain" if media_type == "message/rfc822" else media_type
    left = finding.search(str(target), media)
    if not left["readable"] or set(left["counts"]) & set(kinds):
        raise Problem(
            _("Not everything could be masked in this format. Save it as PDF and redact that.")
        )
