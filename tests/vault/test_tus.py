"""Uploads in pieces (tus 1.0.0): they survive, they belong to one person, they leave nothing."""

import base64
import hashlib
import os
from datetime import timedelta

import pytest
from django.test.client import encode_multipart
from django.utils import timezone

from compliance.accounts import services as accounts
from compliance.vault import layout, sweeping, uploads
from compliance.vault.models import Upload
from tests.vault.bare_tus import TEXT, UPLOADS, Tus, token_of, whole

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def bobs(browse, bob):
    return Tus(browse(bob, language="en"))


def test_the_server_says_what_it_speaks(bobs, settings):
    settings.UPLOAD_LIMIT = 5 * 1024**3
    answer = bobs.client.options(UPLOADS)
    assert answer["Tus-Version"] == answer["Tus-Resumable"] == "1.0.0"
    assert answer["Tus-Extension"].startswith("creation,")
    assert answer["Tus-Max-Size"] == "5368709120"


def test_it_goes_on_where_it_stopped(bobs):
    url = bobs.begin()["Location"]
    assert bobs.patch(url, 0, TEXT[:9000])["Upload-Offset"] == "9000"
    asked = bobs.head(url)
    assert (asked["Upload-Offset"], asked["Upload-Length"]) == ("9000", str(len(TEXT)))
    assert asked["Cache-Control"] == "no-store"
    assert asked["Upload-Expires"].endswith("GMT")
    assert bobs.patch(url, 9000, TEXT[9000:])["Upload-Offset"] == str(len(TEXT))
    upload = Upload.objects.get()
    assert uploads.path_of(upload).read_bytes() == TEXT
    assert upload.name == "정책.txt"


def test_the_first_piece_may_come_with_the_beginning(bobs):
    answer = bobs.begin(body=TEXT)
    assert (answer.status_code, answer["Upload-Offset"]) == (201, str(len(TEXT)))


@pytest.mark.parametrize("offset", [0, 4999, 5001, 10**14])
def test_a_piece_at_the_wrong_place_is_refused_and_changes_nothing(bobs, offset):
    url = bobs.begin()["Location"]
    bobs.patch(url, 0, TEXT[:5000])
    assert bobs.patch(url, offset, b"xxx").status_code == 409
    assert bobs.head(url)["Upload-Offset"] == "5000"


def test_a_cut_client_that_comes_back_is_not_locked_out(bobs, bob):
    """The server notices a cut late: what the old line still brings is not written over the new."""
    url = bobs.begin()["Location"]
    upload = Upload.objects.get()

    class Old:
        pieces = iter([TEXT[:5000], TEXT[5000:6000], b""])

        def read(self, size):
            piece = next(self.pieces)
            if piece == TEXT[5000:6000]:
                assert bobs.patch(url, 5000, TEXT[5000:]).status_code == 204
            return piece

    with pytest.raises(uploads.Conflict):
        uploads.append(upload, Old(), offset=0)
    assert uploads.path_of(upload).read_bytes() == TEXT


def test_more_than_announced_is_refused(bobs):
    url = bobs.begin(size=5000)["Location"]
    assert bobs.patch(url, 0, TEXT[:5001]).status_code == 422
    assert bobs.head(url)["Upload-Offset"] == "0"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_damaged_piece_is_taken_back(bobs, algorithm):
    url = bobs.begin()["Location"]
    right = base64.b64encode(hashlib.new(algorithm, TEXT[:5000]).digest()).decode()
    checksum = {"Upload-Checksum": f"{algorithm} {right}"}
    assert bobs.patch(url, 0, b"x" * 5000, **checksum).status_code == 460
    assert bobs.head(url)["Upload-Offset"] == "0"
    assert bobs.patch(url, 0, TEXT[:5000], **checksum)["Upload-Offset"] == "5000"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Tus-Resumable": "0.2.2"}, 412),
        ({"Upload-Length": "-1"}, 400),
        ({"Upload-Length": "many"}, 400),
        ({"Upload-Length": "٣"}, 400),
        ({"Upload-Metadata": "filename ***"}, 400),
        ({"Upload-Metadata": ""}, 400),
    ],
)
def test_a_beginning_that_is_none_is_refused(bobs, headers, status):
    assert bobs.begin(**headers).status_code == status
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "application/json"}, 415),
        ({"Upload-Checksum": "crc32 AAAA"}, 400),
        ({"Upload-Checksum": "sha1 ***"}, 400),
        ({"Upload-Offset": "x"}, 400),
    ],
)
def test_a_piece_that_is_none_is_refused(bobs, headers, status):
    url = bobs.begin()["Location"]
    assert bobs.patch(url, 0, b"x", **headers).status_code == status
    assert bobs.head(url)["Upload-Offset"] == "0"


def test_what_will_never_be_taken_is_refused_before_its_bytes_are_sent(bobs, settings):
    settings.UPLOAD_LIMIT = 1000
    program, large = bobs.begin("tool.exe", 10), bobs.begin(size=1001)
    assert (program.status_code, large.status_code) == (422, 422)
    assert "not taken" in program.content.decode()
    assert "larger than" in large.content.decode()


