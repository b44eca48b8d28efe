"""Signing in, showing again who one is, a forgotten password: allauth's views on our pages."""

from typing import Any

from allauth.account import views as account
from allauth.account.internal import flows
from allauth.mfa.base import views as factors
from allauth.mfa.webauthn import views as passkeys
from django import forms
from django.contrib import messages
from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from compliance.accounts import again
from compliance.accounts.forms import EmailForm, ForgottenForm, NewPasswordForm, SignInForm
from compliance.accounts.models import IdentityProvider

sign_in = account.LoginView.as_view(template_name="accounts/sign_in.html", form_class=SignInForm)
second_factor = never_cache(
    factors.AuthenticateView.as_view(template_name="accounts/second_factor.html")
)
forgotten = account.PasswordResetView.as_view(
    template_name="accounts/forgotten.html", form_class=ForgottenForm
)
forgotten_sent = account.PasswordResetDoneView.as_view(template_name="accounts/forgotten_sent.html")


# Drafts in the browser are taken away by gatepass.js; a header would take how pages look too.
sign_out = LogoutView.as_view()
inactive = account.AccountInactiveView.as_view(template_name="accounts/inactive.html")


class NewPasswordView(account.PasswordResetFromKeyView):  # type: ignore[misc]
    template_name = "accounts/new_password.html"
    form_class = NewPasswordForm

    def form_valid(self, form: forms.Form) -> HttpResponse:
        flows.password_reset.reset_password(self.reset_user, form.cleaned_data["password1"])
        flows.password_reset.finalize_password_reset(self.request, self.reset_user)
        messages.success(self.request, _("Your new password is set. Sign in with it."))
        return redirect("accounts:sign-in")


new_password = never_cache(NewPasswordView.as_view())


class _AgainMixin:
    """The frame of the pages that ask again, each with the other ways beside it."""

    template_name = "accounts/again.html"
    way = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "way": self.way}  # type: ignore[misc]


class PasswordAgain(_AgainMixin, account.ReauthenticateView):  # type: ignore[misc]
    way = "password"


class CodeAgain(_AgainMixin, factors.ReauthenticateView):  # type: ignore[misc]
    way = "code"


class PasskeyAgain(_AgainMixin, passkeys.ReauthenticateWebAuthnView):  # type: ignore[misc]
    way = "passkey"


password_again = PasswordAgain.as_view()
code_again = CodeAgain.as_view()
passkey_again = PasskeyAgain.as_view()
passkey_sign_in = never_cache(passkeys.login_webauthn)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find_sso(request: HttpRequest) -> HttpResponse:
    """Say which SSO takes the domain of an e-mail address; whether anybody has it stays unsaid."""
    form = EmailForm(request.POST or None)
    asked, found = False, []
    if request.method == "POST" and form.is_valid():
        asked = True
        domain = form.cleaned_data["email"].rpartition("@")[2].lower()
        enabled = IdentityProvider.objects.filter(enabled=True).select_related("organisation")
        found = [(each, again.login_url(each)) for each in enabled if domain in each.domains]
    context = {"form": form, "asked": asked, "found": found, "next": request.GET.get("next", "")}
    return render(request, "accounts/find_sso.html", context)
