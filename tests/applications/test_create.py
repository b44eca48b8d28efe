import pytest
from django.db import IntegrityError, transaction

from compliance.applications import services
from compliance.applications.models import Application
from compliance.audit.selectors import history
from compliance.shared.errors import Refused, Unauthorised


def test_it_opens_the_first_round(application):
    assert application.state == "draft"
    assert [each.number for each in application.rounds.all()] == [1]
    assert history(application)[0].action == "application.created"


def test_numbers_follow_each_other_in_an_organisation(alice, manna, adopted):
    numbers = [
        services.create(manna, profile=adopted, by=alice, title="신청").number for _ in range(3)
    ]
    years = {number[:8] for number in numbers}
    assert len(years) == 1
    assert [number[-4:] for number in numbers] == ["0001", "0002", "0003"]


def test_the_database_refuses_a_number_twice(application, alice, manna, adopted):
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.create(
            organisation=manna,
            profile=adopted,
            number=application.number,
            serial=9,
            title="같은 번호",
            created_by=alice,
        )


def test_another_organisation_counts_for_itself(application, sam, elsewhere, profile):
    from compliance.requirements import services as requirements

    requirements.adopt(elsewhere, profile, by=sam)
    theirs = services.create(elsewhere, profile=profile, by=sam, title="신청")
    assert theirs.number == application.number


def test_a_viewer_may_not(dave, manna, adopted):
    with pytest.raises(Unauthorised):
        services.create(manna, profile=adopted, by=dave, title="신청")
    assert not Application.objects.exists()


def test_the_profile_must_be_adopted(alice, manna, profile):
    with pytest.raises(Refused):
        services.create(manna, profile=profile, by=alice, title="신청")


def test_the_page_leads_to_the_form(alice, manna, adopted, browse):
    answer = browse(alice).post(
        "/o/manna/applications/new/", {"profile": adopted.pk, "title": "배민 주문연동"}
    )
    made = Application.objects.get()
    assert answer.url == f"/o/manna/applications/{made.number}/edit/"


def test_who_works_with_no_profile_yet_is_led_to_choose_one(browse, alice, manna, profile):
    page = browse(alice, language="en").get("/o/manna/applications/new/").content.decode()
    assert "Choose the requirement profile first." in page
    assert 'href="/o/manna/requirements/"' in page
    assert '<form method="post" class="card"' not in page
