"""A private clamd with one signature of its own: nothing is downloaded."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.children import find, listens, serving

PACKAGES = "clamav-daemon"
# The EICAR test file by its own bytes, wherever in a file they stand.
_SIGNATURE = "Eicar-Test-Signature:0:*:" + (b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").hex()
STREAM_LIMIT_MB = 8


def is_installed() -> bool:
    return find("clamd") is not None


@contextmanager
def running(*, port: int | None = None) -> Iterator[str]:
    """Yield its CLAMD_URL: a Unix socket, or a TCP port where one is given."""
    program = find("clamd")
    assert program
    with tempfile.TemporaryDirectory(prefix="gatepass-clamd-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        data = folder / "db"
        data.mkdir()
        (data / "eicar.ndb").write_text(f"{_SIGNATURE}\n")
        socket = folder / "socket"
        place = f"TCPSocket {port}\nTCPAddr 127.0.0.1" if port else f"LocalSocket {socket}"
        (folder / "conf").write_text(
            f"Foreground yes\nDatabaseDirectory {data}\n{place}\n"
            f"StreamMaxLength {STREAM_LIMIT_MB}M\nUser {'root' if os.geteuid() == 0 else os.environ.get('USER', '')}\n"
            f"TemporaryDirectory {folder}\n"
        )
        command = [program, "-c", str(folder / "conf")]
        ready = (lambda: listens(port)) if port else socket.exists
        with serving(command, log=folder / "log", ready=ready):
            yield f"tcp://127.0.0.1:{port}" if port else f"unix://{socket}"
