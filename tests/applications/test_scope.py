"""The scope statement: rows in and out, each with its reason."""

import pytest

from compliance.applications import preflight, scoping, services
from compliance.applications.models import Application, ScopeItem
from compliance.applications.scoping import Item
from compliance.audit.selectors import history
from compliance.shared.errors import Conflict, Refused, Unauthorised

API = Item("service", "주문 수신 API")
POS = Item("system", "POS 프로그램", False, "만나포스", "자매회사가 별도 법인으로 운영합니다.")


def test_a_sister_companys_pos_is_declared_out_with_its_reason(application, alice):
    scoping.set_scope(application, [API, POS], revision=0, by=alice)
    stored = [(row.name, row.included, row.legal_entity) for row in ScopeItem.objects.all()]
    assert stored == [("주문 수신 API", True, ""), ("POS 프로그램", False, "만나포스")]
    entry = history(application)[0]
    assert entry.action == "application.scope_set"
    assert entry.data["after"][1].startswith("- system POS 프로그램 (만나포스)")


@pytest.mark.parametrize(
    "wrong",
    [
        Item("system", "POS", False),
        Item("system", ""),
        Item("planet", "POS"),
        Item("system", "가" * 201),
        Item("system", "POS", False, "만나포스", "가" * 2_001),
    ],
    ids=["out without a reason", "no name", "unknown kind", "long name", "long reason"],
)
def test_one_wrong_row_keeps_the_whole_statement_as_it_was(application, alice, wrong):
    scoping.set_scope(application, [API], revision=0, by=alice)
    with pytest.raises(Refused):
        scoping.set_scope(application, [API, wrong], revision=1, by=alice)
    assert scoping.items(application) == [API]


def test_two_people_lose_nothing(application, alice, olga):
    second = Application.objects.get()
    scoping.set_scope(application, [API], revision=0, by=alice)
    with pytest.raises(Conflict):
        scoping.set_scope(second, [POS], revision=0, by=olga)
    assert scoping.items(application) == [API]


def test_an_engineer_may_not(application, bob):
    with pytest.raises(Unauthorised):
        scoping.set_scope(application, [API], revision=0, by=bob)


def test_a_frozen_round_keeps_its_scope(locked, alice):
    with pytest.raises(Refused):
        scoping.set_scope(locked, [API], revision=locked.revision, by=alice)


def gaps(application):
    return {
        str(gap.sentence): gap.level.value
        for gap in preflight.gaps(application)
        if gap.topic == preflight.Topic.SCOPE
    }


def test_the_preflight_reads_the_rows(application, alice, in_english):
    assert gaps(application) == {"The scope is not declared.": "blocker"}
    services.edit(application, revision=0, by=alice, scope_in="주문 수신 API")
    assert gaps(application) == {
        "The scope stands as text only. List its services and systems one by one.": "warning"
    }
    scoping.set_scope(application, [POS], revision=1, by=alice)
    assert gaps(application) == {"Nothing is in scope.": "blocker"}
    unnamed = Item("company", "만나포스", False, "", "다른 회사입니다.")
    scoping.set_scope(application, [API, unnamed], revision=2, by=alice)
    assert gaps(application) == {
        "“만나포스” is out of scope, but nothing says which company runs it.": "warning"
    }


def form(*rows, revision=0):
    data = {"revision": revision, "scope-TOTAL_FORMS": len(rows), "scope-INITIAL_FORMS": 0}
    for index, row in enumerate(rows):
        data |= {f"scope-{index}-{name}": value for name, value in row.items()}
    return data


def row(name, order, included="yes", **more):
    return {"kind": "system", "name": name, "included": included, "ORDER": order, **more}


def test_the_page_saves_rows_in_their_order_without_the_removed_and_the_empty(
    application, alice, browse
):
    path = f"/o/manna/applications/{application.number}/scope/"
    answer = browse(alice).post(
        path,
        form(
            row("둘째", 2),
            row("첫째", 1),
            row("지움", 3, DELETE="on"),
            row("", 4),
            row("밖", 5, "no", legal_entity="만나포스", reason="다른 법인"),
        ),
    )
    assert answer.status_code == 302
    assert [each.name for each in scoping.items(application)] == ["첫째", "둘째", "밖"]


def test_a_missing_reason_is_said_beside_its_row_and_nothing_typed_is_lost(
    application, alice, browse
):
    path = f"/o/manna/applications/{application.number}/scope/"
    page = browse(alice).post(path, form(row("주문 DB", 1), row("POS", 2, "no")))
    text = page.content.decode()
    assert page.status_code == 200
    assert "제외하는 사유를 적으십시오." in text
    assert 'value="주문 DB"' in text
    assert not ScopeItem.objects.exists()


def test_the_page_shows_both_scopes_and_the_second_try_saves(application, alice, olga, browse):
    path = f"/o/manna/applications/{application.number}/scope/"
    browse(alice).post(path, form(row("앨리스의 행", 1)))
    answer = browse(olga).post(path, form(row("올가의 행", 1)))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "앨리스의 행" in page
    assert "올가의 행" in page
    assert 'name="revision" value="1"' in page
    browse(olga).post(path, form(row("올가의 행", 1), revision=1))
    assert [each.name for each in scoping.items(application)] == ["올가의 행"]
