"""The vault in a bucket: a real S3 server on loopback, and a line to it that fails."""

import hashlib
import io
import itertools
import os
import resource
import time
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory
from django.utils import timezone

from compliance.audit.models import Entry
from compliance.evidence import services as evidence
from compliance.exchange import selectors
from compliance.exchange import services as exchange
from compliance.scans import services as scans
from compliance.vault import _address, _bucket, checking, http, layout, previews, services
from compliance.vault.models import Blob
from compliance.vault.storage import Unavailable, storage
from tests.services import s3
from tests.vault import samples

pytestmark = [pytest.mark.services, pytest.mark.usefixtures("in_english")]
_names = (f"vault-{number}" for number in itertools.count(1))
ASKED = "번호,요구사항,이행여부\n1,방화벽을 둔다,Y\n"
CHECKS = (
    "호스트,항목코드,중요도,점검항목,점검결과\norder-01,U-01,상,root 계정 원격 접속 제한,취약\n"
)
PARTS = os.urandom(1024) * 1024 * 20  # 20 MiB: two parts


@pytest.fixture
def bucket(s3_server, settings):
    """A bucket with versions, and the portal pointed at it."""
    name = next(_names)
    settings.STORAGE_URL = s3_server.bucket(name)
    return name


@pytest.fixture
def line(s3_server, bucket, settings):
    with s3.line_to(s3_server) as made:
        settings.STORAGE_URL = s3_server.url(bucket, made.port)
        yield made


def store(organisation, data, name="log.txt"):
    if len(data) > 1000:
        media = "application/octet-stream"
        return services.store_output(organisation, io.BytesIO(data), media_type=media)
    return services.store(organisation, io.BytesIO(data), name=name)


def objects(s3_server, bucket):
    found = s3_server.client.list_objects_v2(Bucket=bucket)
    return {each["Key"]: each["Size"] for each in found.get("Contents", [])}


def nothing_is_left(s3_server, bucket):
    assert not Blob.objects.exists()
    assert not objects(s3_server, bucket)
    assert not s3_server.client.list_multipart_uploads(Bucket=bucket).get("Uploads")
    assert not [path for path in layout.unfinished() if path.suffix != ".note"]


@pytest.mark.parametrize("data", [b"hello", PARTS])
def test_bytes_go_in_and_come_out(manna, s3_server, bucket, data):
    blob = store(manna, data)
    assert objects(s3_server, bucket) == {layout.key_of(blob): len(data)}
    assert services.read_checked(blob) == data
    assert services.checked_path(blob).read_bytes() == data
    assert checking.verify().intact
    assert not list(layout.unfinished())


def test_the_same_bytes_are_one_object_of_one_version(manna, elsewhere, s3_server, bucket):
    for _time in range(2):
        store(manna, b"hello")
    store(elsewhere, b"hello")
    versions = s3_server.client.list_object_versions(Bucket=bucket)["Versions"]
    assert len(versions) == len({each["Key"] for each in versions}) == 2


@pytest.mark.parametrize("data", [b"hello", PARTS])
def test_other_bytes_under_the_name_are_named_and_become_an_older_version(
    manna, s3_server, bucket, data
):
    blob = store(manna, data)
    s3_server.client.put_object(Bucket=bucket, Key=layout.key_of(blob), Body=b"other")
    assert [each["sha256"] for each in checking.verify().changed] == [blob.sha256]
    with pytest.raises(services.Damaged):
        services.read_checked(blob)
    store(manna, data)
    assert services.read_checked(blob) == data
    blob.refresh_from_db()
    assert blob.damaged_at is None
    versions = s3_server.client.list_object_versions(Bucket=bucket)["Versions"]
    assert len(versions) == 3


def test_an_object_that_is_gone_is_missing_and_one_too_many_is_named(manna, s3_server, bucket):
    blob = store(manna, b"hello")
    s3_server.client.delete_object(Bucket=bucket, Key=layout.key_of(blob))
    s3_server.client.put_object(Bucket=bucket, Key="stray", Body=b"x")
    report = checking.verify()
    assert [each["sha256"] for each in report.missing] == [blob.sha256]
    assert report.orphaned == ["stray"]


def test_object_lock_holds_what_is_kept(manna, s3_server, settings):
    name = next(_names)
    settings.STORAGE_URL = s3_server.bucket(name, lock=True) + "&lock=compliance&days=30"
    for data in (b"hello", PARTS):
        blob = store(manna, data)
        head = s3_server.client.head_object(Bucket=name, Key=layout.key_of(blob))
        assert head["ObjectLockMode"] == "COMPLIANCE"
        left = head["ObjectLockRetainUntilDate"] - timezone.now()
        assert timedelta(days=29) < left <= timedelta(days=30)
        with pytest.raises(s3_server.client.exceptions.ClientError, match="AccessDenied"):
            s3_server.client.delete_object(
                Bucket=name, Key=layout.key_of(blob), VersionId=head["VersionId"]
            )


