"""A private rsyslogd that writes what it understood of each message into a file, JSON a line."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.services.children import find, free_port, listens, serving

PACKAGES = "rsyslog"
_CONFIGURATION = """
module(load="imtcp") module(load="imudp")
global(workDirectory="{folder}" maxMessageSize="64k")
template(name="parsed" type="list" option.jsonf="on") {{
    property(outname="host" name="hostname" format="jsonf")
    property(outname="app" name="app-name" format="jsonf")
    property(outname="id" name="msgid" format="jsonf")
    property(outname="pri" name="pri" format="jsonf")
    property(outname="data" name="structured-data" format="jsonf")
    property(outname="text" name="msg" format="jsonf")
}}
input(type="imtcp" port="{port}" address="127.0.0.1")
input(type="imudp" port="{port}" address="127.0.0.1")
if $app-name == "gatepass" or 1 == 1 then action(type="omfile" file="{out}" template="parsed")
"""


@dataclass(frozen=True, slots=True)
class Rsyslog:
    port: int
    out: Path

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def messages(self) -> list[dict[str, str]]:
        if not self.out.exists():
            return []
        lines = self.out.read_text("utf-8").splitlines()
        found = [json.loads(line) for line in lines]
        return [each for each in found if each["app"] == "gatepass"]


def is_installed() -> bool:
    return find("rsyslogd") is not None


@contextmanager
def running() -> Iterator[Rsyslog]:
    program = find("rsyslogd")
    assert program
    with tempfile.TemporaryDirectory(prefix="gatepass-rsyslog-") as name:
        folder, port = Path(name), free_port()
        out = folder / "messages"
        conf = folder / "conf"
        conf.write_text(_CONFIGURATION.format(folder=folder, port=port, out=out))
        command = [program, "-n", "-f", str(conf), "-i", str(folder / "pid")]
        with serving(command, log=folder / "log", ready=lambda: listens(port)):
            yield Rsyslog(port, out)
