"""What upper rooms know about requirements: reasons for a verdict and columns of the list."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from compliance.accounts.models import Organisation
from compliance.requirements.models import Assessment

Verdict = Assessment.Verdict


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for (`supports`) or against a met verdict, as a sentence.

    A blocking reason against makes the proposal “not met”, another one “partly met”.
    """

    supports: bool
    sentence: "str | Promise"
    url: str = ""
    blocking: bool = False


ReasonSource = Callable[[Organisation, list[int]], Mapping[int, Iterable[Reason]]]
CountSource = Callable[[Organisation, list[int]], Mapping[int, int]]

_reason_sources: list[ReasonSource] = []
_count_sources: dict[str, tuple["str | Promise", CountSource]] = {}


def register_reasons(source: ReasonSource) -> None:
    """*source*(organisation, requirement ids) → {requirement id: reasons}, constant queries."""
    _reason_sources.append(source)


def register_count(key: str, label: "str | Promise", source: CountSource) -> None:
    """A column of the requirement list: *source* → {requirement id: number}, one query."""
    _count_sources[key] = (label, source)


def reasons(organisation: Organisation, requirement_ids: list[int]) -> dict[int, list[Reason]]:
    gathered: dict[int, list[Reason]] = defaultdict(list)
    for source in _reason_sources:
        for requirement_id, found in source(organisation, requirement_ids).items():
            gathered[requirement_id].extend(found)
    return gathered


def counts(
    organisation: Organisation, requirement_ids: list[int]
) -> list[tuple[str, "str | Promise", Mapping[int, int]]]:
    """Return (key, label, {requirement id: number}) of every column."""
    return [
        (key, label, source(organisation, requirement_ids))
        for key, (label, source) in _count_sources.items()
    ]


def propose(found: Iterable[Reason]) -> Verdict:
    """The worst honest reading of what the machine knows. A person signs the verdict."""
    found = list(found)
    against = [reason for reason in found if not reason.supports]
    if any(reason.blocking for reason in against):
        return Verdict.NOT_MET
    if against:
        return Verdict.PARTIAL
    return Verdict.MET if found else Verdict.NOT_CHECKED
