"""The few mails that belong to signing in. Everything else that people hear is `notices`' work."""

import logging
import smtplib
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation

from compliance.accounts.models import User
from compliance.shared.afterwards import later

_log = logging.getLogger("compliance.accounts")


def send(name: str, email: str, facts: dict[str, Any], *, language: str) -> bool:
    """Send the mail *name* (`templates/accounts/mail/NAME.txt`, its first line the subject).

    Returns False when there is no mail server or it did not take the mail.
    """
    if not settings.EMAIL_HOST:
        return False
    with translation.override(language):
        text = render_to_string(f"accounts/mail/{name}.txt", {**facts, "email": email})
    subject, _line, body = text.strip().partition("\n")
    try:
        send_mail(subject, body.strip() + "\n", settings.DEFAULT_FROM_EMAIL, [email])
    except (OSError, smtplib.SMTPException):
        _log.exception("a mail of signing in was not taken")
        return False
    return True


def send_later(name: str, email: str, facts: dict[str, Any]) -> None:
    """Send it when the answer has left, in the language of the person with this address."""

    def act() -> None:
        languages = User.objects.filter(email=email.lower()).values_list("language", flat=True)
        send(name, email, facts, language=languages.first() or settings.LANGUAGE_CODE)

    later(act)
