"""What comes after an approval: its end, its renewal, a major change."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.applications import policies, services
from compliance.applications.actions import Action
from compliance.applications.models import (
    EXPIRING_DAYS,
    Application,
    Kind,
    Review,
    Round,
    ScopeItem,
    State,
)
from compliance.audit.selectors import history
from compliance.audit.services import SYSTEM, record
from compliance.requirements.models import Profile, Requirement
from compliance.requirements.selectors import adopted_profiles
from compliance.shared.errors import Refused


@transaction.atomic
def renew(application: Application, *, by: User) -> Application:
    """Begin the next application of an approval that runs out, with its texts, scope, diagrams.

    It goes by the newest version of the profile that the organisation works with.
    """
    _queue(application)
    policies.check_can_follow(application, by)
    made = _follow(application, Kind.RENEWAL, by)
    record(by, Action.RENEWED, made, number=made.number, former=application.number)
    return made


@transaction.atomic
def declare_change(
    application: Application,
    *,
    note: str,
    review: str,
    by: User,
    targets: Iterable[Requirement] = (),
) -> Application:
    """Begin the review of a major change: of everything, or of the *targets* it touches."""
    _queue(application)
    policies.check_can_declare_change(application, by)
    note = note.replace("\r\n", "\n").strip()
    if not note:
        raise Refused(_("Write what changed."))
    if review not in Review.values:
        raise Refused(_("Choose whether everything or only a part is reviewed."))
    chosen = list(targets) if review == Review.TARGETED else []
    if review == Review.TARGETED and not chosen:
        raise Refused(policies.NO_TARGETS)
    made = _follow(application, Kind.CHANGE, by, review=review, change_note=note)
    codes = {each.code for each in chosen}
    # The targets may have been chosen from the version that was approved.
    made.targets.set(made.profile.requirements.filter(code__in=codes))
    if made.targets.count() != len(codes):
        raise Refused(
            _("Some of the requirements are not in %(profile)s. Choose them again.")
            % {"profile": made.profile}
        )
    record(
        by,
        Action.CHANGE_DECLARED,
        made,
        number=made.number,
        former=application.number,
        note=note,
        review=review,
        targets=sorted(codes),
    )
    return made


def newest_profile(application: Application) -> Profile:
    """The version of the application's profile that the organisation works with now."""
    identifier = application.profile.identifier
    same = [p for p in adopted_profiles(application.organisation) if p.identifier == identifier]
    if not same:
        raise Refused(
            _("The organisation no longer works with “%(profile)s”. Take it on first.")
            % {"profile": application.profile}
        )
    return max(same, key=lambda profile: (profile.published_on, profile.pk))


def announce_ends(today: date | None = None) -> int:
    """Say once of each approval that it runs out, and once that it has; return how many.

    A renewal that is approved says the rest, so what it follows is passed over.
    """
    today = today or timezone.localdate()
    soon = Application.objects.filter(
        state=State.APPROVED, valid_until__lte=today + timedelta(days=EXPIRING_DAYS)
    ).exclude(followed_by__state=State.APPROVED)
    count = 0
    for row in soon.select_related("organisation"):
        assert row.valid_until is not None  # noqa: S101 - the query asked for it
        action = Action.EXPIRED if row.valid_until < today else Action.EXPIRING
        with transaction.atomic():
            count += _say_once(row, action)
    return count


def _say_once(application: Application, action: Action) -> bool:
    _queue(application)
    said: Any = history(application).filter(action=action)
    if said.exists():
        return False
    until = application.valid_until.isoformat() if application.valid_until else ""
    record(SYSTEM, action, application, number=application.number, valid_until=until)
    return True


def _follow(application: Application, kind: Kind, by: User, **columns: Any) -> Application:
    copied = {name: getattr(application, name) for name in services.EDITABLE + services.DIAGRAMS}
    year = timezone.localdate().year
    serial = services.next_serial(application.organisation, year)
    made = Application.objects.create(
        organisation=application.organisation,
        profile=newest_profile(application),
        kind=kind,
        follows=application,
        number=f"GP-{year}-{serial:04d}",
        serial=serial,
        created_by=by,
        **copied,
        **columns,
    )
    Round.objects.create(application=made, number=1)
    ScopeItem.objects.bulk_create(
        ScopeItem(
            application=made,
            order=row.order,
            kind=row.kind,
            name=row.name,
            legal_entity=row.legal_entity,
            included=row.included,
            reason=row.reason,
        )
        for row in application.scope_items.all()
    )
    return made


def _queue(application: Application) -> None:
    """Two who click at once queue on the organisation, so that the second sees the first's row."""
    Organisation.objects.select_for_update().get(pk=application.organisation_id)
