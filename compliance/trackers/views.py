"""Pages of connections, the box of a task, and the door for webhooks."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation, reauthenticated
from compliance.remediation.models import State, Task
from compliance.shared.errors import Refused
from compliance.shared.numbers import whole
from compliance.shared.sealed import Sealed
from compliance.trackers import linking, policies, selectors, services, showing, waking
from compliance.trackers.adapters.base import is_signed
from compliance.trackers.forms import ConnectionForm
from compliance.trackers.models import Connection, ExternalIssue, Outgoing

PER_PAGE = 30


@require_safe
@in_organisation
def list_(request: OrganisationRequest) -> HttpResponse:
    policies.check_can_manage(request.organisation, request.user)
    rows = selectors.connections(request.organisation, request.user)
    context = {"connections": list(rows), "kinds": Connection.Kind}
    return render(request, "trackers/list.html", context)


@require_safe
@in_organisation
def detail(request: OrganisationRequest, pk: int) -> HttpResponse:
    connection = _connection(request, pk)
    rows = Outgoing.objects.filter(issue__connection=connection)
    state = request.GET.get("state", "")
    if state in Outgoing.State.values:
        rows = rows.filter(state=state)
    rows = rows.select_related("issue__task", "issue__connection")
    context = {
        "connection": connection,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "states": Outgoing.State,
        "state": state,
        "table": [{"state": each, "status": connection.status_of(each)} for each in State],
        "hook_url": request.build_absolute_uri(
            reverse("trackers:hook", args=[request.organisation.slug, connection.hook])
        ),
        "linked": connection.issues.count(),
    }
    return render(request, "trackers/detail.html", context)


@require_safe
@in_organisation
def new(request: OrganisationRequest, kind: str) -> HttpResponse:
    policies.check_can_manage(request.organisation, request.user)
    return _form(request, ConnectionForm(kind=_kind(kind)), kind)


@require_POST
@in_organisation
@reauthenticated
def add(request: OrganisationRequest, kind: str) -> HttpResponseBase:
    """Keep the connection and ask the tracker at once, so that a wrong token is seen now."""
    policies.check_can_manage(request.organisation, request.user)
    form = ConnectionForm(request.POST, kind=_kind(kind))
    if not form.is_valid():
        return _form(request, form, kind, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        made = services.connect(request.organisation, kind, form.facts(), by=request.user)
    except Refused as refusal:
        form.add_error("name", str(refusal))
        return _form(request, form, kind, status=HTTPStatus.CONFLICT)
    _say_what_the_test_found(request, made)
    return _to(made)


@require_safe
@in_organisation
def edit(request: OrganisationRequest, pk: int) -> HttpResponse:
    connection = _connection(request, pk)
    form = ConnectionForm(kind=connection.kind, connection=connection)
    return _form(request, form, connection.kind, connection)


@require_POST
@in_organisation
@reauthenticated
def change(request: OrganisationRequest, pk: int) -> HttpResponseBase:
    connection = _connection(request, pk)
    form = ConnectionForm(request.POST, kind=connection.kind, connection=connection)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.is_valid():
        try:
            services.change(connection, form.facts(), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = HTTPStatus.CONFLICT
        else:
            _say_what_the_test_found(request, connection)
            return _to(connection)
    return _form(request, form, connection.kind, connection, status=status)


@require_POST
@in_organisation
def states(request: OrganisationRequest, pk: int) -> HttpResponseBase:
    connection = _connection(request, pk)
    chosen = {each: request.POST.get(each, "").strip()[:100] for each in State.values}
    services.set_states(connection, chosen, by=request.user)
    messages.success(request, _("Saved."))
    return _to(connection)


@require_POST
@never_cache
@in_organisation
@reauthenticated
def secret(request: OrganisationRequest, pk: int) -> HttpResponseBase:
    """The page that answers is the only one that shows the secret."""
    connection = _connection(request, pk)
    made = services.make_secret(connection, by=request.user)
    path = reverse("trackers:hook", args=[request.organisation.slug, connection.hook])
    context = {
        "connection": connection,
        "secret": made,
        "hook_url": request.build_absolute_uri(path),
    }
    return render(request, "trackers/secret.html", context)


@require_POST
@in_organisation
def act(request: OrganisationRequest, pk: int, verb: str) -> HttpResponseBase:
    """Stop, start, test, synchronise now or remove."""
    connection = _connection(request, pk)
    if verb == "test":
        _say_what_the_test_found(request, connection)
        return _to(connection)
    messages.success(request, _VERBS[verb](connection, request))
    if verb == "remove":
        return redirect("trackers:list", organisation=request.organisation.slug)
    return _to(connection)


def _stop(connection: Connection, request: OrganisationRequest) -> str:
    services.stop(connection, by=request.user)
    return _("Nothing is synchronised any more. What happens meanwhile waits.")


def _start(connection: Connection, request: OrganisationRequest) -> str:
    services.start(connection, by=request.user)
    waking.soon(connection.pk)
    return _("Synchronising again, what waits first.")


def _sync(connection: Connection, request: OrganisationRequest) -> str:
    waking.soon(connection.pk)
    return _("The tracker is being asked. Reload this page in a moment.")


def _remove(connection: Connection, request: OrganisationRequest) -> str:
    services.remove(connection, by=request.user)
    return _("The connection was removed. Tasks and issues stay as they are.")


_VERBS = {"stop": _stop, "start": _start, "sync": _sync, "remove": _remove}


@require_POST
@in_organisation
def again(request: OrganisationRequest, pk: int) -> HttpResponseBase:
    policies.check_can_manage(request.organisation, request.user)
    rows = Outgoing.objects.filter(organisation=request.organisation)
    row = get_object_or_404(rows.select_related("issue__connection"), pk=pk)
    services.retry(row, by=request.user)
    waking.soon(row.issue.connection_id)
    messages.success(request, _("It is sent once more."))
    return _to(row.issue.connection)


@require_POST
@in_organisation
def push(request: OrganisationRequest, number: int) -> HttpResponseBase:
    task = _task(request, number)
    policies.check_can_link(task, request.user)
    connection = _chosen(request)
    linking.push(task, connection, by=request.user)
    waking.soon(connection.pk)
    messages.success(request, _("The issue is being made; its link appears here."))
    return _to_task(request, task)


@require_POST
@in_organisation
def link(request: OrganisationRequest, number: int) -> HttpResponseBase:
    task = _task(request, number)
    policies.check_can_link(task, request.user)
    key = request.POST.get("key", "").strip()[:100]
    issue = linking.link(task, _chosen(request), key, by=request.user)
    waking.soon(issue.connection_id)
    messages.success(request, _("Linked with %(issue)s.") % {"issue": issue})
    return _to_task(request, task)


@require_POST
@in_organisation
def unlink(request: OrganisationRequest, number: int) -> HttpResponseBase:
    task = _task(request, number)
    policies.check_can_link(task, request.user)
    rows = ExternalIssue.objects.filter(task=task).select_related("task", "connection")
    linking.unlink(
        get_object_or_404(rows, pk=whole(request.POST.get("issue", ""))), by=request.user
    )
    messages.success(request, _("Unlinked. Both stay as they are."))
    return _to_task(request, task)


@require_safe
@in_organisation
def box(request: OrganisationRequest, number: int) -> HttpResponse:
    """The box of a task by itself, asked for again while an issue is being made."""
    return render(request, "trackers/_box.html", showing.box(request, _task(request, number)))


@csrf_exempt
@require_POST
def hook(request: HttpRequest, organisation: str, hook: str) -> HttpResponse:
    """A signed word from the tracker that something changed. Its content is not believed: asked."""
    rows = Connection.objects.filter(organisation__slug=organisation, hook=hook)
    connection: Connection | None = rows.first()
    if connection is None or not isinstance(connection.secret, Sealed):
        raise Http404
    try:
        body = request.body
    except RequestDataTooBig:
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if not is_signed(request.headers, body, connection.secret.open()):
        return HttpResponse(status=HTTPStatus.FORBIDDEN)
    if connection.state == Connection.State.ON:
        waking.soon(connection.pk)
    return HttpResponse(status=HTTPStatus.ACCEPTED)


def _connection(request: OrganisationRequest, pk: int) -> Connection:
    policies.check_can_manage(request.organisation, request.user)
    rows: Any = Connection.objects.visible_to(request.user).filter(
        organisation=request.organisation
    )
    found: Connection = get_object_or_404(
        rows.select_related("organisation", "created_by", "robot"), pk=pk
    )
    return found


def _chosen(request: OrganisationRequest) -> Connection:
    rows: Any = Connection.objects.visible_to(request.user).filter(
        organisation=request.organisation
    )
    found: Connection = get_object_or_404(rows, pk=whole(request.POST.get("connection", "")))
    return found


def _task(request: OrganisationRequest, number: int) -> Task:
    rows = Task.objects.visible_to(request.user).select_related("organisation")
    return get_object_or_404(rows, organisation=request.organisation, number=number)


def _kind(kind: str) -> str:
    if kind not in Connection.Kind.values:
        raise Http404
    return kind


def _say_what_the_test_found(request: OrganisationRequest, connection: Connection) -> None:
    try:
        about = services.test(connection, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return
    said = _("%(tracker)s answers: %(project)s.") % {
        "tracker": connection.get_kind_display(),
        "project": about.name,
    }
    messages.success(request, said)


def _form(
    request: OrganisationRequest,
    form: ConnectionForm,
    kind: str,
    connection: Connection | None = None,
    *,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    context = {"form": form, "kind": Connection.Kind(kind), "connection": connection}
    return render(request, "trackers/form.html", context, status=status)


def _to(connection: Connection) -> HttpResponseBase:
    slug = connection.organisation.slug
    return redirect("trackers:detail", organisation=slug, pk=connection.pk)


def _to_task(request: OrganisationRequest, task: Task) -> HttpResponseBase:
    slug = request.organisation.slug
    return redirect("remediation:detail", organisation=slug, number=task.number)
