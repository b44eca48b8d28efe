"""The packet's readiness is the list's, the chart's and the API's."""

from django.utils import timezone

from compliance.packets import contents
from compliance.packets import services as packets
from compliance.packets.editions import STYLES
from compliance.requirements import selectors
from compliance.requirements.models import Assessment

KINDS = ["met", "partial", "not_met", "inconclusive", "not_checked", "met", "not_applicable"]


def test_the_packet_says_what_the_pages_say(whole_application, alice, manna, adopted, in_english):
    signed = {"decided_by": alice, "decided_at": timezone.now(), "reason": "이유"}
    for n, row in enumerate(Assessment.objects.filter(organisation=manna)):
        verdict = KINDS[n % len(KINDS)]
        Assessment.objects.filter(pk=row.pk).update(verdict=verdict, **signed)
    expected = selectors.readiness(manna, adopted)
    frozen = packets.freeze(whole_application.current_round, by=alice, gaps_reason="사전 검토")
    (summary,) = [
        s for s in contents.sections(frozen.manifest, [], STYLES["ko"]) if s.key == "summary"
    ]
    told = summary.inputs
    assert {area["code"]: area["percent"] for area in told["areas"]} == {
        each.area.code: each.score.percent for each in expected.areas
    }
    assert told["total"]["percent"] == expected.overall.percent
