"""E-mail: text and HTML, one message to one person, threads by what it speaks of."""

from __future__ import annotations

import smtplib
import time
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from compliance.accounts.models import User
from compliance.notices import wording
from compliance.notices.channels.answers import failed
from compliance.notices.models import Delivery
from compliance.notices.outbox import Outcome, State
from compliance.notices.vocabulary import state_of
from compliance.shared.errors import filled

PERMANENT = 500
# A server that could not be reached is not asked again for every person in the queue.
DOWN_SECONDS = 10.0
LONGEST_REPLY = 200


class Mailer:
    """Keeps the connection to the mail server between messages; for one thread."""

    def __init__(self) -> None:
        self._connection: BaseEmailBackend | None = None
        self._down_until = 0.0

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def send(self, batch: list[Delivery]) -> Outcome:
        """Send one mail that tells of *batch*, which is one person's."""
        if time.monotonic() < self._down_until:
            return failed(_unreachable(), again=True)
        try:
            message = compose(batch)
            message.connection = self._opened()
            message.send()
        except smtplib.SMTPRecipientsRefused as refusal:
            return _refused(refusal)
        except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as refusal:
            return _answered(refusal.smtp_code, refusal.smtp_error)
        except (OSError, smtplib.SMTPException):
            self._down_until = time.monotonic() + DOWN_SECONDS
            self.close()
            return failed(_unreachable(), again=True)
        return Outcome(State.SENT)

    def _opened(self) -> BaseEmailBackend:
        if self._connection is None:
            made = get_connection()
            made.open()
            self._connection = made
        return self._connection


def compose(batch: list[Delivery]) -> EmailMultiAlternatives:
    """Return the mail, in the person's language; the same again gives the same Message-ID."""
    first = batch[0]
    assert first.user is not None  # noqa: S101 - types
    with translation.override(first.user.language):
        told = [wording.of(each, first.user.language) for each in batch]
        many = first.kind == Delivery.Kind.DIGEST or len(batch) > 1
        subject = _subject_of_many(batch) if many else told[0].subject
        context = {
            "subject": subject,
            "messages": told,
            "digest": many,
            "organisation": first.organisation,
            "choices": wording.choices_link(first.organisation.slug),
            "day": timezone.localdate(),
        }
        mail = EmailMultiAlternatives(
            subject=subject,
            body=render_to_string("notices/mail/message.txt", context),
            to=[_address(first.user)],
            headers=_headers(first, alone=not many),
        )
        mail.attach_alternative(render_to_string("notices/mail/message.html", context), "text/html")
    return mail


def _address(user: User) -> str:
    name = wording.line(user.name).replace('"', "")
    return f'"{name}" <{user.email}>'


def _subject_of_many(batch: list[Delivery]) -> str:
    """“2026-11-26 모아보기: 알림 7건”, or what was done to many things: “배정: 알림 40건”."""
    what = ngettext("%(n)d notice", "%(n)d notices", len(batch)) % {"n": len(batch)}
    first = batch[0]
    if first.kind == Delivery.Kind.DIGEST or first.entry is None:
        about = _("Digest of %(day)s") % {"day": timezone.localdate().isoformat()}
    else:
        about = state_of(first.entry.action)
    return f"{wording.tag()} {about}: {what}" if about else f"{wording.tag()} {what}"


def _headers(first: Delivery, *, alone: bool) -> dict[str, str]:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    headers = {
        "Message-ID": f"<{first.uid.hex}@{domain}>",
        "List-Unsubscribe": f"<{wording.choices_link(first.organisation.slug)}>",
        "List-ID": f"<notices.{first.organisation.slug}.{domain}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    entry = first.entry
    if entry is not None and alone and entry.target_id is not None:
        # Mails about one thing hang on an ancestor that was never sent: one thread in the reader.
        about = f"{entry.target_kind}.{entry.target_id}"
        root = f"<{about}.{entry.organisation_id}@{domain}>"
        headers |= {"References": root, "In-Reply-To": root}
    return headers


def _refused(refusal: smtplib.SMTPRecipientsRefused) -> Outcome:
    replies: dict[str, Any] = refusal.recipients
    code, reply = next(iter(replies.values()), (PERMANENT, b""))
    return _answered(code, reply)


def _answered(code: int, reply: bytes | str) -> Outcome:
    said = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    sentence = gettext_lazy("The mail server answered %(code)d: %(reply)s")
    shown = wording.line(said)[:LONGEST_REPLY]
    told = failed(filled(sentence, code=code, reply=shown), again=code < PERMANENT)
    return Outcome(told.state, told.error, status=code)


def _unreachable() -> str | Promise:
    return gettext_lazy("The mail server could not be reached. It is tried again by itself.")
