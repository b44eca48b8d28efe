from datetime import timedelta

import pytest
from django.utils import timezone

from compliance.audit.selectors import history
from compliance.remediation import policies, services
from compliance.remediation.services import EDITABLE
from compliance.shared.errors import Conflict, Refused, Unauthorised
from tests.remediation.conftest import fresh


def test_two_people_lose_nothing(task, alice, bob, browse):
    address = f"/o/manna/tasks/{task.number}/edit/"
    typed = {name: getattr(task, name) for name in EDITABLE} | {"revision": task.revision}
    assert browse(alice).post(address, typed | {"plan": "앨리스의 계획"}).status_code == 302

    answer = browse(bob).post(address, typed | {"plan": "밥의 계획"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "앨리스의 계획" in page
    assert "밥의 계획" in page
    assert fresh(task).plan == "앨리스의 계획"

    browse(bob).post(address, typed | {"plan": "밥의 계획", "revision": 1})
    assert fresh(task).plan == "밥의 계획"


def test_the_history_keeps_both_texts(task, bob):
    services.edit(task, revision=0, plan="새 계획", by=bob)
    assert history(task)[0].data["before"] == {"plan": ""}


def test_a_stale_revision_is_a_conflict(task, bob):
    services.edit(task, revision=0, plan="하나", by=bob)
    with pytest.raises(Conflict):
        services.edit(task, revision=0, plan="둘", by=bob)


def test_what_is_closed_is_not_edited(fixed, alice, carol):
    services.verify(fixed, by=carol)
    services.close(fixed, by=alice)
    with pytest.raises(Refused):
        services.edit(fixed, revision=0, plan="나중에", by=alice)


def test_the_lead_gives_it_to_somebody(task, alice, bob):
    due = timezone.localdate() + timedelta(days=3)
    services.assign(task, assignee=bob, due=due, by=alice)
    assert (fresh(task).assignee, fresh(task).due) == (bob, due)


def test_an_engineer_gives_it_to_nobody(task, bob):
    with pytest.raises(Unauthorised):
        services.assign(task, assignee=bob, by=bob)


def test_a_stranger_gets_nothing(task, alice, sam):
    with pytest.raises(Refused) as refusal:
        services.assign(task, assignee=sam, by=alice)
    assert str(refusal.value) == str(policies.NOT_A_MEMBER)


def test_what_is_nobodys_becomes_the_one_who_begins(task, bob):
    services.start(task, by=bob)
    assert fresh(task).assignee != bob, "it was the lead's already"
    task.assignee = None
    type(task).objects.update(assignee=None, state="registered")
    services.start(fresh(task), by=bob)
    assert fresh(task).assignee == bob


def test_a_comment_is_plain_text(task, bob, browse):
    browse(bob).post(f"/o/manna/tasks/{task.number}/comment/", {"text": "<b>확인</b> 부탁합니다."})
    page = browse(bob).get(f"/o/manna/tasks/{task.number}/").content.decode()
    assert "&lt;b&gt;확인&lt;/b&gt;" in page


def test_the_auditor_may_comment_and_the_viewer_not(task, carol, dave):
    services.comment(task, text="증적이 흐립니다.", by=carol)
    with pytest.raises(Unauthorised):
        services.comment(task, text="저도요", by=dave)
    with pytest.raises(Refused):
        services.comment(task, text="  ", by=carol)
