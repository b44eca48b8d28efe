"""The pages, from upload to the adopted profile."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compliance.exchange import selectors
from compliance.exchange.models import ProfileImport, SavedMapping, State
from compliance.requirements.models import Assessment, Profile
from tests.exchange import workbooks
from tests.exchange.conftest import ABOUT


@pytest.fixture
def page(browse, alice, manna):
    """page(name, data): GET without data, else POST; follows nothing."""
    client = browse(alice)

    def visited(name, data=None, **parts):
        url = reverse(f"exchange:{name}", kwargs={"organisation": manna.slug, **parts})
        return client.get(url) if data is None else client.post(url, data)

    return visited


@pytest.fixture
def sent(page):
    def uploaded(content, name="점검표.xlsx"):
        return page("upload", {"file": SimpleUploadedFile(name, content)})

    return uploaded


def about(**more):
    data = {key: value for key, value in ABOUT.items() if value is not None}
    data |= {"mandatory": "on", "adopt": "on"}
    return data | more


def test_alice_goes_from_upload_to_the_adopted_profile(page, sent, profile):
    assert sent(workbooks.two_row_header()).status_code == 302
    imported = ProfileImport.objects.get()
    pk = imported.pk
    shown = page("import-sheets", pk=pk).content.decode()
    assert "이행여부(Y/N/N-A)" in shown
    answer = page("import-sheets", {"revision": 0, "use-0": "1", "header-0": "2"}, pk=pk)
    assert answer.url.endswith("/columns/")
    imported.refresh_from_db()
    assert imported.layout["sheets"][0]["header_row"] == 3
    columns = {
        f"column-0-{at}": role for role, at in imported.layout["sheets"][0]["columns"].items()
    }
    assert page("import-columns", {"revision": 1, **columns}, pk=pk).url.endswith("/words/")
    words = {"revision": 2, "word-met": "Y", "word-not_met": "N", "word-not_applicable": "N/A"}
    assert page("import-words", words, pk=pk).url.endswith("/about/")
    assert page("import-about", about(revision=3), pk=pk).url.endswith("/preview/")
    shown = page("import-preview", pk=pk).content.decode()
    assert "원격 접속은 승인된 단말만 허용한다" in shown
    assert page("import-publish", {"revision": 4}, pk=pk).url.endswith("?profile=baemin-own")
    assert Assessment.objects.filter(requirement__profile__identifier="baemin-own").count() == 3
    assert page("import", pk=pk).status_code == 200


def test_a_bad_document_gets_its_sentence_in_the_form(sent):
    answer = sent(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "옛날.xls")
    assert answer.status_code == 422
    assert "구형 XLS" in answer.content.decode()
    assert not ProfileImport.objects.exists()


def test_without_a_file_the_page_comes_back(page):
    assert page("upload", {}).status_code == 422


def test_no_sheet_is_told(page, bring):
    imported = bring(workbooks.two_row_header())
    answer = page("import-sheets", {"revision": 0}, pk=imported.pk)
    assert answer.status_code == 422


def test_two_columns_of_one_kind_come_back_as_chosen(page, bring):
    imported = bring(workbooks.two_row_header())
    data = {"revision": 0, "column-0-3": "title", "column-0-4": "title"}
    answer = page("import-columns", data, pk=imported.pk)
    assert answer.status_code == 422
    assert answer.content.decode().count('value="title" selected') == 2


def test_a_mistake_in_about_keeps_what_was_typed(page, bring, profile):
    imported = bring(workbooks.two_row_header())
    data = about(revision=0, identifier=profile.identifier, title_ko="적어 둔 제목")
    answer = page("import-about", data, pk=imported.pk)
    assert answer.status_code == 422
    assert "적어 둔 제목" in answer.content.decode()


def test_a_new_platform_is_made_with_the_profile(page, bring, alice):
    imported = bring(workbooks.two_row_header())
    new = {"platform": "+", "platform_code": "coupang-eats", "platform_title_ko": "쿠팡이츠"}
    page("import-about", about(revision=0, **new), pk=imported.pk)
    page("import-publish", {"revision": 1}, pk=imported.pk)
    assert Profile.objects.get().platform.title_ko == "쿠팡이츠"


def test_the_second_person_sees_what_the_first_one_saved(page, bring, settle, profile):
    imported = settle(bring(workbooks.two_row_header()))
    answer = page("import-about", about(revision=0, version="1999"), pk=imported.pk)
    assert answer.status_code == 409
    assert "1999" in answer.content.decode()
    imported.refresh_from_db()
    assert imported.about["version"] == "2027"


def test_publishing_waits_for_the_errors(page, bring, settle):
    imported = settle(bring("번호,요구사항\n1,가\n1,나\n".encode(), "twice.csv"))
    assert page("import-publish", {"revision": 1}, pk=imported.pk).status_code == 409
    assert not Profile.objects.exists()
    page("import-skip", {"revision": 1, "shown": ["!2", "!3"], "skip": ["!3"]}, pk=imported.pk)
    assert page("import-publish", {"revision": 2}, pk=imported.pk).status_code == 302
    assert Profile.objects.get().requirements.count() == 1


def test_a_mapping_is_saved_and_used(page, bring, manna):
    imported = bring(workbooks.two_row_header())
    page("import-save-mapping", {"name": "배민 양식"}, pk=imported.pk)
    assert SavedMapping.objects.get().layout["columns"]["answer"] == "점검결과 / 이행여부(Y/N/N-A)"
    other = bring(workbooks.two_row_csv(), "쌍둥이.csv")
    answer = page("import-mapping", {"revision": 0, "saved": "배민 양식"}, pk=other.pk)
    assert answer.status_code == 302
    stranger = bring(workbooks.sheets_per_area(), "다른.xlsx")
    answer = page("import-mapping", {"revision": 0, "saved": "배민 양식"}, pk=stranger.pk)
    assert answer.status_code == 422


def test_a_discarded_import_leaves_the_list(page, bring):
    imported = bring(workbooks.two_row_header(), "버릴 것.xlsx")
    page("import-discard", {}, pk=imported.pk)
    imported.refresh_from_db()
    assert imported.state == State.DISCARDED
    page("imports")  # shows the message, once
    assert "버릴 것" not in page("imports").content.decode()
    assert page("import-sheets", pk=imported.pk).status_code == 409


def test_dave_sees_that_an_import_is_going_on(bring, browse, dave, manna):
    imported = bring(workbooks.two_row_header())
    url = reverse("exchange:import", kwargs={"organisation": manna.slug, "pk": imported.pk})
    assert browse(dave).get(url).status_code == 200


def test_rubbish_in_the_forms_breaks_nothing(page, bring):
    pk = bring(workbooks.two_row_header()).pk
    for junk in ("", "x", "-1", "٣", "9" * 30, "\0"):
        page("import-sheets", {"revision": junk, "use-0": "1", "header-0": junk}, pk=pk)
        page("import-columns", {"revision": junk, "column-0-3": "title"}, pk=pk)
        page("import-words", {"revision": junk, "word-met": junk}, pk=pk)
        page("import-about", about(revision=junk, version=junk, published=junk), pk=pk)
        page("import-skip", {"revision": junk, "shown": junk, "skip": junk}, pk=pk)
        page("import-mapping", {"revision": junk, "saved": junk}, pk=pk)
        page("import-publish", {"revision": junk}, pk=pk)
    assert not Profile.objects.exists()


def test_a_stored_document_that_was_damaged_is_not_read(page, bring):
    from compliance.vault import layout

    imported = bring(workbooks.two_row_header())
    path = layout.path_of(imported.blob)
    path.chmod(0o600)
    path.write_bytes(io.BytesIO(b"x").getvalue())
    assert page("import-preview", pk=imported.pk).status_code == 409


def test_the_preview_asks_as_much_for_a_thousand_rows_as_for_three(page, bring, settle):
    counts = []
    for size in (3, 1_000):
        rows = "".join(f"{n},요구사항 {n}\n" for n in range(size))
        imported = settle(bring(f"번호,요구사항\n{rows}".encode(), f"{size}.csv"))
        page("import-preview", pk=imported.pk)
        with CaptureQueriesContext(connection) as queries:
            assert page("import-preview", pk=imported.pk).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_next_years_edition_leads_to_what_changed(page, bring, publish, settle):
    publish(bring(workbooks.two_row_header()))
    imported = settle(bring(workbooks.two_row_header(), "내년.xlsx"), version="2028")
    done = page("import-publish", {"revision": imported.revision}, pk=imported.pk)
    assert done["Location"].endswith("/versions/baemin-own@2027...baemin-own@2028/")
    shown = page("import", pk=imported.pk)
    assert done["Location"] in shown.content.decode()
    assert "adopt-button" not in shown.content.decode()


@pytest.fixture
def overtaken(bring, settle):
    """An import that somebody else changed since its first revision was on the screen."""
    return settle(bring(workbooks.two_row_header()))


def test_columns_chosen_meanwhile_stay_on_the_page(page, overtaken):
    columns = {"column-0-3": "detail", "column-0-4": "title", "column-0-8": "owner"}
    answer = page("import-columns", {"revision": 0, **columns}, pk=overtaken.pk)
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert shown.count('value="owner" selected') == 1
    assert 'name="revision" value="1"' in shown
    again = page("import-columns", {"revision": 1, **columns}, pk=overtaken.pk)
    assert again.status_code == 302
    overtaken.refresh_from_db()
    assert overtaken.layout["sheets"][0]["columns"] == {"detail": 3, "title": 4, "owner": 8}


def test_words_typed_meanwhile_stay_on_the_page(page, overtaken):
    words = {"word-met": "그렇다", "word-not_met": "아니다"}
    answer = page("import-words", {"revision": 0, **words}, pk=overtaken.pk)
    assert answer.status_code == 409
    assert 'value="그렇다"' in answer.content.decode()


def test_a_sheet_chosen_meanwhile_stays_on_the_page(page, overtaken):
    data = {"revision": 0, "use-0": "1", "header-0": "1"}
    answer = page("import-sheets", data, pk=overtaken.pk)
    assert answer.status_code == 409
    assert 'name="header-0" value="1" checked' in answer.content.decode()


def test_a_table_without_a_header_loses_no_row(page, bring):
    imported = bring("1,방화벽을 둔다,\n2,망을 나눈다,\n".encode(), "목록.csv")
    data = {"revision": 0, "use-0": "1", "header-0": "0"}
    assert page("import-sheets", data, pk=imported.pk).status_code == 302
    assert (
        'name="header-0" value="0" checked'
        in page("import-sheets", pk=imported.pk).content.decode()
    )
    columns = {"column-0-1": "code", "column-0-2": "title"}
    assert page("import-columns", {"revision": 1, **columns}, pk=imported.pk).status_code == 302
    imported.refresh_from_db()
    reading = selectors.reading(imported)
    assert [item.code for item in reading.taken] == ["1", "2"]


@pytest.mark.parametrize(
    ("name", "identifier"),
    [("Hanbit_Checklist 2027.xlsx", "hanbit-checklist"), ("점검표.xlsx", "baemin-own")],
)
def test_the_identifier_comes_from_the_file_and_leaves_the_year(
    page, sent, profile, name, identifier
):
    sent(workbooks.two_row_header(), name)
    form = page("import-about", pk=ProfileImport.objects.get().pk).context["form"]
    assert form["identifier"].value() == identifier
