"""The audit log as a page and as a file."""

import csv
import io
import json

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from compliance.audit.models import Entry
from compliance.audit.services import SYSTEM, record, record_all, sign_all
from compliance.requirements import services

AUDIT = "/o/manna/audit/"


@pytest.fixture
def happened(alice, bob, assessment):
    """bob wrote, then alice signed."""
    services.write_statement(assessment, text="기본 차단", revision=0, by=bob)
    services.set_verdict(assessment, verdict="met", reason="", revision=1, by=alice)


def actions(response) -> list[str]:
    return [entry.action for entry in response.context["page"].object_list]


def lines(response) -> list[dict]:
    return [json.loads(line) for line in response.getvalue().decode().splitlines()]


def test_it_tells_newest_first_where_the_chain_ends(browse, carol, manna, happened):
    response = browse(carol).get(AUDIT)
    assert actions(response)[:3] == [
        "person.signed_in",
        "assessment.verdict_set",
        "assessment.statement_written",
    ]
    last = Entry.objects.filter(organisation_id=manna.pk).latest("seq")
    shown = response.content.decode()
    assert f'data-copy="{last.digest}"' in shown
    # A row is as tall as what it says, not as a hash in a narrow column.
    assert f">{last.digest[:12]}…</code>" in shown
    assert f">{last.digest}</code>" not in shown


def test_it_filters_by_actor_action_and_target(browse, carol, happened):
    log = browse(carol)
    assert actions(log.get(AUDIT, {"actor": "밥", "target": "OI-NET-03"})) == [
        "assessment.statement_written"
    ]
    assert set(actions(log.get(AUDIT, {"action": "member.added"}))) == {"member.added"}
    assert actions(log.get(AUDIT, {"target": "OI-NET-99"})) == []


def test_it_filters_by_text_address_and_object(browse, carol, manna, assessment, happened):
    log = browse(carol)
    assert actions(log.get(AUDIT, {"q": "verdict_set"})) == ["assessment.verdict_set"]
    assert actions(log.get(AUDIT, {"q": "no such text"})) == []
    log.get(AUDIT)
    assert actions(log.get(AUDIT, {"address": "203.0.113."})) == []
    of = f"requirements.assessment:{assessment.pk}"
    assert set(actions(log.get(AUDIT, {"of": of}))) == {
        "assessment.verdict_set",
        "assessment.statement_written",
    }


def test_it_finds_hangul_in_the_details(browse, carol, alice, assessment):
    services.set_verdict(
        assessment, verdict="partial", reason="예비 방화벽이 남음", revision=0, by=alice
    )
    assert actions(browse(carol).get(AUDIT, {"q": "예비 방화벽"})) == ["assessment.verdict_set"]


def test_a_persons_name_is_found_wherever_it_stands(browse, carol, alice, bob, assessment):
    """Names are held apart from the entries: as who did it, to whom, and in the details."""
    services.assign(assessment, owner=bob, due=None, by=alice)
    found = set(actions(browse(carol).get(AUDIT, {"q": "밥"})))
    assert {"member.added", "assessment.assigned"} <= found
    assert "person.signed_in" not in found
    assert actions(browse(carol).get(AUDIT, {"q": "밥", "actor": "앨리스"})) == [
        "assessment.assigned"
    ]


def test_access_records_stand_apart(browse, carol, manna, happened):
    log = browse(carol)
    log.get(f"{AUDIT}export.csv")
    assert actions(log.get(AUDIT, {"sort": "access"})) == ["audit.exported"]
    assert "audit.exported" not in actions(log.get(AUDIT, {"sort": "change"}))


def test_it_filters_by_day(browse, carol, happened):
    assert actions(browse(carol).get(AUDIT, {"since": "2999-01-01"})) == []
    assert actions(browse(carol).get(AUDIT, {"until": "2999-01-01"}))


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "yesterday"},
        {"until": "9999-12-31"},
        {"before": "x", "after": "-1"},
        {"before": "9" * 30},
        {"of": "evidence.evidence:1 OR 1=1"},
        {"action": "no.such"},
        {"sort": "x"},
    ],
)
def test_what_makes_no_sense_filters_nothing(browse, carol, happened, asked):
    assert actions(browse(carol).get(AUDIT, asked))


def test_one_reads_on_and_back(browse, carol, manna):
    log = browse(carol)
    with transaction.atomic():
        record_all(SYSTEM, "organisation.created", [(manna, {})] * 120)
    asked = {"action": "organisation.created"}
    first = log.get(AUDIT, asked).context["page"]
    assert len(first.object_list) == 50
    assert not first.newer
    second = log.get(f"{AUDIT}?{first.older}").context["page"]
    third = log.get(f"{AUDIT}?{second.older}").context["page"]
    assert [len(each.object_list) for each in (second, third)] == [50, 21]
    assert not third.older
    back = log.get(f"{AUDIT}?{third.newer}").context["page"]
    assert [e.seq for e in back.object_list] == [e.seq for e in second.object_list]
    seen = {e.seq for page in (first, second, third) for e in page.object_list}
    assert len(seen) == 121


