"""Reading samples: small helpers for the tests of the parsers."""

import io
from collections import Counter
from pathlib import Path

from compliance.scans import parsers
from compliance.scans.records import Options, Problem, Row, Run

SAMPLES = Path(__file__).parent / "samples"


def read_bytes(content: bytes, **options) -> tuple[list[Row], list[Problem], Run]:
    records = list(parsers.read(io.BytesIO(content), Options(**options)))
    rows = [record for record in records if isinstance(record, Row)]
    problems = [record for record in records if isinstance(record, Problem)]
    (run,) = [record for record in records if isinstance(record, Run)]
    return rows, problems, run


def read(name: str, **options) -> tuple[list[Row], list[Problem], Run]:
    return read_bytes((SAMPLES / name).read_bytes(), **options)


def outcomes(rows: list[Row]) -> dict[str, int]:
    return dict(Counter(row.outcome.value for row in rows))


def by_rule(rows: list[Row]) -> dict[str, Row]:
    return {row.rule: row for row in rows}
