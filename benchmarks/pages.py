"""Pages of the demo's company, and of one with 1,000 requirements: queries and CPU of one request,
the median of seven."""

import statistics
import time
from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks._server import server_cpu
from benchmarks._thousand import company
from compliance.accounts.models import User

ROUNDS = 7
PAGES = {
    "dashboard": "/o/bareun/",
    "requirement list": "/o/bareun/requirements/",
    "requirement": "/o/bareun/requirements/order-integration-reference/OI-NET-05/",
    "evidence list": "/o/bareun/evidence/",
    "findings": "/o/bareun/findings/",
    "tasks": "/o/bareun/tasks/",
    "application with pre-flight": "/o/bareun/applications/GP-2026-0002/",
    "audit log": "/o/bareun/audit/",
}
_THOUSAND = "/o/thousand/requirements/"
THOUSAND = {
    "1,000: list, 100 a page": _THOUSAND,
    "1,000: list, 250 a page": f"{_THOUSAND}?size=250",
    "1,000: list, all rows": f"{_THOUSAND}?size=all",
    "1,000: list, proposal differs": f"{_THOUSAND}?proposal=differs",
    "1,000: requirement": f"{_THOUSAND}bench-thousand/B-0500/",
    "1,000: readiness (API)": "/api/v1/o/thousand/readiness",
    "1,000: dashboard": "/o/thousand/",
}


def as_served() -> None:
    """Let a client ask for pages without a server before them."""
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    settings.ALLOWED_HOSTS.append("testserver")
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if "whitenoise" not in each]


def measure() -> Iterator[str]:
    as_served()
    yield from measured(User.objects.get(email="seoyeon@bareun.example"), PAGES)
    _organisation, _profile, lead = company()
    yield from measured(lead, THOUSAND)


def measured(user: User, pages: dict[str, str]) -> Iterator[str]:
    """A line a page; with PostgreSQL, what the server works for it beside what we do."""
    client = Client()
    client.force_login(user)
    for name, path in pages.items():
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path)
        number = len(queries)
        assert answer.status_code == 200, (path, answer.status_code)  # noqa: S101
        size = len(answer.content) / 1024
        before = server_cpu()
        times = [_cpu(client, path) for _ in range(ROUNDS)]
        server = (server_cpu() - before) / ROUNDS * 1000
        median = statistics.median(times) * 1000
        beside = f" + {server:>4.0f} in the server" if connection.vendor == "postgresql" else ""
        yield f"{name:<32} {number:>3} queries {median:>6.0f} ms CPU{beside} {size:>6.0f} KB"


def _cpu(client: Client, path: str) -> float:
    began = time.process_time()
    client.get(path)
    return time.process_time() - began
