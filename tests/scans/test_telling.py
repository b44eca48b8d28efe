"""What a running import says of itself."""

import io

import pytest

from compliance.scans import telling
from compliance.scans.records import Problem

pytestmark = pytest.mark.usefixtures("in_english")
GIGABYTE = 1 << 30


class Heard:
    """A job that takes what it is told."""

    def __init__(self) -> None:
        self.said: list[tuple[int, int, str]] = []

    def check(self) -> None:
        pass

    def step(self, done: int, total: int, phase: str) -> None:
        self.said.append((done, total, phase))


def test_it_tells_rows_pace_and_what_was_put_aside(monkeypatch):
    monkeypatch.setattr(telling, "SAY_EVERY_SECONDS", 0)
    heard = Heard()
    teller = telling.Teller(heard, 10 << 10)
    stream = io.BytesIO(bytes(10 << 10))
    stream.seek(5 << 10)
    for at in range(telling.LOOK_EVERY):
        teller.tell(Problem(f"line {at}", "why") if at < 3 else None, stream)
    [(done, total, phase)] = heard.said
    assert (done, total) == (5, 10)
    assert phase.startswith("200 rows read, ")
    assert phase.endswith("3 put aside")


def test_after_the_last_row_it_says_what_goes_on():
    heard = Heard()
    teller = telling.Teller(heard, 5 * GIGABYTE)
    teller.rows = 50_000
    teller.matching()
    [(done, total, phase)] = heard.said
    assert done == total < 1 << 31, "PostgreSQL's columns hold no more"
    assert phase.startswith("50,000 rows read; findings")
