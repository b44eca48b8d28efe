"""The pages of versions: what changed, the plan, and what is left to look at."""

import re

import pytest

from compliance.requirements import carrying, versions
from compliance.requirements.models import Assessment, CarryOver, CarryOverItem
from tests.requirements import next_version as nv
from tests.requirements.test_carry_over import SAME, said, sign

BOTH = (
    "/o/manna/requirements/versions/"
    "order-integration-reference@0.2.0...order-integration-reference@0.3.0/"
)


def answers(manna, adopted, newer, **changes):
    planned = carrying.plan(manna, adopted, newer)
    pair = planned.difference.proposals[0]
    return {"stamp": planned.stamp, f"pair-{pair.new.pk}": pair.old.code} | changes


@pytest.fixture
def carried(manna, adopted, newer, alice):
    sign(said(manna, adopted, nv.REWORDED), by=alice)
    return carrying.carry_over(manna, adopted, newer, pairs=SAME, by=alice)


def test_any_two_versions_are_compared(browse, alice, newer):
    client = browse(alice)
    page = client.get("/o/manna/requirements/versions/").content.decode()
    assert BOTH in page
    chosen = {
        "old": "order-integration-reference@0.2.0",
        "new": "order-integration-reference@0.3.0",
    }
    assert client.get("/o/manna/requirements/versions/", chosen)["Location"] == BOTH


def chosen_on(page):
    return re.findall(r'<option value="([^"]*)" selected', page)


def test_the_version_in_use_and_the_newest_other_one_are_chosen_beforehand(
    browse, alice, manna, adopted, newer
):
    both = ["order-integration-reference@0.2.0", "order-integration-reference@0.3.0"]
    client, address = browse(alice), "/o/manna/requirements/versions/"
    assert chosen_on(client.get(address).content.decode()) == both
    carrying.carry_over(manna, adopted, newer, pairs=SAME, by=alice)
    assert chosen_on(client.get(address).content.decode()) == both


def test_nothing_is_chosen_where_a_list_has_one_version(browse, alice, adopted):
    page = browse(alice).get("/o/manna/requirements/versions/").content.decode()
    assert not any(chosen_on(page))


def test_the_same_version_twice_is_asked_again(browse, alice, newer):
    ref = "order-integration-reference@0.2.0"
    answer = browse(alice, language="en").get(
        "/o/manna/requirements/versions/", {"old": ref, "new": ref}
    )
    assert answer.status_code == 400
    assert "Both are the same version." in answer.content.decode()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_difference_shows_each_change(browse, alice, newer, language):
    answer = browse(alice, language=language).get(BOTH)
    page = answer.content.decode()
    assert answer.status_code == 200
    for code in (nv.REWORDED, nv.STRICTER, nv.REMOVED, nv.ADDED, nv.RENUMBERED[1], nv.REASKED):
        assert f'id="{code}"' in page
    assert nv.UNCHANGED not in page
    assert "<ins>" in page


def test_a_kind_of_change_is_filtered(browse, alice, newer):
    page = browse(alice).get(BOTH, {"kind": "removed"}).content.decode()
    assert f'id="{nv.REMOVED}"' in page
    assert f'id="{nv.ADDED}"' not in page


def test_it_says_when_nothing_changed(browse, alice, adopted):
    nv.changed("0.3.0")
    page = browse(alice, language="en").get(BOTH).content.decode()
    assert "Nothing changed between these versions" in page


def test_it_says_what_the_organisation_has_there(browse, alice, manna, adopted, newer, accepted):
    sign(said(manna, adopted, nv.REWORDED), by=alice)
    page = browse(alice, language="en").get(BOTH, {"kind": "reworded"}).content.decode()
    assert "Evidence <strong>1</strong>" in page
    assert 'data-value="met"' in page
    assert f"{nv.REWORDED}/?version=0.2.0" in page


def test_queries_of_the_difference_do_not_grow(
    browse, alice, adopted, django_assert_max_num_queries
):
    def everything(data):
        for row in data["requirements"]:
            row["statement_ko"] += " 바뀐 문장입니다."

    nv.changed("0.3.0", everything)
    client = browse(alice)
    with django_assert_max_num_queries(24):
        page = client.get(BOTH).content.decode()
    assert page.count("gp-change") == 59


