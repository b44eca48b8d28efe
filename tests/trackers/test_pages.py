"""Connections and the box of a task, as people see them; the door for webhooks."""

import hashlib
import hmac

import pytest
from django.urls import reverse

from compliance.trackers import linking, services, views
from compliance.trackers.models import Connection, ExternalIssue, Outgoing
from tests.services.trackers import TOKEN

FACTS = {"name": "앱 저장소", "base_url": "", "project": "owner/app", "token": TOKEN}


@pytest.fixture
def woken(monkeypatch):
    """Connections that a worker was asked to serve."""
    asked = []
    monkeypatch.setattr(views.waking, "soon", asked.append)
    return asked


def at(name, *args):
    return reverse(f"trackers:{name}", args=["manna", *args])


def test_a_connection_is_tested_when_it_is_saved(github, browse, alice):
    facts = {**FACTS, "base_url": github.fake.url}
    page = browse(alice).post(at("add", "github"), facts, follow=True)
    assert "owner/app" in page.content.decode()
    made = Connection.objects.get(name="앱 저장소")
    assert made.statuses[:2] == ["open", "closed"]
    assert made.error == {}


def test_a_wrong_token_is_said_at_once_and_the_token_is_never_shown(github, browse, alice):
    github.fake.tokens = {"another"}
    facts = {**FACTS, "base_url": github.fake.url}
    page = browse(alice).post(at("add", "github"), facts, follow=True).content.decode()
    assert "토큰을 받아들이지 않습니다" in page
    assert TOKEN not in page
    assert f"••••{TOKEN[-4:]}" in page


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("github", {"base_url": "ftp://x"}),
        ("github", {"base_url": "https://user:pw@example.com"}),
        ("github", {"project": "app"}),
        ("github", {"project": "owner/.."}),
        ("github", {"token": "a b"}),
        ("github", {"token": ""}),
        ("jira", {"project": 'SEC" OR project = "HR'}),
        ("jira", {"base_url": "https://x.atlassian.net", "project": "SEC"}),
    ],
)
def test_bad_input_is_a_sentence_and_keeps_nothing(db, browse, alice, kind, wrong):
    facts = {**FACTS, "base_url": "https://example.com", **wrong}
    page = browse(alice).post(at("add", kind), facts)
    assert page.status_code == 422
    assert "text-danger" in page.content.decode()
    assert not Connection.objects.exists()


def test_a_token_needs_an_encrypted_way(db, browse, alice):
    facts = {**FACTS, "base_url": "http://example.com"}
    page = browse(alice).post(at("add", "github"), facts)
    assert "https://" in page.content.decode()
    assert page.status_code == 422


def test_a_kept_token_does_not_follow_to_another_address(github, browse, alice):
    facts = {**FACTS, "name": "github", "base_url": "https://example.com", "token": ""}
    page = browse(alice).post(at("change", github.connection.pk), facts)
    assert page.status_code == 409
    assert "토큰을 다시 입력" in page.content.decode()
    github.connection.refresh_from_db()
    assert github.connection.base_url == github.fake.url


def test_the_table_of_states_is_kept(github, browse, alice):
    browse(alice).post(at("states", github.connection.pk), {"fixed": "closed", "planned": " "})
    github.connection.refresh_from_db()
    assert github.connection.status_map == {"fixed": "closed"}


def test_an_issue_is_made_and_shown_on_the_task(github, browse, bob, task, woken):
    detail = reverse("remediation:detail", args=["manna", task.number])
    assert "이슈 만들기" in browse(bob).get(detail).content.decode()
    page = browse(bob).post(
        at("push", task.number), {"connection": github.connection.pk}, follow=True
    )
    assert "만드는 중" in page.content.decode()
    assert woken == [github.connection.pk]
    github.sync()
    page = browse(bob).get(detail).content.decode()
    assert f"{github.fake.url}/owner/app/issues/1" in page
    issue = ExternalIssue.objects.get()
    browse(bob).post(at("unlink", task.number), {"issue": issue.pk})
    assert not ExternalIssue.objects.exists()


def test_linking_with_what_is_not_there_says_so(github, browse, bob, task, woken):
    asked = {"connection": github.connection.pk, "key": "77"}
    page = browse(bob).post(at("link", task.number), asked)
    assert page.status_code == 409
    page = browse(bob).post(at("link", task.number), {**asked, "key": "../../user"})
    assert page.status_code == 409
    assert not ExternalIssue.objects.exists()


def test_an_issue_is_one_task_only(github, browse, bob, task, new, woken):
    github.fake.add()
    asked = {"connection": github.connection.pk, "key": "#1"}
    browse(bob).post(at("link", task.number), asked)
    page = browse(bob).post(at("link", new("다른 조치").number), asked)
    assert page.status_code == 409
    assert ExternalIssue.objects.get().task == task


def test_who_only_reads_sees_the_link_and_no_button(github, browse, dave, bob, task, woken):
    linking.push(task, github.connection, by=bob)
    page = browse(dave).get(reverse("remediation:detail", args=["manna", task.number]))
    assert "연결 해제" not in page.content.decode()
    assert "이슈 트래커" in page.content.decode()


def test_what_was_not_taken_is_sent_once_more(github, browse, alice, bob, task, woken):
    linking.push(task, github.connection, by=bob)
    row = Outgoing.objects.get()
    Outgoing.objects.update(state="failed")
    browse(alice).post(at("again", row.pk))
    row.refresh_from_db()
    assert row.state == "waiting"
    github.sync()
    assert len(github.fake.issues) == 1


def signed(secret, body):
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("header", ["X-Hub-Signature-256", "X-Hub-Signature"])
def test_a_signed_webhook_wakes_the_connection(github, client, alice, woken, header):
    hook = at("hook", github.connection.hook)
    body = '{"action": "closed", "issue": {"title": "속임수"}}'.encode()
    secret = services.make_secret(github.connection, by=alice)

    def send(signature, content=body):
        return client.post(
            hook, content, content_type="application/json", headers={header: signature}
        ).status_code

    assert send("sha256=00") == 403
    assert send("") == 403
    assert send(signed(secret, body), b"{}") == 403
    assert send("sha256=é") == 403
    assert woken == []
    assert send(signed(secret, body)) == 202
    assert woken == [github.connection.pk]


def test_a_connection_without_secret_has_no_door(github, client):
    page = client.post(at("hook", github.connection.hook), b"{}", content_type="application/json")
    assert page.status_code == 404


def test_pages_ask_the_same_number_of_questions_however_much_there_is(
    github, browse, alice, bob, task, new, django_assert_max_num_queries, woken
):
    for number in range(12):
        linking.push(new(f"조치 {number}"), github.connection, by=bob)
    viewer = browse(alice)
    viewer.get(at("list"))
    with django_assert_max_num_queries(12):
        viewer.get(at("detail", github.connection.pk))
    with django_assert_max_num_queries(12):
        viewer.get(at("list"))


def test_a_refusal_is_shown_until_the_same_went_through(github, browse, bob, task, woken):
    issue = linking.push(task, github.connection, by=bob)
    row = Outgoing(organisation_id=issue.organisation_id, issue=issue, kind="status")
    row.state, row.error = "failed", {"ko": "단계가 없습니다."}
    row.save()
    box = at("box", task.number)
    assert "단계가 없습니다." in browse(bob).get(box).content.decode()
    Outgoing.objects.create(
        organisation_id=issue.organisation_id, issue=issue, kind="status", state="sent"
    )
    assert "단계가 없습니다." not in browse(bob).get(box).content.decode()
