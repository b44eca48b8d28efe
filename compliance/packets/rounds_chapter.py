"""What a later round answers, and what changed since the one before."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.utils.translation import pgettext

from compliance.packets.crossing import CLOSED_FINDINGS, Crossings
from compliance.packets.figures import chapter, chosen
from compliance.packets.manifest_rows import Manifest, Since
from compliance.packets.section import Section

# Requirements that one section speaks of: one that changes costs its own section alone.
_EACH = 25
# Findings that are listed of each kind; the manifest names all.
_FINDINGS = 100
_ADDED = {"evidence_added", "evidence_changed"}


def answers(manifest: Manifest, crossed: Crossings) -> Iterator[Section]:
    submission = manifest.get("submission")
    if not submission or not submission["answered_round"]:
        return
    fresh = _fresh(manifest.get("since"))
    known = {row["code"]: row["verdict"] for row in manifest["assessments"]}
    yield chapter(
        "answers",
        pgettext("packet", "Answers to the supplement request"),
        submission=chosen(submission, "answered_round", "requested_changes"),
        answers=[
            {
                **each,
                "listed": each["requirement"] in known,
                "now": known.get(each["requirement"], ""),
                "evidence": [
                    [number, number in crossed.evidence]
                    for number in fresh.get(each["requirement"], [])
                ],
            }
            for each in submission["answers"]
        ],
    )


def _fresh(since: Since | None) -> dict[str, list[str]]:
    """{requirement code: numbers of evidence that is new or has a new version}."""
    return {
        row["code"]: [each["number"] for each in row["changes"] if each["what"] in _ADDED]
        for row in (since["requirements"] if since else [])
    }


def since(manifest: Manifest, crossed: Crossings) -> Iterator[Section]:
    """Yield the chapter of changes; a first round has none."""
    found = manifest.get("since")
    if not found:
        return
    title = pgettext("packet", "Changes since round %(round)d") % {"round": found["round"]}
    rows = found["requirements"]
    yield chapter(
        "since",
        title,
        since=chosen(found, "round", "frozen_at", "digest", "profile"),
        counts=_counts(found),
        rows=[_row(each, crossed) for each in rows[:_EACH]],
        findings=_findings(found, crossed),
    )
    for start in range(_EACH, len(rows), _EACH):
        more = [_row(each, crossed) for each in rows[start : start + _EACH]]
        key = f"since-{start // _EACH + 1}"
        yield Section(key, "", "since_more", 0, {"rows": more}, head=title)


def _row(row: Any, crossed: Crossings) -> dict[str, Any]:
    return {
        **chosen(row, "code", "title"),
        "changes": [
            {**each, "link": _place(each["what"], each["number"], crossed)}
            for each in row["changes"]
        ],
    }


def _place(what: str, number: str, crossed: Crossings) -> str:
    """The anchor of the evidence or the task that a change speaks of; "" where there is none."""
    if what.startswith("task"):
        return f"task-{number}" if number in crossed.tasks else ""
    return f"ev-{number}" if number in crossed.evidence else ""


def _counts(found: Since) -> list[list[Any]]:
    """[what, how many] of each kind of change, then findings that are new and that were closed."""
    counts = Counter(each["what"] for row in found["requirements"] for each in row["changes"])
    return [[what, counts[what]] for what in sorted(counts)]


def _findings(found: Since, crossed: Crossings) -> dict[str, Any]:
    kinds: dict[str, list[Any]] = {"new": [], "closed": [], "other": []}
    for each in found["findings"]:
        closed = each["after"] in CLOSED_FINDINGS
        kind = "closed" if closed else "other" if each["before"] else "new"
        kinds[kind].append({**each, "listed": each["number"] in crossed.listed})
    return {
        kind: {"rows": some[:_FINDINGS], "total": len(some), "more": max(0, len(some) - _FINDINGS)}
        for kind, some in kinds.items()
    }
