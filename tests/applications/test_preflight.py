"""What blocks or weakens a submission, each with a link to where it is fixed."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from compliance.applications import preflight, services
from compliance.applications.models import Application
from compliance.applications.states import State
from compliance.evidence import services as evidence_room
from compliance.evidence.models import EvidenceLink
from compliance.evidence.services import Upload
from compliance.requirements.models import Assessment, Profile
from compliance.scans import services as scans

pytestmark = pytest.mark.usefixtures("in_english")


def about(application, code: str = "") -> dict[str, str]:
    """{sentence: level} of one requirement, or of the application itself."""
    return {
        str(gap.sentence): gap.level.value
        for gap in preflight.gaps(application)
        if gap.requirement == code
    }


def say(code: str, **columns) -> None:
    Assessment.objects.filter(requirement__code=code).update(**columns)


def png() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (4, 4), (10, 10, 10)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def captured(manna, bob, adopted) -> EvidenceLink:
    """bob handed in a capture for OI-NET-03."""
    requirement = adopted.requirements.get(code="OI-NET-03")
    added = evidence_room.add(
        manna, [Upload(io.BytesIO(png()), "방화벽.png")], by=bob, requirement=requirement
    )
    assert added.link
    return added.link


def test_an_unchecked_mandatory_item_blocks(application):
    assert about(application, "OI-NET-03") == {
        "Nobody has set a verdict yet.": "blocker",
        "The implementation statement is empty.": "blocker",
        "No evidence is attached.": "blocker",
    }


def test_an_optional_item_only_weakens(application, adopted):
    optional = adopted.requirements.filter(mandatory=False).first()
    assert set(about(application, optional.code).values()) == {"warning"}


@pytest.mark.parametrize(
    ("verdict", "sentence", "level"),
    [
        ("not_met", "The requirement is not met.", "blocker"),
        ("inconclusive", "The verdict is inconclusive, which counts as not met.", "blocker"),
        ("partial", "The requirement is only partly met.", "warning"),
    ],
)
def test_verdicts(application, verdict, sentence, level):
    say("OI-NET-03", verdict=verdict, statement="이행 내용")
    assert about(application, "OI-NET-03")[sentence] == level


def test_what_does_not_apply_needs_nothing(application):
    say("OI-NET-03", verdict="not_applicable", reason="자체 서버가 없습니다.")
    assert about(application, "OI-NET-03") == {}


def test_evidence_counts_when_it_is_accepted(application, captured, carol):
    say("OI-NET-03", verdict="met", statement="이행 내용")
    assert about(application, "OI-NET-03") == {"The evidence waits for its review.": "blocker"}
    evidence_room.accept(captured, by=carol)
    assert about(application, "OI-NET-03") == {}


def test_returned_evidence_does_not_count(application, captured, carol):
    say("OI-NET-03", verdict="met", statement="이행 내용")
    evidence_room.return_(captured, reason="날짜가 없습니다.", by=carol)
    assert list(about(application, "OI-NET-03")) == [
        "The evidence was returned and is not replaced yet."
    ]


def test_evidence_that_is_too_old_does_not_count(application, captured, carol):
    say("OI-NET-03", verdict="met", statement="이행 내용")
    evidence_room.accept(captured, by=carol)
    EvidenceLink.objects.update(valid_until="2020-01-01")
    assert about(application, "OI-NET-03") == {"The accepted evidence is out of date.": "blocker"}


def test_an_open_critical_finding_blocks_where_it_is_mapped(application, manna, alice):
    rows = "호스트명,항목코드,점검항목,중요도,점검결과\norder-web-01,U-01,원격 접속,상,취약\n"
    scans.import_now(manna, io.BytesIO(rows.encode()), name="kisa.csv", by=alice)
    from compliance.scans.models import Finding, MappingEdge, RuleMapping

    code = RuleMapping.objects.first().requirement.code
    assert about(application, code)["1 high finding is open."] == "warning"
    Finding.objects.update(severity="critical")
    assert about(application, code)["1 critical finding is open."] == "blocker"
    MappingEdge.objects.all().delete()  # takes what it maps with it
    assert about(application)["1 critical finding is open."] == "blocker"


def test_empty_chapters_weaken_and_an_empty_scope_or_an_unsigned_confirmation_blocks(application):
    assert about(application) == {
        "The service overview is empty.": "warning",
        "The integration overview is empty.": "warning",
        "The flow of personal data is not described.": "warning",
        "The network diagram is missing.": "warning",
        "The data-flow diagram is missing.": "warning",
        "The scope is not declared.": "blocker",
        "The written confirmation is not signed.": "blocker",
        "The contact person has no e-mail address.": "warning",
        "Nobody has asked for the internal review yet.": "warning",
    }


def test_each_signature_goes_away_when_it_is_given(in_internal_review, carol, olga):
    services.review(in_internal_review.current_round, by=carol)
    assert "The internal auditor has not signed the review." not in about(in_internal_review)
    services.approve(in_internal_review.current_round, by=olga)
    assert "The application is not approved inside the organisation." not in about(
        in_internal_review
    )


def test_every_gap_leads_to_a_page(application, captured, alice, browse):
    client = browse(alice)
    for address in {gap.url for gap in preflight.gaps(application)}:
        assert client.get(address).status_code == 200, address


def test_it_asks_as_much_for_sixty_items_as_for_one(application, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        assert len(preflight.gaps(application)) > 100


def test_groups_follow_the_profile(application):
    groups = preflight.grouped(application, preflight.gaps(application))
    assert [group.area.code if group.area else "" for group in groups][:5] == [
        "",
        "NET",
        "SRV",
        "LOG",
        "DAT",
    ]
    assert all(group.blockers for group in groups[1:5])


def addresses(application) -> dict[str, str]:
    return {str(gap.sentence): gap.url for gap in preflight.gaps(application)}


def test_each_sentence_leads_to_its_field(application, browse, alice):
    found = addresses(application)
    assert found["The service overview is empty."].endswith("/edit/#id_service_overview")
    assert found["The network diagram is missing."].endswith("/edit/#id_network_diagram")
    assert found["The implementation statement is empty."].endswith("/#write")
    client = browse(alice)
    for address in {url for url in found.values() if "/applications/" in url}:
        path, _hash, anchor = address.partition("#")
        answer = client.get(path)
        assert answer.status_code == 200, address
        assert not anchor or f'id="{anchor}"' in answer.content.decode(), address


def test_a_newer_version_leads_to_what_it_changes(application, adopted):
    Profile.objects.create(
        platform=adopted.platform,
        identifier=adopted.identifier,
        version="9.0",
        title_ko="새 요구사항",
        title_en="New requirements",
        published_on=adopted.published_on + timedelta(days=1),
    )
    sentence = "A newer version of the profile exists: New requirements 9.0."
    expected = f"/{adopted.identifier}@{adopted.version}...{adopted.identifier}@9.0/"
    assert addresses(application)[sentence].endswith(expected)


@pytest.mark.parametrize(("language", "name"), [("ko", "보관 기간"), ("en", "Retention")])
def test_a_value_that_changes_is_named_in_the_readers_language(application, language, name):
    day = (timezone.localdate() + timedelta(days=3)).isoformat()
    told = {"title_ko": "보관 기간", "title_en": "Retention", "values": [{"from": day, "value": 9}]}
    profile = application.profile
    Profile.objects.filter(pk=profile.pk).update(parameters={"retention": told})
    profile.refresh_from_db()
    with override(language):
        sentences = [str(gap.sentence) for gap in preflight.gaps(application)]
    assert any(f"“{name}”" in each or f"‘{name}’" in each for each in sentences)


@pytest.mark.parametrize("page", ["/o/manna/", "/o/manna/applications/{}/preflight/"])
def test_an_application_that_left_the_desk_is_led_to_no_form(application, browse, alice, page):
    client = browse(alice)
    forms = {gap.url for gap in preflight.gaps(application) if gap.is_form}
    assert any(url.endswith("/scope/") for url in forms)
    shown = client.get(page.format(application.number)).content.decode()
    assert any(f'href="{url}"' in shown for url in forms)
    Application.objects.filter(pk=application.pk).update(state=State.SUBMITTED)
    shown = client.get(page.format(application.number)).content.decode()
    assert not any(f'href="{url}"' in shown for url in forms)
