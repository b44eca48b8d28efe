"""Issue trackers over the API: which are connected, and tasks that become issues."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Field, Path, Router, Schema, Status

from compliance.accounts.api import enter
from compliance.remediation.models import Task
from compliance.shared.errors import Refused
from compliance.trackers import linking, selectors, waking

router = Router(tags=["trackers"])


class TrackerOut(Schema):
    """A connection that synchronises; `id` is what `issues` is asked with."""

    id: int
    name: str
    kind: str
    project: str


class IssuesIn(Schema):
    """Numbers of tasks, 500 at most."""

    tasks: list[int] = Field(min_length=1, max_length=linking.AT_MOST)


class IssuesOut(Schema):
    """`made`: issues are on their way; `known`: these are issues there already."""

    made: list[str]
    known: list[str]


@router.get("/trackers", response=list[TrackerOut])
def tracker_list(request: HttpRequest, organisation: Path[str]) -> list[TrackerOut]:
    entered = enter(request, organisation)
    return [
        TrackerOut(id=row.pk, name=row.name, kind=row.kind, project=row.project)
        for row in selectors.serving(entered.organisation)
    ]


@router.post("/trackers/{pk}/issues", response={202: IssuesOut})
def tracker_issues(
    request: HttpRequest, organisation: Path[str], pk: int, body: IssuesIn
) -> Status[IssuesOut]:
    """Have an issue made of each task, once however often it is asked; all of them or none."""
    entered = enter(request, organisation)
    connection = get_object_or_404(selectors.serving(entered.organisation), pk=pk)
    own = Task.objects.visible_to(entered.user).filter(organisation=entered.organisation)
    tasks = own.filter(number__in=body.tasks)
    missing = set(body.tasks) - set(tasks.values_list("number", flat=True))
    if missing:
        said = ", ".join(f"T-{number:04d}" for number in sorted(missing)[:5])
        raise Refused(_("There is no task %(tasks)s.") % {"tasks": said})
    pushed = linking.push_many(entered.organisation, tasks, connection, by=entered.user)
    waking.soon(connection.pk)
    return Status(
        202,
        IssuesOut(
            made=[task.code for task in pushed.made], known=[task.code for task in pushed.known]
        ),
    )
