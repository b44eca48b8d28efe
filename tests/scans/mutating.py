"""Damaging scan results on purpose: of structure, of bytes, of encoding, by their length.

`mutated(content)` is a strategy whose examples are damaged versions of a file. A file of JSON or
XML is damaged as such, so that the parser itself meets what is missing, doubled or of another
type, and not only the reader of the syntax.
"""

from __future__ import annotations

import codecs
import copy
import gzip
import json
from typing import Any

from hypothesis import strategies as st
from lxml import etree

FILLERS = [b"null", b"[]", b"{}", b"-1", b'""', b"1e999", b"\xff\xfe", b'"', b"9" * 5000, b"[null]"]
KILOBYTE = 1024
MOST_NODES = 3000

# What stands where something else belongs.
STRANGE: list[Any] = [
    *(None, True, False, 0, -1, 10**30, 1.5, 1e308, "", " ", "x", "null", "-", "/", ":", "[::1"),
    *([], {}, [None], [[]], [{}], {"a": None}, {"item": []}, ["x"], [1, "x", None, {}], "0" * 400),
    *("\x00", "\ud7ff\uffff", "가나다" * 200, "http://[", "2026-13-45T99:99:99Z", "<b>&amp;</b>"),
    *("\u202e반전", "=1+1", "FAIL", "pass", "critical", "CVE-2026-99999", "9" * 4400),
]
WORDS = [str(each) for each in STRANGE if isinstance(each, str) and each.isprintable()] + [
    "\t",
    "7",
]


class _Content(bytes):
    """The bytes of a file, short where hypothesis speaks of its strategies."""

    def __repr__(self) -> str:
        return f"<{len(self)} bytes>"


def mutated(whole: bytes) -> st.SearchStrategy[bytes]:
    """Damaged versions of a file."""
    content = _Content(whole)
    kinds = [_bytes(content), _cut(content), _flipped(content), _encoded(content)]
    if (document := _document(content)) is not None:
        kinds += [_json(document)] * 4
    elif content.lstrip().startswith(b"<"):
        kinds += [_xml(content)] * 4
    else:
        kinds += [_lines(content)] * 4
    return st.one_of(kinds)


# Without regard to the kind of file


@st.composite
def _bytes(draw: Any, content: bytes) -> bytes:
    """Some stretches replaced by what means something elsewhere."""
    changed = bytearray(content)
    for _change in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(changed)))
        length = draw(st.integers(0, 40))
        filler = draw(st.one_of(st.binary(max_size=12), st.sampled_from(FILLERS)))
        changed[start : start + length] = filler
    return bytes(changed)


@st.composite
def _cut(draw: Any, content: bytes) -> bytes:
    """Cut off, at a kilobyte or anywhere; or the beginning is gone."""
    edges = list(range(0, len(content), KILOBYTE))
    at = draw(st.one_of(st.sampled_from(edges or [0]), st.integers(0, len(content))))
    return draw(st.sampled_from([content[:at], content[at:], content[:at] + content]))


@st.composite
def _flipped(draw: Any, content: bytes) -> bytes:
    """Single bits turned."""
    changed = bytearray(content)
    for _flip in range(draw(st.integers(1, 8)) if changed else 0):
        changed[draw(st.integers(0, len(changed) - 1))] ^= 1 << draw(st.integers(0, 7))
    return bytes(changed)


@st.composite
def _encoded(draw: Any, content: bytes) -> bytes:
    """Saved in another encoding, with or without a mark, and perhaps packed or damaged then."""
    text = content.decode("utf-8", "replace")
    label = draw(st.sampled_from(["cp949", "euc-kr", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]))
    mark = draw(st.sampled_from([b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE]))
    changed = mark + text.encode(label, "replace")
    changed = draw(st.sampled_from([changed, mark + content, changed[:-1]]))
    return gzip.compress(changed, 1, mtime=0) if draw(st.booleans()) else changed


# JSON


def _document(content: bytes) -> _Document | None:
    """The JSON inside, if there is any."""
    text = content.decode("utf-8", "replace").removeprefix("\ufeff")
    prefix, brace, rest = text.partition("{")
    if brace and prefix.strip().endswith("="):  # JavaScript around it
        text, prefix = brace + rest, prefix
    else:
        prefix = ""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return _Document(prefix, [json.loads(text)])
    except ValueError:
        pass
    try:
        return _Document(prefix, [json.loads(line) for line in text.splitlines() if line.strip()])
    except ValueError:
        return None


class _Document:
    """JSON, or JavaScript with JSON in it, or lines of JSON."""

    def __init__(self, prefix: str, values: list[Any]) -> None:
        self.prefix, self.values = prefix, values

    def __repr__(self) -> str:
        return "<JSON>"

    def write(self, values: list[Any]) -> bytes:
        lines = [self.prefix + json.dumps(value, ensure_ascii=False) for value in values]
        return "\n".join(lines).encode("utf-8", "replace")


