"""Signed webhooks, as Standard Webhooks describes them: id, timestamp and HMAC-SHA256."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from typing import Any

from django.utils import timezone

from compliance.notices.channels.answers import as_json, post
from compliance.notices.models import Delivery, Target
from compliance.notices.outbox import Outcome
from compliance.notices.wording import Message
from compliance.shared.outbound import Session
from compliance.shared.sealed import Sealed

PREFIX = "whsec_"
SECRET_BYTES = 24
# Details beyond this are left out: a receiver reads them by the API.
MOST_DETAILS = 16 * 1024


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def send(delivery: Delivery, message: Message, session: Session) -> Outcome:
    target = delivery.target
    assert target is not None and isinstance(target.address, Sealed)  # noqa: S101, PT018 - types
    body = as_json(payload(delivery, message))
    moment = int(time.time())
    headers = {
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(moment),
        "webhook-signature": signatures(target, delivery.message_id, moment, body),
    }
    return post(session, target.address.open(), body, headers)


def signatures(target: Target, message_id: str, moment: int, body: bytes) -> str:
    """Return the signature with the present secret, and with the former one while it holds."""
    known = [target.secret]
    if target.old_secret_until and target.old_secret_until > timezone.now():
        known.append(target.old_secret)
    opened = [each.open() for each in known if isinstance(each, Sealed)]
    return " ".join(sign(secret, message_id, moment, body) for secret in opened)


def sign(secret: str, message_id: str, moment: int, body: bytes) -> str:
    """HMAC-SHA256 over “id.timestamp.body”, so that neither can be exchanged."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = hmac.new(key, f"{message_id}.{moment}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(signed.digest()).decode()


def payload(delivery: Delivery, message: Message) -> dict[str, Any]:
    """The body: `type` is the audit action, `timestamp` when it happened."""
    entry = delivery.entry
    if entry is None:
        data = {"organisation": delivery.organisation.slug, "sentence": message.sentence}
        return {"type": "test", "timestamp": delivery.created_at.isoformat(), "data": data}
    details = entry.data if len(as_json({"x": str(entry.data)})) <= MOST_DETAILS else {}
    return {
        "type": entry.action,
        "timestamp": entry.at.isoformat(),
        "data": {
            "organisation": delivery.organisation.slug,
            "seq": entry.seq,
            "topic": delivery.topic,
            "subject": message.subject,
            "sentence": message.sentence,
            "url": message.link,
            "actor": {"id": entry.actor_id, "name": entry.actor_name},
            "target": {
                "kind": entry.target_kind,
                "id": entry.target_id,
                "name": entry.target_name,
            },
            "details": details,
        },
    }
