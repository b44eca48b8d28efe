"""What the page of a packet shows of what left: downloads, marked copies, the submission."""

from dataclasses import dataclass
from typing import Any

from compliance.accounts.models import User
from compliance.packets import downloads, policies
from compliance.packets.models import Copy, Edition, Freeze, Packet, Receipt, State
from compliance.packets.out_forms import CopyForm, SubmissionForm
from compliance.shared.errors import why_not


@dataclass(frozen=True, slots=True)
class Leaving:
    """One built edition with what can be done with it."""

    packet: Packet
    receipt: Receipt | None
    why_not_submit: str
    why_not_copy: str


def leaving(freeze: Freeze, user: User) -> dict[str, Any]:
    """Return the context of packets/_leaving.html; a constant number of queries."""
    rows = freeze.packets.select_related("receipt__submitted_by", "organisation", "freeze__round")
    built = [each for each in rows if each.state == State.BUILT]
    built.sort(key=lambda each: Edition.values.index(each.edition))
    copies = Copy.objects.filter(packet__freeze=freeze).select_related(
        "made_by", "pdf", "zip", "job__organisation", "packet__freeze__round__application"
    )
    taken, total = downloads.of(freeze)
    return {
        "built": [_leaving(each, user) for each in built],
        "copies": list(copies),
        "downloads": taken,
        "downloads_total": total,
        "copy_form": CopyForm(),
        "submission_form": SubmissionForm(),
    }


def _leaving(packet: Packet, user: User) -> Leaving:
    return Leaving(
        packet,
        getattr(packet, "receipt", None),
        why_not(policies.check_can_record_submission, packet, user),
        why_not(policies.check_can_copy, packet, user),
    )
