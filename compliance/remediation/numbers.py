"""Numbers that people say, one sequence an organisation."""

from django.db.models import Max

from compliance.accounts.models import Organisation
from compliance.remediation.models import Task


def next_number(organisation_id: int) -> int:
    """Return the first free number. Writers queue on the organisation's row until they commit."""
    Organisation.objects.select_for_update().get(pk=organisation_id)
    rows = Task.objects.filter(organisation_id=organisation_id)
    return (rows.aggregate(last=Max("number"))["last"] or 0) + 1
