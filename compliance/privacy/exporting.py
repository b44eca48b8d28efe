"""Everything that is kept about a person, as one ZIP of JSON. No secret is in it."""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from compliance.accounts.models import ApiToken, Membership, Organisation, Session, User
from compliance.audit.models import Entry
from compliance.notices.models import Preference
from compliance.oversight import exporting as log
from compliance.privacy.columns import lookup_of

# Of what is the person's account, and told of there.
_ACCOUNT = {"accounts", "account", "mfa", "socialaccount", "notices", "audit", "jobs"}
_WHEN = ("created_at", "uploaded_at", "at", "started_at", "decided_at")


def archive(user: User, organisations: list[Organisation]) -> bytes:
    """Return the ZIP: account.json, written.json and, for each organisation, its audit entries."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("account.json", _dumps(account(user, organisations)))
        made.writestr("written.json", _dumps(list(written(user, organisations))))
        for each in organisations:
            made.writestr(f"audit-{each.slug}.jsonl", "".join(_entries(user, each)))
    return out.getvalue()


def account(user: User, organisations: Iterable[Organisation]) -> dict[str, Any]:
    """Return the account and what hangs on it: how one signs in, without what one signs in with."""
    here = {"user": user, "organisation__in": list(organisations)}
    return {
        "name": user.name,
        "email": user.email,
        "title": user.title,
        "language": user.language,
        "joined_at": user.joined_at,
        "may_sign_in": user.is_active,
        "memberships": _rows(
            Membership.objects.filter(**here),
            "organisation__name",
            "role",
            "started_at",
            "ended_at",
        ),
        "sessions": _rows(
            Session.objects.filter(user=user),
            "signed_in_at",
            "last_seen_at",
            "address",
            "user_agent",
            "expire_date",
        ),
        "factors": _rows(
            Authenticator.objects.filter(user=user), "type", "created_at", "last_used_at"
        ),
        "sso": _rows(
            SocialAccount.objects.filter(user=user), "provider", "uid", "date_joined", "last_login"
        ),
        "tokens": _rows(
            ApiToken.objects.filter(**here),
            "name",
            "tail",
            "scopes",
            "created_at",
            "expires_at",
            "last_used_at",
            "last_address",
            "revoked_at",
        ),
        "notices": _rows(
            Preference.objects.filter(**here),
            "organisation__name",
            "choices",
            "quiet_from",
            "quiet_until",
            "time_zone",
            "days_before",
        ),
        "saved_filters": _rows(
            user.saved_filters.filter(organisation__in=list(organisations)),
            "name",
            "page",
            "query",
            "shared",
        ),
    }


def written(user: User, organisations: Iterable[Organisation]) -> Iterator[dict[str, Any]]:
    """Yield what the person wrote, uploaded, decided or is named by, row by row."""
    numbers = [each.pk for each in organisations]
    for model, fields, rows in _of_person(user, numbers):
        for row in rows:
            names = [each for each in fields if getattr(row, f"{each}_id") == user.pk]
            when = next((getattr(row, each) for each in _WHEN if hasattr(row, each)), None)
            yield {
                "kind": model._meta.label,
                "id": row.pk,
                "as": names,
                "what": str(row),
                "text": getattr(row, "text", ""),
                "at": when,
            }


def counts(user: User, organisation: Organisation) -> list[tuple[str, int]]:
    """Return (what, how many) of the rows that show the person."""
    found = [
        (str(model._meta.verbose_name), rows.count())
        for model, _fields, rows in _of_person(user, [organisation.pk])
    ]
    return sorted(each for each in found if each[1])


def _of_person(user: User, organisations: list[int]) -> Iterator[tuple[Any, list[str], Any]]:
    for model in apps.get_models():
        lookup = lookup_of(model)
        if lookup is None or model._meta.app_label in _ACCOUNT:
            continue
        fields = [
            each.name
            for each in model._meta.concrete_fields
            if isinstance(each, models.ForeignKey) and each.related_model is User
        ]
        if fields:
            mine = Q()
            for name in fields:
                mine |= Q(**{name: user})
            rows = model._base_manager.filter(mine, **{f"{lookup}__in": organisations})
            yield model, fields, rows.distinct()


def _entries(user: User, organisation: Organisation) -> Iterator[str]:
    rows = Entry.objects.filter(organisation_id=organisation.pk, actor_id=user.pk).order_by("seq")
    for entry in rows.iterator(chunk_size=1000):
        yield f"{log.line(entry)}\n"


def _rows(rows: Any, *names: str) -> list[dict[str, Any]]:
    return list(rows.values(*names))


def _dumps(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder)
