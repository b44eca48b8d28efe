"""Writing the implementation statement, and two people writing it at once."""

import pytest

from compliance.requirements import services
from compliance.requirements.forms import digest

HTMX = {"HX-Request": "true"}


@pytest.fixture
def save(browse, page):
    def post(person, text, revision=0, base="", **options):
        data = {"text": text, "revision": revision, "base": digest(base)}
        return browse(person).post(f"{page}statement/", data, **options)

    return post


def test_bob_writes_and_comes_back_to_the_page(save, bob, assessment, page):
    response = save(bob, "방화벽 2식을 두고 기본 차단합니다.")
    assert response.url == page
    assessment.refresh_from_db()
    assert assessment.statement == "방화벽 2식을 두고 기본 차단합니다."
    assert assessment.updated_by == bob


def test_htmx_gets_the_saved_box_with_the_new_revision(save, bob, assessment):
    shown = save(bob, "기본 차단", headers=HTMX).content.decode()
    assert "<html" not in shown
    assert "저장됨" in shown
    # bob has no verdict form whose revision would have to follow.
    assert "verdict-revision" not in shown


def test_the_verdict_form_beside_it_learns_the_new_revision(save, alice, assessment):
    shown = save(alice, "기본 차단", headers=HTMX).content.decode()
    assert 'id="verdict-revision" value="1" hx-swap-oob="true"' in shown


def test_the_second_writer_sees_both_texts_and_loses_nothing(save, alice, bob, assessment):
    save(bob, "밥의 글\n공통")
    response = save(alice, "앨리스의 글\n공통")
    shown = response.content.decode()
    assert response.status_code == 409
    assert "밥의 글" in shown
    assert "앨리스의 글" in shown
    first, second = response.context["pairs"]
    assert (first.kind, first.before, first.after) == ("changed", "밥의 글", "앨리스의 글")
    assert second.kind == "same"
    # The merge begins with one's own text.
    assert response.context["statement_form"]["text"].value() == "앨리스의 글\n공통"
    assessment.refresh_from_db()
    assert assessment.statement == "밥의 글\n공통"


def test_the_merged_text_is_saved(save, alice, bob, assessment):
    save(bob, "밥의 글")
    save(alice, "앨리스의 글")
    save(alice, "밥과 앨리스의 글", revision=1, base="밥의 글")
    assessment.refresh_from_db()
    assert assessment.statement == "밥과 앨리스의 글"


def test_a_new_owner_in_the_meantime_is_no_conflict(save, alice, bob, assessment):
    services.assign(assessment, owner=bob, due=None, by=alice)
    assert save(bob, "처음 쓰는 글", revision=0, base="").status_code == 302


def test_a_conflict_reaches_htmx_as_a_fragment(save, alice, bob, assessment):
    save(bob, "밥의 글")
    response = save(alice, "앨리스의 글", headers=HTMX)
    assert response.status_code == 409
    assert "<html" not in response.content.decode()


def test_dave_may_not_write(save, dave, assessment):
    assert save(dave, "몰래").status_code == 403
    assessment.refresh_from_db()
    assert assessment.statement == ""


def test_a_form_without_its_revision_is_not_saved(browse, bob, page, assessment):
    assert browse(bob).post(f"{page}statement/", {"text": "글"}).status_code == 400
    assessment.refresh_from_db()
    assert assessment.statement == ""


def test_a_hostile_text_stays_text(save, browse, bob, page, assessment):
    save(bob, "<script>alert(1)</script>")
    assert "<script>alert" not in browse(bob).get(page).content.decode()
