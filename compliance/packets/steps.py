"""What the page shows of signatures: who has signed, whose turn it is, what may be done."""

from collections.abc import Iterable
from dataclasses import dataclass

from compliance.accounts.models import User
from compliance.packets import policies
from compliance.packets.models import PEOPLE, Part, Signature, SignatureState
from compliance.packets.models import Packet as _Packet
from compliance.packets.showing import Row
from compliance.packets.signing import hardware
from compliance.shared.errors import why_not


@dataclass(frozen=True, slots=True)
class Step:
    """One part of an edition, signed or not. *why_not* says why the reader does not sign now."""

    part: Part
    signature: Signature | None
    is_turn: bool
    why_not: str
    why_not_withdraw: str


@dataclass(frozen=True, slots=True)
class Signing:
    """An edition's signatures in order, the seal first; *former* were taken back."""

    packet: _Packet
    seal: Signature | None
    steps: list[Step]
    former: list[Signature]
    by_token: bool

    @property
    def done(self) -> bool:
        return policies.turn(self.packet) is None


def signing_of(rows: Iterable[Row], user: User) -> list[Signing]:
    """Return the signatures of every edition that is built. *rows* have them fetched."""
    return [_signing(row.packet, user) for row in rows if row.packet and row.packet.is_built]


def _signing(packet: _Packet, user: User) -> Signing:
    standing, turn = policies.standing(packet), policies.turn(packet)
    steps = [
        Step(
            part,
            found := standing.get(part),
            part == turn,
            why_not(policies.check_can_sign, packet, part, user),
            why_not(policies.check_can_withdraw, found, user) if found else "",
        )
        for part in PEOPLE
    ]
    former = [each for each in packet.signatures.all() if each.state == SignatureState.WITHDRAWN]
    return Signing(packet, standing.get(Part.SEAL), steps, former, hardware.is_there())
