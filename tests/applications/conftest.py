import pytest

from compliance.applications import services
from compliance.requirements.models import Assessment


@pytest.fixture
def application(alice, manna, adopted):
    """만나배달 applies to Baemin; every requirement is still unchecked."""
    return services.create(manna, profile=adopted, by=alice, title="주문연동 신청")


@pytest.fixture
def ready(application, carol):
    """The same, with nothing that blocks in the requirements."""
    Assessment.objects.update(verdict="met", statement="이행하고 있습니다.")
    return application


@pytest.fixture
def in_internal_review(application, alice):
    services.request_review(application, by=alice)
    return application


@pytest.fixture
def locked(application, alice):
    services.lock(application.current_round, by=alice, gaps_reason="방화벽은 12월에 도입합니다.")
    application.refresh_from_db()
    return application


@pytest.fixture
def in_review(locked, alice):
    """The platform is reading round 1."""
    services.submit(locked, by=alice)
    services.receive(locked, receipt_number="WB-77", by=alice)
    services.start_review(locked, by=alice)
    return locked