def test_a_file_that_is_not_what_its_name_says_is_refused_by_its_first_piece(bobs):
    url = bobs.begin("scan.pdf", 200_000)["Location"]
    answer = bobs.patch(url, 0, b"<!doctype html><script>" + b" " * 90_000)
    assert answer.status_code == 422
    assert "HTML" in answer.content.decode()
    assert bobs.head(url)["Upload-Offset"] == "0"


def test_a_full_disk_is_said_before_the_bytes_are_sent(bobs, settings, monkeypatch):
    settings.UPLOAD_LIMIT = settings.UPLOAD_QUOTA = 10**14
    answer = bobs.begin(size=10**14)
    assert (answer.status_code, "storage is full" in answer.content.decode()) == (503, True)


def test_nobody_else_finds_it(bobs, browse, alice, sam):
    url = whole(bobs)
    colleague, stranger = Tus(browse(alice)), Tus(browse(sam))
    for other in (colleague, stranger):
        answers = [other.head(url), other.patch(url, 0, b"x"), other.delete(url)]
        assert {each.status_code for each in answers} == {404}
    assert bobs.head(url).status_code == 200


@pytest.mark.parametrize("who", ["carol", "dave"])
def test_who_may_not_upload_may_not_begin(db, browse, who, request):
    assert Tus(browse(request.getfixturevalue(who))).begin().status_code == 403


def test_giving_up_leaves_nothing(bobs):
    url = whole(bobs)
    assert bobs.delete(url).status_code == 204
    assert not list(layout.unfinished())
    assert {bobs.head(url).status_code, bobs.delete(url).status_code} == {404}


def test_an_upload_nobody_goes_on_with_is_swept(bobs):
    old, new = whole(bobs), whole(bobs)
    upload = Upload.objects.get(token=token_of(old))
    Upload.objects.filter(pk=upload.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    for each in Upload.objects.all():
        os.utime(uploads.path_of(each), (0, 0))
    sweeping.sweep()
    assert (bobs.head(old).status_code, bobs.head(new).status_code) == (404, 200)
    assert [path.stem for path in layout.unfinished()] == [token_of(new)]


@pytest.fixture
def call(client, bob):
    """call(method, path, **headers): as a program with bob's token, in English."""
    secret = accounts.create_token(bob.memberships.get().organisation, by=bob, name="ci")

    def send(method, path, body=b"", **headers):
        given = {"Authorization": f"Bearer {secret}", "Accept-Language": "en", **headers}
        given.setdefault("Tus-Resumable", "1.0.0")
        kind = given.pop("Content-Type", "application/octet-stream")
        return client.generic(method, path, body, content_type=kind, headers=given)

    return send


API = "/api/v1/o/manna/uploads"
NAMED = {"Upload-Metadata": "filename " + base64.b64encode(b"a.txt").decode()}
PIECE = {"Content-Type": "application/offset+octet-stream"}


def test_a_token_begins_goes_on_and_ends(call, adopted):
    begun = call("POST", API, **NAMED, **{"Upload-Length": "6"})
    assert begun.status_code == 201, begun.content
    where = begun["Location"]
    assert where.startswith(f"{API}/")
    assert call("PATCH", where, b"abc", **PIECE, **{"Upload-Offset": "0"})["Upload-Offset"] == "3"
    assert call("HEAD", where)["Upload-Offset"] == "3"
    assert call("PATCH", where, b"x", **PIECE, **{"Upload-Offset": "1"}).status_code == 409
    assert call("PATCH", where, b"def", **PIECE, **{"Upload-Offset": "3"}).status_code == 204
    token = where.rpartition("/")[2]
    form = encode_multipart("x", {"uploads": token})
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    added = call("POST", "/api/v1/o/manna/evidence", form, **kind)
    assert added.status_code == 201, added.content
    assert call("HEAD", where).status_code == 404


def test_a_version_is_made_of_pieces_too(call, adopted):
    tokens = []
    for body in (b"one", b"two"):
        size = {"Upload-Length": str(len(body))}
        tokens.append(call("POST", API, body, **NAMED, **PIECE, **size)["Location"][-36:])
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    added = call("POST", "/api/v1/o/manna/evidence", f"uploads={tokens[0]}".encode(), **kind)
    number = added.json()["number"]
    path = f"/api/v1/o/manna/evidence/{number}/versions"
    assert call("POST", path, f"uploads={tokens[1]}".encode(), **kind).json()["version"] == 2
    assert call("POST", path, b"", **kind).status_code == 409


def test_without_a_token_or_with_another_persons_there_is_nothing(call, client, carol, adopted):
    where = call("POST", API, **NAMED, **{"Upload-Length": "6"})["Location"]
    assert client.head(where, headers={"Tus-Resumable": "1.0.0"}).status_code == 401
    secret = accounts.create_token(carol.memberships.get().organisation, by=carol, name="ci")
    other = {"Authorization": f"Bearer {secret}", "Tus-Resumable": "1.0.0"}
    assert client.head(where, headers=other).status_code == 404
    assert call("DELETE", where).status_code == 204
    assert call("HEAD", where).status_code == 404
