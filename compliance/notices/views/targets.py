"""Where notices of the organisation go outside, and what became of them."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation, reauthenticated
from compliance.notices import forms, policies, selectors, targets
from compliance.notices.models import Delivery, Target
from compliance.notices.topics import Topic
from compliance.shared.errors import Refused

PER_PAGE = 30


@require_safe
@in_organisation
def list_(request: OrganisationRequest) -> HttpResponse:
    policies.check_can_manage(request.organisation, request.user)
    waiting = Count("deliveries", filter=Q(deliveries__state=Delivery.State.WAITING))
    rows = Target.objects.visible_to(request.user).filter(organisation=request.organisation)
    mails = selectors.mails(request.organisation)
    context = {
        "targets": rows.annotate(waiting=waiting),
        "kinds": Target.Kind,
        "mail_works": bool(settings.EMAIL_HOST),
        "mails": selectors.counts(mails),
    }
    return render(request, "notices/targets.html", context)


@require_safe
@in_organisation
def mails(request: OrganisationRequest) -> HttpResponse:
    """What was mailed to people, and what was not taken."""
    policies.check_can_manage(request.organisation, request.user)
    rows = selectors.mails(request.organisation)
    context = {"counts": selectors.counts(rows), **_log(request, rows)}
    return render(request, "notices/mails.html", context)


@require_safe
@in_organisation
def detail(request: OrganisationRequest, pk: int) -> HttpResponse:
    target = _target(request, pk)
    rows = target.deliveries.select_related("entry", "user")
    context = {
        "target": target,
        "topics": [Topic(each).label for each in target.topics if each in Topic.values],
        "counts": selectors.counts(target.deliveries.all()),
        **_log(request, rows),
    }
    return render(request, "notices/target.html", context)


def _log(request: OrganisationRequest, rows: Any) -> dict[str, Any]:
    state = request.GET.get("state", "")
    if state in Delivery.State.values:
        rows = rows.filter(state=state)
    return {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "state": state,
        "states": Delivery.State,
    }


@require_safe
@in_organisation
def new(request: OrganisationRequest, kind: str) -> HttpResponse:
    policies.check_can_manage(request.organisation, request.user)
    return _form(request, forms.TargetForm(kind=_kind(kind)), kind)


@require_POST
@never_cache
@in_organisation
@reauthenticated
def add(request: OrganisationRequest, kind: str) -> HttpResponseBase:
    """Keep the target; the page that answers is the only one that shows a webhook's secret."""
    policies.check_can_manage(request.organisation, request.user)
    form = forms.TargetForm(request.POST, kind=_kind(kind))
    if not form.is_valid():
        return _form(request, form, kind, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        target = targets.add(request.organisation, kind, form.facts(), by=request.user)
    except Refused as refusal:
        form.add_error("name", str(refusal))
        return _form(request, form, kind, status=HTTPStatus.CONFLICT)
    if kind == Target.Kind.WEBHOOK:
        return _secret(request, target, target.secret.open())
    messages.success(request, _("The target was added. Send a test to see whether it arrives."))
    return _to(target)


@require_safe
@in_organisation
def edit(request: OrganisationRequest, pk: int) -> HttpResponse:
    target = _target(request, pk)
    return _form(request, forms.TargetForm(kind=target.kind, target=target), target.kind, target)


@require_POST
@in_organisation
@reauthenticated
def change(request: OrganisationRequest, pk: int) -> HttpResponseBase:
    target = _target(request, pk)
    form = forms.TargetForm(request.POST, kind=target.kind, target=target)
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _form(request, form, target.kind, target, status=status)
    try:
        targets.change(target, form.facts(), by=request.user)
    except Refused as refusal:
        form.add_error("name", str(refusal))
        return _form(request, form, target.kind, target, status=HTTPStatus.CONFLICT)
    messages.success(request, _("Saved."))
    return _to(target)


@require_POST
@never_cache
@in_organisation
@reauthenticated
def rotate(request: OrganisationRequest, pk: int) -> HttpResponseBase:
    target = _target(request, pk)
    return _secret(request, target, targets.rotate(target, by=request.user))


@require_POST
@in_organisation
def act(request: OrganisationRequest, pk: int, verb: str) -> HttpResponseBase:
    """Stop, start, test or remove."""
    target = _target(request, pk)
    said = _VERBS[verb](target, request)
    messages.success(request, said)
    if verb == "remove":
        return redirect("notices:targets", organisation=request.organisation.slug)
    return _to(target)


def _stop(target: Target, request: OrganisationRequest) -> str:
    targets.stop(target, by=request.user)
    return _("Nothing is sent to this target any more.")


def _start(target: Target, request: OrganisationRequest) -> str:
    targets.start(target, by=request.user)
    return _("The target is served again, what waits first.")


def _test(target: Target, request: OrganisationRequest) -> str:
    targets.test(target, by=request.user)
    return _("A test is on its way. The log below says what became of it.")


def _remove(target: Target, request: OrganisationRequest) -> str:
    targets.remove(target, by=request.user)
    return _("The target was removed.")


_VERBS = {"stop": _stop, "start": _start, "test": _test, "remove": _remove}


@require_POST
@in_organisation
def replay(request: OrganisationRequest, pk: int) -> HttpResponseBase:
    policies.check_can_manage(request.organisation, request.user)
    rows = Delivery.objects.filter(organisation=request.organisation).select_related("target")
    delivery = get_object_or_404(rows, pk=pk)
    targets.replay(delivery, by=request.user)
    messages.success(request, _("The message is sent once more, under the same id."))
    if delivery.target is not None:
        return _to(delivery.target)
    return redirect("notices:mails", organisation=request.organisation.slug)


def _target(request: OrganisationRequest, pk: int) -> Target:
    policies.check_can_manage(request.organisation, request.user)
    rows = Target.objects.visible_to(request.user).filter(organisation=request.organisation)
    return get_object_or_404(rows.select_related("organisation", "created_by"), pk=pk)


def _kind(kind: str) -> str:
    if kind not in Target.Kind.values:
        raise Http404
    return kind


def _form(
    request: OrganisationRequest,
    form: forms.TargetForm,
    kind: str,
    target: Target | None = None,
    *,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    context = {"form": form, "kind": Target.Kind(kind), "target": target}
    context["needed"] = form[form.needed]
    return render(request, "notices/target_form.html", context, status=status)


def _secret(request: OrganisationRequest, target: Target, secret: str) -> HttpResponse:
    return render(request, "notices/secret.html", {"target": target, "secret": secret})


def _to(target: Target) -> HttpResponseBase:
    return redirect("notices:target", organisation=target.organisation.slug, pk=target.pk)
