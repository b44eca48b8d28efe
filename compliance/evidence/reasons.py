"""What evidence says for and against a verdict, as sentences."""

from collections import defaultdict
from collections.abc import Iterator

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation
from compliance.evidence import selectors
from compliance.evidence.models import EvidenceLink, State
from compliance.requirements.models import Requirement
from compliance.requirements.registries import Reason


def reasons(organisation: Organisation, requirement_ids: list[int]) -> dict[int, list[Reason]]:
    """Three queries for any number of requirements."""
    links: dict[int, list[EvidenceLink]] = defaultdict(list)
    for each in selectors.links_of(organisation, requirement_ids):
        links[each.requirement_id].append(each)
    requirements = Requirement.objects.filter(pk__in=requirement_ids)
    return {
        requirement.pk: [
            *_of_links(organisation, links[requirement.pk]),
            *_of_missing(requirement, links[requirement.pk]),
        ]
        for requirement in requirements.prefetch_related("evidence_kinds")
    }


def _of_links(organisation: Organisation, links: list[EvidenceLink]) -> Iterator[Reason]:
    for link in links:
        supports = link.state == State.ACCEPTED and link.is_fresh
        url = reverse("evidence:detail", args=[organisation.slug, link.evidence.number])
        yield Reason(supports=supports, sentence=_sentence(link), url=url)


def _of_missing(requirement: Requirement, links: list[EvidenceLink]) -> Iterator[Reason]:
    """A kind that is asked for and neither accepted nor waiting; nothing at all blocks."""
    if not requirement.mandatory:
        return
    kinds = list(requirement.evidence_kinds.all())
    missing = [
        each.kind.title
        for each in selectors.coverage(kinds, links)
        if not (each.accepted or each.waiting)
    ]
    if missing:
        yield Reason(
            supports=False,
            sentence=_("Asked for and missing: %(kinds)s.") % {"kinds": ", ".join(missing)},
            blocking=not links,
        )


def _sentence(link: EvidenceLink) -> str:
    facts = {
        "evidence": str(link.evidence),
        "reviewer": link.reviewed_by,
        "day": date_format(localtime(link.reviewed_at), "Y-m-d") if link.reviewed_at else "",
        "until": date_format(link.valid_until, "Y-m-d") if link.valid_until else "",
        "reason": link.reason,
    }
    if link.state == State.RETURNED:
        return _("%(evidence)s was returned: %(reason)s") % facts
    if link.state == State.EXPIRED or (link.state == State.ACCEPTED and link.is_stale):
        return _("%(evidence)s is no longer valid since %(until)s.") % facts
    if link.state == State.ACCEPTED:
        return _("%(evidence)s was accepted by %(reviewer)s on %(day)s.") % facts
    return _("%(evidence)s waits for a review.") % facts
