"""An audit entry as a message to somebody outside the portal, in their language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from compliance.audit.models import Entry
from compliance.notices.models import Delivery
from compliance.notices.topics import Topic
from compliance.notices.vocabulary import state_of

LONGEST_SUBJECT = 120
_ADDRESS = re.compile(r" <[^<>@ ]+@[^<> ]+>")
_BREAKS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Message:
    """What one delivery says. Texts have no markup; *link* is an absolute address or ""."""

    subject: str
    sentence: str
    reason: str
    link: str
    topic: str
    organisation: str
    at: datetime | None


def of(delivery: Delivery, language: str) -> Message:
    """Return what *delivery* says in *language*."""
    with translation.override(language):
        if delivery.entry is None:
            return _test(delivery)
        return Message(
            subject=subject_of(delivery.entry),
            sentence=sentence_of(delivery.entry),
            reason=_reason(delivery.entry),
            link=absolute(delivery.url),
            topic=str(Topic(delivery.topic).label) if delivery.topic else "",
            organisation=delivery.organisation.name,
            at=delivery.entry.at,
        )


def subject_of(entry: Entry) -> str:
    """“T-0012 방화벽 정책 정리: 조치완료”: what, and what became of it. One line."""
    state = state_of(entry.action)
    what = line(f"{entry.target_name}: {state}" if state else sentence_of(entry))
    return f"{tag()} {what}"[:LONGEST_SUBJECT]


def tag() -> str:
    """What every subject begins with."""
    name = _("Gatepass")
    return f"[{name}]"


def sentence_of(entry: Entry) -> str:
    """The entry's sentence without e-mail addresses, which the audit log itself shows."""
    return _ADDRESS.sub("", entry.sentence)


def line(text: str) -> str:
    """Return *text* in one line: a line break in a subject would begin another header."""
    return _BREAKS.sub(" ", text).strip()


def absolute(path: str) -> str:
    return f"{settings.PUBLIC_URL}{path}" if path else ""


def choices_link(organisation_slug: str) -> str:
    return absolute(reverse("notices:preferences", kwargs={"organisation": organisation_slug}))


def in_each_language(sentence: str | Promise) -> dict[str, str]:
    """Return {language: sentence}: a worker writes it, a person reads it later."""
    said = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            said[code] = str(sentence)
    return said


def _reason(entry: Entry) -> str:
    reason = str(entry.data.get("reason") or "")
    return "" if reason in entry.sentence else reason


def _test(delivery: Delivery) -> Message:
    subject = _("Test message")
    return Message(
        subject=f"{tag()} {subject}",
        sentence=_("This is a test. Notices of %(organisation)s will arrive here.")
        % {"organisation": delivery.organisation.name},
        reason="",
        link=absolute(reverse("dashboard:home", args=[delivery.organisation.slug])),
        topic="",
        organisation=delivery.organisation.name,
        at=None,
    )
