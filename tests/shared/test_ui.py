"""The pieces of every page."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.template import Context, Template
from django.utils import timezone, translation

from compliance.shared.severity import Severity
from compliance.shared.templatetags._tones import TONES

ROOT = Path(__file__).resolve().parents[2]
SPRITE = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/icons.svg").read_text()))
TEMPLATES = [
    path
    for path in sorted((ROOT / "templates").rglob("*.html"))
    # The packet is paper and a mail is read elsewhere: their own style sheets, no browser of ours.
    if not {"pdf", "mail"} & set(path.parts)
]


def shown(source: str, **context) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def test_a_badge_says_in_a_word_what_its_colour_says():
    badge = shown("{% badge state label %}", state="not_met", label="부적합")
    assert "tone-bad" in badge
    assert "#x" in badge
    assert "부적합" in badge


def test_a_badge_takes_the_label_of_a_choice():
    with translation.override("en"):
        assert "Critical" in shown("{% badge value %}", value=Severity.CRITICAL)


def test_a_badge_escapes_its_label():
    assert "<b>" not in shown("{% badge state label %}", state="x", label="<b>")


def test_an_icon_with_a_label_speaks_and_one_without_does_not():
    assert 'aria-label="위험"' in shown('{% icon "alert" "위험" %}')
    assert 'aria-hidden="true"' in shown('{% icon "alert" %}')


@pytest.mark.parametrize(
    ("days", "said"), [(-3, "3일 지남"), (0, "오늘"), (2, "2일 남음"), (30, "")]
)
def test_a_due_date_counts_down(days, said):
    with translation.override("ko"):
        text = shown("{% due day %}", day=timezone.localdate() + timedelta(days=days))
    assert said in text
    assert ("gp-due" in text) == bool(said)


def test_what_is_finished_is_never_late():
    assert "gp-due" not in shown("{% due day True %}", day=date(2020, 1, 1))


@time_machine.travel("2026-11-22T16:20:00Z", tick=False)
def test_a_moment_is_told_in_seoul():
    with translation.override("ko"):
        text = shown("{% when at %}", at=datetime(2026, 11, 22, 16, 20, tzinfo=UTC))
    assert "2026-11-23 (월) 01:20<" in text
    assert 'datetime="2026-11-23T01:20:00+09:00"' in text


def test_a_page_that_does_not_exist_has_no_address():
    assert shown('{% nav_url "no:such" %}') == ""


def test_every_tone_has_its_icon():
    assert {tone.icon for tone in TONES.values()} <= SPRITE


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_keeps_the_content_policy(path):
    """Nothing inline, nothing from elsewhere, and only icons that exist."""
    text = path.read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text)
    named = set(re.findall(r'(?:icon|symbol=)\s*"([a-z-]+)"', text))
    assert named <= SPRITE
