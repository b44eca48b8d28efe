"""One byte changed on disk: the command and the way out both name the file."""

import io
import json
import os
import resource
import time
from contextlib import contextmanager, suppress

import pytest
from django.core.management import CommandError, call_command

from compliance.audit.models import Entry
from compliance.vault import checking, layout, services
from compliance.vault.models import Blob
from compliance.vault.storage import Unavailable


@pytest.fixture
def blob(manna) -> Blob:
    return services.store(manna, io.BytesIO(b"x" * 3_000_000), name="rules.txt")


def flip_one_byte(blob):
    path = layout.path_of(blob)
    path.chmod(0o640)
    with path.open("r+b") as file:
        file.seek(1_500_000)
        file.write(b"y")


def verify():
    out = io.StringIO()
    try:
        call_command("verify_vault", "--json", stdout=out)
    except CommandError:
        assert not json.loads(out.getvalue())["intact"]
    return json.loads(out.getvalue())


def test_an_untouched_vault_is_intact(blob):
    assert verify() == {
        "intact": True,
        "checked": 1,
        "size": 3_000_000,
        "missing": [],
        "changed": [],
        "orphaned": [],
        "swept": 0,
    }


def test_a_changed_byte_is_named(blob):
    flip_one_byte(blob)
    assert [each["sha256"] for each in verify()["changed"]] == [blob.sha256]


@contextmanager
def no_more_files():
    """This process has as many files open as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
    opened = []
    try:
        with suppress(OSError):
            while True:
                opened.append(os.open("/dev/null", os.O_RDONLY))
        yield
    finally:
        for each in opened:
            os.close(each)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_vault_that_cannot_be_asked_is_no_damage(blob):
    """Too many open files say nothing about any of them: no alarm."""
    for way_out in (services.checked_path, services.read_checked, lambda _blob: checking.verify()):
        with no_more_files(), pytest.raises(Unavailable):
            way_out(blob)
    assert not Entry.objects.filter(action="vault.damage_found").exists()
    assert services.read_checked(blob) == b"x" * 3_000_000


def test_a_missing_file_is_named(blob):
    layout.path_of(blob).unlink()
    assert [each["sha256"] for each in verify()["missing"]] == [blob.sha256]


def test_a_file_in_a_place_of_no_blob_is_named(blob):
    stray = layout.root() / str(blob.organisation_id) / "zz" / "stray"
    stray.parent.mkdir()
    stray.touch()
    assert verify()["orphaned"] == [f"{blob.organisation_id}/zz/stray"]


def test_a_file_without_a_row_is_named(blob):
    Blob.objects.all().delete()
    assert verify()["orphaned"] == [str(layout.path_of(blob).relative_to(layout.root()))]


def test_the_sweep_takes_only_old_temporary_files(manna, blob):
    old, new = (layout.incoming() / name for name in ("old", "new"))
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (0, time.time() - 90_000))
    call_command("verify_vault", "--sweep", stdout=io.StringIO())
    assert not old.exists()
    assert new.exists()
    assert layout.path_of(blob).exists()


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize(
    "way_out",
    [
        services.checked_path,
        services.read_checked,
        lambda b, name: list(services.open_checked(b, name=name)),
    ],
)
def test_the_way_out_is_closed_and_the_alarm_is_kept(blob, way_out):
    flip_one_byte(blob)
    with pytest.raises(services.Damaged, match="rules.txt"):
        way_out(blob, name="rules.txt")
    entry = Entry.objects.get(action="vault.damage_found")
    assert entry.data["sha256"] == blob.sha256
    assert "rules.txt" in entry.sentence


def test_nothing_past_the_damage_is_given_out_whole(blob):
    flip_one_byte(blob)
    given = b""
    with pytest.raises(services.Damaged):
        for chunk in services.open_checked(blob):
            given += chunk
    assert len(given) < blob.size
