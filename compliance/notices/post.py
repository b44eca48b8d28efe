"""Hands a message to the channel that carries it."""

import logging
from types import TracebackType
from typing import Self

from django.utils.translation import gettext_lazy as _

from compliance.notices import wording
from compliance.notices.channels import kakaowork, rooms, webhook
from compliance.notices.channels.answers import failed
from compliance.notices.channels.mail import Mailer
from compliance.notices.models import Delivery, Lane, Target
from compliance.notices.outbox import Outcome
from compliance.shared.errors import Refused
from compliance.shared.outbound import Session

logger = logging.getLogger(__name__)


class Post:
    """Keeps its connections while a worker goes through the lanes; for one thread."""

    def __init__(self) -> None:
        self._session = Session()
        self._mailer = Mailer()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._session.close()
        self._mailer.close()

    def send(self, batch: list[Delivery], lane: Lane) -> Outcome:
        """Send one message that tells of *batch*; never raises, a lane must not hang on one."""
        try:
            return self._send(batch, lane)
        except Refused as refusal:
            return failed(refusal.sentence, again=False)
        except Exception:
            logger.exception("delivery %s", batch[0].pk)
            sentence = _("This message could not be written; the log of the worker says why.")
            return failed(sentence, again=False, blame=False)

    def _send(self, batch: list[Delivery], lane: Lane) -> Outcome:
        first = batch[0]
        if first.target is None:
            return self._mailer.send(batch)
        language = first.user.language if first.user else first.target.language
        message = wording.of(first, language)
        if first.target.kind == Target.Kind.KAKAOWORK:
            return kakaowork.send(first, message, self._session, lane)
        if first.target.kind == Target.Kind.WEBHOOK:
            return webhook.send(first, message, self._session)
        return rooms.send(first, message, self._session)
