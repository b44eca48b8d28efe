"""Whatever breaks off, the file is kept whole or not at all, and what is left is swept."""

import hashlib
import io
import os
import resource
import time
import unicodedata
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.utils import timezone

from compliance.evidence import services as evidence
from compliance.shared.errors import Refused
from compliance.vault import checking, layout, notes, services, sweeping
from compliance.vault.models import Blob
from compliance.vault.storage import Unavailable, storage
from tests.services.installation import Installation
from tests.vault.bare_tus import Tus

MEGABYTE = 1024 * 1024


def grow_old():
    """A day and more has gone by."""
    for path in layout.unfinished():
        os.utime(path, (0, time.time() - 90_000))
    Blob.objects.update(kept_at=timezone.now() - timedelta(days=2))


@contextmanager
def full_at(size):
    """No file of this process grows beyond *size* bytes: what a full disk looks like to it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("in_english")
def test_a_full_disk_is_said_and_nothing_is_kept(manna):
    with full_at(2 * MEGABYTE), pytest.raises(Unavailable, match="storage is full"):
        services.store(manna, io.BytesIO(b"a" * 3 * MEGABYTE), name="large.log")
    assert not Blob.objects.exists()
    assert not list(layout.unfinished())
    assert services.store(manna, io.BytesIO(b"a" * 3 * MEGABYTE), name="large.log")


@pytest.mark.usefixtures("in_english")
def test_a_full_disk_stops_a_piece_and_the_upload_goes_on_later(browse, bob):
    client, data = Tus(browse(bob, language="en")), b"a" * 3 * MEGABYTE
    url = client.begin("large.log", len(data))["Location"]
    with full_at(2 * MEGABYTE):
        answer = client.patch(url, 0, data)
    assert (answer.status_code, "storage is full" in answer.content.decode()) == (503, True)
    at = int(client.head(url)["Upload-Offset"])
    assert at == 2 * MEGABYTE
    assert client.patch(url, at, data[at:]).status_code == 204


_CRASH = """
import io, os, signal
from compliance.accounts import services as accounts
from compliance.vault import services
from compliance.vault.models import Blob
manna = accounts.create_organisation(name="만나배달", slug="manna")
services.store(manna, io.BytesIO(b"kept"), name="kept.txt")
def die(**columns):
    os.kill(os.getpid(), signal.SIGKILL)
Blob.objects.get_or_create = die
services.store(manna, io.BytesIO(b"lost"), name="lost.txt")
"""


@pytest.mark.services
def test_a_process_killed_between_bytes_and_row_leaves_what_is_swept(tmp_path):
    there = Installation(tmp_path)
    there.migrate()
    with pytest.raises(AssertionError):
        there.script(_CRASH)
    vault = tmp_path / "var" / "vault"
    kept, lost = (hashlib.sha256(word).hexdigest() for word in (b"kept", b"lost"))

    def stored():
        return {path.name for path in vault.glob("*/*/*/*")}

    assert stored() == {kept, lost}
    for path in (vault / "tmp").iterdir():
        os.utime(path, (0, time.time() - 90_000))
    assert '"swept": 1' in there.manage("verify_vault", "--sweep", "--json")
    assert stored() == {kept}
    assert not list((vault / "tmp").iterdir())


def test_what_arrives_just_now_is_left_alone(manna):
    blob = services.store(manna, io.BytesIO(b"hello"), name="a.txt")
    key = layout.key_of(blob)
    with notes.of_arrival(key):
        blob.delete()  # as if the row were yet to come
        grow_old()
        assert sweeping.sweep() == 0
        assert storage().exists(key)


def test_a_note_of_bytes_that_have_their_row_takes_nothing(manna):
    blob = services.store(manna, io.BytesIO(b"hello"), name="a.txt")
    with pytest.raises(ZeroDivisionError), notes.of_arrival(layout.key_of(blob)):
        raise ZeroDivisionError
    for path in layout.unfinished():
        os.utime(path, (0, time.time() - 90_000))
    assert sweeping.sweep() == 0
    assert services.read_checked(blob) == b"hello"
    assert not list(layout.unfinished())


def test_bytes_that_no_room_uses_are_swept_after_a_day(manna, bob):
    used = evidence.add(manna, [evidence.Upload(io.BytesIO(b"used"), "a.txt")], by=bob)
    unused = services.store(manna, io.BytesIO(b"unused"), name="b.txt")
    assert sweeping.sweep() == 0
    grow_old()
    assert sweeping.sweep() == 1
    assert not storage().exists(layout.key_of(unused))
    [file] = used.evidence.latest.files.all()
    assert services.read_checked(file.blob) == b"used"
    assert checking.verify().intact


def test_bytes_handed_in_again_are_not_swept(manna):
    services.store(manna, io.BytesIO(b"hello"), name="a.txt")
    grow_old()
    blob = services.store(manna, io.BytesIO(b"hello"), name="a.txt")
    sweeping.sweep()
    assert services.read_checked(blob) == b"hello"


@pytest.mark.parametrize(
    "name",
    ["a\0.txt", "\u202etxt.exe.txt", "한" * 300 + ".txt", unicodedata.normalize("NFD", "한글.txt")],
)
def test_odd_names_are_no_obstacle(browse, bob, name):
    client = Tus(browse(bob))
    url = client.begin(name, 5, body=b"hello")["Location"]
    assert client.head(url)["Upload-Offset"] == "5"


def test_a_lone_surrogate_or_no_name_at_all_is_a_sentence(manna):
    with pytest.raises(Refused):
        services.store(manna, io.BytesIO(b"x"), name="\ud800")
