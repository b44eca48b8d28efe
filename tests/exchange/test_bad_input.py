"""Each bad document gets one sentence, and nothing of it is stored."""

import io
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.exchange import selectors
from compliance.exchange.models import ProfileImport
from compliance.requirements.models import Profile
from compliance.shared.errors import Refused
from compliance.vault.models import Blob
from compliance.vault.storage import storage
from tests.conftest import REFERENCE
from tests.exchange import hostile, workbooks

pytestmark = pytest.mark.usefixtures("in_english")


def refused(bring, content, name):
    with pytest.raises(Refused) as refusal:
        bring(content, name)
    sentence = str(refusal.value)
    assert sentence
    assert "\n" not in sentence
    assert not ProfileImport.objects.exists()
    assert not Blob.objects.exists()
    assert not list(storage().every())
    return sentence


@pytest.mark.parametrize("case", hostile.HOSTILE)
def test_a_hostile_workbook(bring, case):
    content, word = hostile.HOSTILE[case]
    assert word in refused(bring, content, "form.xlsx")


def test_a_link_that_a_person_clicks_is_only_text(bring):
    assert selectors.reading(bring(hostile.CLICKABLE)).counts()["requirements"] == 3


def test_a_bar_in_a_formula_is_no_other_program(bring):
    book = openpyxl.load_workbook(io.BytesIO(workbooks.two_row_header()))
    book.active["H4"] = '=A4&"|"&B4'
    book.active["H5"] = "='A|B'!C1"
    assert selectors.reading(bring(workbooks.saved(book))).counts()["requirements"] == 3


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("big.xlsx", b"PK\x03\x04" + b"0" * (50 * 1024**2), "20 MB"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "password"),
        ("secret.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "password"),
        ("form.xlsm", workbooks.two_row_header(), "macros"),
        ("form.ods", b"PK\x03\x04", "XLSX"),
        ("form.hwp", b"x", "document"),
        ("form.pdf", b"%PDF-1.7", "document"),
        ("form.exe", b"MZ", "not taken"),
        ("text.xlsx", b"number,requirement\n", "content is"),
        ("empty.csv", b"", "empty"),
        ("blank.csv", b",,\n,,\n", "empty"),
        ("binary.csv", bytes(range(256)), "unknown"),
        ("latin.csv", "번호,요구".encode("euc_jis_2004", "replace") + b"\xff\xff", "readable"),
        ("list.json", b"[1, 2]", "catalog"),
        ("profile.json", b'{"profile": {}}', "catalog"),
        ("cut.json", b'{"catalog": ', "JSON"),
        ("future.json", b'{"catalog": {"metadata": {"oscal-version": "2.0"}}}', "2.0"),
        ("alias.yaml", b"a: &a [1,1]\nb: [*a,*a]\n", "aliases"),
        ("tag.yaml", b"a: !!python/object/apply:os.system ['true']\n", "plain data"),
        ("deep.yaml", b"a: " + b"[" * 5000, "nested"),
        ("none.yaml", b"urn: x\nobjects: {}\n", "framework"),
    ],
)
def test_a_bad_document(bring, name, content, word):
    assert word in refused(bring, content, name)


@pytest.mark.parametrize(
    ("old", "new"),
    [("id: OI-NET-02", "id: OI-NET-01"), ("area: NET", "area: XXX")],
)
def test_a_profile_that_would_not_load_is_refused_at_the_door(bring, old, new):
    text = REFERENCE.read_text("utf-8").replace(old, new, 1)
    assert "OI-NET-01" in refused(bring, text.encode(), "profile.yaml")


