"""A real SMTP server on loopback that keeps what it took."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller

from tests.services.children import free_port


@dataclass
class SmtpSink:
    """*recipient* and *data* answer for an address or a message; by default everything is taken."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipient: Callable[[str], str] = lambda address: "250 OK"
    data: Callable[[EmailMessage], str] = lambda mail: "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["X-RcptTo"] == address]


class _Handler:
    def __init__(self, sink: SmtpSink) -> None:
        self.sink = sink

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        answer = self.sink.recipient(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=policy.default)
        answer = self.sink.data(mail)
        if answer.startswith("250"):
            mail["X-RcptTo"] = ", ".join(envelope.rcpt_tos)
            self.sink.mails.append(mail)
            self.sink.raw.append(envelope.content)
        return answer


@contextmanager
def smtp_sink(port: int = 0) -> Iterator[SmtpSink]:
    """Take mail on loopback until the block ends."""
    sink = SmtpSink(port or free_port())
    server = Controller(_Handler(sink), hostname="127.0.0.1", port=sink.port)
    server.start()
    try:
        yield sink
    finally:
        server.stop()
