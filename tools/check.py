"""Every gate that is not a test, one line each; the output of those that fail."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]
# What a production server must set; the values only have to be of the right kind.
PRODUCTION = {
    "PRODUCTION": "true",
    "SECRET_KEY": "only-for-this-check-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "ALLOWED_HOSTS": "gatepass.example",
}
GATES: dict[str, tuple[list[str], dict[str, str]]] = {
    "format": ([str(BIN / "ruff"), "format", "--check", "."], {}),
    "lint": ([str(BIN / "ruff"), "check", "."], {}),
    "rooms": ([str(BIN / "lint-imports")], {}),
    "types": ([str(BIN / "mypy"), "compliance", "portal"], {}),
    "migrations": ([*MANAGE, "makemigrations", "--check", "--dry-run"], {}),
    "deployment": ([*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
    "Korean": ([sys.executable, "tools/messages.py", "check"], {}),
    "drawn states": ([*MANAGE, "draw_states", "--check"], {}),
    "materials": ([sys.executable, "tools/sbom.py", "--check"], {}),
    "advisories": ([sys.executable, "tools/advisories.py"], {}),
}
# What could not be asked is said, but stops nobody: a machine without a way out can still check.
NOT_ASKED = 3


def main(names: list[str]) -> int:
    failed = [name for name in names or GATES if not passes(name)]
    print(f"Failed: {', '.join(failed)}" if failed else "Every gate is passed.")
    return 1 if failed else 0


def passes(name: str) -> bool:
    command, environment = GATES[name]
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    word = {0: "ok", NOT_ASKED: "NOT ASKED"}.get(done.returncode, "FAILED")
    print(f"{name:<14}{word:<10}{time.monotonic() - began:5.1f} s", flush=True)
    if done.returncode:
        print(done.stdout)
    return done.returncode in (0, NOT_ASKED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
