"""From what a run left behind to verdicts: pure, no database. Nothing here says "met" by itself.

A requirement is met when every test that its answer names has passed in this run, every look at
what the run left found nothing wrong, and nothing is said to be missing.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compliance.requirements.models import Assessment

_V = Assessment.Verdict
# A proof is written as in docs/security/asvs.md: "security/test_headers.py: it_does_so".
PROOF = re.compile(r"(\w[\w/]*\.py): (\w+)")


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a test. *outcome* is passed, failure, error or skipped; seconds."""

    name: str
    outcome: str
    seconds: float


Cases = Mapping[str, Sequence[Case]]


@dataclass(frozen=True, slots=True)
class Judged:
    """*reason* says why it is not (fully) met; "" when it is."""

    verdict: str
    reason: str = ""


def read(path: Path) -> dict[str, list[Case]]:
    """Return {"room/test_file.py: what_it_shows": its cases} of pytest's JUnit file.

    Raises FileNotFoundError when there is none.
    """
    found: dict[str, list[Case]] = {}
    for case in ET.parse(path).iter("testcase"):  # noqa: S314 - pytest has just written it
        name = case.get("name", "")
        bad = [each.tag for each in case if each.tag in {"failure", "error", "skipped"}]
        made = Case(name, _worst(bad), float(case.get("time", 0)))
        file = case.get("classname", "").removeprefix("tests.").replace(".", "/") + ".py"
        test = name.partition("[")[0].removeprefix("test_")
        found.setdefault(f"{file}: {test}", []).append(made)
    return found


def _worst(tags: Sequence[str]) -> str:
    order = ["failure", "error", "skipped"]
    return next((tag for tag in order if tag in tags), "passed")


def said_of(cases: Sequence[Case]) -> str:
    """One word for all cases of a test: failed, passed, or not run.

    Cases that were skipped beside others that passed do not count: this machine has no such thing.
    """
    outcomes = {case.outcome for case in cases}
    if outcomes & {"failure", "error"}:
        return "failed"
    return "passed" if "passed" in outcomes else "not run"


def judge(answer: Mapping[str, Any], cases: Cases, problems: Sequence[str]) -> Judged:
    """Weigh one *answer* of answers.yaml by the run's *cases* and the *problems* of its looks."""
    if reason := answer.get("not_applicable"):
        return Judged(_V.NOT_APPLICABLE, reason)
    missing = answer.get("missing", "")
    tests, looks = answer.get("tests", []), answer.get("proof", [])
    if not tests and not looks:
        return Judged(_V.NOT_MET, missing)
    bad = [*_unproven(tests, cases), *problems]
    if bad:
        return Judged(_V.NOT_MET, "\n".join([*bad, missing]).strip())
    return Judged(_V.PARTIAL, missing) if missing else Judged(_V.MET)


def _unproven(tests: Sequence[str], cases: Cases) -> list[str]:
    words = {"failed": "이번 실행에서 실패한 시험", "not run": "이번 실행에서 돌지 않은 시험"}
    said = [(said_of(cases.get(name, [])), name) for name in tests]
    return [f"{words[word]}: {name}" for word, name in said if word in words]
