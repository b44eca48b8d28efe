"""`make self-audit`: run the tests that speak about security, look at the running server from
outside, and build the packet in which the portal answers its own profile. Into out/self-audit/.

Needs nmap for the port scan (`tools/bootstrap test` installs it). A failing test does not stop it:
it stands in the packet as failed, and the exit code says so.
"""

import csv
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

OUT = ROOT / "out" / "self-audit"
TESTS = ["tests/security", "tests/accounts", "tests/audit", "tests/conventions", "tests/vault"]
TESTS += ["tests/evidence/test_one_gate.py", "tests/shared", "tests/packets/test_verify.py"]
ASKED = [
    ("GET", "/accounts/sign-in/", "https"),
    ("GET", "/accounts/sign-in/", "http"),
    ("GET", "/api/v1/openapi.json", "http"),
    ("GET", "/static/gatepass.css", "https"),
    ("GET", "/nothing/here", "https"),
]


def main() -> int:
    left = OUT / "made"
    shutil.rmtree(OUT, ignore_errors=True)
    left.mkdir(parents=True)
    print("── tests ──", flush=True)
    pytest = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "worksteal", *TESTS]
    tests = subprocess.run([*pytest, f"--junitxml={left / 'tests.xml'}"], cwd=ROOT, check=False)
    print("── gates, materials, advisories ──", flush=True)
    checks = _keep(
        left / "check.txt", ["tools/check.py", "deployment", "lint", "rooms", "migrations"]
    )
    _keep(left / "advisories.txt", ["tools/advisories.py"])
    subprocess.run([sys.executable, "tools/sbom.py", left / "sbom.json"], cwd=ROOT, check=True)
    _doors(left / "doors.csv")
    print("── the server from outside ──", flush=True)
    with tempfile.TemporaryDirectory(prefix="gatepass-self-") as folder, _serving(folder) as url:
        _answers(left / "answers.txt", url)
        _ports(left / "ports.xml", url)
    print("── the packet ──", flush=True)
    built = _packet(left)
    return 1 if tests.returncode or checks or built else 0


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


@contextmanager
def _serving(folder: str):  # type: ignore[no-untyped-def]
    from tests.services.installation import Installation

    production = {
        "PRODUCTION": "true",
        "SECRET_KEY": "for-this-run-alone-" + "x" * 48,
        "ALLOWED_HOSTS": "gatepass.example",
    }
    made = Installation(Path(folder) / "served", more=production)
    made.prepare()
    with made.up():
        yield made.url


def _answers(file: Path, url: str) -> None:
    from http.client import HTTPConnection

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


def _ports(file: Path, url: str) -> None:
    """Scan the ports around the server's own on loopback; it must be the one that is open there."""
    port = urlsplit(url).port or 80
    around = f"{max(1, port - 5)}-{min(65535, port + 5)}"
    subprocess.run(
        ["nmap", "-Pn", "-n", "-sT", "-p", around, "-oX", str(file), "127.0.0.1"],
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=120,
    )


def _packet(left: Path) -> int:
    folder = OUT / "installation"
    environment = {**os.environ, "VAR_DIR": str(folder), "DATABASE_URL": "", "VAULT_ROOT": ""}
    for command in (
        ["tools/prepare.py"],
        ["manage.py", "self_audit", str(left), "--out", str(OUT)],
    ):
        done = subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=False)
        if done.returncode:
            return done.returncode
    for pdf in OUT.glob("*.pdf"):
        verify = [sys.executable, "tools/verify_packet.py", str(pdf)]
        if subprocess.run(verify, cwd=ROOT, check=False).returncode:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
