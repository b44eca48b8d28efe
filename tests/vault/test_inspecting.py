"""Every blob that comes in is looked at, by one job, whatever kills the worker."""

import io
import os
import signal
import sqlite3
from contextlib import closing

import pytest

from compliance.jobs import services as jobs
from compliance.jobs.models import Job
from compliance.vault import inspecting, services
from compliance.vault.models import Inspection, PersonalHit
from tests.services.installation import BEAT, WORKER, Installation, until
from tests.vault import samples

TEXT = "이름 홍길동, 연락처 010-2345-6789\n주민등록번호 900101-1234568\n".encode()


def keep(organisation, data, name="note.txt"):
    return services.store(organisation, io.BytesIO(data), name=name)


def test_what_comes_in_waits_for_one_job(manna):
    keep(manna, b"one")
    keep(manna, b"two")
    job = Job.objects.get()
    assert (job.kind, job.organisation) == (inspecting.KIND, manna)
    assert jobs.run(job.pk).result == {"looked_at": 2, "scanner_away": False}
    assert set(Inspection.objects.values_list("state", "personal")) == {("unscanned", "none")}


def test_a_long_inspection_lets_other_work_through(manna, monkeypatch):
    monkeypatch.setattr(inspecting, "TURN_SECONDS", -1.0)
    keep(manna, b"one")
    keep(manna, b"two")
    job = Job.objects.get()
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == "queued", "at the end of the queue"
    assert Inspection.objects.filter(personal="pending").count() == 2
    monkeypatch.setattr(inspecting, "TURN_SECONDS", 60.0)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, Inspection.objects.filter(personal="pending").count()) == ("done", 0)


def test_what_is_found_is_kept_masked_with_its_place(manna):
    keep(manna, TEXT)
    inspecting.work(manna)
    row = Inspection.objects.get()
    assert row.personal_counts == {"mobile": 1, "resident": 1}
    assert [(hit.kind, hit.masked, hit.place) for hit in row.hits.all()] == [
        ("mobile", "010-****-6789", {"line": 1}),
        ("resident", "900101-1******", {"line": 2}),
    ]


def test_the_unmasked_is_kept_nowhere_in_the_database(manna):
    keep(manna, TEXT)
    inspecting.work(manna)
    for model in (Inspection, PersonalHit, Job):
        for values in model.objects.values_list():
            assert "1234568" not in str(values)
            assert "2345" not in str(values)


def test_looking_again_finds_the_same_and_not_twice_as_much(manna):
    keep(manna, TEXT)
    inspecting.work(manna)
    inspecting.forget(manna)
    assert inspecting.work(manna)["looked_at"] == 1
    assert PersonalHit.objects.count() == 2


def test_what_the_portal_made_is_not_looked_at(manna):
    services.store_output(manna, b"made here", media_type="text/plain")
    assert not Inspection.objects.exists()
    inspecting.forget(manna)
    assert Inspection.objects.count() == 1


def test_a_picture_tells_its_size_and_day(manna):
    from PIL import Image

    out = io.BytesIO()
    exif = Image.Exif()
    exif[306] = "2026:11:02 10:00:00"
    Image.new("RGB", (320, 200)).save(out, "JPEG", exif=exif)
    blob = keep(manna, out.getvalue(), "a.jpg")
    facts = Inspection.objects.get(blob=blob).facts
    assert facts == {"width": 320, "height": 200, "taken_on": "2026-11-02"}


def test_the_command_looks_at_everything_again(manna, capsys):
    from django.core.management import call_command

    keep(manna, TEXT)
    call_command("inspect_vault", "--again", "--json")
    assert '"looked_at": 1' in capsys.readouterr().out


_FILL = """
import io, sys
from compliance.accounts import services as accounts
from compliance.vault import services
manna = accounts.create_organisation(name="만나배달", slug="manna")
line = "2026-11-20 request id 4f2a from 10.0.0.7 took 15 ms; user 010-2345-6789 called\\n"
for number in range(4):
    data = f"file {number}\\n".encode() + line.encode() * 30_000
    services.store(manna, io.BytesIO(data), name=f"{number}.log")
"""


def state_of(folder):
    """(files searched, hits written, running jobs, process of the job), without a Django to start."""
    with closing(sqlite3.connect(folder / "private.sqlite3", timeout=20)) as database:
        one = lambda question: database.execute(question).fetchone()[0]  # noqa: E731 - four times
        job = "FROM jobs_job WHERE kind = 'vault.inspect'"
        return (
            one("SELECT count(*) FROM vault_inspection WHERE personal = 'found'"),
            one("SELECT count(*) FROM vault_personalhit"),
            one(f"SELECT count(*) {job} AND state = 'running'"),
            int((one(f"SELECT claimed_by {job}") or "x:0").split(":")[1]),
        )


@pytest.mark.services
@pytest.mark.timeout(240)
def test_a_worker_killed_in_mid_inspection_costs_time_and_nothing_else(tmp_path):
    there = Installation(tmp_path)
    there.migrate()
    there.script(_FILL)

    def state():
        return state_of(tmp_path)

    with there.serving(WORKER, BEAT):
        found = until(lambda: (now := state()) and 0 < now[0] < 4 and now[2] and now, 60, "begun")
        os.kill(found[3], signal.SIGKILL)
    after = state()
    assert after[0] < 4, "it was killed before its end"
    assert after[1] == after[0] * 1000, "what is written is whole"
    with there.serving(WORKER, BEAT):
        until(lambda: state()[0] == 4, 120, "another worker ended it")
    assert state()[1] == 4000


def test_a_text_does_not_wait_behind_pictures(manna, monkeypatch):
    names = ["a.png", "b.txt", "c.png"]
    data = {"a.png": samples.image(), "b.txt": b"hello", "c.png": samples.image(size=(50, 50))}
    blobs = [keep(manna, data[name], name) for name in names]
    inspecting.begin(blobs)
    seen = []
    monkeypatch.setattr(inspecting, "_look", lambda row, **_how: seen.append(row.blob) or True)
    inspecting.work(manna)
    assert seen == [blobs[1], blobs[0], blobs[2]]
