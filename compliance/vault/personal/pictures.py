"""Text in pictures, by tesseract where it is installed with Korean."""

import csv
import io
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageOps

from compliance.vault.personal.pieces import Box, Piece, Unreadable
from compliance.vault.pictures import opened

_SECONDS = 90
_SHARP = 2200
_LARGEST = 6000
_SURE = 30.0
# Lines across a page first; letters strewn over a screen where that finds next to nothing.
_WHOLE_PAGE, _SCATTERED = "3", "11"
_LITTLE = 40
_DASH = re.compile(r"^[-–‐−—~.@:]|[-–‐−—~.@:]$")


@lru_cache(maxsize=1)
def is_installed() -> bool:
    """Say whether tesseract is here and reads Korean."""
    program = shutil.which("tesseract")
    if program is None:
        return False
    done = subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False)  # noqa: S603
    return "kor" in done.stdout.split()


def read(path: Path) -> Iterator[Piece]:
    if not is_installed():
        raise Unreadable
    try:
        with opened(path) as picture:
            picture.load()
            upright = ImageOps.exif_transpose(picture)
    except (OSError, ValueError, SyntaxError) as fault:
        raise Unreadable from fault
    yield from lines_of(upright, 1)


def lines_of(image: Image.Image, page: int) -> Iterator[Piece]:
    """Yield the lines of a picture as pieces that know their boxes on *page*."""
    sharp = _enlarged(image.convert("L"))
    out = io.BytesIO()
    sharp.save(out, "PNG", compress_level=1)
    words = _words(out.getvalue(), _WHOLE_PAGE)
    if sum(len(row["text"]) for row in words) < _LITTLE:
        words = _words(out.getvalue(), _SCATTERED)
    lines: dict[tuple[str, ...], list[tuple[str, Box]]] = {}
    for row in words:
        key = (row["block_num"], row["par_num"], row["line_num"])
        lines.setdefault(key, []).append((row["text"].strip(), _box(row, sharp.size, page)))
    for number, line in enumerate(lines.values(), 1):
        yield _line(line, page, number)


def _words(png: bytes, layout: str) -> list[dict[str, str]]:
    """Ask tesseract; *layout* is its page segmentation mode."""
    command = ["tesseract", "stdin", "stdout", "-l", "kor+eng", "--psm", layout, "tsv"]
    try:
        done = subprocess.run(  # noqa: S603 - our own command line
            command,
            input=png,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            # Its threads wait for each other more than they help on a machine that has other work.
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            preexec_fn=_step_back,
        )
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise Unreadable from fault
    table = io.StringIO(done.stdout.decode("utf-8", "replace"))
    rows = csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
    return [row for row in rows if (row["text"] or "").strip() and float(row["conf"]) >= _SURE]


def _step_back() -> None:
    """Whoever waits for a page goes first."""
    os.nice(10)


def _enlarged(image: Image.Image) -> Image.Image:
    """Screens show letters of ten pixels; tesseract wants thirty."""
    longest = max(image.size)
    if longest > _LARGEST:
        image.thumbnail((_LARGEST, _LARGEST))
        return image
    factor = 2 if longest < _SHARP else 1
    return image.resize((image.width * factor, image.height * factor), Image.Resampling.LANCZOS)


def _box(row: dict[str, str], size: tuple[int, int], page: int) -> Box:
    left, top = int(row["left"]), int(row["top"])
    right, bottom = left + int(row["width"]), top + int(row["height"])
    width, height = size
    return (page, left / width, top / height, right / width, bottom / height)


def _line(words: list[tuple[str, Box]], page: int, number: int) -> Piece:
    """Join words; a dash belongs to what stands beside it, however far the picture parts them."""
    text, spans = "", []
    for word, box in words:
        joined = not text or bool(_DASH.search(text[-1]) or _DASH.match(word))
        text += word if joined else f" {word}"
        spans.append((len(text) - len(word), len(text), box))

    def boxes_of(start: int, end: int) -> list[Box]:
        return [box for first, last, box in spans if first < end and start < last]

    return Piece(text, {"page": page, "line": number}, boxes_of=boxes_of)
