"""The application's own part of a manifest: occasion, scope, diagrams, confirmation, answers."""

from collections.abc import Iterable, Sequence

from compliance.accounts.models import User
from compliance.applications import selectors
from compliance.applications.models import Application, Round
from compliance.applications.services import DIAGRAMS
from compliance.evidence.models import Evidence
from compliance.packets.entries import Budget, iso
from compliance.packets.manifest_rows import (
    Answer,
    Assessment,
    Attestation,
    Diagram,
    DiagramFile,
    File,
    Person,
    ScopeItem,
    Submission,
)

DIAGRAM_FOLDER = "구성도"


def gather(
    round_: Round, attested: Person, assessments: Sequence[Assessment], budget: Budget
) -> Submission:
    """Return what the round declares. *assessments* say which evidence the packet encloses."""
    application = round_.application
    former = selectors.former_round(application, round_)
    return {
        "kind": application.kind,
        "review": application.review,
        "follows": application.follows.number if application.follows else "",
        "change_note": application.change_note,
        "targets": _targets(application),
        "scope_items": _scope(application),
        "personal_data": application.personal_data,
        "diagrams": _diagrams(application, _enclosed(assessments), budget),
        "attestation": _attestation(round_, attested),
        "answered_round": former.number if former else 0,
        "requested_changes": former.requested_changes if former else "",
        "answers": _answers(former) if former else [],
    }


def _targets(application: Application) -> list[str]:
    if not application.is_targeted:
        return []
    rows = application.targets.order_by("area__order", "order")
    return list(rows.values_list("code", flat=True))


def _scope(application: Application) -> list[ScopeItem]:
    return [
        {
            "kind": row.kind,
            "name": row.name,
            "legal_entity": row.legal_entity,
            "included": row.included,
            "reason": row.reason,
        }
        for row in application.scope_items.all()
    ]


def _enclosed(assessments: Iterable[Assessment]) -> dict[tuple[str, str], File]:
    """The files that are in the packet as evidence, by (number, SHA-256)."""
    return {
        (item["number"], file["sha256"]): file
        for row in assessments
        for item in row["evidence"]
        for file in item["files"]
    }


def _diagrams(
    application: Application, enclosed: dict[tuple[str, str], File], budget: Budget
) -> list[Diagram]:
    found = []
    for kind in DIAGRAMS:
        evidence: Evidence | None = getattr(application, kind)
        version = evidence.latest if evidence else None
        if evidence is None or version is None:
            continue
        number = evidence.code
        files: list[DiagramFile] = []
        for each in version.files.select_related("blob").order_by("pk"):
            file = enclosed.get((number, each.blob.sha256))
            file = file or budget.file(DIAGRAM_FOLDER, number, each.name, each.blob)
            files.append({**file})
        diagram: Diagram = {
            "kind": kind,
            "number": number,
            "title": evidence.title,
            "version": version.number,
            "files": files,
            "enclosed": True,
        }
        found.append(diagram)
    return found


def _attestation(round_: Round, attested: Person) -> Attestation:
    return {"text": round_.attestation, **attested}


def _answers(former: Round) -> list[Answer]:
    return [
        {
            "requirement": each.requirement.code,
            "title": {"ko": each.requirement.title_ko, "en": each.requirement.title_en},
            "verdict": each.verdict,
            "words": each.words,
            "due": iso(each.due),
            "answer": each.answer,
            "answered_by": _name(each.answered_by),
            "answered_at": iso(each.answered_at),
        }
        for each in selectors.asked_in(former)
    ]


def _name(user: User | None) -> str:
    return user.name if user else ""
