"""The whole suite on SQLite and then on a private PostgreSQL, with a plain summary at the end.

Arguments go to pytest: `tools/test_all.py tests/jobs -k spool`.
"""

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

PYTEST = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", "-q"]
NO_TESTS_CHOSEN = 5
SUMMARY = re.compile(r"^=*\s*(\d+ (?:passed|failed|skipped|error).*?)\s*=*$")


@dataclass
class Pass:
    name: str
    code: int
    summary: str

    @property
    def good(self) -> bool:
        return self.code in (0, NO_TESTS_CHOSEN)


def run(name: str, command: list[str]) -> Pass:
    """Run pytest with its output going through; keep its last summary line."""
    print(f"\n── {name} ──", flush=True)
    summary = "no summary"
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            if found := SUMMARY.match(line.strip()):
                summary = found[1]
    return Pass(name, process.returncode, summary)


def passes(arguments: list[str]) -> list[Pass]:
    from tests.services import postgresql

    done = [run("SQLite", [*PYTEST, *arguments])]
    if postgresql.is_installed():
        lend = [sys.executable, "-m", "tests.services.postgresql"]
        # What starts servers of its own ran already, on databases of its own choice; what can reach
        # no database (see tests/conftest.py) would run the same way again.
        chosen = ["-m", "database and not services"]
        done.append(run("PostgreSQL", [*lend, *PYTEST, *chosen, *arguments]))
    else:
        code = 1 if os.environ.get("CI") == "true" else 0
        done.append(Pass("PostgreSQL", code, "not run: apt-get install postgresql"))
    return done


def main(arguments: list[str]) -> int:
    began = time.monotonic()
    done = passes(arguments)
    bad = [each for each in done if not each.good]
    word = f"FAILED on {', '.join(each.name for each in bad)}" if bad else "All tests passed"
    print(f"\n{word}; {time.monotonic() - began:.0f} s in all.")
    for each in sorted(done, key=lambda each: not each.good):
        print(f"{each.name + ':':<12}{each.summary}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
