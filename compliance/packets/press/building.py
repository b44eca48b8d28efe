"""Collects the objects of a part: pages, marks, links, structure."""

from typing import Any

import pydyf

from compliance.packets.press import parts
from compliance.packets.press.blanks import Blank
from compliance.packets.press.parts import Bookmark, Encoder, Key, Link, Part, Sheet


class Builder:
    """The PDF objects of one section while it is drawn."""

    def __init__(self, key: str) -> None:
        self.pdf = pydyf.PDF()
        self._encoder = Encoder(len(self.pdf.objects), key)
        self.nodes = pydyf.Dictionary(
            {
                "Type": "/Pages",
                "Kids": pydyf.Array(),
                "Count": 0,
                "Parent": parts.pointer(parts.PAGES),
            }
        )
        self.number(self.nodes)
        # The document's own element is the linker's; here it only lends its number.
        self.document = pydyf.Dictionary({"S": "/Document", "K": pydyf.Array()})
        self.document.number = parts.GLOBAL + parts.DOCUMENT
        self.elements: list[int] = []
        self.anchors: dict[str, tuple[int, float, float]] = {}
        self.bookmarks: list[Bookmark] = []
        self.links: list[Link] = []
        self._fields: list[int] = []
        self._sheets: list[tuple[Any, float, float]] = []
        self._shared: list[Any] = []
        self._parents: list[tuple[int, Any]] = []
        self._glyphs: dict[str, dict[int, tuple[str, int]]] = {}

    def number(self, made: Any) -> Any:
        """Take *made* up as an object of its own."""
        self.pdf.add_object(made)
        return made

    def resources(self) -> Any:
        """Return what pages may name; faces under their own names, as stamps and tables do."""
        made = pydyf.Dictionary(
            {
                "Font": pydyf.Dictionary(
                    {face: parts.pointer(number) for face, number in parts.FACES.items()}
                ),
                "ExtGState": pydyf.Dictionary(),
                "XObject": pydyf.Dictionary(),
                "Pattern": pydyf.Dictionary(),
                "Shading": pydyf.Dictionary(),
                "ColorSpace": parts.pointer(parts.SPACES),
            }
        )
        self._shared.append(made)
        return made

    def page(self, stream: Any, width: float, height: float, resources: Any) -> Any:
        """Add a page of *width* × *height* points that draws *stream*."""
        self.number(stream)
        page = pydyf.Dictionary(
            {
                "Type": "/Page",
                "Parent": self.nodes.reference,
                "MediaBox": pydyf.Array([0, 0, width, height]),
                "Contents": stream.reference,
                "Resources": resources.reference,
                "Tabs": "/S",
            }
        )
        # WeasyPrint's tags look pages up in pydyf's list.
        self.pdf.add_page(page)
        page["StructParents"] = Key(page.number)
        self.nodes["Kids"].append(page.reference)
        self.nodes["Count"] += 1
        self._sheets.append((page, width, height))
        return page

    def link(self, corners: list[float], target: str, *, paged: bool = False) -> Any:
        """Add a link of the last page to an anchor, which any part may have (see parts.Link)."""
        annotation = self.number(
            pydyf.Dictionary(
                {
                    "Type": "/Annot",
                    "Subtype": "/Link",
                    "Rect": pydyf.Array(corners),
                    "BS": pydyf.Dictionary({"W": 0}),
                    "Contents": pydyf.String(target),
                    "Dest": pydyf.String(target),
                }
            )
        )
        page = self._sheets[-1][0]
        page.setdefault("Annots", pydyf.Array()).append(annotation.reference)
        self.links.append(Link(len(self._sheets) - 1, corners, target, paged))
        return annotation

    def blank(self, index: int, blank: Blank, left: float, top: float) -> None:
        """Prepare a field to sign on page *index*; its upper left corner is at *left*, *top*."""
        page = self._sheets[index][0]
        corners = [left, top - blank.tall, left + blank.wide, top]
        widget = self.number(
            pydyf.Dictionary(
                {
                    "Type": "/Annot",
                    "Subtype": "/Widget",
                    "FT": "/Sig",
                    "T": pydyf.String(blank.name),
                    "TU": pydyf.String(blank.label),
                    "Rect": pydyf.Array(corners if blank.wide else [0, 0, 0, 0]),
                    "P": page.reference,
                    "AP": pydyf.Dictionary({"N": self._look(blank).reference}),
                }
            )
        )
        page.setdefault("Annots", pydyf.Array()).append(widget.reference)
        form = {"Type": "/StructElem", "S": "/Form", "P": self.document.reference}
        of_widget = {"Type": "/OBJR", "Obj": widget.reference, "Pg": page.reference}
        element = self.number(pydyf.Dictionary({**form, "K": pydyf.Dictionary(of_widget)}))
        self.annotated(widget, element.reference)
        self.elements.append(element.number)
        self._fields.append(widget.number)

    def _look(self, blank: Blank) -> Any:
        """Add what an empty field shows."""
        drawn = blank.drawn()
        self.saw("sans", drawn.glyphs)
        faces = pydyf.Dictionary({"sans": parts.pointer(parts.FACES["sans"])})
        about = {
            "Type": "/XObject",
            "Subtype": "/Form",
            "BBox": pydyf.Array([0, 0, blank.wide, blank.tall]),
            "Resources": pydyf.Dictionary({"Font": faces}),
        }
        return self.number(pydyf.Stream([drawn.drawn()], about, compress=True))

    def marks(self, index: int, elements: list[bytes]) -> None:
        """Say to which element each piece of marked content of a page belongs, in order."""
        self._parents.append((self._sheets[index][0].number, pydyf.Array(elements)))

    def annotated(self, annotation: Any, element: bytes) -> None:
        annotation["StructParent"] = Key(annotation.number)
        self._parents.append((annotation.number, element))

    def saw(self, face: str, glyphs: dict[int, tuple[str, int]]) -> None:
        self._glyphs.setdefault(face, {}).update(glyphs)

    def finish(self) -> Part:
        leaf = self._leaf()
        for each in self._shared:  # late: WeasyPrint looks through what it drew itself
            each["XObject"]["Logo"] = parts.pointer(parts.LOGO)
        first = self.nodes.number
        for page, _width, _height in self._sheets:
            # The linker's stamp is a second stream: running heads and page numbers.
            page["Contents"] = pydyf.Array([page["Contents"], self._stamp(page)])
        mine = self.pdf.objects[first:]
        streams = [
            (each.number - first, *self._stream(each))
            for each in mine
            if isinstance(each, pydyf.Stream)
        ]
        packed = [each for each in mine if not isinstance(each, pydyf.Stream)]
        return Part(
            sheets=[Sheet(page.number - first, w, h) for page, w, h in self._sheets],
            count=len(mine),
            numbers=[each.number - first for each in packed],
            objects=parts.joined([self._encoder.encode(each) for each in packed]),
            streams=streams,
            elements=[number - first for number in self.elements],
            leaf=leaf.number - first,
            anchors=self.anchors,
            bookmarks=self.bookmarks,
            links=self.links,
            fields=[number - first for number in self._fields],
            glyphs=self._glyphs,
        )

    def _leaf(self) -> Any:
        pairs = sorted(self._parents, key=lambda pair: pair[0])
        nums = pydyf.Array([each for number, owner in pairs for each in (Key(number), owner)])
        limits = pydyf.Array([Key(pairs[0][0]), Key(pairs[-1][0])])
        return self.number(pydyf.Dictionary({"Nums": nums, "Limits": limits}))

    def _stamp(self, page: Any) -> bytes:
        """The reference of a page's stamp, whose number follows those of all objects."""
        index = [each[0] for each in self._sheets].index(page)
        return b"%d 0 R" % (len(self.pdf.objects) + index)

    def _stream(self, stream: Any) -> tuple[bytes, bytes]:
        """Return a stream's dictionary and its data apart."""
        about, data = _data(stream)
        return self._encoder.encode(about), data


def _data(stream: Any) -> tuple[Any, bytes]:
    written = stream.data
    head, _, rest = written.partition(b"\nstream\n")
    del head
    data = rest[: -len(b"\nendstream")]
    about = pydyf.Dictionary(dict(stream.extra))
    if stream.compress:
        about["Filter"] = "/FlateDecode"
    about["Length"] = len(data)
    return about, data
