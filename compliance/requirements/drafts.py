"""What people are writing and have not saved: kept for them, shown to nobody, never the statement."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, FilteredRelation, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import User
from compliance.requirements import policies
from compliance.requirements.models import Assessment, StatementDraft
from compliance.shared.errors import Conflict, Refused

LIMIT = 200_000
# A draft younger than this means that its writer is at it now.
WRITING = timedelta(minutes=2)


class Kept(NamedTuple):
    """`at` is None when there is nothing to keep: the text is the saved one."""

    at: datetime | None
    # The statement was saved by somebody since the person began to write.
    moved_on: bool


def of(assessment: Assessment, user: User) -> StatementDraft | None:
    return StatementDraft.objects.filter(assessment=assessment, user=user).first()


def joined(rows: QuerySet[Assessment], user: User) -> QuerySet[Assessment]:
    """Read the person's draft along with the row; `found` returns it."""
    mine = FilteredRelation("drafts", condition=Q(drafts__user_id=user.pk))
    return rows.annotate(mine=mine).annotate(**{name: F(f"mine__{name[6:]}") for name in _JOINED})


def found(assessment: Assessment, user: User) -> StatementDraft | None:
    """Return the draft that `joined` has read with *assessment*."""
    read = {name[6:]: vars(assessment)[name] for name in _JOINED}
    if read["id"] is None:
        return None
    return StatementDraft(assessment=assessment, user=user, **read)


_JOINED = ("draft_id", "draft_text", "draft_revision", "draft_saved_at")


@transaction.atomic
def keep(
    assessment: Assessment, *, text: str, revision: int, known: datetime | None, by: User
) -> Kept:
    """Keep *text* as the person's draft. Nothing is recorded: a draft is not yet said.

    *known* is when the draft that this page knows was kept. Raises Conflict when another of the
    person's own windows kept one since; the caller shows it and lets the person choose.
    """
    policies.check_can_write(assessment, by)
    text = text.replace("\r\n", "\n")
    if len(text) > LIMIT:
        raise Refused(_("This statement is longer than 200,000 characters. Attach it as evidence."))
    moved_on = assessment.revision != revision
    rows = StatementDraft.objects.select_for_update().filter(assessment=assessment, user=by)
    draft = rows.first()
    if draft is not None:
        _check_is_known(draft, text, known)
    if text.strip() == assessment.statement:
        rows.delete()
        return Kept(None, moved_on)
    now = timezone.now()
    columns = {"text": text, "revision": revision, "saved_at": now}
    if draft is None:
        draft, new = StatementDraft.objects.get_or_create(
            assessment=assessment, user=by, defaults=columns
        )
        # Two windows began at the same moment: the second one is told, as at any other.
        if not new:
            _check_is_known(draft, text, known)
    rows.update(**columns)
    return Kept(now, moved_on)


def _check_is_known(draft: StatementDraft, text: str, known: datetime | None) -> None:
    if draft.text != text and known != draft.saved_at:
        raise Conflict(
            _("This draft was changed in another window of yours. Choose which to keep.")
        )


@transaction.atomic
def drop(assessment: Assessment, *, by: User) -> None:
    StatementDraft.objects.filter(assessment=assessment, user=by).delete()


def writing(assessment: Assessment, besides: User) -> list[str]:
    """Names of others who are writing this statement now."""
    since = timezone.now() - WRITING
    rows = StatementDraft.objects.filter(assessment=assessment, saved_at__gte=since)
    return list(rows.exclude(user=besides).values_list("user__name", flat=True))
