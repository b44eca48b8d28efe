"""Ten thousand damaged scan results, read one after the other.

They are spread over every sample of the tests and of the folder that SCAN_SAMPLES names, damaged as
tests/scans/mutating.py does. A line a parser says how many files it read, how many it refused
with a sentence, and its slowest. A file that is neither, takes too long or too much memory stops the run
and is kept. MUTATIONS and MUTATION_SEED name another number and seed; the same seed damages alike.
"""

from __future__ import annotations

import io
import os
import resource
import signal
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

NUMBER = int(os.environ.get("MUTATIONS", "10000"))
SEED = int(os.environ.get("MUTATION_SEED", time.time_ns() % 1_000_000))
# Of the processor. What is slower has gone wrong: an undamaged megabyte takes a fifth of a second.
SECONDS = 10
# Beside what the process has: an undamaged sample takes some megabytes.
MEMORY = 512 << 20
KEPT = Path("mutation-that-failed.bin")


@dataclass
class Tally:
    """What became of one parser's files."""

    read: int = 0
    refused: int = 0
    rows: int = 0
    aside: int = 0
    slowest: float = 0.0

    def line(self, name: str) -> str:
        return (
            f"{name:<12} {self.read + self.refused:>6} files {self.read:>6} read "
            f"{self.refused:>6} refused {self.rows:>8} rows {self.aside:>7} put aside, "
            f"slowest {self.slowest * 1000:4.0f} ms"
        )


def measure() -> Iterator[str]:
    from compliance.scans import parsers
    from tests.scans import mutations

    signal.signal(signal.SIGPROF, _too_slow)
    files = mutations.samples()
    tallies: dict[str, Tally] = defaultdict(Tally)
    left = NUMBER
    for at, (name, content) in enumerate(files.items()):
        share = -(-left // (len(files) - at))
        parser = parsers.choose(io.BytesIO(content))
        _damage(content, share, tallies[parser.format], name)
        left -= share
    for name in sorted(tallies):
        yield tallies[name].line(name)
    done = sum(tally.read + tally.refused for tally in tallies.values())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    yield f"{done} damaged files of {len(files)} samples, seed {SEED}, peak memory {peak} MB"
    if done != NUMBER:
        raise AssertionError(f"{NUMBER} were wanted")


def _damage(content: bytes, share: int, tally: Tally, name: str) -> None:
    """Damage and read one file *share* times."""
    from tests.scans.mutating import mutated

    wanted = tally.read + tally.refused + share
    quiet = {"deadline": None, "database": None, "phases": [Phase.generate]}
    checks: Any = list(HealthCheck)

    def run(damaged: bytes) -> None:
        if tally.read + tally.refused < wanted:
            count(damaged, tally, name)

    for again in range(100):  # what comes twice, hypothesis leaves out
        missing = wanted - tally.read - tally.refused
        if not missing:
            return
        chosen = settings(max_examples=missing, suppress_health_check=checks, **quiet)
        seed(SEED + again)(chosen(given(mutated(content))(run)))()


def count(damaged: bytes, tally: Tally, name: str) -> None:
    """Read one damaged file and count what became of it."""
    from compliance.scans.records import Problem, Row
    from tests.scans import mutations

    began = time.process_time()
    try:
        with _bounded():
            records, sentence = mutations.check(damaged)
    except BaseException as fault:
        KEPT.write_bytes(damaged)
        fault.add_note(f"a damaged {name}, kept as {KEPT}, seed {SEED}")
        raise
    tally.slowest = max(tally.slowest, time.process_time() - began)
    tally.read += not sentence
    tally.refused += bool(sentence)
    tally.rows += sum(isinstance(record, Row) for record in records)
    tally.aside += sum(isinstance(record, Problem) for record in records)


@contextmanager
def _bounded() -> Iterator[None]:
    """Seconds of the processor and memory that one file may take."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    before, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY, most))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_AS, (before, most))


def _too_slow(_signal: int, _frame: Any) -> None:
    raise TimeoutError(f"more than {SECONDS} s")