def _places(value: Any) -> list[tuple[Any, Any]]:
    """(container, key) of every value inside, in order, some thousand at most."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting and len(found) < MOST_NODES:
        current = waiting.pop()
        inside = current.items() if isinstance(current, dict) else enumerate(current)
        for key, inner in list(inside):
            found.append((current, key))
            if isinstance(inner, dict | list):
                waiting.append(inner)
    return found


@st.composite
def _json(draw: Any, document: _Document) -> bytes:
    """Values of other types, members gone, doubled, renamed, nested deeply, out of order."""
    values = copy.deepcopy(document.values)
    for _change in range(draw(st.integers(1, 5))):
        places = _places(values)
        if not places:
            break
        container, key = draw(st.sampled_from(places))
        _change_json(draw, container, key)
    return document.write(values)


def _change_json(draw: Any, container: Any, key: Any) -> None:
    how = draw(st.sampled_from(["replace", "replace", "drop", "double", "wrap", "rename", "deep"]))
    if how == "drop":
        del container[key]
    elif how == "double" and isinstance(container, list):
        container[key:key] = [copy.deepcopy(container[key])] * draw(st.integers(1, 30))
    elif how == "wrap":
        container[key] = draw(st.sampled_from([[container[key]], {"item": container[key]}]))
    elif how == "rename" and isinstance(container, dict):
        container[draw(st.sampled_from([key.upper(), f"{key}s", ""]))] = container.pop(key)
    elif how == "deep":
        for _level in range(draw(st.sampled_from([3, 199, 201, 600]))):
            container[key] = [container[key]]
    else:
        container[key] = copy.deepcopy(draw(st.sampled_from(STRANGE)))


# XML


@st.composite
def _xml(draw: Any, content: bytes) -> bytes:
    """Elements gone, empty, doubled, renamed, elsewhere; attributes and texts of other kinds."""
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False))
    for _change in range(draw(st.integers(1, 5))):
        nodes = [node for node in root.iter() if isinstance(node.tag, str)][:MOST_NODES]
        _change_xml(draw, draw(st.sampled_from(nodes)), root)
    return bytes(etree.tostring(root, encoding=draw(st.sampled_from(["utf-8", "utf-16", "cp949"]))))


def _change_xml(draw: Any, node: Any, root: Any) -> None:
    changes = ["attribute", "attribute", "text", "empty", "rename", "deep", "comment"]
    if node is not root:
        changes += ["drop", "drop", "double", "move"]
    _XML_CHANGES[draw(st.sampled_from(changes))](draw, node, root)


def _attribute(draw: Any, node: Any, _root: Any) -> None:
    names = list(node.attrib) or ["id"]
    name = draw(st.sampled_from(names))
    if draw(st.booleans()):
        node.attrib.pop(name, None)
    else:
        node.set(name, draw(st.sampled_from(WORDS)))


def _text(draw: Any, node: Any, _root: Any) -> None:
    node.text = draw(st.sampled_from(WORDS))


def _empty(_draw: Any, node: Any, _root: Any) -> None:
    node.clear()


def _rename(draw: Any, node: Any, _root: Any) -> None:
    namespace, brace, local = node.tag.rpartition("}")
    node.tag = draw(st.sampled_from(["x", local, f"{namespace}{brace}{local}s"]))


def _deep(draw: Any, node: Any, _root: Any) -> None:
    for _level in range(draw(st.sampled_from([3, 199, 201, 600]))):
        node = etree.SubElement(node, "a")


def _comment(_draw: Any, node: Any, _root: Any) -> None:
    node.insert(0, etree.Comment("x"))
    node.insert(0, etree.ProcessingInstruction("x", "y"))


def _drop(_draw: Any, node: Any, _root: Any) -> None:
    if (parent := node.getparent()) is not None:
        parent.remove(node)


def _double(draw: Any, node: Any, _root: Any) -> None:
    for _copy in range(draw(st.integers(1, 30))):
        node.addnext(copy.deepcopy(node))


def _move(draw: Any, node: Any, root: Any) -> None:
    """To the end of the document, where nothing of its surroundings is known any more."""
    root.append(node)


_XML_CHANGES = {
    "attribute": _attribute,
    "text": _text,
    "empty": _empty,
    "rename": _rename,
    "deep": _deep,
    "comment": _comment,
    "drop": _drop,
    "double": _double,
    "move": _move,
}


# Lines: tables, key=value, and the text of scripts


@st.composite
def _lines(draw: Any, content: bytes) -> bytes:
    """Lines gone, doubled, out of order; cells gone, doubled, replaced; another delimiter."""
    lines = content.decode("utf-8", "replace").splitlines(keepends=True)
    for _change in range(draw(st.integers(1, 5))):
        if not lines:
            break
        at = draw(st.integers(0, len(lines) - 1))
        how = draw(
            st.sampled_from(["drop", "double", "cell", "cell", "quote", "delimiter", "move"])
        )
        lines = _change_lines(draw, lines, at, how)
    return "".join(lines).encode("utf-8", "replace")


def _change_lines(draw: Any, lines: list[str], at: int, how: str) -> list[str]:
    if how == "drop":
        return lines[:at] + lines[at + 1 :]
    if how == "double":
        return lines[:at] + [lines[at]] * draw(st.integers(2, 40)) + lines[at + 1 :]
    if how == "move":
        return lines[:at] + lines[at + 1 :] + [lines[at]]
    if how == "delimiter":
        new = draw(st.sampled_from(";\t|"))
        return [line.replace(",", new) for line in lines]
    if how == "quote":
        return [*lines[:at], lines[at].replace(",", ',"', 1), *lines[at + 1 :]]
    delimiter = draw(st.sampled_from(",;|=:"))
    cells = lines[at].split(delimiter)
    cells[draw(st.integers(0, len(cells) - 1))] = draw(st.sampled_from(WORDS))
    return [*lines[:at], delimiter.join(cells), *lines[at + 1 :]]
