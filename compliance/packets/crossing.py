"""Which requirement, evidence, finding and task belong together, from every side.

A link is given only where the document has the place that it leads to.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from compliance.packets.manifest_rows import Finding, Manifest, Task

CLOSED_FINDINGS = {"fixed", "false_positive"}
CLOSED_TASKS = {"closed", "false_positive", "risk_accepted"}
# The document shows so many findings of a kind; all of them stand in the table beside it.
SHOWN_FINDINGS = 300


@dataclass(slots=True)
class Crossings:
    """*findings* and *tasks* are {requirement code: numbers}, *proving* {evidence: task numbers},
    *mending* {finding: task numbers}; *listed* are the findings that the document lists."""

    known: dict[str, Finding] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    findings: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    mending: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    proving: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    evidence: set[str] = field(default_factory=set)
    listed: set[str] = field(default_factory=set)


def crossings(manifest: Manifest) -> Crossings:
    found = Crossings()
    found.tasks = {task["number"]: task for task in manifest["tasks"]}
    found.known = {each["number"]: each for each in manifest["findings"]}
    found.evidence = {item["number"] for row in manifest["assessments"] for item in row["evidence"]}
    for each in manifest["findings"]:
        for code in dict.fromkeys(each["requirements"]):
            found.findings[code].append(each["number"])
    for task in manifest["tasks"]:
        for number in task["evidence"]:
            found.proving[number].append(task["number"])
        if task.get("finding"):
            found.mending[task["finding"]].append(task["number"])
    for some in parted(manifest["findings"]):
        found.listed |= {each["number"] for each in some[:SHOWN_FINDINGS]}
    return found


def parted(findings: list[Finding]) -> tuple[list[Finding], list[Finding]]:
    """Return (open findings, closed ones)."""
    still = [each for each in findings if each["state"] not in CLOSED_FINDINGS]
    closed = [each for each in findings if each["state"] in CLOSED_FINDINGS]
    return still, closed
