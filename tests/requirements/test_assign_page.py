from datetime import date

import pytest


@pytest.fixture
def assign(browse, page):
    def post(person, owner, due=""):
        return browse(person).post(f"{page}assign/", {"owner": owner, "due": due})

    return post


def test_alice_names_bob_and_a_day(assign, alice, bob, assessment, page):
    assert assign(alice, bob.pk, "2027-01-04").url == page
    assessment.refresh_from_db()
    assert (assessment.owner, assessment.due) == (bob, date(2027, 1, 4))


def test_somebody_of_another_organisation_cannot_be_named(assign, alice, sam, assessment):
    assert assign(alice, sam.pk).status_code == 400
    assessment.refresh_from_db()
    assert assessment.owner is None


def test_a_day_that_is_no_day_changes_nothing(assign, alice, bob, assessment):
    assert assign(alice, bob.pk, "soon").status_code == 400
    assessment.refresh_from_db()
    assert assessment.owner is None


def test_bob_cannot_name_himself(assign, bob, assessment):
    assert assign(bob, bob.pk).status_code == 403
