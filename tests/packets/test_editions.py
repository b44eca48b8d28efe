"""Editions: every one archival and accessible, each in its languages, the reviewer's with boxes."""

import io
import re
import tempfile
from pathlib import Path

import page
import pikepdf
import pytest
from django.utils import translation
from django.utils.translation import gettext, npgettext, pgettext

from compliance.packets import editions, render, statement, tables
from compliance.packets import manifest as manifests
from compliance.packets.editions import STYLES, flat, paired, parted, speaking
from compliance.packets.models import Edition
from compliance.packets.press.store import Store
from compliance.packets.templatetags.packet import size
from tests.packets.samples import make_manifest, make_second_round
from tests.packets.test_render import text_of

PROFILES = [page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1]


@pytest.fixture(scope="module")
def whole():
    return make_second_round()


def drawn(whole, edition, store=None) -> bytes:
    manifest, kept = whole
    made = render.plan(manifest, edition)
    out = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        store = store or Store(Path(folder))
        render.compile_missing(made, store, kept.__getitem__)
        render.link(made, store, out, kept.__getitem__)
    return out.getvalue()


@pytest.fixture(scope="module")
def documents(whole, store):
    """Each edition, drawn once."""
    return {edition: drawn(whole, edition, store) for edition in STYLES}


def words_of(data: bytes) -> str:
    return re.sub(r"\s+", "", text_of(data))


@pytest.mark.parametrize("edition", STYLES)
def test_each_edition_is_archival_and_accessible(documents, edition):
    for profile in PROFILES:
        report = page.validate_pdf_bytes(documents[edition], profile=profile)
        assert report.is_compliant, [(each.rule_id, each.message) for each in report.failures]


@pytest.mark.parametrize("edition", ["ko-en", "ko-review"])
def test_the_same_manifest_gives_the_same_bytes(documents, whole, edition):
    assert drawn(whole, edition) == documents[edition]


def test_there_is_a_style_for_every_edition_one_can_build():
    assert set(Edition.values) == set(STYLES)


def test_two_languages_stand_in_titles_and_statements(documents):
    text = words_of(documents["ko-en"])
    for both in ("주문연동구간접근통제", "Accesscontroloftheorder-integrationsegment",
                 "Allowonlythesourcesandportsthatareneeded.", "필요한출발지와포트만허용한다",
                 "한눈에보기", "Ataglance", "부분적합", "Partlymet"):  # fmt: skip
        assert both in text, both


def test_what_exists_in_one_language_stands_once(documents):
    ours = "정책118번을폐기하고운영자접근은"
    assert words_of(documents["ko-en"]).count(ours) == words_of(documents["ko"]).count(ours) == 1


def test_korean_and_english_editions_stay_in_their_language(documents):
    assert "Ataglance" not in words_of(documents["ko"])
    assert "한눈에보기" not in words_of(documents["en"])


def test_the_reviewers_edition_has_boxes_for_each_requirement(documents, whole):
    text = words_of(documents["ko-review"])
    for assessment in whole[0]["assessments"]:
        assert f"심사자판정{assessment['code']}적합조건부부적합" in text
    assert "심사기록표" in text
    for edition in ("ko", "en", "ko-en"):
        assert "심사자판정" not in words_of(documents[edition])


def test_the_document_says_what_language_programs_should_take_it_for(documents):
    with pikepdf.open(io.BytesIO(documents["ko-en"])) as document:
        assert str(document.Root.Lang) == "ko"
    with pikepdf.open(io.BytesIO(documents["en"])) as document:
        assert str(document.Root.Lang) == "en"


def test_no_mark_between_languages_is_left(documents):
    text = text_of(documents["ko-en"])
    assert editions.OPEN not in text
    assert "[U+FDD" not in text
    with pikepdf.open(io.BytesIO(documents["ko-en"])) as document, document.open_outline() as tree:
        titles = [each.title for each in tree.root]
    assert "한눈에 보기 / At a glance" in titles


def test_speaking_ends_where_it_began():
    with translation.override("en"):
        with speaking("ko-en"):
            assert pgettext("packet", "Contents") == paired("목차", "Contents")
            assert translation.get_language() == "ko"
        assert pgettext("packet", "Contents") == "Contents"
        assert not editions.is_both()


def test_two_languages_are_spoken_on_after_a_block_in_one():
    with editions.speaking("ko-en"):
        both = pgettext("packet", "Check results")
        with editions.speaking("ko"):
            assert pgettext("packet", "Check results") == "점검결과"
        assert size(2048) == "2.0\xa0KB"
        assert pgettext("packet", "Check results") == both
    assert editions.flat(both) == "점검결과 / Check results"


def test_a_sheet_says_all_its_words_in_both_languages(documents):
    """What stands behind a size, which is written in one language, too."""
    text = words_of(documents["ko-en"])
    for both in ("점검결과Checkresults", "조치이력Remediationhistory"):
        assert both in text, both


def test_what_has_no_korean_is_said_once():
    with speaking("ko-en"):
        assert gettext("a string that nobody translated") == "a string that nobody translated"
        assert pgettext("packet", "nobody translated this") == "nobody translated this"
        assert parted(npgettext("packet", "extended %(n)d time", "extended %(n)d times", 2))[1] == (
            "extended %(n)d times"
        )


def test_texts_in_two_languages_are_taken_apart_and_laid_flat():
    assert parted(paired("가", "a")) == ("가", "a")
    assert parted("가") == ("가", "")
    assert flat(paired("가", "a")) == "가 / a"
    assert paired("", "a") == "a"
    assert paired("같음", "같음") == "같음"
    two = f"{paired('가', 'a')} · {paired('나', 'b')}"
    assert parted(two) == ("가 / a · 나 / b", "")


def test_the_statement_beside_it_stays_a_plain_table():
    text = statement.as_csv(make_manifest(), "ko-en").decode("utf-8-sig")
    assert text.startswith("번호")
    assert editions.OPEN not in text


@pytest.mark.parametrize("former", ["gatepass.manifest/1", "gatepass.manifest/2"])
@pytest.mark.parametrize("edition", STYLES)
def test_packets_of_former_formats_are_still_drawn(store, former, edition):
    manifest = make_manifest(format=former)
    for name in ("look", *(["submission"] if former.endswith("1") else [])):
        del manifest[name]
    read = manifests.loads(manifests.dumps(manifest))
    made = render.plan(read, edition)
    for section in made.sections:
        if section.form not in {*tables.FORMS, "exhibit"}:
            assert render.compose(section, edition)
    assert "diagram" not in {each.form for each in made.sections}
    for name in set(tables.FORMS) & {each.form for each in made.sections}:
        (section,) = [each for each in made.sections if each.form == name]
        assert render.compile_section(section, edition, lambda _sha256: b"").sheets
