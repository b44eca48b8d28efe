"""What changed between two lists, as plain facts: no database."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.requirements.differences import (
    Item,
    Kind,
    Named,
    Snapshot,
    compare,
    parameter_changes,
    words,
)

FIREWALL = "경계에 방화벽을 두고 모든 통신을 기본 차단한 뒤 업무에 필요한 통신만 허용한다."
ACCOUNTS = "운영자에게 개인별 계정만 발급하고 공용 계정을 없애며 최소 권한을 부여한다."
LOGS = "접속기록을 2년 이상 보관하고 매월 점검하며 위조와 변조를 막는다."
CLOCKS = "모든 장비의 시각을 표준시에 맞춘다."


def item(code, text=FIREWALL, **more):
    return Item(pk=hash(code), code=code, area="NET", title_ko=text[:10], statement_ko=text, **more)


def changes(old, new, **more):
    found = compare(Snapshot(old), Snapshot(new), **more).changes
    return [(change.code, change.kinds) for change in found]


def test_the_same_list_changes_nothing():
    found = compare(Snapshot([item("A")]), Snapshot([item("A")]))
    assert found.nothing
    assert found.unchanged == 1


def test_added_and_removed_ones_follow_the_new_order():
    old = [item("A"), item("B", ACCOUNTS), item("C", LOGS)]
    new = [item("C", LOGS), item("D", CLOCKS), item("A")]
    assert changes(old, new) == [("D", (Kind.ADDED,)), ("B", (Kind.REMOVED,))]


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"statement_ko": FIREWALL + " 매년 검토한다."}, Kind.REWORDED),
        ({"title_ko": "다른 제목"}, Kind.REWORDED),
        ({"severity": "critical"}, Kind.SEVERITY),
        ({"mandatory": False}, Kind.MANDATORY),
        ({"kinds": ("config",)}, Kind.EVIDENCE),
        ({"tests": ("nmap",)}, Kind.TESTS),
        ({"parameters": (("days", "30"),)}, Kind.PARAMETER),
        ({"area": "SRV"}, Kind.AREA),
    ],
)
def test_each_part_of_a_requirement_is_compared(changed, kind):
    assert changes([item("A")], [replace(item("A"), **changed)]) == [("A", (kind,))]


def test_a_translation_that_came_newly_is_no_rewording():
    assert changes([item("A")], [item("A", statement_en="Deny by default.")]) == []
    other = [item("A", statement_en="Deny everything by default.")]
    assert changes([item("A", statement_en="Deny by default.")], other) == [("A", (Kind.REWORDED,))]


def test_more_blanks_are_no_rewording():
    wider = replace(item("A"), statement_ko=FIREWALL.replace(" ", "\n  "))
    assert changes([item("A")], [wider]) == []


def test_the_same_text_under_another_code_is_proposed():
    [proposal] = compare(Snapshot([item("A")]), Snapshot([item("B")])).proposals
    assert (proposal.old.code, proposal.new.code, proposal.likeness) == ("A", "B", 100)


def test_a_very_similar_text_under_another_code_is_proposed():
    [proposal] = compare(
        Snapshot([item("A")]), Snapshot([item("B", FIREWALL.replace("한다", "하여야 한다"))])
    ).proposals
    assert 80 <= proposal.likeness < 100


def test_another_text_under_another_code_is_not():
    assert compare(Snapshot([item("A")]), Snapshot([item("B", LOGS)])).proposals == []


def test_an_equal_edge_of_a_crosswalk_is_a_proposal_either_way_round():
    for edge in [("A", "B"), ("B", "A")]:
        [proposal] = compare(
            Snapshot([item("A")]), Snapshot([item("B", LOGS)]), edges={edge}
        ).proposals
        assert proposal.stated


def test_an_inserted_item_that_shifts_the_numbers_is_seen():
    old = [item("3"), item("4", ACCOUNTS), item("5", LOGS)]
    new = [item("3", CLOCKS), item("4"), item("5", ACCOUNTS), item("6", LOGS)]
    found = compare(Snapshot(old), Snapshot(new))
    assert {(p.old.code, p.new.code) for p in found.proposals} == {
        ("3", "4"),
        ("4", "5"),
        ("5", "6"),
    }
    assert [c.code for c in found.changes if c.kinds == (Kind.ADDED,)] == ["3"]


def test_a_code_with_a_wholly_new_text_and_no_other_home_is_reworded():
    assert changes([item("A")], [item("A", LOGS)]) == [("A", (Kind.REWORDED,))]


def test_each_former_one_is_proposed_once():
    found = compare(Snapshot([item("A")]), Snapshot([item("B"), item("C")])).proposals
    assert len(found) == 1


def test_areas_and_kinds_come_go_and_are_renamed():
    old = Snapshot(
        [], [Named("NET", "망"), Named("OLD", "옛것")], [Named("config", "설정", max_age_days=90)]
    )
    new = Snapshot(
        [],
        [Named("NET", "네트워크"), Named("NEW", "새것")],
        [Named("config", "설정", max_age_days=30)],
    )
    found = compare(old, new)
    assert [(a.code, a.renamed) for a in found.areas] == [
        ("NET", True),
        ("NEW", False),
        ("OLD", False),
    ]
    [kind] = found.kinds
    assert kind.aged


def days(*values):
    return {"retention": {"values": [{"from": start, "value": value} for start, value in values]}}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (days((None, 730)), days((None, 730)), []),
        (days((None, 730)), days((None, 365)), [(730, 365, "", False, False)]),
        (
            days((None, 730)),
            days((None, 730), ("2027-01-01", 365)),
            [(730, 365, "2027-01-01", True, False)],
        ),
        (
            days((None, 730), ("2027-01-01", 365)),
            days((None, 730), ("2027-01-01", 365)),
            [(730, 365, "2027-01-01", True, True)],
        ),
        (days((None, 730)), {}, [(730, None, "", False, False)]),
        ({}, days(("2026-01-01", 730)), [(None, 730, "2026-01-01", False, False)]),
    ],
)
def test_parameters_change_now_or_on_a_coming_day(old, new, expected):
    found = parameter_changes(old, new, today=date(2026, 11, 26))
    assert [(c.old, c.new, c.since, c.coming, c.announced) for c in found] == expected


def test_korean_words_are_marked_whole():
    old, new = words("접속기록을 2년 보관한다.", "접속기록을 1년 보관하여야 한다.")
    assert [p.text for p in old if p.changed] == ["2년 보관한다"]
    assert [p.text for p in new if p.changed] == ["1년 보관하여야 한다"]


TEXTS = st.sampled_from([FIREWALL, ACCOUNTS, LOGS, CLOCKS, FIREWALL + " 매년 검토한다."])
ITEMS = st.dictionaries(st.sampled_from("ABCDEFGH"), TEXTS, max_size=8)


@given(ITEMS, ITEMS)
@settings(max_examples=200, deadline=None)
def test_every_requirement_is_told_of_exactly_once(old, new):
    before = [item(code, text) for code, text in old.items()]
    after = [item(code, text) for code, text in new.items()]
    found = compare(Snapshot(before), Snapshot(after))
    both = [*found.pairs, *found.proposals]
    gone = [c.old.code for c in found.changes if c.new is None]
    come = [c.new.code for c in found.changes if c.old is None]
    assert sorted([*(p.old.code for p in both), *gone]) == sorted(old)
    assert sorted([*(p.new.code for p in both), *come]) == sorted(new)


@given(st.text(max_size=60), st.text(max_size=60))
@settings(deadline=None)
def test_the_pieces_are_the_texts(old, new):
    left, right = words(old, new)
    assert "".join(p.text for p in left) == old
    assert "".join(p.text for p in right) == new
    if old == new:
        assert not any(p.changed for p in [*left, *right])
