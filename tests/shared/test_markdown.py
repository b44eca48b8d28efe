"""What people write becomes HTML that can do nothing."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.shared.markdown import to_html

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    '[x](https://a.example "onmouseover=alert(1)")',
    "![x](https://evil.example/pixel.png)",
    "<javascript:alert(1)>",
    '```"><script>alert(1)</script>\nx\n```',
    "<svg/onload=alert(1)>",
    "<style>*{display:none}</style>",
    "<iframe src=https://evil.example></iframe>",
]
# What stands between < and >: everything else was typed as text and is escaped.
TAG = re.compile(r"<[^>]*>")


@pytest.mark.parametrize("text", ATTACKS)
def test_it_runs_nothing_and_loads_nothing(text):
    tags = " ".join(TAG.findall(to_html(text))).lower()
    # A title may hold any words; it is an attribute's value.
    tags = re.sub(r'title="[^"]*"', "", tags)
    for word in ("script", "img", "svg", "iframe", "style", "onerror", "onmouse", "data:", "src="):
        assert word not in tags


def test_a_picture_is_a_link():
    assert 'href="https://evil.example/pixel.png"' in to_html(ATTACKS[9])


def test_a_link_does_not_know_where_it_came_from():
    assert 'rel="noopener noreferrer nofollow"' in to_html("https://kisa.or.kr")


def test_lists_tables_code_and_headings_stay():
    html = to_html("# 제목\n\n- 하나\n- 둘\n\n|가|나|\n|-|-|\n|1|2|\n\n`x` ~~y~~\n다음 줄")
    for part in ("<h4>제목", "<li>하나", "<td>1", "<code>x", "<s>y", "<br>"):
        assert part in html


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="<>[]()!`*_#|-: \n\"'&;/=abjscript가.@h", max_size=300))
def test_nothing_that_is_typed_makes_a_tag_of_its_own(text):
    names = {match.lower() for match in re.findall(r"</?([a-zA-Z0-9]+)", to_html(text))}
    assert names <= {
        *("p", "br", "hr", "blockquote", "pre", "code", "em", "strong", "s", "ul", "ol", "li"),
        *("a", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
    }


@pytest.mark.parametrize("text", ["[" * 10_000, "> " * 5_000, "*_" * 5_000, "|a" * 5_000])
def test_a_text_made_to_be_slow_is_not(text):
    assert to_html(text)
