"""What is being written and not saved."""

from datetime import timedelta

import pytest
from django.utils import timezone

from compliance.audit.selectors import history
from compliance.requirements import drafts, services
from compliance.requirements.models import StatementDraft
from compliance.shared.errors import Conflict


@pytest.fixture
def keep(browse, page):
    def post(person, text, revision=0, known="", **data):
        data = {"text": text, "revision": revision, "known": known, **data}
        return browse(person).post(f"{page}draft/", data)

    return post


def test_a_draft_follows_bob_and_changes_nothing_that_others_see(
    keep, browse, bob, page, assessment
):
    answer = keep(bob, "반쯤 쓴 문").json()
    assert answer["shown"]
    assert not answer["moved_on"]
    assessment.refresh_from_db()
    assert (assessment.statement, assessment.revision) == ("", 0)
    assert history(assessment).count() == 0
    assert browse(bob).get(page).context["draft"].text == "반쯤 쓴 문"


def test_nobody_else_sees_what_bob_writes(keep, browse, alice, bob, page, assessment):
    keep(bob, "아직 비밀인 문장")
    shown = browse(alice).get(page)
    assert shown.context["draft"] is None
    assert "아직 비밀인 문장" not in shown.content.decode()


def test_others_see_that_bob_is_writing_for_two_minutes(keep, browse, alice, bob, page, assessment):
    keep(bob, "쓰는 중")
    assert "밥 님이 작성 중" in browse(alice).get(f"{page}writing/").content.decode()
    assert "밥" not in browse(bob).get(f"{page}writing/").content.decode()
    StatementDraft.objects.update(saved_at=timezone.now() - timedelta(minutes=3))
    assert "밥" not in browse(alice).get(f"{page}writing/").content.decode()


def test_saving_ends_the_draft(keep, bob, assessment):
    keep(bob, "다 쓴 문장")
    services.write_statement(assessment, text="다 쓴 문장", revision=0, by=bob)
    assert not StatementDraft.objects.exists()


def test_going_back_to_the_saved_text_ends_it_too(keep, bob, assessment):
    services.write_statement(assessment, text="저장된 글", revision=0, by=bob)
    known = keep(bob, "저장된 글 더", revision=1).json()["at"]
    assert keep(bob, "저장된 글", revision=1, known=known).json()["at"] is None
    assert not StatementDraft.objects.exists()


def test_a_second_window_does_not_overwrite_the_first(keep, bob, assessment):
    first = keep(bob, "첫 창").json()["at"]
    answer = keep(bob, "둘째 창")
    assert answer.status_code == 409
    assert answer.json()["text"] == "첫 창"
    assert keep(bob, "둘째 창", known=first).status_code == 200
    assert StatementDraft.objects.get().text == "둘째 창"


def test_bob_hears_that_alice_saved_meanwhile(keep, browse, alice, bob, page, assessment):
    keep(bob, "밥의 초안")
    services.write_statement(assessment, text="앨리스의 글", revision=0, by=alice)
    known = StatementDraft.objects.get().saved_at.isoformat()
    assert keep(bob, "밥의 초안 더", known=known).json()["moved_on"]
    [pair] = browse(bob).get(page).context["draft_pairs"]
    assert (pair.before, pair.after) == ("앨리스의 글", "밥의 초안 더")


def test_bob_throws_it_away(keep, bob, assessment):
    keep(bob, "버릴 글")
    keep(bob, "", drop="1")
    assert not StatementDraft.objects.exists()


@pytest.mark.parametrize("wrong", [{"revision": "x"}, {"revision": ""}])
def test_nonsense_is_refused(browse, bob, page, wrong):
    assert browse(bob).post(f"{page}draft/", {"text": "글", **wrong}).status_code == 400


def test_a_senseless_moment_counts_as_not_known(keep, bob, assessment):
    assert keep(bob, "글", known="2026-99-99T00:00:00+09:00").status_code == 200


def test_dave_keeps_no_draft(keep, dave, assessment):
    assert keep(dave, "몰래").status_code == 403


def test_two_windows_that_begin_at_the_same_moment_lose_nothing(assessment, bob, monkeypatch):
    other = {"text": "다른 창의 글", "revision": 0, "saved_at": timezone.now()}

    def the_other_window_is_faster():
        StatementDraft.objects.create(assessment=assessment, user=bob, **other)
        return other["saved_at"] + timedelta(seconds=1)

    monkeypatch.setattr(drafts.timezone, "now", the_other_window_is_faster)
    with pytest.raises(Conflict, match="another window|다른 창"):
        drafts.keep(assessment, text="이 창의 글", revision=0, known=None, by=bob)
