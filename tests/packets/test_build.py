"""alice builds the packet of a frozen round: PDF and ZIP that anybody can check."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from compliance.audit.models import Entry
from compliance.jobs import services as jobs
from compliance.jobs.models import Job
from compliance.jobs.models import State as JobState
from compliance.jobs.progress import Cancelled, Fenced, Progress
from compliance.packets import handlers, services
from compliance.packets.building import Phase
from compliance.packets.models import Packet, Signature, State
from compliance.packets.verify import verify
from compliance.shared.errors import Refused, Unauthorised
from compliance.vault import layout


def test_the_packet_is_what_was_frozen(packet, accepted):
    assert packet.state == State.BUILT
    assert packet.pages > 10
    assert packet.missing_glyphs == []
    for blob in (packet.pdf, packet.zip):
        report = verify(layout.path_of(blob))
        assert report.intact, report.wrong
        assert report.manifest_digest == packet.freeze.digest
        names = {item.name for item in report.items}
        assert f"증적/OI-NET-03/{accepted.evidence.code}_방화벽 정책.pdf" in names


def test_building_twice_is_building_once(packet, alice):
    before = (packet.pdf_id, packet.zip_id, packet.built_at)
    again, job = services.build_now(packet.freeze, "ko", by=alice)
    assert job is None
    assert (again.pdf_id, again.zip_id, again.built_at) == before
    assert Entry.objects.filter(action="packet.built").count() == 1


def test_the_same_freeze_makes_the_same_bytes(packet, alice):
    first = (packet.pdf.sha256, packet.zip.sha256)
    Signature.objects.all().delete()
    Packet.objects.all().delete()
    again, _job = services.build_now(packet.freeze, "ko", by=alice)
    assert (again.pdf.sha256, again.zip.sha256) == first


def test_progress_moves_through_every_phase(packet):
    job = Job.objects.get(kind=services.BUILD)
    assert (job.state, job.done, job.total) == (JobState.DONE, 100, 100)
    assert job.result["url"].endswith("/packets/1/")


def test_what_a_killed_attempt_left_is_gone_after_the_next(frozen, alice, sent, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    packet = services.request_build(frozen, "ko", by=alice)
    folder = settings.VAR_DIR / "packets" / f"packet-{packet.pk}-left"
    folder.mkdir(parents=True)
    (folder / "half.pdf").touch()
    other = settings.VAR_DIR / "packets" / f"packet-{packet.pk}0-busy"
    other.mkdir()
    services.build(packet, step=lambda *_: None)
    assert list((settings.VAR_DIR / "packets").iterdir()) == [other]


def test_what_is_left_of_an_attempt_killed_after_it_kept_the_packet_is_gone(
    packet, settings, tmp_path
):
    settings.VAR_DIR = tmp_path
    (tmp_path / "packets" / f"packet-{packet.pk}-left").mkdir(parents=True)
    services.build(packet, step=lambda *_: None)
    assert list((tmp_path / "packets").iterdir()) == []


@pytest.mark.parametrize("ends", ["well", "refused"])
def test_a_worker_taken_for_dead_writes_nothing_any_more(frozen, alice, sent, ends):
    """It was slow for longer than its heartbeat may be; another one is at the packet now."""
    packet = services.request_build(frozen, "ko", by=alice)
    Job.objects.filter(pk=packet.job_id).update(state=JobState.RUNNING, attempt=1)
    slow = Progress(Job.objects.get(pk=packet.job_id))

    def step(phase: Phase, *_: object) -> None:
        if phase is Phase.VERIFY:
            Job.objects.update(attempt=2)
            if ends == "refused":
                raise Refused("…")

    def fence() -> None:
        slow.beat()
        slow.check()

    with pytest.raises(Fenced):
        services.build(packet, step=step, fence=fence)
    packet.refresh_from_db()
    assert (packet.state, packet.error, packet.pdf) == (State.BUILDING, "", None)
    assert not Entry.objects.filter(action="packet.built").exists()


def test_a_request_queues_one_job(frozen, alice, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first = services.request_build(frozen, "ko", by=alice)
        second = services.request_build(frozen, "ko", by=alice)
    assert first == second
    assert sent == [first.job_id]
    assert first.is_under_way


def test_a_job_that_was_killed_begins_again(frozen, alice, sent):
    packet = services.request_build(frozen, "ko", by=alice)
    Packet.objects.update(state=State.BUILDING)
    jobs.run(packet.job_id)
    packet.refresh_from_db()
    assert packet.state == State.BUILT


def test_a_cancelled_build_says_so_and_can_be_asked_for_again(frozen, alice, sent):
    packet = services.request_build(frozen, "ko", by=alice)
    progress = Progress(packet.job)
    progress._cancelled.set()
    with pytest.raises(Cancelled):
        handlers.build(progress)
    packet.refresh_from_db()
    assert (packet.state, bool(packet.error)) == (State.FAILED, True)
    Job.objects.update(state=JobState.CANCELLED, finished_at=timezone.now())
    again = services.request_build(frozen, "ko", by=alice)
    assert again.is_under_way
    assert again.job_id != packet.job_id


def test_what_nobody_works_on_any_more_is_shown_as_failed(frozen, alice, sent):
    packet = services.request_build(frozen, "ko", by=alice)
    assert packet.shown_state == State.QUEUED
    Job.objects.update(state=JobState.FAILED, error="끊겼습니다.", finished_at=timezone.now())
    packet = Packet.objects.get()
    assert packet.shown_state == State.FAILED
    assert packet.shown_error == "끊겼습니다."


def test_an_altered_file_stops_it_and_is_named(frozen, accepted, alice):
    blob = accepted.version.files.get().blob
    path = layout.path_of(blob)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().swapcase())
    packet, job = services.build_now(frozen, "ko", by=alice)
    assert packet.state == State.INCOMPLETE
    assert "방화벽 정책.pdf" in packet.error
    assert job.state == JobState.FAILED
    assert packet.pdf is None


def test_a_failed_packet_can_be_asked_for_again(frozen, accepted, alice, sent):
    path = layout.path_of(accepted.version.files.get().blob)
    content = path.read_bytes()
    path.unlink()
    assert services.build_now(frozen, "ko", by=alice)[0].state == State.INCOMPLETE
    path.write_bytes(content)
    packet = services.request_build(frozen, "ko", by=alice)
    assert (packet.state, packet.error) == (State.QUEUED, "")
    jobs.run(packet.job_id)
    packet.refresh_from_db()
    assert packet.state == State.BUILT


@pytest.mark.parametrize("who", ["bob", "carol", "dave", "sam"])
def test_only_who_may_build_packets_builds(frozen, who, request):
    with pytest.raises(Unauthorised):
        services.request_build(frozen, "ko", by=request.getfixturevalue(who))


def test_the_command_freezes_builds_and_verifies(application, accepted, tmp_path, capsys):
    out = tmp_path / "out"
    call_command(
        "build_packet",
        application.number,
        out=out,
        gaps="12월에 도입합니다.",
        edition="en",
        as_json=True,
    )
    told = json.loads(capsys.readouterr().out)
    assert told["pages"] > 10
    assert [report["intact"] for report in told["verified"]] == [True, True]
    assert sorted(path.name for path in out.iterdir()) == [
        f"{application.number}-R1-en.pdf",
        f"{application.number}-R1-en.zip",
    ]
    call_command("verify_packet", str(out / f"{application.number}-R1-en.zip"))


def test_the_command_says_in_one_line_what_is_wrong(application, tmp_path, db):
    with pytest.raises(CommandError, match="GP-1999-0001"):
        call_command("build_packet", "GP-1999-0001", out=tmp_path)
    with pytest.raises(CommandError):
        call_command("build_packet", application.number, out=tmp_path)
    with pytest.raises(CommandError, match="nobody@example"):
        call_command("build_packet", application.number, out=tmp_path, by="nobody@example.com")
