"""The portal's settings with the lower rooms only, and the slow work of these tests."""

from portal.settings import *  # noqa: F403, TID251 - a settings module builds on another one

ROOMS = ["audit", "accounts", "jobs"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    *[f"compliance.{room}" for room in ROOMS],
    "portal",
    "tests.jobs.slow",
]
# allauth does not start without its own.
MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]
ROOT_URLCONF = "tests.jobs.health_urls"
