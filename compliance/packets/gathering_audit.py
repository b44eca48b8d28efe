"""What a packet carries of the audit log: a signed checkpoint, and the proof of what it stands on.

Cited are the entries by which people decided: verdicts, accepted evidence, signatures of the round.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from compliance.applications.actions import Action as Signed
from compliance.applications.models import Application, Round
from compliance.audit import services as audit
from compliance.audit.models import Entry
from compliance.audit.proofs import Cited, Section, section
from compliance.evidence.actions import Action as Reviewed
from compliance.evidence.models import Evidence, EvidenceLink
from compliance.evidence.models import State as EvidenceState
from compliance.packets.entries import iso
from compliance.packets.models import Freeze
from compliance.requirements.actions import Action as Judged
from compliance.requirements.models import Assessment

SIGNATURES = [
    Signed.REVIEW_REQUESTED,
    Signed.REVIEWED,
    Signed.APPROVED,
    Signed.ATTESTED,
    Signed.LOCKED,
]
_CHUNK = 500


def gather(round_: Round) -> Section:
    """Sign the log as it is and prove what is cited. Constant queries per 500 subjects."""
    application = round_.application
    checkpoint = audit.sign(application.organisation_id)
    if checkpoint is None:
        raise RuntimeError("a round was locked without an entry")
    cited = [*_verdicts(application), *_reviews(application), *_signatures(round_)]
    return section(checkpoint, sorted(cited, key=_seq), _former(round_))


def _seq(cited: Cited) -> int:
    return cited["seq"]


def _verdicts(application: Application) -> Iterator[Cited]:
    rows = Assessment.objects.filter(
        organisation=application.organisation_id, requirement__profile=application.profile_id
    )
    if application.is_targeted:
        rows = rows.filter(requirement__in=application.targets.values("pk"))
    codes: dict[int | None, str] = dict(rows.values_list("pk", "requirement__code"))
    told = _told(application, Assessment, [Judged.VERDICT_SET], codes)
    for entry in _newest(told, lambda entry: entry.target_id):
        yield _cited(entry, codes[entry.target_id])


def _reviews(application: Application) -> Iterator[Cited]:
    rows = EvidenceLink.objects.filter(
        organisation=application.organisation_id,
        requirement__profile=application.profile_id,
        state=EvidenceState.ACCEPTED,
    ).current()
    if application.is_targeted:
        rows = rows.filter(requirement__in=application.targets.values("pk"))
    links = {link.pk: link for link in rows.select_related("evidence", "requirement")}
    evidence = {link.evidence_id for link in links.values()}
    told = _told(application, Evidence, [Reviewed.ACCEPTED], evidence)
    for entry in _newest(told, lambda entry: entry.data.get("link")):
        link = links.get(entry.data.get("link"))
        if link:
            yield _cited(entry, f"{link.requirement.code} {link.evidence.code}")


def _signatures(round_: Round) -> Iterator[Cited]:
    told = _told(round_.application, Application, SIGNATURES, [round_.application_id])
    mine = (entry for entry in told if entry.data.get("round") == round_.number)
    for entry in _newest(mine, lambda entry: entry.action):
        yield _cited(entry, f"{round_.application.number} #{round_.number}")


def _told(
    application: Application, model: type[Any], actions: list[Any], pks: Iterable[Any]
) -> Iterator[Entry]:
    keys = sorted(pks)
    for start in range(0, len(keys), _CHUNK):
        yield from Entry.objects.filter(
            organisation_id=application.organisation_id,
            target_kind=model._meta.label_lower,
            target_id__in=keys[start : start + _CHUNK],
            action__in=actions,
        ).order_by("seq")


def _newest(told: Iterable[Entry], key: Callable[[Entry], Any]) -> Iterable[Entry]:
    return {key(entry): entry for entry in told}.values()


def _cited(entry: Entry, about: str) -> Cited:
    return {
        "seq": entry.seq,
        "digest": entry.digest,
        "action": entry.action,
        "at": iso(entry.at),
        "by": entry.actor,
        "about": about,
    }


def _former(round_: Round) -> str:
    """The checkpoint of the former round's packet, where that one had one."""
    rows = Freeze.objects.filter(
        round__application=round_.application_id, round__number__lt=round_.number
    )
    found = rows.order_by("-round__number").first()
    return found.manifest["audit"]["note"] if found and "audit" in found.manifest else ""
