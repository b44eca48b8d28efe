"""Evidence goes on to the next version of a profile: the same files, linked to the new wording."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import ngettext

from compliance.audit.services import record_all
from compliance.evidence.actions import Action
from compliance.evidence.models import Evidence, EvidenceLink, EvidenceRequest, State
from compliance.requirements import to_look_at
from compliance.requirements.carrying import Carried, Step
from compliance.requirements.models import CarryOverItem, EvidenceKind
from compliance.requirements.signals import profile_carried_over

BATCH = 500
# A decision that the new wording, or a new maximum age, puts back to the desk.
_DECIDED = {State.ACCEPTED, State.EXPIRED}


@receiver(profile_carried_over)
def carry_links(sender: Any, carried: Carried, **kwargs: Any) -> None:
    """Link what proves a former requirement to its new wording. Links of before stay as they are.

    The review holds where nothing changed; otherwise the link waits at the desk again, submitted by
    who submitted it before. A constant number of statements for a batch of links.
    """
    _carry_kinds(carried)
    _carry_requests(carried)
    there = set(
        EvidenceLink.objects.filter(
            organisation=carried.organisation, requirement__profile=carried.new
        ).values_list("evidence_id", "requirement_id")
    )
    steps = carried.to
    made: list[EvidenceLink] = []
    again: list[EvidenceLink] = []
    for former in _former(carried):
        step = steps.get(former.requirement_id)
        if step is None or (former.evidence_id, step.pair.new.pk) in there:
            continue
        link = _link(former, step)
        made.append(link)
        if former.state in _DECIDED and link.state == State.IN_REVIEW:
            again.append(link)
    EvidenceLink.objects.bulk_create(made, batch_size=BATCH)
    _list(carried, again)
    _record(carried, again)
    carried.count(evidence=len(made), evidence_to_review=len(again))


def _carry_kinds(carried: Carried) -> None:
    """Kinds keep their code; the row of the new version says how old they may be now."""
    kinds = EvidenceKind.objects.filter(profile=carried.new, code=OuterRef("kind_code"))
    Evidence.objects.filter(
        Exists(kinds), organisation=carried.organisation, kind__profile=carried.old
    ).update(kind=Subquery(kinds.values("pk")[:1]))


def _carry_requests(carried: Carried) -> None:
    """What is still asked for is asked for at the new wording."""
    steps = carried.to
    rows = EvidenceRequest.objects.open().filter(organisation=carried.organisation)
    for pk, former in rows.filter(requirement__profile=carried.old).values_list(
        "pk", "requirement_id"
    ):
        if step := steps.get(former):
            EvidenceRequest.objects.filter(pk=pk).update(requirement_id=step.pair.new.pk)


def _former(carried: Carried) -> list[EvidenceLink]:
    rows = EvidenceLink.objects.current().filter(
        organisation=carried.organisation, requirement__profile=carried.old
    )
    return list(rows.select_related("evidence__kind", "version").order_by("pk"))


def _link(former: EvidenceLink, step: Step) -> EvidenceLink:
    age = former.evidence.max_age_days
    link = EvidenceLink(
        organisation_id=former.organisation_id,
        evidence=former.evidence,
        requirement_id=step.pair.new.pk,
        version=former.version,
        state=former.state,
        submitted_by_id=former.submitted_by_id,
        submitted_at=former.submitted_at,
        reviewed_by_id=former.reviewed_by_id,
        reviewed_at=former.reviewed_at,
        reason=former.reason,
        reviewed_version_id=former.reviewed_version_id,
        reviewed_digest=former.reviewed_digest,
        valid_from=former.version.valid_from,
        valid_until=former.version.valid_for(age),
    )
    if former.state in _DECIDED and not _holds(former, step, link):
        link.state = State.IN_REVIEW
        link.reviewed_by_id = link.reviewed_at = None
        link.reason = ""
    return link


def _holds(former: EvidenceLink, step: Step, link: EvidenceLink) -> bool:
    """The decision stands: the same is asked, and what had expired did not become valid again."""
    revived = former.state == State.EXPIRED and (
        link.valid_until is None or link.valid_until >= timezone.localdate()
    )
    return step.same and step.same_kinds and not revived


def _list(carried: Carried, again: list[EvidenceLink]) -> None:
    """One thing to look at a requirement, however many links it has."""
    by_requirement: dict[int, list[EvidenceLink]] = defaultdict(list)
    for link in again:
        by_requirement[link.requirement_id].append(link)
    for requirement, links in by_requirement.items():
        carried.look_at(
            CarryOverItem.Kind.EVIDENCE,
            "evidence.again",
            new=requirement,
            codes=[link.evidence.code for link in links],
            page="evidence:desk",
            arguments={"link": links[0].pk},
        )


def _record(carried: Carried, again: list[EvidenceLink]) -> None:
    """The custody of an evidence says why its review began again."""
    codes = {step.pair.new.pk: step.pair.new.code for step in carried.steps}
    record_all(
        carried.by,
        Action.CARRIED,
        [
            (
                link.evidence,
                {
                    "requirement": codes[link.requirement_id],
                    "link": link.pk,
                    "number": link.evidence.number,
                    "version": link.version.number,
                    "profile_version": carried.new.version,
                },
            )
            for link in again
        ],
    )


def _again(data: Mapping[str, Any]) -> str:
    codes = list(data["codes"])
    shown = ", ".join(codes[:5]) + (" …" if len(codes) > 5 else "")
    return ngettext(
        "%(n)d evidence waits for a new review: %(codes)s.",
        "%(n)d evidence wait for a new review: %(codes)s.",
        len(codes),
    ) % {"n": len(codes), "codes": shown}


def register() -> None:
    to_look_at.register("evidence.again", _again)
