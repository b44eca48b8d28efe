"""The scope statement: what the application speaks of and what it leaves out, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import User
from compliance.applications import policies, services
from compliance.applications.actions import Action
from compliance.applications.models import Application, ScopeItem
from compliance.audit.services import record
from compliance.shared.errors import Refused

MOST_ITEMS = 300


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the statement; *legal_entity* is who runs it where that is somebody else."""

    kind: str
    name: str
    included: bool = True
    legal_entity: str = ""
    reason: str = ""

    def tidy(self) -> "Item":
        """The same without blanks around its texts."""
        return replace(
            self,
            name=self.name.strip(),
            legal_entity=self.legal_entity.strip(),
            reason=self.reason.replace("\r\n", "\n").strip(),
        )

    def get_kind_display(self) -> str:
        return str(ScopeItem.Kind(self.kind).label)

    @property
    def lack(self) -> str:
        """What is wrong with the row as a sentence, "" when nothing is."""
        if self.kind not in ScopeItem.Kind.values:
            return str(_("Choose service, system or company."))
        if not self.name:
            return str(_("Give it a name."))
        if not self.included and not self.reason:
            return str(_("Write why it is out of scope."))
        for column in (ScopeItem.name, ScopeItem.legal_entity, ScopeItem.reason):
            limit = column.field.max_length
            if limit and len(getattr(self, column.field.name)) > limit:
                return str(policies.LONGER % {"limit": limit})
        return ""


def items(application: Application) -> list[Item]:
    return [
        Item(row.kind, row.name, row.included, row.legal_entity, row.reason)
        for row in application.scope_items.all()
    ]


@transaction.atomic
def set_scope(application: Application, wanted: Sequence[Item], *, revision: int, by: User) -> None:
    """Replace the statement by *wanted*, in that order; all rows are kept or none.

    Raises Conflict when the application moved on since *revision*; it is refreshed then.
    """
    policies.check_can_edit(application, by)
    if len(wanted) > MOST_ITEMS:
        raise Refused(_("A scope has at most %(most)d rows.") % {"most": MOST_ITEMS})
    for number, item in enumerate(wanted, 1):
        if item.lack:
            raise Refused(_("Row %(row)d: %(lack)s") % {"row": number, "lack": item.lack})
    before = items(application)
    if list(wanted) == before:
        return
    services.write(application, revision, by, {})
    application.scope_items.all().delete()
    ScopeItem.objects.bulk_create(
        ScopeItem(
            application=application,
            order=order,
            kind=item.kind,
            name=item.name,
            legal_entity=item.legal_entity,
            included=item.included,
            reason=item.reason,
        )
        for order, item in enumerate(wanted)
    )
    record(
        by,
        Action.SCOPE_SET,
        application,
        number=application.number,
        before=_told(before),
        after=_told(wanted),
    )


def _told(rows: Iterable[Item]) -> list[str]:
    """Rows as the audit stream keeps them: the sign says in or out."""
    return [
        f"{'+' if row.included else '-'} {row.kind} {row.name}"
        + (f" ({row.legal_entity})" if row.legal_entity else "")
        + (f": {row.reason}" if row.reason else "")
        for row in rows
    ]
