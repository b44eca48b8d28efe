"""Which requirements of other adopted profiles speak of the same thing."""

import pytest

from compliance.audit.services import SYSTEM
from compliance.requirements import crosswalks, documents, loading, relating, services
from compliance.requirements.models import Assessment, CrosswalkEdge, Requirement
from compliance.requirements.related import related, related_to
from compliance.shared.errors import Refused, Unauthorised
from tests.conftest import YOGIYO

PAGE = "/o/manna/requirements/yogiyo-integration-reference/YO-PRV-02/"


@pytest.fixture
def both(manna, adopted):
    """만나배달 works with both platforms' profiles, and the crosswalk between them is loaded."""
    second = loading.load(documents.read(YOGIYO.read_bytes()))[0]
    services.adopt(manna, second, by=SYSTEM)
    path = YOGIYO.parent / "crosswalks/reference-to-yogiyo.yaml"
    crosswalks.load(crosswalks.read(path.read_bytes()))
    baseline = YOGIYO.parent / "baselines/isms-p-2023-10.yaml"
    loading.load(documents.read(baseline.read_bytes()))
    return second


def of(code):
    return Assessment.objects.select_related("requirement__profile", "organisation").get(
        requirement__code=code
    )


def direct(code, manna):
    found = related(of(code).requirement, manna)
    return {each.requirement.code: str(each.relation) for each in found if each.is_direct}


def test_an_edge_reads_from_both_sides(manna, both):
    assert direct("OI-LOG-10", manna) == {"YO-INF-06": "subset"}
    assert direct("YO-INF-06", manna)["OI-LOG-10"] == "superset"
    assert direct("YO-PRV-02", manna) == {"OI-DAT-05": "equal"}


def test_what_only_meets_in_a_baseline_follows_as_the_weaker_proposal(manna, both):
    found = related(of("YO-PRV-07").requirement, manna)
    assert [each.requirement.code for each in found if each.is_direct] == ["OI-DAT-12"]
    found = related(of("OI-LOG-06").requirement, manna)
    assert found
    assert not any(each.is_direct for each in found)
    assert {str(each.relation) for each in found} == {"intersects"}
    assert {item.code for each in found for item in each.through} == {"2.9.4"}
    assert len(found) <= 6


def test_a_profile_that_is_not_adopted_lends_nothing(manna, adopted):
    loading.load(documents.read(YOGIYO.read_bytes()))
    path = YOGIYO.parent / "crosswalks/reference-to-yogiyo.yaml"
    crosswalks.load(crosswalks.read(path.read_bytes()))
    assert related(of("OI-DAT-05").requirement, manna) == []


def test_an_ended_adoption_lends_nothing(manna, both):
    row = manna.adoptions.get(profile=both)
    row.ended_at = row.adopted_at
    row.save(update_fields=["ended_at"])
    assert related(of("OI-DAT-05").requirement, manna) == []


def test_the_number_of_queries_is_constant(manna, both, django_assert_num_queries):
    for code in ("OI-DAT-05", "OI-LOG-04", "YO-PRV-06"):
        assessment = of(code)
        with django_assert_num_queries(6):
            assert related(assessment.requirement, manna)
        related_to(assessment)
        with django_assert_num_queries(0):
            related_to(assessment)


def test_another_organisations_text_and_relations_never_show(
    manna, both, elsewhere, sam, alice, profile
):
    services.adopt(elsewhere, profile, by=SYSTEM)
    services.adopt(elsewhere, both, by=SYSTEM)
    here = Requirement.objects.get(code="OI-DAT-05")
    other = Requirement.objects.get(code="YO-GOV-02")
    relating.relate(
        here, other, organisation=elsewhere, relation="equal", rationale="딴곳의 말", by=sam
    )
    theirs = Assessment.objects.get(organisation=elsewhere, requirement__code="YO-PRV-02")
    services.write_statement(theirs, text="딴배달의 비밀", revision=0, by=sam)
    found = related(here, manna)
    assert "YO-GOV-02" not in [each.requirement.code for each in found if each.is_direct]
    assert {each.assessment.organisation for each in found} == {manna}


def test_alice_relates_two_requirements_and_takes_it_back(browse, alice, manna, both):
    here, other = of("OI-SRV-09").requirement, of("YO-INF-04").requirement
    page = "/o/manna/requirements/order-integration-reference/OI-SRV-09/"
    form = {
        "other": other.pk,
        "relation": "intersects",
        "rationale": "악성코드와 패치를 함께 본다.",
    }
    client = browse(alice)
    assert client.post(f"{page}relate/", form).status_code == 302
    found = next(each for each in related(here, manna) if each.is_own)
    assert (found.requirement, found.source) == (other, "앨리스")
    text = client.get(page).content.decode()
    assert "악성코드와 패치를 함께 본다." in text
    assert "앨리스님이 등록한 대응" in text
    assert client.post(f"{page}relations/{found.edge.pk}/remove/").status_code == 302
    assert not any(each.is_own for each in related(here, manna))


