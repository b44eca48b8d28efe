"""Slack and Microsoft Teams: one message into a channel, by the address that the channel gave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from compliance.notices.channels.answers import as_json, post
from compliance.notices.models import Delivery, Target
from compliance.notices.outbox import Outcome
from compliance.notices.wording import Message
from compliance.shared.outbound import Session
from compliance.shared.sealed import Sealed

# Slack refuses a section over 3,000 signs.
LONGEST = 2800


def send(delivery: Delivery, message: Message, session: Session) -> Outcome:
    target = delivery.target
    assert target is not None and isinstance(target.address, Sealed)  # noqa: S101, PT018 - types
    with translation.override(target.language):
        body = as_json(_BODIES[target.kind](message))
    return post(session, target.address.open(), body, {})


def slack(message: Message) -> dict[str, Any]:
    """Block Kit: a section, a quote, where it comes from, a button."""
    lines = [f"*{_slack_text(message.subject)}*", _slack_text(message.sentence)]
    if message.reason:
        lines.append("\n".join(f">{each}" for each in _slack_text(message.reason).splitlines()))
    blocks: list[dict[str, Any]] = [_section("\n".join(lines)[:LONGEST]), _context(message)]
    if message.link:
        label = {"type": "plain_text", "text": _("Open in Gatepass")}
        button = {"type": "button", "text": label, "url": message.link}
        blocks.append({"type": "actions", "elements": [button]})
    # Shown in notifications, and by clients that draw no blocks.
    return {"text": _slack_text(message.subject), "blocks": blocks}


def teams(message: Message) -> dict[str, Any]:
    """An Adaptive Card as a workflow posts it. Text runs, since text blocks read Markdown."""
    body = [
        _runs(message.subject, weight="Bolder", size="Medium"),
        _runs(message.sentence),
        *([_runs(message.reason, italic=True)] if message.reason else []),
        _runs(_origin(message), isSubtle=True, size="Small"),
    ]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    if message.link:
        title = _("Open in Gatepass")
        card["actions"] = [{"type": "Action.OpenUrl", "title": title, "url": message.link}]
    kind = "application/vnd.microsoft.card.adaptive"
    attachment = {"contentType": kind, "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


_BODIES: dict[str, Callable[[Message], dict[str, Any]]] = {
    Target.Kind.SLACK: slack,
    Target.Kind.TEAMS: teams,
}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _context(message: Message) -> dict[str, Any]:
    element = {"type": "plain_text", "text": _origin(message)[:LONGEST]}
    return {"type": "context", "elements": [element]}


def _origin(message: Message) -> str:
    return " · ".join(part for part in (message.organisation, message.topic) if part)


def _slack_text(text: str) -> str:
    """The three signs that Slack reads as control; without them no mention and no link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _runs(text: str, **style: Any) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}
