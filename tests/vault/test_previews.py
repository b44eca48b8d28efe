"""What people see of a file without opening it."""

import io

import pytest
from PIL import Image

from compliance.vault import contents, jail, layout, previews, services
from compliance.vault.models import Inspection
from tests.vault import samples


def store(organisation, name, data):
    return services.store(organisation, io.BytesIO(data), name=name)


def opened(data):
    return Image.open(io.BytesIO(data))


def test_a_pdf_is_its_pages(manna):
    blob = store(manna, "a.pdf", samples.pdf(3))
    assert previews.kind_of(blob) == "pages"
    measured = previews.measure(blob)
    assert len(measured.sizes) == measured.total == 3
    assert opened(previews.image(blob, 3)).size == tuple(measured.sizes[2])
    assert max(opened(previews.thumbnail(blob)).size) <= 320


@pytest.mark.parametrize("number", [0, 4])
def test_a_page_that_is_not_there(manna, number):
    with pytest.raises(LookupError):
        previews.image(store(manna, "a.pdf", samples.pdf(3)), number)


@pytest.mark.parametrize(
    ("name", "kind"), [("a.png", "PNG"), ("a.jpg", "JPEG"), ("a.webp", "WEBP")]
)
def test_an_image_is_made_smaller(manna, name, kind):
    blob = store(manna, name, samples.image(kind, (5200, 1000)))
    assert opened(previews.image(blob)).size == (2600, 500)


def test_a_second_look_comes_from_the_cache(manna):
    blob = store(manna, "a.png", samples.image())
    first = previews.image(blob)
    layout.path_of(blob).unlink()
    assert previews.image(blob) == first


def test_korean_text_in_the_old_encoding(manna):
    blob = store(manna, "a.txt", "방화벽 규칙\n".encode("cp949"))
    assert previews.text(blob) == "방화벽 규칙"


def test_a_long_log_is_cut(manna):
    blob = store(manna, "a.log", b"line\n" * 100_000)
    assert len(previews.text(blob).splitlines()) == previews.TEXT_LINES


@pytest.mark.parametrize("name", ["a.csv", "b.csv"])
def test_tables(manna, name):
    rows = "항목,결과\nU-01,양호\n"
    data = {"a.csv": rows.encode(), "b.csv": rows.encode("cp949")}
    blob = store(manna, name, data[name])
    assert previews.table(blob) == [["항목", "결과"], ["U-01", "양호"]]


def test_an_archive_lists_its_entries(manna):
    blob = store(manna, "a.zip", samples.archive(**{"OI-NET-03/규칙.txt": "abc"}))
    [entry] = previews.entries(blob)
    assert (entry.name, entry.size) == ("OI-NET-03/규칙.txt", 3)


def test_a_sheet_that_cannot_be_read_has_no_preview(manna):
    assert previews.sheets(store(manna, "a.xlsx", samples.office("xl/workbook.xml"))) == []


def test_damage_is_not_shown(manna):
    blob = store(manna, "a.txt", b"hello")
    path = layout.path_of(blob)
    path.chmod(0o640)
    path.write_bytes(b"hallo")
    with pytest.raises(services.Damaged):
        previews.text(blob)


def test_a_pdf_that_only_one_library_opens_has_no_preview(manna):
    blob = services.store_output(manna, b"%PDF-1.7 not really", media_type="application/pdf")
    assert previews.measure(blob) == previews.Measure(0, [])
    with pytest.raises(LookupError):
        previews.image(blob, 1)


def test_a_mark_cut_in_half_does_not_spoil_the_text(manna):
    """The beginning that is looked at may end within a Hangul syllable."""
    blob = store(manna, "a.txt", "가".encode() * 200_000)
    assert set(previews.text(blob)) <= {"가", "\ufffd"}


def test_a_photograph_of_a_phone_is_shown_and_measured(manna):
    """HEIC, as iPhones make it; this one is 64 × 48, all of one red."""
    blob = store(manna, "폰.heic", samples.photograph())
    assert previews.kind_of(blob) == "image"
    shown = opened(previews.image(blob))
    assert shown.size == (64, 48)
    red, green, blue = shown.getpixel((32, 24))
    assert red > 150 > 100 > max(green, blue)
    facts = Inspection.objects.get(blob=blob).facts
    assert (facts["width"], facts["height"]) == (64, 48)


def test_a_photograph_that_is_none_has_no_preview(manna):
    with pytest.raises(LookupError):
        previews.image(store(manna, "폰.heic", samples.heic()))


def test_a_picture_that_eats_memory_costs_its_preview_and_nothing_else(manna, monkeypatch):
    blob = store(manna, "a.png", samples.image(size=(3000, 3000)))
    with monkeypatch.context() as poor:
        poor.setattr(jail, "MEMORY", -(1 << 20))
        with pytest.raises(LookupError):
            previews.image(blob)
    assert opened(previews.image(blob)).size == (2600, 2600)


@pytest.mark.parametrize("name", ["a.png", "a.pdf", "a.xlsx", "a.hwp", "a.csv", "a.zip", "a.eml"])
def test_nothing_of_a_file_is_parsed_outside_the_jail(manna, monkeypatch, name):
    data = {
        "a.png": samples.image(),
        "a.pdf": samples.pdf(),
        "a.xlsx": samples.xlsx(),
        "a.hwp": samples.hwp("점검"),
        "a.csv": b"a,b\n",
        "a.zip": samples.archive(a="b"),
        "a.eml": b"From: a@x.example\nTo: b@x.example\nSubject: x\n\nhello",
    }
    blob = store(manna, name, data[name])

    def closed(function, *_args, **_limits):
        raise jail.Exhausted(function)

    monkeypatch.setattr(jail, "call", closed)
    for drawn in (previews.image, previews.thumbnail):
        with pytest.raises(LookupError):
            drawn(blob)
    assert previews.measure(blob).total == 0
    read = (previews.sheets, previews.paragraphs, previews.table, previews.entries)
    assert [function(blob) for function in read] == [[]] * 4
    assert previews.mail(blob) == contents.Mail()
