"""`make self-audit`: run the tests that the portal's answers and its ASVS table name, look at a
running installation from outside, and build the packet in which the portal answers its own
profile. Into out/self-audit/; no server has to run, one is started and ended.

    tools/self_audit.py [--out FOLDER] [--tests NAME…] [--minutes N] [--editions ko en]

A failing test does not stop it: its requirements are "not met" in the packet. Exit code: 0 the
packet verifies and every test passed, 1 it was not built or does not verify, 2 it verifies but a
test failed or a gate was not passed. Needs nmap (`tools/bootstrap test` installs it).
"""

import csv
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from argparse import ArgumentParser, Namespace
from collections import Counter
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

ANSWERS = ROOT / "portal/self_audit/answers.yaml"
ASVS = ROOT / "docs/security/asvs.md"
NAMED = re.compile(r"`?(\w[\w/]*\.py): (\w+)`?")
# Browsers and the slowest matrices prove single lines of the ASVS table; `make test` runs them.
LEFT_OUT = ("journeys/", "accounts/test_passkeys.py", "benchmarks/")
SLOW = {
    "conventions/test_doors.py: reading_changes_nothing",
}
# An address of this machine that nobody else uses: what is open there is ours, or open everywhere.
HOST = "127.77.0.1"
ASKED = [
    ("GET", "/accounts/sign-in/", "https"),
    ("GET", "/accounts/sign-in/", "http"),
    ("GET", "/api/v1/openapi.json", "https"),
    ("GET", "/api/v1/openapi.json", "http"),
    ("GET", "/static/gatepass.css", "https"),
    ("GET", "/nothing/here", "https"),
]
PRODUCTION = {
    "PRODUCTION": "true",
    "SECRET_KEY": "for-this-run-alone-" + "x" * 48,
    "ALLOWED_HOSTS": "gatepass.example",
}
NO_PACKET, NOT_ALL_GOOD = 1, 2


def main(words: list[str]) -> int:
    asked = _arguments(words)
    # Started in the background a shell has it ignored, and pytest would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if not shutil.which("nmap"):
        print("nmap is not installed: apt-get install nmap", file=sys.stderr)
        return NO_PACKET
    began, out = time.monotonic(), asked.out.resolve()
    left = out / "made"
    shutil.rmtree(out, ignore_errors=True)
    left.mkdir(parents=True)
    failed = _tests(left / "tests.xml", asked.tests or _named(), asked.minutes)
    print("── gates, materials, advisories ──", flush=True)
    gates = _keep(left / "check.txt", ["tools/check.py", "deployment", "rooms", "migrations"])
    _keep(left / "advisories.txt", ["tools/advisories.py"])
    subprocess.run([sys.executable, "tools/sbom.py", left / "sbom.json"], cwd=ROOT, check=True)
    _doors(left / "doors.csv")
    with tempfile.TemporaryDirectory(prefix="gatepass-self-") as folder:
        built = _in_an_installation(Path(folder), left, out, asked.editions)
    # A PDF and a ZIP of each edition.
    packets = sorted(out.glob("GP-*"))
    good = [_verifies(each) for each in packets]
    verified = built and all(good) and len(packets) == 2 * len(asked.editions)
    _summary(left, verified=verified, seconds=time.monotonic() - began, out=out)
    if not verified:
        return NO_PACKET
    return NOT_ALL_GOOD if failed or gates else 0


def _arguments(words: list[str]) -> Namespace:
    parser = ArgumentParser(description="Judge the portal by the profile that it ships.")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "self-audit")
    parser.add_argument("--tests", nargs="+", help='these alone, as "room/test_file.py: name"')
    parser.add_argument("--minutes", type=float, default=8, help="after which tests are stopped")
    parser.add_argument("--editions", nargs="+", default=["ko", "en"])
    return parser.parse_args(words)


def _named() -> list[str]:
    """Return every test that an answer or a line of the ASVS table names."""
    answers: dict[str, dict[str, Any]] = yaml.safe_load(ANSWERS.read_text("utf-8"))
    wanted = {name for answer in answers.values() for name in answer.get("tests", [])}
    table = {": ".join(each) for each in NAMED.findall(ASVS.read_text("utf-8"))}
    more = {name for name in table - SLOW if not name.startswith(LEFT_OUT)}
    return sorted(wanted | more)


def _tests(file: Path, names: list[str], minutes: float) -> int:
    """Run them into a JUnit *file*; after *minutes* what has not run has not run."""
    print(f"── {len(names)} tests ──", flush=True)
    nodes = ["tests/{}::test_{}".format(*name.split(": ")) for name in names]
    pytest = [sys.executable, "-m", "pytest", "-q", "--no-header", "-n", "2"]
    pytest += ["--dist", "worksteal", "--tb", "line"]
    with subprocess.Popen([*pytest, f"--junitxml={file}", *nodes], cwd=ROOT) as running:
        try:
            code = running.wait(minutes * 60)
        except subprocess.TimeoutExpired:
            print(f"Stopped after {minutes:g} minutes.", flush=True)
            code = _stop(running)
    if not file.exists():
        file.write_text("<testsuites/>", "utf-8")
    return code


