"""The headers of a production server's answers, static files and failures included."""

import http.client
import json
import uuid
from urllib.parse import urlsplit

import pytest

from tests.security.headers import lacking
from tests.services.installation import Installation

pytestmark = [pytest.mark.services, pytest.mark.timeout(180)]
HOST = "gatepass.example"


@pytest.fixture(scope="module")
def production(tmp_path_factory):
    """A server as it stands behind a proxy that ends TLS."""
    made = Installation(
        tmp_path_factory.mktemp("production"),
        more={
            "PRODUCTION": "true",
            "SECRET_KEY": "a-key-of-this-test-alone-" + "x" * 40,
            "ALLOWED_HOSTS": HOST,
        },
    )
    made.prepare()
    with made.up():
        assert made.url, made.output
        yield made


def ask(production, path, method="GET", host=HOST, scheme="https", **headers):
    """Return (status, headers, body) as the proxy sees them."""
    connection = http.client.HTTPConnection(urlsplit(production.url).netloc, timeout=30)
    try:
        connection.request(
            method, path, headers={"Host": host, "X-Forwarded-Proto": scheme, **headers}
        )
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


ANSWERS = [
    ("/accounts/sign-in/", "GET", 200),
    ("/", "GET", 302),
    ("/static/favicon.svg", "GET", 200),
    ("/static/gatepass.css", "GET", 200),
    ("/static/missing.css", "GET", 404),
    ("/nothing/here", "GET", 404),
    ("/accounts/sign-in/", "PUT", 403),
    ("/accounts/sign-out/", "GET", 405),
    ("/api/v1/openapi.json", "GET", 200),
    ("/api/v1/o/x/requirements", "GET", 401),
    ("/healthz", "GET", 200),
]


@pytest.mark.parametrize(("path", "method", "status"), ANSWERS)
def test_every_kind_of_answer_carries_every_header(production, path, method, status):
    seen, headers, _body = ask(production, path, method)
    assert (seen, lacking(headers)) == (status, [])
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000; includeSubDomains")


def test_plain_http_is_sent_to_https(production):
    status, headers, _body = ask(production, "/accounts/sign-in/", scheme="http")
    assert (status, headers["Location"]) == (301, f"https://{HOST}/accounts/sign-in/")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/o/x/requirements",
        "/o/x/tasks/feed/secret.ics",
        f"/o/x/trackers/hook/{uuid.uuid4()}/",
    ],
)
def test_a_machine_that_asks_in_clear_is_refused(production, path):
    """A redirect would let it send its secret in clear every time without noticing."""
    status, headers, body = ask(production, path, scheme="http")
    assert status == 403
    assert "Location" not in headers
    assert "https" in json.loads(body)["detail"]


def test_another_host_is_answered_nothing(production):
    status, headers, body = ask(production, "/accounts/sign-in/", host="evil.example")
    assert status == 400
    assert b"evil.example" not in body
    assert lacking(headers) == []


def test_a_forwarded_host_changes_no_link(production):
    """Nothing that an attacker sends may appear in an address that we write."""
    _status, headers, body = ask(production, "/", **{"X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in headers.get("Location", "")
    assert b"evil.example" not in body


def test_cookies_belong_to_this_host_alone(production):
    _status, headers, _body = ask(production, "/accounts/sign-in/")
    cookies = headers.get_all("Set-Cookie")
    assert cookies
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
        assert "SameSite=Lax" in cookie


def test_an_answer_names_no_software(production):
    for path in ("/accounts/sign-in/", "/nothing/here"):
        _status, headers, body = ask(production, path)
        assert "X-Powered-By" not in headers
        assert not any(char.isdigit() for char in headers.get("Server", ""))
        assert b"Traceback" not in body
        assert b"Django" not in body


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT"])
def test_no_method_echoes_a_request(production, method):
    status, _headers, body = ask(production, "/healthz", method, **{"X-Secret": "seen-again"})
    assert status >= 400
    assert b"seen-again" not in body
