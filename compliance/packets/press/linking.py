"""Link parts into one PDF: numbers, running heads, contents, outline, fonts, tags, attachments.

The file is a pure function of what is linked. A section's objects begin at a number that depends on
how much room those before it take, in whole slots: where a section grows a little, nothing that
follows has to be written anew.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from compliance.packets.press import faces, parts, stamping
from compliance.packets.press.metadata import About, metadata
from compliance.packets.press.parts import Bookmark, Link, Part, Placed
from compliance.packets.press.stamping import Heads, Stamp
from compliance.packets.press.syntax import number as _n
from compliance.packets.press.syntax import stream, text
from compliance.packets.press.writing import Writer

# Numbers below are the document's own.
_FIRST = 64
# The wider the slots, the more a section may grow in its place. Half the numbers may stay unused:
# qpdf takes a file for damaged whose numbers are higher than a third of its size in bytes.
_SLOTS = (4096, 1024, 256, 64, 1)
_SPARSE = 2


@dataclass(slots=True)
class Piece:
    """A part in its place in the document.

    *heads* is None where a page carries none (the cover), and *margin* what stands at the edge of a
    page that somebody else made. *lists* tells that page numbers are written beside its links: the
    contents.
    """

    part: Part
    place: Callable[[int], Placed]
    heads: Heads | None = None
    lists: bool = False
    margin: str = ""


@dataclass(slots=True)
class Attachment:
    """A file to embed: *chunks* yields *size* bytes."""

    name: str
    size: int
    media_type: str
    relationship: str
    chunks: Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture in sRGB: its size in pixels and three bytes for each of them, row by row."""

    size: tuple[int, int]
    pixels: bytes

    def object(self) -> bytes:
        about = (
            b"/Type /XObject/Subtype /Image/Width %d/Height %d/ColorSpace /DeviceRGB"
            b"/BitsPerComponent 8" % self.size
        )
        return stream(self.pixels, about)


# Every page's resources name a logo; where there is none it draws nothing.
_NO_LOGO = stream(b"", b"/Type /XObject/Subtype /Form/BBox [0 0 1 1]")


@dataclass(frozen=True, slots=True)
class Late:
    """What no section holds. *values* are texts by the anchor where each is stamped; *logo* is drawn
    in running heads that have room for one."""

    values: Mapping[str, str] = field(default_factory=dict)
    logo: Logo | None = None


# What is embedded, or what says it once it is known on which page each anchor stands.
Attachments = Iterable[Attachment] | Callable[[Mapping[str, int]], Iterable[Attachment]]


@dataclass(slots=True)
class Linked:
    """What was written; *missing* are anchors that a link names and no part has."""

    pages: int
    missing: list[str]


def link(
    out: BinaryIO,
    pieces: Iterable[Piece],
    about: About,
    attachments: Attachments = (),
    late: "Late | None" = None,
    program: faces.Program = faces.program,
) -> Linked:
    """Write the document of *pieces* to *out*. They are looked at once and need not exist together."""
    late = late or Late()
    pieces, glyphs = _taken(pieces)
    writer = Writer(out)
    bases = _bases([piece.part for piece in pieces])
    firsts = _running_total(len(piece.part.sheets) for piece in pieces)
    pages = firsts.pop()
    places = _Places(pieces, bases, firsts)
    for piece in pieces:  # what is left to be asked of them
        at = piece.part.anchors
        piece.part.anchors = {name: at[name] for name in late.values if name in at}
    spare = 20
    for piece, base, first in zip(pieces, bases, firsts, strict=True):
        placed = piece.place(base)
        writer.placed(placed, base)
        for index, stamp in enumerate(_stamps(piece, first, pages, places, late.values)):
            glyphs["sans"].update(stamp.glyphs)
            number = base + piece.part.count + index
            writer.stream(number, stamp.content())
    for face, used in glyphs.items():
        for number, body in faces.objects(face, used, spare, program):
            writer.object(number, body)
        spare += faces.taken(1)
    tail = _Tail(writer, places, _after(pieces, bases))
    outline = tail.outline(pieces)
    if callable(attachments):
        attachments = attachments({name: found[1] for name, found in places.anchors.items()})
    files = tail.files(attachments, about)
    tail.structure(pieces)
    fields = [
        base + number
        for piece, base in zip(pieces, bases, strict=True)
        for number in piece.part.fields
    ]
    tail.catalogue(about, outline, files, fields)
    writer.object(parts.LOGO, late.logo.object() if late.logo else _NO_LOGO)
    writer.finish(about.identifier)
    return Linked(pages, sorted(places.missing))


class _Places:
    """Where anchors are: by name, (number of the page's object, page of the document, x, y)."""

    def __init__(
        self, pieces: Sequence[Piece], bases: Sequence[int], firsts: Sequence[int]
    ) -> None:
        self.bases, self.firsts = bases, firsts
        self.anchors: dict[str, tuple[int, int, float, float]] = {}
        for piece, base, first in zip(pieces, bases, firsts, strict=True):
            for name, (index, x, y) in piece.part.anchors.items():
                number = base + piece.part.sheets[index].number
                self.anchors.setdefault(name, (number, first + index + 1, x, y))
        #: What links name and no part has, found while pages are stamped.
        self.missing: set[str] = set()


