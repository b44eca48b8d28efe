"""Many tasks become issues at once, each once; what was sent is forgotten after its time."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from compliance.trackers import housekeeping, linking, pushing, services
from compliance.trackers.models import ExternalIssue, Outgoing

BULK = "/o/manna/tasks/bulk/"


@pytest.fixture
def three(new, bob):
    return [new(f"조치 {n}", assignee=bob) for n in range(3)]


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setattr(pushing.waking, "soon", lambda pk: None)


def ticked(tasks):
    return [f"{task.pk}:{task.version}" for task in tasks]


def test_the_bar_makes_an_issue_of_every_ticked_task(github, three, bob, browse):
    client = browse(bob, language="en")
    assert "bulk-tracker" in client.get("/o/manna/tasks/").content.decode()
    linking.push(three[0], github.connection, by=bob)
    form = {"row": ticked(three), "op": "tracker", "connection": github.connection.pk}
    page = client.post(BULK, form, follow=True).content.decode()
    assert "2 tasks were changed." in page
    assert "1 had it already." in page
    github.sync()
    assert {each.task.title for each in ExternalIssue.objects.exclude(number="")} == {
        task.title for task in three
    }
    assert len(github.fake.issues) == 3


def test_without_a_tracker_the_bar_has_no_button(three, bob, browse):
    assert "bulk-tracker" not in browse(bob).get("/o/manna/tasks/").content.decode()


def test_a_stopped_tracker_and_another_ones_take_nothing(github, three, alice, bob, browse):
    services.stop(github.connection, by=alice)
    form = {"row": ticked(three), "op": "tracker", "connection": github.connection.pk}
    assert browse(bob).post(BULK, form).status_code == 404
    assert browse(bob).post(BULK, {**form, "connection": "x"}).status_code == 404
    assert not ExternalIssue.objects.exists()


def test_a_viewer_pushes_nothing(github, three, dave, browse):
    form = {"row": ticked(three), "op": "tracker", "connection": github.connection.pk}
    assert browse(dave).post(BULK, form).status_code == 403
    assert not ExternalIssue.objects.exists()


def test_it_asks_as_much_for_three_as_for_one(github, three, bob, django_assert_max_num_queries):
    from compliance.remediation.models import Task

    with django_assert_max_num_queries(25):
        linking.push_many(three[0].organisation, Task.objects.all(), github.connection, by=bob)
    assert Outgoing.objects.filter(kind="create", state="waiting").count() == 3


def test_the_api_does_the_same_all_or_nothing(github, three, bob, browse):
    client = browse(bob)
    [listed] = client.get("/api/v1/o/manna/trackers").json()
    assert listed["id"] == github.connection.pk

    def push(numbers):
        address = f"/api/v1/o/manna/trackers/{listed['id']}/issues"
        return client.post(address, json.dumps({"tasks": numbers}), "application/json")

    refused = push([three[0].number, 9999])
    assert (refused.status_code, refused.json()["detail"]) == (409, "T-9999 보완조치가 없습니다.")
    assert not ExternalIssue.objects.exists()
    codes = [task.code for task in three]
    assert push([task.number for task in three]).json() == {"made": codes, "known": []}
    assert push([three[0].number]).json() == {"made": [], "known": codes[:1]}


def test_what_was_sent_is_forgotten_after_its_time_and_the_rest_stays(github, three, bob, settings):
    settings.TRACKERS_KEPT_DAYS = 30
    for task in three:
        linking.push(task, github.connection, by=bob)
    github.sync()
    old = timezone.now() - timedelta(days=31)
    first, second, third = Outgoing.objects.filter(kind="create").order_by("pk")
    Outgoing.objects.filter(pk=first.pk).update(done_at=old)
    Outgoing.objects.filter(pk=second.pk).update(done_at=old, state="failed")
    assert housekeeping.tidy() == 1
    assert not Outgoing.objects.filter(pk=first.pk).exists()
    assert Outgoing.objects.filter(pk__in=[second.pk, third.pk]).count() == 2
    github.sync()
    assert len(github.fake.issues) == 3
