"""The list, the page of one evidence, the review desk, files on their way in and out."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from compliance.accounts import filters
from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.audit.services import record_read
from compliance.evidence import pages, panels, policies, selectors, services, uploading
from compliance.evidence.actions import Action
from compliance.evidence.forms import COMMON_REASONS, FilterForm, ReturnForm, VersionForm
from compliance.evidence.models import Evidence, EvidenceFile, EvidenceLink
from compliance.shared.errors import Refused, why_not
from compliance.shared.numbers import whole
from compliance.vault import http, previews, receiving

ROWS_ON_A_PAGE = 50
QUEUE_SHOWN = 30


@require_safe
@in_organisation
def index(request: OrganisationRequest) -> HttpResponse:
    """Everything handed in; htmx asks for the rows alone."""
    if away := filters.opening(request, "evidence:list"):
        return away
    form = FilterForm(request.GET, organisation=request.organisation)
    rows = form.apply(selectors.listed(request.organisation, request.user))
    context: dict[str, Any] = {
        "form": form,
        "page": Paginator(rows, ROWS_ON_A_PAGE).get_page(request.GET.get("page")),
    }
    part = request.headers.get("HX-Target") == "rows"
    if not part:
        context["waiting"] = selectors.queue(request.organisation, request.user).count()
        context["upload"] = panels.upload_context(request, request.organisation)
    response = render(request, f"evidence/{'_rows' if part else 'list'}.html", context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


@require_safe
@in_organisation
def detail(request: OrganisationRequest, number: int) -> HttpResponse:
    evidence = _evidence(request, number)
    versions = selectors.versions_of(evidence)
    chosen = request.GET.get("version", "")
    version = next((each for each in versions if str(each.number) == chosen), versions[0])
    links, former = selectors.links_of_evidence(evidence)
    linked = [each.requirement_id for each in links]
    requirements = selectors.adopted_requirements(request.organisation).exclude(pk__in=linked)
    requirements = requirements.order_by("-profile__status", "profile_id", "order")
    context = {
        "evidence": evidence,
        "version": version,
        "versions": versions,
        "links": links,
        "former": former,
        "shown": pages.show(version, request.user),
        "custody": selectors.custody(evidence)[:100],
        "accesses": selectors.accesses(evidence)[:50],
        "requirements": requirements,
        "form": VersionForm(),
        "why_not_change": why_not(policies.check_can_change, evidence, request.user),
        **panels.upload_facts(),
    }
    return render(request, "evidence/detail.html", context)


@require_safe
@in_organisation
def desk(request: OrganisationRequest, link: int | None = None) -> HttpResponse:
    """Requirement at left, file at right; without a number, the first that waits."""
    queue = list(selectors.queue(request.organisation, request.user).whole())
    current = _link(request, link) if link else next(iter(queue), None)
    if current is None:
        return render(request, "evidence/desk_empty.html")
    kinds = list(current.requirement.evidence_kinds.all())
    siblings = list(selectors.links_of(request.organisation, [current.requirement_id]))
    context = {
        "link": current,
        "assessment": selectors.assessment_of(current),
        "coverage": selectors.coverage(kinds, siblings),
        "shown": pages.show(current.version, request.user),
        "queue": queue[:QUEUE_SHOWN],
        "waiting": len(queue),
        "reasons": COMMON_REASONS,
        "why_not_accept": why_not(policies.check_can_accept, current, request.user),
        "why_not_return": why_not(policies.check_can_return, current, request.user),
        **pages.neighbours(queue, current),
    }
    return render(request, "evidence/desk.html", context)


@require_POST
@in_organisation
def accept(request: OrganisationRequest, link: int) -> HttpResponse:
    found = _link(request, link)
    services.accept(found, by=request.user)
    messages.success(request, _("%(evidence)s is accepted.") % {"evidence": found.evidence})
    return _to_the_next(request, found)


@require_POST
@in_organisation
def return_(request: OrganisationRequest, link: int) -> HttpResponse:
    found = _link(request, link)
    services.return_(found, reason=ReturnForm(request.POST).text(), by=request.user)
    messages.success(request, _("%(evidence)s is returned.") % {"evidence": found.evidence})
    return _to_the_next(request, found)


@require_POST
@in_organisation
def upload(request: OrganisationRequest) -> HttpResponse:
    """Take files; answer JSON to the page's script, a page to a plain form."""
    return uploading.answer(request)


@require_safe
@in_organisation
def file(request: OrganisationRequest, file: int) -> HttpResponseBase:
    """Hand out the original, as an attachment, and keep that it was taken."""
    found = _file(request, file)
    response = http.serve(request, found.blob, name=found.name)
    if request.method == "GET" and "Range" not in request.headers:
        facts = {"name": found.name, "sha256": found.blob.sha256}
        record_read(request.user, Action.DOWNLOADED, found.version.evidence, **facts)
    return response


