"""Parsers of scan results, one module a format, chosen by content and never by file name.

A parser module has FORMAT, LABEL, `sniff(head) -> score`, `parse(stream, options) -> records`,
and, where absence of a row proves something, `covers(scope, rule, place)`. Modules whose names
start with "_" are plumbing. Adding a format touches one module, one sample, one test.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO

from compliance.scans import reasons
from compliance.scans.parsers import _errors, _unpack
from compliance.scans.records import Options, Problem, Record, Row, Run


def _nothing_covered(_scope: Collection[str], _rule: str, _place: tuple[str, ...]) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Parser:
    """One format. `covers` says whether a complete run without a row proves that it is gone."""

    format: str
    label: str
    sniff: Callable[[bytes], int]
    parse: Callable[[BinaryIO, Options], Iterator[Record]]
    covers: Callable[[Collection[str], str, tuple[str, ...]], bool]


@cache
def parsers() -> dict[str, Parser]:
    """Every parser by its format."""
    found = {}
    for info in pkgutil.iter_modules(__path__):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{__name__}.{info.name}")
        covers = getattr(module, "covers", _nothing_covered)
        found[module.FORMAT] = Parser(
            module.FORMAT, module.LABEL, module.sniff, module.parse, covers
        )
    return found


def choose(stream: BinaryIO, options: Options | None = None) -> Parser:
    """The parser that knows this content best. Raises Refused when none does.

    A table whose columns somebody bound to our fields is read as that.
    """
    head = _unpack.head(stream)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise _errors.empty()
    if options and options.columns and not head.lstrip().startswith((b"<", b"{", b"[")):
        return parsers()["table"]
    scores = [(parser.sniff(head), parser) for parser in parsers().values()]
    score, best = max(scores, key=lambda pair: pair[0])
    if score <= 0:
        raise _errors.unknown()
    return best


def read(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    """Rows, problems and, last, the run of a scan result. Raises Refused for an unreadable file."""
    stream = _unpack.whole(stream)
    parser = choose(stream, options)
    run: Run | None = None
    anything = False
    stream.seek(0)
    for record in map(_named, parser.parse(stream, options or Options())):
        anything = anything or isinstance(record, Row | Problem)
        run = record if isinstance(record, Run) else run
        yield record
    if run is None or not (anything or run.targets):
        raise _errors.nothing_inside()


def _named(record: Record) -> Record:
    """A row of which nobody could say what was checked is a problem, whatever its format."""
    if isinstance(record, Row) and not record.rule.strip():
        return Problem(record.position, reasons.NO_RULE, record.title)
    return record
