"""Forms of signing in; allauth's, with our words and field names."""

import re
from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm
from allauth.mfa import app_settings as mfa
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from cryptography.x509 import load_pem_x509_certificate
from django import forms
from django.contrib.auth import password_validation
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from compliance.accounts.locking import use_once
from compliance.accounts.models import User
from compliance.accounts.roles import Role
from compliance.accounts.scopes import ALL


class SignInForm(LoginForm):  # type: ignore[misc]
    """The fields are called `username` and `password`, as password managers expect."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.EmailField(
            label=_("E-mail"),
            widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username webauthn"}),
        )
        self.fields["password"] = forms.CharField(
            label=_("Password"),
            strip=False,
            max_length=1000,
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        )
        self.order_fields(["login", "password"])

    def add_prefix(self, field_name: str) -> str:
        return "username" if field_name == "login" else str(super().add_prefix(field_name))


class ForgottenForm(ResetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = forms.EmailField(
            label=_("E-mail"),
            widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"}),
        )


class EmailForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"),
        widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"}),
    )


class _OnceMixin:
    """A code of the authenticator app is good once, for as long as any clock would take it."""

    def clean_code(self) -> str:
        code = super().clean_code()  # type: ignore[misc]
        authenticator = getattr(self, "authenticator", None)
        if authenticator is None or authenticator.type == Authenticator.Type.TOTP:
            steps = 2 * mfa.TOTP_TOLERANCE + 1
            name = f"totp:{self.user.pk}:{code.replace(' ', '')}"  # type: ignore[attr-defined]
            if not use_once(name, mfa.TOTP_PERIOD * (steps + 1)):
                raise get_adapter().validation_error("incorrect_code")
        return str(code)


def _code_field(label: Any) -> forms.CharField:
    attrs = {"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}
    return forms.CharField(label=label, max_length=20, widget=forms.TextInput(attrs=attrs))


class CodeForm(_OnceMixin, AuthenticateForm):  # type: ignore[misc]
    code = _code_field(_("Code of the authenticator app, or a recovery code"))


class CodeAgainForm(_OnceMixin, ReauthenticateForm):  # type: ignore[misc]
    code = _code_field(_("Code of the authenticator app, or a recovery code"))


class FirstCodeForm(_OnceMixin, ActivateTOTPForm):  # type: ignore[misc]
    code = _code_field(_("Code that the app shows"))


class NewPasswordMixin(forms.Form):
    """A new password, typed twice; *user* is whose it will be."""

    password1 = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. Several unrelated words are good."),
    )
    password2 = forms.CharField(
        label=_("New password, again"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    person: User

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, second = data.get("password1"), data.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords differ. Type the same one twice."))
        if first:
            try:
                password_validation.validate_password(first, self.person)
            except forms.ValidationError as error:
                self.add_error("password1", error)
        return data


class NewPasswordForm(NewPasswordMixin):
    """After a mailed link, or where there was no password."""

    def __init__(self, *args: Any, user: User, temp_key: str = "", **kwargs: Any) -> None:
        self.person = user
        super().__init__(*args, **kwargs)


class ChangePasswordForm(NewPasswordForm):
    oldpassword = forms.CharField(
        label=_("Present password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["oldpassword", "password1", "password2"]


class JoinForm(NewPasswordMixin):
    """A person who comes by an invitation and has no account yet."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "name"}),
    )
    title = forms.CharField(label=_("Position"), max_length=100, required=False)
    field_order = ["name", "title", "password1", "password2"]

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.data.get("name", "") if self.is_bound else ""
        self.person = User(email=email, name=name)


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.VIEWER)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class SignInRulesForm(forms.Form):
    second_factor_required = forms.BooleanField(
        label=_("Every member needs a second factor"), required=False
    )
    idle_minutes = forms.IntegerField(label=_("Minutes without use"), min_value=1, max_value=1440)
    session_hours = forms.IntegerField(label=_("Hours after signing in"), min_value=1, max_value=24)


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What it is for"), max_length=100)
    days = forms.IntegerField(label=_("Valid for (days)"), min_value=1, max_value=366, initial=90)
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"), choices=[(scope, scope) for scope in ALL], required=False
    )
    user = forms.IntegerField(required=False)


class MachineForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[
            (role.value, role.label) for role in Role if role not in {Role.OWNER, Role.AUDITOR}
        ],
        initial=Role.CONTRIBUTOR,
    )


class SsoForm(forms.Form):
    """One provider; which fields are needed depends on its *kind*."""

    name = forms.CharField(label=_("Name on the sign-in page"), max_length=100)
    domains = forms.CharField(
        label=_("E-mail domains"),
        max_length=1000,
        help_text=_("Separated by commas. People come in with addresses of these domains alone."),
    )
    issuer = forms.URLField(
        label=_("Issuer"),
        max_length=400,
        assume_scheme="https",
        help_text=_("Where /.well-known/openid-configuration stands."),
    )
    client_id = forms.CharField(label=_("Client ID"), max_length=200)
    client_secret = forms.CharField(
        label=_("Client secret"),
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    entity_id = forms.CharField(label=_("Entity ID of the provider"), max_length=400)
    sso_url = forms.URLField(
        label=_("Sign-in address (SSO URL)"), max_length=400, assume_scheme="https"
    )
    certificate = forms.CharField(
        label=_("Signing certificate (PEM)"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )
    brings_second_factor = forms.BooleanField(
        label=_("Its sign-in counts as a second factor"), required=False
    )
    enabled = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, kind: str, kept: bool = False, **kwargs: Any) -> None:
        """A secret that is *kept* may be left empty."""
        super().__init__(*args, **kwargs)
        others = {"oidc": ["entity_id", "sso_url", "certificate"]}.get(
            kind, ["issuer", "client_id", "client_secret"]
        )
        for name in others:
            del self.fields[name]
        for name in {"client_secret", "certificate"} & set(self.fields):
            self.fields[name].required = not kept

    def clean_domains(self) -> list[str]:
        words = re.split(r"[\s,;]+", self.cleaned_data["domains"].lower())
        domains = [word.removeprefix("@") for word in words if word]
        for domain in domains:
            try:
                validate_email(f"a@{domain}")
            except forms.ValidationError as error:
                sentence = _("“%(domain)s” is no e-mail domain; write it like example.com.")
                raise forms.ValidationError(sentence, params={"domain": domain}) from error
        return domains

    def clean_certificate(self) -> str:
        text = str(self.cleaned_data["certificate"]).strip()
        if not text:
            return ""
        if "-----BEGIN" not in text:
            text = f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----"
        try:
            load_pem_x509_certificate(text.encode())
        except ValueError as error:
            sentence = _(
                "This is no certificate. Copy the whole X.509 certificate of the provider."
            )
            raise forms.ValidationError(sentence) from error
        return text
