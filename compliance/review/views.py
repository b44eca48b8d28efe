"""The desk: a packet comes in, the truth about each of its files goes out. Nothing is kept."""

import tempfile
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from compliance.accounts.http import at_home
from compliance.accounts.models import User
from compliance.packets import copies
from compliance.packets.models import Copy
from compliance.packets.report import Report, Unreadable
from compliance.packets.report_page import as_html, as_json
from compliance.packets.verify import verify as verify_file
from compliance.shared.http import refusal
from compliance.vault.http import harden
from compliance.vault.names import clean_name

# Room for the other parts of the form.
_FORM = 64 * 1024


@csrf_exempt
def verify(request: HttpRequest) -> HttpResponse:
    """Look at the size before the body is read; the token is checked right after, inside."""
    announced = int(request.META.get("CONTENT_LENGTH") or 0)
    if announced > settings.VERIFY_LIMIT + _FORM:
        sentence = _(
            "This file is larger than %(limit)s. Verify it with “manage.py verify_packet”."
        ) % {"limit": filesizeformat(settings.VERIFY_LIMIT)}
        return refusal(request, sentence, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return _verify(request)


@csrf_protect
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def _verify(request: HttpRequest) -> HttpResponse:
    at_home(request)
    context: dict[str, Any] = {"limit": settings.VERIFY_LIMIT}
    status = HTTPStatus.OK
    if request.method == "POST":
        try:
            report = _report(request.FILES.get("packet"))
            if as_file := _as_file(request.POST.get("as", ""), report):
                return as_file
            context |= {"report": report, "copy": _copy(request, report)}
        except Unreadable as error:
            context["problem"] = str(error)
            status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "review/verify.html", context, status=status)


def _copy(request: HttpRequest, report: Report) -> Copy | None:
    """The record of a marked copy, for who may see the packet; a copy is told by its own digest."""
    assert isinstance(request.user, User)  # noqa: S101 - the view asks for it
    return copies.recorded(report.sha256, request.user) if report.copy else None


def _as_file(kind: str, report: Report) -> HttpResponse | None:
    """The report to keep, where that was asked for: HTML or JSON."""
    makers = {"html": (as_html, "text/html"), "json": (as_json, "application/json")}
    if kind not in makers:
        return None
    make, media_type = makers[kind]
    response = HttpResponse(make(report), content_type=f"{media_type}; charset=utf-8")
    name = f"{report.file}-verification.{kind}"
    disposition = content_disposition_header(as_attachment=True, filename=name)
    response["Content-Disposition"] = disposition or "attachment"
    harden(response)
    return response


def _report(upload: "UploadedFile[bytes] | None") -> Report:
    if upload is None:
        raise Unreadable(_("Choose the PDF or the ZIP of a packet."))
    name = clean_name(upload.name or "")
    if isinstance(upload, TemporaryUploadedFile):
        return verify_file(Path(upload.temporary_file_path()), name=name, whole=True)
    with tempfile.NamedTemporaryFile() as file:
        for chunk in upload.chunks():
            file.write(chunk)
        file.flush()
        return verify_file(Path(file.name), name=name, whole=True)
