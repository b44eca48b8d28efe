"""Bytes are stored once per organisation, whole or not at all."""

import hashlib
import io
import os
import stat

import pytest

from compliance.shared.errors import Refused
from compliance.vault import layout, policies, services, uploads
from compliance.vault.models import Blob
from tests.vault import samples


def store(organisation, data, name="note.txt"):
    return services.store(organisation, io.BytesIO(data), name=name)


def test_it_stands_under_its_digest(manna):
    blob = store(manna, b"hello")
    assert blob.sha256 == hashlib.sha256(b"hello").hexdigest()
    assert blob.size == 5
    assert layout.path_of(blob).read_bytes() == b"hello"
    assert stat.S_IMODE(layout.path_of(blob).stat().st_mode) == 0o440
    assert not list(layout.unfinished())


def test_the_same_bytes_are_stored_once(manna):
    assert store(manna, b"hello") == store(manna, b"hello", "other.log")
    assert Blob.objects.count() == 1


def test_two_organisations_share_nothing(manna, elsewhere):
    ours, theirs = store(manna, b"hello"), store(elsewhere, b"hello")
    assert ours != theirs
    assert layout.path_of(ours) != layout.path_of(theirs)


@pytest.mark.usefixtures("in_english")
def test_what_is_too_large_leaves_nothing(manna, settings):
    settings.UPLOAD_LIMIT = 3 * 1024 * 1024
    with pytest.raises(Refused, match="larger than 3.0"):
        store(manna, b"a" * (3 * 1024 * 1024 + 1))
    assert not list(layout.unfinished())
    assert store(manna, b"a" * 3 * 1024 * 1024).size == settings.UPLOAD_LIMIT


@pytest.mark.usefixtures("in_english")
def test_one_organisation_does_not_fill_the_disk_of_the_others(manna, elsewhere, settings):
    settings.UPLOAD_QUOTA = 1000
    store(manna, b"a" * 600)
    with pytest.raises(Refused, match="would exceed 1000"):
        store(manna, b"b" * 600)
    assert Blob.objects.filter(organisation=manna).count() == 1
    assert not list(layout.unfinished())
    assert store(elsewhere, b"b" * 600).size == 600


@pytest.mark.usefixtures("in_english")
def test_an_upload_that_exceeds_the_quota_is_refused_before_its_bytes_are_sent(
    manna, bob, settings
):
    settings.UPLOAD_QUOTA = 1000
    store(manna, b"a" * 600)
    with pytest.raises(Refused, match="would exceed 1000"):
        uploads.begin(manna, name="big.txt", size=600, by=bob)


@pytest.mark.usefixtures("in_english")
def test_a_person_has_so_many_unfinished_uploads(manna, bob, monkeypatch):
    monkeypatch.setattr(policies, "MOST_UNFINISHED", 2)
    for name in ("a.txt", "b.txt"):
        uploads.begin(manna, name=name, size=10, by=bob)
    with pytest.raises(Refused, match="2 unfinished"):
        uploads.begin(manna, name="c.txt", size=10, by=bob)


def test_a_connection_cut_in_the_middle_leaves_nothing(manna):
    class Cut:
        sent = False

        def read(self, size):
            if self.sent:
                raise ConnectionResetError
            self.sent = True
            return b"half"

    with pytest.raises(ConnectionResetError):
        services.store(manna, Cut(), name="half.txt")
    assert not list(layout.unfinished())
    assert not Blob.objects.exists()


def test_uploading_again_heals_what_was_damaged(manna):
    blob = store(manna, b"hello")
    os.unlink(layout.path_of(blob))  # noqa: PTH108 - says what happened
    store(manna, b"hello")
    assert services.read_checked(blob) == b"hello"


def test_what_the_portal_makes_is_not_inspected(manna):
    blob = services.store_output(manna, samples.pdf(javascript=True), media_type="application/pdf")
    assert blob.media_type == "application/pdf"
