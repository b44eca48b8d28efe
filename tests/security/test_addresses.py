"""Where a person is asked from, as the audit stream keeps it."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from portal.middleware import true_address

PROXY = "10.0.0.9"


@pytest.fixture
def seen(settings):
    """seen(proxies, header): the address that a view sees."""

    def asked(proxies, header=""):
        settings.TRUSTED_PROXIES = proxies
        kept = []

        def view(request):
            kept.append(request.META["REMOTE_ADDR"])
            return HttpResponse()

        more = {"HTTP_X_FORWARDED_FOR": header} if header else {}
        true_address(view)(RequestFactory().get("/", REMOTE_ADDR=PROXY, **more))
        return kept[0]

    return asked


def test_without_a_proxy_of_ours_nobody_is_believed(seen):
    assert seen(0, "203.0.113.7") == PROXY


def test_our_proxy_says_who_asked(seen):
    assert seen(1, "203.0.113.7") == "203.0.113.7"
    assert seen(2, "203.0.113.7, 10.0.0.8") == "203.0.113.7"
    assert seen(1, "2001:db8::7") == "2001:db8::7"


def test_a_forged_address_is_not_believed(seen):
    assert seen(1, "1.1.1.1, 203.0.113.7") == "203.0.113.7"
    assert seen(2, "1.1.1.1, 203.0.113.7, 10.0.0.8") == "203.0.113.7"


@pytest.mark.parametrize("header", ["", "nonsense", "<script>, x", "203.0.113.7:99999"])
def test_what_is_no_address_changes_nothing(seen, header):
    assert seen(1, header) == PROXY


def test_fewer_hops_than_proxies_change_nothing(seen):
    assert seen(2, "203.0.113.7") == PROXY
