"""A person's own sign-in: password, second factors, sessions."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal import flows
from allauth.account.signals import password_changed, password_set
from allauth.mfa.base.internal.flows import delete_and_cleanup
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compliance.accounts import again, entering, owning, sessions
from compliance.accounts.forms import ChangePasswordForm, NewPasswordForm
from compliance.accounts.http import at_home
from compliance.accounts.models import Membership
from compliance.accounts.tokens import tokens_of


def personal(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page of the person's own: signed in, in the frame of their organisation, never cached."""

    @wraps(view)
    @never_cache
    @login_required
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        owning.check_may_change(request)
        at_home(request)
        return view(request, *args, **kwargs)

    return wrapped


def dangerous(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Also asks again who the person is."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if again.is_fresh(request) else again.ask(request)

    return personal(wrapped)


@never_cache
@login_required
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Everything of one's own sign-in on one page."""
    at_home(request)
    factors = list(Authenticator.objects.filter(user=request.user).order_by("created_at"))
    by_type = {each.type: each for each in factors}
    recovery = by_type.get(Authenticator.Type.RECOVERY_CODES)
    mine = Membership.objects.active().filter(user=request.user)  # type: ignore[misc]
    asking = mine.filter(organisation__second_factor_required=True).select_related("organisation")
    context = {
        "totp": by_type.get(Authenticator.Type.TOTP),
        "passkeys": [each for each in factors if each.type == Authenticator.Type.WEBAUTHN],
        "recovery": recovery,
        "codes_left": len(recovery.wrap().get_unused_codes()) if recovery else 0,
        "asking": [each.organisation.name for each in asking],
        "sessions": owning.shown_sessions(request),
        "tokens": tokens_of(request.user),
        "why_not": owning.why_not_change(request),
        "next": _where_to(request, has_factor=bool(by_type)),
    }
    return render(request, "accounts/security.html", context)


def _where_to(request: HttpRequest, *, has_factor: bool) -> str:
    """The page that was asked for before a second factor was, once there is one."""
    return str(request.session.pop(entering.ASKED_PAGE, "")) if has_factor else ""


@require_http_methods(["GET", "HEAD", "POST"])
@personal
def change_password(request: Any) -> HttpResponse:
    """The present one is asked for; where there is none yet, who the person is."""
    has_one = request.user.has_usable_password()
    if not has_one and not again.is_fresh(request):
        return again.ask(request)
    form_class = ChangePasswordForm if has_one else NewPasswordForm
    form = form_class(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and _knows_present(request, form):
        flows.password_change.change_password(request.user, form.cleaned_data["password1"])
        update_session_auth_hash(request, request.user)
        sessions.end(request.user, besides=request.session.session_key)
        signal = password_changed if has_one else password_set
        signal.send(sender=type(request.user), request=request, user=request.user)
        messages.success(request, _("Your password is changed. Your other sessions have ended."))
        return redirect("accounts:security")
    return render(request, "accounts/change_password.html", {"form": form})


def _knows_present(request: Any, form: Any) -> bool:
    if "oldpassword" not in form.fields:
        return True
    adapter = get_adapter(request)
    try:
        if adapter.reauthenticate(request.user, form.cleaned_data["oldpassword"]):
            return True
        form.add_error("oldpassword", adapter.validation_error("enter_current_password"))
    except ValidationError as locked:
        form.add_error("oldpassword", locked)
    return False


activate_totp = dangerous(totp.ActivateTOTPView.as_view(template_name="accounts/totp.html"))
recovery_codes = personal(
    codes.ViewRecoveryCodesView.as_view(template_name="accounts/recovery_codes.html")
)


class AddPasskey(passkeys.AddWebAuthnView):  # type: ignore[misc]
    template_name = "accounts/passkey.html"


add_passkey = dangerous(AddPasskey.as_view())


@require_POST
@dangerous
def new_recovery_codes(request: HttpRequest) -> HttpResponseBase:
    made: HttpResponseBase = codes.generate_recovery_codes(request)
    return made


@require_POST
@dangerous
def remove_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove an authenticator app or a passkey; the last one takes the recovery codes along."""
    found = owning.factor_of(request.user, pk)
    owning.check_can_remove(request.user, found)
    delete_and_cleanup(request, found)
    messages.success(request, _("The second factor is removed."))
    return redirect("accounts:security")


@require_POST
@login_required
def end_session(request: HttpRequest, handle: str) -> HttpResponse:
    owning.end_session(request, handle)
    messages.success(request, _("The session is ended."))
    return redirect("accounts:security")


@require_POST
@login_required
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    owning.end_other_sessions(request)
    messages.success(request, _("All your other sessions are ended."))
    return redirect("accounts:security")
