"""A connection as a person enters it; what is sealed is never shown."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from compliance.shared import outbound
from compliance.shared.outbound import OutboundError
from compliance.trackers.models import Connection
from compliance.trackers.services import Facts

GITHUB = "https://api.github.com"
_REPOSITORY = re.compile(r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}")
_PROJECT = re.compile(r"[A-Z][A-Z0-9_]{1,20}")


class ConnectionForm(forms.Form):
    """Of one kind. An empty token of a known connection stays as it is."""

    name = forms.CharField(label=_("Name"), max_length=100)
    base_url = forms.CharField(label=_("Address"), max_length=300)
    project = forms.CharField(label=_("Project key"), max_length=200)
    account = forms.CharField(
        label=_("E-mail address of the token's owner"), max_length=200, required=False
    )
    token = forms.CharField(label=_("Token"), max_length=2000, required=False)
    issue_type = forms.CharField(label=_("Type of new issues"), max_length=60, required=False)

    def __init__(
        self, *args: Any, kind: str, connection: Connection | None = None, **kwargs: Any
    ) -> None:
        self.kind, self._connection = kind, connection
        kwargs["initial"] = _initial(kind, connection)
        super().__init__(*args, **kwargs)
        if kind == Connection.Kind.GITHUB:
            del self.fields["account"], self.fields["issue_type"]
            self.fields["project"].label = _("Repository (owner/name)")
        self.fields["token"].required = connection is None
        self.fields["token"].widget = forms.PasswordInput(attrs={"autocomplete": "off"})
        for field in self.fields.values():
            field.widget.attrs |= {"class": "form-control", "spellcheck": "false"}

    def clean_base_url(self) -> str:
        """Without a slash at its end; the address of the website becomes the one of its API."""
        url = str(self.cleaned_data["base_url"]).strip().rstrip("/")
        if self.kind == Connection.Kind.GITHUB and url in {"https://github.com", "github.com"}:
            url = GITHUB
        try:
            target = outbound.check(url)
        except OutboundError as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        if "?" in url or "#" in url:
            raise forms.ValidationError(_("Enter the address alone, without ? and #."))
        # An operator who opened private networks may have trackers there without certificates.
        if target.scheme != "https" and not settings.OUTBOUND_ALLOW:
            raise forms.ValidationError(_("The token is sent along: use an https:// address."))
        return url

    def clean_project(self) -> str:
        given = str(self.cleaned_data["project"]).strip()
        if self.kind == Connection.Kind.GITHUB:
            given = given.removeprefix("https://github.com/").removesuffix(".git").strip("/")
            if not _REPOSITORY.fullmatch(given) or given.endswith(("/.", "/..")):
                raise forms.ValidationError(_("Write it like owner/name."))
            return given
        if not _PROJECT.fullmatch(given.upper()):
            raise forms.ValidationError(_("Write the key that issues begin with, like SEC."))
        return given.upper()

    def clean_account(self) -> str:
        account = str(self.cleaned_data["account"]).strip()
        if account:
            validate_email(account)
        return account

    def clean_token(self) -> str:
        token = str(self.cleaned_data["token"]).strip()
        if not token.isascii() or any(sign <= " " for sign in token):
            raise forms.ValidationError(_("A token has no spaces. Copy it once more."))
        return token

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        cloud = str(given.get("base_url") or "").endswith(".atlassian.net")
        if cloud and self.kind == Connection.Kind.JIRA and not given.get("account"):
            self.add_error(
                "account", _("Jira Cloud takes a token with its owner's e-mail address.")
            )
        return given

    def facts(self) -> Facts:
        given = self.cleaned_data
        return Facts(
            name=given["name"].strip(),
            base_url=given["base_url"],
            project=given["project"],
            account=given.get("account", ""),
            token=given.get("token", ""),
            issue_type=given.get("issue_type", "").strip(),
        )


def _initial(kind: str, connection: Connection | None) -> dict[str, str]:
    if connection is not None:
        names = ("name", "base_url", "project", "account", "issue_type")
        return {name: getattr(connection, name) for name in names}
    if kind == Connection.Kind.GITHUB:
        return {"name": "GitHub", "base_url": GITHUB}
    return {"name": "Jira", "issue_type": "Task"}
