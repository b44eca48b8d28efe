"""What the made-up company says of each requirement, and the evidence it shows."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone

from compliance.accounts.models import Organisation, User
from compliance.evidence import services as evidence
from compliance.evidence.models import EvidenceLink
from compliance.requirements import services as requirements
from compliance.requirements.models import Assessment, EvidenceKind, Profile
from portal.demo.papers import paper_of

_ANSWERS = Path(__file__).with_name("statements.yaml")
# What the auditor sent back, and what still waits for her.
RETURNED = {
    "OI-NET-13": "지역사무소 6곳의 사진이 빠졌습니다. 촬영 일시가 보이게 다시 올려 주십시오.",
    "OI-LOG-11": "라이더 앱 조회 규칙의 적용 화면이 없습니다. 전체 화면으로 다시 캡처해 주십시오.",
}
WAITING = {"OI-NET-03", "OI-NET-08", "OI-SRV-05", "OI-LOG-08", "OI-DAT-14"}
PER_REQUIREMENT = 2
# Days until the self-assessment is due; what is not named here has three weeks.
DUE_IN = {"OI-DAT-16": -3, "OI-SRV-08": -1, "OI-LOG-08": 5}


def fill(company: Organisation, profile: Profile, people: dict[str, User]) -> None:
    """Write statements, sign verdicts, upload evidence and review it; skips what is answered."""
    answers: dict[str, dict[str, Any]] = yaml.safe_load(_ANSWERS.read_text("utf-8"))
    rows = Assessment.objects.filter(organisation=company, requirement__profile=profile)
    for assessment in rows.select_related("requirement").prefetch_related(
        "requirement__evidence_kinds"
    ):
        answer = answers[assessment.requirement.code]
        if assessment.owner_id is not None:
            continue
        _assess(assessment, answer, people)
        if answer["statement"]:
            _prove(assessment, answer, people)
        # Last, since it marks the requirement as answered: a cut seeding goes on where it stopped.
        days = DUE_IN.get(assessment.requirement.code, 21)
        due = timezone.localdate() + timedelta(days=days)
        owner = people[answer["owner"]]
        requirements.assign(assessment, owner=owner, due=due, by=people["seoyeon"])


def _assess(assessment: Assessment, answer: dict[str, Any], people: dict[str, User]) -> None:
    lead, owner = people["seoyeon"], people[answer["owner"]]
    if answer["statement"]:
        requirements.write_statement(
            assessment, text=answer["statement"], revision=assessment.revision, by=owner
        )
    if answer["verdict"] != Assessment.Verdict.NOT_CHECKED:
        requirements.set_verdict(
            assessment,
            verdict=answer["verdict"],
            reason=answer.get("reason", ""),
            revision=assessment.revision,
            by=lead,
        )


def _prove(assessment: Assessment, answer: dict[str, Any], people: dict[str, User]) -> None:
    code = assessment.requirement.code
    kinds = list(assessment.requirement.evidence_kinds.all())
    shown = [kind for kind in kinds if kind.code != "scan_report"][:PER_REQUIREMENT]
    for age, kind in enumerate(shown, start=9):
        link = _upload(assessment, kind, answer, people[answer["owner"]], age)
        if code in RETURNED and kind == shown[-1]:
            evidence.return_(link, reason=RETURNED[code], by=people["haneul"])
        elif code not in WAITING or kind != shown[-1]:
            evidence.accept(link, by=people["haneul"])


def _upload(
    assessment: Assessment, kind: EvidenceKind, answer: dict[str, Any], owner: User, age: int
) -> EvidenceLink:
    requirement, day = assessment.requirement, timezone.localdate() - timedelta(days=age)
    title = f"{kind.title_ko} ({requirement.title_ko})"
    make, ending = paper_of(kind.code)
    content = make(title, _lines(answer["statement"]), day)
    name = f"{requirement.code}_{kind.title_ko.split('(')[0]}_{day:%Y%m%d}.{ending}"
    added = evidence.add(
        assessment.organisation,
        [evidence.Upload(io.BytesIO(content), name.replace("/", "·"))],
        by=owner,
        requirement=requirement,
        title=title,
        kind=kind,
        collected_at=day,
        source="console.bareun.example",
    )
    if added.link is None:
        raise RuntimeError(f"{title} was not linked to {requirement.code}")
    return added.link


def _lines(statement: str) -> list[str]:
    sentences = statement.replace("\n", " ").split(". ")
    return [sentence.strip().rstrip(".") for sentence in sentences if sentence.strip()]
