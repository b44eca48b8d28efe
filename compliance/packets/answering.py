"""A manifest as the answers that checklist and OSCAL are written from.

Both read the frozen manifest and nothing else: what changed in the portal since does not reach them.
"""

from datetime import date, datetime

from compliance.exchange.answers import About, Answer, Answers, Asked, Given, Words
from compliance.packets.manifest_rows import Assessment, Evidence, Manifest, Task, Text

_OVER = {"closed", "false_positive", "risk_accepted"}


def answers(manifest: Manifest) -> Answers:
    tasks = {task["number"]: task for task in manifest["tasks"]}
    return Answers(_about(manifest), [_answer(each, tasks) for each in manifest["assessments"]])


def _about(manifest: Manifest) -> About:
    profile, frozen = manifest["profile"], datetime.fromisoformat(manifest["frozen_at"])
    return About(
        organisation=manifest["organisation"],
        # What ids are made from; a manifest of another application makes others.
        organisation_slug=f"{manifest['organisation']} {manifest['application']['number']}",
        platform=_words(manifest["application"]["platform"]),
        identifier=profile["identifier"],
        version=profile["version"],
        edition="",
        title=_words(profile["title"]),
        status=profile["status"],
        disclaimer=_words(profile["disclaimer"]),
        published_on=frozen.date(),
        valid_from=None,
        valid_to=None,
        loaded_at=frozen,
        digest=profile["digest"],
        sources=[],
        provenance_codes={},
        parameters={},
        areas=[(area["code"], _words(area["title"])) for area in manifest["areas"]],
    )


def _answer(each: Assessment, tasks: dict[str, Task]) -> Answer:
    still = [n for n in each["tasks"] if n in tasks and tasks[n]["state"] not in _OVER]
    return Answer(
        _asked(each),
        verdict=each["verdict"],
        reason=each["reason"],
        statement=each["implementation"],
        owner=each["owner"],
        evidence=[_given(item) for item in each["evidence"]],
        tasks=still,
        decided_by=each["decided_by"],
        decided_at=_moment(each["decided_at"]),
    )


def _asked(each: Assessment) -> Asked:
    return Asked(
        code=each["code"],
        area=each["area"],
        parent="",
        title=_words(each["title"]),
        statement=_words(each["statement"]),
        mandatory=each["mandatory"],
        severity=each["severity"],
        provenance=each["provenance"]["ko"],
        provenance_details=[],
        tests=[],
        mappings={},
        evidence_kinds=[],
    )


def _given(item: Evidence) -> Given:
    return Given(
        code=item["number"],
        title=item["title"],
        files=[(file["name"], file["sha256"]) for file in item["files"]],
        state=item["state"],
        stands=item["state"] == "accepted",
        collected_at=date.fromisoformat(item["collected_at"][:10]),
        reviewed_at=_moment(item["reviewed_at"]),
    )


def _words(text: Text) -> Words:
    return Words(text["ko"], text["en"])


def _moment(iso: str) -> datetime | None:
    return datetime.fromisoformat(iso) if iso else None