def test_a_list_of_another_organisation_is_not_there(browse, alice, newer, elsewhere):
    newer.organisation = elsewhere
    newer.save(update_fields=["organisation"])
    assert browse(alice).get(BOTH).status_code == 404


def test_two_lists_with_different_identifiers_are_compared(browse, alice, adopted):
    nv.changed("2027", lambda data: data["profile"].update(id="our-own-list"))
    address = BOTH.replace("order-integration-reference@0.3.0", "our-own-list@2027")
    assert browse(alice).get(address).status_code == 200


def test_the_plan_asks_and_the_answer_carries_over(browse, alice, manna, adopted, newer):
    client = browse(alice)
    page = client.get(f"{BOTH}plan/").content.decode()
    assert nv.RENUMBERED[1] in page
    answer = client.post(f"{BOTH}carry-over/", answers(manna, adopted, newer))
    done = CarryOver.objects.get()
    assert answer["Location"] == f"/o/manna/requirements/versions/carried/{done.pk}/"
    assert client.get(answer["Location"]).status_code == 200


def test_an_unanswered_question_comes_back_with_the_rest(browse, alice, manna, adopted, newer):
    posted = answers(manna, adopted, newer, more=f"{nv.REMOVED} = {nv.ADDED}")
    posted = {name: value for name, value in posted.items() if not name.startswith("pair-")}
    answer = browse(alice, language="en").post(f"{BOTH}carry-over/", posted)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Say which of both it is." in page
    assert f"{nv.REMOVED} = {nv.ADDED}" in page
    assert not CarryOver.objects.exists()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ("NET-03 ? NET-04", "Line 1 is not a pair"),
        (f"{nv.UNCHANGED} = OI-NO-00", "cannot be paired"),
    ],
)
def test_bad_pairs_come_back_with_a_sentence(browse, alice, manna, adopted, newer, more, sentence):
    posted = answers(manna, adopted, newer, more=more)
    answer = browse(alice, language="en").post(f"{BOTH}carry-over/", posted)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert not CarryOver.objects.exists()


def test_a_changed_plan_is_shown_again(browse, alice, manna, adopted, newer):
    posted = answers(manna, adopted, newer, stamp="former")
    answer = browse(alice, language="en").post(f"{BOTH}carry-over/", posted)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The plan changed since you opened it." in page
    assert carrying.plan(manna, adopted, newer).stamp in page


def test_the_second_person_is_told(browse, olga, manna, adopted, newer, carried):
    answer = browse(olga, language="en").post(f"{BOTH}carry-over/", answers(manna, adopted, newer))
    assert answer.status_code == 409
    assert "already" in answer.content.decode()
    assert CarryOver.objects.count() == 1


def test_a_plan_that_is_done_leads_to_what_is_left(browse, olga, carried):
    answer = browse(olga).get(f"{BOTH}plan/")
    assert answer["Location"] == f"/o/manna/requirements/versions/carried/{carried.pk}/"


def test_a_viewer_reads_the_plan_and_cannot_confirm(browse, dave, manna, adopted, newer):
    client = browse(dave)
    assert client.get(f"{BOTH}plan/").status_code == 200
    posted = answers(manna, adopted, newer)
    assert client.post(f"{BOTH}carry-over/", posted).status_code == 403
    assert not CarryOver.objects.exists()


def test_a_thing_is_ticked_off_with_name_and_time(browse, bob, carried):
    client = browse(bob, language="en")
    address = f"/o/manna/requirements/versions/carried/{carried.pk}/"
    total = carried.items.count()
    assert f"0 of {total} looked at" in client.get(address).content.decode()
    item = carried.items.first()
    client.post(f"{address}tick/", {"item": item.pk})
    item.refresh_from_db()
    assert (item.seen_by, item.seen_at is not None) == (bob, True)
    page = client.get(address).content.decode()
    assert f"1 of {total} looked at" in page
    assert "밥" in page
    client.post(f"{address}untick/", {"item": item.pk})
    item.refresh_from_db()
    assert item.seen_by is None


def test_a_tick_stays_with_who_made_it(browse, alice, bob, carried):
    item = carried.items.first()
    address = f"/o/manna/requirements/versions/carried/{carried.pk}/tick/"
    browse(bob).post(address, {"item": item.pk})
    browse(alice).post(address, {"item": item.pk})
    item.refresh_from_db()
    assert item.seen_by == bob


