"""Our OSCAL reads back with compliance-trestle, and says what the answers say."""

import json
import warnings
from dataclasses import replace
from datetime import date

import pytest

from compliance.exchange.oscal_out import catalog, control_ids, results, token
from tests.exchange.answered import EVERY, MOMENT, answer, answers, asked, given

HARD = replace(
    answer("1.2.3", statement="여러\n줄 😀", evidence=[given(), given("EV-0002", stands=False)]),
    decided_by="앨리스",
    decided_at=MOMENT,
    tasks=["T-0001"],
)


def everything():
    """Every verdict, hard codes, a parent, both languages, parameters with and without dates."""
    child = replace(answer("1.2.3.가"), asked=asked("1.2.3.가", "SRV", parent="1.2.3"))
    spaced = replace(answer("항목 1/2"), asked=asked("항목 1/2", "SRV", title="  앞뒤\n공백 "))
    return answers(
        *EVERY,
        HARD,
        child,
        spaced,
        answer("N_9", "not_met"),
        status="reference_unofficial",
        sources=[
            {"id": "S1", "ref": "보도 2022-07-20", "url": "https://example.com/1"},
            {"id": "S2"},
        ],
        parameters={
            "retention_days": {
                "title_ko": "보존 일수",
                "unit": "day",
                "values": [{"from": None, "value": 30}, {"from": "2026-10-31", "value": 15}],
            },
            "failover_s": 30,
        },
        valid_from=date(2026, 10, 1),
    )


@pytest.fixture
def read_back(tmp_path):
    """read_back(content) is what trestle reads; it raises for what OSCAL does not allow."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # trestle's own imports warn
        from trestle.oscal.assessment_results import AssessmentResults
        from trestle.oscal.catalog import Catalog

    def read(content):
        path = tmp_path / "document.json"
        path.write_bytes(content)
        kind = Catalog if b'"catalog"' in content[:40] else AssessmentResults
        found = kind.oscal_read(path)
        assert found is not None
        return found

    return read


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_catalog_reads_back(read_back, language):
    found = read_back(catalog(everything(), language=language))
    assert [group.id for group in found.groups] == ["area-NET", "area-SRV"]
    net = {control.id: control for control in found.groups[0].controls}
    assert net["r-1.2.3"].controls[0].id == "r-1.2.3.가"
    labels = {p.name: p.value for p in net["r-1.2.3"].props}
    assert labels["label"] == "1.2.3"
    assert labels["provenance"] == "platform"
    assert found.metadata.version == "2026"
    assert {param.id: param.values for param in found.params} == {
        "retention_days": ["15"],
        "failover_s": ["30"],
    }


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_results_read_back_with_each_verdict(read_back, language):
    found = read_back(results(everything(), language=language)).results[0]
    states = {}
    for finding in found.findings:
        props = {p.name: p.value for p in finding.props}
        status = finding.target.status
        states[props["requirement"]] = (status.state.value, props["verdict"])
    assert states["N-01"] == ("satisfied", "met")
    assert states["N-02"] == ("not-satisfied", "partial")
    assert states["N_9"] == ("not-satisfied", "not_met")
    assert states["S-01"] == ("satisfied", "not_applicable")
    assert states["S-03"] == ("not-satisfied", "inconclusive")
    assert "S-02" not in states, "nobody checked it"
    counts = {p.name: p.value for p in found.props}
    assert counts["count-not-checked"] == "1"


def test_evidence_is_an_observation_that_its_finding_names(read_back):
    document = read_back(results(everything()))
    found = document.results[0]
    observed = {each.uuid: each for each in found.observations}
    hard = next(each for each in found.findings if each.target.target_id == "r-1.2.3_smt")
    related = [observed[each.observation_uuid] for each in hard.related_observations]
    assert [each.title for each in related] == ["EV-0001 방화벽 룰셋", "EV-0002 방화벽 룰셋"]
    resources = {f"#{each.uuid}" for each in document.back_matter.resources}
    assert document.import_ap.href in resources
    assert {e.href for each in related for e in each.relevant_evidence} <= resources


def test_finding_targets_are_statements_of_the_catalog(read_back):
    known = set()

    def walk(controls):
        for control in controls or []:
            known.update(part.id for part in control.parts)
            walk(control.controls)

    for group in read_back(catalog(everything())).groups:
        walk(group.controls)
    found = read_back(results(everything())).results[0]
    assert {each.target.target_id for each in found.findings} <= known


def test_a_profile_that_nobody_answered_reads_back(read_back):
    nothing = answers(answer("N-01", "not_checked"))
    found = read_back(results(nothing)).results[0]
    assert found.findings is None
    assert found.remarks


def test_the_reference_profile_reads_back(read_back, manna, adopted):
    from compliance.exchange.answers import gather

    gathered = gather(manna, adopted)
    found = read_back(catalog(gathered))
    assert sum(len(group.controls) for group in found.groups) == 59
    assert adopted.disclaimer_ko in found.metadata.remarks
    assert read_back(results(gathered)).results[0].findings is None


def test_equal_answers_give_equal_documents_and_others_another_id():
    assert results(everything()) == results(everything())
    assert catalog(everything()) == catalog(everything())
    one = json.loads(results(answers(answer("N-01"))))["assessment-results"]
    other = json.loads(results(answers(answer("N-01", "not_met"))))["assessment-results"]
    assert one["uuid"] != other["uuid"]
    finding = one["results"][0]["findings"][0], other["results"][0]["findings"][0]
    assert finding[0]["uuid"] == finding[1]["uuid"], "the same subject keeps its id"


def test_codes_become_tokens_of_their_own():
    assert token("1.2") == "r-1.2"
    assert token("가-1") == "가-1"
    assert token("항목 1/2") == "항목-1-2"
    ids = control_ids(answers(answer("A 1"), answer("A/1"), answer("A-1")))
    assert sorted(ids.values()) == ["A-1", "A-1-2", "A-1-3"]
