"""The platform's verdicts on a round: typed in row by row, or taken from its file."""

import json
import zlib
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from compliance.accounts.http import OrganisationRequest, in_organisation, open_to_limited
from compliance.applications import policies, selectors, verdict_files, verdicts
from compliance.applications.forms import VerdictForm
from compliance.applications.models import ReceivedVerdict, Round
from compliance.applications.verdict_files import Layout, Line, Table
from compliance.applications.views.fetching import round_of, to_round
from compliance.requirements.models import Requirement
from compliance.shared.errors import Conflict, Refused, why_not
from compliance.shared.numbers import whole

ROWS_ON_A_PAGE = 50
LINES_SHOWN = 300
NOT_JUDGED = "none"


@require_http_methods(["GET", "POST", "HEAD"])
@in_organisation
@open_to_limited
def table(request: OrganisationRequest, number: str, round: int) -> HttpResponse:  # noqa: A002
    """The requirements of a round with the platform's word on each, fifty a page."""
    round_ = round_of(request, number, round)
    stored = {each.requirement_id: each for each in selectors.verdicts_of(round_)}
    page = _page_of(request, round_, stored)
    if request.method != "POST":
        forms = [_form(each, stored) for each in page.object_list]
        return _table(request, round_, stored, page, forms)
    policies.check_can_enter_verdicts(round_, request.user)
    forms = [
        _form(each, stored, request.POST)
        for each in verdicts.requirements_of(round_).values()
        if f"r{each.pk}-revision" in request.POST
    ]
    wrong = [form for form in forms if not form.is_valid()]
    changed = [form.word for form in forms if form not in wrong and form.has_changed()]
    if wrong:
        return _table(request, round_, stored, page, forms)
    try:
        count = verdicts.receive(round_, changed, by=request.user)
    except Refused as refusal:
        return _table(request, round_, stored, page, forms, refusal)
    messages.success(request, _saved(count))
    response = to_round(round_, "verdicts")
    response["Location"] += f"?{request.GET.urlencode()}" if request.GET else ""
    return response


def _saved(count: int) -> str:
    if not count:
        return _("Nothing changed.")
    return ngettext("%(n)d verdict is saved.", "%(n)d verdicts are saved.", count) % {"n": count}


def _form(
    requirement: Requirement, stored: dict[int, ReceivedVerdict], data: Any = None
) -> VerdictForm:
    return VerdictForm(data, requirement=requirement, stored=stored.get(requirement.pk))


def _page_of(
    request: OrganisationRequest, round_: Round, stored: dict[int, ReceivedVerdict]
) -> "Page[Requirement]":
    """The requirements that the filters of the address leave."""
    area, verdict, search = (request.GET.get(name, "") for name in ("area", "verdict", "q"))
    rows = [
        each
        for pk, each in verdicts.requirements_of(round_).items()
        if (not area or each.area.code == area)
        and search.casefold() in str(each).casefold()
        and _has(stored.get(pk), verdict)
    ]
    return Paginator(rows, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))


def _has(stored: ReceivedVerdict | None, verdict: str) -> bool:
    if not verdict:
        return True
    if verdict == NOT_JUDGED:
        return stored is None
    if verdict == "asking":
        return stored is not None and stored.asks
    return stored is not None and stored.verdict == verdict


def _table(
    request: OrganisationRequest,
    round_: Round,
    stored: dict[int, ReceivedVerdict],
    page: "Page[Requirement]",
    forms: list[VerdictForm],
    refusal: Refused | None = None,
) -> HttpResponse:
    status = HTTPStatus.CONFLICT if refusal else HTTPStatus.OK
    application = round_.application
    context = {
        "application": application,
        "round": round_,
        "page": page,
        "forms": forms,
        "conflicts": _conflicts(forms) if isinstance(refusal, Conflict) else [],
        "refusal": str(refusal) if refusal else "",
        "areas": application.profile.areas.all(),
        "choices": ReceivedVerdict.Verdict.choices,
        "received": selectors.verdict_counts(round_),
        "entered": len(stored),
        "total": len(verdicts.requirements_of(round_)),
        "why_not_enter": why_not(policies.check_can_enter_verdicts, round_, request.user),
        "columns": verdict_files.COLUMNS.values(),
    }
    return render(request, "applications/verdicts.html", context, status=status)


