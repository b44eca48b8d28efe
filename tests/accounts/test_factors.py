"""TOTP, recovery codes, a required second factor."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from compliance.accounts import services
from compliance.accounts.roles import Role
from compliance.audit.models import Entry
from tests.conftest import PASSWORD

ANOTHER = "다시-정한-긴-비밀번호-58"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SIGN_IN = reverse("accounts:sign-in")
SECOND = reverse("mfa_authenticate")


def code(step=0):
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30 + step))


@pytest.fixture
def now(time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    return time_machine


@pytest.fixture
def with_app(alice, rf):
    from allauth.core.context import request_context

    with request_context(rf.get("/")):
        TOTP.activate(alice, SECRET)
        alice.codes = RecoveryCodes.activate(alice).generate_codes()
    return alice


@pytest.fixture
def half_way(with_app, browse):
    """A browser after the password, before the code."""

    def act():
        client = browse(language="en")
        answer = client.post(SIGN_IN, {"username": with_app.email, "password": PASSWORD})
        assert answer["Location"] == SECOND
        return client

    return act


def is_in(client):
    return client.get("/o/manna/members/").status_code == 200


def test_the_password_alone_opens_nothing(half_way):
    client = half_way()
    assert not is_in(client)
    client.post(SECOND, {"code": code()})
    assert is_in(client)


def test_a_new_password_by_a_link_leaves_the_second_factor(with_app, browse, mailoutbox, settings):
    settings.EMAIL_HOST = "localhost"
    browse(language="en").post(reverse("account_reset_password"), {"email": with_app.email})
    client = browse(language="en")
    link = re.search(r"https?://[^/\s]+(/\S+)", mailoutbox[0].body)[1]
    client.post(client.get(link)["Location"], {"password1": ANOTHER, "password2": ANOTHER})
    answer = client.post(SIGN_IN, {"username": with_app.email, "password": ANOTHER})
    assert answer["Location"] == SECOND
    assert not is_in(client)
    client.post(SECOND, {"code": code()})
    assert is_in(client)


@pytest.mark.parametrize(("step", "passes"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(half_way, now, step, passes):
    client = half_way()
    client.post(SECOND, {"code": code(step)})
    assert is_in(client) is passes


@pytest.mark.parametrize("seconds", [0, 29, 31, 59])
def test_a_code_is_good_once_for_as_long_as_any_clock_takes_it(half_way, now, seconds):
    used = code(1)
    first = half_way()
    first.post(SECOND, {"code": used})
    assert is_in(first)
    now.shift(seconds)
    second = half_way()
    answer = second.post(SECOND, {"code": used})
    assert "The code is not right, or was used already" in answer.content.decode()
    assert not is_in(second)


def test_a_recovery_code_is_good_once(half_way, with_app):
    first, second = half_way(), half_way()
    first.post(SECOND, {"code": with_app.codes[0]})
    second.post(SECOND, {"code": with_app.codes[0]})
    assert is_in(first)
    assert not is_in(second)


def test_wrong_codes_lock_too(half_way, with_app):
    client = half_way()
    for _each in range(5):
        client.post(SECOND, {"code": "000000"})
    client.post(SECOND, {"code": code()})
    assert not is_in(client)
    told = Entry.objects.filter(actor_id=None, action="person.code_failed")
    assert told.count() == 5
    assert Entry.objects.filter(action="person.locked").count() == 1


def test_setting_it_up_shows_the_codes_once_and_tells(
    alice, browse, django_capture_on_commit_callbacks
):
    client = browse(alice, language="en")
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r'data-copy="([A-Z2-7]{32})"', page)[1]
    value = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("mfa_activate_totp"), {"code": value}, follow=True)
    assert answer.content.decode().count("<li><code>") == 10
    again = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert again.count("<li><code>") == 0
    told = Entry.objects.filter(action="person.factor_added").values_list("data__factor", flat=True)
    assert set(told) == {"totp", "recovery_codes"}
    assert secret not in str(Authenticator.objects.get(type="totp").data)


def test_the_code_that_set_it_up_signs_nobody_in(alice, browse, now):
    client = browse(alice, language="en")
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r'data-copy="([A-Z2-7]{32})"', page)[1]
    value = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    client.post(reverse("mfa_activate_totp"), {"code": value})
    thief = browse()
    thief.post(SIGN_IN, {"username": alice.email, "password": PASSWORD})
    thief.post(SECOND, {"code": value})
    assert not is_in(thief)


@pytest.fixture
def strict(manna, olga):
    rules = {**services.rules_of(manna), "second_factor_required": True}
    services.set_sign_in_rules(manna, rules, by=olga)
    return manna


def test_who_has_none_is_led_to_set_one_up_first(strict, bob, browse):
    client = browse(bob, language="en")
    for path in ("/o/manna/", "/o/manna/requirements/", "/o/manna/members/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, reverse("accounts:security"))
    page = client.get(reverse("accounts:security")).content.decode()
    assert "asks for a second factor" in page
    assert client.get("/api/v1/o/manna/requirements").status_code == 403


def test_with_one_the_organisation_opens(strict, with_app, browse):
    assert is_in(browse(with_app))


def test_the_last_one_stays_where_it_is_required(strict, with_app, browse):
    app = Authenticator.objects.get(type="totp")
    answer = browse(with_app, language="en").post(reverse("accounts:factor-remove", args=[app.pk]))
    assert answer.status_code == 409
    assert "only one" in answer.content.decode()
    assert Authenticator.objects.filter(pk=app.pk).exists()


def test_nobody_removes_anothers(with_app, bob, browse):
    app = Authenticator.objects.get(type="totp")
    answer = browse(bob).post(reverse("accounts:factor-remove", args=[app.pk]))
    assert answer.status_code == 404


def test_keys_are_rotated_with_everything_else(with_app, half_way):
    call_command("rotate_keys", "--drop-old")
    client = half_way()
    client.post(SECOND, {"code": code()})
    assert is_in(client)


def test_a_machine_is_not_asked(strict, olga, adopted, client):
    made = services.add_machine(strict, name="ci", role=Role.CONTRIBUTOR, by=olga)
    secret = services.create_token(strict, by=olga, user=made.user, name="ci")
    answer = client.get(
        "/api/v1/o/manna/requirements", headers={"Authorization": f"Bearer {secret}"}
    )
    assert answer.status_code == 200
