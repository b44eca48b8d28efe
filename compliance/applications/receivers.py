"""Draft applications may go on to the next version of their profile; what was frozen never does."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation
from compliance.applications.actions import Action
from compliance.applications.models import OPEN_STATES, Application, State
from compliance.audit.services import record
from compliance.requirements import to_look_at
from compliance.requirements.carrying import Carried, Offer, register_offers
from compliance.requirements.models import CarryOverItem, Profile
from compliance.requirements.signals import profile_carried_over


def offers(organisation: Organisation, old: Profile, new: Profile) -> Iterator[Offer]:
    """What the plan asks of every application that is not over."""
    for application in _open(organisation, old):
        words = {"application": str(application), "state": application.get_state_display()}
        if _may_switch(application):
            sentence = _("%(application)s is a draft and goes on with the new version.")
        else:
            sentence = _(
                "%(application)s (%(state)s) stays with the former version. Its answers can no "
                "longer change: if the platform may still ask for a supplement, wait with this step."
            )
        address = reverse("applications:detail", args=[organisation.slug, application.number])
        yield Offer(_key(application), sentence % words, _may_switch(application), address)


@receiver(profile_carried_over)
def switch_applications(sender: Any, carried: Carried, **kwargs: Any) -> None:
    """Move the drafts that a person said yes to, and list every other open application."""
    switched = 0
    for application in _open(carried.organisation, carried.old):
        wanted = _key(application) in carried.accepted
        if wanted and _may_switch(application) and _switch(application, carried):
            switched += 1
        else:
            carried.look_at(
                CarryOverItem.Kind.TASK,
                "application.stays",
                application=str(application),
                state=application.state,
                page="applications:detail",
                arguments={"number": application.number},
            )
    carried.count(applications=switched)


def _open(organisation: Organisation, old: Profile) -> Iterable[Application]:
    rows = Application.objects.filter(organisation=organisation, profile=old, state__in=OPEN_STATES)
    return rows.prefetch_related("rounds").order_by("pk")


def _may_switch(application: Application) -> bool:
    """A draft of which nothing was frozen yet."""
    frozen = any(each.is_frozen for each in application.rounds.all())
    return application.state == State.DRAFT and not frozen


def _switch(application: Application, carried: Carried) -> bool:
    """Write the new profile if it is a draft still; targets of a partial review go along."""
    rows = Application.objects.filter(pk=application.pk, state=State.DRAFT, profile=carried.old)
    if not rows.update(profile=carried.new, revision=application.revision + 1):
        return False
    targets = list(application.targets.values_list("pk", flat=True))
    if targets:
        steps = carried.to
        application.targets.set([steps[pk].pair.new.pk for pk in targets if pk in steps])
    record(
        carried.by,
        Action.SWITCHED,
        application,
        number=application.number,
        before=carried.old.version,
        after=carried.new.version,
    )
    return True


def _key(application: Application) -> str:
    return f"application-{application.pk}"


def _stays(data: Mapping[str, Any]) -> str:
    words = {"application": data["application"], "state": State(data["state"]).label}
    return (
        _(
            "%(application)s (%(state)s) stays with the former version. See whether it should be made "
            "anew under the new one."
        )
        % words
    )


def register() -> None:
    register_offers(offers)
    to_look_at.register("application.stays", _stays)
