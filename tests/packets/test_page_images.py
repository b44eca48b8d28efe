"""Pages as images, alone and beside another packet's."""

import io

import pytest
from django.urls import reverse
from PIL import Image

from compliance.applications import services as applications
from compliance.applications.models import Application
from compliance.audit.models import Entry
from compliance.packets import page_images, services
from compliance.packets.models import Edition, Packet
from compliance.requirements import services as requirements
from compliance.requirements.models import Assessment


def packet_of(*outline, edition="ko"):
    rows = [[key, key, 1, pages, digest] for key, pages, digest in outline]
    return Packet(edition=edition, outline=rows, pages=sum(row[3] for row in rows))


def told(mine, other):
    return [(pair.page, pair.beside, pair.change) for pair in page_images.pairs(mine, other)]


def test_sections_stand_beside_each_other_from_their_first_page():
    mine = packet_of(("cover", 1, "a"), ("req-1", 3, "b"), ("files", 1, "c"))
    other = packet_of(("cover", 1, "a"), ("req-1", 1, "x"), ("files", 2, "c"))
    assert told(mine, other) == [
        (1, 1, ""),
        (2, 2, "changed"),
        (3, 0, "changed"),
        (4, 0, "changed"),
        (5, 3, ""),
        (0, 4, ""),
    ]


def test_what_came_and_what_went_is_said():
    mine = packet_of(("cover", 1, "a"), ("new", 1, "n"), ("files", 1, "c"))
    other = packet_of(("cover", 1, "a"), ("old", 1, "o"), ("files", 1, "c"))
    assert told(mine, other) == [(1, 1, ""), (0, 2, "removed"), (2, 0, "added"), (3, 3, "")]


def test_another_language_is_aligned_but_not_compared():
    mine = packet_of(("cover", 1, "a"), ("req-1", 2, "b"))
    other = packet_of(("cover", 1, "x"), ("req-1", 1, "y"), edition="en")
    assert told(mine, other) == [(1, 1, ""), (2, 2, ""), (3, 0, "")]


def test_packets_of_old_are_paired_by_number():
    old = Packet(edition="ko", pages=2)
    assert told(packet_of(("cover", 3, "a")), old) == [(1, 1, ""), (2, 2, ""), (3, 0, "")]
    assert [pair.page for pair in page_images.pairs(old, None)] == [1, 2]


def url(packet, name, **kwargs):
    round_ = packet.freeze.round
    return reverse(
        f"packets:{name}",
        kwargs={
            "organisation": "manna",
            "number": round_.application.number,
            "round": round_.number,
            "edition": packet.edition,
            **kwargs,
        },
    )


def test_the_outline_counts_every_page(packet):
    parts = page_images.parts(packet)
    assert sum(part.pages for part in parts) == packet.pages
    assert [part.key for part in parts][:2] == ["cover", "contents"]
    assert parts[-1].first + parts[-1].pages - 1 == packet.pages


def test_dave_looks_at_the_pages_and_that_is_noted(packet, browse, dave):
    text = browse(dave).get(url(packet, "pages")).content.decode()
    assert url(packet, "sheet", page=1) in text
    assert url(packet, "sheet", page=sheets_shown(packet)) in text
    assert Entry.objects.filter(action="packet.viewed").count() == 1
    answer = browse(dave).get(url(packet, "sheet", page=1))
    assert answer["Content-Type"] == "image/webp"
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.width == page_images.WIDTH
        assert picture.height > picture.width
        # Something is drawn on it.
        assert len(picture.convert("L").getcolors()) > 10


def sheets_shown(packet):
    return min(packet.pages, 20)


@pytest.mark.parametrize("number", [0, 10_000])
def test_there_is_no_other_page(packet, number, browse, alice):
    assert browse(alice).get(url(packet, "sheet", page=number)).status_code == 404


def test_a_section_leads_to_its_pages(packet, browse, alice):
    text = browse(alice).get(url(packet, "pages"), {"section": "files"}).content.decode()
    assert 'id="part-files"' in text


def test_a_stranger_and_an_unbuilt_packet_show_nothing(packet, browse, sam, alice, sent):
    assert browse(sam).get(url(packet, "pages")).status_code == 404
    assert browse(sam).get(url(packet, "sheet", page=1)).status_code == 404
    other = services.request_build(packet.freeze, Edition.EN, by=alice)
    assert browse(alice).get(url(other, "pages")).status_code == 409
    assert browse(alice).get(url(other, "sheet", page=1)).status_code == 409


@pytest.fixture
def second(packet, alice):
    """The next round's packet, in which one statement is another."""
    application = packet.freeze.round.application
    applications.open_next_round(application, by=alice)
    row = Assessment.objects.get(requirement__code="OI-SRV-01")
    requirements.write_statement(row, text="접근통제를 도입.", revision=row.revision, by=alice)
    application = Application.objects.get(pk=application.pk)
    frozen = services.freeze(application.current_round, by=alice, gaps_reason="계획 있음")
    return services.build_now(frozen, "ko", by=alice)[0]


def test_the_second_round_beside_the_first_names_what_changed(packet, second, browse, alice):
    pairs = page_images.pairs(second, packet)
    changed = {pair.key for pair in pairs if pair.change == "changed"}
    assert "req-OI-SRV-01" in changed
    assert "req-OI-NET-03" not in changed
    page = url(second, "pages")
    text = browse(alice).get(page, {"beside": "1-ko", "only": "changed"}).content.decode()
    assert 'id="part-req-OI-SRV-01"' in text
    assert 'id="part-req-OI-NET-03"' not in text
    assert url(packet, "sheet", page=1) in text
    # A name that no packet has is no reason to fail.
    assert browse(alice).get(page, {"beside": "9-xx"}).status_code == 200
