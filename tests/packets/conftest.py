"""A small packet on disk, built once: its files are what the samples say they contain."""

import io
from pathlib import Path

import pytest

from compliance.applications import services as applications
from compliance.evidence import services as evidence
from compliance.jobs import messages
from compliance.packets import building, services, signing
from compliance.packets.press.store import Store
from compliance.requirements.models import Assessment
from tests.packets.samples import content_of, make_manifest
from tests.vault import samples


def open_sample(file):
    yield content_of(file["path"])


@pytest.fixture(scope="session")
def key(tmp_path_factory) -> signing.Key:
    return signing.own(tmp_path_factory.mktemp("keys"), slug="manna", name="만나배달")


@pytest.fixture(scope="session")
def store(sections_root) -> Store:
    return Store(sections_root)


@pytest.fixture(scope="session")
def built(tmp_path_factory, key, store) -> building.Built:
    folder = tmp_path_factory.mktemp("packet")
    return building.build(
        make_manifest(),
        "ko",
        folder,
        store=store,
        open_file=open_sample,
        key=key,
        step=lambda *_: None,
    )


@pytest.fixture
def altered(tmp_path):
    """altered(path, old, new) is a copy with the first *old* replaced by *new*."""

    def alter(path: Path, old: bytes, new: bytes) -> Path:
        data = path.read_bytes()
        assert old in data
        copy = tmp_path / path.name
        copy.write_bytes(data.replace(old, new, 1))
        return copy

    return alter


@pytest.fixture
def accepted(manna, adopted, bob, carol):
    """Bob's firewall ruleset for OI-NET-03, accepted by carol."""
    added = evidence.add(
        manna,
        [evidence.Upload(io.BytesIO(samples.pdf()), "방화벽 정책.pdf")],
        by=bob,
        requirement=adopted.requirements.get(code="OI-NET-03"),
        title="방화벽 정책",
    )
    evidence.accept(added.link, by=carol)
    return added.link


# One sheet an area is enough to see; the whole profile is drawn in one test of its own.
KEPT = ["OI-NET-03", "OI-NET-05", "OI-SRV-01", "OI-LOG-01", "OI-DAT-05"]


@pytest.fixture
def application(whole_application):
    """An application of which only some requirements are assessed, so that packets are small."""
    Assessment.objects.exclude(requirement__code__in=KEPT).delete()
    return whole_application


@pytest.fixture
def whole_application(alice, manna, adopted):
    return applications.create(
        manna,
        profile=adopted,
        by=alice,
        title="주문연동 신청",
        service_overview="전국 배달대행 서비스입니다.",
        scope_in="주문 수신 API",
    )


@pytest.fixture
def frozen(application, accepted, alice):
    return services.freeze(
        application.current_round, by=alice, gaps_reason="방화벽은 12월에 도입합니다."
    )


@pytest.fixture
def packet(frozen, alice):
    """The built Korean edition of round 1."""
    return services.build_now(frozen, "ko", by=alice)[0]


@pytest.fixture
def sent(monkeypatch):
    """Ids of jobs that went to the broker, which has real workers in its own tests."""
    ids: list[int] = []
    monkeypatch.setattr(messages, "send", lambda pk, **_: ids.append(pk))
    return ids
