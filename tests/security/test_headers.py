"""The headers of a production server's answers, static files and failures included."""

import http.client
import json
from urllib.parse import urlencode, urlsplit

import pytest

from tests.security.headers import lacking
from tests.services.installation import Installation

pytestmark = [pytest.mark.services, pytest.mark.timeout(180)]
HOST = "gatepass.example"
PASSWORD = "correct horse battery staple"
PERSON = f"""
from compliance.accounts import services
from compliance.accounts.models import Organisation, User
from compliance.accounts.roles import Role
from compliance.audit.services import SYSTEM
if not User.objects.exists():
    house = services.create_organisation(name="머리", slug="head")
    person = User.objects.create_user("head@example.com", {PASSWORD!r}, name="머리")
    services.add_member(house, person, Role.OWNER, by=SYSTEM)
"""


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


def ask(production, path, method="GET", host=HOST, scheme="https", body=None, **headers):
    """Return (status, headers, body) as the proxy sees them."""
    connection = http.client.HTTPConnection(urlsplit(production.url).netloc, timeout=30)
    try:
        connection.request(
            method, path, body, headers={"Host": host, "X-Forwarded-Proto": scheme, **headers}
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
    assert lacking(headers) == []


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/o/x/requirements",
        "/o/x/tasks/feed/secret.ics",
        "/o/x/trackers/hook/00000000-0000-4000-8000-000000000000/",
    ],
)
def test_a_machine_that_asks_in_clear_is_refused(production, path):
    """A redirect would let it send its secret in clear every time without noticing."""
    status, headers, body = ask(production, path, scheme="http")
    assert status == 403
    assert "Location" not in headers
    assert "https" in json.loads(body)["detail"]
    assert lacking(headers) == []


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


def signed_in(production):
    """Sign in as a person made for it; return (session cookie, token)."""
    production.script(PERSON)
    _status, headers, _body = ask(production, "/accounts/sign-in/")
    (token,) = (each for each in cookies(headers) if each.startswith("__Host-csrf"))
    form = urlencode(
        {
            "username": "head@example.com",
            "password": PASSWORD,
            "csrfmiddlewaretoken": token.partition("=")[2],
        }
    )
    status, headers, _body = ask(
        production,
        "/accounts/sign-in/",
        "POST",
        body=form,
        **{
            "Cookie": token,
            "Content-Type": "application/x-www-form-urlencoded",
            "Referer": f"https://{HOST}/accounts/sign-in/",
        },
    )
    assert status == 302, status
    return headers


def cookies(headers):
    return [each.split(";")[0] for each in headers.get_all("Set-Cookie")]


def test_the_session_is_out_of_reach_of_scripts(production):
    given = signed_in(production).get_all("Set-Cookie")
    (session,) = (each for each in given if each.startswith("__Host-session"))
    assert "HttpOnly" in session
    assert "Secure" in session
    assert "SameSite=Lax" in session


def test_the_api_by_session_needs_the_token(production):
    """A page of somebody else can make a browser send the cookie, but not know the token."""
    cookie = "; ".join(cookies(signed_in(production)))
    status, _headers, _body = ask(
        production,
        "/api/v1/o/head/requirements/OI-NET-03/statement",
        "PUT",
        body="{}",
        **{"Cookie": cookie, "Content-Type": "application/json", "Referer": f"https://{HOST}/"},
    )
    assert status == 403


@pytest.mark.parametrize("path", ["/", "/api/v1/openapi.json", "/static/gatepass.css"])
def test_no_other_origin_is_let_in(production, path):
    _status, headers, _body = ask(production, path, Origin="https://evil.example")
    assert not [name for name in headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize(
    ("path", "type_"),
    [
        ("/accounts/sign-in/", "text/html; charset=utf-8"),
        ("/static/gatepass.css", 'text/css; charset="utf-8"'),
        ("/static/theme.js", 'text/javascript; charset="utf-8"'),
        ("/api/v1/openapi.json", "application/json"),
    ],
)
def test_what_is_text_says_its_characters(production, path, type_):
    _status, headers, _body = ask(production, path)
    assert headers["Content-Type"].startswith(type_)


@pytest.mark.parametrize(
    "path",
    [
        "/.git/config",
        "/manage.py",
        "/static/",
        "/static/../portal/settings.py",
        "/static/%2e%2e/manage.py",
        "/static/..%2f..%2fetc/passwd",
        "/var/gatepass.sqlite3",
        "/static/.env",
    ],
)
def test_nothing_of_the_house_is_served(production, path):
    status, _headers, _body = ask(production, path)
    assert status in {400, 404}
