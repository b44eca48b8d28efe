"""The document's table of contents as data: which sections, made from what."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import pgettext

from compliance.packets import back_matter, front_matter, requirement_sheets, rounds_chapter
from compliance.packets.crossing import crossings
from compliance.packets.editions import Style
from compliance.packets.figures import area_figures, chosen, colour_of
from compliance.packets.manifest_rows import Manifest
from compliance.packets.section import Section

__all__ = ["Section", "sections"]


def sections(manifest: Manifest, missing: Sequence[str], style: Style) -> list[Section]:
    """Return the sections of an edition in order; the contents page lists those after itself."""
    body = [*_body(manifest, missing, style)]
    title = pgettext("packet", "Contents")
    listed = [
        {"key": each.key, "title": each.title, "level": each.level} for each in body if each.level
    ]
    return [
        _cover(manifest, style),
        Section("contents", title, "toc", 0, {"listed": listed}, head=title),
        *body,
    ]


def _cover(manifest: Manifest, style: Style) -> Section:
    inputs: dict[str, Any] = {
        "manifest": chosen(
            manifest,
            "application",
            "approved",
            "as_of",
            "contact",
            "frozen_at",
            "frozen_by",
            "organisation",
            "prepared",
            "profile",
            "reviewed",
            "round",
        ),
        "colour": colour_of(manifest),
        "edition": style.code,
    }
    logo = manifest.get("look", {}).get("logo")
    picture = {}
    if logo:
        inputs["logo"] = "logo.png"
        picture = {"name": "logo.png", **chosen(logo, "sha256", "media_type")}
    return Section("cover", "", "cover", 0, inputs, picture=picture)


def _body(manifest: Manifest, missing: Sequence[str], style: Style) -> Iterator[Section]:
    areas = area_figures(manifest)
    crossed = crossings(manifest)
    yield front_matter.brief(manifest, areas)
    if style.boxes:
        yield front_matter.record(manifest)
    yield from front_matter.overview(manifest, len(areas))
    yield from rounds_chapter.answers(manifest, crossed)
    yield from rounds_chapter.since(manifest, crossed)
    yield front_matter.summary(manifest, areas)
    yield front_matter.trace(manifest, crossed)
    for area in areas:
        yield from requirement_sheets.of_area(area, manifest, crossed, style)
    yield from back_matter.chapters(manifest, missing, crossed)
