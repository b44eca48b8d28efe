"""Evidence accepted for a related requirement, proposed where it may serve too."""

import pytest
from django.core.management import call_command

from compliance.audit.services import SYSTEM
from compliance.evidence import reuse, services
from compliance.evidence.models import EvidenceLink
from compliance.requirements import services as requirements
from compliance.requirements.models import Assessment, Profile
from compliance.shared.errors import Refused

PAGE = "/o/manna/requirements/yogiyo-integration-reference/YO-INF-02/"
REUSE = "/o/manna/evidence/reuse/"


@pytest.fixture
def inf02(manna, accepted) -> Assessment:
    """What 만나배달 says of Yogiyo's firewall item; Baemin's has an accepted ruleset."""
    call_command("load_catalogue", "--json")
    second = Profile.objects.get(identifier="yogiyo-integration-reference")
    requirements.adopt(manna, second, by=SYSTEM)
    return Assessment.objects.select_related("requirement__profile", "organisation").get(
        requirement__code="YO-INF-02"
    )


def send(client, assessment, **more):
    return client.post(REUSE, {"requirement": assessment.requirement_id, **more})


def links_of(assessment):
    return EvidenceLink.objects.filter(requirement=assessment.requirement)


def test_what_is_accepted_there_is_proposed_and_nothing_is_linked(browse, bob, inf02, accepted):
    page = browse(bob).get(PAGE).content.decode()
    assert "여기에도 쓸 수 있는 증적" in page
    assert accepted.evidence.code in page
    [proposed] = reuse.proposed(inf02)
    assert proposed.asked
    assert not links_of(inf02).exists()


def test_bob_links_one_and_it_waits_for_a_review_here(browse, bob, inf02, accepted):
    response = send(browse(bob), inf02, one=accepted.evidence.number)
    assert response.status_code == 302
    link = links_of(inf02).get()
    assert (link.state, link.submitted_by, link.reviewed_by) == ("in_review", bob, None)
    accepted.refresh_from_db()
    assert accepted.state == "accepted"
    assert reuse.proposed(inf02) == []


def test_a_second_click_changes_nothing(browse, bob, inf02, accepted):
    client = browse(bob)
    send(client, inf02, evidence=[accepted.evidence.number])
    send(client, inf02, evidence=[accepted.evidence.number])
    assert links_of(inf02).count() == 1


def test_what_is_not_accepted_or_withdrawn_is_not_proposed(bob, carol, inf02, accepted):
    services.withdraw(accepted.evidence, reason="잘못 올림", by=bob)
    assert reuse.proposed(inf02) == []


def test_choosing_nothing_is_a_sentence(browse, bob, inf02):
    assert send(browse(bob), inf02).status_code == 409
    with pytest.raises(Refused, match="하나 이상"):
        services.link_all([], inf02.requirement, by=bob)


def test_all_or_none_are_linked(browse, bob, inf02, accepted):
    response = send(browse(bob), inf02, evidence=[accepted.evidence.number, 4711])
    assert response.status_code == 404
    assert not links_of(inf02).exists()


def test_another_organisations_evidence_is_not_there(browse, sam, inf02, accepted):
    assert send(browse(sam), inf02, one=accepted.evidence.number).status_code == 404
    assert (
        browse(sam)
        .post(
            "/o/elsewhere/evidence/reuse/",
            {"requirement": inf02.requirement_id, "one": accepted.evidence.number},
        )
        .status_code
        == 404
    )


def test_dave_reads_the_box_without_verbs(browse, dave, inf02, accepted):
    page = browse(dave).get(PAGE).content.decode()
    assert "여기에도 쓸 수 있는 증적" in page
    assert f'value="{accepted.evidence.number}"' not in page
    assert send(browse(dave), inf02, one=accepted.evidence.number).status_code == 403
