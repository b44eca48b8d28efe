"""Evidence as it was handed in: images placed on a page, PDFs page by page with their content untouched.

Of an uploaded PDF only what draws its pages is taken over: no annotation, action, script or embedded
file. A page that would break the archival form is printed as a picture; the original is attached always.
"""

import io
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pikepdf
import pydyf
from PIL import Image, ImageCms, ImageOps

from compliance.packets.press.laying import ROOM, Box, Flow
from compliance.packets.press.parts import Part, Wrapped
from compliance.packets.section import MOST_BYTES

# Beyond it a file is a document of its own, and stands beside the packet's pages alone.
MOST_PAGES = 500
MOST_PIXELS = 40_000_000
_DPI = 150
_FORMATS = ["PNG", "JPEG", "WEBP", "GIF", "BMP"]
_SRGB = ImageCms.createProfile("sRGB")
_ROOM_BELOW = 560.0


class Unplaceable(Exception):
    """The file cannot be shown on pages; the text says why, as a word of NOTES."""


def image(flow: Flow, data: bytes, alt: str) -> None:
    """Place an image below what was written, as large as the page allows."""
    drawn, (wide, tall) = picture(data)
    # Screens have 96 points an inch, paper 72; nothing is enlarged.
    scale = min(ROOM / wide, _ROOM_BELOW / tall, 0.75)
    flow.figure(drawn, wide * scale, tall * scale, alt)


def document(key: str, data: bytes, alt: str, checked: Callable[[Part], bool]) -> Part:
    """Return the pages of a PDF as they are. *checked* tells whether a part keeps the archival form."""
    with reading(data) as source:
        # Layers that are hidden in it would be seen in a document that does not know them.
        if "/OCProperties" not in source.Root:
            part = _as_they_are(key, source, alt)
            if checked(part):
                return part
        return _printed(key, data, alt)


@contextmanager
def reading(data: bytes) -> Iterator[pikepdf.Pdf]:
    """Open a PDF from outside; whatever is wrong with it becomes Unplaceable."""
    if len(data) > MOST_BYTES:
        raise Unplaceable("large")
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as source:
            if source.is_encrypted:
                raise Unplaceable("encrypted")
            if not 0 < len(source.pages) <= MOST_PAGES:
                raise Unplaceable("large")
            _as_shown(source)
            yield source
    except pikepdf.PasswordError as error:
        raise Unplaceable("encrypted") from error
    except (
        pikepdf.PdfError,
        ValueError,
        TypeError,
        KeyError,
        RuntimeError,  # among them those of pdfium
    ) as error:
        raise Unplaceable("broken") from error


def _as_shown(source: pikepdf.Pdf) -> None:
    """Let pages be what a reader shows: cut to the crop box, with filled forms and stamps drawn."""
    source.flatten_annotations("screen")
    for page in source.pages:
        page.trimbox = page.cropbox


def _as_they_are(key: str, source: pikepdf.Pdf, alt: str) -> Part:
    flow = Flow(key, blank=True)
    copier = Copier(flow)
    for index, page in enumerate(source.pages):
        wide, tall = size_of(page)
        flow.sheet(wide, tall)
        overlay(copier, source, page, (0, 0, wide, tall), f"{alt} {index + 1}")
    return flow.finish()


def overlay(copier: "Copier", source: pikepdf.Pdf, page: pikepdf.Page, box: Box, alt: str) -> None:
    """Draw a page of another document into *box*, as large as it goes where the box is another's."""
    form = source.make_indirect(page.as_form_xobject())
    _without_marks(form)
    place = page.calc_form_xobject_placement(
        form,
        pikepdf.Name("/Exhibit"),
        pikepdf.Rectangle(*box),
        invert_transformations=False,
        allow_shrink=True,
        allow_expand=True,
    )
    copier.flow.overlay(copier.take(form), place, box, alt)


def _without_marks(form: pikepdf.Object) -> None:
    """Take the tags of another document off what is drawn; layers that may be hidden stay."""
    if not re.search(rb"\bB(DC|MC)\b", form.read_bytes()):
        return
    kept, open_ = [], []
    for instruction in pikepdf.parse_content_stream(form):
        operator = str(instruction.operator)
        if operator in {"BMC", "BDC"}:
            open_.append(instruction.operands[0] == pikepdf.Name.OC)
        is_mark = operator in {"BMC", "BDC", "EMC"}
        if not is_mark or (open_ and open_[-1]):
            kept.append(instruction)
        if operator == "EMC" and open_:
            open_.pop()
    form.write(pikepdf.unparse_content_stream(kept))


def size_of(page: pikepdf.Page) -> tuple[float, float]:
    """Return how wide and tall a page lies before its reader, in points."""
    left, bottom, right, top = (float(each) for each in page.trimbox)
    wide, tall = abs(right - left), abs(top - bottom)
    if int(page.get("/Rotate", 0)) % 180:
        wide, tall = tall, wide
    if not 3 <= min(wide, tall) <= max(wide, tall) <= 14400:
        raise ValueError("no page of this size can be")
    return wide, tall


def _printed(key: str, data: bytes, alt: str) -> Part:
    """Every page as a picture, for files whose fonts or colours an archive refuses."""
    flow = Flow(key, blank=True)
    for index, (picture, wide, tall) in enumerate(rasterised(data)):
        flow.sheet(wide, tall)
        flow.picture(jpeg(picture), (0, 0, wide, tall), f"{alt} {index + 1}")
    return flow.finish()


