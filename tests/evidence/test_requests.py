"""자료요청: who reviews asks an owner for evidence, by a day."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from compliance.accounts.roles import Role
from compliance.evidence import requesting, services
from compliance.evidence.models import EvidenceLink, EvidenceRequest, RequestState
from compliance.notices.models import Notice
from compliance.notices.services import deliver_all
from compliance.requirements.models import Assessment
from compliance.shared.errors import Refused
from tests.conftest import make_person
from tests.evidence.conftest import PDF, upload


def day(n):
    return timezone.localdate() + timedelta(days=n)


@pytest.fixture
def asked(manna, net03, ruleset, bob, carol) -> EvidenceRequest:
    wanted = requesting.Wanted(net03, bob, "최근 룰셋을 올려 주십시오.", day(5), [ruleset])
    return requesting.ask(manna, wanted, by=carol)


def url(name, asked):
    return reverse(f"evidence:{name}", args=["manna", asked.number])


def told(user):
    deliver_all()
    rows = Notice.objects.filter(user=user).select_related("entry")
    return [each.entry.action for each in rows.order_by("pk")]


def test_the_owner_hears_of_it_and_it_stands_at_the_requirement(browse, asked, bob, dave, net03):
    assert told(bob) == ["evidence.asked"]
    assert Notice.objects.get(user=bob).url == url("request", asked)
    names = ["manna", net03.profile.identifier, net03.code]
    page = browse(dave).get(reverse("requirements:detail", args=names)).content.decode()
    assert asked.code in page
    listed = browse(bob).get(reverse("evidence:requests", args=["manna"]) + "?show=mine")
    assert asked.text in listed.content.decode()


def test_asked_answered_accepted(asked, submitted, bob, carol):
    requesting.answer(asked, [submitted.evidence], by=bob, text="여기 있습니다.")
    assert asked.state == RequestState.ANSWERED
    assert list(asked.answers.all()) == [submitted.evidence]
    with pytest.raises(Refused):
        requesting.answer(asked, [submitted.evidence], by=bob)
    requesting.accept(asked, by=carol)
    assert asked.state == RequestState.ACCEPTED
    assert told(bob)[-1] == "evidence.answer_accepted"
    assert told(carol) == ["evidence.submitted", "evidence.answered"]


def test_an_answer_that_is_not_what_was_asked_goes_back(asked, submitted, bob, carol):
    requesting.answer(asked, [submitted.evidence], by=bob)
    with pytest.raises(Refused):
        requesting.send_back(asked, reason=" ", by=carol)
    requesting.send_back(asked, reason="다른 장비입니다.", by=carol)
    assert (asked.state, asked.reason) == (RequestState.REQUESTED, "다른 장비입니다.")
    requesting.answer(asked, [submitted.evidence], by=bob)
    assert asked.reason == ""


def test_who_answered_does_not_accept(manna, net03, alice, submitted, carol):
    made = requesting.ask(manna, requesting.Wanted(net03, alice, "x", day(1)), by=carol)
    requesting.answer(made, [submitted.evidence], by=alice)
    with pytest.raises(Refused, match="다른"):
        requesting.accept(made, by=alice)


def test_closed_and_withdrawn_need_a_reason_and_are_the_end(asked, carol, bob):
    with pytest.raises(Refused):
        requesting.close(asked, reason="", by=carol)
    requesting.withdraw(asked, reason="잘못 요청", by=carol)
    for verb in (requesting.close, requesting.withdraw):
        with pytest.raises(Refused):
            verb(asked, reason="x", by=carol)
    with pytest.raises(Refused):
        requesting.answer(asked, [], by=bob)


def test_reuse_answers_too_and_links_it_here(asked, manna, srv01, bob):
    other = services.add(manna, [upload()], by=bob, requirement=srv01).evidence
    requesting.answer(asked, [other], by=bob)
    assert EvidenceLink.objects.get(requirement=asked.requirement).evidence == other


def test_files_answer_from_the_page(browse, asked, bob):
    file = upload().stream
    file.name = "룰셋.pdf"
    browse(bob).post(url("request-answer", asked), {"files": file, "text": "올렸습니다."})
    asked.refresh_from_db()
    assert asked.state == RequestState.ANSWERED
    answer = asked.answers.get()
    assert answer.kind_code == "firewall_ruleset"
    assert answer.links.get().requirement == asked.requirement


def test_nothing_is_no_answer(browse, asked, bob):
    assert browse(bob).post(url("request-answer", asked), {}).status_code == 409
    assert browse(bob).post(url("request-answer", asked), {"evidence": 99}).status_code == 404


def test_a_double_click_asks_once(browse, net03, bob, carol):
    send = {"requirement": net03.pk, "owner": bob.pk, "text": "룰셋", "due": day(3).isoformat()}
    where = reverse("evidence:ask", args=["manna"])
    answers = [browse(carol).post(where, send).url for _ in range(2)]
    assert answers[0] == answers[1]
    assert EvidenceRequest.objects.count() == 1


@pytest.mark.parametrize(
    "wrong", [{"text": " "}, {"due": "2020-01-01"}, {"due": "gestern"}, {"owner": "0"}]
)
def test_a_wrong_request_is_a_sentence(browse, net03, bob, carol, wrong):
    send = {"requirement": net03.pk, "owner": bob.pk, "text": "룰셋", "due": day(3).isoformat()}
    where = reverse("evidence:ask", args=["manna"])
    assert browse(carol).post(where, {**send, **wrong}).status_code == 409
    assert not EvidenceRequest.objects.exists()


def test_an_engineer_does_not_ask(manna, net03, alice, bob):
    with pytest.raises(Refused):
        requesting.ask(manna, requesting.Wanted(net03, alice, "x", day(1)), by=bob)


def test_reminders_come_once_before_and_once_after(asked, bob, carol):
    assert requesting.remind(day(1)) == 0
    assert requesting.remind(day(3)) == 1
    assert requesting.remind(day(4)) == 0
    assert requesting.remind(day(6)) == 1
    assert requesting.remind(day(7)) == 0
    assert told(bob)[1:] == ["evidence.request_due", "evidence.request_overdue"]
    assert told(carol) == ["evidence.request_overdue"]


def test_an_answered_request_reminds_nobody(asked, submitted, bob):
    requesting.answer(asked, [submitted.evidence], by=bob)
    assert requesting.remind(day(30)) == 0


def test_it_is_passed_on_when_the_owner_has_left(browse, asked, bob, carol, alice):
    bob.memberships.update(ended_at=timezone.now())
    page = browse(carol, language="en").get(url("request", asked)).content.decode()
    assert "has left" in page
    browse(carol).post(url("request-pass-on", asked), {"owner": alice.pk})
    asked.refresh_from_db()
    assert asked.owner == alice
    assert told(alice) == ["evidence.request_passed_on"]
    with pytest.raises(Refused):
        requesting.pass_on(asked, owner=bob, by=carol)


def test_two_settle_at_once(asked, submitted, bob, carol, alice):
    requesting.answer(asked, [submitted.evidence], by=bob)
    mine = EvidenceRequest.objects.get()
    requesting.accept(asked, by=carol)
    with pytest.raises(Refused):
        requesting.send_back(mine, reason="x", by=alice)
    assert EvidenceRequest.objects.get().state == RequestState.ACCEPTED


def test_the_page_settles(browse, asked, submitted, bob, carol):
    requesting.answer(asked, [submitted.evidence], by=bob)
    client = browse(carol)
    assert client.get(url("request", asked)).status_code == 200
    settle = url("request-settle", asked)
    assert client.post(settle, {"op": "burn"}).status_code == 409
    assert client.post(settle, {"op": "back", "reason": "흐림"}).status_code == 302
    assert client.post(settle, {"op": "close", "reason": "불필요"}).status_code == 302
    for show in ("open", "mine", "answered", "late", "over", "x"):
        listed = client.get(reverse("evidence:requests", args=["manna"]), {"show": show})
        assert listed.status_code == 200


def test_a_request_of_a_former_version_is_refused(manna, assessment, carol, bob):
    from compliance.requirements.models import Adoption

    Adoption.objects.update(ended_at=timezone.now())
    row = Assessment.objects.get(pk=assessment.pk)
    with pytest.raises(Refused):
        requesting.ask(manna, requesting.Wanted(row.requirement, bob, "x", day(1)), by=carol)


def test_a_viewer_is_no_answerer(asked, manna):
    viewer = make_person("vera", "베라", manna, Role.VIEWER)
    with pytest.raises(Refused):
        requesting.answer(asked, [], by=viewer)


def test_the_same_file_answers_a_second_request_by_reuse(asked, manna, srv01, bob, carol):
    added = services.add(manna, [upload("a.pdf", PDF)], by=bob, requirement=asked.requirement)
    requesting.answer(asked, [added.evidence], by=bob)
    again = requesting.ask(manna, requesting.Wanted(srv01, bob, "y", day(2)), by=carol)
    requesting.answer(again, [added.evidence], by=bob)
    assert added.evidence.links.count() == 2
