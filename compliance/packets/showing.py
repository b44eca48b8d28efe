"""What the pages show of a freeze."""

from dataclasses import dataclass

from django.db.models import Prefetch

from compliance.packets.manifest_rows import Manifest
from compliance.packets.models import Edition, Freeze, Packet, Signature
from compliance.packets.templatetags.packet import told
from compliance.packets.words import VERDICTS
from compliance.shared.templatetags.charts import Segment, verdict_segments


@dataclass(frozen=True, slots=True)
class Row:
    """One edition, built or not."""

    edition: Edition
    packet: Packet | None


@dataclass(frozen=True, slots=True)
class Chapter:
    """One area of the packet in figures."""

    code: str
    title: str
    requirements: int
    evidence: int
    segments: list[Segment]


def editions(freeze: Freeze) -> list[Row]:
    signatures = Signature.objects.select_related("signer", "pdf", "zip")
    rows = freeze.packets.select_related(
        "job__organisation", "pdf", "zip", "freeze__round"
    ).prefetch_related(Prefetch("signatures", signatures))
    found = {packet.edition: packet for packet in rows}
    # The default is always shown, others once somebody asked for them.
    return [
        Row(edition, found.get(edition.value))
        for edition in Edition
        if edition == Edition.KO or edition.value in found
    ]


def contents(manifest: Manifest) -> list[Chapter]:
    chapters = []
    for area in manifest["areas"]:
        mine = [each for each in manifest["assessments"] if each["area"] == area["code"]]
        counts: dict[str, int] = {}
        for each in mine:
            counts[each["verdict"]] = counts.get(each["verdict"], 0) + 1
        evidence = sum(len(each["evidence"]) for each in mine)
        segments = verdict_segments(counts, VERDICTS)
        chapters.append(Chapter(area["code"], told(area["title"]), len(mine), evidence, segments))
    return chapters
