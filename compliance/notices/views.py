"""The inbox."""

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.notices import services
from compliance.notices.models import Notice

PER_PAGE = 50


@in_organisation
def list_(request: OrganisationRequest) -> HttpResponse:
    rows = Notice.objects.visible_to(request.user).filter(organisation=request.organisation)
    page = Paginator(rows.select_related("entry"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "notices/list.html", {"page": page})


@require_POST
@in_organisation
def read(request: OrganisationRequest, pk: int) -> HttpResponseBase:
    """Mark one notice read and go to what it speaks of."""
    rows = Notice.objects.visible_to(request.user).filter(organisation=request.organisation)
    notice = get_object_or_404(rows, pk=pk)
    services.mark_read(request.user, request.organisation, [notice.pk])
    if notice.url:
        return redirect(notice.url)
    return redirect("notices:list", organisation=request.organisation.slug)


@require_POST
@in_organisation
def read_all(request: OrganisationRequest) -> HttpResponseBase:
    services.mark_read(request.user, request.organisation)
    return redirect("notices:list", organisation=request.organisation.slug)
