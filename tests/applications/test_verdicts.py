"""The platform's verdicts: typed in, kept apart from our own, one sentence for each mistake."""

from datetime import date

import pytest

from compliance.applications import services, verdicts
from compliance.applications.models import Application, ReceivedVerdict
from compliance.applications.verdicts import Word
from compliance.audit.selectors import history
from compliance.remediation.models import Task
from compliance.requirements.models import Assessment
from compliance.shared.errors import Conflict, Refused, Unauthorised


@pytest.fixture
def item(adopted):
    return adopted.requirements.get(code="OI-NET-03")


def ask(round_, item, by, **more):
    word = Word(item, "supplement", "정책 증적을 보완하십시오.", **more)
    return verdicts.receive(round_, [word], by=by)


def test_our_own_verdict_stays_as_it_is(in_review, alice, item):
    before = Assessment.objects.get(requirement=item).verdict
    assert ask(in_review.current_round, item, alice, due=date(2026, 12, 20)) == 1
    stored = ReceivedVerdict.objects.get()
    assert (stored.verdict, stored.due, stored.entered_by) == (
        "supplement",
        date(2026, 12, 20),
        alice,
    )
    assert Assessment.objects.get(requirement=item).verdict == before
    assert history(in_review)[0].data["after"] == {"OI-NET-03": "supplement"}


def test_saying_the_same_again_changes_nothing(in_review, alice, item):
    ask(in_review.current_round, item, alice)
    assert ask(in_review.current_round, item, alice) == 0
    assert ReceivedVerdict.objects.get().revision == 0


def test_who_asks_says_what(in_review, alice, item, adopted):
    met = Word(adopted.requirements.get(code="OI-NET-05"), "met")
    with pytest.raises(Refused, match="OI-NET-03"):
        verdicts.receive(in_review.current_round, [met, Word(item, "not_met")], by=alice)
    assert not ReceivedVerdict.objects.exists(), "all are kept or none"


def test_an_entry_that_moved_on_is_not_overwritten(in_review, alice, olga, item):
    round_ = in_review.current_round
    ask(round_, item, alice, revision=-1)
    with pytest.raises(Conflict):
        verdicts.receive(round_, [Word(item, "met", revision=-1)], by=olga)
    verdicts.receive(round_, [Word(item, "met", revision=0)], by=olga)
    assert ReceivedVerdict.objects.get().verdict == "met"


def test_an_entry_is_taken_back_while_no_work_hangs_on_it(in_review, alice, item):
    round_ = in_review.current_round
    ask(round_, item, alice)
    verdicts.receive(round_, [Word(item, "")], by=alice)
    assert not ReceivedVerdict.objects.exists()
    ask(round_, item, alice)
    services.request_changes(in_review, by=alice)
    assert Task.objects.filter(received_verdict__isnull=False).count() == 1
    with pytest.raises(Refused):
        verdicts.receive(round_, [Word(item, "")], by=alice)


def test_it_needs_a_review_under_way(application, alice, item):
    with pytest.raises(Refused):
        ask(application.current_round, item, alice)


def test_a_round_that_another_followed_is_closed(in_review, alice, item):
    first = in_review.current_round
    ask(first, item, alice)
    services.request_changes(in_review, by=alice)
    services.open_next_round(in_review, by=alice)
    first.application = Application.objects.get()
    with pytest.raises(Refused):
        verdicts.receive(first, [Word(item, "met")], by=alice)


def test_an_engineer_may_not(in_review, bob, item):
    with pytest.raises(Unauthorised):
        ask(in_review.current_round, item, bob)


def test_changes_are_requested_by_verdicts_or_by_words(in_review, alice):
    with pytest.raises(Refused):
        services.request_changes(in_review, by=alice)
    assert Application.objects.get().state == "in_review"
    services.request_changes(in_review, text="전반적으로 보완하십시오.", by=alice)
    assert Application.objects.get().state == "changes_requested"


# The page


def address(application, more=""):
    return f"/o/manna/applications/{application.number}/rounds/1/verdicts/{more}"


