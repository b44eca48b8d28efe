"""The embedded broker, one process, every message on the disk before the next is written."""

import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from compliance.jobs.spool import Spool

COUNT = 1000


def measure() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        spool = Spool(Path(folder))
        began = time.perf_counter()
        for _ in range(COUNT):
            tag = uuid.uuid4().hex
            spool.put("work", {"body": tag, "properties": {"delivery_tag": tag}})
        yield _line("written", began)
        began = time.perf_counter()
        for _ in range(COUNT):
            spool.done(spool.take("work")["properties"]["delivery_tag"])
        yield _line("taken and acknowledged", began)


def _line(what: str, began: float) -> str:
    seconds = time.perf_counter() - began
    return f"{COUNT} messages {what} in {seconds:.2f} s ({COUNT / seconds:.0f} a second)"
