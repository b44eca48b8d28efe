"""What scans say of a new version: every rule is resolved afresh, and what lost its rules is told."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count
from django.dispatch import receiver
from django.utils.translation import ngettext

from compliance.accounts.models import Organisation
from compliance.requirements import to_look_at
from compliance.requirements.carrying import Carried
from compliance.requirements.models import CarryOverItem
from compliance.requirements.signals import profile_adopted, profile_carried_over
from compliance.scans import mapping
from compliance.scans.models import RuleMapping


@receiver(profile_carried_over)
def resolve_rules(sender: Any, carried: Carried, **kwargs: Any) -> None:
    """Map the organisation's rules to the new version. Edges name codes: they do not follow."""
    before = _rules_of(carried, carried.old.pk)
    mapping.refresh(carried.organisation.pk)
    after = _rules_of(carried, carried.new.pk)
    for step in carried.steps:
        old, new = step.pair
        lost = before.get(old.pk, 0) - after.get(new.pk, 0)
        if old.code != new.code and lost > 0:
            carried.look_at(
                CarryOverItem.Kind.RENUMBERED,
                "scans.rules_lost",
                old=old.pk,
                new=new.pk,
                rules=lost,
                old_code=old.code,
            )
    carried.count(rule_mappings=sum(after.values()))


@receiver(profile_adopted)
def resolve_for_profile(sender: Any, organisation: Organisation, **kwargs: Any) -> None:
    """What was scanned before speaks about the new profile at once."""
    mapping.refresh(organisation.pk)


def _rules_of(carried: Carried, profile: int) -> dict[int, int]:
    """{requirement: how many of the organisation's rules speak of it}, in one query."""
    rows = RuleMapping.objects.filter(
        rule__organisation=carried.organisation, requirement__profile=profile
    )
    return dict(rows.order_by().values_list("requirement_id").annotate(number=Count("pk")))


def _lost(data: Mapping[str, Any]) -> str:
    return ngettext(
        "%(n)d scan rule is mapped to the former code %(code)s and does not follow. "
        "Have the mapping set updated.",
        "%(n)d scan rules are mapped to the former code %(code)s and do not follow. "
        "Have the mapping set updated.",
        data["rules"],
    ) % {"n": data["rules"], "code": data["old_code"]}


def register() -> None:
    to_look_at.register("scans.rules_lost", _lost)