def _bases(all_parts: Sequence[Part]) -> list[int]:
    """Return the first number of each part."""
    used = sum(part.used for part in all_parts)
    for slot in _SLOTS:
        rooms = [-(-part.used // slot) * slot for part in all_parts]
        if sum(rooms) <= used * _SPARSE:
            break
    return _running_total(rooms, _FIRST)[:-1]


def _after(pieces: Sequence[Piece], bases: Sequence[int]) -> int:
    return bases[-1] + pieces[-1].part.used


def _running_total(counts: Iterable[int], first: int = 0) -> list[int]:
    totals = [first]
    for count in counts:
        totals.append(totals[-1] + count)
    return totals


def _taken(pieces: Iterable[Piece]) -> tuple[list[Piece], dict[str, faces.Glyphs]]:
    """Return the pieces and the union of the glyphs that they use, by face: each of them names most,
    so that all these lists would take more than all else that is known of the sections."""
    union: dict[str, faces.Glyphs] = {face: {} for face in parts.FACES}
    taken = []
    for piece in pieces:
        for face, used in piece.part.glyphs.items():
            union[face].update(used)
        taken.append(replace(piece, part=replace(piece.part, glyphs={})))
    return taken, union


def _stamps(
    piece: Piece, first: int, pages: int, places: _Places, values: Mapping[str, str]
) -> Iterator[Stamp]:
    links, late = _by_page(piece, places, values)
    for index, sheet in enumerate(piece.part.sheets):
        stamp, page = Stamp(), first + index + 1
        if piece.margin:
            stamping.margin(stamp, piece.margin, page, pages, (sheet.width, sheet.height))
        elif piece.heads:
            stamping.running(stamp, piece.heads, page, pages, (sheet.width, sheet.height))
        write = stamping.listed if piece.lists else stamping.paged
        for each in links[index]:
            write(stamp, each.box, places.anchors[each.target][1])
        for x, y, value in late[index]:
            stamping.valued(stamp, x, y, value)
        yield stamp


def _by_page(
    piece: Piece, places: _Places, values: Mapping[str, str]
) -> tuple[dict[int, list[Link]], dict[int, list[tuple[float, float, str]]]]:
    """Return what the section kept free on each page: numbers beside its links, late values."""
    links: dict[int, list[Link]] = defaultdict(list)
    for each in piece.part.links:
        if each.target not in places.anchors:
            places.missing.add(each.target)
        elif piece.lists or each.paged:
            links[each.page].append(each)
    late: dict[int, list[tuple[float, float, str]]] = defaultdict(list)
    for name, (page, x, y) in piece.part.anchors.items():
        late[page].append((x, y, values[name]))
    return links, late


class _Tail:
    """What the whole document has once."""

    def __init__(self, writer: Writer, places: _Places, free: int) -> None:
        self._writer, self._places, self._free = writer, places, free

    def _number(self) -> int:
        self._free += 1
        return self._free - 1

    def outline(self, pieces: Sequence[Piece]) -> int | None:
        """Write the outline; return the number of its root."""
        entries = [
            (each, base + piece.part.sheets[each.page].number)
            for piece, base in zip(pieces, self._places.bases, strict=True)
            for each in piece.part.bookmarks
        ]
        if not entries:
            return None
        root = self._number()
        numbers = [self._number() for _ in entries]
        tree = _tree([each.level for each, _page in entries])
        for place, (each, page) in enumerate(entries):
            self._writer.object(numbers[place], _entry(each, page, tree[place], numbers, root))
        tops = tree[-1].children
        self._writer.object(
            root,
            b"<</Type /Outlines/First %d 0 R/Last %d 0 R/Count %d>>"
            % (numbers[tops[0]], numbers[tops[-1]], len(tops)),
        )
        return root

    def files(self, attachments: Iterable[Attachment], about: About) -> list[tuple[str, int]]:
        """Embed files as they are: a changed byte is then a changed byte of one named file."""
        found = []
        date = about.date
        for each in attachments:
            data, spec = self._number(), self._number()
            kind = each.media_type.replace("/", "#2F").encode()
            self._writer.embedded(
                data,
                b"/Type /EmbeddedFile/Subtype /%b/Params <</Size %d/CreationDate (%b)/ModDate (%b)>>"
                % (kind, each.size, date, date),
                each.size,
                each.chunks(),
            )
            name = text(each.name)
            self._writer.object(
                spec,
                b"<</Type /Filespec/F %b/UF %b/Desc %b/AFRelationship /%b"
                b"/EF <</F %d 0 R/UF %d 0 R>>>>"
                % (name, name, name, each.relationship.encode(), data, data),
            )
            found.append((each.name, spec))
        return found

    def structure(self, pieces: Sequence[Piece]) -> None:
        """Write the root of the tags and the tree that leads from content to them."""
        leaves, elements = [], []
        for piece, base in zip(pieces, self._places.bases, strict=True):
            leaves.append(b"%d 0 R" % (base + piece.part.leaf))
            elements += [b"%d 0 R" % (base + each) for each in piece.part.elements]
        parents = self._number()
        self._writer.object(parents, b"<</Kids [%b]>>" % b" ".join(leaves))
        self._writer.object(
            parts.STRUCTURE,
            b"<</Type /StructTreeRoot/K [%d 0 R]/ParentTree %d 0 R>>" % (parts.DOCUMENT, parents),
        )
        self._writer.object(
            parts.DOCUMENT,
            b"<</Type /StructElem/S /Document/P %d 0 R/K [%b]>>"
            % (parts.STRUCTURE, b" ".join(elements)),
        )
        kids = b" ".join(b"%d 0 R" % base for base in self._places.bases)
        count = sum(len(piece.part.sheets) for piece in pieces)
        self._writer.object(parts.PAGES, b"<</Type /Pages/Kids [%b]/Count %d>>" % (kids, count))

    def catalogue(
        self,
        about: About,
        outline: int | None,
        files: Sequence[tuple[str, int]],
        fields: Sequence[int],
    ) -> None:
        names, xmp = self._number(), self._number()
        self._writer.object(names, self._names(files))
        # Metadata must be readable by programs that know no PDF: not compressed.
        self._writer.plain(xmp, b"/Type /Metadata/Subtype /XML", metadata(about))
        self._writer.profile()
        more = [
            b"/Type /Catalog/Pages %d 0 R/Names %d 0 R/Metadata %d 0 R" % (parts.PAGES, names, xmp),
            b"/StructTreeRoot %d 0 R/MarkInfo <</Marked true>>" % parts.STRUCTURE,
            b"/Lang (%b)/ViewerPreferences <</DisplayDocTitle true>>" % about.language.encode(),
            b"/OutputIntents [<</Type /OutputIntent/S /GTS_PDFA1/OutputConditionIdentifier (sRGB)"
            b"/Info (sRGB IEC61966-2.1)/DestOutputProfile %d 0 R>>]" % parts.PROFILE,
        ]
        if outline:
            more.append(b"/Outlines %d 0 R/PageMode /UseOutlines" % outline)
        if files:
            more.append(b"/AF [%b]" % b" ".join(b"%d 0 R" % number for _name, number in files))
        if fields:
            # 3: there are signatures, and the file may only be added to. The seal is never missing.
            listed = b" ".join(b"%d 0 R" % each for each in fields)
            more.append(b"/AcroForm <</Fields [%b]/SigFlags 3>>" % listed)
        self._writer.object(parts.CATALOGUE, b"<<%b>>" % b"".join(more))
        self._writer.information(about, self._number())

    def _names(self, files: Sequence[tuple[str, int]]) -> bytes:
        # Joined once: the names of a thousand pages are megabytes.
        pieces = [b"<</Dests <</Names ["]
        for name, number, x, y in sorted(
            (text(name), number, x, y)
            for name, (number, _page, x, y) in self._places.anchors.items()
        ):
            pieces.append(b"%b [%d 0 R /XYZ %b %b 0] " % (name, number, _n(x), _n(y)))
        pieces.append(b"]>>")
        if files:
            pairs = sorted((text(name), number) for name, number in files)
            embedded = b" ".join(b"%b %d 0 R" % pair for pair in pairs)
            pieces.append(b"/EmbeddedFiles <</Names [%b]>>" % embedded)
        return b"".join([*pieces, b">>"])


@dataclass(slots=True)
class _Node:
    """An entry's place in the outline, by indexes of the list of entries."""

    parent: int = -1
    before: int = -1
    after: int = -1
    children: list[int] = field(default_factory=list)


def _tree(levels: Sequence[int]) -> list[_Node]:
    """Return the nodes of entries with *levels*, and the root as the last one."""
    nodes = [_Node() for _ in range(len(levels) + 1)]
    open_: list[int] = []
    for index, level in enumerate(levels):
        while open_ and levels[open_[-1]] >= level:
            open_.pop()
        parent = open_[-1] if open_ else -1
        siblings = nodes[parent].children
        if siblings:
            nodes[index].before = siblings[-1]
            nodes[siblings[-1]].after = index
        nodes[index].parent = parent
        siblings.append(index)
        open_.append(index)
    return nodes


def _entry(each: Bookmark, page: int, node: _Node, numbers: list[int], root: int) -> bytes:
    parent = numbers[node.parent] if node.parent >= 0 else root
    inner = b"/Title %b/Parent %d 0 R/Dest [%d 0 R /XYZ %b %b 0]" % (
        text(each.label),
        parent,
        page,
        _n(each.x),
        _n(each.y),
    )
    if node.before >= 0:
        inner += b"/Prev %d 0 R" % numbers[node.before]
    if node.after >= 0:
        inner += b"/Next %d 0 R" % numbers[node.after]
    if node.children:
        # Closed at first: a thousand requirements would bury the chapters.
        inner += b"/First %d 0 R/Last %d 0 R/Count %d" % (
            numbers[node.children[0]],
            numbers[node.children[-1]],
            -len(node.children),
        )
    return b"<<%b>>" % inner
