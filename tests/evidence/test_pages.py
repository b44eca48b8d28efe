"""The list, the page of one evidence, files on their way out, the box on the requirement's page."""

from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from django.urls import reverse
from django.utils import timezone

from compliance.audit.models import Entry
from compliance.evidence import reasons, selectors, services
from compliance.evidence.models import EvidenceLink
from compliance.requirements import registries
from compliance.vault import layout
from tests.evidence.conftest import PDF, PNG, upload

LIST = reverse("evidence:list", args=["manna"])


@pytest.fixture
def several(manna, adopted, submitted, srv01, bob, carol):
    """EV-0001 waits for OI-NET-03; EV-0002 is accepted for a server item; EV-0003 is not linked."""
    other = services.add(manna, [upload("캡처.png", PNG)], by=bob, requirement=srv01)
    services.accept(other.link, by=carol)
    services.add(manna, [upload("메모.txt", b"memo")], by=bob)


@pytest.mark.usefixtures("several")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"EV-0001", "EV-0002", "EV-0003"}),
        ("?state=in_review", {"EV-0001"}),
        ("?state=accepted", {"EV-0002"}),
        ("?area=SRV", {"EV-0002"}),
        ("?kind=firewall_ruleset", {"EV-0001"}),
        ("?q=캡처", {"EV-0002"}),
        ("?q=EV-3", {"EV-0003"}),
        ("?q=OI-NET-03", {"EV-0001"}),
        ("?state=withdrawn", set()),
        ("?state=nonsense&page=99", {"EV-0001", "EV-0002", "EV-0003"}),
    ],
)
def test_the_list_filters(browse, dave, query, found):
    page = browse(dave).get(LIST + query).content.decode()
    assert {code for code in ("EV-0001", "EV-0002", "EV-0003") if f">{code}<" in page} == found


def test_the_list_shows_what_expires_soon(browse, dave, manna, net03, ruleset, bob, carol):
    day = timezone.localdate() - timedelta(days=80)
    added = services.add(
        manna, [upload()], by=bob, requirement=net03, kind=ruleset, collected_at=day
    )
    services.accept(added.link, by=carol)
    assert "EV-0001" in browse(dave).get(f"{LIST}?expiring=on").content.decode()


@pytest.mark.usefixtures("several")
def test_queries_of_the_list_do_not_grow(browse, dave, manna, bob, django_assert_max_num_queries):
    client = browse(dave)
    client.get(LIST)
    with django_assert_max_num_queries(20) as counted:
        client.get(LIST)
    before = len(counted)
    for number in range(20):
        services.add(manna, [upload("a.txt", str(number).encode())], by=bob)
    with django_assert_max_num_queries(before):
        client.get(LIST)


def test_the_page_shows_digest_and_custody(browse, dave, accepted):
    page = browse(dave).get(reverse("evidence:detail", args=["manna", 1])).content.decode()
    assert accepted.version.files.get().blob.sha256 in page
    assert "캐롤" in page


def test_old_versions_stay_to_be_seen(browse, dave, accepted, bob):
    services.add_version(accepted.evidence, [upload("새.png", PNG)], by=bob)
    url = reverse("evidence:detail", args=["manna", 1])
    assert "새.png" in browse(dave).get(url).content.decode()
    assert "방화벽 정책.pdf" in browse(dave).get(f"{url}?version=1").content.decode()


