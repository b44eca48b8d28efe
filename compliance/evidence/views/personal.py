"""Personal data that was found in a file: what it is, what becomes of it, a copy without it."""

import json
from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation, open_to_limited
from compliance.evidence import personal, personal_policies, personal_work
from compliance.evidence.models import EvidenceFile, Ground
from compliance.evidence.views.fetching import file_of
from compliance.shared.errors import Refused, why_not
from compliance.vault import previews, redaction
from compliance.vault.models import PersonalHit
from compliance.vault.services import Damaged

PLACES_SHOWN = 30
_BAD_JSON = (ValueError, TypeError, RecursionError)


@require_safe
@in_organisation
@open_to_limited
def found(request: OrganisationRequest, file: int) -> HttpResponse:
    """What was found, masked, with its places; reading it tells nobody the data."""
    wanted = file_of(request, file)
    exposure = personal.exposure_of(wanted)
    context = {
        "file": wanted,
        "evidence": wanted.version.evidence,
        "exposure": exposure,
        "kinds": _kinds(exposure),
        "grounds": Ground.choices,
        "why_not_decide": why_not(personal_policies.check_can_decide, wanted, request.user),
        "why_not_redact": why_not(personal_policies.check_can_redact, wanted, request.user),
    }
    return render(request, "evidence/personal.html", context)


@require_POST
@in_organisation
def decide(request: OrganisationRequest, file: int) -> HttpResponse:
    wanted = file_of(request, file)
    kinds = request.POST.getlist("kind")
    if request.POST.get("again"):
        personal.reconsider(wanted, kinds, by=request.user)
        messages.success(request, _("The decision is taken back."))
    else:
        ground, reason = request.POST.get("ground", ""), request.POST.get("reason", "")
        personal.decide(wanted, kinds, ground=ground, reason=reason, by=request.user)
        messages.success(request, _("The decision is kept with its reason."))
    return redirect("evidence:personal", request.organisation.slug, wanted.pk)


@require_POST
@in_organisation
def make(request: OrganisationRequest, file: int) -> HttpResponse:
    """Have a worker make the copy, and show how far it is."""
    wanted = file_of(request, file)
    boxes, kinds = _boxes(request.POST.get("boxes", "")), request.POST.getlist("kind")
    job = personal_work.ask(wanted, boxes=boxes, kinds=kinds, by=request.user)
    return redirect("jobs:progress", request.organisation.slug, job.pk)


@require_safe
@in_organisation
def redact(request: OrganisationRequest, file: int) -> HttpResponse:
    """The page on which boxes are drawn, or kinds are chosen."""
    wanted = file_of(request, file)
    personal_policies.check_can_redact(wanted, request.user)
    exposure = personal.exposure_of(wanted)
    context = {
        "file": wanted,
        "evidence": wanted.version.evidence,
        "exposure": exposure,
        "kinds": _kinds(exposure),
        "way": redaction.way_of(wanted.blob),
        "pages": _pages(wanted),
        "proposed": json.dumps(_proposed(exposure)),
    }
    return render(request, "evidence/redact.html", context)


def _kinds(exposure: personal.Exposure) -> list[dict[str, Any]]:
    """Every kind that was found, with the hits that are kept of it."""
    hits: dict[str, list[PersonalHit]] = defaultdict(list)
    if exposure.inspection:
        for hit in exposure.inspection.hits.all():
            hits[hit.kind].append(hit)
    return [
        {
            "code": kind,
            "name": personal.KINDS[kind],
            "count": count,
            "grave": kind in personal.GRAVE,
            "decision": exposure.decisions.get(kind),
            "hits": hits[kind][:PLACES_SHOWN],
            "left_out": count - len(hits[kind][:PLACES_SHOWN]),
        }
        for kind, count in exposure.counts.items()
    ]


def _pages(file: EvidenceFile) -> list[dict[str, Any]]:
    """The pages to draw on; a picture is one page."""
    try:
        if previews.kind_of(file.blob) == "pages":
            sizes = previews.measure(file.blob, name=file.name).sizes
            return [
                {"number": number, "width": width, "height": height}
                for number, (width, height) in enumerate(sizes, 1)
            ]
        if previews.kind_of(file.blob) == "image":
            return [{"number": 1}]
    except Damaged as damage:
        raise Refused(str(damage)) from damage
    return []


def _proposed(exposure: personal.Exposure) -> list[list[float]]:
    """Boxes around everything that is found and open, where its place is known."""
    if exposure.inspection is None:
        return []
    rows = exposure.inspection.hits.exclude(boxes=[]).filter(kind__in=exposure.open)
    return [box for hit in rows for box in hit.boxes]


def _boxes(text: str) -> list[list[float]]:
    if not text:
        return []
    try:
        boxes = json.loads(text)
        return [[int(page), *(float(side) for side in sides)] for page, *sides in boxes]
    except _BAD_JSON as fault:
        raise Refused(personal_policies.WRONG_BOX) from fault
