"""The application's own part of a manifest: occasion, scope, diagrams, confirmation, answers."""

from collections.abc import Iterable

from compliance.accounts.models import User
from compliance.applications import selectors
from compliance.applications.models import Application, Round
from compliance.applications.services import DIAGRAMS
from compliance.evidence.models import Evidence
from compliance.packets.entries import iso
from compliance.packets.manifest import (
    Answer,
    Assessment,
    Attestation,
    Diagram,
    Person,
    ScopeItem,
    Submission,
)


def gather(round_: Round, attested: Person, assessments: Iterable[Assessment]) -> Submission:
    """Return what the round declares. *assessments* say which evidence the packet encloses."""
    application = round_.application
    former = selectors.former_round(application, round_)
    enclosed = {item["number"] for row in assessments for item in row["evidence"]}
    return {
        "kind": application.kind,
        "review": application.review,
        "follows": application.follows.number if application.follows else "",
        "change_note": application.change_note,
        "targets": _targets(application),
        "scope_items": _scope(application),
        "personal_data": application.personal_data,
        "diagrams": _diagrams(application, enclosed),
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


def _diagrams(application: Application, enclosed: set[str]) -> list[Diagram]:
    found = []
    for kind in DIAGRAMS:
        evidence: Evidence | None = getattr(application, kind)
        version = evidence.latest if evidence else None
        if evidence is None or version is None:
            continue
        files = version.files.select_related("blob").order_by("pk")
        diagram: Diagram = {
            "kind": kind,
            "number": evidence.code,
            "title": evidence.title,
            "version": version.number,
            "files": [{"name": file.name, "sha256": file.blob.sha256} for file in files],
            "enclosed": evidence.code in enclosed,
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
