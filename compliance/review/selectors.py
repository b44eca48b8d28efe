"""Reads of the desk that are more than one line."""

from django.db.models import QuerySet

from compliance.audit.models import Entry
from compliance.packets.models import Freeze
from compliance.review.actions import Action
from compliance.review.models import Invitation


def taken(freeze: Freeze) -> QuerySet[Entry]:
    """Return the entries of packets that invited reviewers took away."""
    mine = Invitation.objects.filter(round_id=freeze.round_id).values_list("pk", flat=True)
    return Entry.objects.filter(
        organisation_id=freeze.organisation_id,
        target_kind=Invitation._meta.label_lower,
        target_id__in=[*mine],
        action=Action.PACKET_TAKEN,
    )