def test_said_again_from_the_other_side_the_newer_word_holds(manna, both, alice):
    here, other = of("OI-SRV-09").requirement, of("YO-INF-04").requirement
    facts = {"organisation": manna, "by": alice}
    relating.relate(here, other, relation="subset", rationale="가", **facts)
    edge = relating.relate(other, here, relation="superset", rationale="나", **facts)
    assert (edge.from_code, edge.relation, edge.rationale) == ("OI-SRV-09", "subset", "나")
    assert edge.crosswalk.edges.count() == 1


@pytest.mark.parametrize(
    ("relation", "rationale"), [("intersects", "  "), ("similar", "근거"), ("", "근거")]
)
def test_a_relation_needs_a_kind_and_a_reason(manna, both, alice, relation, rationale):
    here, other = of("OI-SRV-09").requirement, of("YO-INF-04").requirement
    with pytest.raises(Refused):
        relating.relate(
            here, other, organisation=manna, relation=relation, rationale=rationale, by=alice
        )


def test_bob_may_not_relate_and_the_form_keeps_what_alice_typed(browse, alice, bob, manna, both):
    here, other = of("OI-SRV-09").requirement, of("YO-INF-04").requirement
    with pytest.raises(Unauthorised):
        relating.relate(here, other, organisation=manna, relation="equal", rationale="근거", by=bob)
    page = "/o/manna/requirements/order-integration-reference/OI-SRV-09/relate/"
    response = browse(alice).post(page, {"other": "", "rationale": "적어 둔 근거"})
    assert response.status_code == 400
    assert "적어 둔 근거" in response.content.decode()


def test_a_shipped_relation_cannot_be_removed(browse, alice, both):
    edge = CrosswalkEdge.objects.get(from_code="OI-DAT-05", to_code="YO-PRV-02")
    assert browse(alice).post(f"{PAGE}relations/{edge.pk}/remove/").status_code == 404
    with pytest.raises(Refused):
        relating.unrelate(edge, by=alice)
    assert CrosswalkEdge.objects.filter(pk=edge.pk).exists()


def test_the_box_shows_relation_reason_verdict_and_excerpt(browse, alice, both):
    source = of("OI-DAT-05")
    services.write_statement(source, text="12시간 뒤 가립니다.", revision=0, by=alice)
    page = browse(alice).get(PAGE).content.decode()
    assert "대응 요구사항" in page
    assert "배달이 끝난 뒤 정한 시간 안에" in page  # the edge's rationale
    assert "12시간 뒤 가립니다." in page
    assert "이 이행내용을 초안으로 가져오기" in page


def test_no_box_where_one_profile_is_worked_with(browse, alice, assessment):
    page = browse(alice).get("/o/manna/requirements/order-integration-reference/OI-NET-03/")
    assert 'id="related"' not in page.content.decode()


def test_a_draft_is_filled_and_nothing_is_saved(browse, alice, both):
    source, target = of("OI-DAT-05"), of("YO-PRV-02")
    services.write_statement(source, text="12시간 뒤 가립니다.", revision=0, by=alice)
    client = browse(alice)
    page = client.get(f"{PAGE}borrow/?from={source.pk}")
    form = page.context["statement_form"]
    assert form.initial["text"] == "12시간 뒤 가립니다."
    target.refresh_from_db()
    assert (target.statement, target.revision) == ("", 0)
    sent = {**form.initial, "text": "24시간 뒤 가립니다."}
    assert client.post(f"{PAGE}statement/", sent).status_code == 302
    target.refresh_from_db()
    assert target.statement == "24시간 뒤 가립니다."


def test_a_text_that_is_there_stays_in_front_of_the_draft(browse, alice, both):
    source, target = of("OI-DAT-05"), of("YO-PRV-02")
    services.write_statement(source, text="저쪽 글", revision=0, by=alice)
    services.write_statement(target, text="이쪽 글", revision=0, by=alice)
    page = browse(alice).get(f"{PAGE}borrow/?from={source.pk}")
    assert page.context["statement_form"].initial["text"] == "이쪽 글\n\n저쪽 글"


def test_only_a_related_text_can_be_borrowed(browse, alice, dave, both):
    unrelated = of("OI-NET-03")
    client = browse(alice)
    assert client.get(f"{PAGE}borrow/?from={unrelated.pk}").status_code == 404
    assert client.get(f"{PAGE}borrow/?from=99999999999999999999").status_code == 404
    assert client.get(f"{PAGE}borrow/").status_code == 404
    assert browse(dave).get(f"{PAGE}borrow/?from={of('OI-DAT-05').pk}").status_code == 403


def test_a_text_that_was_taken_over_is_not_put_in_twice(browse, alice, both):
    for code in ("OI-DAT-05", "YO-PRV-02"):
        services.write_statement(of(code), text="같은 글", revision=0, by=alice)
    page = browse(alice).get(f"{PAGE}borrow/?from={of('OI-DAT-05').pk}")
    assert page.context["statement_form"].initial["text"] == "같은 글"
    assert "이 요구사항과 이행내용이 같습니다." in browse(alice).get(PAGE).content.decode()
