"""Evidence on its way through the review."""

import io
from collections.abc import Callable

import pytest

from compliance.evidence import services
from compliance.evidence.models import EvidenceLink
from compliance.requirements.models import Requirement
from tests.vault import samples

PDF = samples.pdf()
PNG = samples.image()


def upload(name: str = "방화벽 정책.pdf", data: bytes = PDF) -> services.Upload:
    return services.Upload(io.BytesIO(data), name)


@pytest.fixture
def net03(adopted) -> Requirement:
    return adopted.requirements.get(code="OI-NET-03")


@pytest.fixture
def srv01(adopted) -> Requirement:
    return adopted.requirements.filter(area__code="SRV").first()


@pytest.fixture
def ruleset(adopted):
    """A kind that OI-NET-03 asks for; valid for 90 days."""
    return adopted.evidence_kinds.get(code="firewall_ruleset")


@pytest.fixture
def submitted(manna, net03, ruleset, bob) -> EvidenceLink:
    """Bob's firewall ruleset for OI-NET-03, waiting for a review."""
    added = services.add(
        manna, [upload()], by=bob, requirement=net03, kind=ruleset, title="방화벽 정책"
    )
    assert added.link is not None
    return added.link


@pytest.fixture
def accepted(submitted, carol) -> EvidenceLink:
    services.accept(submitted, by=carol)
    return submitted


@pytest.fixture
def heard() -> Callable[[], list[int]]:
    """Links of which upper rooms heard."""
    from compliance.evidence import signals

    ids: list[int] = []

    def listen(sender, link_id, **kwargs):
        ids.append(link_id)

    signals.reviewed.connect(listen)
    yield lambda: ids
    signals.reviewed.disconnect(listen)
