"""The bill of materials (SBOM, CycloneDX 1.6) of what a running portal needs, as JSON.

`tools/sbom.py [FILE]` writes it to FILE or to the terminal; `--check` only says whether it is whole:
each requirement is in it with version and licence, and nothing of the tests. The same environment
gives the same bytes.
"""

import argparse
import json
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;#]+)", re.MULTILINE)

# Read in the packages' own licence files: their metadata name none that the standard knows.
_READ_BY_US = {"pypdfium2": "BSD-3-Clause AND Apache-2.0", "uharfbuzz": "Apache-2.0"}

Bom = dict[str, Any]


def normal(name: str) -> str:
    """Return *name* as package indexes compare names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def required() -> dict[str, str]:
    """Return version by name of what requirements.txt names."""
    text = (ROOT / "requirements.txt").read_text("utf-8")
    return {normal(name): version for name, version in _REQUIREMENT.findall(text)}


def environment() -> Bom:
    """Return the bill of materials of everything installed beside this Python."""
    done = subprocess.run(
        [
            *[sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible"],
            *["--spec-version", "1.6", "--output-format", "JSON", "--validate"],
            sys.executable,
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    found: Bom = json.loads(done.stdout)
    return found


def closure() -> set[str]:
    """Return the names of what requirements.txt names and what that needs in turn.

    From the packages' own metadata with the extras that were asked for: the bill itself also lists
    what a package would like to have for its tests, when that happens to be installed.
    """
    waiting = [Requirement(line) for line in _lines()]
    seen: set[tuple[str, str]] = set()
    while waiting:
        wanted = waiting.pop()
        for extra in {"", *wanted.extras}:
            if (key := (normal(wanted.name), extra)) not in seen:
                seen.add(key)
                waiting += _needs(wanted.name, extra)
    return {name for name, _extra in seen}


def _lines() -> list[str]:
    text = (ROOT / "requirements.txt").read_text("utf-8")
    return [found[0] for found in _REQUIREMENT.finditer(text)]


def _needs(name: str, extra: str) -> list[Requirement]:
    try:
        lines = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []
    found = [Requirement(line) for line in lines]
    return [each for each in found if not each.marker or each.marker.evaluate({"extra": extra})]


def running(bom: Bom) -> Bom:
    """Keep what a running portal needs; tests bring more."""
    names, direct = closure(), required()
    for each in bom["components"]:
        if not each.get("licenses") and (expression := _READ_BY_US.get(normal(each["name"]))):
            each["licenses"] = [{"expression": expression}]
    components = [each for each in bom["components"] if normal(each["name"]) in names]
    kept = {each["bom-ref"] for each in components}
    roots = sorted(each["bom-ref"] for each in components if normal(each["name"]) in direct)
    return {
        **bom,
        "metadata": {
            **bom["metadata"],
            "component": {"type": "application", "name": "gatepass", "bom-ref": "gatepass"},
        },
        "components": components,
        "dependencies": [
            {"ref": "gatepass", "dependsOn": roots},
            *[
                {**each, "dependsOn": [ref for ref in each.get("dependsOn", []) if ref in kept]}
                for each in bom["dependencies"]
                if each["ref"] in kept
            ],
        ],
    }


def lacking(bom: Bom) -> list[str]:
    """Return what is wrong with *bom*, a sentence each."""
    found = {normal(each["name"]): each for each in bom["components"]}
    wrong = []
    for name, version in required().items():
        if name not in found:
            wrong.append(f"{name} is required but not installed.")
        elif found[name]["version"] != version:
            wrong.append(f"{name} is {found[name]['version']}, but {version} is required.")
    wrong += [
        f"{each['name']} {each['version']} declares no licence."
        for each in bom["components"]
        if not each.get("licenses")
    ]
    return wrong


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--check", action="store_true")
    chosen = parser.parse_args(arguments)
    bom = running(environment())
    if wrong := lacking(bom):
        print("\n".join(wrong), file=sys.stderr)
        return 1
    text = json.dumps(bom, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if chosen.file:
        chosen.file.write_text(text, "utf-8")
    elif not chosen.check:
        print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
