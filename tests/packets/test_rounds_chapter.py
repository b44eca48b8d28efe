"""What changed since the former round: told of two manifests alone, drawn in the later packet."""

import copy
import re

import pytest

from compliance.packets import comparing, render
from compliance.packets.differing import ADDED, GONE, SAME, words_of
from compliance.packets.editions import speaking
from compliance.packets.templatetags.packet import word_diff
from tests.packets.samples import (
    both,
    make_assessment,
    make_evidence,
    make_file,
    make_manifest,
    make_second_round,
    make_task,
)
from tests.packets.test_editions import drawn
from tests.packets.test_render import text_of


def changes_of(former, later) -> dict[str, list[str]]:
    since = comparing.since_freeze(former, "0" * 64, later)
    return {row["code"]: [each["what"] for each in row["changes"]] for row in since["requirements"]}


def test_nothing_changed_between_a_manifest_and_itself():
    since = comparing.since_freeze(make_manifest(), "0" * 64, make_manifest())
    assert since["requirements"] == since["findings"] == []
    assert since["profile"] is None


def test_it_is_a_function_of_the_two_and_changes_neither():
    former, later = make_manifest(), make_second_round()[0]
    before = copy.deepcopy((former, later))
    assert comparing.since_freeze(former, "ab", later) == comparing.since_freeze(
        former, "ab", later
    )
    assert (former, later) == before


def test_statement_verdict_and_evidence_are_told():
    former = make_manifest()
    later = make_manifest()
    row = later["assessments"][0]
    row["implementation"] += " 추가로 점검하였다."
    row["verdict"] = "partial"
    gone, kept = row["evidence"]
    replaced = kept | {"files": [make_file("증적/OI-NET-03/E-31_새 화면.png", b"new")]}
    fresh = make_evidence("E-99", "새 증적", make_file("증적/OI-NET-03/E-99_새.png"))
    row["evidence"] = [replaced, fresh]
    del gone
    assert sorted(changes_of(former, later)["OI-NET-03"]) == [
        "evidence_added", "evidence_changed", "evidence_gone", "statement", "verdict",
    ]  # fmt: skip


def test_tasks_that_are_new_and_that_were_closed_are_told():
    former = make_manifest(tasks=[make_task(state="in_progress")])
    later = make_manifest(tasks=[make_task(), make_task(number="T-13", state="planned")])
    later["assessments"][0]["tasks"] = ["T-12", "T-13"]
    assert changes_of(former, later)["OI-NET-03"] == ["task_closed", "task_new"]


def test_findings_new_closed_and_otherwise_are_told():
    known = make_manifest()["findings"][0]
    former = make_manifest(findings=[known | {"state": "open"}, known | {"number": "F-8"}])
    later = make_manifest(
        findings=[known, known | {"number": "F-8"}, known | {"number": "F-9", "state": "open"}]
    )
    found = comparing.since_freeze(former, "", later)["findings"]
    assert [(each["number"], each["before"], each["after"]) for each in found] == [
        ("F-7", "open", "fixed"),
        ("F-9", "", "open"),
    ]


def profile(version: str) -> dict[str, object]:
    return make_manifest()["profile"] | {"version": version, "digest": version * 8}


def test_another_version_of_the_profile_is_told_by_requirement():
    former = make_manifest(
        profile=profile("1"),
        assessments=[make_assessment(), make_assessment("OI-NET-04"), make_assessment("OI-DAT-05")],
    )
    later = make_manifest(
        profile=profile("2"),
        assessments=[
            make_assessment(statement=both("새 문구입니다.", "Said anew.")),
            make_assessment("OI-DAT-05"),
            make_assessment("OI-DAT-09"),
        ],
    )
    told = comparing.since_freeze(former, "", later)["profile"]
    assert told is not None
    assert {kind: [each["code"] for each in told[kind]] for kind in ("added", "removed", "reworded")} == {
        "added": ["OI-DAT-09"],
        "removed": ["OI-NET-04"],
        "reworded": ["OI-NET-03"],
    }  # fmt: skip


def test_a_round_of_some_requirements_does_not_say_that_others_went():
    former = make_manifest(
        profile=profile("1"), assessments=[make_assessment(), make_assessment("OI-NET-04")]
    )
    later = make_manifest(profile=profile("2"), assessments=[make_assessment()])
    later["submission"]["targets"] = ["OI-NET-03"]
    told = comparing.since_freeze(former, "", later)["profile"]
    assert told is not None
    assert told["added"] == told["removed"] == []


def test_a_first_round_has_no_such_chapter():
    keys = [each.key for each in render.plan(make_manifest(), "ko").sections]
    assert "since" not in keys
    assert "answers" not in keys


@pytest.fixture(scope="module")
def text(store):
    return re.sub(r"\s+", "", text_of(drawn(make_second_round(), "ko", store)))


@pytest.mark.parametrize(
    "words",
    ["제1차이후변경사항", "기본허용기본차단정책을", "새증적E-31", "F-7", "미조치→조치완료",
     "출발지제한을확인할수없습니다", "고정IP2개로제한한화면을올렸습니다"],
)  # fmt: skip
def test_the_chapter_says(text, words):
    if words == "기본허용기본차단정책을":
        assert "기본허용차단정책을" in text or words in text
    else:
        assert words in text


def test_what_a_requirement_says_of_the_former_round_touches_no_sheet():
    """The chapter changes, the sheets stay as they were compiled."""
    manifest, _kept = make_second_round()
    one = render.plan(manifest, "ko")
    other = copy.deepcopy(manifest)
    other["since"]["requirements"] = []
    two = render.plan(other, "ko")
    digests = dict(zip([each.key for each in one.sections], one.digests, strict=True))
    differing = {
        each.key
        for each, digest in zip(two.sections, two.digests, strict=True)
        if digests.get(each.key) != digest
    }
    assert differing == {"since", "answers"}


@pytest.mark.parametrize(
    ("before", "after"),
    [("가 나 다", "가 라 다"), ("", "새 글"), ("옛 글", ""), ("하나\n둘", "하나\n셋"), ("a" * 9000, "b" * 9000),
     (" ".join(map(str, range(5000))), " ".join(map(str, range(5001))))],
)  # fmt: skip
def test_both_texts_can_be_read_out_of_their_difference(before, after):
    found = list(words_of(before, after))
    assert "".join(text for kind, text in found if kind != ADDED) == before
    assert "".join(text for kind, text in found if kind != GONE) == after


def test_the_difference_is_that_of_words():
    assert list(words_of("기본 허용 정책", "기본 차단 정책")) == [
        (SAME, "기본 "), (GONE, "허용"), (ADDED, "차단"), (SAME, " 정책"),
    ]  # fmt: skip


def test_markup_in_a_difference_stays_text():
    with speaking("ko"):
        shown = word_diff("a <b>", "a <img src=x>")
    assert "<img" not in shown
    assert "<ins>" in shown
