"""Packets are nearly ready before anybody asks: sections are compiled as their inputs change."""

import pytest

from compliance.packets import render, services, warming
from compliance.packets.press.store import Store
from compliance.requirements import services as requirements
from compliance.requirements.models import Assessment


@pytest.fixture
def own(settings, tmp_path):
    """A store that no other test filled."""
    settings.PACKET_SECTIONS_ROOT = tmp_path / "sections"
    return services.sections()


def everything(own: Store) -> int:
    """Warm until nothing is left."""
    total = 0
    while more := warming.warm(own, seconds=600):
        total += more
    return total


def test_what_was_compiled_ahead_is_what_the_packet_needs(own, application, accepted, alice):
    compiled = everything(own)
    assert compiled > 10
    frozen = services.freeze(application.current_round, by=alice, gaps_reason="계획 있음")
    plan = render.plan(frozen.manifest, "ko")
    left = [
        s.key for s, digest in zip(plan.sections, plan.digests, strict=True) if not own.has(digest)
    ]
    # Only what the freeze itself writes: its time, its people, its place in the audit stream.
    assert set(left) <= {"cover", "overview", "attestation", "open", "brief"}


def test_nothing_new_costs_nothing(own, application, django_assert_num_queries):
    everything(own)
    with django_assert_num_queries(2):
        assert warming.warm(own, seconds=600) == 0


def test_a_changed_statement_costs_its_section(own, application, alice, manna):
    everything(own)
    row = Assessment.objects.filter(organisation=manna).first()
    requirements.write_statement(row, text="새 이행내용입니다.", revision=row.revision, by=alice)
    assert everything(own) == 1


def test_it_stops_in_time_and_goes_on_later(own, application):
    first = warming.warm(own, seconds=0)
    assert first <= 1
    assert everything(own) > 10


def test_a_closed_application_is_left_alone(own, application, alice):
    services.freeze(application.current_round, by=alice, gaps_reason="계획 있음")
    assert everything(own) == 0
