import pytest


@pytest.fixture
def sign(browse, page):
    def post(person, verdict, reason="", revision=0, query=""):
        data = {"verdict": verdict, "reason": reason, "revision": revision}
        return browse(person).post(f"{page}verdict/{query}", data)

    return post


def test_alice_signs_and_keeps_her_place_in_the_list(sign, alice, assessment, page):
    response = sign(alice, "met", query="?area=NET")
    assert response.url == f"{page}?area=NET"
    assessment.refresh_from_db()
    assert (assessment.verdict, assessment.decided_by) == ("met", alice)


def test_not_applicable_needs_a_reason(sign, alice, assessment):
    response = sign(alice, "not_applicable")
    assert response.status_code == 400
    assert response.context["verdict_form"].errors["reason"]
    assessment.refresh_from_db()
    assert assessment.verdict == "not_checked"


def test_a_verdict_that_does_not_exist_is_not_saved(sign, alice, assessment):
    assert sign(alice, "perfect").status_code == 400


def test_bob_writes_statements_but_signs_nothing(sign, bob, assessment):
    assert sign(bob, "met").status_code == 403
    assessment.refresh_from_db()
    assert assessment.verdict == "not_checked"


def test_the_second_signature_sees_the_first(sign, alice, olga, assessment):
    sign(olga, "not_met")
    response = sign(alice, "met")
    assert response.status_code == 409
    assert response.context["assessment"].verdict == "not_met"
    assert response.context["verdict_form"]["verdict"].value() == "met"
    assert response.context["verdict_form"]["revision"].value() == 1
