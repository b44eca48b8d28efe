"""The evidence box on the page of a requirement."""

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest

from compliance.accounts.mentions import members_here
from compliance.accounts.models import Organisation, User
from compliance.evidence import policies, selectors
from compliance.evidence.forms import AskForm, UploadForm
from compliance.evidence.models import EvidenceRequest
from compliance.requirements.models import Assessment, EvidenceKind, Requirement
from compliance.requirements.versions import check_is_of_current_version
from compliance.shared.errors import why_not
from compliance.vault.inspection import FORMATS, allowed_extensions


def requirement(request: HttpRequest, assessment: Assessment) -> dict[str, Any]:
    organisation, wanted = assessment.organisation, assessment.requirement
    links = list(selectors.links_of(organisation, [wanted.pk]))
    kinds = list(wanted.evidence_kinds.all())
    return {
        "organisation": organisation,
        "requirement": wanted,
        "links": links,
        "coverage": selectors.coverage(kinds, links),
        **upload_context(request, organisation, wanted),
        **asking_context(request, kinds, assessment.owner_id),
        "asked": _asked(request, organisation, wanted),
        **_former(assessment),
    }


def _former(assessment: Assessment) -> dict[str, Any]:
    """A former version of the profile is read, not added to."""
    sentence = why_not(check_is_of_current_version, assessment)
    return {"why_not_add": sentence, "why_not_ask": sentence} if sentence else {}


def _asked(
    request: HttpRequest, organisation: Organisation, wanted: Requirement
) -> list[EvidenceRequest]:
    """What is still open; what is over stands in the list of requests."""
    rows = selectors.requests_of(organisation, cast(User, request.user)).open().whole()
    return list(rows.filter(requirement=wanted))


def asking_context(
    request: HttpRequest, kinds: list[EvidenceKind], owner: int | None
) -> dict[str, Any]:
    """What the form for a request needs; nothing but the reason where the person may not ask.

    *owner* is who answers for the requirement: the first to be asked.
    """
    organisation = request.organisation  # type: ignore[attr-defined]
    sentence = why_not(policies.check_can_ask, organisation, request.user)
    if sentence:
        return {"why_not_ask": sentence}
    people = {person.pk: person.name for person in members_here(request)}
    return {"ask": AskForm(people=people, kinds=kinds, owner=owner or 0), "why_not_ask": ""}


def upload_context(
    request: HttpRequest, organisation: Any, wanted: Any = None, *, kinds: Any = None
) -> dict[str, Any]:
    """What the form for a new evidence needs, wherever it stands. *kinds*: {code: title}, where the
    page has asked for them already."""
    return {
        "form": UploadForm(organisation=organisation, requirement=wanted, titles=kinds),
        "why_not_add": why_not(policies.check_can_add, organisation, request.user),
        **upload_facts(),
    }


def upload_facts() -> dict[str, Any]:
    """What may come in, said beforehand."""
    return {
        "accept": ",".join(f".{each}" for each in allowed_extensions()),
        "limit": settings.UPLOAD_LIMIT,
        "formats": ", ".join(each.label for each in FORMATS.values()),
    }
