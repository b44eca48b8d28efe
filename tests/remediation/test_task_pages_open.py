"""Every page of tasks opens for everybody, in both languages, full and empty."""

from datetime import timedelta

import pytest
from django.utils import timezone

from compliance.remediation import arranging, linking, selectors, services
from compliance.remediation.models import Task
from compliance.remediation.services import NewTask

PAGES = [
    "mine/",
    "",
    "board/",
    "board/?lanes=assignee",
    "board/?lanes=area",
    "board/?lanes=area&lane=NET",
    "board/?lanes=assignee&lane=none",
    "calendar/",
    "calendar/?by=week",
    "calendar/?day=1999-01-01",
    "calendar/?day=nonsense",
    "timeline/",
    "timeline/?all=1",
    "progress/",
    "progress/?weeks=4&of=application",
    "feed/",
]


@pytest.fixture
def busy(manna, adopted, alice, bob, carol, dave, olga):
    """Tasks of every kind: late, blocked, with a change at noon, fixed, with a very long title."""
    requirement = adopted.requirements.get(code="OI-NET-03")
    long = "방화벽 정책을 분기마다 점검하고 결과를 남긴다 " * 12
    first = services.create(
        manna, NewTask(long[:300], requirement=requirement, assignee=bob), by=alice
    )
    second = services.create(manna, NewTask("망분리", assignee=bob), by=alice)
    third = services.create(manna, NewTask("로그 보존", assignee=alice), by=alice)
    linking.block(second, blocker=first, by=alice)
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    arranging.plan_change(first, noon, noon + timedelta(hours=1), by=bob)
    services.start(third, by=alice)
    Task.objects.filter(pk=third.pk).update(due=timezone.localdate() - timedelta(days=3))


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_it_opens_full(busy, browse, alice, carol, dave, page, language):
    for person in (alice, carol, dave):
        answer = browse(person, language=language).get(f"/o/manna/tasks/{page}")
        assert answer.status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_it_opens_empty(manna, alice, browse, page):
    assert browse(alice).get(f"/o/manna/tasks/{page}").status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_finds_nothing(busy, sam, browse, page):
    assert browse(sam).get(f"/o/manna/tasks/{page}").status_code == 404


@pytest.mark.parametrize(
    ("few", "count", "last"),
    [
        (1000, 54, ["방화벽 4", "방화벽 3", "방화벽 2", "방화벽 1"]),
        (52, 52, ["방화벽 4", "방화벽 3"]),
    ],
)
def test_a_word_lists_what_holds_it_and_of_many_the_first(
    manna, alice, adopted, browse, monkeypatch, few, count, last, django_assert_max_num_queries
):
    monkeypatch.setattr(selectors, "FEW", few)
    for n in range(60):
        services.create(manna, NewTask(f"방화벽 {n}" if n % 10 else f"로그 {n}"), by=alice)
    client = browse(alice)
    client.get("/o/manna/tasks/")
    with django_assert_max_num_queries(12):
        answer = client.get("/o/manna/tasks/?q=방화벽&sort=-number&page=2")
    page = answer.context["page"]
    assert (page.paginator.count, [task.title for task in page]) == (count, last)
    shown = answer.content.decode()
    # Verbs over everything that is found are offered where everything is listed.
    assert ("data-bulk-all" in shown) == (count == 54)
    assert ("검색어를 좁혀" in shown) == (count == 52)
