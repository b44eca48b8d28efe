import os
import time
from pathlib import Path
from typing import Any

from django.apps import AppConfig


class SlowConfig(AppConfig):
    name = "tests.jobs.slow"
    label = "slow"

    def ready(self) -> None:
        from compliance.jobs import registry

        registry.register("test.slow", work, title="Slow work")


def work(progress: Any) -> dict[str, Any]:
    """`steps` steps of `pause` seconds; `silent` seconds more without a word."""
    args = progress.args
    out = Path(args["file"])
    for number in range(args["steps"]):
        progress.step(number, args["steps"], "Stepping")
        note(out, f"step {number} attempt {progress.job.attempt} pid {os.getpid()}")
        time.sleep(args["pause"])
    time.sleep(args.get("silent", 0))
    progress.check()
    note(out, f"end attempt {progress.job.attempt} pid {os.getpid()}")
    return {"attempt": progress.job.attempt}


def note(out: Path, line: str) -> None:
    with out.open("a") as file:
        file.write(line + "\n")