def test_queries_do_not_grow_with_the_log(browse, carol, manna):
    log = browse(carol)
    log.get(AUDIT)
    with CaptureQueriesContext(connection) as few:
        log.get(AUDIT)
    with transaction.atomic():
        record_all(carol, "organisation.created", [(manna, {})] * 300)
    with CaptureQueriesContext(connection) as many:
        log.get(AUDIT)
    assert len(many) == len(few)
    ours = [query["sql"] for query in many.captured_queries if "audit_entry" in query["sql"]]
    assert not any("COUNT(" in sql for sql in ours)


def test_changed_fields_stand_with_before_and_after(browse, carol, alice, assessment, happened):
    shown = browse(carol, language="en").get(AUDIT, {"q": "verdict_set"}).content.decode()
    assert "<del>not_checked</del>" in shown
    assert "<ins>met</ins>" in shown


def test_another_organisations_entries_are_not_in_it(browse, carol, sam, happened):
    shown = browse(carol).get(AUDIT).content.decode()
    assert "sam@example.com" not in shown
    assert all(row["organisation"] for row in lines(browse(carol).get(f"{AUDIT}export.jsonl")))


@pytest.mark.parametrize("path", ["", "export.csv", "export.jsonl", "settings/", "reviews/"])
@pytest.mark.parametrize("person", ["bob", "dave"])
def test_who_may_not_read_it_is_told_so(browse, request, person, manna, path):
    answer = browse(request.getfixturevalue(person)).get(f"{AUDIT}{path}")
    assert answer.status_code == 403
    assert not Entry.objects.filter(action="audit.exported").exists()


def test_a_stranger_gets_404(browse, sam, manna):
    assert browse(sam).get(AUDIT).status_code == 404


def test_who_takes_it_along_is_recorded_with_the_filters(browse, carol, manna, happened):
    taken = lines(browse(carol).get(f"{AUDIT}export.jsonl", {"q": "verdict_set"}))
    assert [each["action"] for each in taken] == ["assessment.verdict_set"]
    entry = Entry.objects.filter(organisation_id=manna.pk).latest("seq")
    assert entry.action == "audit.exported"
    assert entry.actor_name.startswith("캐롤")
    assert entry.data["filters"] == {"q": "verdict_set"}
    assert entry.data["format"] == "jsonl"


def test_lines_say_everything_of_every_entry(browse, carol, manna, happened):
    taken = lines(browse(carol).get(f"{AUDIT}export.jsonl"))
    assert [each["seq"] for each in taken] == list(range(1, len(taken) + 1))
    kept = Entry.objects.get(organisation_id=manna.pk, seq=3)
    assert (taken[2]["digest"], taken[2]["data"]) == (kept.digest, kept.data)


# What a person may call themselves: a forged line, colours of a terminal, turned text, a formula.
EVIL = "=cmd|' /C calc'!A0\r\n2026-01-01 root signed in\x1b[31m\u202egnp.exe\u2066\u0085\u2028x"


@pytest.fixture
def evil(manna, alice):
    from compliance.audit.services import Actor

    with transaction.atomic():
        return record(Actor(7, EVIL), "organisation.created", manna, reason=EVIL)


MOVING = "\r\x1b\u202e\u2066\u0085\u2028"


def test_a_name_forges_no_line_of_the_table(browse, carol, evil):
    text = browse(carol).get(f"{AUDIT}export.csv").getvalue().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    row = next(each for each in rows if each[0] == str(evil.seq))
    assert row[2].startswith("'=cmd|")
    assert "\\u000d\\u000a2026-01-01" in row[2]
    assert not any(sign in cell for cell in row for sign in f"{MOVING}\n")


def test_a_name_forges_no_line_of_json(browse, carol, evil):
    text = browse(carol).get(f"{AUDIT}export.jsonl").getvalue().decode()
    assert not any(sign in text for sign in MOVING)
    found = next(each for each in map(json.loads, text.splitlines()) if each["seq"] == evil.seq)
    assert found["actor"] == EVIL
    assert found["data"]["reason"] == EVIL


def test_a_name_turns_nothing_on_the_page(browse, carol, evil):
    assert not any(sign in evil.sentence for sign in f"{MOVING}\n")
    assert "\\u202e" in evil.sentence


def test_the_checkpoint_is_handed_out(browse, carol, manna):
    assert browse(carol).get(f"{AUDIT}checkpoint.txt").status_code == 404
    sign_all()
    note = browse(carol).get(f"{AUDIT}checkpoint.txt").content.decode()
    assert f"/audit/{manna.pk}\n" in note
    key = browse().get("/verify/audit-key").content.decode()
    assert note.partition("/audit/")[0] == key.partition("+")[0]
