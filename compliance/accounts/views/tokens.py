"""API tokens: one's own, and for who manages people all of the organisation's."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts import policies, services
from compliance.accounts.forms import MachineForm, TokenForm
from compliance.accounts.http import (
    OrganisationRequest,
    in_organisation,
    open_to_limited,
    reauthenticated,
)
from compliance.accounts.models import ApiToken, Membership, User
from compliance.accounts.roles import Capability, Role
from compliance.accounts.scopes import READING, Area


@require_safe
@in_organisation
@open_to_limited
def tokens(request: OrganisationRequest) -> HttpResponse:
    return _page(request, TokenForm(), MachineForm())


def _page(
    request: OrganisationRequest, form: Any, machine_form: Any, status: int = HTTPStatus.OK
) -> HttpResponse:
    manages = policies.can(request.user, request.organisation, Capability.PEOPLE_MANAGE)
    chosen = set(form.data.getlist("scopes")) if form.is_bound else set(READING)
    context = {
        "tokens": _visible(request, manages=manages),
        "manages": manages,
        "machines": _machines(request) if manages else [],
        "form": form,
        "machine_form": machine_form,
        "areas": [
            (
                area.label,
                [(f"{verb}:{area}", f"{verb}:{area}" in chosen) for verb in ("read", "write")],
            )
            for area in Area
        ],
    }
    return render(request, "accounts/tokens.html", context, status=status)


def _visible(request: OrganisationRequest, *, manages: bool) -> Any:
    rows = ApiToken.objects.filter(organisation=request.organisation)
    rows = rows.select_related("user", "created_by").order_by("revoked_at", "-created_at")
    return (rows if manages else rows.filter(user=request.user))[:200]


def _machines(request: OrganisationRequest) -> Any:
    rows = Membership.objects.active().filter(organisation=request.organisation)
    return rows.filter(user__is_machine=True).select_related("user")


@never_cache
@require_POST
@in_organisation
@open_to_limited
@reauthenticated
def create(request: OrganisationRequest) -> HttpResponse:
    """Make a token and show it, this once."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, form, MachineForm(), HTTPStatus.UNPROCESSABLE_ENTITY)
    asked = form.cleaned_data
    user: User = request.user
    if asked["user"] and asked["user"] != user.pk:
        user = get_object_or_404(_machines(request), user_id=asked["user"]).user
    secret = services.create_token(
        request.organisation,
        by=request.user,
        user=user,
        name=asked["name"],
        days=asked["days"],
        scopes=asked["scopes"],
    )
    context = {"secret": secret, "name": asked["name"]}
    return render(request, "accounts/token_secret.html", context)


@require_POST
@in_organisation
@open_to_limited
def revoke(request: OrganisationRequest, pk: int) -> HttpResponse:
    rows = ApiToken.objects.usable().filter(organisation=request.organisation)
    if not policies.can(request.user, request.organisation, Capability.PEOPLE_MANAGE):
        rows = rows.filter(user=request.user)
    services.revoke_token(get_object_or_404(rows, pk=pk), by=request.user)
    messages.success(request, _("The token is revoked; its next request is refused."))
    return redirect("members:tokens", organisation=request.organisation.slug)


@require_POST
@in_organisation
@reauthenticated
def add_machine(request: OrganisationRequest) -> HttpResponse:
    policies.check_can(request.user, request.organisation, Capability.PEOPLE_MANAGE)
    form = MachineForm(request.POST)
    if not form.is_valid():
        return _page(request, TokenForm(), form, HTTPStatus.UNPROCESSABLE_ENTITY)
    asked = form.cleaned_data
    services.add_machine(
        request.organisation, name=asked["name"], role=Role(asked["role"]), by=request.user
    )
    messages.success(request, _("The service account is added. Make a token for it."))
    return redirect("members:tokens", organisation=request.organisation.slug)
