"""Stored bytes leave as an attachment that never runs, under their Hangul name, in parts if asked."""

import io
from urllib.parse import unquote

import pytest
from django.test import RequestFactory

from compliance.audit.models import Entry
from compliance.notices.models import Notice
from compliance.notices.services import deliver_all
from compliance.vault import checking, http, layout, services
from tests.vault import samples


@pytest.fixture
def blob(manna):
    return services.store(manna, io.BytesIO(b"0123456789"), name="rules.txt")


def get(blob, name="방화벽 정책.txt", inline=False, **headers):
    request = RequestFactory().get("/", headers=headers)
    return http.serve(request, blob, name=name, inline=inline)


def body(response):
    return b"".join(response.streaming_content)


def test_the_hangul_name_survives(blob):
    disposition = get(blob)["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert unquote(disposition).endswith("''방화벽 정책.txt")


def test_it_never_runs(blob):
    response = get(blob)
    assert (
        response["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert body(response) == b"0123456789"


@pytest.mark.parametrize(
    ("asked", "given"),
    [("bytes=2-4", b"234"), ("bytes=7-", b"789"), ("bytes=-2", b"89"), ("bytes=5-99", b"56789")],
)
def test_a_part_is_a_part(blob, asked, given):
    response = get(blob, range=asked)
    assert response.status_code == 206
    assert int(response["Content-Length"]) == len(given)
    assert body(response) == given


def test_a_part_past_the_end_is_said_to_be(blob):
    response = get(blob, range="bytes=10-")
    assert (response.status_code, response["Content-Range"]) == (416, "bytes */10")


def test_text_shows_as_plain_text_in_its_own_encoding(manna):
    blob = services.store(manna, io.BytesIO("항목,값\n".encode("cp949")), name="a.csv")
    response = get(blob, "a.csv", inline=True)
    assert response["Content-Type"] == "text/plain; charset=euc-kr"
    assert response["Content-Disposition"].startswith("inline")


def test_a_pdf_is_never_inline(manna):
    blob = services.store(manna, io.BytesIO(samples.pdf()), name="a.pdf")
    assert get(blob, "a.pdf", inline=True)["Content-Disposition"].startswith("attachment")


def test_the_same_part_of_the_same_file_or_all_of_the_new_one(blob):
    etag = get(blob)["ETag"]
    assert etag == f'"{blob.sha256}"'
    same = get(blob, range="bytes=2-4", if_range=etag)
    assert (same.status_code, body(same)) == (206, b"234")
    for other in ('"other"', "Wed, 21 Oct 2026 07:28:00 GMT", f"W/{etag}"):
        whole = get(blob, range="bytes=2-4", if_range=other)
        assert (whole.status_code, body(whole)) == (200, b"0123456789")


def test_who_has_it_gets_nothing_again(blob):
    for known in (f'"{blob.sha256}"', f'"x", W/"{blob.sha256}"', "*"):
        response = get(blob, if_none_match=known)
        assert (response.status_code, response.content) == (304, b"")


@pytest.mark.parametrize(
    "asked", ["bytes=4-2", "lines=1-2", "bytes=0-1,4-5", "bytes=-", "bytes=a-b"]
)
def test_a_part_that_is_none_is_the_whole(blob, asked):
    response = get(blob, range=asked)
    assert (response.status_code, body(response)) == (200, b"0123456789")


def test_no_part_of_nothing(manna):
    empty = services.store_output(manna, b"", media_type="text/plain")
    assert body(get(empty)) == b""
    assert get(empty, range="bytes=0-").status_code == 416
    assert get(empty, range="bytes=-5").status_code == 416


def test_head_tells_and_sends_nothing(blob):
    response = http.serve(RequestFactory().head("/"), blob, name="a.txt")
    assert response["Content-Length"] == "10"
    assert response.content == b""


@pytest.fixture
def large(manna):
    """Larger than what is checked before its first byte leaves."""
    data = bytes(range(256)) * 4096 * 6
    return services.store_output(manna, data, media_type="application/octet-stream")


def spoil(blob, at=5_000_000):
    path = layout.path_of(blob)
    path.chmod(0o640)
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"other bytes")


@pytest.mark.parametrize("asked", ["", "bytes=0-", "bytes=100-6000000", "bytes=-1000"])
def test_a_damaged_file_breaks_off_before_its_last_bytes(large, asked):
    spoil(large)
    response = get(large, **({"range": asked} if asked else {}))
    given = b""
    with pytest.raises(services.Damaged):
        for chunk in response.streaming_content:
            given += chunk
    assert len(given) < int(response["Content-Length"])
    assert len(given) <= int(response["Content-Length"]) - min(1000, services.CHUNK)


def test_what_is_known_to_be_damaged_is_said_at_once(large):
    spoil(large)
    with pytest.raises(services.Damaged):
        b"".join(get(large).streaming_content)
    large.refresh_from_db()
    with pytest.raises(services.Damaged):
        get(large)


def test_a_small_damaged_file_is_said_in_a_sentence(blob):
    spoil(blob, at=3)
    with pytest.raises(services.Damaged):
        get(blob)


def test_the_lead_and_the_owner_hear_of_damage_once_and_of_its_mending(blob, alice, bob, olga):
    deliver_all()
    spoil(blob, at=3)
    for _time in range(3):
        with pytest.raises(services.Damaged):
            services.read_checked(blob)
    assert told() == {("vault.damage_found", alice.pk), ("vault.damage_found", olga.pk)}
    assert Entry.objects.filter(action="vault.damage_found").count() == 1
    blob.refresh_from_db()
    assert blob.damaged_at
    services.store(blob.organisation, io.BytesIO(b"0123456789"), name="rules.txt")
    blob.refresh_from_db()
    assert blob.damaged_at is None
    assert ("vault.damage_mended", olga.pk) in told()


def test_a_file_restored_from_a_backup_loses_its_mark(blob):
    path = layout.path_of(blob)
    right = path.read_bytes()
    spoil(blob, at=3)
    assert len(checking.verify().changed) == 1
    path.write_bytes(right)
    blob.refresh_from_db()
    assert services.read_checked(blob) == right
    blob.refresh_from_db()
    assert blob.damaged_at is None


def told():
    deliver_all()
    rows = Notice.objects.filter(entry__action__startswith="vault.")
    return {(each.entry.action, each.user_id) for each in rows}
