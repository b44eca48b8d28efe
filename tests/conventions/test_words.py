"""Every string has its Korean, and only one."""

import os
import shutil
import string

import pytest
from babel.messages.catalog import Message
from django.utils import translation

from compliance.audit import registry
from tools import messages

needs_gettext = pytest.mark.skipif(
    shutil.which("xgettext") is None and os.environ.get("CI") != "true",
    reason="extraction needs Debian's gettext",
)


@needs_gettext
def test_every_string_has_its_korean():
    assert [messages._key(message)[1] for message in messages.missing()] == []


def test_no_string_has_two_korean_texts():
    assert messages.contradictions() == []


def fields(text):
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("action", sorted(registry.actions()))
def test_the_sentence_of_an_action_names_the_same_things_in_both_languages(action):
    with translation.override("en"):
        english = str(registry.sentence_of(action))
    with translation.override("ko"):
        korean = str(registry.sentence_of(action))
    assert fields(korean) == fields(english)
    assert korean != english


def test_placeholders_survive_translation():
    """A %(name)s lost in a translation is a crash on that page."""
    broken = []
    for room in messages.rooms():
        for message in messages.catalogue(room):
            if message.id and message.python_format:
                broken += [f"{room}: {error}" for error in message.check()]
    assert broken == []


def test_no_korean_leaves_open_what_its_english_does_not():
    assert messages.misplaced() == []


@pytest.mark.parametrize(
    ("english", "korean", "said"),
    [
        ("%(n)s of %(total)s", "%(total)s 가운데 %(n)s", ""),
        ("{name} accepted {target}", "{target} 승인", "{name}"),
        ("Saved", "{name} 저장", "{name}"),
        ("%(n)s left", "%(m)s 남음", "%(m)s, %(n)s"),
        (("%(n)d day", "%(n)d days"), "며칠", "%(n)d"),
        (("one file", "%(n)d files"), "파일 %(n)d건", ""),
        ("100%% of it", "전부 100%%", ""),
    ],
)
def test_what_a_translation_leaves_open_is_compared(english, korean, said):
    string = (korean,) if isinstance(english, tuple) else korean
    lines = list(messages._differences(Message(english, string)))
    assert len(lines) == bool(said)
    assert all(line.endswith(f"differ in {said}") for line in lines)
