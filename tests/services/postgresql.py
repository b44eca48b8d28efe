"""A private PostgreSQL. As a command it lends one to any other command:

python -m tests.services.postgresql python -m pytest
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.services.children import find, free_port, listens, serving

PACKAGES = "postgresql"
BINARIES = "/usr/lib/postgresql/*/bin"
# Nothing here outlives the tests, so nothing waits for the disk.
FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60"]


def is_installed() -> bool:
    return find("initdb", BINARIES) is not None and (os.getuid() != 0 or _user() is not None)


@contextmanager
def running() -> Iterator[str]:
    """Yield the URL of an empty database `gatepass` on a free port."""
    user = _user()
    folder = Path(tempfile.mkdtemp(prefix="gatepass-pg-"))
    try:
        if user:
            shutil.chown(folder, user, user)
        data, log, port = folder / "data", folder / "log", free_port()
        _run(["initdb", "-D", str(data), "-A", "trust", "-U", "gatepass", "-E", "UTF8", "-N"], user)
        settings = [*FAST, f"unix_socket_directories={folder}", "listen_addresses=127.0.0.1"]
        options = [part for setting in settings for part in ("-c", setting)]
        command = [_program("postgres"), "-D", str(data), "-p", str(port), *options]
        with serving(
            command, log=log, ready=lambda: _accepts(port), end_with=signal.SIGINT, user=user
        ):
            _run(["createdb", *_where(port), "gatepass"], user)
            yield f"postgresql://gatepass@127.0.0.1:{port}/gatepass"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def dump(server: Mapping[str, Any], database: str, path: Path) -> None:
    """Write a database of *server*, Django's settings of it, to *path*: at once or not at all."""
    beside = path.with_suffix(f".{os.getpid()}")
    _ask(server, ["pg_dump", "--no-owner", "-f", str(beside), database])
    beside.replace(path)


@contextmanager
def restored(server: Mapping[str, Any], database: str, path: Path) -> Iterator[None]:
    """A *database* made of what `dump` wrote, until the block ends."""
    _ask(server, ["dropdb", "--if-exists", database])
    _ask(server, ["createdb", database])
    _ask(server, ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(path), database])
    try:
        yield
    finally:
        _ask(server, ["dropdb", database])


def _ask(server: Mapping[str, Any], command: list[str]) -> None:
    given = {"-h": server["HOST"], "-p": server["PORT"], "-U": server["USER"]}
    where = [part for flag, value in given.items() if value for part in (flag, str(value))]
    password = {"PGPASSWORD": server["PASSWORD"]} if server["PASSWORD"] else {}
    _run([command[0], *where, *command[1:]], None, {**os.environ, **password})


def _user() -> str | None:
    """PostgreSQL refuses root; Debian's package brings a user of its own."""
    if os.getuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return None


def _program(name: str) -> str:
    path = find(name, BINARIES)
    if path is None:
        raise FileNotFoundError(f"{name} is not installed: apt-get install {PACKAGES}")
    # Debian's own wrappers on PATH want a cluster; the real programs stand side by side.
    return str(Path(find("initdb", BINARIES) or path).resolve().parent / name)


def _where(port: int) -> list[str]:
    return ["-h", "127.0.0.1", "-p", str(port), "-U", "gatepass"]


def _accepts(port: int) -> bool:
    command = [_program("pg_isready"), *_where(port), "-q", "-d", "postgres"]
    return listens(port) and subprocess.run(command, check=False).returncode == 0


def _run(command: list[str], user: str | None, environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        [_program(command[0]), *command[1:]],
        env=environment,
        user=user,
        group=user,
        extra_groups=[] if user else None,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.strip()}")


def main(command: list[str]) -> int:
    if not is_installed():
        sys.exit(f"PostgreSQL is not installed: apt-get install {PACKAGES}")
    with running() as url:
        return subprocess.run(
            command, env={**os.environ, "DATABASE_URL": url}, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
