"""Verbs: take the log along, promise how long it is kept, send it somewhere, sign a review."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation, User
from compliance.audit.models import Entry
from compliance.audit.selectors import end_of
from compliance.audit.services import record, record_read
from compliance.oversight import policies
from compliance.oversight.actions import Action
from compliance.oversight.models import LogTarget, Retention, Transport
from compliance.shared import outbound
from compliance.shared.errors import Refused
from compliance.shared.outbound.targets import check_place


def note_export(
    organisation: Organisation, *, by: User, file_format: str, filters: dict[str, str]
) -> Entry:
    """Record that *by* takes the log along, before the first line leaves."""
    policies.check_can_read(organisation, by)
    last = end_of(organisation.pk).seq
    return record_read(
        by, Action.EXPORTED, organisation, format=file_format, filters=filters, until=last
    )


@transaction.atomic
def set_retention(
    organisation: Organisation, *, years: int, two_years: bool, by: User
) -> Retention:
    policies.check_can_manage(organisation, by)
    policies.check_retention(years, two_years=two_years)
    kept, _new = Retention.objects.select_for_update().get_or_create(organisation=organisation)
    before = {"years": kept.years, "two_years": kept.two_years}
    after = {"years": years, "two_years": two_years}
    if before != after or _new:
        kept.years, kept.two_years = years, two_years
        kept.save(update_fields=["years", "two_years"])
        record(by, Action.RETENTION_SET, organisation, before=before, after=after)
    return kept


@transaction.atomic
def add_target(
    organisation: Organisation, *, transport: str, address: str, everything: bool, by: User
) -> LogTarget:
    """Send the log there from now on; with *everything*, from its first entry."""
    policies.check_can_manage(organisation, by)
    if transport not in Transport.values:
        raise Refused(_("Choose how the log is sent."))
    address = _checked(transport, address.strip())
    start = 0 if everything else end_of(organisation.pk).seq
    try:
        with transaction.atomic():
            target = LogTarget.objects.create(
                organisation=organisation, transport=transport, address=address, seq=start
            )
    except IntegrityError as twice:
        raise Refused(_("The log is sent there already.")) from twice
    record(by, Action.TARGET_ADDED, target, transport=transport, address=address, after_entry=start)
    return target


@transaction.atomic
def stop_target(target: LogTarget, *, by: User) -> None:
    policies.check_can_stop(target, by)
    target.stopped_at = timezone.now()
    target.save(update_fields=["stopped_at"])
    record(by, Action.TARGET_STOPPED, target, entry=target.seq)


def _checked(transport: str, address: str) -> str:
    if transport == Transport.LINES:
        if not address.startswith("https://"):
            raise Refused(_("Write an address that begins with https://."))
        outbound.check(address)
        return address[:300]
    check_place(address)
    return address[:300]
