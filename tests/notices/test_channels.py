"""Slack, Microsoft Teams and Kakao Work against servers that speak the documented shapes."""

import json

import pytest

from compliance.notices import targets
from compliance.notices.models import Delivery, Target
from compliance.notices.targets import TargetFacts
from compliance.remediation import services as tasks
from compliance.remediation.services import NewTask
from tests.services.sink import say

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

TITLE = "정리 <!channel> & *굵게* [링크](http://x)"


@pytest.fixture
def told(manna, alice, bob):
    """told() opens a task for bob."""
    return lambda title=TITLE: tasks.create(manna, NewTask(title, assignee=bob), by=alice)


def room(kind, manna, alice, sink, language="ko"):
    facts = TargetFacts(name="채널", topics=[], language=language, address=sink.url("/T0/B0/key"))
    return targets.add(manna, kind, facts, by=alice)


def test_slack_gets_text_and_blocks(manna, alice, sink, told, go, settings):
    settings.PUBLIC_URL = "https://gatepass.example"
    room("slack", manna, alice, sink)
    told()
    go()
    [got] = sink.received
    body = json.loads(got.body)
    assert body["text"].startswith("[Gatepass] T-0001 정리 &lt;!channel&gt; &amp;")
    assert [block["type"] for block in body["blocks"]] == ["section", "context", "actions"]
    assert "<!channel>" not in got.body.decode()
    assert body["blocks"][2]["elements"][0]["url"] == "https://gatepass.example/o/manna/tasks/1/"


def test_teams_gets_an_adaptive_card_without_markdown(manna, alice, sink, told, go):
    room("teams", manna, alice, sink, language="en")
    sink.answer = lambda handler: say(handler, 202, b"")
    told()
    go()
    [got] = sink.received
    [attachment] = json.loads(got.body)["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert card["actions"][0] == {
        "type": "Action.OpenUrl",
        "title": "Open in Gatepass",
        "url": "http://localhost:8000/o/manna/tasks/1/",
    }


def test_a_room_hears_only_what_people_are_told(manna, alice, bob, sink, told, go):
    room("slack", manna, alice, sink)
    task = told()
    tasks.start(task, by=bob)
    go()
    assert len(sink.received) == 1, "that somebody began to work tells nobody"


def test_an_archived_channel_stops_the_target(manna, alice, sink, told, go):
    target = room("slack", manna, alice, sink)
    sink.answer = lambda handler: say(handler, 410, b"channel_is_archived")
    told()
    go()
    target.refresh_from_db()
    assert target.state == Target.State.DISABLED


class KakaoWork:
    """The three calls of the bot, as the documentation shows them."""

    def __init__(self, members):
        self.members, self.written, self.calls = members, [], []

    def __call__(self, handler):
        path = handler.path.partition("?")[0].removeprefix("/v1/")
        self.calls.append(path)
        if handler.headers["Authorization"] != "Bearer app-key-0123456789":
            return self._no(handler, "unauthorized", 401)
        return {
            "users.find_by_email": self._find,
            "conversations.open": self._open,
            "messages.send": self._write,
        }[path](handler)

    def _yes(self, handler, **entity):
        say(handler, 200, json.dumps({"success": True, "error": None, **entity}).encode())

    def _no(self, handler, code, status=200):
        error = {"success": False, "error": {"code": code, "message": code}}
        say(handler, status, json.dumps(error).encode())

    def _find(self, handler):
        email = handler.path.partition("email=")[2].replace("%40", "@")
        if email not in self.members:
            return self._no(handler, "user_not_found")
        return self._yes(handler, user={"id": self.members[email], "name": "x", "space_id": "1"})

    def _open(self, handler):
        user = json.loads(self.sink.received[-1].body)["user_id"]
        self._yes(handler, conversation={"id": str(900 + user), "type": "dm", "users_count": 2})

    def _write(self, handler):
        self.written.append(json.loads(self.sink.received[-1].body))
        room = self.written[-1]["conversation_id"]
        self._yes(handler, message={"id": "1", "conversation_id": room, "text": "x"})


@pytest.fixture
def kakaowork(sink, settings, manna, alice):
    server = KakaoWork({"bob@example.com": 7})
    server.sink = sink
    sink.answer = server
    settings.KAKAOWORK_API = sink.url("/v1").rstrip("/")
    facts = TargetFacts(name="봇", topics=[], secret="app-key-0123456789")
    server.target = targets.add(manna, "kakaowork", facts, by=alice)
    return server


def test_kakaowork_finds_opens_and_writes(kakaowork, told, go):
    told()
    go()
    assert kakaowork.calls == ["users.find_by_email", "conversations.open", "messages.send"]
    [written] = kakaowork.written
    assert written["conversation_id"] == "907"
    assert written["text"].startswith("[Gatepass] T-0001")
    assert [block["type"] for block in written["blocks"]] == ["text", "text", "button"]
    assert written["blocks"][2]["action"]["type"] == "open_system_browser"
    told()
    go()
    assert kakaowork.calls[3:] == ["messages.send"], "the room is remembered"


def test_a_person_whom_kakaowork_does_not_know_is_not_the_bots_fault(kakaowork, told, go):
    kakaowork.members = {}
    told()
    go()
    row = Delivery.objects.get(kind="direct")
    assert row.state == "failed"
    assert "user_not_found" in row.sentence
    kakaowork.target.refresh_from_db()
    assert (kakaowork.target.state, kakaowork.target.failures) == ("on", 0)


def test_a_wrong_key_counts_against_the_bot(kakaowork, told, go, alice):
    facts = TargetFacts(name="봇", topics=[], secret="another-key-9876543210")
    targets.change(kakaowork.target, facts, by=alice)
    told()
    go()
    kakaowork.target.refresh_from_db()
    assert kakaowork.target.failures == 1
    assert "app-key" not in Delivery.objects.get(kind="direct").request


def test_an_answer_that_is_no_json_is_tried_again(kakaowork, sink, told, go):
    sink.answer = lambda handler: say(handler, 200, b"<html>")
    told()
    go()
    assert Delivery.objects.get(kind="direct").state == "waiting"
