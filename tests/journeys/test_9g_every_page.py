"""Step 9g: every page that a link leads to, looked at by the browser itself.

A walk from the dashboard over all links, one page of each kind for each person; a console error, a
violation of the content security policy or an unexpected answer anywhere fails it.
"""

from collections import Counter
from urllib.parse import urldefrag, urlsplit

import pytest
from django.urls import Resolver404, resolve

# A list leads to many pages of one kind; the first ones show whatever the kind can show.
EACH = 2
MOST = 220
TABS = 5


def kind_of(path):
    """Return the name of the view that answers *path*, or "" for what is no page of ours."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


def links_of(page):
    found = page.evaluate(
        "[...document.querySelectorAll('a[href]:not([download])')]"
        ".filter(a => a.origin === location.origin).map(a => a.href)"
    )
    return list(dict.fromkeys(urldefrag(each).url for each in found))


def walk(visitor):
    """Open pages until no link leads to a new kind; return the kinds seen.

    A page is done when its network has been quiet for half a second: tabs wait beside each other.
    """
    tabs = [visitor.page, *(visitor.context.new_page() for _ in range(TABS - 1))]
    waiting, seen, counts = [visitor.portal.home], set(), Counter()
    while waiting:
        opened = []
        while waiting and len(opened) < TABS:
            address = waiting.pop(0)
            kind = kind_of(urlsplit(address).path)
            if address in seen or not kind or counts[kind] >= EACH:
                continue
            seen.add(address)
            counts[kind] += 1
            # By itself first: a picture or a file is no page, and the browser would dress it up.
            answer = visitor.context.request.get(address)
            if answer.headers.get("content-type", "").startswith("text/html"):
                tabs[len(opened)].goto(address)
                opened.append(address)
        for page, address in zip(tabs, opened, strict=False):
            waiting += looked_at(page, address)
        assert len(seen) < MOST
    return counts


def looked_at(page, address):
    """Wait until *page* is done, see that it fits, and return its links."""
    page.wait_for_load_state("networkidle")
    overflow = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 0, f"{address} is {overflow} px wider than the window"
    return links_of(page)


@pytest.mark.parametrize(
    ("who", "language", "least"), [("seoyeon", "ko", 45), ("haneul", "en", 40), ("daun", "ko", 45)]
)
def test_no_page_makes_the_browser_complain(person, who, language, least):
    visitor = person(who, language=language)
    kinds = walk(visitor)
    complaints, visitor.watch.complaints = visitor.watch.complaints, []
    assert not complaints, "\n".join(complaints)
    assert len(kinds) >= least, sorted(kinds)


# What scripts keep in the browser: how pages look, and the address that htmx goes back to.
KEPT = {"theme", "keys", "zoom", "htmx-current-path-for-history"}


def test_the_browser_keeps_no_data_of_ours(person):
    """After a walk through the pages nothing of their contents stays behind."""
    visitor = person("seoyeon")
    for path in ("", "requirements/", "evidence/", "findings/", "tasks/board/", "tasks/mine/"):
        visitor.open(path).wait_for_load_state("networkidle")
    kept = visitor.page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
    assert set(kept) <= KEPT
    assert visitor.page.evaluate("indexedDB.databases().then(all => all.length)") == 0


def test_signing_out_clears_what_was_being_written(windows):
    """A draft that has not reached the server waits in the browser; signing out takes it away."""
    visitor = windows.new("minsu")
    visitor.sign_in()
    page = visitor.open("requirements/order-integration-reference/OI-SRV-09/")
    # As if the server could not be reached: the draft stays in the browser alone.
    page.route("**/draft/", lambda route: route.abort())
    page.locator("#statement textarea[name=text]").fill("아직 저장하지 않은 이행내용")
    written = "Object.values(localStorage).some(text => text.includes('아직 저장하지 않은'))"
    for _ in range(50):
        if page.evaluate(written):
            break
        page.wait_for_timeout(100)
    assert page.evaluate(written)
    visitor.watch.complaints.clear()
    page.locator(".gp-top .dropdown-toggle").click()
    # Another window of his may have switched him to English.
    page.locator(".gp-top form[action$='/sign-out/'] button").click()
    page.wait_for_url("**/accounts/sign-in/**")
    assert not page.evaluate(written)
    visitor.watch.complaints.clear()
