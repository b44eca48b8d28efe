"""The press: what is compiled apart and linked is one valid, accessible, reproducible document."""

import io
import re
import subprocess
from dataclasses import replace

import page
import pikepdf
import pytest

from compliance.packets import render, tables
from compliance.packets.contents import Section
from compliance.packets.press import linking, parts
from compliance.packets.press.laying import Flow, Span
from compliance.packets.press.metadata import About
from compliance.packets.press.store import Store
from tests.packets.samples import make_manifest, read_sample
from tests.packets.test_render import text_of

PROFILES = [page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1]
ABOUT = About("제목", "만나배달", "제출본", "ko", "2026-11-22T16:00:00+09:00", "ab" * 16)


@pytest.fixture(scope="module")
def plan():
    return render.plan(make_manifest(), "ko")


def drawn(plan, store, *attachments) -> bytes:
    render.compile_missing(plan, store, read_sample)
    out = io.BytesIO()
    render.link(plan, store, out, read_sample, attachments)
    return out.getvalue()


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("edition", ["ko", "en"])
def test_it_is_archival_and_accessible(store, edition, profile):
    enclosed = linking.Attachment(
        "증적/가.png", 6, "image/png", "Supplement", lambda: iter([b"abc", b"de\r"])
    )
    data = drawn(render.plan(make_manifest(), edition), store, enclosed)
    report = page.validate_pdf_bytes(data, profile=profile)
    assert report.is_compliant, [(each.rule_id, each.message) for each in report.failures]


@pytest.mark.parametrize("profile", PROFILES)
def test_the_validator_would_say_so(store, plan, profile):
    """Without its metadata the same document is refused."""
    data = drawn(plan, store).replace(b"pdfaid:part>3", b"pdfaid:part>9")
    data = data.replace(b"<pdfuaid:part>1", b"<pdfuaid:part>7")
    assert not page.validate_pdf_bytes(data, profile=profile).is_compliant


def test_plain_tools_find_no_fault(store, plan, tmp_path):
    path = tmp_path / "packet.pdf"
    path.write_bytes(drawn(plan, store))
    done = subprocess.run(
        ["qpdf", "--check", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Tagged:          yes" in subprocess.check_output(["pdfinfo", path], text=True)


def test_an_unchanged_document_compiles_nothing(store, plan):
    drawn(plan, store)
    assert render.compile_missing(render.plan(make_manifest(), "ko"), store, read_sample) == 0


def test_a_changed_statement_compiles_its_section_alone(store, plan):
    drawn(plan, store)
    manifest = make_manifest()
    manifest["assessments"][0]["implementation"] += " 추가로 점검하였다."
    changed = render.plan(manifest, "ko")
    differing = [
        section.key
        for section, old, new in zip(changed.sections, plan.digests, changed.digests, strict=True)
        if old != new
    ]
    assert differing == [f"req-{manifest['assessments'][0]['code']}"]


def test_the_order_of_compiling_changes_nothing(plan, tmp_path):
    one, two = Store(tmp_path / "1"), Store(tmp_path / "2")
    forth = drawn(plan, one)
    for section, digest in reversed([*zip(plan.sections, plan.digests, strict=True)]):
        two.put(digest, render.compile_section(section, "ko", read_sample))
    assert drawn(plan, two) == forth


def test_a_damaged_section_is_compiled_again(plan, tmp_path):
    root = tmp_path / "sections"
    whole = drawn(plan, Store(root))
    for path in root.glob("??/*"):
        path.write_bytes(path.read_bytes()[:100])
    assert drawn(plan, Store(root)) == whole


def test_sections_nobody_uses_are_swept(plan, tmp_path):
    kept = Store(tmp_path / "sections")
    drawn(plan, kept)
    assert kept.sweep(1) == 0
    assert kept.sweep(-1) > len(plan.sections)


def test_links_reach_across_sections(store, plan):
    with pikepdf.open(io.BytesIO(drawn(plan, store))) as document:
        names = document.Root.Names.Dests.Names
        known = {str(names[place]) for place in range(0, len(names), 2)}
        notes = [note for sheet in document.pages for note in sheet.get("/Annots", [])]
        targets = {str(note.Dest) for note in notes if note.Subtype == "/Link"}
    assert {"req-OI-NET-03", "task-T-12", "files"} <= targets | known
    assert targets <= known


def test_each_page_says_its_number(store, plan):
    pages = text_of(drawn(plan, store))
    total = re.findall(r"(\d+) / (\d+)", pages)
    # The cover has none.
    assert [int(number) for number, _all in total] == list(range(2, len(total) + 2))
    assert {int(count) for _number, count in total} == {len(total) + 1}


def flow_of(*spans: Span, rows: int = 1) -> bytes:
    flow = Flow("files")
    flow.heading("표")
    flow.table([tables.Column("가", 0.5), tables.Column("나", 0.5)], [[spans, spans]] * rows)
    part = flow.finish()
    out = io.BytesIO()
    linking.link(out, [linking.Piece(part, lambda base: parts.place(part, base))], ABOUT)
    return out.getvalue()


def test_a_table_of_many_pages_repeats_its_head_and_stays_valid():
    data = flow_of(Span("값"), rows=200)
    with pikepdf.open(io.BytesIO(data)) as document:
        assert len(document.pages) > 4
    for profile in PROFILES:
        report = page.validate_pdf_bytes(data, profile=profile)
        assert report.is_compliant, [(each.rule_id, each.message) for each in report.failures]


@pytest.mark.parametrize("text", ["가" * 9000, "a/" * 9000, "word " * 4000])
def test_a_cell_taller_than_a_page_loses_nothing(text):
    data = flow_of(Span(text))
    letters = re.sub(r"\s", "", text)
    found = re.sub(r"\s", "", text_of(data))
    # A row that goes on overleaf stands in turns with its neighbour, which says the same.
    assert found.count(letters[0]) >= 2 * letters.count(letters[0])


def test_what_a_section_shows_is_all_in_its_inputs(plan):
    """Equal inputs give an equal section, whatever manifest they came from."""
    section = next(each for each in plan.sections if each.form == "requirement")
    bare = Section(section.key, section.title, section.form, section.level, section.inputs)
    assert render.compose(bare, "ko") == render.compose(replace(section, head="anything"), "ko")