def _conflicts(forms: list[VerdictForm]) -> list[dict[str, Any]]:
    """What is stored beside what was typed, and the form ready to overwrite it knowingly."""
    found = []
    for form in forms:
        seen = -1 if form.stored is None else form.stored.revision
        if not form.has_changed() or form.word.revision == seen:
            continue
        form.overwrite(seen)
        told = form.stored
        found.append(
            {
                "label": str(form.requirement),
                "mine": form.told(),
                "stored": f"{told.get_verdict_display()}\n{told.words}" if told else "",
            }
        )
    return found


@require_POST
@in_organisation
def import_(request: OrganisationRequest, number: str, round: int) -> HttpResponse:  # noqa: A002
    """A file becomes a preview; a preview becomes verdicts. Between the two nothing is stored:
    the rows travel in the form, signed."""
    round_ = round_of(request, number, round)
    policies.check_can_enter_verdicts(round_, request.user)
    file: UploadedFile[Any] | None = request.FILES.get("file")
    if file is not None:
        if (file.size or 0) > verdict_files.LARGEST_FILE:
            raise Refused(_("The file is larger than 5 MB. Send the list of verdicts alone."))
        rows = verdict_files.read_table(file.read(), file.name or "")
        return _preview(request, round_, rows, verdict_files.guess(rows), file.name or "")
    rows, name = _unpack(round_, request.POST.get("rows", ""))
    layout = _layout(request, rows)
    if "apply" not in request.POST:
        return _preview(request, round_, rows, layout, name)
    lines = _lines(round_, rows, layout)
    wrong = [line for line in lines if line.lack]
    if wrong and request.POST["apply"] != "rest":
        return _preview(request, round_, rows, layout, name)
    words = [line.word for line in lines if line.word and not line.lack]
    count = verdicts.receive(round_, words, by=request.user)
    messages.success(request, _saved(count))
    return to_round(round_, "verdicts")


def _lines(round_: Round, rows: Table, layout: Layout) -> list[Line]:
    stored = {each.requirement_id: each for each in selectors.verdicts_of(round_)}
    known = verdicts.requirements_of(round_).values()
    return verdict_files.understand(rows, layout, known, stored) if layout.is_whole else []


def _preview(
    request: OrganisationRequest, round_: Round, rows: Table, layout: Layout, name: str
) -> HttpResponse:
    lines = _lines(round_, rows, layout)
    wrong = [line for line in lines if line.lack]
    heads = rows[layout.header]
    context = {
        "application": round_.application,
        "round": round_,
        "name": name,
        "packed": _pack(round_, rows, name),
        "header": layout.header + 1,
        "heads": [(index, head or f"#{index + 1}") for index, head in enumerate(heads)],
        "layout": [
            (key, label, layout.columns[key]) for key, label in verdict_files.COLUMNS.items()
        ],
        "is_whole": layout.is_whole,
        # What is wrong comes first, so that nobody searches three thousand rows for it.
        "lines": [*wrong, *(line for line in lines if not line.lack)][:LINES_SHOWN],
        "total": len(lines),
        "wrong": len(wrong),
        "new": sum(bool(line.word and not line.lack and not line.repeats) for line in lines),
    }
    return render(request, "applications/import.html", context)


def _layout(request: OrganisationRequest, rows: Table) -> Layout:
    """The columns as the person chose them; the file's own guess where a choice makes no sense."""
    header = whole(request.POST.get("header", ""))
    begin = header - 1 if header and header <= len(rows) else verdict_files.guess(rows).header
    columns = {}
    for name in verdict_files.COLUMNS:
        columns[name] = whole(request.POST.get(f"column-{name}", ""), default=-1)
    return Layout(begin, columns)


def _salt(round_: Round) -> str:
    return f"applications.verdicts.{round_.pk}"


def _pack(round_: Round, rows: Table, name: str) -> str:
    packed = signing.dumps([name, rows], salt=_salt(round_), compress=True)
    if len(packed) > MOST_PACKED:
        raise Refused(_("The table is too long to preview. Leave out columns that are not needed."))
    return packed


def _unpack(round_: Round, packed: str) -> tuple[Table, str]:
    try:
        name, rows = signing.loads(packed, salt=_salt(round_), max_age=24 * 3600)
    except (signing.BadSignature, ValueError, json.JSONDecodeError, zlib.error) as error:
        raise Refused(_("Choose the file again; the preview is no longer valid.")) from error
    return rows, name


# What a form may carry (DATA_UPLOAD_MAX_MEMORY_SIZE is 2.5 MB).
MOST_PACKED = 2_000_000
