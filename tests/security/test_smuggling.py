"""Where one request ends and the next begins is never in doubt: raw bytes against the web server."""

import socket
from urllib.parse import urlsplit

import pytest

pytestmark = [pytest.mark.services, pytest.mark.timeout(300)]


def send(installation, *lines, body=b""):
    """Send a request as raw bytes and return everything that comes back within two seconds."""
    parts = urlsplit(installation.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as line:
        line.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        line.settimeout(2)
        answer = b""
        try:
            while chunk := line.recv(65536):
                answer += chunk
        except TimeoutError:
            pass
    return answer


SMUGGLED = b"0\r\n\r\nGET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n"


def statuses(answer):
    return [line.split()[1] for line in answer.split(b"\r\n") if line.startswith(b"HTTP/1.")]


def test_two_lengths_are_refused(installation):
    lines = [
        "POST /accounts/sign-in/ HTTP/1.1",
        "Host: localhost",
        f"Content-Length: {len(SMUGGLED)}",
    ]
    answer = send(installation, *lines, "Transfer-Encoding: chunked", body=SMUGGLED)
    assert statuses(answer) in ([b"400"], [b"403"]), answer[:300]
    assert b'"failing"' not in answer


@pytest.mark.parametrize(
    "header",
    [
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding : chunked",
        "Content-Length: +5",
        "Content-Length: 5, 6",
    ],
)
def test_a_length_that_is_none_is_refused(installation, header):
    answer = send(installation, "POST /healthz HTTP/1.1", "Host: localhost", header, body=SMUGGLED)
    assert statuses(answer)[:1] in ([b"400"], [b"501"]), answer[:300]
    assert b'"failing"' not in answer


def test_a_header_without_end_is_refused(installation):
    answer = send(
        installation, "GET /healthz HTTP/1.1", "Host: localhost", "X-Long: " + "a" * 100_000
    )
    assert statuses(answer) in ([b"400"], [b"431"]), answer[:300]
