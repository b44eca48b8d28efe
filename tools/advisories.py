"""Known vulnerabilities of what is installed, by pip-audit. Exit 0: none; 1: some; 3: nobody to ask.

pip-audit counts a package that its service does not know as good; where the service cannot be
reached, that would be every package. So what it could not ask about is counted here, and a run
that asked about nothing is no good news.
"""

import json
import subprocess
import sys
from typing import Any

from sbom import environment, running  # beside this file

NONE, SOME, NOBODY = 0, 1, 3
_SECONDS = 300


def ask(packages: list[str]) -> list[dict[str, Any]]:
    """Return pip-audit's line of each of *packages* ("name==version")."""
    done = subprocess.run(
        [
            *[sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"],
            *["--no-deps", "--disable-pip", "--timeout", "10", "--requirement", "/dev/stdin"],
        ],
        input="\n".join(packages),
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    try:
        answer = json.loads(done.stdout)
    except json.JSONDecodeError:
        return []
    lines: list[dict[str, Any]] = answer["dependencies"]
    return lines


def main() -> int:
    packages = [
        f"{each['name']}=={each['version']}" for each in running(environment())["components"]
    ]
    answers = ask(packages)
    asked = [each for each in answers if "skip_reason" not in each]
    bad = [each for each in asked if each["vulns"]]
    for each in bad:
        for flaw in each["vulns"]:
            mended = ", ".join(flaw["fix_versions"]) or "no version yet"
            print(f"{each['name']} {each['version']}: {flaw['id']}, mended in {mended}")
    if not asked:
        print(f"No advisory service answered about any of {len(packages)} packages.")
        return NOBODY
    print(
        f"{len(bad)} of {len(asked)} packages have known flaws; {len(packages) - len(asked)} unknown."
    )
    return SOME if bad else NONE


if __name__ == "__main__":
    sys.exit(main())
