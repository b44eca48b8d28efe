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
    with django_assert_max_num_queries(8):
        client.get("/o/manna/notices/")


def test_the_list_is_sent_again_only_when_something_came(notice, alice, bob, manna, browse):
    client = browse(bob)
    poll = client.get("/o/manna/notices/").context["poll"]
    assert client.get(f"/o/manna/notices/inbox/?{poll}").status_code == 204
    tasks.create(manna, NewTask("다음 조치", assignee=bob), by=alice)
    services.deliver_all()
    fresh = client.get(f"/o/manna/notices/inbox/?{poll}")
    assert "T-0002 다음 조치" in fresh.content.decode()
    assert "<html" not in fresh.content.decode()


def test_the_bell_is_sent_again_only_when_its_number_changed(notice, bob, browse):
    client = browse(bob)
    first = client.get("/o/manna/notices/unread/")
    assert ">1<" in first.content.decode()
    again = client.get("/o/manna/notices/unread/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    client.post("/o/manna/notices/read/")
    later = client.get("/o/manna/notices/unread/", headers={"If-None-Match": first["ETag"]})
    assert later.status_code == 200
    assert "gp-count" not in later.content.decode()


def test_notices_of_one_thing_stand_together(notice, alice, bob, manna, browse):
    task = tasks.create(manna, NewTask("다른 조치", assignee=bob), by=alice)
    tasks.comment(notice_task(manna), text="확인 부탁드립니다", by=alice)
    services.deliver_all()
    groups = browse(bob).get("/o/manna/notices/").context["groups"]
    assert [(group.name[:6], len(group.notices)) for group in groups] == [
        ("T-0001", 2),
        (str(task)[:6], 1),
    ]


def notice_task(manna):
    from compliance.remediation.models import Task

    return Task.objects.get(organisation=manna, number=1)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("show=unread", True),
        ("topic=mine", True),
        ("topic=packets", False),
        ("q=방화벽", True),
        ("q=없는것", False),
        ("topic=x&show=y&page=z", True),
        ("q=%00", True),
    ],
)
def test_filters(notice, bob, browse, query, shown):
    page = browse(bob).get(f"/o/manna/notices/?{query}")
    assert ("T-0001 방화벽" in page.content.decode()) == shown


def test_some_are_marked_read_and_others_not(notice, alice, bob, manna, browse):
    tasks.create(manna, NewTask("다음 조치", assignee=bob), by=alice)
    services.deliver_all()
    browse(bob).post("/o/manna/notices/read/", {"notice": [notice.pk, "x", "99999999999"]})
    assert [each.pk for each in Notice.objects.unread()] == [
        each.pk for each in Notice.objects.exclude(pk=notice.pk)
    ]
