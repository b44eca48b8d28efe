"""The list, the board and the task, as each role sees them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from compliance.remediation import services
from compliance.remediation.models import Task
from compliance.remediation.services import NewTask


@pytest.fixture
def three(alice, bob, manna, adopted):
    requirement = adopted.requirements.get(code="OI-NET-03")
    services.create(manna, NewTask("방화벽 이중화", severity="critical", assignee=bob), by=alice)
    services.create(manna, NewTask("망분리", requirement=requirement), by=alice)
    late = services.create(manna, NewTask("로그 보존", assignee=alice), by=alice)
    Task.objects.filter(pk=late.pk).update(due=timezone.localdate() - timedelta(days=2))


def numbers(client, query: str) -> list[int]:
    page = client.get(f"/o/manna/tasks/?{query}").context["page"]
    return sorted(task.number for task in page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [1, 2, 3]),
        ("mine=1", [1]),
        ("overdue=1", [3]),
        ("assignee=none", [2]),
        ("area=NET", [2]),
        ("requirement=OI-NET-03", [2]),
        ("severity=critical", [1]),
        ("q=망분리", [2]),
        ("q=T-0003", [3]),
        ("state=closed", []),
        ("state=to_verify", []),
        ("state=", [1, 2, 3]),
        ("state=nonsense&area=없음", []),
        ("assignee=9999999999999999999999", [1, 2, 3]),
        ("q=" + "9" * 30, []),
        ("page=-4", [1, 2, 3]),
    ],
)
def test_the_address_filters(three, bob, browse, query, found):
    assert numbers(browse(bob), query) == found


def test_htmx_gets_the_rows_alone(three, bob, browse):
    page = browse(bob).get(
        "/o/manna/tasks/?mine=1", headers={"HX-Request": "true", "HX-Target": "rows"}
    )
    text = page.content.decode()
    assert "<html" not in text
    assert "T-0001" in text
    assert "T-0002" not in text


def test_the_list_asks_as_much_for_forty_as_for_three(
    three, alice, bob, manna, adopted, browse, django_assert_max_num_queries
):
    requirement = adopted.requirements.get(code="OI-NET-03")
    for number in range(40):
        new = NewTask(f"조치 {number}", requirement=requirement, assignee=bob)
        services.create(manna, new, by=alice)
    client = browse(bob)
    with django_assert_max_num_queries(12):
        client.get("/o/manna/tasks/")
    with django_assert_max_num_queries(14):
        client.get("/o/manna/tasks/board/")


def test_the_board_shows_the_states_side_by_side(three, bob, browse):
    columns = browse(bob).get("/o/manna/tasks/board/").context["columns"]
    assert {column.state: column.count for column in columns}["registered"] == 3


def test_a_disabled_button_says_why(three, carol, browse):
    page = browse(carol, language="en").get("/o/manna/tasks/1/").content.decode()
    assert "Your role does not include this. Ask an owner of the organisation." in page
    assert 'aria-disabled="true"' in page


def test_a_stranger_sees_nothing(three, sam, browse):
    client = browse(sam)
    for address in ("", "board/", "1/", "1/edit/", "new/"):
        assert client.get(f"/o/manna/tasks/{address}").status_code == 404
    assert client.post("/o/manna/tasks/1/start/").status_code == 404
    assert Task.objects.get(number=1).state == "registered"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_page_opens_for_everybody(task, alice, bob, carol, dave, olga, browse, language):
    for person in (alice, bob, carol, dave, olga):
        client = browse(person, language=language)
        for address in ("", "board/", f"{task.number}/"):
            assert client.get(f"/o/manna/tasks/{address}").status_code == 200


def test_the_requirement_page_shows_its_tasks(three, alice, adopted, browse):
    address = f"/o/manna/requirements/{adopted.identifier}/OI-NET-03/"
    page = browse(alice).get(address).content.decode()
    assert "T-0002" in page
