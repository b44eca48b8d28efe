"""Lynis report.dat: key=value lines."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import BinaryIO

from compliance.scans import reasons
from compliance.scans.parsers import _text, _words
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run
from compliance.shared.severity import Severity

FORMAT = "lynis"
LABEL = "Lynis report.dat"
TOOL = "lynis"

_FAILED = {"warning[]": Severity.MEDIUM, "suggestion[]": Severity.LOW}
_TEST = re.compile(r"[A-Z0-9]{2,8}-\d{3,4}")


def sniff(head: bytes) -> int:
    return 100 if b"lynis_version=" in head or head.startswith(b"# Lynis Report") else 0


def covers(scope: Collection[str], rule: str, place: tuple[str, ...]) -> bool:
    """A test that ran and did not complain is proof; one that did not run is none."""
    return rule in scope


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    yield from _Reader(options or Options()).records(stream)


class _Reader:
    def __init__(self, options: Options) -> None:
        self.values: dict[str, tuple[str, str]] = {}  # key → (value, position)
        self.asset = _words.host("", options.asset or "unknown")
        self.chosen = bool(options.asset)
        self.complained: set[str] = set()

    def records(self, stream: BinaryIO) -> Iterator[Record]:
        for number, line in enumerate(_text.lines(stream), start=1):
            key, equals, value = line.rstrip("\r\n").partition("=")
            position = f"line {number}"
            if line.startswith("#") or not line.strip():
                continue
            if not equals:
                yield Problem(position, reasons.BROKEN_LINE, _words.mask(_words.short(line)))
            elif key in _FAILED or key == "exception_event[]":
                yield self._complaint(key, value, position)
            else:
                self._value(key, value, position)
        yield from self._silent("tests_executed", Outcome.PASS)
        yield from self._silent("tests_skipped", Outcome.NOT_APPLICABLE)
        yield self._run()

    def _value(self, key: str, value: str, position: str) -> None:
        if not key.endswith("[]"):
            self.values[key] = (value.strip(), position)
        if key == "hostname" and value.strip() and not self.chosen:
            self.asset = _words.host("", value.strip())

    def _complaint(self, key: str, value: str, position: str) -> Record:
        test, text, detail, solution = (*value.split("|"), "", "", "", "")[:4]
        test = test.strip().partition(":")[0]
        if not test:
            return Problem(position, reasons.NO_RULE, _words.short(value))
        self.complained.add(test)
        failed = key in _FAILED
        detail = "" if detail.strip() == "-" else _words.short(detail)
        return Row(
            tool=TOOL,
            outcome=Outcome.FAIL if failed else Outcome.ERROR,
            rule=test,
            title=_words.short(text) or test,
            asset=self.asset,
            location=detail,
            place=_place(text, detail),
            refs=_refs(test),
            severity=_FAILED.get(key, Severity.INFO),
            tool_severity=key.removesuffix("[]"),
            excerpt=_words.excerpt(text, detail, "" if solution == "-" else solution),
            position=position,
        )

    def _silent(self, key: str, outcome: Outcome) -> Iterator[Row]:
        """Tests that ran or were left out without a word of complaint."""
        tests, position = self.values.get(key, ("", ""))
        for test in dict.fromkeys(filter(None, map(str.strip, tests.split("|")))):
            if test in self.complained:
                continue
            yield Row(
                tool=TOOL,
                outcome=outcome,
                rule=_words.short(test, 60),
                title=_words.short(test, 60),
                asset=self.asset,
                refs=_refs(test),
                tool_severity=key,
                position=position,
            )

    def _run(self) -> Run:
        executed = self._get("tests_executed").split("|")
        return Run(
            format=FORMAT,
            tool="Lynis",
            tool_version=_words.short(self._get("lynis_version")),
            started_at=_words.moment(self._get("report_datetime_start")),
            finished_at=_words.moment(self._get("report_datetime_end")),
            complete=self._get("finish") == "true" or bool(self._get("report_datetime_end")),
            targets=(self.asset,),
            scope=tuple(dict.fromkeys(filter(None, executed))),
        )

    def _get(self, key: str) -> str:
        return self.values.get(key, ("", ""))[0]


def _place(text: str, detail: str) -> tuple[str, ...]:
    """Which of a test's several complaints this is, without the values found today."""
    subject = re.sub(r"\s*\(.*", "", detail) or re.sub(r"\d+", "#", _words.short(text))
    return (subject,)


def _refs(test: str) -> tuple[str, ...]:
    family = test.partition("-")[0]
    known = _TEST.fullmatch(test) is not None
    return _words.refs([f"lynis:{test}"], [f"lynis.family:{family}"] if known else [])
