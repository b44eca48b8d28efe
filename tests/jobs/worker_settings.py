"""The portal's settings with the lower rooms only, and the slow work of these tests."""

from portal.settings import *  # noqa: F403, TID251 - a settings module builds on another one

ROOMS = ["audit", "accounts", "jobs"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    *[f"compliance.{room}" for room in ROOMS],
    "portal",
    "tests.jobs.slow",
]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "tests.jobs.health_urls"
