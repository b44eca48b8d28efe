import pytest

from compliance.notices import services
from compliance.notices.models import Notice
from compliance.remediation import services as tasks
from compliance.remediation.services import NewTask


@pytest.fixture
def notice(alice, bob, manna) -> Notice:
    tasks.create(manna, NewTask("방화벽 정책 정리", assignee=bob), by=alice)
    services.deliver_all()
    return Notice.objects.get(user=bob)


def test_the_badge_counts_what_is_unread(notice, bob, browse):
    page = browse(bob).get("/o/manna/notices/")
    assert page.context["unread"] == 1
    assert "T-0001 방화벽 정책 정리" in page.content.decode()


def test_opening_it_marks_it_read_and_goes_there(notice, bob, browse):
    answer = browse(bob).post(f"/o/manna/notices/{notice.pk}/read/")
    assert answer.url == notice.url
    notice.refresh_from_db()
    assert notice.read_at


def test_all_at_once(notice, bob, browse):
    browse(bob).post("/o/manna/notices/read/")
    assert not Notice.objects.unread().exists()


def test_a_link_does_not_mark_it(notice, bob, browse):
    assert browse(bob).get(f"/o/manna/notices/{notice.pk}/read/").status_code == 405
    assert Notice.objects.unread().count() == 1


def test_nobody_reads_another_persons_notice(notice, alice, sam, browse):
    assert browse(alice).post(f"/o/manna/notices/{notice.pk}/read/").status_code == 404
    assert browse(sam).post(f"/o/manna/notices/{notice.pk}/read/").status_code == 404
    assert Notice.objects.unread().count() == 1


def test_the_inbox_asks_as_much_for_fifty_as_for_one(
    notice, alice, bob, manna, browse, django_assert_max_num_queries
):
    for number in range(20):
        tasks.create(manna, NewTask(f"조치 {number}", assignee=bob), by=alice)
    services.deliver_all()
    client = browse(bob)
    with django_assert_max_num_queries(9):
        client.get("/o/manna/notices/")
