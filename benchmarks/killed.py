"""Twenty packets, each of whose workers is killed at a random moment: all are finished, each once."""

import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.packets import building_work
from tests.services.installation import BEAT, WORKER

_POINTS = 20
_LONGEST_SECONDS = 15 * 60


def measure() -> Iterator[str]:
    chance = random.Random(20)  # noqa: S311 - a benchmark
    end, finished, redone, seconds = time.monotonic() + _LONGEST_SECONDS, 0, 0, []
    with tempfile.TemporaryDirectory() as folder:
        installation = building_work.prepared(Path(folder))
        for done in range(_POINTS):
            if time.monotonic() > end:
                yield f"stopped after {done} of {_POINTS}: the machine is too busy"
                break
            with installation.serving(WORKER, WORKER, BEAT):
                began = time.monotonic()
                found = building_work.kill_at(installation, chance.randint(1, 97))
                seconds.append(time.monotonic() - began)
            finished += found["state"] == "built" and found["built"] == found["packets"] == 1
            redone += len(found["redone"])
    yield (
        f"worker killed at {len(seconds)} random moments: {finished} finished with one packet each, "
        f"{redone} finished sections done again, {max(seconds):.0f} s at most"
    )
