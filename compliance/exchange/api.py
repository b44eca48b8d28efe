"""The same files over the API."""

from typing import Annotated

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from ninja import Path, Query, Router

from compliance.accounts.api import enter
from compliance.exchange import exporting
from compliance.exchange.downloads import attachment
from compliance.exchange.formats import Format

router = Router(tags=["exchange"])


@router.get("/profiles/{identifier}/export", url_name="export")
def export(
    request: HttpRequest,
    organisation: Path[str],
    identifier: str,
    file_format: Annotated[str, Query(alias="format")] = Format.XLSX.value,
    language: str = "ko",
    version: str = "",
) -> HttpResponseBase:
    """The profile with the answers as a file: `format` is one of form, form-utf8, xlsx, csv,
    oscal-catalog, oscal-results, yaml."""
    entered = enter(request, organisation)
    adoption = exporting.find(entered.organisation, identifier, version)
    if adoption is None:
        raise Http404
    made = exporting.hand_out(adoption, file_format, by=entered.user, language=language)
    return attachment(made)
