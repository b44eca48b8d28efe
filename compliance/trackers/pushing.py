"""The tasks ticked in the table become issues."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from compliance.accounts.http import OrganisationRequest
from compliance.remediation.bulk import Chosen
from compliance.remediation.models import Task
from compliance.shared.errors import Refused
from compliance.shared.many import Outcome
from compliance.shared.numbers import whole
from compliance.trackers import linking, selectors, waking


def push_chosen(request: OrganisationRequest, chosen: list[Chosen]) -> Outcome:
    """Whatever version of a task the person saw: the issue tells what it is when it is made."""
    if not chosen:
        raise Refused(_("Choose at least one row."))
    connections = selectors.serving(request.organisation)
    connection = get_object_or_404(connections, pk=whole(request.POST.get("connection", "")))
    tasks = Task.objects.visible_to(request.user).filter(pk__in=[each.pk for each in chosen])
    pushed = linking.push_many(request.organisation, tasks, connection, by=request.user)
    waking.soon(connection.pk)
    return Outcome(changed=len(pushed.made), unchanged=len(pushed.known))
