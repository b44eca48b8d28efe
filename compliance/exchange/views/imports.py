"""The way of a document in: upload, sheets, columns, words, about, preview, publish."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.exchange import (
    guessing,
    headers,
    kinds,
    mappings,
    pages,
    policies,
    selectors,
    services,
)
from compliance.exchange.forms import (
    AboutForm,
    ColumnsForm,
    MappingNameForm,
    RevisionForm,
    UploadForm,
    WordsForm,
)
from compliance.exchange.items import Reading, Row
from compliance.exchange.layouts import Layout, Role, Sheet
from compliance.exchange.models import ProfileImport, SavedMapping, State
from compliance.exchange.selectors import Source
from compliance.requirements import versions
from compliance.requirements.models import Profile
from compliance.shared.errors import Conflict, Refused, why_not
from compliance.vault.tables import Table

LISTED = 25
ROWS_A_PAGE = 200
NO_HEADER = "0"
PAGE_OR_SEND = require_http_methods(["GET", "HEAD", "POST"])


def _import(request: OrganisationRequest, pk: int) -> ProfileImport:
    rows = ProfileImport.objects.visible_to(request.user).select_related(
        "organisation", "blob", "profile", "created_by"
    )
    return get_object_or_404(rows, organisation=request.organisation, pk=pk)


def _draft(request: OrganisationRequest, pk: int) -> ProfileImport:
    imported = _import(request, pk)
    policies.check_can_edit(imported, request.user)
    return imported


def _table_draft(request: OrganisationRequest, pk: int) -> ProfileImport:
    imported = _draft(request, pk)
    if imported.kind not in kinds.TABLES:
        raise Http404
    return imported


def _to(request: OrganisationRequest, imported: ProfileImport, step: str = "") -> HttpResponse:
    name = f"exchange:import-{step}" if step else "exchange:import"
    return redirect(name, organisation=request.organisation.slug, pk=imported.pk)


def _page(
    request: OrganisationRequest,
    imported: ProfileImport,
    step: str,
    context: dict[str, Any],
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    shown = {"imported": imported, "steps": pages.steps(imported, step), "step": step, **context}
    return render(request, f"exchange/import_{step}.html", shown, status=status)


@require_safe
@in_organisation
def list_(request: OrganisationRequest) -> HttpResponse:
    return _list(request, UploadForm())


def _list(request: OrganisationRequest, form: UploadForm, status: int = 200) -> HttpResponse:
    found = ProfileImport.objects.visible_to(request.user).filter(organisation=request.organisation)
    shown = found.exclude(state=State.DISCARDED).select_related("created_by", "profile")
    context = {
        "form": form,
        "limit": kinds.MOST_BYTES,
        "page": Paginator(shown, LISTED).get_page(request.GET.get("page")),
        "saved": selectors.saved_mappings(request.organisation),
        "why_not_import": why_not(policies.check_can_import, request.organisation, request.user),
    }
    return render(request, "exchange/imports.html", context, status=status)


@require_POST
@in_organisation
def upload(request: OrganisationRequest) -> HttpResponse:
    """Take the document in. A bad one gets its sentence in the form, and nothing is kept."""
    policies.check_can_import(request.organisation, request.user)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    sent = form.cleaned_data["file"]
    try:
        imported = services.begin(request.organisation, sent.file, name=sent.name, by=request.user)
    except Refused as refusal:
        form.add_error("file", str(refusal))
        return _list(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    if name := imported.layout.get("mapping"):
        messages.info(request, _("The saved mapping “%s” fits this document and is used.") % name)
    return _to(request, imported, pages.names(imported)[0])


@require_safe
@in_organisation
def detail(request: OrganisationRequest, pk: int) -> HttpResponse:
    """A draft goes on where it was left; what is over says what became of it."""
    imported = _import(request, pk)
    if imported.state == State.DRAFT:
        editable = not why_not(policies.check_can_edit, imported, request.user)
        if editable:
            done = bool(imported.about)
            return _to(request, imported, "preview" if done else pages.names(imported)[0])
    new, former = imported.profile, None
    if new is not None:
        former = selectors.version_in_use(request.organisation, new)
    return render(request, "exchange/import.html", {"imported": imported, "former": former})


@PAGE_OR_SEND
@in_organisation
def sheets(request: OrganisationRequest, pk: int) -> HttpResponse:
    """Which sheets hold requirements, and where their headers stand."""
    imported = _table_draft(request, pk)
    book = Source.of(imported).book()
    if request.method != "POST":
        return _sheets(request, imported, Layout.of(imported.layout))
    layout = _chosen_sheets(request, imported)
    if not layout.sheets:
        sentence = _("Choose at least one sheet.")
        return _sheets(request, imported, layout, sentence, HTTPStatus.UNPROCESSABLE_ENTITY)
    layout = guessing.with_words(layout, book)
    again = partial(_sheets, request, imported, layout)
    return _chosen(request, imported, "sheets", again, layout=_kept(imported, layout))


def _sheets(
    request: OrganisationRequest,
    imported: ProfileImport,
    layout: Layout,
    sentence: str = "",
    status: int = 200,
) -> HttpResponse:
    book = Source.of(imported).book()
    context = {
        "grids": pages.grids(book, layout),
        "sentence": sentence,
        "saved": selectors.saved_mappings(request.organisation),
    }
    return _page(request, imported, "sheets", context, status)


def _chosen_sheets(request: OrganisationRequest, imported: ProfileImport) -> Layout:
    """Read the grids as sent. Columns chosen before stay where the header row stays."""
    book, before = Source.of(imported).book(), Layout.of(imported.layout)
    known = {(sheet.name, sheet.header_row): sheet.columns for sheet in before.sheets}
    chosen = []
    for number, table in enumerate(book.tables):
        sent = request.POST.get(f"header-{number}", "")
        if request.POST.get(f"use-{number}") and table.cells:
            sheet = _with_header(table, sent)
            columns = known.get((table.name, sheet.header_row), sheet.columns)
            chosen.append(Sheet(table.name, sheet.header_row, columns))
    return Layout(chosen, before.words, book.encoding, book.delimiter)


def _with_header(table: Table, sent: str) -> Sheet:
    """The sheet with the header row as *sent*; "0" says that it has none."""
    if sent == NO_HEADER:
        return Sheet(table.name, 0)
    clicked = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 8 else 0
    return guessing.sheet(
        table, headers.settled(table, clicked) if clicked <= table.last_row else 0
    )


def _kept(imported: ProfileImport, layout: Layout) -> dict[str, Any]:
    """What the import keeps: the layout, the rows left out, the mapping that was used."""
    extra = {key: imported.layout[key] for key in ("skip", "mapping") if key in imported.layout}
    return layout.as_json() | extra


def _chosen(
    request: OrganisationRequest,
    imported: ProfileImport,
    step: str,
    again: Callable[[str, int], HttpResponse] | None = None,
    **columns: Any,
) -> HttpResponse:
    """Keep the choice and go on.

    When somebody else was quicker, *again*(sentence, status) shows what was chosen, to be sent once
    more; without it the page shows how the import stands now.
    """
    form = RevisionForm(request.POST)
    revision = form.cleaned_data["revision"] if form.is_valid() else -1
    try:
        services.choose(imported, revision=revision, by=request.user, **columns)
    except Conflict as conflict:
        if again is not None:
            return again(str(policies.TYPED_MEANWHILE), HTTPStatus.CONFLICT)
        messages.warning(request, str(conflict))
        return _to(request, imported, step if step in pages.names(imported) else "preview")
    return _to(request, imported, pages.after(imported, step))


@PAGE_OR_SEND
@in_organisation
def columns(request: OrganisationRequest, pk: int) -> HttpResponse:
    """What each column holds."""
    imported = _table_draft(request, pk)
    layout = Layout.of(imported.layout)
    groups = pages.groups(Source.of(imported).book(), layout)
    form = ColumnsForm(request.POST if request.method == "POST" else None, groups=groups)
    if request.method == "POST" and form.is_valid():
        for group in groups:
            for sheet in group.sheets:
                sheet.columns = form.columns_of(group)
        layout.words = {}
        layout = guessing.with_words(layout, Source.of(imported).book())
        again = partial(_columns, request, imported, form)
        return _chosen(request, imported, "columns", again, layout=_kept(imported, layout))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return _columns(request, imported, form, "", status)


def _columns(
    request: OrganisationRequest,
    imported: ProfileImport,
    form: ColumnsForm,
    sentence: str,
    status: int,
) -> HttpResponse:
    if form.is_bound:
        for group in form.groups:
            group.sent = form.sent(group)
    context = {"groups": form.groups, "form": form, "roles": Role.choices, "sentence": sentence}
    return _page(request, imported, "columns", context, status)


@PAGE_OR_SEND
@in_organisation
def words(request: OrganisationRequest, pk: int) -> HttpResponse:
    """Which text of this form means which verdict."""
    imported = _table_draft(request, pk)
    layout = Layout.of(imported.layout)
    form = WordsForm(request.POST if request.method == "POST" else None, words=layout.words)
    if request.method == "POST" and form.is_valid():
        layout.words = form.words(form.cleaned_data)
        again = partial(_words, request, imported, form)
        return _chosen(request, imported, "words", again, layout=_kept(imported, layout))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return _words(request, imported, form, "", status)


def _words(
    request: OrganisationRequest,
    imported: ProfileImport,
    form: WordsForm,
    sentence: str,
    status: int,
) -> HttpResponse:
    context = {"form": form, "candidates": pages.words(imported), "sentence": sentence}
    return _page(request, imported, "words", context, status)


@PAGE_OR_SEND
@in_organisation
def about(request: OrganisationRequest, pk: int) -> HttpResponse:
    """Which platform the document is from, its version, and how long it holds."""
    imported = _draft(request, pk)
    if request.method != "POST":
        return _page(request, imported, "about", {"form": _about_form(request, imported, None)})
    form = _about_form(request, imported, request.POST)
    if not form.is_valid():
        return _page(request, imported, "about", {"form": form}, HTTPStatus.UNPROCESSABLE_ENTITY)
    revision, chosen = form.cleaned_data["revision"], form.about()
    try:
        services.choose(imported, revision=revision, by=request.user, about=chosen)
    except Conflict:
        again = request.POST.copy()
        again["revision"] = str(imported.revision)
        context = {
            "form": _about_form(request, imported, again),
            "sentence": policies.TYPED_MEANWHILE,
        }
        return _page(request, imported, "about", context, HTTPStatus.CONFLICT)
    return _to(request, imported, "preview")


def _about_form(request: OrganisationRequest, imported: ProfileImport, data: Any) -> AboutForm:
    return AboutForm(
        data,
        imported=imported,
        reading=selectors.reading(imported),
        platforms=selectors.platforms(request.user),
    )


@require_safe
@in_organisation
def preview(request: OrganisationRequest, pk: int) -> HttpResponse:
    return _preview(request, _draft(request, pk))


def _preview(
    request: OrganisationRequest, imported: ProfileImport, sentence: str = "", status: int = 200
) -> HttpResponse:
    """Every row with what it becomes, its errors beside it."""
    reading = selectors.reading(imported)
    shown = reading.wrong if request.GET.get("show") == "errors" else reading.rows
    context = {
        "reading": reading,
        "counts": reading.counts(),
        "page": Paginator(_with_area(reading, shown), ROWS_A_PAGE).get_page(
            request.GET.get("page")
        ),
        "sentence": sentence,
        "is_table": imported.kind in kinds.TABLES,
        "why_not_publish": _why_not_publish(imported, reading),
        "mapping_form": MappingNameForm(initial={"name": _mapping_name(imported)}),
    }
    return _page(request, imported, "preview", context, status)


def _with_area(reading: Reading, rows: list[Row]) -> list[tuple[Row, str]]:
    titles = reading.area_titles
    return [(row, titles.get(row.item.area, "") if row.item else "") for row in rows]


def _why_not_publish(imported: ProfileImport, reading: Reading) -> str:
    try:
        services.ready(reading, imported.about, imported.file_name)
    except Refused as refusal:
        return str(refusal)
    return ""


def _mapping_name(imported: ProfileImport) -> str:
    used = imported.layout.get("mapping") or imported.about.get("platform_title_ko", "")
    return str(used or imported.file_name.rpartition(".")[0])[:100]


@require_POST
@in_organisation
def skip(request: OrganisationRequest, pk: int) -> HttpResponse:
    """Leave rows out, or take them back. Only rows that the page showed are changed."""
    imported = _draft(request, pk)
    shown, marked = set(request.POST.getlist("shown")), set(request.POST.getlist("skip"))
    known = {row.key for row in selectors.reading(imported).rows}
    before = set(imported.layout.get("skip", []))
    after = sorted(((before - shown) | (marked & shown)) & known)
    return _chosen(request, imported, "preview", layout={**imported.layout, "skip": after})


@require_POST
@in_organisation
def use_mapping(request: OrganisationRequest, pk: int) -> HttpResponse:
    """Read the document as a saved mapping says, or by guess alone."""
    imported = _table_draft(request, pk)
    book = Source.of(imported).book()
    if not request.POST.get("saved"):
        layout, name = guessing.layout(book), ""
    else:
        rows = SavedMapping.objects.filter(organisation=request.organisation)
        saved = get_object_or_404(rows, name=request.POST["saved"][:100])
        found = mappings.applied(saved.layout, book)
        if found is None:
            sentence = _("The headers of “%s” are not in this document.") % saved.name
            return _sheets(
                request,
                imported,
                Layout.of(imported.layout),
                sentence,
                HTTPStatus.UNPROCESSABLE_ENTITY,
            )
        layout, name = found, saved.name
    return _chosen(request, imported, "sheets", layout=layout.as_json() | {"mapping": name})


@require_POST
@in_organisation
def save_mapping(request: OrganisationRequest, pk: int) -> HttpResponse:
    imported = _import(request, pk)
    policies.check_can_import(request.organisation, request.user)
    if imported.kind not in kinds.TABLES:
        raise Http404
    saved = services.save_mapping(imported, name=request.POST.get("name", ""), by=request.user)
    messages.success(request, _("The mapping “%s” is saved for next year.") % saved.name)
    return _to(request, imported, "preview" if imported.state == State.DRAFT else "")


@require_POST
@in_organisation
def publish(request: OrganisationRequest, pk: int) -> HttpResponse:
    imported = _draft(request, pk)
    form = RevisionForm(request.POST)
    revision = form.cleaned_data["revision"] if form.is_valid() else -1
    try:
        profile = services.publish(imported, revision=revision, by=request.user)
    except Conflict as conflict:
        messages.warning(request, str(conflict))
        return _to(request, imported)
    except Refused as refusal:
        return _preview(request, imported, str(refusal), HTTPStatus.CONFLICT)
    messages.success(request, _("The profile “%s” is published.") % profile)
    if former := selectors.version_in_use(request.organisation, profile):
        sentence = _("You work with version %s. See what changed, then go on to the new one.")
        messages.info(request, sentence % former.version)
        return _to_difference(request, former, profile)
    if not profile.adoptions.filter(organisation=request.organisation).exists():
        return _to(request, imported)
    page = reverse("requirements:list", kwargs={"organisation": request.organisation.slug})
    return redirect(f"{page}?profile={profile.identifier}")


def _to_difference(request: OrganisationRequest, old: Profile, new: Profile) -> HttpResponse:
    return redirect(
        "requirements:difference",
        organisation=request.organisation.slug,
        old=versions.reference(old),
        new=versions.reference(new),
    )


@require_POST
@in_organisation
def discard(request: OrganisationRequest, pk: int) -> HttpResponse:
    imported = _draft(request, pk)
    services.discard(imported, by=request.user)
    messages.success(request, _("The import of “%s” is discarded.") % imported.file_name)
    return redirect("exchange:imports", organisation=request.organisation.slug)
