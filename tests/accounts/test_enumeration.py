"""Who asks for a new password, or signs in wrongly, learns nothing from the answer or how long it took.

Against a real server and a real mail server that is slow: what is done for a known person alone
would be seen from outside. The bound is wide, the mail server slower than it.
"""

import re
import statistics
import time

import pytest
import requests
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.urls import reverse

from tests.services.smtp import smtp_sink

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
    # The server serves no files here, and none were collected.
    pytest.mark.filterwarnings("ignore:No directory at"),
]

SLOW, BOUND, ASKED = 0.8, 0.4, 5
FORGOTTEN = reverse("account_reset_password")
SIGN_IN = reverse("accounts:sign-in")


@pytest.fixture
def mails(settings):
    """A mail server that takes its time for each mail."""

    def slowly(_mail) -> str:
        time.sleep(SLOW)
        return "250 OK"

    with smtp_sink() as sink:
        sink.data = slowly
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        yield sink


@pytest.fixture
def server(live_server, settings):
    many = "1000/m/ip,1000/m/key"
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": many, "login_failed": many}
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = False
    settings.CSRF_COOKIE_SECURE = False
    return live_server.url


def asked(server: str, path: str, sent: dict[str, str]) -> tuple[float, int, str, set[str]]:
    """Send a form; return seconds until the whole answer was there, status, text, header names."""
    browser = requests.Session()
    page = browser.get(f"{server}{path}", timeout=30).text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    form = {**sent, "csrfmiddlewaretoken": token[1] if token else ""}
    began = time.perf_counter()
    answer = browser.post(f"{server}{path}", data=form, allow_redirects=False, timeout=30)
    seconds = time.perf_counter() - began
    text = re.sub(r'value="[^"]*"|"X-CSRFToken": "[^"]*"', "", answer.text)
    return seconds, answer.status_code, text, set(answer.headers)


def difference(server: str, path: str, known: dict[str, str], unknown: dict[str, str]) -> float:
    """Ask in turn for both; return by how many seconds the medians differ. Everything else is equal."""
    both: tuple[list[float], list[float]] = ([], [])
    for _each in range(ASKED):
        answers = [asked(server, path, sent) for sent in (known, unknown)]
        assert answers[0][1:] == answers[1][1:]
        for times, answer in zip(both, answers, strict=True):
            times.append(answer[0])
    return abs(statistics.median(both[0]) - statistics.median(both[1]))


class SlowHasher(PBKDF2PasswordHasher):
    """Stretched for longer than the bound, so that skipping it for a stranger would be seen."""

    iterations = 3_000_000


KNOWN, UNKNOWN = "alice@example.com", "nobody@example.com"


def test_a_link_for_a_new_password(alice, server, mails):
    found = difference(server, FORGOTTEN, {"email": KNOWN}, {"email": UNKNOWN})
    assert found < BOUND
    assert _arrived(mails, ASKED) == [KNOWN] * ASKED


def test_a_mail_before_the_answer_would_be_seen(alice, server, mails, monkeypatch):
    """What the test above looks for is there to be found."""
    monkeypatch.setattr("compliance.accounts.mailing.later", lambda act: act())
    assert difference(server, FORGOTTEN, {"email": KNOWN}, {"email": UNKNOWN}) > BOUND


def test_a_wrong_password(alice, server, settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.SlowHasher"]
    alice.set_password("another one, stretched")
    alice.save()
    sent = [{"username": email, "password": "wrong"} for email in (KNOWN, UNKNOWN)]
    assert difference(server, SIGN_IN, *sent) < BOUND


def _arrived(mails, count: int) -> list[str]:
    until = time.monotonic() + 30
    while len(mails.mails) < count and time.monotonic() < until:
        time.sleep(0.1)
    return [str(mail["X-RcptTo"]) for mail in mails.mails]
