"""What changed since a round was frozen: its manifest against a later one, or against today."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from compliance.applications import changes, selectors
from compliance.applications.changes import Change, What
from compliance.applications.models import Application, Round
from compliance.evidence.models import EvidenceLink
from compliance.evidence.models import State as EvidenceState
from compliance.packets import manifest_rows
from compliance.packets.manifest_rows import Changed, Manifest, Reworded, Since
from compliance.packets.models import Freeze
from compliance.packets.words import VERDICTS
from compliance.remediation.models import State as TaskState
from compliance.remediation.models import Task
from compliance.requirements.models import Assessment

CLOSED = TaskState.CLOSED.value
# A task that the former round did not know; see words.CHANGES.
TASK_NEW = "task_new"


@dataclass(slots=True)
class Standing:
    """What stood, or stands, of one requirement. *evidence*: number → (title, digests)."""

    verdict: str = ""
    statement: str = ""
    evidence: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    # number → (title, state)
    tasks: dict[str, tuple[str, str]] = field(default_factory=dict)


@changes.register
def since(former: Round, round_: Round) -> dict[str, list[Change]] | None:
    """{requirement code: changes} between *former* and *round_*, frozen or as things are now."""
    frozen = {
        each.round_id: each for each in Freeze.objects.filter(round__in=[former.pk, round_.pk])
    }
    if former.pk not in frozen:
        return None
    before = _frozen(frozen[former.pk].manifest)
    if round_.pk in frozen:
        after = _frozen(frozen[round_.pk].manifest)
    else:
        after = _current(round_.application)
    nothing = Standing()
    found = {code: list(_between(before.get(code, nothing), now)) for code, now in after.items()}
    return {code: each for code, each in found.items() if each}


def former_freeze(round_: Round) -> Freeze | None:
    """The freeze of the round before, which the packet of *round_* is compared with."""
    former = selectors.former_round(round_.application, round_)
    return Freeze.objects.filter(round=former).first() if former else None


def since_freeze(former: Manifest, digest: str, later: Manifest) -> Since:
    """What *later* says otherwise than *former*, whose digest is *digest*. Of the two alone."""
    return {
        "round": former["round"],
        "frozen_at": former["frozen_at"],
        "digest": digest,
        "requirements": list(_changed(former, later)),
        "findings": list(_findings(former, later)),
        "profile": _profile(former, later),
    }


def _changed(former: Manifest, later: Manifest) -> Iterator[Changed]:
    before, after = _frozen(former), _frozen(later)
    nothing = Standing()
    for row in later["assessments"]:
        was, now = before.get(row["code"], nothing), after[row["code"]]
        # Verdicts by their codes: the manifest has no language.
        found: list[manifest_rows.Change] = [
            {
                "what": str(each.what.value),
                "number": each.number,
                "before": was.verdict if each.what == What.VERDICT else each.before,
                "after": now.verdict if each.what == What.VERDICT else each.after,
            }
            for each in _between(was, now)
        ]
        found += [
            {"what": TASK_NEW, "number": number, "before": "", "after": f"{number} {title}"}
            for number, (title, state) in now.tasks.items()
            if number not in was.tasks and state != CLOSED
        ]
        if found:
            yield {"code": row["code"], "title": row["title"], "changes": found}


def _findings(former: Manifest, later: Manifest) -> Iterator[manifest_rows.FindingChange]:
    states = {each["number"]: each["state"] for each in former["findings"]}
    for each in later["findings"]:
        was = states.get(each["number"], "")
        if was != each["state"]:
            yield {
                "number": each["number"],
                "title": each["title"],
                "severity": each["severity"],
                "before": was,
                "after": each["state"],
            }


def _profile(former: Manifest, later: Manifest) -> manifest_rows.ProfileChanges | None:
    """What another version of the profile asks otherwise; None where it is the same one.

    A round that reviews some requirements alone does not say which others went.
    """
    was, now = former["profile"], later["profile"]
    if was["digest"] == now["digest"]:
        return None
    before = {row["code"]: row for row in former["assessments"]}
    after = {row["code"]: row for row in later["assessments"]}
    whole = not any(each.get("submission", {}).get("targets") for each in (former, later))
    nothing = manifest_rows.Text(ko="", en="")
    pairs: list[Reworded] = [
        {
            "code": code,
            "title": row["title"],
            "before": before[code]["statement"] if code in before else nothing,
            "after": row["statement"],
        }
        for code, row in after.items()
    ]
    gone: list[Reworded] = [
        {"code": code, "title": row["title"], "before": row["statement"], "after": nothing}
        for code, row in before.items()
        if code not in after
    ]
    return {
        "before": f"{was['identifier']} {was['version']}",
        "after": f"{now['identifier']} {now['version']}",
        "added": [each for each in pairs if each["code"] not in before] if whole else [],
        "removed": gone if whole else [],
        "reworded": [
            each for each in pairs if each["code"] in before and each["before"] != each["after"]
        ],
    }


def _between(before: Standing, after: Standing) -> Iterator[Change]:
    if before.verdict != after.verdict:
        yield Change(What.VERDICT, _verdict(before.verdict), _verdict(after.verdict))
    if before.statement != after.statement:
        yield Change(What.STATEMENT, before.statement, after.statement)
    yield from _evidence(before, after)
    for number, (title, state) in after.tasks.items():
        if state == CLOSED and before.tasks.get(number, ("", ""))[1] != CLOSED:
            yield Change(What.TASK_CLOSED, after=f"{number} {title}", number=number)


def _evidence(before: Standing, after: Standing) -> Iterator[Change]:
    for number, (title, digests) in after.evidence.items():
        if number not in before.evidence:
            yield Change(What.EVIDENCE_ADDED, after=f"{number} {title}", number=number)
        elif before.evidence[number][1] != digests:
            yield Change(What.EVIDENCE_CHANGED, after=f"{number} {title}", number=number)
    for number, (title, _digests) in before.evidence.items():
        if number not in after.evidence:
            yield Change(What.EVIDENCE_GONE, before=f"{number} {title}", number=number)


def _verdict(code: str) -> str:
    return str(VERDICTS.get(code, code))


def _frozen(manifest: Manifest) -> dict[str, Standing]:
    tasks = {task["number"]: (task["title"], task["state"]) for task in manifest["tasks"]}
    return {
        row["code"]: Standing(
            row["verdict"],
            row["implementation"],
            {
                item["number"]: (
                    item["title"],
                    frozenset(file["sha256"] for file in item["files"]),
                )
                for item in row["evidence"]
            },
            {number: tasks[number] for number in row["tasks"] if number in tasks},
        )
        for row in manifest["assessments"]
    }


def _current(application: Application) -> dict[str, Standing]:
    """The same as a freeze would say now, in four queries."""
    mine = {"organisation": application.organisation_id}
    within = {**mine, "requirement__profile": application.profile_id}
    rows = Assessment.objects.filter(**within)
    if application.is_targeted:
        rows = rows.filter(requirement__in=application.targets.values("pk"))
    found = {
        code: Standing(verdict, statement)
        for code, verdict, statement in rows.values_list(
            "requirement__code", "verdict", "statement"
        )
    }
    links = EvidenceLink.objects.current().filter(**within, state=EvidenceState.ACCEPTED)
    for link in links.select_related("evidence", "requirement").prefetch_related(
        "version__files__blob"
    ):
        if link.requirement.code in found:
            digests = frozenset(file.blob.sha256 for file in link.version.files.all())
            evidence = link.evidence
            found[link.requirement.code].evidence[evidence.code] = (evidence.title, digests)
    for task in Task.objects.filter(**within).select_related("requirement"):
        if task.requirement and task.requirement.code in found:
            found[task.requirement.code].tasks[task.code] = (task.title, task.state)
    return found
