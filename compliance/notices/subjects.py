"""What notices speak of, and which of it is there for who sees one application alone.

An entry names its target without a foreign key. A room with rows that a limited member may see
registers them here; of anything else such a person hears nothing, and reads no notice that came
before the limit. Nothing is deleted: without the limit everything is there again.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from django.db.models import BigIntegerField, Case, Exists, Model, OuterRef, Q, QuerySet, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from compliance.accounts.models import User
from compliance.audit.models import Entry

# The rows that a person sees.
Rows = Callable[[User], QuerySet[Any]]
Told = TypeVar("Told", bound=QuerySet[Any])


class _Subject(NamedTuple):
    rows: Rows
    key: str
    may_lack: bool


# All that are registered of a kind have to hold.
_subjects: dict[str, list[_Subject]] = {}


def register(model: type[Model], rows: Rows, *, key: str = "", may_lack: bool = False) -> None:
    """A limited member hears of a *model* while its row is among *rows*.

    *key*: not the entry's target decides but the row whose primary key its data has under that
    name, because sentences about the target speak of more than the person may see of it.
    *may_lack*: entries without that name pass.
    """
    known = _subjects.setdefault(model._meta.label_lower, [])
    if (made := _Subject(rows, key, may_lack)) not in known:
        known.append(made)


def is_there(entry: Entry, user: User) -> bool:
    """Whether what *entry* speaks of is there for a limited member."""
    known = _subjects.get(entry.target_kind, [])
    return bool(known) and all(_holds(each, entry, user) for each in known)


def _holds(subject: _Subject, entry: Entry, user: User) -> bool:
    pk = entry.data.get(subject.key) if subject.key else entry.target_id
    if pk is None:
        return subject.may_lack
    return subject.rows(user).filter(pk=pk).exists()


def within(rows: Told, user: User, *, besides: Q | None = None) -> Told:
    """Rows with `entry` that speak of what is there for a limited member, or are *besides*."""
    seen = besides or Q(pk__in=[])
    for kind, known in _subjects.items():
        of_kind = Q(entry__target_kind=kind)
        for subject in known:
            row = f"named_{subject.key}" if subject.key else "entry__target_id"
            holds = Q(Exists(subject.rows(user).filter(pk=OuterRef(row))))
            of_kind &= holds | Q(**{f"{row}__isnull": True}) if subject.may_lack else holds
        seen |= of_kind
    found: Told = rows.alias(**_named()).filter(seen)
    return found


def _named() -> dict[str, Case]:
    """{"named_link": the number that entries hold as "link"}, of kinds whose data decides by it."""
    kinds = defaultdict(list)
    for kind, known in _subjects.items():
        for subject in known:
            kinds[subject.key].append(kind)
    kinds.pop("", None)
    number = BigIntegerField()
    return {
        # What other kinds hold under that name may be no number at all.
        f"named_{key}": Case(
            When(
                entry__target_kind__in=of_key,
                then=Cast(KeyTextTransform(key, "entry__data"), number),
            ),
            output_field=number,
        )
        for key, of_key in kinds.items()
    }
