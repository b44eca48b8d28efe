"""Versions of a mapping set stand side by side; alice says which one her organisation uses."""

import pytest
from django.urls import reverse

from compliance.audit.models import Entry
from compliance.audit.services import SYSTEM
from compliance.packets import gathering_scans
from compliance.requirements import services as requirements
from compliance.requirements.models import Requirement
from compliance.scans import library, loading, mapping, selectors
from compliance.scans.models import (
    CheckResult,
    Finding,
    MappingChoice,
    MappingEdge,
    MappingSet,
    RuleMapping,
)
from compliance.shared.errors import Refused, Unauthorised

NMAP = "nmap_ipv6_only.xml"
WHY = "보안팀이 항목별로 검토했습니다."
TOOLS = "tools-to-order-integration"


def newer(version="99", **edge):
    """A delivered version that knows telnet alone."""
    made = MappingSet.objects.create(
        identifier=TOOLS, version=version, title_ko="다음 판", digest=(version * 64)[:64]
    )
    MappingEdge.objects.create(
        **{
            "set": made,
            "from_ref": "nmap.port:23/tcp",
            "profile": "order-integration-reference",
            "requirement_code": "OI-SRV-02",
            **edge,
        }
    )
    return made


def mapped(code="port:23/tcp"):
    rows = RuleMapping.objects.filter(rule__code=code)
    return {row.requirement.code for row in rows}


def test_a_new_version_leaves_the_old_one_beside_it_and_is_used(import_sample, manna):
    import_sample(NMAP)
    old = MappingSet.objects.get(identifier=TOOLS)
    edges = old.edges.count()
    made = newer()
    mapping.refresh(manna.pk)
    assert mapped() == {"OI-SRV-02"}
    assert old.edges.count() == edges > 0
    assert made.pk in mapping.in_effect(manna.pk)
    assert old.pk not in mapping.in_effect(manna.pk)


def test_what_alice_approved_stays_when_another_version_is_delivered(import_sample, manna, alice):
    import_sample(NMAP)
    old = MappingSet.objects.get(identifier=TOOLS)
    library.approve(old, organisation=manna, reason=WHY, by=alice)
    newer()
    assert mapping.refresh(manna.pk) == 0
    assert mapped() == {"OI-NET-05", "OI-NET-10"}
    entry = Entry.objects.get(action="mapping.approved")
    assert (entry.data["digest"], entry.data["reason"]) == (old.digest, WHY)


def test_approving_maps_every_check_anew_at_once(import_sample, manna, alice):
    import_sample(NMAP)
    made = newer()
    made.state = "draft"
    made.save()
    mapping.refresh(manna.pk)
    assert mapped() == {"OI-NET-05", "OI-NET-10"}
    assert library.approve(made, organisation=manna, reason=WHY, by=alice) > 0
    assert mapped() == {"OI-SRV-02"}


def test_a_retired_set_maps_nothing_and_comes_back_by_approval(import_sample, manna, alice):
    import_sample(NMAP)
    used = MappingSet.objects.get(identifier=TOOLS)
    library.retire(used, organisation=manna, reason=WHY, by=alice)
    assert mapped() == set()
    with pytest.raises(Refused):
        library.retire(used, organisation=manna, reason=WHY, by=alice)
    library.approve(used, organisation=manna, reason=WHY, by=alice)
    assert mapped() == {"OI-NET-05", "OI-NET-10"}
    assert MappingChoice.objects.count() == 1


def test_the_choice_of_one_organisation_is_not_that_of_another(
    import_sample, manna, alice, elsewhere, sam, adopted
):
    import_sample(NMAP)
    requirements.adopt(elsewhere, adopted, by=SYSTEM)
    import_sample(NMAP, organisation=elsewhere, by=sam)
    used = MappingSet.objects.get(identifier=TOOLS)
    library.retire(used, organisation=manna, reason=WHY, by=alice)
    mapping.resolve_all()
    rules = RuleMapping.objects.filter(edge__set=used)
    assert set(rules.values_list("rule__organisation", flat=True)) == {elsewhere.pk}


