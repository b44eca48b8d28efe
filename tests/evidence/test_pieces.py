"""Files that came in pieces become evidence, once the form arrives."""

import errno
import hashlib
import uuid
from pathlib import Path

import pytest
from django.urls import reverse

from compliance.vault import layout, uploads
from compliance.vault.models import Upload
from tests.vault import samples
from tests.vault.bare_tus import TEXT, Tus, token_of, whole

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def bobs(browse, bob):
    return Tus(browse(bob, language="en"))


def test_a_finished_upload_becomes_evidence_without_a_copy(bobs, net03):
    inode = uploads.path_of(Upload.objects.get(token=token_of(url := whole(bobs)))).stat().st_ino
    answer = evidence(bobs, net03, url)
    assert answer.status_code == 201, answer.json()
    [link] = net03.evidence_links.all()
    [file] = link.version.files.all()
    assert (file.name, file.blob.sha256) == ("정책.txt", hashlib.sha256(TEXT).hexdigest())
    assert layout.path_of(file.blob).stat().st_ino == inode
    assert not Upload.objects.exists()
    assert not list(layout.unfinished())


def test_several_kept_together_come_in_their_order(bobs, net03):
    urls = [whole(bobs, name="b.txt"), whole(bobs, samples.pdf(), name="a.pdf")]
    answer = evidence(bobs, net03, *urls, together="on")
    assert answer.status_code == 201, answer.json()
    [link] = net03.evidence_links.all()
    assert [file.name for file in link.version.files.order_by("order")] == ["b.txt", "a.pdf"]


def test_an_upload_that_is_not_whole_becomes_nothing(bobs, net03):
    url = bobs.begin()["Location"]
    bobs.patch(url, 0, TEXT[:-1])
    [said] = evidence(bobs, net03, url).json()["added"]
    assert (said["ok"], "not arrived whole" in said["sentence"]) == (False, True)
    assert bobs.head(url)["Upload-Offset"] == str(len(TEXT) - 1)


def test_what_the_inspection_refuses_is_thrown_away(bobs, net03):
    url = whole(bobs, samples.pdf()[:300], name="cut.pdf")
    [said] = evidence(bobs, net03, url).json()["added"]
    assert (said["ok"], said["again"], "broken" in said["sentence"]) == (False, False, True)
    assert not list(layout.unfinished())
    assert bobs.head(url).status_code == 404


def test_what_is_refused_in_the_end_may_be_sent_on_after_the_form_is_mended(bobs, net03):
    url = whole(bobs)
    [said] = evidence(bobs, net03, url, kind="").json()["added"]
    assert (said["ok"], said["again"]) == (False, True)
    assert evidence(bobs, net03, url).status_code == 201


def test_a_full_disk_costs_nothing_that_was_sent(bobs, net03, monkeypatch):
    """The bytes are here: once there is room, the same upload is handed in again."""
    url = whole(bobs)

    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        [said] = evidence(bobs, net03, url).json()["added"]
    assert (said["again"], "storage is full" in said["sentence"]) == (True, True)
    assert evidence(bobs, net03, url).status_code == 201


def test_another_persons_upload_is_nobodys_evidence(bobs, browse, alice, net03):
    [said] = evidence(Tus(browse(alice)), net03, whole(bobs)).json()["added"]
    assert not said["ok"]
    [said] = evidence(bobs, net03, str(uuid.uuid4())).json()["added"]
    assert not said["ok"]


def evidence(client, requirement, *urls, **fields):
    """Send the form after its files arrived in pieces."""
    data = {"requirement": requirement.pk, "kind": "other", **fields}
    data["uploads"] = [token_of(url) for url in urls]
    url = reverse("evidence:upload", args=["manna"])
    return client.client.post(url, data, headers={"accept": "application/json"})