def test_a_download_is_the_file_and_is_recorded(browse, dave, submitted):
    file = submitted.version.files.get()
    answer = browse(dave).get(reverse("evidence:file", args=["manna", file.pk]))
    assert b"".join(answer.streaming_content) == PDF
    assert unquote(answer["Content-Disposition"]).endswith("방화벽 정책.pdf")
    assert (
        answer["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
    )
    entry = Entry.objects.get(action="evidence.downloaded")
    assert (entry.actor_id, entry.data["name"]) == (dave.pk, "방화벽 정책.pdf")


def test_a_look_is_recorded_once_in_a_while(browse, carol, submitted):
    client = browse(carol)
    for _number in range(3):
        client.get(reverse("evidence:desk", args=["manna", submitted.pk]))
    assert Entry.objects.filter(action="evidence.viewed", actor_id=carol.pk).count() == 1


def test_a_changed_byte_stops_the_download_and_names_the_file(browse, dave, submitted):
    file = submitted.version.files.get()
    path = layout.path_of(file.blob)
    path.chmod(0o640)
    path.write_bytes(PDF[:-10] + b"x" + PDF[-9:])
    answer = browse(dave, language="en").get(reverse("evidence:file", args=["manna", file.pk]))
    assert answer.status_code == 409
    assert "방화벽 정책.pdf" in answer.content.decode()
    assert Entry.objects.filter(action="vault.damage_found").exists()
    assert not Entry.objects.filter(action="evidence.downloaded").exists()
    page = browse(dave).get(reverse("evidence:desk", args=["manna", submitted.pk]))
    assert file.blob.short in page.content.decode()
    assert page.status_code == 200


@pytest.mark.parametrize("page", [0, 2, 99])
def test_a_page_that_is_not_there(browse, dave, submitted, page):
    file = submitted.version.files.get()
    url = reverse("evidence:preview", args=["manna", file.pk, page])
    assert browse(dave).get(url).status_code == 404


def test_a_preview_is_an_image(browse, dave, submitted):
    file = submitted.version.files.get()
    answer = browse(dave).get(reverse("evidence:preview", args=["manna", file.pk, 1]))
    assert answer["Content-Type"] == "image/webp"
    assert (
        answer["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
    )


@pytest.mark.parametrize("name", ["file", "preview", "detail"])
def test_a_stranger_finds_nothing(browse, sam, submitted, name):
    file = submitted.version.files.get()
    rest = {"file": [file.pk], "preview": [file.pk, 1], "detail": [1]}[name]
    for slug in ("manna", "elsewhere"):
        url = reverse(f"evidence:{name}", args=[slug, *rest])
        assert browse(sam).get(url).status_code == 404


def test_verbs_of_the_page(browse, bob, accepted, srv01):
    client = browse(bob)
    client.post(reverse("evidence:link", args=["manna", 1]), {"requirement": srv01.pk})
    assert accepted.evidence.links.count() == 2
    client.post(reverse("evidence:withdraw", args=["manna", 1]), {"reason": "잘못 올림"})
    accepted.evidence.refresh_from_db()
    assert accepted.evidence.withdrawn_by == bob


def test_the_requirement_shows_what_it_has_and_what_is_missing(browse, carol, accepted, net03):
    url = reverse("requirements:detail", args=["manna", net03.profile.identifier, net03.code])
    page = browse(carol, language="en").get(url).content.decode()
    assert 'id="evidence-panel"' in page
    assert reverse("evidence:desk", args=["manna", accepted.pk]) in page
    coverage = selectors.coverage(list(net03.evidence_kinds.all()), [accepted])
    assert {each.kind.code: each.state for each in coverage}["firewall_ruleset"] == "met"
    assert page.count("missing") >= len(coverage) - 1


@pytest.mark.usefixtures("in_english")
def test_the_day_of_a_review_is_the_readers_day(manna, net03, accepted):
    """An hour before midnight in Greenwich is the next morning in Seoul."""
    late = datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
    EvidenceLink.objects.filter(pk=accepted.pk).update(reviewed_at=late)
    sentences = [str(each.sentence) for each in reasons.reasons(manna, [net03.pk])[net03.pk]]
    assert any("2026-11-22" in each for each in sentences)
    assert not any("2026-11-21" in each for each in sentences)


@pytest.mark.usefixtures("in_english")
def test_reasons_speak_for_and_against(manna, net03, srv01, accepted, submitted):
    found = reasons.reasons(manna, [net03.pk, srv01.pk])
    said = [(each.supports, str(each.sentence)) for each in found[net03.pk]]
    assert said[0][0]
    assert "was accepted by 캐롤" in said[0][1]
    assert "Asked for and missing" in said[1][1]
    assert registries.propose(found[srv01.pk]) == "not_met"
    assert registries.propose(found[net03.pk]) == "partial"


@pytest.mark.usefixtures("in_english")
def test_a_return_speaks_against(manna, net03, submitted, carol):
    services.return_(submitted, reason="흐림", by=carol)
    sentences = [str(each.sentence) for each in reasons.reasons(manna, [net03.pk])[net03.pk]]
    assert any("was returned: 흐림" in each for each in sentences)


def test_reasons_take_one_query(manna, profile, accepted, django_assert_num_queries):
    ids = list(profile.requirements.values_list("pk", flat=True))
    with django_assert_num_queries(1):
        reasons.reasons(manna, ids)


def test_the_count_leaves_out_the_withdrawn(manna, net03, submitted, bob):
    assert reasons.known(manna, [net03.pk])[net03.pk].number == 1
    services.withdraw(submitted.evidence, reason="x", by=bob)
    assert reasons.known(manna, [net03.pk])[net03.pk].number == 0


def test_a_download_in_parts_is_kept_as_one(browse, dave, submitted):
    file = submitted.version.files.get()
    url, client = reverse("evidence:file", args=["manna", file.pk]), browse(dave)
    for part in ("bytes=1-", "bytes=0-0", "bytes=2-3"):
        assert client.get(url, headers={"range": part}).status_code == 206
    assert client.head(url).status_code == 200
    assert Entry.objects.filter(action="evidence.downloaded").count() == 1
