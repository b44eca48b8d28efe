"""Debian's Chromium, as the journeys drive it. No browser is ever downloaded."""

from tests.services.children import find

PACKAGES = "chromium fonts-nanum"
# Quiet: no first-run pages, no updates, no traffic of its own.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--lang=ko-KR",
]


def path() -> str | None:
    return find("chromium") or find("chromium-browser") or find("google-chrome")