@require_GET
@in_organisation
def preview(request: OrganisationRequest, file: int, page: int) -> HttpResponseBase:
    """An image of one page. The page that shows it has kept that somebody looked."""
    found = _file(request, file)
    if previews.kind_of(found.blob) not in ("pages", "image"):
        raise Http404
    try:
        made = previews.image(found.blob, page, name=found.name)
    except LookupError as missing:
        raise Http404 from missing
    pages.note_look(found, found.version, request.user)
    response = http.harden(HttpResponse(made, content_type=previews.MEDIA_TYPE))
    response["Cache-Control"] = "private, max-age=3600"
    return response


@require_POST
@in_organisation
def add_version(request: OrganisationRequest, number: int) -> HttpResponse:
    evidence = _evidence(request, number)
    policies.check_can_change(evidence, request.user)
    form = VersionForm(request.POST, uploading.files_of(request))
    if not form.is_valid():
        raise Refused(form.sentence)
    files = form.cleaned_data["files"]
    version = services.add_version(
        evidence, uploading.uploads(files), by=request.user, **form.circumstances()
    )
    receiving.clear(files)
    messages.success(request, _("Version %(number)s is under review.") % {"number": version.number})
    return _to(request, evidence)


@require_POST
@in_organisation
def link(request: OrganisationRequest, number: int) -> HttpResponse:
    evidence = _evidence(request, number)
    wanted = get_object_or_404(
        selectors.adopted_requirements(request.organisation),
        pk=whole(request.POST.get("requirement", "")),
    )
    services.link(evidence, wanted, by=request.user)
    messages.success(request, _("Linked to %(code)s, under review.") % {"code": wanted.code})
    return _to(request, evidence)


@require_POST
@in_organisation
def reuse(request: OrganisationRequest) -> HttpResponse:
    """Link what a person chose among evidence accepted elsewhere; each waits for a review here."""
    policies.check_can_add(request.organisation, request.user)
    wanted = get_object_or_404(
        selectors.adopted_requirements(request.organisation),
        pk=whole(request.POST.get("requirement", "")),
    )
    one = request.POST.get("one")
    numbers = {whole(each) for each in ([one] if one else request.POST.getlist("evidence"))}
    rows = Evidence.objects.visible_to(request.user).filter(organisation=request.organisation)
    chosen = list(rows.filter(number__in=numbers).order_by("number"))
    if len(chosen) != len(numbers):
        raise Http404
    links = services.link_all(chosen, wanted, by=request.user)
    codes = ", ".join(each.evidence.code for each in links)
    sentence = _("%(evidence)s: linked to %(code)s, under review.")
    messages.success(request, sentence % {"evidence": codes, "code": wanted.code})
    names = [request.organisation.slug, wanted.profile.identifier, wanted.code]
    return redirect(f"{reverse('requirements:detail', args=names)}#evidence-panel")


@require_POST
@in_organisation
def withdraw(request: OrganisationRequest, number: int) -> HttpResponse:
    evidence = _evidence(request, number)
    services.withdraw(evidence, reason=request.POST.get("reason", ""), by=request.user)
    messages.success(request, _("%(evidence)s is withdrawn.") % {"evidence": evidence})
    return _to(request, evidence)


def _evidence(request: OrganisationRequest, number: int) -> Evidence:
    rows = Evidence.objects.visible_to(request.user).select_related("kind", "created_by")
    return get_object_or_404(rows, organisation=request.organisation, number=number)


def _link(request: OrganisationRequest, pk: int) -> EvidenceLink:
    rows = EvidenceLink.objects.visible_to(request.user).whole()
    return get_object_or_404(rows, organisation=request.organisation, pk=pk)


def _file(request: OrganisationRequest, pk: int) -> EvidenceFile:
    return get_object_or_404(selectors.file_for(request.user, request.organisation, pk))


def _to(request: OrganisationRequest, evidence: Evidence) -> HttpResponse:
    return redirect("evidence:detail", request.organisation.slug, evidence.number)


def _to_the_next(request: OrganisationRequest, done: EvidenceLink) -> HttpResponse:
    """Go on with what has waited longest after *done*, or from the beginning."""
    queue = selectors.queue(request.organisation, request.user)
    after = queue.filter(submitted_at__gt=done.submitted_at).first() or queue.first()
    slug = request.organisation.slug
    url = reverse("evidence:desk", args=[slug, after.pk] if after else [slug])
    return redirect(url)
