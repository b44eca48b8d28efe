"""The page of a packet that is being built, and what it keeps of former buildings."""

import pytest
from django.urls import reverse
from django.utils import timezone

from compliance.jobs import services as jobs
from compliance.jobs.models import Job
from compliance.jobs.models import State as JobState
from compliance.jobs.progress import Cancelled
from compliance.packets import services
from compliance.packets.models import Build, BuildState, Packet, State
from compliance.vault import layout


def url(packet, name, **more):
    round_ = packet.freeze.round
    kwargs = {"number": round_.application.number, "round": round_.number, **more}
    return reverse(f"packets:{name}", kwargs={"organisation": "manna", **kwargs})


@pytest.fixture
def asked(frozen, alice, sent):
    return services.request_build(frozen, "ko", by=alice)


@pytest.fixture
def running(asked):
    """A worker has it: seven sections were there, two were compiled, two are under way."""
    job = jobs.claim(asked.job_id)
    job.total, job.done, job.phase = 100, 40, "구간"
    job.save(update_fields=["total", "done", "phase"])
    Packet.objects.update(state=State.BUILDING)
    names = [f"부분 {number}" for number in range(1, 13)]
    Build.objects.create(
        organisation=asked.organisation,
        packet=asked,
        job=job,
        requested_by=asked.requested_by,
        sections=names,
        marks="=======++~~.",
        compiled=2,
    )
    return Packet.objects.get(pk=asked.pk)


HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.mark.parametrize(
    ("language", "said"), [("ko", "12개 절 중 9개 완성"), ("en", "9 of 12 sections ready")]
)
def test_it_names_the_sections(running, browse, dave, language, said):
    client = browse(dave, language=language)
    for answer in (
        client.get(url(running, "packet")),
        client.get(url(running, "progress", edition="ko"), **HTMX),
    ):
        text = answer.content.decode()
        assert said in text
        assert text.count("<rect ") >= 12
        for name in ("부분 10", "부분 11", "부분 9", "부분 12"):
            assert name in text
        assert "hx-get" in text
        assert " style=" not in text


def test_the_box_reloads_the_page_when_it_is_over(running, browse, dave):
    Job.objects.filter(kind=services.BUILD).update(state=JobState.DONE, finished_at=timezone.now())
    answer = browse(dave).get(url(running, "progress", edition="ko"), **HTMX)
    assert answer["HX-Refresh"] == "true"
    # Without a script the address leads to the page.
    assert browse(dave).get(url(running, "progress", edition="ko"))["Location"] == url(
        running, "packet"
    )


def test_alice_cancels_it(running, browse, alice, dave):
    assert browse(dave).post(url(running, "cancel", edition="ko")).status_code == 403
    answer = browse(alice).post(url(running, "cancel", edition="ko"), **HTMX)
    assert "취소하는 중" in answer.content.decode()
    assert Job.objects.get(kind=services.BUILD).cancel_requested
    assert browse(alice).post(url(running, "cancel", edition="ko")).status_code == 409


def test_what_waits_is_cancelled_at_once(asked, browse, alice):
    answer = browse(alice).post(url(asked, "cancel", edition="ko"))
    assert answer["Location"] == url(asked, "packet")
    assert Job.objects.get(kind=services.BUILD).state == JobState.CANCELLED
    text = browse(alice).get(url(asked, "packet")).content.decode()
    assert url(asked, "build") in text


def test_the_history_tells_how_long_and_how_large(packet, browse, alice):
    build = Build.objects.get()
    assert (build.state, build.pages) == (BuildState.BUILT, packet.pages)
    assert (build.pdf_size, build.zip_size) == (packet.pdf.size, packet.zip.size)
    assert len(build.sections) == len(build.marks) == len(packet.outline)
    assert set(build.marks) <= {"=", "+"}
    text = browse(alice, language="en").get(url(packet, "packet")).content.decode()
    assert "History of builds" in text
    assert f"{build.compiled} / {len(build.sections)}" in text


def test_a_failed_building_stays_with_its_sentence(frozen, accepted, alice, browse):
    layout.path_of(accepted.version.files.get().blob).unlink()
    packet, _job = services.build_now(frozen, "ko", by=alice)
    build = Build.objects.get()
    assert (build.state, build.error) == (BuildState.FAILED, packet.error)
    assert build.finished_at
    assert "방화벽 정책.pdf" in browse(alice).get(url(packet, "packet")).content.decode()


def test_a_cancelled_building_goes_on_where_it_was(asked, settings, tmp_path, monkeypatch):
    """Cancelled after three sections; the next time these are not compiled again."""
    settings.PACKET_SECTIONS_ROOT = tmp_path / "sections"
    original = services.build

    def cancelled_after_three(packet, *, step, look, fence):
        def stop(standing):
            look(standing)
            if standing.finished >= 3:
                raise Cancelled

        original(packet, step=step, look=stop, fence=fence)

    monkeypatch.setattr(services, "build", cancelled_after_three)
    jobs.run(asked.job_id)
    assert Job.objects.get(kind=services.BUILD).state == JobState.CANCELLED
    assert Build.objects.get().state == BuildState.CANCELLED
    monkeypatch.undo()
    again = services.request_build(asked.freeze, "ko", by=asked.requested_by)
    jobs.run(again.job_id)
    _first, second = Build.objects.order_by("pk")
    assert second.state == BuildState.BUILT
    assert second.marks.count("=") >= 3
    assert second.compiled + second.marks.count("=") == len(second.sections)


def test_what_its_worker_left_is_shown_as_lost(running):
    Job.objects.filter(kind=services.BUILD).update(
        state=JobState.FAILED, error="여러 번 멈췄습니다.", finished_at=timezone.now()
    )
    build = Build.objects.select_related("job").get()
    assert build.shown_state == BuildState.FAILED
    assert build.shown_error == "여러 번 멈췄습니다."
    assert build.seconds >= 0


def test_the_page_asks_the_database_the_same_however_much_was_built(
    packet, browse, alice, django_assert_max_num_queries
):
    client, page = browse(alice), url(packet, "packet")
    client.get(page)
    with django_assert_max_num_queries(40) as first:
        client.get(page)
    build = Build.objects.get()
    for _number in range(10):
        build.pk, build.job = None, None
        build.save(force_insert=True)
    with django_assert_max_num_queries(len(first.captured_queries)):
        client.get(page)
