"""Changing many evidence at once, and taking the last such change back.

What can be changed is, in one transaction; a row that somebody else changed in the meantime, or
that a rule refuses, is named with its sentence and left alone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.audit.context import current
from compliance.audit.models import Entry
from compliance.audit.services import record_all
from compliance.evidence import policies, selectors, services, writing
from compliance.evidence.actions import Action
from compliance.evidence.models import Evidence, EvidenceLink, State
from compliance.shared.errors import Refused
from compliance.shared.many import AT_MOST, CHANGED_MEANWHILE, TOO_LATE, UNDO_WITHIN, Outcome

_WAS_CHANGED = _("It was changed again since; take it back on its own page.")
_NO_DRAFT = _("It has no draft to submit.")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A row that the person ticked, as they saw it."""

    pk: int
    revision: int


@transaction.atomic
def set_owner(
    organisation: Organisation, chosen: Iterable[Chosen], *, owner: User | None, by: User
) -> Outcome:
    """Give every chosen evidence an owner, or none."""
    policies.check_can_add(organisation, by)
    if owner is not None:
        policies.check_owner(owner, organisation)
    wanted = owner.pk if owner else None
    return _change(organisation, chosen, by, lambda kept: {**kept, "owner_id": wanted})


@transaction.atomic
def set_confidentiality(
    organisation: Organisation, chosen: Iterable[Chosen], *, confidentiality: str, by: User
) -> Outcome:
    policies.check_can_add(organisation, by)
    policies.check_confidentiality(confidentiality)
    return _change(
        organisation, chosen, by, lambda kept: {**kept, "confidentiality": confidentiality}
    )


@transaction.atomic
def set_tags(
    organisation: Organisation,
    chosen: Iterable[Chosen],
    *,
    add: Iterable[str],
    remove: Iterable[str],
    by: User,
) -> Outcome:
    """Add tags to every chosen evidence, and take others away."""
    policies.check_can_add(organisation, by)
    new, old = writing.tag_names(add), set(writing.tag_names(remove))
    if not new and not old:
        raise Refused(_("Write the tags to add or to take away."))

    def change(kept: dict[str, Any]) -> dict[str, Any]:
        tags = {*kept["tags"], *new} - old
        return {**kept, "tags": sorted(tags)}

    return _change(organisation, chosen, by, change)


@transaction.atomic
def submit(organisation: Organisation, chosen: Iterable[Chosen], *, by: User) -> Outcome:
    """Put every draft of the chosen evidence under review. What reviewers were told is not taken
    back, so there is no undo."""
    policies.check_can_add(organisation, by)
    rows = _locked(organisation, _asked(chosen))
    outcome = Outcome()
    drafts: dict[int, list[EvidenceLink]] = {}
    links = EvidenceLink.objects.in_force().filter(evidence__in=rows, state=State.DRAFT)
    related = ("evidence__kind", "requirement", "version")
    for link in links.select_related(*related).order_by("pk"):
        drafts.setdefault(link.evidence_id, []).append(link)
    for pk, row in rows.items():
        if pk not in drafts:
            outcome.refused.append((str(row), _NO_DRAFT))
            continue
        try:
            for link in drafts[pk]:
                services.submit(link, by=by)
        except Refused as refusal:
            outcome.refused.append((str(row), refusal.sentence))
        else:
            outcome.changed += 1
    return outcome


@transaction.atomic
def take_back(organisation: Organisation, undo: str, *, by: User) -> Outcome:
    """Give the rows of one's own last bulk change back what they had, unless changed since."""
    policies.check_can_add(organisation, by)
    entries = _entries(organisation, undo, by)
    if not entries:
        raise Refused(TOO_LATE)
    rows = _locked(organisation, {entry.target_id or 0: None for entry in entries})
    outcome = Outcome()
    told = []
    for entry in entries:
        row = rows.get(entry.target_id or 0)
        if row is None or row.withdrawn_at or row.revision != entry.data["revision"]:
            outcome.refused.append((entry.target_name, _WAS_CHANGED))
            continue
        _write(row, entry.data["kept"])
        told.append((row, {"number": row.number}))
    record_all(by, Action.TAKEN_BACK, told)
    outcome.changed = len(told)
    return outcome


def _change(
    organisation: Organisation,
    chosen: Iterable[Chosen],
    by: User,
    change: Callable[[dict[str, Any]], dict[str, Any]],
) -> Outcome:
    asked = _asked(chosen)
    outcome = Outcome(undo=current().request_id)
    people = selectors.people_of(organisation)
    told = []
    for pk, row in _locked(organisation, asked).items():
        kept = _kept(row)
        wanted = change(kept)
        if row.withdrawn_at:
            outcome.refused.append((str(row), policies.WITHDRAWN))
        elif row.revision != asked[pk]:
            outcome.refused.append((str(row), CHANGED_MEANWHILE))
        elif len(wanted["tags"]) > writing.MOST_TAGS:
            outcome.refused.append((str(row), policies.TOO_MANY_TAGS))
        elif wanted == kept:
            outcome.unchanged += 1
        else:
            _write(row, wanted)
            changed = {key: [kept[key], wanted[key]] for key in kept if kept[key] != wanted[key]}
            if owners := changed.pop("owner_id", None):
                before = row.owner.name if row.owner else ""
                changed["owner"] = [before, people.get(owners[1], "")]
            facts = {"changed": changed, "kept": kept, "revision": row.revision}
            told.append((row, {**facts, "number": row.number}))
    record_all(by, Action.CHANGED, told)
    outcome.changed = len(told)
    return outcome


def _asked(chosen: Iterable[Chosen]) -> dict[int, Any]:
    asked = {each.pk: each.revision for each in chosen}
    if not asked:
        raise Refused(policies.NOTHING_CHOSEN)
    if len(asked) > AT_MOST:
        raise Refused(_("These are more than 5,000 rows. Filter the list first."))
    return asked


def _locked(organisation: Organisation, pks: Iterable[int]) -> dict[int, Evidence]:
    """The rows by number, held until the transaction ends."""
    rows = Evidence.objects.select_for_update(of=("self",)).filter(
        organisation=organisation, pk__in=list(pks)
    )
    found = rows.select_related("kind", "organisation", "owner").prefetch_related("tags")
    return {row.pk: row for row in found.order_by("number")}


def _kept(row: Evidence) -> dict[str, Any]:
    """What a row has, as its entry keeps it."""
    return {
        "owner_id": row.owner_id,
        "confidentiality": str(row.confidentiality),
        "tags": sorted(tag.name for tag in row.tags.all()),
    }


def _write(row: Evidence, wanted: dict[str, Any]) -> None:
    had = {tag.name for tag in row.tags.all()}
    if had != set(wanted["tags"]):
        row.tags.set(writing.tags(row.organisation_id, wanted["tags"]))
    Evidence.objects.filter(pk=row.pk).update(
        owner_id=wanted["owner_id"],
        confidentiality=wanted["confidentiality"],
        revision=F("revision") + 1,
    )
    row.revision += 1


def _entries(organisation: Organisation, undo: str, by: User) -> list[Entry]:
    since = timezone.now() - UNDO_WITHIN
    rows = Entry.objects.filter(
        organisation_id=organisation.pk, at__gte=since, actor_id=by.pk, request_id=undo
    )
    found = rows.filter(action=Action.CHANGED).order_by("seq")
    return [entry for entry in found if undo and "kept" in entry.data]
