"""A verification's report as a file: HTML in Korean and English that needs nothing, or JSON."""

import json

from django.template.loader import render_to_string
from django.utils import translation

from compliance.packets.report import Report, Verdict
from compliance.packets.words import FINDINGS_OF_VERIFICATION


def as_json(report: Report) -> str:
    return json.dumps(report.as_dict(), ensure_ascii=False, indent=1) + "\n"


def as_html(report: Report) -> str:
    """Return one page with both languages side by side; it fetches nothing and runs nothing."""
    words = {verdict: _both(verdict) for verdict in Verdict}
    rows = [("wrong", words[each.verdict], each) for each in report.wrong]
    rows += [("intact", words[each.verdict], each) for each in report.right]
    return render_to_string("packets/verification.html", {"report": report, "rows": rows})


def _both(verdict: Verdict) -> str:
    told = []
    for language in ("ko", "en"):
        with translation.override(language):
            told.append(str(FINDINGS_OF_VERIFICATION[verdict]))
    return " · ".join(told)
