"""The log to its targets: in order, none left out; after a failure from where it stopped."""

from collections.abc import Callable
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.audit.models import Entry
from compliance.oversight import exporting, syslog
from compliance.oversight.models import LogTarget, MemberQuerySet, Transport
from compliance.shared import outbound
from compliance.shared.outbound import streams
from compliance.shared.outbound.errors import OutboundError

LOT = 500
# What one target may take of a turn, so that others have theirs.
LOTS = 50
HOLD = timedelta(seconds=60)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(minutes=15)


def send_all() -> int:
    """Send what every target lacks; return how many entries arrived."""
    return sum(send(pk) for pk in _due().values_list("pk", flat=True))


def send(pk: int) -> int:
    """Send until the target has everything, fails, or had its turn. One process at a time.

    The place moves after a lot has arrived: a process that dies in between sends that lot again.
    """
    sent = 0
    for _turn in range(LOTS):
        target = _held(pk)
        if target is None:
            return sent
        entries = Entry.objects.filter(organisation_id=target.organisation_id, seq__gt=target.seq)
        lot = list(entries.order_by("seq")[:LOT])
        try:
            if lot:
                _SEND[target.transport](target.address, lot)
        except OutboundError as problem:
            _failed(target, str(problem))
            return sent
        _arrived(target, lot)
        sent += len(lot)
        if len(lot) < LOT:
            return sent
    return sent


def _due() -> MemberQuerySet:
    now = timezone.now()
    return LogTarget.objects.filter(
        Q(wait_until=None) | Q(wait_until__lte=now),
        Q(held_until=None) | Q(held_until__lte=now),
        stopped_at=None,
    )


def _held(pk: int) -> LogTarget | None:
    """Take the target for a while, unless another process has it."""
    until = timezone.now() + HOLD
    if not _due().filter(pk=pk).update(held_until=until):
        return None
    target = LogTarget.objects.get(pk=pk)
    target.held_until = until
    return target


def _arrived(target: LogTarget, lot: list[Entry]) -> None:
    now = timezone.now()
    changed = {"seq": lot[-1].seq, "sent_at": now} if lot else {}
    _written(target, problem="", failures=0, wait_until=None, **changed)


def _failed(target: LogTarget, problem: str) -> None:
    wait = min(FIRST_WAIT * 2 ** min(target.failures, 10), LONGEST_WAIT)
    _written(
        target,
        problem=problem[:500],
        failures=target.failures + 1,
        wait_until=timezone.now() + wait,
    )


def _written(target: LogTarget, **values: object) -> None:
    """Let go, unless it took so long that somebody else holds the target now."""
    mine = LogTarget.objects.filter(pk=target.pk, held_until=target.held_until)
    mine.update(held_until=None, **values)


def _by_datagrams(address: str, lot: list[Entry]) -> None:
    streams.throw(address, [syslog.message(entry) for entry in lot])


def _by_tcp(address: str, lot: list[Entry]) -> None:
    streams.push(address, b"".join(syslog.framed(entry) for entry in lot), tls=False)


def _by_tls(address: str, lot: list[Entry]) -> None:
    streams.push(address, b"".join(syslog.framed(entry) for entry in lot), tls=True)


def _by_post(address: str, lot: list[Entry]) -> None:
    content = "".join(f"{exporting.line(entry)}\n" for entry in lot).encode()
    headers = {"content-type": "application/x-ndjson"}
    answer = outbound.send(outbound.Request("POST", address, headers, content))
    if not answer.ok:
        raise outbound.BadAnswer(_("The target answered %(status)d.") % {"status": answer.status})


_SEND: dict[str, Callable[[str, list[Entry]], None]] = {
    Transport.UDP: _by_datagrams,
    Transport.TCP: _by_tcp,
    Transport.TLS: _by_tls,
    Transport.LINES: _by_post,
}
