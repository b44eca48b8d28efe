"""What allauth asks us: who may come in, what it says, where its mails point."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compliance.accounts import locking
from compliance.accounts.mailing import send_later
from compliance.shared.afterwards import later
from compliance.shared.http import is_page
from compliance.shared.sealed import Sealed, seal

WRONG = _("The e-mail address or the password is not right. Check both and try again.")
LOCKED = _(
    "Too many failed tries. Wait 15 minutes, or ask an owner of your organisation to unlock you."
)
# What allauth would say with a template, by the template's name; it says nothing else.
_SAID: dict[str, "str | Promise"] = {
    "password_changed": _("Your password is changed. Your other sessions have ended."),
    "password_set": _("Your password is set."),
    "totp_activated": _("The authenticator app is set up."),
    "totp_deactivated": _("The authenticator app is removed."),
    "webauthn_added": _("The passkey is added."),
    "webauthn_removed": _("The passkey is removed."),
    "recovery_codes_generated": _("New recovery codes are made; the old ones are void."),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": WRONG,
        "username_password_mismatch": WRONG,
        "invalid_login": WRONG,
        "too_many_login_attempts": LOCKED,
        "incorrect_password": _("The password is not right."),
        "enter_current_password": _("The present password is not right."),
        "rate_limited": LOCKED,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by invitation alone."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Only pages of the portal itself."""
        return is_page(context.request, url)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return locking.name_key(credentials.get("email") or credentials.get("username") or "")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        email = str(credentials.get("email") or credentials.get("username") or "")
        key = locking.name_key(email)
        later(lambda: locking.note_failure(request, email, key))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """A person who was taken away reads what a stranger reads."""
        user = super().authenticate(request, **credentials)
        return user if user is not None and user.is_active else None

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        found = self.authenticate(context.request, email=user.email, password=password)  # type: ignore[attr-defined]
        return found is not None and found.pk == user.pk

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who signed in a moment ago has just shown who they are."""
        return not signed_in_recently(context.request)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        name = (message_template or "").rpartition("/")[2].removesuffix(".txt")
        said = message or _SAID.get(name)
        if said:
            super().add_message(request, level, message=str(said), extra_tags=extra_tags)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """By the portal's own name, whatever host the request was sent to."""
        uidb36, _sign, rest = key.partition("-")
        kwargs = {"uidb36": uidb36, "key": rest}
        return settings.PUBLIC_URL + reverse("account_reset_password_from_key", kwargs=kwargs)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """After the answer, so that its time does not say whether anybody has this address."""
        name = template_prefix.rpartition("/")[2]
        if name == "password_reset_key":
            send_later("reset", email, {"url": context["password_reset_url"]})


def signed_in_recently(request: HttpRequest) -> bool:
    """Whether the person signed in or showed again who they are within the set time."""
    if not request.user.is_authenticated:
        return False
    since = timezone.now().timestamp() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    records = get_authentication_records(request, request.user)
    moments = [each["at"] for each in records if each["method"] != "password_reset"]
    return bool(max([*moments, request.session.get("signed_in_at", 0)]) > since)


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _(
            "The code is not right, or was used already. Wait for the next one and try again."
        ),
        "cannot_delete_authenticator": _("This second factor cannot be removed."),
        "cannot_generate_recovery_codes": _(
            "Set up an authenticator app or a passkey first; recovery codes stand beside it."
        ),
    }

    def encrypt(self, text: str) -> str:
        return seal(text).token

    def decrypt(self, encrypted_text: str) -> str:
        return Sealed(encrypted_text).open()

    def _get_site_name(self) -> str:
        return gettext("Gatepass")

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        return {**super().get_public_key_credential_user_entity(user), "display_name": str(user)}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Any) -> str:  # noqa: A002
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Passkey {number}").format(number=count + 1)
