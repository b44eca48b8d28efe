"""Tasks and duties over the API, with the rules of the pages."""

import io
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from compliance.accounts import services as accounts
from compliance.evidence import services as evidence_room
from compliance.evidence.services import Upload
from compliance.remediation import keeping
from compliance.remediation.keeping import NewDuty
from compliance.remediation.models import Task
from tests.remediation.conftest import png

API = "/api/v1/o/manna"


@pytest.fixture
def call(manna, client):
    """call(bob, "GET", "/tasks") with a token of bob's."""

    def do(person, method, path, body=None, *, organisation=manna):
        token = accounts.create_token(organisation, by=person, name="ci")
        return client.generic(
            method,
            f"{API}{path}",
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"},
        )

    return do


def test_a_task_goes_its_way(call, alice, bob, carol, proof, adopted):
    said = {"title": "웹방화벽", "requirement": "OI-NET-08", "assignee": bob.email}
    made = call(alice, "POST", "/tasks", said)
    assert made.status_code == 201, made.content
    number = made.json()["number"]
    moves = f"/tasks/{number}/moves"
    assert call(bob, "POST", moves, {"verb": "start"}).json()["state"] == "in_progress"
    without = call(bob, "POST", moves, {"verb": "fix", "text": "교체"})
    assert without.status_code == 409
    assert "evidence" in without.json()["detail"]
    done = {"verb": "fix", "text": "교체", "evidence": [proof.number]}
    assert call(bob, "POST", moves, done).json()["state"] == "fixed"
    assert call(bob, "POST", moves, {"verb": "verify"}).status_code == 403
    assert call(carol, "POST", moves, {"verb": "verify"}).json()["state"] == "verifying"
    assert call(alice, "POST", moves, {"verb": "close"}).json()["closed_at"]


def test_lists_are_filtered_and_paged(call, alice, bob, new):
    tasks = [new(f"조치 {n}", assignee=bob) for n in range(3)]
    Task.objects.filter(pk=tasks[0].pk).update(due=timezone.localdate() - timedelta(days=1))
    page = call(bob, "GET", f"/tasks?assignee={bob.email}&limit=2").json()
    assert (page["count"], len(page["tasks"])) == (3, 2)
    late = call(bob, "GET", "/tasks?overdue=true").json()
    assert [each["overdue"] for each in late["tasks"]] == [True]
    assert call(bob, "GET", "/tasks?assignee=x@example.com").status_code == 409
    assert call(bob, "GET", "/tasks?limit=5000").status_code == 422


def test_the_list_asks_the_same_for_many(browse, bob, new, django_assert_max_num_queries):
    for n in range(20):
        new(f"조치 {n}", assignee=bob)
    client = browse(bob)
    with django_assert_max_num_queries(8):
        client.get(f"{API}/tasks")


def test_comments(call, alice, dave, task):
    path = f"/tasks/{task.number}/comments"
    assert call(alice, "POST", path, {"text": "**확인**"}).status_code == 201
    assert [each["text"] for each in call(dave, "GET", path).json()] == ["**확인**"]
    assert call(dave, "POST", path, {"text": "저도"}).status_code == 403


def test_nonsense_has_a_sentence(call, alice, task):
    moves = f"/tasks/{task.number}/moves"
    assert "start" in call(alice, "POST", moves, {"verb": "fly"}).json()["detail"]
    past = {"title": "늦은 일", "due": "2020-01-01"}
    assert "past" in call(alice, "POST", "/tasks", past).json()["detail"]
    for wrong in ({"severity": "huge"}, {"priority": 7}, {"title": "x" * 301}):
        assert call(alice, "POST", "/tasks", {"title": "x", **wrong}).status_code == 422
    assert call(alice, "POST", "/duties", {"title": "x", "rhythm": "daily"}).status_code == 422


def test_duties(call, manna, alice, bob, adopted):
    said = {
        "title": "접속기록 점검",
        "rhythm": "monthly",
        "requirement": "OI-LOG-04",
        "kind": "review_record",
        "responsible": bob.email,
    }
    made = call(alice, "POST", "/duties", said)
    assert made.status_code == 201, made.content
    first = made.json()["periods"][0]
    assert first["mark"] == "open"
    kind = adopted.evidence_kinds.get(code="review_record")
    upload = Upload(io.BytesIO(png()), "점검.png")
    proof = evidence_room.add(manna, [upload], by=bob, kind=kind).evidence
    done = {"first_day": first["first_day"], "evidence": [proof.number]}
    answer = call(bob, "POST", f"/duties/{made.json()['number']}/done", done)
    assert answer.json()["mark"] == "done"
    assert call(bob, "GET", "/duties").json()[0]["gaps"] == 0
    assert call(bob, "POST", "/duties", said).status_code == 403


def test_a_stranger_finds_nothing(call, manna, elsewhere, sam, task, alice):
    keeping.create(manna, NewDuty("점검", "monthly"), by=alice)
    for path in ("/tasks", f"/tasks/{task.number}", "/duties"):
        assert call(sam, "GET", path, organisation=elsewhere).status_code == 404
