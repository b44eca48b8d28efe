"""The document opens what the manifest lists and nothing else, whatever a text or a file says."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from weasyprint.urls import FatalURLFetchingError

from compliance.packets import drawing, render
from compliance.packets.press import compiling
from compliance.packets.press.store import Store
from tests.packets.samples import make_assessment, make_manifest, read_sample


@pytest.fixture
def server():
    """A web server on loopback, and the paths that somebody asked it for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}/", asked
        running.shutdown()
        thread.join()


@pytest.fixture
def secret(tmp_path):
    """A file of the machine that is an image, so that a renderer would show it."""
    path = tmp_path / "secret.svg"
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>s</text></svg>'
    )
    return path.as_uri()


MARKUP = [
    '<img src="{0}">',
    '<img srcset="{0} 2x">',
    '<div style="background: url({0})">가</div>',
    '<div style="list-style-image: url({0}); display: list-item">가</div>',
    '<div style="border-image: url({0}) 1">가</div>',
    '<div style="content: url({0})">가</div>',
    '<style>@import url("{0}");</style>가',
    '<style>@font-face {{ font-family: x; src: url("{0}") }} p {{ font-family: x }}</style><p>가</p>',
    '<link rel="stylesheet" href="{0}">가',
    '<link rel="attachment" href="{0}">가',
    '<a rel="attachment" href="{0}">가</a>',
    '<object data="{0}"></object>',
    '<embed src="{0}">',
    '<svg width="9" height="9"><image href="{0}" width="9" height="9"/></svg>',
    '<svg width="9" height="9" xmlns:xlink="http://www.w3.org/1999/xlink">'
    '<image xlink:href="{0}" width="9" height="9"/></svg>',
    '<svg width="9" height="9"><use href="{0}#a"/></svg>',
    '<svg width="9" height="9"><style>@import url("{0}");</style><rect width="9" height="9"/></svg>',
]


@pytest.mark.parametrize("markup", MARKUP)
def test_even_markup_that_got_in_opens_nothing(markup, server, secret):
    """No template lets any in; should one do so some day, this is the second lock."""
    address, asked = server
    for target in (address, secret):
        opened = drawn_with(markup.format(target))
        assert opened is None or b"secret" not in opened
    assert asked == []


def drawn_with(markup: str) -> bytes | None:
    """Return the objects of a section with *markup*, None where the engine was stopped."""
    html = f'<html lang="ko"><head><title>x</title></head><body><section><h1>가</h1>{markup}</section></body></html>'
    try:
        part = compiling.compile_section(html, drawing.style(), "x")
    except FatalURLFetchingError:
        return None
    assert not [each for each in part.streams if b"/Image" in each[1]]
    return part.objects


def test_the_lock_would_show(server):
    """Without it the same markup reaches the server."""
    from weasyprint import HTML

    address, asked = server
    HTML(string=f'<img src="{address}">').render()
    assert asked == ["/"]


@pytest.mark.parametrize("edition", ["ko", "en"])
def test_what_people_write_is_text(edition, server, secret, tmp_path):
    address, asked = server
    words = "\n".join(each.format(target) for each in MARKUP for target in (address, secret))
    manifest = make_manifest(
        assessments=[make_assessment(implementation=words, reason=words)],
        service=words,
        scope=words,
    )
    plan = render.plan(manifest, edition)
    render.compile_missing(plan, Store(tmp_path / "sections"), read_sample)
    assert asked == []