def test_many_are_ticked_off_at_once(browse, bob, carried):
    pks = list(carried.items.values_list("pk", flat=True))
    browse(bob).post(f"/o/manna/requirements/versions/carried/{carried.pk}/tick/", {"item": pks})
    assert not CarryOverItem.objects.filter(seen_at__isnull=True).exists()


def test_the_list_is_filtered_by_kind_and_by_what_is_left(browse, alice, carried):
    client = browse(alice)
    address = f"/o/manna/requirements/versions/carried/{carried.pk}/"
    page = client.get(address, {"kind": "removed", "open": "1"}).content.decode()
    assert nv.REMOVED in page
    assert nv.ADDED not in page


def test_another_organisation_finds_no_list(browse, sam, carried):
    address = f"/o/elsewhere/requirements/versions/carried/{carried.pk}/"
    assert browse(sam).get(address).status_code == 404


def test_the_former_page_is_read_and_leads_to_the_new_one(browse, alice, carried):
    client = browse(alice, language="en")
    address = f"/o/manna/requirements/order-integration-reference/{nv.REWORDED}/"
    former = client.get(address, {"version": "0.2.0"}).content.decode()
    assert "Former version" in former
    assert f"Go on in {nv.REWORDED} of version 0.3.0" in former
    current = client.get(address).content.decode()
    assert "In the former version" in current
    assert "version=0.2.0" in current
    korean = browse(alice).get(address).content.decode()
    assert "90일마다 다시 검토한다" in korean


def test_a_removed_requirement_keeps_its_address(browse, alice, carried):
    address = f"/o/manna/requirements/order-integration-reference/{nv.REMOVED}/"
    page = browse(alice, language="en").get(address).content.decode()
    assert "Version 0.3.0 no longer asks for it." in page


def test_the_former_version_takes_no_verdict(browse, alice, manna, adopted, carried):
    row = said(manna, adopted, nv.UNCHANGED)
    address = f"/o/manna/requirements/order-integration-reference/{nv.UNCHANGED}/verdict/"
    answer = browse(alice).post(
        f"{address}?version=0.2.0",
        {"verdict": "not_met", "reason": "", "revision": row.revision},
    )
    assert answer.status_code == 409
    row.refresh_from_db()
    assert row.verdict == "not_checked"


def test_the_dashboard_shows_how_much_is_left(browse, alice, carried):
    page = browse(alice, language="en").get("/o/manna/").content.decode()
    assert f"0 of {carried.items.count()} looked at" in page


def test_versions_are_ordered_as_people_count():
    order = sorted(["0.10.0", "0.9.0", "2026-02", "1.0", "2026-01"], key=versions.order_key)
    assert order == ["0.9.0", "0.10.0", "1.0", "2026-01", "2026-02"]


def test_a_merged_requirements_text_is_shown_at_the_other_to_be_put_in(
    browse, alice, manna, adopted, newer
):
    ended, kept = said(manna, adopted, nv.REMOVED), said(manna, adopted, nv.UNCHANGED)
    Assessment.objects.filter(pk=ended.pk).update(statement="서버 목록을 매월 맞춥니다.")
    client = browse(alice, language="en")
    posted = answers(manna, adopted, newer, more=f"{nv.REMOVED} = {nv.UNCHANGED}")
    assert client.post(f"{BOTH}carry-over/", posted).status_code == 302
    (item,) = CarryOverItem.objects.filter(old_requirement=ended.requirement)
    assert (item.kind, item.requirement.code) == ("removed", nv.UNCHANGED)
    address = f"/o/manna/requirements/order-integration-reference/{nv.UNCHANGED}/"
    page = client.get(address).content.decode()
    assert f"{nv.REMOVED} is a part of it now" in page
    assert "서버 목록을 매월 맞춥니다." in page
    merged = Assessment.objects.get(carried_from=kept)
    assert "매월" not in merged.statement, "a person puts it in, not the machine"


def test_a_split_requirement_goes_on_once_and_is_shown_at_the_other(
    browse, alice, manna, adopted, newer
):
    said(manna, adopted, nv.UNCHANGED)
    posted = answers(manna, adopted, newer, more=f"{nv.UNCHANGED} = {nv.ADDED}")
    assert browse(alice).post(f"{BOTH}carry-over/", posted).status_code == 302
    kinds = CarryOverItem.objects.filter(requirement__code=nv.ADDED).values_list("kind", flat=True)
    assert sorted(kinds) == ["added", "renumbered"]
