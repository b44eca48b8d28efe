"""The servers as fixtures, one of each per test process. Imported by tests/conftest.py."""

import ipaddress
import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.services import chromium, clamd, postgresql, redis, s3, token, tsa
from tests.services.installation import Installation
from tests.services.need import missing


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The address of a private, empty PostgreSQL database."""
    if not postgresql.is_installed():
        missing("PostgreSQL", postgresql.PACKAGES)
    with postgresql.running() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of a private, empty Redis."""
    if not redis.is_installed():
        missing("Redis", redis.PACKAGES)
    with redis.running() as url:
        yield url


@pytest.fixture(scope="session")
def s3_server() -> Iterator[s3.Server]:
    """A private S3 server; every test makes a bucket of its own."""
    with s3.running() as server:
        yield server


@pytest.fixture(scope="session")
def clamd_url() -> Iterator[str]:
    """The address of a private clamd that knows the EICAR test file and nothing else."""
    if not clamd.is_installed():
        missing("clamd", clamd.PACKAGES)
    with clamd.running() as url:
        yield url


@pytest.fixture
def timestamping(
    tmp_path_factory: pytest.TempPathFactory, settings: Any
) -> Iterator[tsa.Authority]:
    """A time-stamping authority that the portal may reach; it is not asked before TSA_URL is set."""
    if not tsa.is_installed():
        missing("OpenSSL", tsa.PACKAGES)
    settings.OUTBOUND_ALLOW = [ipaddress.ip_network("127.0.0.1/32")]
    settings.OUTBOUND_PORTS = [(1, 65535)]
    with tsa.running(tmp_path_factory.mktemp("tsa")) as authority:
        yield authority


@pytest.fixture(scope="session")
def pkcs11_token(tmp_path_factory: pytest.TempPathFactory) -> token.Token:
    """A token of SoftHSM with a key that has a certificate, "가" (RSA) and "나" (a curve)."""
    if not token.is_installed():
        missing("SoftHSM", token.PACKAGES)
    return token.made(tmp_path_factory.mktemp("token"))


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An empty installation that serves: web, worker and scheduler in real processes.

    `installation.url` is where; `installation.manage("demo")` or `.script("…")` fill it.
    """
    made = Installation(tmp_path_factory.mktemp("installation"))
    made.prepare()
    with made.up():
        assert made.url, made.output
        yield made


@pytest.fixture(scope="session")
def chromium_path() -> str:
    path = chromium.path()
    if path is None:
        missing("Chromium", chromium.PACKAGES)
    assert path
    return path


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Any]:
    """One Chromium for the test process; make a context of your own: `browser.new_context()`."""
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread; the tests themselves stay synchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium_path, args=chromium.FLAGS)
        yield launched
        launched.close()
