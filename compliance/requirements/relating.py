"""Verbs on an organisation's own relations between requirements."""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.audit.services import record
from compliance.requirements import policies
from compliance.requirements.actions import Action
from compliance.requirements.models import Crosswalk, CrosswalkEdge, Requirement
from compliance.requirements.related import OWN, inverse
from compliance.shared.errors import Refused

_RATIONALE_LIMIT = 2000
RATIONALE_IS_MISSING = _("Write why the two belong together. The next reader relies on it.")
SAME_REQUIREMENT = _("This is the same requirement. Choose one of another profile.")


@transaction.atomic
def relate(
    requirement: Requirement,
    other: Requirement,
    *,
    organisation: Organisation,
    relation: str,
    rationale: str,
    by: User,
) -> CrosswalkEdge:
    """Say how *requirement* relates to *other*; said again, the newer word holds."""
    policies.check_can_relate(organisation, by)
    if relation not in CrosswalkEdge.Relation.values:
        raise Refused(_("This relation does not exist. Choose one of the list."))
    if not rationale.strip():
        raise Refused(RATIONALE_IS_MISSING)
    left = (requirement.profile.identifier, requirement.code)
    right = (other.profile.identifier, other.code)
    if left == right:
        raise Refused(SAME_REQUIREMENT)
    own = _own(organisation)
    if own.edges.filter(_named(right, left)).exists():
        left, right, relation = right, left, inverse(relation)
    edge, _created = CrosswalkEdge.objects.update_or_create(
        crosswalk=own,
        from_profile=left[0],
        from_code=left[1],
        to_profile=right[0],
        to_code=right[1],
        defaults={
            "relation": relation,
            "rationale": rationale.strip()[:_RATIONALE_LIMIT],
            "source": by.name[:300],
        },
    )
    record(by, Action.RELATED, own, **_facts(edge))
    return edge


@transaction.atomic
def unrelate(edge: CrosswalkEdge, *, by: User) -> None:
    """Take an own relation back; shipped ones stay."""
    organisation = edge.crosswalk.organisation
    if organisation is None:
        raise Refused(_("This relation is shipped and cannot be removed."))
    policies.check_can_relate(organisation, by)
    record(by, Action.UNRELATED, edge.crosswalk, **_facts(edge))
    edge.delete()


def _own(organisation: Organisation) -> Crosswalk:
    own, _created = Crosswalk.objects.get_or_create(
        organisation=organisation,
        identifier=OWN,
        version="1",
        defaults={
            "title_ko": "우리 조직이 정한 대응",
            "title_en": "Relations stated by our organisation",
            "author": organisation.name[:200],
        },
    )
    return own


def _named(left: tuple[str, str], right: tuple[str, str]) -> Q:
    return Q(from_profile=left[0], from_code=left[1], to_profile=right[0], to_code=right[1])


def _facts(edge: CrosswalkEdge) -> dict[str, str]:
    return {
        "code": edge.from_code,
        "other": edge.to_code,
        "profiles": f"{edge.from_profile} → {edge.to_profile}",
        "relation": str(edge.relation),
        "rationale": edge.rationale,
    }
