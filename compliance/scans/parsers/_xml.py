"""Streaming XML for scanner files: entities off, depth bounded, memory flat."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO, Literal

from lxml import etree

from compliance.scans.parsers import _errors

CHUNK = 1 << 16
DEPTH = 200
MOST_NAMES = 10_000

Element = Any


class CutOff(Exception):
    """The document ended early. What was yielded before is whole."""


def _parser(events: tuple[Literal["start", "end"], ...]) -> Any:
    # huge_tree: plugin outputs beyond 10 MB are legitimate; depth and entities are bounded here.
    return etree.XMLPullParser(
        events=events, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True
    )


class _Names(dict[Any, str]):
    """Tags → local names. A file asks for the same few a million times."""

    def __missing__(self, tag: Any) -> str:
        local = tag.rpartition("}")[2] if isinstance(tag, str) else ""
        if len(self) < MOST_NAMES:
            self[tag] = local
        return local


_NAMES = _Names()


def name(element: Element) -> str:
    """The local name, without the namespace. Comments and the like have none."""
    return _NAMES[element.tag]


def root(head: bytes) -> tuple[str, str]:
    """(namespace, local name) of the document's first element, or empty if head is no XML."""
    if b"<" not in head[:4096]:
        return "", ""
    parser = _parser(("start",))
    with suppress(etree.XMLSyntaxError):  # what came before the fault still counts
        parser.feed(head)
    for _event, element in _rest(parser):
        namespace, _brace, local = element.tag.rpartition("}")
        return namespace.lstrip("{"), local
    return "", ""


def _refuse_entities(first: Element) -> None:
    """A DOCTYPE is fine (Nmap writes one); declaring an ENTITY is not."""
    subset = first.getroottree().docinfo.internalDTD
    if subset is not None and next(iter(subset.iterentities()), None) is not None:
        raise _errors.entities()


def _events(stream: BinaryIO) -> Iterator[tuple[str, Element]]:
    parser = _parser(("start", "end"))
    while chunk := stream.read(CHUNK):
        try:
            parser.feed(chunk)
        except etree.XMLSyntaxError as fault:
            yield from _rest(parser)
            raise _errors.broken_xml() from fault
        yield from _rest(parser)
    try:
        parser.close()
    except etree.XMLSyntaxError as fault:
        yield from _rest(parser)
        raise CutOff from fault


def _rest(parser: Any) -> Iterator[tuple[str, Element]]:
    with suppress(etree.XMLSyntaxError):
        yield from parser.read_events()


def walk(stream: BinaryIO, leaves: frozenset[str]) -> Iterator[tuple[str, Element]]:
    """Yield ("start", element) outside leaves and ("leaf", element) for each finished leaf.

    A leaf is complete with its children and gone after the loop body; everything else is
    dropped as it closes, so memory stays at one leaf. ("end", element) is yielded for containers.
    """
    stream.seek(0)
    depth = inside = 0
    for event, element in _events(stream):
        leaf = _NAMES[element.tag] in leaves
        if event == "start":
            depth += 1
            if depth == 1:
                _refuse_entities(element)
            if depth > DEPTH:
                raise _errors.too_deep()
            if not inside:
                yield "start", element
            inside += leaf
            continue
        depth -= 1
        inside -= leaf
        if not inside:
            yield ("leaf" if leaf else "end"), element
            _drop(element)


def _drop(element: Element) -> None:
    element.clear(keep_tail=True)
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def child(element: Element, local: str) -> Element | None:
    """The first child with that local name."""
    return next((found for found in element if name(found) == local), None)


def by_name(element: Element) -> dict[str, Element]:
    """The children by their local names, the first of each: for elements with many of them."""
    found: dict[str, Element] = {}
    for each in element:
        found.setdefault(name(each), each)
    return found


def children(element: Element, local: str) -> list[Element]:
    """All children with that local name."""
    return [found for found in element if name(found) == local]


def words(element: Element | None) -> str:
    """All text below an element."""
    return "" if element is None else "".join(element.itertext()).strip()


def child_words(element: Element, local: str) -> str:
    return words(child(element, local))


def line(element: Element) -> str:
    return f"line {element.sourceline}"
