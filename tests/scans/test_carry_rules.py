"""A new version of a profile is mapped to the organisation's rules by code."""

import io

import pytest

from compliance.requirements import carrying
from compliance.scans import selectors, services
from compliance.scans.models import Finding, RuleMapping
from tests.requirements import next_version as nv

CHECKS = (
    "호스트,항목코드,중요도,점검항목,점검결과\norder-01,U-01,상,root 계정 원격 접속 제한,취약\n"
)


@pytest.fixture
def mapped(manna, adopted, alice):
    services.import_now(manna, io.BytesIO(CHECKS.encode()), name="점검.csv", by=alice)
    rule = Finding.objects.get().rule
    return rule, set(rule.mappings.values_list("requirement__code", flat=True))


def test_rules_speak_of_the_new_version_and_once(manna, adopted, alice, mapped, browse):
    rule, before = mapped
    assert before
    new = nv.changed("0.3.0")
    carrying.carry_over(manna, adopted, new, pairs={}, by=alice)
    after = RuleMapping.objects.filter(rule=rule, requirement__profile=new)
    assert set(after.values_list("requirement__code", flat=True)) == before
    current = selectors.mappings_shown(manna, alice).filter(rule=rule)
    assert {mapping.requirement.profile for mapping in current} == {new}
    [found] = browse(alice).get("/api/v1/o/manna/findings").json()
    assert sorted(found["requirements"]) == sorted(before)


def test_edges_do_not_follow_another_code_and_that_is_listed(manna, adopted, alice, mapped):
    _rule, before = mapped
    code = min(before)
    new = nv.changed("0.3.0", lambda data: nv.row(data, code).update(id="NEW-01"))
    done = carrying.carry_over(manna, adopted, new, pairs={"NEW-01": code}, by=alice)
    item = done.items.get(data__about="scans.rules_lost")
    assert (item.data["rules"], item.data["old_code"]) == (1, code)