def _stop(running: "subprocess.Popen[bytes]") -> int:
    """Ask pytest to end, which writes down what ran; end it when it does not."""
    running.send_signal(signal.SIGINT)
    try:
        return running.wait(60)
    except subprocess.TimeoutExpired:
        running.kill()
        return running.wait()


def _keep(file: Path, command: list[str]) -> int:
    with file.open("w", encoding="utf-8") as out:
        return subprocess.run(
            [sys.executable, *command], cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, check=False
        ).returncode


def _doors(file: Path) -> None:
    """Every URL, how it is asked, and which roles it lets in: what the test of the doors replays."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from compliance.accounts.roles import Role
    from tests.conventions.doors import DOORS, PERSONAL, PUBLIC

    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["address", "method", *[str(role.value) for role in Role]])
        for name, door in DOORS.items():
            row = ["yes" if role in door.roles else "no" for role in Role]
            writer.writerow([name, door.method, *row])
        for name, why in {**PUBLIC, **PERSONAL}.items():
            writer.writerow([name, why])


def _in_an_installation(folder: Path, left: Path, out: Path, editions: list[str]) -> bool:
    """Set one up as in production, look at it, and let it answer; True when packets were built."""
    from tests.services.installation import Installation

    made = Installation(folder / "served", more=PRODUCTION)
    made.prepare()
    print("── the running portal from outside ──", flush=True)
    before = _open_already(left)
    with made.up(host=HOST):
        _answers(left / "answers.txt", made.url)
        _ports(left, made.url, before)
    print("── the packet ──", flush=True)
    command = ["manage.py", "self_audit", str(left), "--out", str(out), "--editions", *editions]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, env=made.environment, check=False)
    return done.returncode == 0


def _answers(file: Path, url: str) -> None:
    told = []
    for method, path, scheme in ASKED:
        line = HTTPConnection(urlsplit(url).netloc, timeout=20)
        line.request(
            method, path, headers={"Host": "gatepass.example", "X-Forwarded-Proto": scheme}
        )
        answer = line.getresponse()
        told.append(f"{method} {scheme}://gatepass.example{path}\n{answer.status} {answer.reason}")
        told += [f"{name}: {value}" for name, value in answer.getheaders() if name != "Set-Cookie"]
        told += [
            f"Set-Cookie: {_without_value(each)}"
            for each in answer.headers.get_all("Set-Cookie", [])
        ]
        told.append("")
        line.close()
    file.write_text("\n".join(told), "utf-8")


def _without_value(cookie: str) -> str:
    name, _is, rest = cookie.partition("=")
    return "=…;".join([name, rest.partition(";")[2]])


def _ports(left: Path, url: str, before: list[str]) -> None:
    """Look at every TCP port of the server's address but those open *before* it was started."""
    (left / "port.txt").write_text(str(urlsplit(url).port), "utf-8")
    _scan(left / "ports.xml", ["--exclude-ports", ",".join(before)] if before else [])


def _open_already(left: Path) -> list[str]:
    """Ports on which something else of this machine listens at every address."""
    file = left / "ports-before.xml"
    _scan(file, [])
    ports = ET.parse(file).iter("port")  # noqa: S314 - nmap has just written it
    return [
        each.get("portid", "") for each in ports if each.find("state[@state='open']") is not None
    ]


def _scan(file: Path, more: list[str]) -> None:
    command = ["nmap", "-Pn", "-n", "-sT", "-T4", "-p-", *more, "-oX", str(file), HOST]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=180)


def _verifies(packet: Path) -> bool:
    """Ask the script that reviewers run without this portal."""
    command = [sys.executable, "tools/verify_packet.py", str(packet)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        print(done.stdout + done.stderr)
    return done.returncode == 0


def _summary(left: Path, *, verified: bool, seconds: float, out: Path) -> None:
    cases = list(ET.parse(left / "tests.xml").iter("testcase"))  # noqa: S314 - our own
    bad = Counter(each.tag for case in cases for each in case if each.tag in _BAD)
    print("── summary ──")
    told = ", ".join(f"{count} {tag}" for tag, count in bad.items()) or "none failed"
    print(f"{len(cases)} cases of tests: {told}")
    verdicts = left / "verdicts.txt"
    if verdicts.exists():
        print(verdicts.read_text("utf-8").strip())
    for packet in sorted(out.glob("GP-*")):
        print(f"{packet.relative_to(Path.cwd()) if packet.is_relative_to(Path.cwd()) else packet}")
    word = "verified" if verified else "NOT VERIFIED"
    print(f"{word} by tools/verify_packet.py; {seconds / 60:.1f} minutes")


_BAD = {"failure", "error", "skipped"}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
