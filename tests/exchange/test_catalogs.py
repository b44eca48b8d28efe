"""OSCAL catalogs, CISO Assistant libraries and Gatepass profiles go the same way in."""

import json

import pytest

from compliance.exchange import oscal, selectors
from compliance.exchange.models import Kind
from compliance.requirements.models import Requirement
from tests.conftest import REFERENCE


def catalog(version="1.1.3", **more):
    return {
        "catalog": {
            "uuid": "8a3f2c1e-0d4b-4f6a-9c7e-1b2d3e4f5a6b",
            "metadata": {
                "title": "Gate rules",
                "version": "3",
                "last-modified": "2026-10-01T09:00:00+09:00",
                "oscal-version": version,
            },
            "groups": [
                {
                    "id": "net",
                    "title": "Network",
                    "params": [{"id": "net_days", "values": ["30"]}],
                    "controls": [
                        {
                            "id": "net-1",
                            "title": "Separate zones",
                            "props": [
                                {"name": "label", "value": "NET-01", "class": "zero-padded"},
                                {"name": "label", "value": "NET-1"},
                            ],
                            "params": [
                                {"id": "who", "label": "named people"},
                                {"id": "how", "select": {"choice": ["by rule", "by {{ insert: param, who }}"]}},
                            ],
                            "parts": [
                                {
                                    "name": "statement",
                                    "prose": "Rules are reviewed every {{ insert: param, net_days }} days",
                                    "parts": [
                                        {
                                            "name": "item",
                                            "props": [{"name": "label", "value": "a."}],
                                            "prose": "{{ insert: param, how }};",
                                        }
                                    ],
                                },
                                {"name": "guidance", "prose": "Draw the zones."},
                                {"name": "assessment-objective", "prose": "See the rule set."},
                            ],
                            "controls": [
                                {"id": "net-1.1", "title": "Default deny"},
                                {
                                    "id": "net-1.2",
                                    "title": "Gone",
                                    "props": [{"name": "status", "value": "withdrawn"}],
                                },
                            ],
                        }
                    ],
                    "groups": [
                        {"id": "wifi", "title": "Wireless", "controls": [{"id": "w-1", "title": "No open network"}]}
                    ],
                }
            ],
            **more,
        }
    }  # fmt: skip


@pytest.mark.parametrize("version", ["1.0.0", "1.0.4", "1.1.3", "1.2.0", "1.2.1"])
def test_an_oscal_catalog_becomes_requirements(bring, version):
    imported = bring(json.dumps(catalog(version)).encode(), "catalog.json")
    assert imported.kind == Kind.OSCAL
    reading = selectors.reading(imported)
    first, nested, wireless = reading.taken
    assert (first.code, first.title) == ("NET-1", "Separate zones")
    assert first.statement == (
        "Rules are reviewed every 30 days\na. [by rule | by [named people]];"
    )
    assert first.note == "Draw the zones."
    assert first.tests == ["See the rule set."]
    assert (nested.code, nested.parent) == ("net-1.1", "NET-1")
    assert reading.area_titles[wireless.area] == "Network › Wireless"
    assert reading.facts["version"] == "3"
    assert len(reading.notes) == 1


def test_controls_outside_groups_have_an_area_too(bring):
    content = catalog(controls=[{"id": "x-1", "title": "Alone"}])
    reading = selectors.reading(bring(json.dumps(content).encode(), "catalog.json"))
    assert reading.taken[0].area in reading.area_titles


def test_a_parameter_that_names_itself_ends(bring):
    content = catalog(params=[{"id": "loop", "values": ["{{ insert: param, loop }} x"]}])
    content["catalog"]["groups"][0]["controls"][0]["title"] = "{{ insert: param, loop }}"
    reading = selectors.reading(bring(json.dumps(content).encode(), "catalog.json"))
    assert len(reading.taken[0].title) <= 300


@pytest.mark.parametrize("junk", [None, 3, "x", [], [None], [3], {"a": 1}])
@pytest.mark.parametrize("place", ["groups", "controls", "params", "metadata"])
def test_what_is_of_the_wrong_shape_is_passed_over_or_refused(junk, place):
    content = {**catalog()["catalog"], place: junk}
    if place == "metadata":
        with pytest.raises(oscal.Refused):
            oscal.read(content)
    else:
        oscal.read(content)


def test_an_oscal_catalog_is_published(bring, publish):
    content = catalog()
    del content["catalog"]["groups"][0]["controls"][0]["controls"]
    imported = bring(json.dumps(content).encode(), "catalog.json")
    profile = publish(imported, identifier="gate-rules", status="baseline")
    assert profile.status == "baseline"
    assert Requirement.objects.filter(profile=profile).count() == 2
    assert profile.form.kind == Kind.OSCAL


LIBRARY = """
urn: urn:made-up:library:door
locale: en
ref_id: DOOR
name: Door rules
version: 4
publication_date: 2026-05-01
translations:
  ko: {name: 출입 규칙}
objects:
  framework:
    urn: urn:made-up:framework:door
    ref_id: DOOR
    name: Door rules
    requirement_nodes:
    - {urn: "urn:d:1", assessable: false, depth: 1, ref_id: "1", name: Locks, translations: {ko: {name: 잠금}}}
    - urn: urn:d:1.1
      assessable: true
      depth: 2
      parent_urn: urn:d:1
      ref_id: "1.1"
      name: Doors are locked
      description: Every door has a lock.
      annotation: Glass doors too.
      typical_evidence: "- photo of the door\\n- key list"
      questions: {q1: {type: unique_choice}}
      translations:
        ko: {name: 문을 잠근다, description: 모든 문에 잠금장치가 있다.}
    - {urn: "urn:d:1.1.a", assessable: true, depth: 3, parent_urn: "urn:d:1.1", description: Keys are counted.}
"""


def test_a_ciso_assistant_library_becomes_requirements(bring):
    imported = bring(LIBRARY.encode(), "door.yaml")
    assert imported.kind == Kind.CISO_ASSISTANT
    reading = selectors.reading(imported)
    first, second = reading.taken
    assert (first.code, first.title, first.title_en) == ("1.1", "문을 잠근다", "Doors are locked")
    assert first.statement_en == "Every door has a lock."
    assert first.evidence == ["photo of the door", "key list"]
    assert first.note == "Glass doors too."
    assert (second.code, second.parent, second.title) == ("1.1.a", "1.1", "Keys are counted.")
    assert reading.area_titles[first.area] == "1 잠금"
    assert reading.facts == {
        "title": "출입 규칙", "title_en": "Door rules", "version": "4",
        "published": "2026-05-01", "format": "CISO Assistant",
    }  # fmt: skip
    assert len(reading.notes) == 1


def test_a_gatepass_profile_is_published_as_it_is(bring, publish, manna):
    text = REFERENCE.read_text("utf-8").replace("order-integration-reference", "ours")
    imported = bring(text.encode(), "profile.yaml")
    assert imported.kind == Kind.YAML
    profile = publish(imported)
    assert (profile.identifier, profile.organisation) == ("ours", manna)
    assert profile.requirements.count() == 59
