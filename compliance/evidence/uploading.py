"""Files on their way in from a browser: every one is an evidence, or all together are one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from compliance.accounts.http import OrganisationRequest
from compliance.evidence import captures, policies, selectors, services
from compliance.evidence.forms import UploadForm
from compliance.evidence.models import Evidence, State
from compliance.requirements.models import Requirement
from compliance.shared.errors import Refused, Unauthorised
from compliance.shared.http import back
from compliance.vault import receiving
from compliance.vault.storage import Unavailable


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one lot of files. `kept`: where they are already; `again`: the same bytes may
    be handed in once more. `warnings`: rules for captures that it does not keep."""

    sentence: str
    added: services.Added | None = None
    kept: Evidence | None = None
    again: bool = False
    warnings: list[str] = field(default_factory=list)


def uploads(files: "Iterable[UploadedFile[Any]]") -> list[services.Upload]:
    return [services.Upload(receiving.stream_of(each), each.name or "") for each in files]


def files_of(request: OrganisationRequest) -> "MultiValueDict[str, UploadedFile[Any]]":
    """Return the request's files, and behind them those that came in pieces before it.

    Those are named by their tokens in `uploads`. Raises Refused when one is not here whole.
    """
    files = request.FILES.copy()
    files.setlist(
        "files", arrived(request, files.getlist("files"), request.POST.getlist("uploads"))
    )
    return files


def arrived(
    request: OrganisationRequest, files: "Iterable[UploadedFile[Any]]", tokens: Iterable[str]
) -> "list[UploadedFile[Any]]":
    """Return the files, and behind them those of *tokens*. Raises Refused when one is not whole."""
    return [*files, *receiving.finished(request.organisation, tokens, by=request.user)]


def answer(request: OrganisationRequest) -> HttpResponse:
    """Add what was sent and say what became of every file, as JSON or by going back."""
    try:
        outcomes = _take(request)
    except Refused as refusal:
        outcomes = [_Outcome(str(refusal), again=True)]
        if isinstance(refusal, Unauthorised) and not _wants_json(request):
            raise
    if _wants_json(request):
        return _json(request, outcomes)
    for each in outcomes:
        level = messages.success if each.added and not each.added.repeated else messages.warning
        (level if each.added else messages.error)(request, each.sentence)
        for warning in each.warnings:
            messages.warning(request, warning)
    return back(request, reverse("evidence:list", args=[request.organisation.slug]))


def _take(request: OrganisationRequest) -> list[_Outcome]:
    policies.check_can_add(request.organisation, request.user)
    requirement = _requirement(request)
    form = UploadForm(
        request.POST, files_of(request), organisation=request.organisation, requirement=requirement
    )
    if not form.is_valid():
        raise Refused(form.sentence)
    files = form.cleaned_data["files"]
    lots = [files] if form.cleaned_data["together"] else [[each] for each in files]
    return [_add(request, form, lot) for lot in lots]


def _requirement(request: OrganisationRequest) -> Requirement | None:
    """The kinds to choose from hang on the requirement, so it is looked up before the form."""
    pk, code = request.POST.get("requirement", ""), request.POST.get("requirement_code", "")
    return selectors.named_requirement(request.organisation, pk, code)


def _add(
    request: OrganisationRequest, form: UploadForm, lot: "list[UploadedFile[Any]]"
) -> _Outcome:
    chosen = form.cleaned_data
    try:
        added = services.add(
            request.organisation,
            uploads(lot),
            by=request.user,
            requirement=chosen["requirement"],
            title=chosen["title"],
            kind=form.chosen_kind,
            confidentiality=chosen["confidentiality"] or "internal",
            tags=[chosen["tags"]],
            submit=not chosen["draft"],
            once=not request.POST.get("again"),
            **form.circumstances(),
        )
    except services.AlreadyKept as kept:
        receiving.clear(lot)
        return _Outcome(str(kept), kept=kept.evidence)
    except Unavailable as outage:
        return _Outcome(str(outage), again=True)
    except Refused as refusal:
        receiving.clear(lot)
        return _Outcome(str(refusal))
    receiving.clear(lot)
    return _Outcome(_sentence(added), added, warnings=warnings_of(added))


def warnings_of(added: services.Added) -> list[str]:
    """Rules for captures that what was just added does not keep."""
    version = None if added.repeated else added.evidence.latest
    return captures.warnings_of(version) if version else []


def _sentence(added: services.Added) -> str:
    facts = {"evidence": added.evidence}
    if added.repeated:
        return _("This is under review already as %(evidence)s. It was not added again.") % facts
    if added.link and added.link.state == State.DRAFT:
        return _("%(evidence)s is kept as a draft. Submit it when it is complete.") % facts
    if added.link:
        return _("%(evidence)s is under review.") % facts
    return _("%(evidence)s is kept. Link it to a requirement.") % facts


def _wants_json(request: OrganisationRequest) -> bool:
    return request.accepts("application/json") and not request.accepts("text/html")


def _json(request: OrganisationRequest, outcomes: list[_Outcome]) -> JsonResponse:
    said = [_as_json(request, each) for each in outcomes]
    fine = all(each.added for each in outcomes)
    status = HTTPStatus.CREATED if fine else HTTPStatus.UNPROCESSABLE_ENTITY
    return JsonResponse({"added": said}, status=status)


def _as_json(request: OrganisationRequest, outcome: _Outcome) -> dict[str, object]:
    if outcome.kept:
        return {"ok": False, "sentence": outcome.sentence, "kept": _kept(request, outcome.kept)}
    if outcome.added is None:
        return {"ok": False, "sentence": outcome.sentence, "again": outcome.again}
    evidence = outcome.added.evidence
    return {
        "ok": True,
        "sentence": outcome.sentence,
        "warnings": outcome.warnings,
        "repeated": outcome.added.repeated,
        "code": evidence.code,
        "url": reverse("evidence:detail", args=[request.organisation.slug, evidence.number]),
    }


def _kept(request: OrganisationRequest, evidence: Evidence) -> dict[str, object]:
    """Where the same files are already, and how to link them instead of adding them again."""
    slug = request.organisation.slug
    return {
        "code": evidence.code,
        "number": evidence.number,
        "url": reverse("evidence:detail", args=[slug, evidence.number]),
        "reuse": reverse("evidence:reuse", args=[slug]),
    }
