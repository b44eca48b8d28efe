import json
from datetime import timedelta

import pytest
from django.urls import reverse

from compliance.jobs import phrases, services
from compliance.jobs.models import Job, State
from compliance.jobs.phrases import LONGEST, Phrase

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def make(kind, manna, alice, sent):
    def queue(result: dict[str, str] | None = None) -> Job:
        name = kind(lambda progress: result)
        return services.enqueue(kind=name, organisation=manna, by=alice)

    return queue


def address(job: Job, verb: str = "progress") -> str:
    return reverse(f"jobs:{verb}", kwargs={"organisation": "manna", "pk": job.pk})


def test_running_work_shows_its_phase_and_asks_again(make, browse, alice) -> None:
    job = make()
    services.claim(job.pk)
    Job.objects.filter(pk=job.pk).update(done=12, total=40, phase="본문을 그리는 중")
    page = browse(alice).get(address(job), headers=HTMX)
    text = page.content.decode()
    assert "본문을 그리는 중" in text
    assert 'value="12" max="40"' in text
    assert 'hx-trigger="every 1s"' in text
    assert "HX-Redirect" not in page


def test_a_phase_is_said_in_the_readers_language(make, browse, alice) -> None:
    """Whoever asked for the work reads another one, perhaps."""
    job = make()
    services.claim(job.pk)
    phrase = Phrase(
        "Section %(n)d of %(total)d: %(name)s", {"n": 3, "total": 9, "name": "표지 100%"}
    )
    Job.objects.filter(pk=job.pk).update(phase=str(phrase))
    for language, said in (
        ("ko", "9개 절 중 3번째: 표지 100%"),
        ("en", "Section 3 of 9: 표지 100%"),
    ):
        client = browse(alice)
        client.cookies["django_language"] = language
        assert said in client.get(address(job), headers=HTMX).content.decode()


def test_a_phase_with_a_long_name_is_kept_short() -> None:
    kept = str(
        Phrase("Section %(n)d of %(total)d: %(name)s", {"n": 3, "total": 9, "name": '"가' * 300})
    )
    assert len(kept) <= LONGEST
    assert phrases.shown(kept).endswith('"가')


def test_finished_work_tells_the_page_and_leads_to_the_result(make, browse, alice) -> None:
    job = make({"url": "/o/manna/packets/1/"})
    services.run(job.pk)
    page = browse(alice).get(address(job), headers=HTMX)
    assert json.loads(page["HX-Trigger"]) == {"job-done": {"id": job.pk, "state": "done"}}
    assert page["HX-Redirect"] == "/o/manna/packets/1/"
    assert "every 1s" not in page.content.decode()


@pytest.mark.parametrize(
    "url", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:1"]
)
def test_a_result_never_leads_out_of_the_portal(make, browse, alice, url) -> None:
    job = make({"url": url})
    services.run(job.pk)
    page = browse(alice).get(address(job), headers=HTMX)
    assert "HX-Redirect" not in page
    assert url not in page.content.decode()


def test_failed_work_shows_its_sentence(make, browse, alice) -> None:
    job = make()
    services.claim(job.pk)
    Job.objects.filter(pk=job.pk).update(
        state=State.FAILED, finished_at=job.created_at, error="동결된 차수가 없습니다."
    )
    assert (
        "동결된 차수가 없습니다." in browse(alice).get(address(job), headers=HTMX).content.decode()
    )


def test_a_stranger_finds_no_such_page(make, browse, sam) -> None:
    job = make()
    assert browse(sam).get(address(job)).status_code == 404
    assert browse(sam).post(address(job, "cancel")).status_code == 404
    assert Job.objects.get().state == State.QUEUED


def test_alice_cancels_by_the_button(make, browse, alice) -> None:
    job = make()
    page = browse(alice).post(address(job, "cancel"), headers=HTMX)
    assert "취소됨" in page.content.decode()
    assert Job.objects.get().state == State.CANCELLED


def test_a_viewer_sees_why_the_button_is_off(make, browse, dave) -> None:
    text = browse(dave).get(address(make()), headers=HTMX).content.decode()
    assert "disabled" in text
    assert "보안책임자만 취소할 수 있습니다" in text


@pytest.mark.parametrize(("done", "total", "said"), [(3, 12, "3 / 12"), (21_500, 87_000, "24%")])
def test_few_things_are_counted_and_many_are_a_share(
    make, browse, alice, done, total, said
) -> None:
    job = make()
    services.claim(job.pk)
    Job.objects.filter(pk=job.pk).update(done=done, total=total)
    assert f"{said} · " in browse(alice).get(address(job), headers=HTMX).content.decode()


def test_when_everything_is_read_no_seconds_are_promised(make) -> None:
    job = make()
    services.claim(job.pk)
    job.refresh_from_db()
    job.started_at -= timedelta(seconds=10)
    job.done, job.total = 30, 40
    assert job.seconds_left == 3
    job.done = 40
    assert job.seconds_left is None
