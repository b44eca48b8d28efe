"""Duties that the profiles in use ask for: a requirement that names a period, or a record that ages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from compliance.accounts.models import Organisation
from compliance.remediation.models import DutySeries, Rhythm
from compliance.remediation.periods import rhythm_for
from compliance.requirements.models import EvidenceKind, Profile, Requirement
from compliance.requirements.selectors import adopted_profiles

# What a profile's author calls a number of days after which something is done again.
_PERIOD = re.compile(r"주기|간격|\binterval\b|\brotation\b|\breview of\b", re.IGNORECASE)
# Records of reviews, and what else is written when something was done.
_RECORD = re.compile(r"검토 내역|점검 내역|점검·검토|\breview record\b", re.IGNORECASE)
_RESULT = re.compile(r"결과|진단|대장|\bresults?\b|\breport\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A duty that could be kept. *parameter* names the period in the profile, or the kind."""

    requirement: Requirement
    kind: EvidenceKind | None
    rhythm: Rhythm
    days: int
    parameter: str
    title: str


def proposals(organisation: Organisation) -> list[Proposal]:
    """What the profiles ask for and no series keeps yet. Some queries a profile."""
    rows = DutySeries.objects.filter(organisation=organisation).exclude(
        state=DutySeries.State.ENDED
    )
    kept = set(rows.values_list("requirement_id", "parameter"))
    found = [each for profile in adopted_profiles(organisation) for each in _of(profile)]
    return [each for each in found if (each.requirement.pk, each.parameter) not in kept]


def _of(profile: Profile) -> Iterator[Proposal]:
    periods = {name: days for name in profile.parameters if (days := _days(profile, name))}
    rows = profile.requirements.select_related("profile").prefetch_related("evidence_kinds")
    for requirement in rows.order_by("order"):
        kinds = sorted(requirement.evidence_kinds.all(), key=_first_of_records)
        named = [name for name in periods if _names(requirement, name)]
        for name in named:
            if rhythm := rhythm_for(periods[name]):
                yield _proposal(requirement, kinds[:1], rhythm, periods[name], name)
        if not named:
            yield from _of_records(requirement, kinds)


def _of_records(requirement: Requirement, kinds: list[EvidenceKind]) -> Iterator[Proposal]:
    """A record of reviews that may only be so old has to be written again in time."""
    for kind in kinds:
        days = kind.max_age_days or 0
        if _RECORD.search(f"{kind.title_ko} {kind.title_en}") and (rhythm := rhythm_for(days)):
            yield _proposal(requirement, [kind], rhythm, days, f"kind:{kind.code}"[:60])
            return


def _proposal(
    requirement: Requirement, kinds: list[EvidenceKind], rhythm: Rhythm, days: int, name: str
) -> Proposal:
    kind = kinds[0] if kinds else None
    return Proposal(requirement, kind, rhythm, days, name, requirement.title[:200])


def _days(profile: Profile, name: str) -> int:
    """The days of a period in force today; 0 for what is no period."""
    about = profile.parameters[name]
    titles = f"{about.get('title_ko', '')} {about.get('title_en', '')}"
    value = profile.parameter(name)
    is_period = about.get("unit") == "d" and _PERIOD.search(titles)
    return value if is_period and isinstance(value, int) and not isinstance(value, bool) else 0


def _names(requirement: Requirement, name: str) -> bool:
    mark = f"{{{name}}}"
    texts = [requirement.statement_ko, requirement.statement_en]
    texts += [str(text) for test in requirement.tests for text in test.values()]
    return any(mark in text for text in texts)


def _first_of_records(kind: EvidenceKind) -> tuple[bool, bool, str]:
    titles = f"{kind.title_ko} {kind.title_en}"
    return not _RECORD.search(titles), not _RESULT.search(titles), kind.code