def test_bob_and_a_missing_reason_change_nothing(import_sample, manna, alice, bob):
    import_sample(NMAP)
    used = MappingSet.objects.get(identifier=TOOLS)
    with pytest.raises(Unauthorised):
        library.retire(used, organisation=manna, reason=WHY, by=bob)
    with pytest.raises(Refused):
        library.retire(used, organisation=manna, reason=" ", by=alice)
    assert not MappingChoice.objects.exists()


def test_an_edge_may_hold_for_one_outcome_alone(import_sample, manna):
    import_sample("kisa_results.csv")
    result = CheckResult.objects.filter(outcome="pass", rule__mappings__isnull=False).first()
    requirement = Requirement.objects.filter(rule_mappings__rule=result.rule).first()
    assert result in selectors.results_of(manna, requirement)
    MappingEdge.objects.update(outcome="fail")
    assert result not in selectors.results_of(manna, requirement)
    MappingEdge.objects.update(outcome="pass")
    assert result in selectors.results_of(manna, requirement)
    finding = Finding.objects.filter(rule__mappings__isnull=False).first()
    requirement = Requirement.objects.filter(rule_mappings__rule=finding.rule).first()
    assert finding not in selectors.findings_of(manna, requirement)


def test_the_packet_names_the_versions_used_with_their_digests(
    import_sample, manna, adopted, alice
):
    import_sample(NMAP)
    old = MappingSet.objects.get(identifier=TOOLS)
    library.approve(old, organisation=manna, reason=WHY, by=alice)
    newer()
    named = {each["name"]: each for each in gathering_scans.gather(manna, adopted).mapping_sets}
    assert named[TOOLS] == {"name": TOOLS, "version": old.version, "digest": old.digest}
    assert "cwe-parents" in named


def test_the_library_shows_versions_and_the_path_of_an_edge(client, import_sample, manna, alice):
    import_sample(NMAP)
    newer()
    client.force_login(alice)
    where = {"organisation": manna.slug}
    page = client.get(reverse("scans:mapping-sets", kwargs=where))
    versions = {(v.set.identifier, v.set.version): v.used for v in page.context["versions"]}
    assert versions[TOOLS, "99"]
    assert list(versions.values()).count(True) == len({name for name, _version in versions})
    old = MappingSet.objects.exclude(version="99").get(identifier=TOOLS)
    address = reverse("scans:mapping-set", kwargs=where | {"mapping_set": old.pk})
    rows = client.get(address, {"q": "nmap.port:23/tcp"}).context["rows"]
    assert {(edge.requirement_code, n, p[0]) for edge, n, p in rows} == {
        ("OI-NET-05", 1, "nmap.port:23/tcp"),
        ("OI-NET-10", 1, "nmap.port:23/tcp"),
    }
    approve = reverse("scans:mapping-approve", kwargs=where | {"mapping_set": old.pk})
    assert client.post(approve, {"reason": WHY}).status_code == 302
    assert old.pk in mapping.in_effect(manna.pk)


def test_the_pages_ask_the_database_a_constant_number_of_times(
    client, import_sample, manna, alice, django_assert_max_num_queries
):
    import_sample(NMAP)
    for number in range(20):
        newer(f"v{number}")
    client.force_login(alice)
    where = {"organisation": manna.slug}
    used = MappingSet.objects.filter(identifier=TOOLS).earliest("pk")
    with django_assert_max_num_queries(14):
        client.get(reverse("scans:mapping-sets", kwargs=where))
    with django_assert_max_num_queries(18):
        client.get(reverse("scans:mapping-set", kwargs=where | {"mapping_set": used.pk}))


def test_loading_again_keeps_other_versions(adopted):
    loading.ensure_loaded()
    made = newer()
    MappingSet.objects.filter(identifier="cwe-parents").update(digest="older")
    assert loading.ensure_loaded()
    assert made.edges.count() == 1


@pytest.mark.parametrize(
    ("language", "title", "of_whom"),
    [
        ("ko", "하위 약점", "참조 프로파일(배민형) 0.2.0"),
        ("en", "its parent", "order-integration security requirements 0.2.0"),
    ],
)
def test_sets_are_named_in_the_readers_language(
    language, title, of_whom, import_sample, browse, alice
):
    import_sample(NMAP)
    page = browse(alice, language=language).get(
        reverse("scans:mapping-sets", kwargs={"organisation": "manna"})
    )
    assert title in page.content.decode()
    assert of_whom in page.content.decode()
