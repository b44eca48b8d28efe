"""Names leave the stream, entries stay: what is erased, what the law keeps a while, and the check."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Max
from django.utils import timezone

from compliance.audit import aliases, registry
from compliance.audit.actions import Action
from compliance.audit.models import Alias, Entry
from compliance.audit.rows import lock_head
from compliance.audit.services import SYSTEM, Named, record

_YEAR = timedelta(days=366)
# What an access record must say (안전성 확보조치 기준 제8조): who, and from where. Not the program.
_ASKED_BY_LAW = {Alias.Kind.NAME, Alias.Kind.MAIL, Alias.Kind.ADDRESS}


def called(person_id: int) -> set[str]:
    """Return every name and address of mail under which the person stands in entries."""
    kinds = [Alias.Kind.NAME, Alias.Kind.MAIL]
    rows = Alias.objects.filter(person_id=person_id, kind__in=kinds).exclude(text="")
    return set(rows.values_list("text", flat=True))


@transaction.atomic
def erase(
    organisation: models.Model, person_id: int, texts: Iterable[str], *, years: int, by: Named
) -> int:
    """Take the person's names, addresses and programs away from one organisation's entries.

    *texts*: what else they are called, in texts that name them without their number. Access
    records of the last *years* keep theirs, sealed. Returns how many were taken.
    """
    lock_head(organisation.pk)  # nobody learns another name meanwhile
    rows = Alias.objects.filter(organisation_id=organisation.pk)
    own = list(rows.filter(person_id=person_id).exclude(text=""))
    own += _of_nobody_else(rows, person_id, {*texts, *(each.text for each in own)})
    until = _cited(organisation.pk, person_id, years)
    for each in own:
        if each.kind in _ASKED_BY_LAW and each.token in until:
            each.kept = json.dumps({"text": each.text, "salt": each.salt, "of": each.person_id})
            each.kept_until = until[each.token]
        each.text, each.salt, each.person_id = "", "", person_id
    Alias.objects.bulk_update(own, ["text", "salt", "person_id", "kept", "kept_until"])
    # Also where they did nothing: entries of an older portal are read through this.
    token = aliases.token_of("", Alias.Kind.NAME, person_id, f"{organisation.pk}")
    erased = {"kind": Alias.Kind.NAME, "person_id": person_id, "organisation_id": organisation.pk}
    Alias.objects.get_or_create(token=token, defaults=erased)
    record(by, Action.PERSON_ERASED, organisation, number=person_id)
    return len(own)


def _of_nobody_else(rows: Any, person_id: int, texts: set[str]) -> list[Alias]:
    """Names that stand for whoever bears them, unless somebody else still does."""
    shared = rows.filter(person_id__isnull=True, text__in=texts)
    others = rows.exclude(person_id=person_id).filter(person_id__isnull=False, text__in=texts)
    borne = set(others.values_list("text", flat=True))
    return [each for each in shared if each.text not in borne]


def _cited(organisation_id: int, person_id: int, years: int) -> dict[str, datetime]:
    """Return {token: until when the access records that hold it must be kept}."""
    access = Entry.objects.filter(
        organisation_id=organisation_id,
        actor_id=person_id,
        action__in=sorted(registry.access_actions()),
        at__gte=timezone.now() - _YEAR * years,
    )
    found: dict[str, datetime] = {}
    for name, address, last in (
        access.order_by().values_list("actor_name", "address").annotate(last=Max("at"))
    ):
        for token in [*aliases.tokens_in(name), *aliases.tokens_in(address)]:
            found[token] = max(found.get(token, last), last + _YEAR * years)
    return found


@transaction.atomic
def read_kept(organisation: models.Model, person_id: int, reason: str, *, by: Named) -> list[str]:
    """Return what is kept of an erased person's access records; that it was read is recorded."""
    rows = Alias.objects.filter(organisation_id=organisation.pk, person_id=person_id)
    found = [json.loads(each.kept.open())["text"] for each in rows.exclude(kept="")]
    record(by, Action.KEPT_READ, organisation, number=person_id, reason=reason)
    return sorted(found)


def over(now: datetime | None = None) -> set[tuple[int, int]]:
    """Return (organisation, person) whose access records the law asks for no longer."""
    rows = Alias.objects.filter(kept_until__lte=now or timezone.now()).exclude(kept="")
    return {(each.organisation_id, each.person_id or 0) for each in rows}


@transaction.atomic
def end_kept(organisation: models.Model, person_id: int, now: datetime | None = None) -> None:
    """Remove what was kept of the person for as long as the law asked."""
    rows = Alias.objects.filter(organisation_id=organisation.pk, person_id=person_id)
    rows.filter(kept_until__lte=now or timezone.now()).update(kept="", kept_until=None)
    record(SYSTEM, Action.KEPT_ENDED, organisation, number=person_id)


def problems(organisation_id: int, cited: set[str]) -> list[str]:
    """Say which names are not those that entries were written with, or were taken away by nobody.

    *cited*: texts of entries that hold references.
    """
    rows = list(Alias.objects.filter(organisation_id=organisation_id))
    told = Entry.objects.filter(organisation_id=organisation_id, action=Action.PERSON_ERASED)
    erased = {data.get("number") for data in told.values_list("data", flat=True)}
    found = []
    for each in rows:
        if each.text and each.token != _token(each):
            found.append(f"a name of person {each.person_id} was altered ({each.token})")
        if not each.text and each.person_id not in erased:
            found.append(f"a name of person {each.person_id} was removed ({each.token})")
    tokens = {token for text in cited for token in aliases.tokens_in(text)}
    gone = tokens - {each.token for each in rows}
    return found + [f"a name that entries hold is missing ({token})" for token in sorted(gone)]


def _token(each: Alias) -> str:
    return aliases.token_of(each.salt, each.kind, each.person_id, each.text)