@pytest.mark.parametrize("data", [b"hello", PARTS])
def test_a_busy_server_is_said_and_nothing_is_kept(manna, s3_server, bucket, line, data):
    line.busy = True
    with pytest.raises(Unavailable, match="does not answer"):
        store(manna, data)
    assert line.requests > 1  # it was tried again
    line.busy = False
    nothing_is_left(s3_server, bucket)
    assert store(manna, data).size == len(data)


def test_a_busy_server_is_no_damage(manna, line):
    blob = store(manna, b"hello")
    line.busy = True
    for way_out in (services.read_checked, services.checked_path):
        with pytest.raises(Unavailable):
            way_out(blob)
    with pytest.raises(Unavailable):
        checking.verify()
    assert not Entry.objects.filter(action="vault.damage_found").exists()


def test_a_line_cut_in_mid_upload_leaves_nothing(manna, s3_server, bucket, line):
    line.cut_after = 3 * 1024 * 1024
    with pytest.raises(Unavailable):
        store(manna, PARTS)  # every try is cut within its first part
    line.cut_after = 0
    nothing_is_left(s3_server, bucket)


def test_a_line_cut_now_and_then_only_costs_a_part(manna, line):
    line.cut_after = 18 * 1024 * 1024
    assert services.read_checked(store(manna, PARTS + PARTS)) == PARTS + PARTS
    assert line.requests > 1


def test_a_line_cut_in_mid_download_is_an_outage(manna, line):
    blob = store(manna, PARTS)
    storage().client._endpoint.http_session.close()  # the next request opens its own connection
    line.cut_answer_after = 3 * 1024 * 1024
    given = 0
    with pytest.raises(Unavailable):
        for chunk in services.open_checked(blob):
            given += len(chunk)
    assert 0 < given < blob.size


def test_the_sweep_gives_up_what_a_crash_left_in_the_bucket(manna, s3_server, bucket):
    s3_server.client.create_multipart_upload(Bucket=bucket, Key="1/aa/bb/half")
    assert storage().sweep(time.time()) == 1
    assert not s3_server.client.list_multipart_uploads(Bucket=bucket).get("Uploads")


def test_copies_are_made_once_and_swept(manna, s3_server, bucket):
    blob = store(manna, b"hello")
    path = services.checked_path(blob)
    path.write_bytes(b"hullo")
    assert services.checked_path(blob).read_bytes() == b"hello"  # a spoilt copy is fetched again
    storage().sweep(time.time() + 60)
    assert not path.exists()


def test_a_large_file_needs_no_memory(manna, s3_server, bucket, tmp_path):
    large = tmp_path / "large"
    with large.open("wb") as file:
        for _part in range(12):
            file.write(PARTS)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with large.open("rb") as file:
        blob = services.store_output(manna, file, media_type="application/octet-stream")
    digest = hashlib.sha256()
    for chunk in services.open_checked(blob):
        digest.update(chunk)
    assert digest.hexdigest() == blob.sha256
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 64, f"{grown} MiB for {blob.size} bytes"


def test_the_address_says_everything():
    read = _address.read(
        "s3://key:s%2Fcret@[::1]:9000/evidence/manna?region=ap-northeast-2&lock=governance&days=365"
    )
    assert read == _address.Address(
        endpoint="https://[::1]:9000",
        bucket="evidence",
        prefix="manna/",
        region="ap-northeast-2",
        key="key",
        secret="s/cret",
        lock="GOVERNANCE",
        days=365,
    )
    assert _address.read("s3:///evidence", key="k", secret="s").key == "k"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/bucket",
        "bucket",
        "s3://host",
        "s3://host:port/bucket",
        "s3://host/bucket?lock=governance",
        "s3://host/bucket?lock=forever&days=1",
        "s3://host/bucket?days=many&lock=compliance",
        "s3://host/bucket?tls=perhaps",
        "s3://host/bucket?retention=1",
    ],
)
def test_a_wrong_address_stops_the_start_with_a_sentence(url):
    with pytest.raises(ImproperlyConfigured, match=r"STORAGE_URL .*; write s3://"):
        _address.read(url)


def test_a_part_is_as_small_as_a_server_takes():
    assert _bucket.PART >= 5 * 1024 * 1024


def test_every_room_reads_from_the_bucket(manna, alice, bob, adopted, bucket):
    """Pages, previews, scans and imports of documents: none of them knows where bytes stand."""
    upload = evidence.Upload(io.BytesIO(samples.pdf()), "정책.pdf")
    added = evidence.add(manna, [upload], by=bob)
    [file] = added.evidence.latest.files.all()
    assert previews.image(file.blob, 1)[:4] == b"RIFF"
    answer = http.serve(
        RequestFactory().get("/", headers={"range": "bytes=0-4"}), file.blob, name=file.name
    )
    assert (answer.status_code, b"".join(answer.streaming_content)) == (206, b"%PDF-")
    run, _fresh = scans.import_now(manna, io.BytesIO(CHECKS.encode()), name="점검.csv", by=alice)
    assert run.counts["rows"] == 1
    imported = exchange.begin(manna, io.BytesIO(ASKED.encode()), name="점검표.csv", by=alice)
    assert selectors.reading(imported).counts()["requirements"] == 1
    assert checking.verify().intact
