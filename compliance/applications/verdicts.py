"""The platform's verdicts: entered for a round, and answered for the next one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import User
from compliance.applications import policies, signals
from compliance.applications.actions import Action
from compliance.applications.models import ReceivedVerdict, Round, State
from compliance.audit.services import record
from compliance.requirements.models import Requirement
from compliance.shared.errors import Conflict, Refused

Verdict = ReceivedVerdict.Verdict
LONGEST = 20_000
NEEDS_WORDS = _("Write the platform's words: what does it ask for?")
CHANGED_MEANWHILE = _(
    "Somebody else changed the verdict on %(code)s meanwhile. Compare and save again."
)
UNKNOWN = _("“%(code)s” is no requirement of this round.")
HAS_WORK = _("Work has begun on the verdict on %(code)s, so it stays. Change it instead.")


@dataclass(frozen=True, slots=True)
class Word:
    """What the platform says of one requirement.

    *verdict* "" takes an entry back. *revision* is what the person saw: -1 for no entry, None for
    a file, which overwrites what is there.
    """

    requirement: Requirement
    verdict: str
    words: str = ""
    due: date | None = None
    revision: int | None = None

    @property
    def lack(self) -> str:
        """What is wrong with it as a sentence, "" when nothing is."""
        if self.verdict and self.verdict not in Verdict.values:
            return str(_("Choose one of the verdicts."))
        if self.verdict in ReceivedVerdict.ASKING and not self.words:
            return str(NEEDS_WORDS)
        if len(self.words) > LONGEST:
            return str(policies.LONGER % {"limit": LONGEST})
        return ""

    def same_as(self, stored: ReceivedVerdict | None) -> bool:
        if stored is None:
            return not self.verdict
        return (stored.verdict, stored.words, stored.due) == (self.verdict, self.words, self.due)


@transaction.atomic
def receive(round_: Round, words: Iterable[Word], *, by: User) -> int:
    """Keep what the platform says after *round_*; return how many entries changed.

    All are kept or none. Raises Refused naming the requirement, Conflict when an entry moved on.
    """
    policies.check_can_enter_verdicts(round_, by)
    allowed = set(requirements_of(round_))
    # Two who enter the same at once queue on the round.
    Round.objects.select_for_update().get(pk=round_.pk)
    stored = {each.requirement_id: each for each in round_.verdicts.all()}
    words = list(words)
    _refuse_twice(words)
    changed = [word for word in words if not word.same_as(stored.get(word.requirement.pk))]
    for word in changed:
        if word.requirement.pk not in allowed:
            raise Refused(
                _("%(code)s is not reviewed in this round.") % {"code": word.requirement.code}
            )
        _check(word, stored.get(word.requirement.pk))
    for word in changed:
        _keep(round_, word, stored.get(word.requirement.pk), by)
    if changed:
        _announce(round_, changed, by)
    return len(changed)


@transaction.atomic
def reply(verdict: ReceivedVerdict, *, text: str, revision: int, by: User) -> None:
    """Write our answer to the platform; Conflict when the entry moved on since *revision*."""
    policies.check_can_reply(verdict, by)
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST:
        raise Refused(policies.LONGER % {"limit": LONGEST})
    if text == verdict.answer and revision == verdict.revision:
        return
    before = verdict.answer
    signed = {"answered_by": by, "answered_at": timezone.now()} if text else _NOBODY
    columns = {"answer": text, "revision": revision + 1, **signed}
    rows = ReceivedVerdict.objects.filter(pk=verdict.pk, revision=revision)
    if not rows.update(**columns):
        verdict.refresh_from_db(fields=["answer", "revision", "answered_by", "answered_at"])
        raise Conflict(policies.CHANGED_MEANWHILE)
    for name, value in columns.items():
        setattr(verdict, name, value)
    application = verdict.round.application
    record(
        by,
        Action.ANSWERED,
        application,
        number=application.number,
        round=verdict.round.number,
        code=verdict.requirement.code,
        before=before,
        after=text,
    )


_NOBODY: dict[str, None] = {"answered_by": None, "answered_at": None}


def requirements_of(round_: Round) -> Mapping[int, Requirement]:
    """What is reviewed in the round: the profile's requirements, or the targets of a change."""
    application = round_.application
    rows = application.profile.requirements.select_related("area").order_by("area__order", "order")
    if application.is_targeted:
        rows = rows.filter(pk__in=application.targets.values("pk"))
    return {each.pk: each for each in rows}


def _refuse_twice(words: Iterable[Word]) -> None:
    seen: set[int] = set()
    for word in words:
        if word.requirement.pk in seen:
            raise Refused(_("%(code)s is in the list twice.") % {"code": word.requirement.code})
        seen.add(word.requirement.pk)


def _check(word: Word, stored: ReceivedVerdict | None) -> None:
    if word.lack:
        raise Refused(f"{word.requirement.code}: {word.lack}")
    seen = stored.revision if stored else -1
    if word.revision is not None and word.revision != seen:
        raise Conflict(CHANGED_MEANWHILE % {"code": word.requirement.code})


def _keep(round_: Round, word: Word, stored: ReceivedVerdict | None, by: User) -> None:
    if stored is None:
        ReceivedVerdict.objects.create(
            round=round_,
            requirement=word.requirement,
            verdict=word.verdict,
            words=word.words,
            due=word.due,
            entered_by=by,
        )
        return
    if word.verdict:
        ReceivedVerdict.objects.filter(pk=stored.pk).update(
            verdict=word.verdict,
            words=word.words,
            due=word.due,
            entered_by=by,
            entered_at=timezone.now(),
            revision=stored.revision + 1,
        )
        return
    try:
        if stored.answer:
            raise Refused(HAS_WORK % {"code": word.requirement.code})
        stored.delete()
    except ProtectedError as error:
        raise Refused(HAS_WORK % {"code": word.requirement.code}) from error


def _announce(round_: Round, changed: list[Word], by: User) -> None:
    application = round_.application
    record(
        by,
        Action.VERDICTS_RECEIVED,
        application,
        number=application.number,
        round=round_.number,
        count=len(changed),
        after={word.requirement.code: word.verdict for word in changed},
    )
    if application.state == State.CHANGES_REQUESTED:
        asking = round_.verdicts.filter(verdict__in=ReceivedVerdict.ASKING)
        signals.changes_requested.send(
            Round, round_=round_, verdicts=list(asking.select_related("requirement")), by=by
        )
