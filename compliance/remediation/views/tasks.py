"""Pages of tasks, and the verbs as POST."""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compliance.accounts.http import OrganisationRequest, in_organisation, open_to_limited
from compliance.accounts.mentions import members_here
from compliance.evidence import uploading
from compliance.evidence.models import Evidence
from compliance.remediation import activity, deciding, moves, pages, policies, services, task_page
from compliance.remediation.forms import AssignForm, CreateForm, TaskForm, UntilForm
from compliance.remediation.models import EffortUnit, Priority, Task
from compliance.remediation.services import EDITABLE
from compliance.requirements.models import Assessment
from compliance.scans.models import Finding
from compliance.shared.errors import Conflict, Refused, why_not
from compliance.shared.numbers import whole


def task_of(request: OrganisationRequest, number: int) -> Task:
    rows = Task.objects.visible_to(request.user).select_related(
        "organisation",
        "requirement__profile",
        "assessment",
        "parent",
        "finding__fixed_run",
        "finding__asset",
        "finding__rule",
        "assignee",
        "fixed_by",
        "verified_by",
        "verified_run",
        "accepted_by",
        "created_by",
    )
    return get_object_or_404(rows, organisation=request.organisation, number=number)


def _shown_to(request: OrganisationRequest, task: Task) -> Task:
    """The task as a page shows it: to who sees one application, without what lies beyond it."""
    if not request.membership.is_limited:
        return task
    if task.parent and not pages.tasks_of(request).filter(pk=task.parent.pk).exists():
        task.parent = None
    if task.finding:
        seen = Finding.objects.visible_to(request.user)
        task.finding = task.finding if seen.filter(pk=task.finding.pk).exists() else None
    return task


def to_task(task: Task) -> HttpResponseRedirect:
    return redirect("remediation:detail", organisation=task.organisation.slug, number=task.number)


@in_organisation
def create(request: OrganisationRequest) -> HttpResponse:
    """A new task; with ?parent=12 it becomes a part of that one."""
    policies.check_can_create(request.organisation, request.user)
    parent = pages.tasks_of(request).filter(number=whole(request.GET.get("parent", ""))).first()
    form = CreateForm(request.POST or None, organisation=request.organisation)
    if request.method == "POST" and form.is_valid():
        try:
            new = replace(form.new(), parent=parent)
            return to_task(services.create(request.organisation, new, by=request.user))
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "remediation/create.html", {"form": form, "parent": parent})


@require_POST
@in_organisation
def open_for(request: OrganisationRequest, assessment: int) -> HttpResponse:
    """The task of a requirement that is not met; the open one if there is one."""
    rows = Assessment.objects.visible_to(request.user).select_related("requirement", "owner")
    found = get_object_or_404(rows, organisation=request.organisation, pk=assessment)
    return to_task(services.open_for_assessment(found, by=request.user))


@in_organisation
@open_to_limited
def detail(request: OrganisationRequest, number: int) -> HttpResponse:
    task = _shown_to(request, task_of(request, number))
    # First, for it reads in one go what the policies look at too.
    around = task_page.around(task, request.user)
    shown_fixed = task.finding and policies.shown_fixed(task) and not request.membership.is_limited
    context = {
        "task": task,
        "moves": moves.offered(task),
        "reasons": moves.reasons(task, request.user),
        "proof": task.finding.fixed_run if task.finding and shown_fixed else None,
        "links": task.evidence_links.filter(
            evidence__in=Evidence.objects.visible_to(request.user)
        ).select_related("evidence"),
        "reusable": pages.reusable_evidence(task, request.user),
        "people": members_here(request),
        "activity": activity.activity(task, reader=request.membership),
        "priorities": Priority.choices,
        "units": EffortUnit.choices,
        "why_not_create": why_not(policies.check_can_create, request.organisation, request.user),
        **around,
    }
    return render(request, "remediation/detail.html", context)


