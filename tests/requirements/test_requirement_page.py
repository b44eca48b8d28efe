"""The page of one requirement, as different people see it."""

from compliance.requirements import registries
from compliance.requirements.models import Assessment
from compliance.requirements.registries import Column, Known, Reason
from compliance.shared.errors import ASK_AN_OWNER


def test_it_shows_what_is_asked_and_where_that_comes_from(browse, alice, page):
    shown = browse(alice).get(page).content.decode()
    assert "모든 통신을 기본 차단" in shown
    assert "방화벽 정책(룰셋)" in shown
    assert "any-any 허용 규칙 0건" in shown
    assert "2.6.1, 2.10.1" in shown
    assert "기사에 예시로 명시" in shown


def test_it_speaks_english(browse, alice, page):
    shown = browse(alice, language="en").get(page).content.decode()
    assert "Default-deny firewall" in shown
    assert "Sign the verdict" in shown
    assert '<html lang="en">' in shown


def test_it_leads_through_the_filtered_list(browse, alice, page):
    near = browse(alice).get(page, {"area": "NET"}).context["neighbours"]
    assert (near.number, near.previous, near.next) == (3, "OI-NET-02", "OI-NET-04")
    assert near.total == Assessment.objects.filter(requirement__area__code="NET").count()
    assert browse(alice).get(page, {"area": "LOG"}).context["neighbours"] is None


def test_the_way_up_stays_with_the_profile(browse, alice, page):
    """With two platforms the list without a profile is that of the first one."""
    shown = browse(alice).get(page).content.decode()
    assert "?profile=order-integration-reference&amp;area=NET" in shown
    assert "?filter=none&amp;profile=order-integration-reference" in shown


def test_dave_reads_why_he_cannot_write(browse, dave, page):
    shown = browse(dave).get(page).content.decode()
    box = shown.split('id="statement"')[1].split("</section>")[0]
    assert "<textarea" not in box
    assert 'aria-disabled="true"' in box
    assert str(ASK_AN_OWNER) in box


def test_the_machine_proposes_with_its_reasons(browse, alice, page, monkeypatch):
    def says(organisation, ids):
        reason = Reason(supports=False, sentence="포트 1022가 열려 있습니다.")
        return {pk: Known(reasons=[reason]) for pk in ids}

    monkeypatch.setattr(registries, "_columns", {"x": Column("x", "X", says)})
    response = browse(alice).get(page)
    assert "포트 1022가 열려 있습니다." in response.content.decode()
    assert response.context["proposal"].verdict == Assessment.Verdict.PARTIAL


def test_an_unknown_code_is_404(browse, alice, page):
    assert browse(alice).get(page.replace("OI-NET-03", "OI-NET-99")).status_code == 404


def test_a_stranger_gets_404(browse, sam, page):
    assert browse(sam).get(page).status_code == 404