def rasterised(data: bytes) -> Iterator[tuple[Image.Image, float, float]]:
    import pypdfium2  # 5 MB that linking does without

    found = pypdfium2.PdfDocument(data)
    try:
        for page in found:
            wide, tall = page.get_size()
            scale = min(_DPI / 72, (MOST_PIXELS / max(wide * tall, 1)) ** 0.5)
            yield page.render(scale=scale).to_pil().convert("RGB"), wide, tall
    finally:
        found.close()


def picture(data: bytes) -> tuple[Any, tuple[int, int]]:
    """Return an image as an object of the document, and its size in pixels."""
    try:
        return _image(data)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Unplaceable("broken") from error


def _image(data: bytes) -> tuple[Any, tuple[int, int]]:
    with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            opened.draft("RGB", (4000, 4000))
            if opened.width * opened.height > 4 * MOST_PIXELS:
                raise Unplaceable("large")
        turned = opened.getexif().get(0x0112, 1) != 1
        plain = opened.format == "JPEG" and opened.mode in {"RGB", "L"} and not turned
        plain = plain and _is_srgb(opened)
        if plain and opened.width * opened.height <= MOST_PIXELS:
            return _stream(data, opened.size, opened.mode, "DCTDecode"), opened.size
        picture = flat(ImageOps.exif_transpose(opened))
    if picture.width * picture.height > MOST_PIXELS:
        picture.thumbnail((4000, 4000))
    packed = zlib.compress(picture.tobytes(), 6)
    return _stream(packed, picture.size, picture.mode, "FlateDecode"), picture.size


def flat(picture: Image.Image) -> Image.Image:
    """On white, without transparency, in grey or sRGB."""
    if picture.mode.startswith("I"):  # 16 bits: Pillow would cut off what is above 255
        return picture.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if not _is_srgb(picture):
        picture = _managed(picture)
    if picture.mode in {"1", "L"}:
        return picture.convert("L")
    if picture.mode in {"RGBA", "LA", "PA", "P"}:
        clear = picture.convert("RGBA")
        ground = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(ground, clear).convert("RGB")
    return picture.convert("RGB")


def _is_srgb(picture: Image.Image) -> bool:
    """Whether its colours are those of the document; a grey one, or one that says nothing, is so."""
    profile = picture.info.get("icc_profile")
    if picture.mode == "CMYK":
        return not profile
    if not profile or picture.mode in {"1", "L", "LA"}:
        return True
    return b"sRGB" in profile or "sRGB".encode("utf-16-be") in profile


def _managed(picture: Image.Image) -> Image.Image:
    """Return it in sRGB by its own profile; where that is a bad one, by the usual way."""
    mode = "RGBA" if picture.mode in {"RGBA", "PA"} else "RGB"
    if picture.mode in {"P", "PA"}:
        picture = picture.convert(mode)
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(picture.info["icc_profile"]))
        made = ImageCms.profileToProfile(picture, profile, _SRGB, outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture
    return made or picture


def jpeg(picture: Image.Image) -> Any:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82)
    return _stream(out.getvalue(), picture.size, "RGB", "DCTDecode")


def _stream(data: bytes, size: tuple[int, int], mode: str, coding: str) -> Any:
    return pydyf.Stream(
        [data],
        pydyf.Dictionary(
            {
                "Type": "/XObject",
                "Subtype": "/Image",
                "Width": size[0],
                "Height": size[1],
                "ColorSpace": "/DeviceGray" if mode == "L" else "/DeviceRGB",
                "BitsPerComponent": 8,
                "Filter": f"/{coding}",
            }
        ),
    )


class Copier:
    """Takes objects of another PDF over into a flow, each once."""

    # Keys that lead out of a drawing: to pages, structure, actions, other files.
    _LEFT = frozenset(
        {
            "/StructParent",
            "/StructParents",
            "/Metadata",
            "/PieceInfo",
            "/LastModified",
            "/OPI",
            "/AF",
        }
    )

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self._taken: dict[tuple[int, int], Any] = {}

    def take(self, found: pikepdf.Object) -> bytes:
        """Return the reference of the copy of an indirect object."""
        if found.objgen not in self._taken:
            is_stream = isinstance(found, pikepdf.Stream)
            made = pydyf.Stream([found.read_raw_bytes()]) if is_stream else Wrapped()
            self.flow.number(made)
            self._taken[found.objgen] = made
            if isinstance(made, Wrapped):
                made.value = self._copied(found)
            else:
                about = {key: each for key, each in found.items() if key != "/Length"}
                made.extra = self._dictionary(about)
        return bytes(self._taken[found.objgen].reference)

    def _value(self, found: Any) -> Any:
        if isinstance(found, pikepdf.Object) and found.is_indirect:
            return self.take(found)
        return self._copied(found)

    def _copied(self, found: Any) -> Any:
        match found:
            case pikepdf.Dictionary():
                return self._dictionary(dict(found.items()))
            case pikepdf.Array():
                return pydyf.Array([self._value(each) for each in found])
            case pikepdf.String():
                return b"<" + bytes(found).hex().encode() + b">"
            case pikepdf.Object():
                return found.unparse()
            case bool():
                return str(found).lower().encode()
        return b"null" if found is None else str(found).encode()

    def _dictionary(self, items: dict[str, Any]) -> Any:
        return pydyf.Dictionary(
            {
                pydyf.name(key[1:])[1:].decode(): self._value(each)
                for key, each in items.items()
                if key not in self._LEFT
            }
        )
