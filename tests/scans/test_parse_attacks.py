"""What a file says of attacks seen (KEV) or expected (EPSS) comes along, and nothing is guessed."""

import io
import json

import pytest

from compliance.scans import parsers
from compliance.scans.records import Row


def rows(content):
    text = content if isinstance(content, str) else json.dumps(content)
    return [r for r in parsers.read(io.BytesIO(text.encode())) if isinstance(r, Row)]


def grype(**vulnerability):
    artifact = {"name": "openssl", "version": "1", "type": "deb", "purl": "pkg:deb/openssl@1"}
    match = {
        "vulnerability": {"id": "GHSA-aaaa-bbbb-cccc", "severity": "High", **vulnerability},
        "relatedVulnerabilities": [
            {"id": "CVE-2026-1", "epss": [{"cve": "CVE-2026-1", "epss": 0.25, "percentile": 0.9}]}
        ],
        "artifact": artifact,
    }
    source = {"type": "image", "target": {"userInput": "shop:1"}}
    return {"matches": [match], "source": source, "descriptor": {"name": "grype", "version": "1"}}


def nessus(inside):
    return (
        '<NessusClientData_v2><Report name="r"><ReportHost name="10.0.0.1"><HostProperties>'
        '<tag name="host-ip">10.0.0.1</tag></HostProperties><ReportItem port="443" protocol="tcp" '
        f'severity="3" pluginID="1" pluginName="p">{inside}</ReportItem></ReportHost></Report>'
        "</NessusClientData_v2>"
    )


def test_grype_names_the_catalogue_and_the_highest_score():
    [row] = rows(grype(knownExploited=[{"cve": "CVE-2026-1"}], epss=[{"epss": 0.11}]))
    assert (row.exploited, row.epss) == (True, 0.25)


def test_grype_with_an_empty_catalogue_says_nothing():
    [row] = rows(grype(knownExploited=[], epss=None))
    assert (row.exploited, row.epss) == (False, 0.25)


@pytest.mark.parametrize(
    ("inside", "exploited"),
    [
        ("<xref>CISA-KNOWN-EXPLOITED:2026/01/02</xref>", True),
        ("<cisa-known-exploited>true</cisa-known-exploited>", True),
        ("<cisa-known-exploited>false</cisa-known-exploited>", False),
        ("<exploit_available>true</exploit_available>", False),
        ("", False),
    ],
)
def test_nessus_knows_the_catalogue_by_element_or_reference(inside, exploited):
    [row] = rows(nessus(inside + "<epss_score>0.4567</epss_score>"))
    assert (row.exploited, row.epss) == (exploited, 0.4567)


def test_cyclonedx_keeps_the_probability_apart_from_the_severity():
    rating = {"severity": "medium", "method": "CVSSv31", "score": 5.0}
    epss = {"source": {"name": "FIRST EPSS"}, "method": "other", "score": 0.9}
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {"component": {"type": "application", "name": "shop", "bom-ref": "a"}},
        "vulnerabilities": [
            {"id": "CVE-2026-1", "ratings": [epss, rating], "affects": [{"ref": "a"}]}
        ],
    }
    [row] = rows(document)
    assert (row.severity.value, row.epss) == ("medium", 0.9)


def test_nuclei_and_defectdojo_carry_scores():
    event = {
        "template-id": "t",
        "info": {"name": "n", "severity": "high", "classification": {"epss-score": 0.5}},
        "host": "https://shop.example",
        "matched-at": "https://shop.example/",
        "type": "http",
    }
    assert rows(event)[0].epss == 0.5
    finding = {
        "title": "t",
        "severity": "High",
        "description": "d",
        "epss_score": 0.75,
        "known_exploited": True,
    }
    [row] = rows({"findings": [finding]})
    assert (row.exploited, row.epss) == (True, 0.75)


@pytest.mark.parametrize("score", ["nan", -1, 7, "high", None, [], {"epss": 1}])
def test_what_is_no_probability_is_none(score):
    assert rows(nessus(f"<epss_score>{score}</epss_score>"))[0].epss is None
    assert rows(grype(epss=[{"epss": score}]))[0].epss == 0.25
