"""The pages of an application, as each role sees them."""

import io

import pytest

from compliance.accounts import limits
from compliance.accounts.models import Membership, User
from compliance.applications import services
from compliance.applications.models import Application
from compliance.evidence import services as evidence
from tests.remediation.conftest import png


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_page_opens_for_everybody(
    application, alice, bob, carol, dave, olga, browse, language
):
    for person in (alice, bob, carol, dave, olga):
        client = browse(person, language=language)
        for address in ("", f"{application.number}/", f"{application.number}/preflight/"):
            assert client.get(f"/o/manna/applications/{address}").status_code == 200


def test_every_state_has_its_page(in_review, alice, browse):
    client = browse(alice)
    for state in ("changes_requested", "resubmitted", "received", "submitted", "locked"):
        Application.objects.update(state=state)
        assert client.get(f"/o/manna/applications/{in_review.number}/").status_code == 200


def test_a_stranger_sees_nothing(application, sam, browse):
    client = browse(sam)
    for address in ("", "edit/", "preflight/"):
        path = f"/o/manna/applications/{application.number}/{address}"
        assert client.get(path).status_code == 404
    assert client.get(f"/o/elsewhere/applications/{application.number}/").status_code == 404
    path = f"/o/manna/applications/{application.number}/cancel/"
    assert client.post(path, {"reason": "x"}).status_code == 404
    assert Application.objects.get().state == "draft"


def test_a_verb_is_no_link(application, alice, browse):
    path = f"/o/manna/applications/{application.number}/request-review/"
    assert browse(alice).get(path).status_code == 405


def test_the_way_by_clicking(application, alice, carol, olga, browse):
    def click(person, verb, **typed):
        path = f"/o/manna/applications/{application.number}/{verb}/"
        return browse(person).post(path, typed).status_code

    assert click(alice, "request-review") == 302
    assert click(carol, "review") == 302
    assert click(alice, "approve") == 409
    assert click(olga, "approve") == 302
    application.refresh_from_db()
    services.lock(application.current_round, by=alice, gaps_reason="계획 있음")
    assert click(alice, "submit") == 302
    assert click(alice, "receive", receipt_number="WB-77") == 302
    assert click(alice, "start-review") == 302
    assert click(alice, "request-changes", text="보완하십시오.") == 302
    assert click(alice, "next-round") == 302
    assert Application.objects.get().current_round.number == 2


def test_a_refusal_is_said_in_the_readers_language(application, dave, browse):
    path = f"/o/manna/applications/{application.number}/request-review/"
    answer = browse(dave, language="en").post(path)
    assert answer.status_code == 403
    assert "Your role does not include this" in answer.content.decode()


def test_the_checklist_comes_alone_to_htmx(application, alice, browse):
    path = f"/o/manna/applications/{application.number}/preflight/"
    page = browse(alice).get(path, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert "OI-NET-03" in page


def test_the_page_asks_a_constant_number_of_queries(
    application, alice, browse, django_assert_max_num_queries
):
    client = browse(alice)
    with django_assert_max_num_queries(45):
        client.get(f"/o/manna/applications/{application.number}/")


def test_the_box_of_the_overview_is_checked_again_alone(application, alice, browse):
    path = f"/o/manna/applications/{application.number}/preflight/"
    headers = {"HX-Request": "true", "HX-Target": "preflight"}
    page = browse(alice).get(path, headers=headers).content.decode()
    assert "<html" not in page
    assert 'id="preflight"' in page
    assert "part=area" in page, "an area's gaps are fetched when it is opened"


def test_a_diagram_that_proves_nothing_here_leads_nowhere_within_a_limit(
    application, manna, adopted, alice, bob, carol, olga, browse
):
    """It is evidence of the organisation; the application shows its name."""
    upload = evidence.Upload(io.BytesIO(png()), "구성도.png")
    diagram = evidence.add(manna, [upload], by=bob).evidence
    Application.objects.update(network_diagram=diagram)
    member = Membership.objects.get(user=carol)
    limits.set_terms(member, limits.Terms(limited_to=application.pk), by=olga)
    page, address = f"/o/manna/applications/{application.number}/", f"/evidence/{diagram.number}/"
    client = browse(User.objects.get(pk=carol.pk))
    said = client.get(page).content.decode()
    assert str(diagram) in said
    assert address not in said
    assert address in browse(alice).get(page).content.decode()
    evidence.link(diagram, adopted.requirements.first(), by=bob)
    assert address in client.get(page).content.decode()
    assert client.get(f"/o/manna{address}").status_code == 200
