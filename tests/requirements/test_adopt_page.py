from compliance.requirements.models import Assessment

ADOPT = "/o/manna/requirements/adopt/"


def test_alice_takes_on_a_profile(browse, alice, manna, profile):
    response = browse(alice).post(ADOPT, {"profile": profile.pk})
    assert response.url == "/o/manna/requirements/?profile=order-integration-reference"
    assert Assessment.objects.filter(organisation=manna).count() == 59


def test_dave_may_not(browse, dave, manna, profile):
    assert browse(dave).post(ADOPT, {"profile": profile.pk}).status_code == 403
    assert not Assessment.objects.filter(organisation=manna).exists()


def test_a_profile_of_another_organisation_is_not_there(browse, alice, elsewhere, profile):
    type(profile).objects.filter(pk=profile.pk).update(organisation=elsewhere)
    assert browse(alice).post(ADOPT, {"profile": profile.pk}).status_code == 404
