"""Far ends on loopback, and a worker that goes through the outbox at once."""

import ipaddress

import pytest

from compliance.notices import services, worker
from compliance.notices.models import Lane, Target
from compliance.notices.targets import TargetFacts, add
from tests.services.sink import http_sink
from tests.services.smtp import smtp_sink


@pytest.fixture
def sink(settings):
    """An HTTP server that the portal is allowed to reach."""
    settings.OUTBOUND_ALLOW = [ipaddress.ip_network("127.0.0.1/32")]
    settings.OUTBOUND_PORTS = [(1, 65535)]
    with http_sink() as running:
        yield running


@pytest.fixture
def post_office(settings):
    """An SMTP server that the portal sends to."""
    with smtp_sink() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = running.port
        settings.PUBLIC_URL = "https://gatepass.example"
        settings.DEFAULT_FROM_EMAIL = "gatepass@example.com"
        yield running


@pytest.fixture
def go():
    """go() reads the stream to its end and empties the outbox; lanes that rest are woken."""

    def run(*, rested: bool = True) -> int:
        services.deliver_all()
        if rested:
            Lane.objects.update(free_at="2000-01-01T00:00:00Z")
        return worker.run(seconds=20)

    return run


@pytest.fixture
def webhook(manna, alice, sink) -> Target:
    facts = TargetFacts(name="수집기", topics=[], address=sink.url("/hook/secret-path"))
    return add(manna, Target.Kind.WEBHOOK, facts, by=alice)
