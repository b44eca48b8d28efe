"""What leaves as OSCAL comes in again as the same requirements."""

import json

import pytest

from compliance.exchange import exporting, oscal, selectors
from compliance.requirements.models import Requirement
from compliance.shared.errors import Refused
from tests.exchange.test_catalogs import catalog
from tests.exchange.test_oscal_out import everything


def facts(profile):
    rows = Requirement.objects.filter(profile=profile).select_related("area", "parent")
    return [
        (
            row.code, row.title_ko, row.title_en, row.statement_ko, row.statement_en,
            row.severity, row.mandatory, row.parent and row.parent.code,
            (row.area.code, row.area.title_ko, row.area.title_en),
            sorted(kind.title_ko for kind in row.evidence_kinds.all()),
        )
        for row in rows
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_reference_profile_survives(manna, adopted, bring, publish, language):
    content = exporting.make(manna, adopted, "oscal-catalog", language=language).content
    again = publish(bring(content, "catalog.json"))
    before, after = facts(adopted), facts(again)
    if language == "en":  # kinds of evidence have one language there
        before, after = [row[:-1] for row in before], [row[:-1] for row in after]
    assert after == before


def test_children_and_doubtful_codes_survive():
    from compliance.exchange.oscal_out import catalog as written

    found = oscal.read(oscal.parse(written(everything()))).taken
    parents = {item.code: item.parent for item in found}
    assert parents["1.2.3.가"] == "1.2.3"
    assert "항목-1-2" in parents


def test_a_control_within_a_control_is_named_whole(bring):
    inner = {
        "id": "ac-2.1",
        "title": "Automated",
        "props": [{"name": "label", "value": "AC-2(1)"}],
        "params": [
            {
                "id": "p1",
                "label": "period",
                "constraints": [{"description": "at least every 30 days"}],
            }
        ],
        "parts": [
            {
                "name": "statement",
                "prose": "Look every {{ insert: param, p1 }} or {{ insert: param, p2 }}.",
            }
        ],
    }
    outer = {
        "id": "ac-2",
        "title": "Accounts",
        "props": [{"name": "label", "value": "AC-2"}],
        "params": [{"id": "p2", "select": {"how-many": "one-or-more", "choice": ["now", "later"]}}],
        "controls": [inner],
    }
    group = {"id": "ac", "title": "Access", "controls": [outer]}
    document = catalog("1.2.1", groups=[group])
    first, second = selectors.reading(bring(json.dumps(document).encode(), "c.json")).taken
    assert (second.code, second.parent) == ("AC-2(1)", first.code)
    assert second.statement == "Look every [period: at least every 30 days] or [now | later]."


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("profile.json", b'{"profile": {"uuid": "x"}}'),
        ("ssp.json", b'{"system-security-plan": {}}'),
        ("mapping.json", b'{"mapping-collection": {}}'),
        ("catalog.xml", b'<?xml version="1.0"?><catalog xmlns="http://csrc.nist.gov/ns/oscal/1.0"/>'),
        ("catalog.json", b"\xef\xbb\xbf<catalog/>"),
    ],
)  # fmt: skip
def test_another_document_of_oscal_says_what_to_do(bring, name, content):
    with pytest.raises(Refused, match="OSCAL"):
        bring(content, name)


def test_a_csv_that_begins_with_an_angle_is_a_table(bring):
    content = "<표 1> 점검표,,\n번호,요구사항,이행여부\n1,가,\n".encode()
    assert selectors.reading(bring(content, "점검표.csv")).taken


@pytest.mark.parametrize(
    "objects",
    [
        "{framework: [{requirement_nodes: [{urn: a, assessable: true, ref_id: '1', name: 가}]}]}",
        "{frameworks: [{requirement_nodes: [{urn: a, assessable: true, ref_id: '1', name: 가}]}]}",
        "{frameworks: {requirement_nodes: [{urn: a, assessable: true, ref_id: '1', name: 가}]}}",
    ],
)
def test_a_library_names_its_framework_in_several_ways(bring, objects):
    imported = bring(f"urn: urn:x\nobjects: {objects}\n".encode(), "library.yaml")
    assert [item.code for item in selectors.reading(imported).taken] == ["1"]


@pytest.mark.parametrize(
    "objects",
    [
        "{frameworks: {a: b}}",
        "{frameworks: []}",
        "{frameworks: 3}",
        "framework",
        "[{framework: {}}]",
        "{requirement_mapping_sets: [{urn: x}]}",
    ],
)
def test_a_library_without_a_framework_says_so(bring, objects):
    with pytest.raises(Refused, match="프레임워크"):
        bring(f"urn: urn:x\nobjects: {objects}\n".encode(), "library.yaml")