@in_organisation
def edit(request: OrganisationRequest, number: int) -> HttpResponse:
    task = task_of(request, number)
    policies.check_can_edit(task, request.user)
    form = TaskForm(request.POST or None, instance=Task.objects.get(pk=task.pk))
    if request.method != "POST" or not form.is_valid():
        return _edit_page(request, task, form)
    try:
        services.edit(task, revision=form.cleaned_data["revision"], by=request.user, **form.texts())
    except Conflict as conflict:
        return _edit_conflict(request, task, form, conflict)
    messages.success(request, _("Saved."))
    return to_task(task)


def _edit_page(
    request: OrganisationRequest, task: Task, form: TaskForm, **extra: Any
) -> HttpResponse:
    status = extra.pop("status", HTTPStatus.OK)
    context = {"task": task, "form": form, **extra}
    return render(request, "remediation/edit.html", context, status=status)


def _edit_conflict(
    request: OrganisationRequest, task: Task, form: TaskForm, conflict: Conflict
) -> HttpResponse:
    """Keep what was typed in the form and show what is stored beside it, field by field."""
    task.refresh_from_db()
    typed = form.texts()
    differing = [
        {"label": form.fields[name].label, "mine": typed[name], "stored": getattr(task, name)}
        for name in EDITABLE
        if typed[name].replace("\r\n", "\n").strip() != getattr(task, name)
    ]
    again = TaskForm(
        initial={**typed, "revision": task.revision}, instance=Task.objects.get(pk=task.pk)
    )
    return _edit_page(
        request,
        task,
        again,
        conflict=str(conflict),
        differing=differing,
        status=HTTPStatus.CONFLICT,
    )


def _fix(task: Task, request: OrganisationRequest) -> None:
    uploads = uploading.uploads(request.FILES.getlist("files"))
    chosen = [whole(each) for each in request.POST.getlist("evidence")]
    rows = Evidence.objects.visible_to(request.user).current()
    services.fix(
        task,
        action_taken=request.POST.get("action_taken", ""),
        after=request.POST.get("after", ""),
        uploads=uploads,
        evidence=list(rows.filter(organisation=request.organisation, pk__in=chosen)),
        by=request.user,
    )


def _accept_risk(task: Task, request: OrganisationRequest) -> None:
    form = UntilForm(request.POST)
    until = form.cleaned_data["until"] if form.is_valid() else None
    deciding.ask_acceptance(task, reason=_reason(request), until=until, by=request.user)


def _assign(task: Task, request: OrganisationRequest) -> None:
    form = AssignForm(request.POST, task=task)
    if not form.is_valid():
        raise Refused(_("Choose a member and a date."))
    services.assign(task, by=request.user, **form.cleaned_data)


def _reason(request: OrganisationRequest) -> str:
    return request.POST.get("reason", "")


Verb = Callable[[Task, OrganisationRequest], object]
VERBS: dict[str, Verb] = {
    "plan": lambda t, r: services.plan(t, plan=r.POST.get("plan", ""), by=r.user),
    "start": lambda t, r: services.start(t, by=r.user),
    "fix": _fix,
    "verify": lambda t, r: services.verify(t, by=r.user),
    "verify-and-close": lambda t, r: services.verify_and_close(t, by=r.user),
    "close": lambda t, r: services.close(t, by=r.user),
    "reopen": lambda t, r: services.reopen(t, reason=_reason(r), by=r.user),
    "false-positive": lambda t, r: services.mark_false_positive(t, reason=_reason(r), by=r.user),
    "dispute": lambda t, r: services.dispute(t, reason=_reason(r), by=r.user),
    "accept-risk": _accept_risk,
    "assign": _assign,
}


@require_POST
@in_organisation
@open_to_limited
def act(request: OrganisationRequest, number: int, verb: str) -> HttpResponseBase:
    """Do one of VERBS. A refusal becomes its sentence in the middleware."""
    task = task_of(request, number)
    VERBS[verb](task, request)
    messages.success(request, _("Done."))
    return to_task(task)
