"""Members, their roles, invitations, and the rules of signing in."""

from http import HTTPStatus

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compliance.accounts import again, invitations, limits, locking, policies, services
from compliance.accounts.forms import InvitationForm, JoinForm, SignInRulesForm
from compliance.accounts.http import OrganisationRequest, in_organisation, reauthenticated
from compliance.accounts.limit_forms import TermsForm
from compliance.accounts.models import IdentityProvider, Invitation, Membership
from compliance.accounts.roles import CAPABILITIES, DESCRIPTIONS, Capability, Role
from compliance.shared.errors import Refused, why_not


@in_organisation
def members(request: OrganisationRequest) -> HttpResponse:
    manages = policies.can(request.user, request.organisation, Capability.PEOPLE_MANAGE)
    # Whose last day is over is shown to who can move it.
    rows = Membership.objects.standing() if manages else Membership.objects.active()
    rows = rows.filter(organisation=request.organisation)
    rows = rows.select_related("user").order_by("user__is_machine", "user__name")
    open_ = Invitation.objects.open().filter(organisation=request.organisation)
    invited = list(open_.select_related("invited_by")) if manages else []
    shown = sorted(rows, key=lambda each: each.is_over)
    limits.name_applications(request.organisation, [*shown, *invited])
    context = {
        "members": shown,
        "people": [each for each in shown if not each.user.is_machine and not each.is_over],
        "roles": [(role, DESCRIPTIONS[role], sorted(CAPABILITIES[role])) for role in Role],
        "manages": manages,
        "invitations": invited,
        "now": timezone.now(),
    }
    return render(request, "accounts/members.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@in_organisation
@reauthenticated
def invite(request: OrganisationRequest) -> HttpResponse:
    policies.check_can(request.user, request.organisation, Capability.PEOPLE_MANAGE)
    form = InvitationForm(request.POST or None)
    terms = TermsForm(request.POST or None, organisation=request.organisation)
    if request.method != "POST" or not (form.is_valid() and terms.is_valid()):
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        roles = [(role, DESCRIPTIONS[role]) for role in Role]
        context = {"form": form, "terms": terms, "roles": roles}
        return render(request, "accounts/invite.html", context, status=status)
    asked = form.cleaned_data
    sent = invitations.invite(
        request.organisation,
        email=asked["email"],
        role=Role(asked["role"]),
        by=request.user,
        terms=terms.terms,
    )
    if sent.link:
        context = {"invitation": sent.invitation, "link": sent.link}
        return render(request, "accounts/invited.html", context)
    messages.success(request, _("The invitation is on its way by e-mail."))
    return _to_members(request)


@require_POST
@in_organisation
def revoke_invitation(request: OrganisationRequest, pk: int) -> HttpResponse:
    rows = Invitation.objects.filter(organisation=request.organisation)
    invitations.revoke(get_object_or_404(rows, pk=pk), by=request.user)
    messages.success(request, _("The invitation is withdrawn; its link opens nothing any more."))
    return _to_members(request)


@require_safe
@in_organisation
def member(request: OrganisationRequest, pk: int) -> HttpResponse:
    """One member: the role, how long and how far it reaches, and what is open when they leave."""
    policies.check_can(request.user, request.organisation, Capability.PEOPLE_MANAGE)
    found = _member(request, pk)
    initial = {"ends_on": found.ends_on, "limited_to": found.limited_to}
    return _member_page(
        request, found, TermsForm(initial=initial, organisation=request.organisation)
    )


def _member_page(
    request: OrganisationRequest, found: Membership, terms: TermsForm, status: int = HTTPStatus.OK
) -> HttpResponse:
    context = {
        "terms": terms,
        "member": found,
        "roles": [(role, DESCRIPTIONS[role]) for role in Role],
        "why_not": why_not(policies.check_can_change_member, found, request.user),
        "locked": found.user.locked_until and found.user.locked_until > timezone.now(),
        "tokens": found.user.tokens.usable().filter(organisation=request.organisation),
    }
    return render(request, "accounts/member.html", context, status=status)


@require_POST
@in_organisation
@reauthenticated
def set_terms(request: OrganisationRequest, pk: int) -> HttpResponse:
    """Set, move or take away the last day and the limit to one application."""
    policies.check_can(request.user, request.organisation, Capability.PEOPLE_MANAGE)
    found = _member(request, pk)
    form = TermsForm(request.POST, organisation=request.organisation)
    if form.is_valid():
        try:
            limits.set_terms(found, form.terms, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    if not form.is_valid():
        return _member_page(request, found, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, _("Saved. It holds from the member's next page on."))
    return _to_members(request)


@require_POST
@in_organisation
@reauthenticated
def change_role(request: OrganisationRequest, pk: int) -> HttpResponse:
    role = request.POST.get("role", "")
    if role not in Role.values:
        raise Refused(_("Choose one of the roles."))
    services.change_role(_member(request, pk), Role(role), by=request.user)
    messages.success(request, _("The role is changed and holds from the next page on."))
    return _to_members(request)


@require_POST
@in_organisation
@reauthenticated
def remove_member(request: OrganisationRequest, pk: int) -> HttpResponse:
    services.remove_member(_member(request, pk), by=request.user)
    messages.success(request, _("The member has left. Their open work went to the security lead."))
    return _to_members(request)


@require_POST
@in_organisation
def unlock(request: OrganisationRequest, pk: int) -> HttpResponse:
    locking.unlock(request, _member(request, pk), by=request.user)
    messages.success(request, _("Unlocked. The person may try again now."))
    return _to_members(request)


@require_http_methods(["GET", "HEAD", "POST"])
@in_organisation
def sign_in_rules(request: OrganisationRequest) -> HttpResponse:
    """Second factor and time limits of this organisation, and its SSO."""
    if request.method == "POST" and not again.is_fresh(request):
        return again.ask(request)
    if request.method == "POST":
        policies.check_can(request.user, request.organisation, Capability.PEOPLE_MANAGE)
    form = SignInRulesForm(request.POST or None, initial=services.rules_of(request.organisation))
    if request.method == "POST" and form.is_valid():
        services.set_sign_in_rules(request.organisation, form.cleaned_data, by=request.user)
        messages.success(request, _("Saved. It holds from everybody's next page on."))
        return redirect("members:sign-in-rules", organisation=request.organisation.slug)
    context = {
        "form": form,
        "why_not": why_not(
            policies.check_can, request.user, request.organisation, Capability.PEOPLE_MANAGE
        ),
        "longest_idle": settings.SESSION_IDLE_MINUTES,
        "longest": settings.SESSION_COOKIE_AGE // 3600,
        "providers": IdentityProvider.objects.filter(organisation=request.organisation),
    }
    return render(request, "accounts/sign_in_rules.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """What a mailed link opens: who invites, and how to come in."""
    found = invitations.find(secret)
    if found is None:
        return render(request, "accounts/invitation_over.html", status=HTTPStatus.GONE)
    known = invitations.has_account(found.email)
    if request.user.is_authenticated:
        return _accept(request, found)
    form = None if known else JoinForm(request.POST or None, email=found.email)
    if form is not None and request.method == "POST" and form.is_valid():
        return _join(request, found, form)
    ways = IdentityProvider.objects.filter(organisation=found.organisation, enabled=True)
    context = {
        "invitation": found,
        "form": form,
        "known": known,
        "providers": [(each, again.login_url(each)) for each in ways if each.takes(found.email)],
    }
    return render(request, "accounts/invitation.html", context)


def _accept(request: HttpRequest, found: Invitation) -> HttpResponse:
    if request.method != "POST":
        other = request.user.email != found.email  # type: ignore[union-attr]
        context = {"invitation": found, "signed_in": True, "other": other}
        return render(request, "accounts/invitation.html", context)
    invitations.accept(found, request.user)  # type: ignore[arg-type]
    messages.success(request, _("Welcome."))
    return redirect("dashboard:home", organisation=found.organisation.slug)


def _join(request: HttpRequest, found: Invitation, form: JoinForm) -> HttpResponse:
    asked = form.cleaned_data
    user = invitations.join(
        found,
        name=asked["name"],
        title=asked["title"],
        password=asked["password1"],
        language=translation.get_language() or "ko",
    )
    record_authentication(request, user, method="password", email=user.email)
    inside: HttpResponse = perform_login(request, Login(user=user, email=user.email))
    return inside


def _member(request: OrganisationRequest, pk: int) -> Membership:
    rows = Membership.objects.standing().filter(organisation=request.organisation)
    return get_object_or_404(rows.select_related("user", "organisation"), pk=pk)


def _to_members(request: OrganisationRequest) -> HttpResponse:
    return redirect("members:list", organisation=request.organisation.slug)
