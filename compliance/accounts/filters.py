"""Filters of a list under a name: its address, kept. Any list uses them by one tag and one line.

In the template `{% saved_filters "room:list" %}`; in the view
`if away := filters.opening(request, "room:list"): return away`.
"""

from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from compliance.accounts import policies
from compliance.accounts.actions import Action
from compliance.accounts.http import OrganisationRequest
from compliance.accounts.models import DefaultFilter, Organisation, SavedFilter, User
from compliance.audit.services import record
from compliance.shared.errors import Refused

LONGEST_QUERY = 2000
LONGEST_NAME = 100
AT_MOST = 50
# Parts of an address that are not a filter: the page one is on, and "show everything".
_PASSING = ("page", "filter")


class Chip(NamedTuple):
    """One saved filter as the list shows it."""

    pk: int
    name: str
    query: str
    shared: bool
    mine: bool
    is_default: bool
    active: bool
    may_change: bool


def normal(query: str) -> str:
    """Return *query* without empty parts and page, in a fixed order, so that two compare."""
    given = QueryDict(query)
    parts = sorted((k, v) for k, values in given.lists() for v in values if v)
    kept = QueryDict(mutable=True)
    for key, value in parts:
        if key not in _PASSING and not key.startswith("csrf"):
            kept.appendlist(key, value)
    return kept.urlencode()


def chips(request: OrganisationRequest, page: str) -> list[Chip]:
    """The person's filters of *page* and those shared, in one query."""
    now = normal(request.GET.urlencode())
    listed, defaults = _listed(request, page)
    may_manage = policies.can_manage_filters(request.organisation, request.user)
    return [
        Chip(
            pk=each.pk,
            name=each.name,
            query=each.query,
            shared=each.shared,
            mine=each.user_id == request.user.pk,
            is_default=each.pk in defaults,
            active=normal(each.query) == now,
            may_change=each.user_id == request.user.pk or may_manage,
        )
        for each in listed
    ]


def opening(request: OrganisationRequest, page: str) -> HttpResponseRedirect | None:
    """Send somebody who opens the bare list to their default filter, if they have one."""
    if request.GET or request.headers.get("HX-Request"):
        return None
    listed, defaults = _listed(request, page)
    default = next((each for each in listed if each.pk in defaults), None)
    if default is None or not default.query:
        return None
    return redirect(f"{request.path}?{default.query}")


def _listed(request: OrganisationRequest, page: str) -> tuple[list[SavedFilter], set[int]]:
    """The filters of *page*, and which of them is the person's default. Asked once a request."""
    kept: dict[str, tuple[list[SavedFilter], set[int]]]
    kept = request.__dict__.setdefault("_saved_filters", {})
    if page not in kept:
        mine = DefaultFilter.objects.filter(filter=OuterRef("pk"), user_id=request.user.pk)
        rows = SavedFilter.objects.visible_to(request.user).filter(
            organisation=request.organisation, page=page
        )
        found = list(rows.annotate(first=Exists(mine)))
        kept[page] = (found, {each.pk for each in found if vars(each)["first"]})
    return kept[page]


@transaction.atomic
def save(
    organisation: Organisation, *, page: str, name: str, query: str, shared: bool, by: User
) -> SavedFilter:
    """Keep a list's query under a name; the same name again replaces it."""
    name = _name(name)
    query = normal(query)
    if len(query) > LONGEST_QUERY:
        raise Refused(_("These filters are too long to save. Remove some."))
    _check_page(page, organisation)
    policies.check_can_keep_filter(organisation, by, shared=shared)
    mine = SavedFilter.objects.filter(organisation=organisation, user=by, page=page)
    if mine.exclude(name=name).count() >= AT_MOST:
        raise Refused(_("You keep 50 filters of this list already. Delete one first."))
    made, _new = mine.update_or_create(
        organisation=organisation,
        user=by,
        page=page,
        name=name,
        defaults={"query": query, "shared": shared},
    )
    if shared:
        record(by, Action.FILTER_SHARED, made, page=page, query=query)
    return made


@transaction.atomic
def rename(kept: SavedFilter, *, name: str, by: User) -> None:
    policies.check_can_change_filter(kept, by)
    before, kept.name = kept.name, _name(name)
    try:
        with transaction.atomic():
            kept.save(update_fields=["name"])
    except IntegrityError:
        raise Refused(_("A filter of this list has that name already. Choose another.")) from None
    if kept.shared:
        record(by, Action.FILTER_RENAMED, kept, before=before)


@transaction.atomic
def delete(kept: SavedFilter, *, by: User) -> None:
    policies.check_can_change_filter(kept, by)
    if kept.shared:
        record(by, Action.FILTER_DELETED, kept, page=kept.page, query=kept.query)
    kept.delete()


@transaction.atomic
def toggle_default(kept: SavedFilter, *, by: User) -> bool:
    """Open the list with this filter from now on, or no longer; return whether it is now so."""
    where: dict[str, Any] = {"organisation_id": kept.organisation_id, "user": by, "page": kept.page}
    if DefaultFilter.objects.filter(**where, filter=kept).delete()[0]:
        return False
    DefaultFilter.objects.update_or_create(**where, defaults={"filter": kept})
    return True


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused(_("Give the filter a name."))
    if len(name) > LONGEST_NAME:
        raise Refused(_("The name is longer than 100 characters. Shorten it."))
    return name


def _check_page(page: str, organisation: Organisation) -> None:
    try:
        reverse(page, kwargs={"organisation": organisation.slug})
    except NoReverseMatch:
        raise Refused(_("There is no such list. Reload the page.")) from None
