"""Our answers to what the platform asked for, until the next round is frozen."""

import pytest

from compliance.applications import preflight, services, verdicts
from compliance.applications.models import ReceivedVerdict
from compliance.applications.verdicts import Word
from compliance.audit.selectors import history
from compliance.shared.errors import Conflict, Refused, Unauthorised


@pytest.fixture
def asked(in_review, alice, adopted) -> ReceivedVerdict:
    """The platform wants more for OI-NET-03; nobody has opened round 2 yet."""
    word = Word(adopted.requirements.get(code="OI-NET-03"), "supplement", "증적을 보완하십시오.")
    verdicts.receive(in_review.current_round, [word], by=alice)
    services.request_changes(in_review, by=alice)
    found = ReceivedVerdict.objects.select_related("requirement").get()
    found.round.application = in_review
    return found


def test_who_writes_statements_answers(asked, bob, in_review):
    verdicts.reply(asked, text=" 새 증적을 올렸습니다. ", revision=0, by=bob)
    stored = ReceivedVerdict.objects.get()
    assert (stored.answer, stored.answered_by, stored.revision) == (
        "새 증적을 올렸습니다.",
        bob,
        1,
    )
    assert stored.words == "증적을 보완하십시오.", "the platform's words stay"
    assert history(in_review)[0].action == "application.answered"


def test_two_who_answer_lose_nothing(asked, alice, bob):
    second = ReceivedVerdict.objects.select_related("requirement", "round__application").get()
    verdicts.reply(asked, text="앨리스의 답", revision=0, by=alice)
    with pytest.raises(Conflict):
        verdicts.reply(second, text="밥의 답", revision=0, by=bob)
    assert ReceivedVerdict.objects.get().answer == "앨리스의 답"


def test_an_empty_answer_has_no_author(asked, bob):
    verdicts.reply(asked, text="답", revision=0, by=bob)
    verdicts.reply(asked, text="", revision=1, by=bob)
    assert ReceivedVerdict.objects.get().answered_by is None


def test_a_viewer_may_not(asked, dave):
    with pytest.raises(Unauthorised):
        verdicts.reply(asked, text="답", revision=0, by=dave)


def test_after_the_next_freeze_the_answer_stands(asked, alice, in_review):
    second = services.open_next_round(in_review, by=alice)
    verdicts.reply(asked, text="답", revision=0, by=alice)
    services.lock(second, by=alice, gaps_reason="계획 있음")
    again = ReceivedVerdict.objects.select_related("requirement", "round__application").get()
    with pytest.raises(Refused):
        verdicts.reply(again, text="다른 답", revision=1, by=alice)


def test_silence_blocks_the_second_round(asked, alice, in_review, in_english):
    def blocked():
        return [
            gap.requirement
            for gap in preflight.gaps(in_review)
            if gap.topic == preflight.Topic.ANSWER
        ]

    services.open_next_round(in_review, by=alice)
    assert blocked() == ["OI-NET-03"]
    verdicts.reply(asked, text="답", revision=0, by=alice)
    assert blocked() == []


def test_the_page_of_the_second_round_shows_what_was_asked(asked, alice, in_review, browse):
    services.open_next_round(in_review, by=alice)
    path = f"/o/manna/applications/{in_review.number}/rounds/"
    client = browse(alice)
    page = client.get(f"{path}2/").content.decode()
    assert "증적을 보완하십시오." in page
    assert "OI-NET-05" not in page
    assert "OI-NET-05" in client.get(f"{path}2/?show=all").content.decode()
    saved = client.post(
        f"{path}1/verdicts/OI-NET-03/answer/", {"answer": "답했습니다.", "revision": 0}
    )
    assert saved.url == f"{path}2/"
    assert "답했습니다." in client.get(f"{path}2/").content.decode()


def test_a_conflict_keeps_what_was_typed(asked, alice, bob, in_review, browse):
    path = f"/o/manna/applications/{in_review.number}/rounds/1/verdicts/OI-NET-03/answer/"
    verdicts.reply(asked, text="앨리스의 답", revision=0, by=alice)
    for headers in ({}, {"HX-Request": "true"}):
        typed = {"answer": "밥의 답", "revision": 0}
        page = browse(bob).post(path, typed, headers=headers)
        text = page.content.decode()
        assert page.status_code == 409
        assert "앨리스의 답" in text
        assert "밥의 답" in text
        assert 'name="revision" value="1"' in text


def test_one_box_comes_alone_to_htmx(asked, bob, in_review, browse):
    path = f"/o/manna/applications/{in_review.number}/rounds/1/verdicts/OI-NET-03/answer/"
    page = browse(bob).post(path, {"answer": "답", "revision": 0}, headers={"HX-Request": "true"})
    assert page.status_code == 200
    assert "<html" not in page.content.decode()
    assert 'id="asked-OI-NET-03"' in page.content.decode()
