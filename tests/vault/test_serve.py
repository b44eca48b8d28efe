"""Stored bytes leave as an attachment that never runs, under their Hangul name, in parts if asked."""

import io
from urllib.parse import unquote

import pytest
from django.test import RequestFactory

from compliance.vault import http, services
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
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
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
