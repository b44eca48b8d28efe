"""How many queries a page may ask, with 59 requirements and with 1,000."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks._thousand import company
from compliance.requirements.models import Assessment

REFERENCE = "requirements/order-integration-reference/OI-NET-03/"
THOUSAND = "requirements/bench-thousand/B-0500/"
LIST_BUDGET = 12
# Boxes of six rooms stand on the page of one; what matters is that they do not grow.
PAGE_BUDGET = 21
LISTS = [
    "",
    "?size=all",
    "?proposal=differs",
    "?evidence=accepted&has=tasks",
    "?due=overdue&sort=due",
]


def queries(client, path):
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.fixture
def thousand(db):
    return company()


@pytest.mark.parametrize("query", LISTS)
def test_the_list_of_59(browse, alice, adopted, query):
    assert queries(browse(alice), f"/o/manna/requirements/{query}") <= LIST_BUDGET


def test_the_list_of_1000_asks_no_more(browse, thousand):
    _organisation, _profile, lead = thousand
    # Signed in anew each time: once a minute a session notes that it is still in use.
    for query in LISTS:
        assert queries(browse(lead), f"/o/thousand/requirements/{query}") <= LIST_BUDGET, query
    whole = browse(lead).get("/o/thousand/requirements/?size=all")
    assert len(whole.context["listing"].rows) == 1000
    assert queries(browse(lead), f"/o/thousand/{THOUSAND}") <= PAGE_BUDGET


def test_the_filters_that_ask_other_rooms_find_what_the_columns_say(browse, thousand):
    organisation, _profile, lead = thousand
    client = browse(lead)
    every = client.get("/o/thousand/requirements/?size=all").context["listing"].rows
    differing = client.get("/o/thousand/requirements/?size=all&proposal=differs").context["listing"]
    assert {r.item.code for r in differing.rows} == {r.item.code for r in every if r.differs}
    tasks = client.get("/o/thousand/requirements/?size=all&has=tasks").context["listing"]
    at = [column.key for column in tasks.columns].index("tasks")
    assert {r.item.code for r in tasks.rows} == {r.item.code for r in every if r.counts[at]}
    assert Assessment.objects.filter(organisation=organisation).count() == len(every)


def test_the_page_of_one(browse, alice, assessment):
    assert queries(browse(alice), f"/o/manna/{REFERENCE}") <= PAGE_BUDGET
