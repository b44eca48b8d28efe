"""A Debian userland to run the collector in: made once, and put back after each change."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from compliance.scans.collecting import script
from tests.scans.collected import Result

SUITE = "bookworm"


def userland() -> Path:
    """The folder with a minimal Debian; skips with a reason where none can be made."""
    if os.geteuid() != 0:
        pytest.skip("chroot needs root")
    if shutil.which("debootstrap") is None:
        pytest.skip("debootstrap is not installed (tools/bootstrap test)")
    made = Path(tempfile.gettempdir()) / f"gatepass-{SUITE}"
    if not made.is_dir():
        partial = Path(tempfile.mkdtemp(prefix="gatepass-debian-"))
        done = subprocess.run(
            ["debootstrap", "--variant=minbase", SUITE, partial], capture_output=True, text=True
        )
        if done.returncode:
            shutil.rmtree(partial)
            pytest.skip(f"debootstrap failed: {done.stdout[-200:]}")
        partial.chmod(0o755)
        partial.rename(made)
    return made


class Server:
    """A Debian whose files tests change; `restore` puts them back."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.former: dict[Path, tuple[bytes, os.stat_result] | None] = {}
        (root / "collector.sh").write_bytes(script().content)

    def at(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def remember(self, path: str) -> Path:
        """Keep what is there, and the first folder that is not."""
        found = self.at(path)
        while not found.parent.exists():
            found = found.parent
        if found not in self.former:
            stat = found.stat() if found.is_file() else None
            self.former[found] = (found.read_bytes(), stat) if stat else None
        self.at(path).parent.mkdir(parents=True, exist_ok=True)
        return self.at(path)

    def restore(self) -> None:
        for path, former in self.former.items():
            if path.is_dir():
                shutil.rmtree(path)
            elif former is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(former[0])
                os.chown(path, former[1].st_uid, former[1].st_gid)
                path.chmod(former[1].st_mode & 0o7777)
        self.former.clear()

    def run(
        self, *options: str, by: tuple[str, ...] = ("sh",), user: str = "0:0", **env: str
    ) -> Result:
        """Run the collector inside and read its file."""
        folder = Path(tempfile.mkdtemp(dir=self.root / "tmp"))
        folder.chmod(0o1777)
        inside = f"/{folder.relative_to(self.root)}"
        done = subprocess.run(
            [
                shutil.which("chroot") or "chroot",
                f"--userspec={user}",
                self.root,
                *by,
                "/collector.sh",
                "--output",
                f"{inside}/result.json",
                *options,
            ],
            capture_output=True,
            timeout=200,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR": inside, **env},
        )
        left = sorted(path.name for path in folder.iterdir())
        content = (folder / "result.json").read_bytes() if "result.json" in left else b""
        shutil.rmtree(folder)
        return Result(done.returncode, done.stderr.decode(errors="replace"), content, left)


Change = Callable[[Server], None]


def put(path: str, text: str, mode: int = 0o644, owner: int = 0) -> Change:
    def change(server: Server) -> None:
        file = server.remember(path)
        file.write_text(text)
        os.chown(file, owner, owner)
        file.chmod(mode)

    return change


def add(path: str, text: str) -> Change:
    def change(server: Server) -> None:
        file = server.remember(path)
        file.write_text((file.read_text() if file.exists() else "") + text)

    return change


def replace(path: str, old: str, new: str) -> Change:
    def change(server: Server) -> None:
        file = server.remember(path)
        content = file.read_text()
        assert old in content
        file.write_text(content.replace(old, new))

    return change


def mode(path: str, bits: int) -> Change:
    def change(server: Server) -> None:
        server.remember(path).chmod(bits)

    return change


def enabled(unit: str) -> Change:
    """The unit is wanted at start, as `systemctl enable` leaves it."""
    return put(f"/etc/systemd/system/multi-user.target.wants/{unit}.service", "[Unit]\n")


def folder(path: str, bits: int, owner: int) -> Change:
    def change(server: Server) -> None:
        made = server.remember(path)
        made.mkdir()
        os.chown(made, owner, owner)
        made.chmod(bits)

    return change
