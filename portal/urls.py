"""Every door. Pages of an organisation live under /o/<slug>/."""

from django.urls import URLPattern, URLResolver, include, path

from compliance.accounts import urls as accounts_urls
from compliance.accounts.views import general as accounts_views
from compliance.oversight.views.log import key as audit_key
from compliance.privacy import urls as privacy_urls
from compliance.review import urls as review_urls
from portal.api import api
from portal.health import healthz, readyz

ORGANISATION_ROOMS = [
    "notices",
    "jobs",
    "vault",
    "requirements",
    "evidence",
    "scans",
    "exchange",
    "applications",
    "remediation",
    "trackers",
    "packets",
    "oversight",
    "dashboard",
]

_rooms: list[URLPattern | URLResolver] = [
    path("", include(f"compliance.{room}.urls")) for room in ORGANISATION_ROOMS
]

urlpatterns = [
    path("", accounts_views.home, name="home"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("accounts/", include("compliance.accounts.urls")),
    path("accounts/", include(accounts_urls.allauth_urlpatterns)),
    path("accounts/", include("compliance.privacy.urls")),
    path("verify/audit-key", audit_key, name="audit-key"),
    path("", include("compliance.review.urls")),
    path("api/v1/", api.urls),
    path(
        "o/<slug:organisation>/",
        include(
            [
                path("", include((accounts_urls.organisation_urlpatterns, "members"))),
                path("", include((review_urls.organisation_urlpatterns, "reviewers"))),
                path("", include((privacy_urls.organisation_urlpatterns, "leavers"))),
                *_rooms,
            ]
        ),
    ),
]
