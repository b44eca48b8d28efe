"""Verbs of the task's page that arrange the work and answer requests; comments and their files."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation, open_to_limited
from compliance.evidence import uploading
from compliance.remediation import activity, arranging, deciding, linking, pages, policies, talking
from compliance.remediation.forms import ChangeForm, EffortForm, ExtensionForm
from compliance.remediation.models import CommentFile, Task
from compliance.remediation.views.tasks import task_of, to_task
from compliance.shared import markdown
from compliance.shared.errors import Refused
from compliance.shared.numbers import whole
from compliance.vault import http

LONGEST_PREVIEW = 10_000


def _named(request: OrganisationRequest) -> Task:
    """The task that the person names as T-0012 or 12."""
    said = request.POST.get("task", "").strip().upper().removeprefix("T-")
    found = pages.tasks_of(request).filter(number=whole(said, default=-1)).first()
    if found is None:
        raise Refused(_("There is no task of this number. Write it as T-0012."))
    return found


def _valid(form: Any) -> dict[str, Any]:
    if not form.is_valid():
        raise Refused(next(str(error) for errors in form.errors.values() for error in errors))
    cleaned: dict[str, Any] = form.cleaned_data
    return cleaned


def _priority(task: Task, request: OrganisationRequest) -> None:
    arranging.set_priority(task, whole(request.POST.get("priority", "")), by=request.user)


def _effort(task: Task, request: OrganisationRequest) -> None:
    given = _valid(EffortForm(request.POST))
    arranging.set_effort(task, given["effort"], given["effort_unit"], by=request.user)


def _plan_change(task: Task, request: OrganisationRequest) -> None:
    given = _valid(ChangeForm(request.POST))
    warned = arranging.plan_change(task, given["start"], given["end"], by=request.user)
    for sentence in warned:
        messages.warning(request, sentence)


def _step(task: Task, request: OrganisationRequest) -> Any:
    return get_object_or_404(
        task.checklist.select_related("task"), pk=whole(request.POST.get("step", ""))
    )


def _tick(task: Task, request: OrganisationRequest) -> None:
    done = request.POST.get("done") == "1"
    arranging.tick(_step(task, request), done=done, by=request.user)


def _watch(task: Task, request: OrganisationRequest) -> None:
    arranging.watch(task, watching=request.POST.get("watch") == "1", by=request.user)


def _ask_extension(task: Task, request: OrganisationRequest) -> None:
    deciding.ask_extension(task, **_valid(ExtensionForm(request.POST)), by=request.user)


def _extension(task: Task, request: OrganisationRequest) -> Any:
    return get_object_or_404(
        task.extensions.select_related("task__organisation"),
        pk=whole(request.POST.get("request", "")),
    )


def _acceptance(task: Task, request: OrganisationRequest) -> Any:
    return get_object_or_404(
        task.acceptances.select_related("task__organisation", "task__finding"),
        pk=whole(request.POST.get("request", "")),
    )


def _answer(request: OrganisationRequest) -> str:
    return request.POST.get("answer", "")


def _comment(task: Task, request: OrganisationRequest) -> None:
    uploads = uploading.uploads(request.FILES.getlist("files"))
    talking.say(task, text=request.POST.get("text", ""), uploads=uploads, by=request.user)


Verb = Callable[[Task, OrganisationRequest], object]
VERBS: dict[str, Verb] = {
    "priority": _priority,
    "effort": _effort,
    "plan-change": _plan_change,
    "add-step": lambda t, r: arranging.add_step(t, r.POST.get("text", ""), by=r.user),
    "tick": _tick,
    "remove-step": lambda t, r: arranging.remove_step(_step(t, r), by=r.user),
    "watch": _watch,
    "part-of": lambda t, r: linking.set_parent(t, _named(r), by=r.user),
    "no-part": lambda t, r: linking.set_parent(t, None, by=r.user),
    "block": lambda t, r: linking.block(t, _named(r), by=r.user),
    "unblock": lambda t, r: linking.unblock(t, _named(r), by=r.user),
    "ask-extension": _ask_extension,
    "extend": lambda t, r: deciding.approve_extension(
        _extension(t, r), answer=_answer(r), by=r.user
    ),
    "not-extend": lambda t, r: deciding.refuse_extension(
        _extension(t, r), answer=_answer(r), by=r.user
    ),
    "withdraw-extension": lambda t, r: deciding.withdraw(_extension(t, r), by=r.user),
    "approve-risk": lambda t, r: deciding.approve_acceptance(
        _acceptance(t, r), answer=_answer(r), by=r.user
    ),
    "refuse-risk": lambda t, r: deciding.refuse_acceptance(
        _acceptance(t, r), answer=_answer(r), by=r.user
    ),
    "withdraw-risk": lambda t, r: deciding.withdraw(_acceptance(t, r), by=r.user),
    "comment": _comment,
}
# Who may comment is asked before the task is known to want anything; the others ask for themselves.
_ASKED_FIRST = {"watch", "comment"}


@require_POST
@in_organisation
@open_to_limited
def act(request: OrganisationRequest, number: int, verb: str) -> HttpResponseBase:
    """Do one of VERBS. A refusal becomes its sentence in the middleware."""
    task = task_of(request, number)
    if verb not in _ASKED_FIRST:
        # Before anything that was typed is read: a role that may not is told so first.
        policies.check_is_worker(request.organisation, request.user)
    VERBS[verb](task, request)
    if request.headers.get("HX-Request") != "true":
        messages.success(request, _("Done."))
    if verb == "comment":
        return redirect(f"{to_task(task).url}#activity")
    return to_task(task)


@require_safe
@in_organisation
@open_to_limited
def activity_page(request: OrganisationRequest, number: int) -> HttpResponse:
    """A further page of what happened, or the other choice of it."""
    task = task_of(request, number)
    only = request.GET.get("only", "")
    found = activity.activity(
        task, before=request.GET.get("before", ""), only=only, reader=request.membership
    )
    context = {"task": task, "activity": found, "only": only}
    template = "_happenings" if request.GET.get("before") else "_activity_list"
    return render(request, f"remediation/{template}.html", context)


@require_POST
@in_organisation
@open_to_limited
def preview(request: OrganisationRequest) -> HttpResponse:
    """What a comment will look like."""
    policies.check_is_worker(request.organisation, request.user)
    text = request.POST.get("text", "")[:LONGEST_PREVIEW]
    return HttpResponse(markdown.prose(text))


@require_safe
@in_organisation
@open_to_limited
def comment_file(request: OrganisationRequest, number: int, file: int) -> HttpResponseBase:
    """A file of a comment: an image shows itself, everything else is saved."""
    task = task_of(request, number)
    rows = CommentFile.objects.filter(comment__task=task).select_related("blob")
    found = get_object_or_404(rows, pk=file)
    return http.serve(request, found.blob, name=found.name, inline=True)