def test_errors_stand_beside_their_rows_and_nothing_is_published(bring, publish):
    rows = [
        ["번호", "상위번호", "영역", "요구사항", "중요도", "필수여부"],
        ["1", "", "가", "처음", "상", "필수"],
        ["1", "", "가", "같은 번호", "상", "필수"],
        ["2", "9", "가", "모르는 상위", "상", "필수"],
        ["3", "4", "가", "순환", "상", "필수"],
        ["4", "3", "가", "순환", "상", "필수"],
        ["5", "", "가", "", "상", "필수"],
        ["6", "", "가", "모르는 중요도", "별로", "아마"],
        ["7" * 41, "", "가", "긴 번호", "상", "필수"],
    ]
    text = "\n".join(",".join(row) for row in rows).encode()
    imported = bring(text, "errors.csv")
    found = {row.number: row.problems for row in selectors.reading(imported).rows}
    assert found[2] == []
    assert "stands in row" in found[3][0]
    assert "9" in found[4][0]
    assert "circle" in found[5][0]
    assert "circle" in found[6][0]
    assert "no requirement" in found[7][0]
    assert len(found[8]) == 2
    assert "40" in found[9][0]
    with pytest.raises(Refused, match="errors remain"):
        publish(imported)
    assert not Profile.objects.exists()


def test_a_skipped_row_no_longer_stands_in_the_way(bring, publish, settle):
    imported = bring("번호,요구사항\n1,가\n1,나\n2,다\n".encode(), "twice.csv")
    imported.layout["skip"] = ["!3"]
    imported.save(update_fields=["layout"])
    profile = publish(imported)
    assert list(profile.requirements.values_list("code", flat=True)) == ["1", "2"]
    assert profile.form.layout["sheets"][0]["rows"] == {"1": [2], "2": [4]}


def test_a_sheet_that_claims_to_be_endless_is_read_quickly(bring):
    content = hostile.altered(
        replace={
            hostile.SHEET: (
                b"</sheetData>",
                b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>',
            )
        }
    )
    content = hostile.altered(
        content, replace={hostile.SHEET: (b'ref="A1:H9"', b'ref="A1:XFD1048576"')}
    )
    reading = selectors.reading(bring(content))
    assert reading.counts()["requirements"] == 3
    assert any("left out" in note for note in reading.notes)


def test_more_requirements_than_a_profile_may_have(bring):
    book = openpyxl.Workbook()
    book.active.append(["번호", "요구사항"])
    for number in range(5_001):
        book.active.append([number + 1, f"요구 {number}"])
    assert "5,000" in refused(bring, workbooks.saved(book), "many.xlsx")


SEEDS = {
    "x.xlsx": workbooks.two_row_header(),
    "x.csv": workbooks.two_row_csv(),
    "x.json": b'{"catalog":{"uuid":"x","metadata":{"title":"T","version":"1","oscal-version":"1.1.3"},'
    b'"groups":[{"id":"a","title":"A","controls":[{"id":"a-1","title":"One","params":[{"id":"p"}],'
    b'"parts":[{"name":"statement","prose":"Do {{ insert: param, p }}"}]}]}]}}',
    "x.yaml": "urn: a\nname: 가\nobjects:\n  framework:\n    requirement_nodes:\n"
    "    - {urn: a:1, assessable: true, ref_id: '1', name: 하나}\n".encode(),
}


@st.composite
def damaged(draw):
    """A document with some bytes changed; of a workbook, inside its parts as well."""
    name = draw(st.sampled_from(sorted(SEEDS)))
    content = SEEDS[name]
    if name == "x.xlsx" and draw(st.booleans()):
        source = zipfile.ZipFile(io.BytesIO(content))
        part = draw(st.sampled_from(sorted(source.namelist())))
        data = changed(draw, source.read(part))
        return name, hostile.altered(content, replace={part: (source.read(part), data)})
    return name, changed(draw, content)


def changed(draw, content):
    data = bytearray(content)
    for _turn in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(data)))
        kind = draw(st.sampled_from(["set", "cut", "double", "insert"]))
        if kind == "set" and at < len(data):
            data[at] = draw(st.integers(0, 255))
        elif kind == "cut":
            del data[at : at + draw(st.integers(1, 200))]
        elif kind == "double":
            data[at:at] = data[at : at + draw(st.integers(1, 200))]
        else:
            data[at:at] = draw(st.binary(max_size=30))
    return bytes(data)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(damaged())
def test_a_damaged_document_is_read_or_refused(bring, sample):
    """It never breaks, and never makes a profile by itself."""
    name, content = sample
    before = ProfileImport.objects.count()
    try:
        imported = bring(content, name)
    except Refused:
        imported = None
    if imported:
        selectors.reading(imported)
    assert ProfileImport.objects.count() == before + bool(imported)
    assert not Profile.objects.exists()
