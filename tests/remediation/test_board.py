"""Letting go of a card: what it does, what it asks, why it may not, and who was quicker."""

import pytest

from compliance.remediation import boards, ranking, services
from compliance.remediation.boards import Place
from compliance.remediation.models import State, StateChange, Task
from compliance.remediation.services import NewTask
from tests.remediation.conftest import fresh


@pytest.fixture
def card(manna, alice, bob, adopted):
    return services.create(manna, NewTask("방화벽 이중화", assignee=bob), by=alice)


def drop(client, task, old, new, **fields):
    address = f"/o/manna/tasks/{task.number}/drop/"
    return client.post(address, {"from": old, "to": new, **fields})


def test_a_card_that_is_let_go_of_does_the_verb(card, bob, browse):
    answer = drop(browse(bob), card, "registered", "in_progress")
    assert answer.status_code == 200
    assert answer.json()["state"] == "in_progress"
    assert card.code in answer.json()["card"]
    assert StateChange.objects.get().after == "in_progress"


def test_who_comes_second_hears_who_was_quicker_and_gets_the_fresh_card(card, alice, bob, browse):
    assert drop(browse(alice), card, "registered", "in_progress").status_code == 200
    answer = drop(browse(bob), card, "registered", "planned", plan="제 계획")
    assert answer.status_code == 409
    said = answer.json()
    assert said["moved"]
    assert "앨리스" in said["said"]
    assert said["state"] == "in_progress"
    assert fresh(card).plan == ""


def test_what_a_move_needs_is_asked(card, bob, browse):
    client = browse(bob)
    form = client.get(f"/o/manna/tasks/{card.number}/drop/?to=planned").content.decode()
    assert 'name="plan"' in form
    empty = drop(client, card, "registered", "planned")
    assert (empty.status_code, empty.json()["moved"]) == (409, False)
    assert drop(client, card, "registered", "planned", plan="이중화한다").status_code == 200


@pytest.mark.parametrize("to", ["registered", "verifying", "closed", "nonsense", ""])
def test_it_goes_nowhere_that_the_table_does_not_name(card, alice, browse, to):
    services.start(card, by=alice)
    assert drop(browse(alice), card, "in_progress", to).status_code == 409
    assert fresh(card).state == "in_progress"


def test_the_ways_of_a_card_come_with_their_reasons(card, bob, dave, browse):
    client = browse(bob, language="en")
    columns = client.get(f"/o/manna/tasks/{card.number}/moves/").json()["columns"]
    assert columns["in_progress"]["why"] == ""
    assert columns["planned"]["asks"]
    assert "does not go to" in columns["closed"]["why"]
    theirs = browse(dave).get(f"/o/manna/tasks/{card.number}/moves/").json()["columns"]
    assert all(column["why"] for column in theirs.values())


def test_cards_keep_the_order_that_people_give_them(manna, alice, bob, adopted, browse):
    first, second, third = (
        services.create(manna, NewTask(f"조치 {n}"), by=alice) for n in range(3)
    )
    answer = drop(browse(bob), third, "registered", "registered", previous=first.number)
    assert answer.status_code == 200
    drop(browse(bob), third, "registered", "registered", previous=1, next=2)
    [column, *_others] = boards.columns(Task.objects.filter(organisation=manna), {})
    assert [task.number for task in column.cards] == [first.number, third.number, second.number]


def test_there_is_room_between_any_two_cards_however_often(manna, alice, adopted):
    cards = [services.create(manna, NewTask(f"조치 {n}"), by=alice) for n in range(3)]
    for _time in range(40):
        first, second = Task.objects.order_by("rank", "pk")[:2]
        last = Task.objects.order_by("rank", "pk").last()
        ranking.place(last, after=first, before=second, by=alice)
        order = list(Task.objects.order_by("rank", "pk"))
        assert order[:3] == [first, last, second]
    assert len(cards) == 3


def test_each_column_pages_without_losing_or_repeating_a_card(
    manna, alice, bob, adopted, browse, monkeypatch
):
    monkeypatch.setattr(boards, "FIRST", 3)
    monkeypatch.setattr(boards, "MORE", 2)
    for number in range(8):
        services.create(manna, NewTask(f"조치 {number}"), by=alice)
    rows = Task.objects.filter(organisation=manna)
    [column, *_others] = boards.columns(rows, {})
    seen = [task.number for task in column.cards]
    while column.more:
        column = boards.further(rows, State.REGISTERED, column.more)
        seen += [task.number for task in column.cards]
    assert seen == list(range(1, 9))
    page = browse(bob).get(f"/o/manna/tasks/board/registered/?after={Place(0, 0)}")
    assert page.content.decode().count("data-task=") == 2


@pytest.mark.parametrize("after", ["", "x", "1", "-1-2", "9" * 40 + "-1"])
def test_a_place_that_is_none_is_refused(card, bob, browse, after):
    address = f"/o/manna/tasks/board/registered/?after={after}"
    assert browse(bob).get(address).status_code in {200, 409}
    assert browse(bob).get("/o/manna/tasks/board/nonsense/?after=1-1").status_code == 409


def test_a_limit_is_shown_and_hinders_nothing(card, alice, bob, browse):
    form = {"registered": "1", "planned": ""}
    assert browse(alice).post("/o/manna/tasks/board/limits/", form).status_code == 302
    services.create(card.organisation, NewTask("또 하나"), by=alice)
    page = browse(bob, language="en").get("/o/manna/tasks/board/").content.decode()
    assert "over the limit" in page
    assert browse(alice).post("/o/manna/tasks/board/limits/", {"planned": "0"}).status_code == 409


def test_a_card_of_somebody_who_left_stays_in_a_lane_of_theirs(card, bob, alice, browse):
    bob.memberships.update(ended_at=card.created_at)
    page = browse(alice, language="en").get("/o/manna/tasks/board/?lanes=assignee")
    assert "밥 (no longer a member)" in page.content.decode()
