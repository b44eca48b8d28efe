"""The library of profiles and the page of one."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compliance.accounts import services as accounts
from compliance.accounts.roles import Role
from compliance.audit.services import SYSTEM
from compliance.requirements import loading, services
from compliance.requirements.models import Adoption, Profile
from tests.requirements.test_profile_documents import SMALL, read

LIBRARY = "/o/manna/profiles/"


@pytest.fixture
def shipped(db):
    """Everything that is shipped, by identifier."""
    call_command("load_catalogue", "--json")
    return {each.identifier: each for each in Profile.objects.all()}


def page_of(profile):
    return f"{LIBRARY}{profile.pk}/"


def test_it_keeps_baselines_apart_from_what_platforms_ask(browse, dave, shipped):
    context = browse(dave).get(LIBRARY).context
    assert len(context["asked"]) == 2
    assert len(context["baselines"]) == 3


def test_it_says_what_is_in_use_and_takes_on_another(browse, alice, shipped):
    client = browse(alice)
    client.post("/o/manna/requirements/adopt/", {"profile": shipped["isms-p"].pk})
    shelves = client.get(LIBRARY).context["baselines"]
    assert [each.profile.identifier for each in shelves if each.adopted] == ["isms-p"]
    assert Adoption.objects.count() == 1


def test_a_profile_of_another_organisation_is_neither_listed_nor_opened_nor_taken_on(
    browse, alice, elsewhere, manna
):
    theirs, _new = loading.load(read(SMALL), organisation=elsewhere)
    ours, _new = loading.load(read(SMALL), organisation=manna)
    client = browse(alice)
    listed = [each.profile.pk for each in client.get(LIBRARY).context["asked"]]
    assert listed == [ours.pk]
    assert client.get(page_of(theirs)).status_code == 404
    response = client.post("/o/manna/requirements/adopt/", {"profile": theirs.pk})
    assert response.status_code == 404


def test_one_of_a_persons_other_organisation_is_not_taken_on_here(browse, alice, elsewhere, manna):
    accounts.add_member(elsewhere, alice, Role.SECURITY_LEAD, by=SYSTEM)
    theirs, _new = loading.load(read(SMALL), organisation=elsewhere)
    client = browse(alice)
    assert client.get(page_of(theirs)).status_code == 404
    response = client.post("/o/manna/requirements/adopt/", {"profile": theirs.pk})
    assert response.status_code == 404
    assert not Adoption.objects.exists()


def test_every_reference_item_carries_its_flag_and_the_page_its_disclaimer(browse, dave, shipped):
    reference = shipped["order-integration-reference"]
    text = browse(dave).get(page_of(reference)).content.decode()
    assert "우아한형제들이 공개하거나 승인한 문서가 아니다" in text
    assert text.count('class="gp-provenance tone-violet" title=') == 55
    assert text.count('class="gp-provenance tone-warn" title=') == 4


def test_382_rows_come_in_pages_with_a_constant_number_of_queries(browse, dave, shipped):
    client = browse(dave)
    numbers = []
    for identifier in ("kisa-technical-2026", "isms-p", "pipc-safety-measures"):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(page_of(shipped[identifier]))
        numbers.append(len(queries))
        assert response.status_code == 200
    assert len(set(numbers)) == 1
    assert numbers[0] <= 22
    last = client.get(page_of(shipped["kisa-technical-2026"]), {"page": "4"})
    assert len(last.context["page"].object_list) == 82


def test_it_searches_and_filters(browse, dave, shipped):
    client, kisa = browse(dave), shipped["kisa-technical-2026"]
    found = client.get(page_of(kisa), {"q": "telnet", "area": "U"}).context["page"]
    assert [row.code for row in found] == ["U-52"]
    reference = page_of(shipped["order-integration-reference"])
    assert client.get(reference, {"provenance": "example"}).context["page"].paginator.count == 4
    nothing = client.get(reference, {"q": "\0%_'", "page": "x"})
    assert nothing.status_code == 200
    assert nothing.context["page"].paginator.count == 0
    part = client.get(reference, {"q": "TLS"}, headers={"hx-request": "true", "hx-target": "items"})
    assert "<html" not in part.content.decode()


@pytest.mark.parametrize("tab", ["parameters", "evidence", "crosswalks", "sources", "nonsense"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_tab_opens_for_every_kind_of_profile(browse, dave, shipped, tab, language):
    client = browse(dave, language=language)
    for profile in shipped.values():
        assert client.get(page_of(profile), {"tab": tab}).status_code == 200


def test_crosswalks_are_counted_by_relation_and_listed_one_by_one(browse, dave, shipped):
    client, yogiyo = browse(dave), shipped["yogiyo-integration-reference"]
    bridges = client.get(page_of(yogiyo), {"tab": "crosswalks"}).context["bridges"]
    one = next(each for each in bridges if each.other == "order-integration-reference")
    counts = {value: number for value, _label, number in one.counts}
    assert counts == {"equal": 8, "subset": 6, "superset": 8, "intersects": 18}
    chosen = {"tab": "crosswalks", "crosswalk": one.crosswalk.pk}
    assert client.get(page_of(yogiyo), chosen).context["edges"].paginator.count == 40


def test_nobody_applies_to_a_baseline(browse, alice, manna, shipped):
    services.adopt(manna, shipped["isms-p"], by=alice)
    services.adopt(manna, shipped["yogiyo-integration-reference"], by=alice)
    form = browse(alice).get(reverse("applications:create", args=["manna"])).context["form"]
    offered = {each.identifier for each in form.fields["profile"].queryset}
    assert offered == {"yogiyo-integration-reference"}
