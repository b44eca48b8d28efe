"""Filters under a name."""

import pytest

from compliance.accounts import filters
from compliance.accounts.models import SavedFilter
from compliance.shared.errors import Refused, Unauthorised

PAGE = "requirements:list"
LIST = "/o/manna/requirements/"


@pytest.fixture
def save(manna):
    def kept(by, name="열린 NET", query="verdict=open&area=NET", *, shared=False):
        return filters.save(manna, page=PAGE, name=name, query=query, shared=shared, by=by)

    return kept


def chips(client):
    return [
        chip
        for context in [client.get(LIST, {"filter": "none"}).context]
        for chip in context["chips"]
    ]


def test_alice_saves_and_finds_it_above_the_list(browse, alice, adopted):
    client = browse(alice)
    data = {"page": PAGE, "name": "열린 것", "query": "verdict=open&page=3&q="}
    assert client.post("/o/manna/filters/", data).url == f"{LIST}?verdict=open"
    [chip] = chips(client)
    assert (chip.name, chip.query) == ("열린 것", "verdict=open")
    shown = client.get(LIST, {"verdict": "open"}).context["chips"]
    assert shown[0].active


def test_the_same_name_again_replaces_it(save, alice):
    save(alice)
    save(alice, query="verdict=met")
    assert SavedFilter.objects.get().query == "verdict=met"


def test_bob_sees_what_is_shared_and_nothing_else(save, browse, alice, bob, adopted):
    save(alice, name="내 것")
    save(alice, name="모두의 것", shared=True)
    assert [chip.name for chip in chips(browse(bob))] == ["모두의 것"]


def test_a_shared_link_shows_a_colleague_the_same_rows(browse, alice, bob, adopted):
    query = {"area": "NET", "verdict": "open"}
    rows = [browse(who).get(LIST, query).context["listing"].rows for who in (alice, bob)]
    assert [row.item.code for row in rows[0]] == [row.item.code for row in rows[1]] != []


def test_the_list_opens_with_the_default_and_an_address_wins(save, browse, alice, adopted):
    kept = save(alice)
    client = browse(alice)
    client.post(f"/o/manna/filters/{kept.pk}/default/")
    assert client.get(LIST).url == f"{LIST}?area=NET&verdict=open"
    assert client.get(LIST, {"filter": "none"}).status_code == 200
    assert client.get(LIST, {"area": "LOG"}).status_code == 200
    client.post(f"/o/manna/filters/{kept.pk}/default/")
    assert client.get(LIST).status_code == 200


def test_only_one_default_a_list(save, alice):
    first, second = save(alice), save(alice, name="다른 것")
    assert filters.toggle_default(first, by=alice)
    assert filters.toggle_default(second, by=alice)
    assert list(alice.saved_filters.filter(defaults__user=alice)) == [second]


def test_bob_does_not_change_alices_filter_but_olga_may(save, alice, bob, olga):
    kept = save(alice, shared=True)
    with pytest.raises(Unauthorised):
        filters.rename(kept, name="밥의 것", by=bob)
    filters.rename(kept, name="올가의 것", by=olga)
    filters.delete(kept, by=olga)
    assert not SavedFilter.objects.exists()


def test_two_filters_of_one_name_are_refused(save, alice):
    save(alice, name="가")
    kept = save(alice, name="나")
    with pytest.raises(Refused):
        filters.rename(kept, name="가", by=alice)
    kept.refresh_from_db()
    assert kept.name == "나"


@pytest.mark.parametrize(
    "wrong",
    [{"name": " "}, {"name": "가" * 101}, {"query": "q=" + "a" * 2100}, {"page": "no:where"}],
)
def test_nonsense_is_refused(manna, alice, wrong):
    given = {"page": PAGE, "name": "이름", "query": "", "shared": False, "by": alice, **wrong}
    with pytest.raises(Refused):
        filters.save(manna, **given)


def test_dave_keeps_his_own_but_shares_none(save, dave):
    save(dave)
    with pytest.raises(Unauthorised):
        save(dave, name="모두", shared=True)


def test_a_stranger_keeps_nothing_here_and_finds_nothing(save, browse, alice, sam):
    with pytest.raises(Unauthorised):
        save(sam)
    kept = save(alice, shared=True)
    assert browse(sam).post(f"/o/manna/filters/{kept.pk}/delete/").status_code == 404
    assert browse(sam).post(f"/o/elsewhere/filters/{kept.pk}/delete/").status_code == 404
