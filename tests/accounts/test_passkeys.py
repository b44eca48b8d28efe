"""Passkeys in a real Chromium with a virtual authenticator, on a served portal."""

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.services, pytest.mark.timeout(300)]
EMAIL, PASSWORD = "alice@example.com", "correct horse battery"
MADE = f"""
from compliance.accounts import services
from compliance.accounts.models import User
from compliance.accounts.roles import Role
from compliance.audit.services import SYSTEM
manna = services.create_organisation(name="만나배달", slug="manna")
for name in ("alice", "bob"):
    user = User.objects.create_user(f"{{name}}@example.com", "{PASSWORD}", name=name)
    services.add_member(manna, user, Role.OWNER, by=SYSTEM)
"""


@pytest.fixture(scope="module")
def address(installation):
    """Passkeys want a name, so localhost and not 127.0.0.1."""
    installation.script(MADE)
    return installation.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def page(browser, address):
    context = browser.new_context(locale="en", base_url=address)
    context.add_cookies([{"name": "django_language", "value": "en", "url": address}])
    opened = context.new_page()
    opened.complaints = []
    opened.on("console", lambda said: opened.complaints.append(said.text))
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    yield opened
    assert opened.complaints == []
    context.close()


@pytest.fixture
def device(page):
    """A phone or laptop that keeps passkeys and knows its owner."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return tools, made["authenticatorId"]


def sign_in(page, email=EMAIL):
    page.goto("/accounts/sign-in/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page):
    page.goto("/accounts/security/")
    page.get_by_role("button", name="alice").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/sign-in/")


def test_a_passkey_signs_in_without_a_password_and_counts_as_both_factors(page, device):
    sign_in(page)
    page.goto("/accounts/security/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    expect(page.locator(".gp-codes li")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Laptop")).to_be_visible()

    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/o/manna/")

    sign_out(page)
    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Second factor")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/o/manna/")

    # A device that does not know its owner is no passkey: nothing happens but a sentence.
    tools, number = device
    sign_out(page)
    tools.send("WebAuthn.setUserVerified", {"authenticatorId": number, "isUserVerified": False})
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("#toasts")).to_contain_text("The passkey did not work")


def test_an_authenticator_app_is_set_up_with_the_keyboard_alone(page):
    sign_in(page, "bob@example.com")
    page.wait_for_url("**/o/manna/")
    page.goto("/accounts/security/app/")
    secret = page.locator("[data-copy]").get_attribute("data-copy")
    field = page.get_by_label("Code that the app shows")
    expect(field).to_be_focused()
    page.keyboard.type(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    page.keyboard.press("Enter")
    expect(page.locator(".gp-codes li")).to_have_count(10)
