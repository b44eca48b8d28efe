"""The table: filters, sorting, changing many rows at once, and the same rows as a file."""

from collections.abc import Callable

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts import filters as saved
from compliance.accounts.http import OrganisationRequest, in_organisation, open_to_limited
from compliance.audit.services import record_read
from compliance.remediation import bulk, exporting, pages, policies, registries, selectors, services
from compliance.remediation.actions import Action
from compliance.remediation.bulk import Chosen
from compliance.remediation.filters import Filter
from compliance.remediation.forms import BulkForm, members
from compliance.remediation.models import Task
from compliance.shared import many, slots
from compliance.shared.errors import ASK_AN_OWNER, Refused, why_not
from compliance.shared.many import Outcome

PER_PAGE = 50
LAST = many.Last("task_bulk")
_TYPES = {
    "csv": ("text/csv; charset=utf-8", exporting.as_csv),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        exporting.as_xlsx,
    ),
}
# Verbs that ask nothing but a reason. What needs a text or a proof of its own has its own page.
VERBS: dict[str, Callable[..., object]] = {
    "start": services.start,
    "verify": services.verify,
    "verify-and-close": services.verify_and_close,
    "close": services.close,
    "reopen": services.reopen,
}


@in_organisation
@open_to_limited
def list_(request: OrganisationRequest) -> HttpResponse:
    """The table; by itself to htmx."""
    if away := saved.opening(request, "remediation:list"):
        return away
    chosen = Filter.read(request.GET)
    rows = chosen.apply(pages.tasks_of(request), request.user)
    count, more = None, False
    if chosen.search:
        rows, count, more = selectors.searched(rows)
    page = selectors.page_of(chosen.ordered(rows), request.GET.get("page"), PER_PAGE, count)
    narrow = request.membership.is_limited
    context = {
        "page": page,
        "more": more,
        "chosen": chosen,
        "heads": pages.heads(chosen),
        "people": list(members(request.organisation)),
        "options": pages.options(request.organisation, request.user),
        "query": saved.normal(request.GET.urlencode()),
        "why_not_create": why_not(policies.check_can_create, request.organisation, request.user),
        # Many at once is for who sees the whole list; their page has each verb.
        "why_not_work": str(ASK_AN_OWNER)
        if narrow
        else why_not(policies.check_is_worker, request.organisation, request.user),
        "last_change": LAST.shown(request, request.organisation.pk),
    }
    if not context["why_not_work"]:
        context["bulk_panels"] = slots.render("task-bulk", request, request.organisation)
    if request.headers.get("HX-Target") == "rows":
        return render(request, "remediation/_rows.html", context)
    tally = selectors.tally(request.organisation, request.user)
    context |= {
        "tabs": [] if narrow else pages.ways(request.organisation, "list"),
        "views": pages.views(request.organisation, tally, chosen),
    }
    return render(request, "remediation/list.html", context)


@require_safe
@in_organisation
def export(request: OrganisationRequest, form: str) -> HttpResponseBase:
    """The tasks that the filters of the address leave, as a file."""
    chosen = Filter.read(request.GET)
    rows = chosen.ordered(chosen.apply(pages.tasks_of(request), request.user))
    exporting.check_fits(rows)
    record_read(
        request.user, Action.EXPORTED, request.organisation, format=form, count=rows.count()
    )
    media, write = _TYPES[form]
    answer = HttpResponse(write(rows), content_type=media)
    name = f"tasks-{request.organisation.slug}-{timezone.localdate().isoformat()}.{form}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_POST
@in_organisation
def change(request: OrganisationRequest) -> HttpResponse:
    """Change every row that was ticked, or everything that the filters find."""
    verbs = {"assign": _assign, "state": _state, **registries.bulk_verbs}
    verb = verbs.get(request.POST.get("op", ""))
    policies.check_is_worker(request.organisation, request.user)
    if verb is None:
        raise Refused(_("Choose what to change."))
    LAST.keep(request, request.organisation.pk, verb(request, _chosen(request)))
    return _to_list(request)


@require_POST
@in_organisation
def undo(request: OrganisationRequest) -> HttpResponse:
    """Take the last bulk change back, as far as nobody changed its rows since."""
    outcome = bulk.take_back(request.organisation, LAST.undo(request), by=request.user)
    said = ngettext("%(n)d task is as before.", "%(n)d tasks are as before.", outcome.changed)
    LAST.taken_back(request, said, outcome)
    return _to_list(request)


def _assign(request: OrganisationRequest, chosen: list[Chosen]) -> Outcome:
    form = BulkForm(request.POST, organisation=request.organisation)
    if not form.is_valid():
        raise Refused(_("Choose a member and a date."))
    return bulk.assign(request.organisation, chosen, form.wanted(), by=request.user)


def _state(request: OrganisationRequest, chosen: list[Chosen]) -> Outcome:
    verb = VERBS.get(request.POST.get("verb", ""))
    if verb is None:
        raise Refused(_("Choose what to change."))
    reason = {"reason": request.POST.get("reason", "")} if verb is services.reopen else {}

    def do(task: Task) -> None:
        verb(task, by=request.user, **reason)

    return bulk.move(request.organisation, chosen, do, by=request.user)


def _chosen(request: OrganisationRequest) -> list[Chosen]:
    """The rows ticked as pk:version, or everything that the filters of the page let through."""
    if request.POST.get("scope") == "filtered":
        return _all_filtered(request)
    return [Chosen(*each) for each in many.ticked(request)]


def _all_filtered(request: OrganisationRequest) -> list[Chosen]:
    chosen = Filter.read(many.query_of(request))
    rows = chosen.apply(pages.tasks_of(request), request.user).order_by()
    found = list(rows.values_list("pk", "version")[: many.AT_MOST + 1])
    if len(found) > many.AT_MOST:
        raise Refused(_("These are more than 5,000 rows. Filter the list first."))
    many.check_expected(request, len(found))
    return [Chosen(pk, version) for pk, version in found]


def _to_list(request: OrganisationRequest) -> HttpResponse:
    address = reverse("remediation:list", kwargs={"organisation": request.organisation.slug})
    return many.back_to(address, request)
