"""The page of what a profile can leave as, and the downloads."""

from itertools import groupby
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.exchange import exporting
from compliance.exchange.answers import gather
from compliance.exchange.downloads import attachment
from compliance.exchange.filling import Filled, Note
from compliance.exchange.formats import Format
from compliance.exchange.models import Kind
from compliance.requirements.models import Adoption
from compliance.requirements.selectors import adopted_profiles
from compliance.shared.errors import Refused

NOTES_SHOWN = 50


@require_safe
@in_organisation
def page(request: OrganisationRequest, profile: str) -> HttpResponse:
    adoption = _adoption(request, profile)
    language = _language(request)
    context: dict[str, Any] = {
        "adoption": adoption,
        "profile": adoption.profile,
        "profiles": adopted_profiles(request.organisation),
        "file_language": language,
        "form": exporting.form_of(request.organisation, adoption.profile),
        "formats": Format,
        "others": _others(),
    }
    if context["form"] is not None:
        context |= _preview(request, adoption, language)
    return render(request, "exchange/export.html", context)


def _adoption(request: OrganisationRequest, identifier: str) -> Adoption:
    found = exporting.find(request.organisation, identifier, request.GET.get("version", ""))
    if found is None:
        raise Http404
    return found


def _language(request: OrganisationRequest) -> str:
    """The language that was chosen for the file, else the reader's."""
    chosen = request.GET.get("language") or get_language() or "ko"
    return chosen if chosen in exporting.LANGUAGES else "ko"


def _others() -> list[Format]:
    return [each for each in Format if each not in {Format.FORM, Format.FORM_UTF8}]


def _preview(request: OrganisationRequest, adoption: Adoption, language: str) -> dict[str, Any]:
    """Fill the form without handing it out, so that the page says what will and will not be in it."""
    answers = gather(request.organisation, adoption.profile)
    try:
        form, filled = exporting.filled_form(
            request.organisation, adoption.profile, answers, language=language
        )
    except Refused as refusal:
        return {"refusal": str(refusal)}
    waiting = sum(bool(item.evidence) and not item.standing for item in answers.items)
    return {
        "filled": filled,
        "total": len(answers.items),
        "waiting": waiting,
        "missing": _grouped(filled.missing),
        "altered": _grouped(filled.altered),
        "offers_utf8": form.kind == Kind.CSV and _lacks(filled),
    }


def _lacks(filled: Filled) -> bool:
    return bool(filled.lacking)


def _grouped(notes: list[Note]) -> list[tuple[str, list[Note], int]]:
    """Return (sentence, the first notes with it, how many more there are)."""
    ordered = sorted(notes, key=lambda note: note.why)
    found = []
    for why, group in groupby(ordered, key=lambda note: note.why):
        rows = list(group)
        found.append((str(why.label), rows[:NOTES_SHOWN], max(len(rows) - NOTES_SHOWN, 0)))
    return found


@require_safe
@in_organisation
def download(request: OrganisationRequest, profile: str, file_format: str) -> HttpResponseBase:
    adoption = _adoption(request, profile)
    if file_format not in Format.values:
        raise Http404
    if request.method == "HEAD":
        return HttpResponse(content_type="application/octet-stream")
    language = _language(request)
    made = exporting.hand_out(adoption, file_format, by=request.user, language=language)
    return attachment(made)
