"""Cross references lead both ways, and the page that is printed beside one is where it leads."""

import io
import re

import pikepdf
import pypdfium2
import pytest

from compliance.packets import render
from tests.packets.samples import make_second_round
from tests.packets.test_editions import drawn

# (from the section of, to)
WAYS = [
    ("req-OI-NET-03", "ev-E-31"),
    ("req-OI-NET-03", "find-F-7"),
    ("req-OI-NET-03", "task-T-12"),
    ("evidence", "req-OI-NET-03"),
    ("evidence", "task-T-12"),
    ("findings", "req-OI-NET-03"),
    ("findings", "task-T-12"),
    ("tasks", "req-OI-NET-03"),
    ("tasks", "ev-E-31"),
    ("tasks", "find-F-7"),
    ("answers", "req-OI-NET-03"),
    ("answers", "ev-E-31"),
    ("since", "ev-E-31"),
    ("brief", "req-OI-DAT-05"),
    ("overview", "diagram-network_diagram"),
    ("trace", "find-F-7"),
]


@pytest.fixture(scope="module")
def whole():
    return make_second_round()


@pytest.fixture(scope="module")
def parts(whole, store):
    manifest, kept = whole
    plan = render.plan(manifest, "ko")
    render.compile_missing(plan, store, kept.__getitem__)
    return {
        section.key: store.get(digest)
        for section, digest in zip(plan.sections, plan.digests, strict=True)
    }


@pytest.mark.parametrize(("section", "target"), WAYS)
def test_a_section_leads_there_with_the_page(parts, section, target):
    assert target in {each.target for each in parts[section].links if each.paged}


def test_every_link_leads_somewhere(parts):
    anchors = {name for part in parts.values() for name in part.anchors}
    targets = {each.target for part in parts.values() for each in part.links}
    assert not targets - anchors


def test_the_printed_page_is_the_right_one(whole, store):
    data = drawn(whole, "ko", store)
    with pikepdf.open(io.BytesIO(data)) as document:
        numbers = {page.obj.objgen: index + 1 for index, page in enumerate(document.pages)}
        names = document.Root.Names.Dests.Names
        places = {
            str(names[index]): numbers[names[index + 1][0].objgen]
            for index in range(0, len(names), 2)
        }
        notes = [
            (index, str(note.Dest), [float(each) for each in note.Rect])
            for index, page in enumerate(document.pages)
            for note in page.get("/Annots", [])
            if note.Subtype == "/Link"  # the others are fields to sign
        ]
    checked = 0
    read = pypdfium2.PdfDocument(data)
    try:
        for index, target, (left, bottom, right, top) in notes:
            said = read[index].get_textpage().get_text_bounded(left, bottom - 1, right + 1, top + 1)
            for number in re.findall(r"p\.(\d+)", said):
                assert int(number) == places[target], (index, target, said)
                checked += 1
    finally:
        read.close()
    assert checked > 30
