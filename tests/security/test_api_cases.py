"""Cases that Schemathesis makes from our own description of the API; none may break the server.

Each operation gets `CASES` of them, which is above a thousand in all; half of them name things that
exist, so that they come further than "not found".
"""

import io

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.accounts import services as accounts
from compliance.applications import services as applications
from compliance.evidence import services as evidence
from compliance.remediation import services as remediation
from compliance.requirements.models import Requirement
from portal.api import api

CASES = 24
SCHEMA = schemathesis.openapi.from_dict(api.get_openapi_schema())
OPERATIONS = [result.ok() for result in SCHEMA.get_all_operations()]


@pytest.fixture
def there(manna, adopted, alice, bob):
    """Path parameters that name what exists: everything of this house is the first of its kind."""
    requirement = Requirement.objects.get(profile=adopted, code="OI-NET-03")
    upload = evidence.Upload(io.BytesIO("방화벽 정책".encode()), "정책.txt")
    evidence.add(manna, [upload], by=bob, requirement=requirement)
    remediation.create(manna, remediation.NewTask("텔넷을 끈다", requirement=requirement), by=alice)
    applications.create(manna, profile=adopted, by=alice, title="배민 연동")
    return {"number": 1, "pk": 1, "round": 1, "code": "OI-NET-03", "identifier": adopted.identifier}


@pytest.fixture(autouse=True)
def _one_connection():
    """A request of a server lets go of its connection; here it is the test's own."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.label)
def test_no_case_breaks_the_server(operation, there, manna, olga):
    app = get_wsgi_application()
    secret = accounts.create_token(manna, by=olga, name="cases")

    @given(case=operation.as_strategy(), known=st.booleans())
    @settings(
        max_examples=CASES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def ask(case, known):
        for name in case.path_parameters:
            if name == "organisation":
                case.path_parameters[name] = manna.slug
            elif known and name in there:
                case.path_parameters[name] = there[name]
        answer = case.call(
            app=app, base_url="http://localhost", headers={"Authorization": f"Bearer {secret}"}
        )
        assert answer.status_code < 500, answer.text[:300]

    ask()


def test_there_were_a_thousand():
    assert len(OPERATIONS) * CASES >= 1000