def typed(item, revision=-1, was=("", "", ""), **now):
    name = f"r{item.pk}"
    verdict, words, due = was
    return {
        f"{name}-revision": revision,
        f"initial-{name}-verdict": verdict,
        f"initial-{name}-words": words,
        f"initial-{name}-due": due,
        f"{name}-verdict": now.get("verdict", verdict),
        f"{name}-words": now.get("words", words),
        f"{name}-due": now.get("due", due),
    }


def test_only_changed_rows_are_saved(in_review, alice, browse, item, adopted):
    other = adopted.requirements.get(code="OI-NET-05")
    sent = typed(item, verdict="supplement", words="보완") | typed(other)
    assert browse(alice).post(address(in_review), sent).status_code == 302
    assert [each.requirement_id for each in ReceivedVerdict.objects.all()] == [item.pk]


def test_an_untouched_row_does_not_undo_what_another_person_entered(
    in_review, alice, olga, browse, item, adopted
):
    other = adopted.requirements.get(code="OI-NET-05")
    ask(in_review.current_round, item, olga)
    sent = typed(item) | typed(other, verdict="met")
    assert browse(alice).post(address(in_review), sent).status_code == 302
    assert ReceivedVerdict.objects.get(requirement=item).verdict == "supplement"


def test_a_mistake_stands_beside_its_row_and_nothing_is_saved(
    in_review, alice, browse, item, adopted
):
    other = adopted.requirements.get(code="OI-NET-05")
    sent = typed(item, verdict="supplement") | typed(other, verdict="met", words="좋습니다")
    page = browse(alice).post(address(in_review), sent)
    assert "심사 의견을 적으십시오" in page.content.decode()
    assert "좋습니다" in page.content.decode()
    assert not ReceivedVerdict.objects.exists()


def test_a_conflict_shows_both_and_the_second_try_saves(in_review, alice, olga, browse, item):
    ask(in_review.current_round, item, olga)
    page = browse(alice).post(address(in_review), typed(item, verdict="met"))
    text = page.content.decode()
    assert page.status_code == 409
    assert "정책 증적을 보완하십시오." in text
    assert f'name="r{item.pk}-revision" value="0"' in text
    again = typed(item, revision=0, verdict="met")
    assert browse(alice).post(address(in_review), again).status_code == 302
    assert ReceivedVerdict.objects.get().verdict == "met"


@pytest.mark.parametrize(
    ("filters", "shown", "hidden"),
    [
        ("?verdict=asking", "OI-NET-03", "OI-NET-05"),
        ("?verdict=none", "OI-NET-05", "OI-NET-03"),
        ("?area=SRV", "OI-SRV-01", "OI-NET-05"),
        ("?q=oi-net-05", "OI-NET-05", "OI-NET-03"),
    ],
)
def test_filters(in_review, alice, browse, item, filters, shown, hidden):
    ask(in_review.current_round, item, alice)
    page = browse(alice).get(address(in_review, filters)).content.decode()
    assert shown in page
    assert hidden not in page


def test_everybody_reads_and_a_viewer_finds_no_field(in_review, alice, dave, browse, item):
    ask(in_review.current_round, item, alice)
    page = browse(dave).get(address(in_review)).content.decode()
    assert "정책 증적을 보완하십시오." in page
    assert f"r{item.pk}-verdict" not in page
    assert browse(dave).post(address(in_review), typed(item, verdict="met")).status_code == 403


def test_the_requirement_page_shows_the_platforms_word_apart(in_review, alice, browse, item):
    path = "/o/manna/requirements/order-integration-reference/OI-NET-03/"
    assert "플랫폼 심사 판정" not in browse(alice).get(path).content.decode()
    ask(in_review.current_round, item, alice)
    page = browse(alice).get(path).content.decode()
    assert "platform-verdicts" in page
    assert "정책 증적을 보완하십시오." in page


def test_the_table_asks_a_constant_number_of_queries(
    in_review, alice, browse, adopted, django_assert_max_num_queries
):
    words = [Word(each, "supplement", "보완") for each in adopted.requirements.all()]
    verdicts.receive(in_review.current_round, words, by=alice)
    client = browse(alice)
    for path in (address(in_review), address(in_review).replace("verdicts/", "")):
        with django_assert_max_num_queries(20):
            client.get(path)
