"""Pages of the demo's company: queries and CPU of one request, the median of seven."""

import statistics
import time
from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

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


def measure() -> Iterator[str]:
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    settings.ALLOWED_HOSTS.append("testserver")
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if "whitenoise" not in each]
    client = Client()
    client.force_login(User.objects.get(email="seoyeon@bareun.example"))
    for name, path in PAGES.items():
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path)
        number = len(queries)
        assert answer.status_code == 200, (path, answer.status_code)  # noqa: S101
        size = len(answer.content) / 1024
        times = [_cpu(client, path) for _ in range(ROUNDS)]
        median = statistics.median(times) * 1000
        yield f"{name:<28} {number:>3} queries {median:>6.0f} ms CPU {size:>6.0f} KB"


def _cpu(client: Client, path: str) -> float:
    began = time.process_time()
    client.get(path)
    return time.process_time() - began
