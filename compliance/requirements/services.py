"""Verbs on assessments."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts import mentions
from compliance.accounts.models import Membership, Organisation, User
from compliance.audit.services import Named, record, record_all
from compliance.requirements import policies
from compliance.requirements.actions import Action
from compliance.requirements.models import (
    Adoption,
    Assessment,
    Comment,
    Profile,
    StatementDraft,
)
from compliance.requirements.signals import profile_adopted, verdicts_set
from compliance.shared.errors import Conflict, Refused

STATEMENT_LIMIT = 200_000


@transaction.atomic
def adopt(organisation: Organisation, profile: Profile, *, by: Named) -> Adoption:
    """Work with *profile*: one assessment a requirement, all not checked. Safe to repeat."""
    if isinstance(by, User):
        policies.check_can_adopt(organisation, by)
    adoption, created = Adoption.objects.get_or_create(organisation=organisation, profile=profile)
    Assessment.objects.bulk_create(
        [
            Assessment(organisation=organisation, requirement=requirement)
            for requirement in profile.requirements.all()
        ],
        ignore_conflicts=True,
    )
    if created:
        record(by, Action.PROFILE_ADOPTED, adoption, profile=profile.identifier)
        profile_adopted.send(sender=Adoption, organisation=organisation, profile=profile)
    return adoption


@transaction.atomic
def write_statement(assessment: Assessment, *, text: str, revision: int, by: User) -> None:
    """Keep the implementation statement.

    Raises Conflict when the assessment moved on since *revision*: the caller shows both texts.
    """
    policies.check_can_write(assessment, by)
    text = text.replace("\r\n", "\n").strip()
    if len(text) > STATEMENT_LIMIT:
        raise Refused(_("This statement is longer than 200,000 characters. Attach it as evidence."))
    before = assessment.statement
    if text != before:
        _change(assessment, revision, by=by, statement=text)
    # What was being written is said now.
    StatementDraft.objects.filter(assessment=assessment, user=by).delete()
    if text == before:
        return
    record(by, Action.STATEMENT_WRITTEN, assessment, before=before, after=text)


@transaction.atomic
def write_statements(told: Sequence[tuple[Assessment, str]], *, by: User) -> None:
    """Write the statement of many assessments that have none, all of one organisation, at once.

    Raises Conflict when one of them moved on since it was read; then none is written.
    """
    texts = {each.pk: text.replace("\r\n", "\n").strip()[:STATEMENT_LIMIT] for each, text in told}
    rows = [each for each, _text in told if texts[each.pk]]
    if not rows:
        return
    policies.check_can_write(rows[0], by)
    read = {each.pk: each.revision for each in rows}
    held = Assessment.objects.select_for_update().filter(pk__in=read, statement="").in_bulk()
    if {pk: each.revision for pk, each in held.items()} != read:
        raise Conflict(policies.CHANGED_MEANWHILE)
    now = timezone.now()
    for each in rows:
        each.statement, each.revision = texts[each.pk], each.revision + 1
        each.updated_by, each.updated_at = by, now
    columns = ["statement", "revision", "updated_by", "updated_at"]
    Assessment.objects.bulk_update(rows, columns, batch_size=200)
    record_all(
        by,
        Action.STATEMENT_WRITTEN,
        [(each, {"before": "", "after": each.statement}) for each in rows],
    )


@transaction.atomic
def set_verdict(
    assessment: Assessment, *, verdict: str, reason: str, revision: int, by: User
) -> None:
    """Sign a verdict; not applicable needs a reason."""
    policies.check_can_decide(assessment, by)
    policies.check_verdict(verdict, reason)
    before = assessment.verdict
    _change(
        assessment,
        revision,
        by=by,
        verdict=verdict,
        reason=reason.strip(),
        decided_by=by,
        decided_at=timezone.now(),
    )
    record(by, Action.VERDICT_SET, assessment, before=before, after=verdict, reason=reason.strip())
    verdicts_set.send(
        sender=Assessment, organisation=assessment.organisation, assessments=[assessment.pk], by=by
    )


@transaction.atomic
def assign(assessment: Assessment, *, owner: User | None, due: date | None, by: User) -> None:
    """Say who answers for the requirement, and until when."""
    policies.check_can_decide(assessment, by)
    if owner and not _is_member(owner, assessment.organisation_id):
        raise Refused(_("This person is not a member of the organisation. Choose a member."))
    before = shown_assignment(assessment.owner, assessment.due)
    _change(assessment, assessment.revision, by=by, owner=owner, due=due)
    record(
        by,
        Action.ASSIGNED,
        assessment,
        owner=owner.name if owner else "—",
        owner_id=owner.pk if owner else None,
        due=due.isoformat() if due else None,
        before=before,
        after=shown_assignment(owner, due),
    )


def shown_assignment(owner: User | None, due: date | None) -> dict[str, str]:
    """Who answers and until when, as the audit log keeps it."""
    return {"owner": owner.name if owner else "", "due": due.isoformat() if due else ""}


@transaction.atomic
def comment(assessment: Assessment, *, text: str, by: User) -> Comment:
    """Say something in plain text; who is named with @, and the owner, hear of it."""
    policies.check_can_comment(assessment, by)
    text = mentions.cleaned(text)
    named = mentions.mentioned(text, mentions.members_of(assessment.organisation_id))
    made = Comment.objects.create(assessment=assessment, by=by, text=text)
    record(
        by,
        Action.COMMENTED,
        assessment,
        text=text[:200],
        mentioned_ids=[person.pk for person in named],
        owner_id=assessment.owner_id,
        profile=assessment.requirement.profile.identifier,
        code=assessment.requirement.code,
    )
    return made


def _change(assessment: Assessment, revision: int, *, by: User, **columns: Any) -> None:
    """Write *columns* if the row still has *revision*, and count it up."""
    columns |= {"revision": revision + 1, "updated_by": by, "updated_at": timezone.now()}
    rows = Assessment.objects.filter(pk=assessment.pk, revision=revision)
    if not rows.update(**columns):
        assessment.refresh_from_db()
        raise Conflict(policies.CHANGED_MEANWHILE)
    for name, value in columns.items():
        setattr(assessment, name, value)


def _is_member(user: User, organisation_id: int) -> bool:
    return Membership.objects.people().filter(user=user, organisation_id=organisation_id).exists()
