"""What evidence says for and against a verdict, as sentences, and how it stands in the list."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import CharField, DateField, DateTimeField, IntegerField, QuerySet, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation
from compliance.evidence.models import EvidenceLink, State
from compliance.requirements.models import Requirement
from compliance.requirements.registries import Ids, Known, Reason

# What the list of requirements can be filtered by.
STATES = [
    ("none", gettext_lazy("No evidence")),
    ("in_review", State.IN_REVIEW.label),
    ("accepted", State.ACCEPTED.label),
    ("returned", State.RETURNED.label),
    ("expired", State.EXPIRED.label),
]


class _Row(NamedTuple):
    """A link (state is set), or a kind that the requirement asks for (state is ""); `mandatory`: the
    requirement is."""

    requirement_id: int
    state: str
    kind: str
    number: int
    title: str
    title_en: str
    valid_until: date | None
    reviewed_at: datetime | None
    reviewer: str | None
    reason: str
    valid_from: date | None
    mandatory: bool

    def is_fresh(self, today: date) -> bool:
        begun = self.valid_from is None or self.valid_from <= today
        return begun and (self.valid_until is None or self.valid_until >= today)


def known(organisation: Organisation, requirement_ids: Ids) -> dict[int, Known]:
    """One query for any number of requirements: their links, and the kinds they ask for."""
    links: dict[int, list[_Row]] = defaultdict(list)
    wanted: dict[int, list[_Row]] = defaultdict(list)
    for row in map(
        _Row._make, _links(organisation, requirement_ids).union(_kinds(requirement_ids), all=True)
    ):
        # A draft is its owner's matter: it speaks neither for nor against.
        if row.state != State.DRAFT:
            (links if row.state else wanted)[row.requirement_id].append(row)
    today = timezone.localdate()
    return {
        each: _known(organisation, links.get(each, []), wanted.get(each, []), today)
        for each in {*links, *wanted}
    }


def reasons(organisation: Organisation, requirement_ids: Ids) -> dict[int, list[Reason]]:
    return {key: [*each.reasons] for key, each in known(organisation, requirement_ids).items()}


def _links(organisation: Organisation, requirement_ids: Ids) -> QuerySet[Any, Any]:
    rows = EvidenceLink.objects.current().filter(
        organisation=organisation, requirement_id__in=requirement_ids
    )
    return rows.order_by().values_list(
        "requirement_id",
        "state",
        "evidence__kind_code",
        "evidence__number",
        "evidence__title",
        Value("", output_field=CharField()),
        "valid_until",
        "reviewed_at",
        "reviewed_by__name",
        "reason",
        "valid_from",
        "requirement__mandatory",
    )


def _kinds(requirement_ids: Ids) -> QuerySet[Any, Any]:
    asked = Requirement.evidence_kinds.through.objects.filter(requirement_id__in=requirement_ids)
    return asked.order_by().values_list(
        "requirement_id",
        Value("", output_field=CharField()),
        "evidencekind__code",
        Value(0, output_field=IntegerField()),
        "evidencekind__title_ko",
        "evidencekind__title_en",
        Value(None, output_field=DateField()),
        Value(None, output_field=DateTimeField()),
        Value(None, output_field=CharField()),
        Value("", output_field=CharField()),
        Value(None, output_field=DateField()),
        "requirement__mandatory",
    )


def _known(organisation: Organisation, links: list[_Row], wanted: list[_Row], today: date) -> Known:
    links.sort(key=lambda link: link.number)
    found = [_of_link(organisation, link, today) for link in links]
    return Known(
        number=len(links),
        reasons=[*found, *_of_missing(links, wanted, today)],
        state=_standing(links, today),
        shown=_coverage(links, wanted, today),
    )


def _coverage(links: list[_Row], wanted: list[_Row], today: date) -> str:
    """“2/3”: of three kinds asked for, two have an accepted and valid evidence."""
    if not wanted:
        return ""
    accepted = {
        each.kind for each in links if each.state == State.ACCEPTED and each.is_fresh(today)
    }
    return f"{sum(kind.kind in accepted for kind in wanted)}/{len(wanted)}"


def _standing(links: Iterable[_Row], today: date) -> str:
    """The best of what is there: accepted, waiting, run out, returned; "none" without any."""
    states = {each.state for each in links if each.is_fresh(today)}
    stale = any(not each.is_fresh(today) for each in links)
    if State.ACCEPTED in states:
        return "accepted"
    if State.IN_REVIEW in states:
        return "in_review"
    if stale or State.EXPIRED in states:
        return "expired"
    return "returned" if State.RETURNED in states else "none"


def _of_link(organisation: Organisation, link: _Row, today: date) -> Reason:
    return Reason(
        supports=link.state == State.ACCEPTED and link.is_fresh(today),
        sentence=_lazy_sentence(link, today),
        url=_lazy_address(organisation.slug, link.number),
    )


def _of_missing(links: list[_Row], wanted: list[_Row], today: date) -> Iterator[Reason]:
    """A kind that is asked for and neither accepted nor waiting; nothing at all blocks."""
    there = {
        each.kind
        for each in links
        if each.state == State.IN_REVIEW or (each.state == State.ACCEPTED and each.is_fresh(today))
    }
    missing = [kind for kind in wanted if kind.mandatory and kind.kind not in there]
    if missing:
        yield Reason(supports=False, sentence=_lazy_missing(missing), blocking=not links)


def _missing(kinds: list[_Row]) -> str:
    korean = get_language() == "ko"
    titles = sorted(each.title if korean or not each.title_en else each.title_en for each in kinds)
    return _("Asked for and missing: %(kinds)s.") % {"kinds": ", ".join(titles)}


def _address(slug: str, number: int) -> str:
    return reverse("evidence:detail", args=[slug, number])


def _sentence(link: _Row, today: date) -> str:
    facts = {
        "evidence": f"EV-{link.number:04} {link.title}",
        "reviewer": link.reviewer,
        "day": date_format(localtime(link.reviewed_at), "Y-m-d") if link.reviewed_at else "",
        "since": date_format(link.valid_from, "Y-m-d") if link.valid_from else "",
        "until": date_format(link.valid_until, "Y-m-d") if link.valid_until else "",
        "reason": link.reason,
    }
    if link.state == State.RETURNED:
        return _("%(evidence)s was returned: %(reason)s") % facts
    if link.state == State.ACCEPTED and link.valid_from and link.valid_from > today:
        return _("%(evidence)s is valid from %(since)s on.") % facts
    if link.state == State.EXPIRED or (link.state == State.ACCEPTED and not link.is_fresh(today)):
        return _("%(evidence)s is no longer valid since %(until)s.") % facts
    if link.state == State.ACCEPTED:
        return _("%(evidence)s was accepted by %(reviewer)s on %(day)s.") % facts
    return _("%(evidence)s waits for a review.") % facts


# Written out when a page shows them, not when a list weighs them.
_lazy_missing = lazy(_missing, str)
_lazy_address = lazy(_address, str)
_lazy_sentence = lazy(_sentence, str)
