"""A NUL in what is sent is answered with a sentence, on the database that refuses it too."""

from http import HTTPStatus

import pytest
from django.db import connection

from compliance.applications import services
from compliance.requirements.models import Platform
from portal.middleware import is_nul

REFUSES = connection.vendor == "postgresql"


def test_a_page_of_such_an_address_is_no_fault(browse, alice, manna, adopted):
    answer = browse(alice, language="en").get(
        "/o/manna/requirements/order-integration-reference/OI%00/"
    )
    expected = HTTPStatus.BAD_REQUEST if REFUSES else HTTPStatus.NOT_FOUND
    assert answer.status_code == expected
    assert not REFUSES or "character that cannot be stored" in answer.content.decode()


def test_the_api_says_so_as_well(browse, alice, manna, adopted):
    made = services.create(manna, profile=adopted, by=alice, title="신청")
    answer = browse(alice).put(
        f"/api/v1/o/manna/applications/{made.number}/scope",
        {"revision": 0, "items": [{"kind": "system", "name": "POS\0"}]},
        content_type="application/json",
    )
    assert answer.status_code == (HTTPStatus.BAD_REQUEST if REFUSES else HTTPStatus.OK)


@pytest.mark.skipif(not REFUSES, reason="SQLite keeps a NUL")
def test_the_driver_still_says_it_in_the_words_that_are_looked_for(db):
    with pytest.raises(ValueError, match="NUL") as caught:
        Platform.objects.filter(code="a\0").exists()
    assert is_nul(caught.value)
