"""Text in documents that are archives of XML: paragraph by paragraph, though runs cut it to bits."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

PART_LIMIT = 128 * 1024**2
# Local names: what holds a paragraph, what holds its text, what stands for white space.
BLOCKS = {"p", "si", "is", "comment"}
TEXTS = {"t"}
SPACES = {"tab", "br", "cr", "lineBreak", "nbSpace"}
ROWS = {"tr"}


@dataclass(slots=True)
class Block:
    """A paragraph: the elements whose text is its text, in order."""

    element: Any
    nodes: list[Any]

    @property
    def text(self) -> str:
        return "".join(text_of(node) for node in self.nodes)


def parse(archive: zipfile.ZipFile, name: str) -> Any:
    """Return the root of a part; None when it is too large or no XML."""
    if archive.getinfo(name).file_size > PART_LIMIT:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(archive.read(name), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def blocks(root: Any) -> Iterator[Block]:
    """Yield the paragraphs; one within another (a table in a paragraph) stands for itself."""
    for element in root.iter():
        if local(element) in BLOCKS:
            nodes = list(_own(element))
            if nodes:
                yield Block(element, nodes)


def row_text(block: Block) -> str:
    """Return the text of the table row around a paragraph, "" outside tables."""
    for above in block.element.iterancestors():
        if local(above) in ROWS:
            return " ".join(node.text or "" for node in above.iter() if local(node) in TEXTS)[:1000]
    return ""


def number_in(name: str) -> int:
    found = re.search(r"(\d+)\.xml$", name)
    return int(found[1]) if found else 0


def _own(element: Any) -> Iterator[Any]:
    for child in element:
        name = local(child)
        if name in BLOCKS:
            continue
        if name in TEXTS or name in SPACES:
            yield child
        yield from _own(child)


def text_of(node: Any) -> str:
    return " " if local(node) in SPACES else node.text or ""
