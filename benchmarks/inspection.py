"""Inspection: the gate and the search for personal data over mixed files, and how sure the search is.

`python -m benchmarks inspection`; BENCH_INSPECTED names another number of files.
"""

import io
import json
import os
import random
import tempfile
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks._personal import Sample, samples

FILES = int(os.environ.get("BENCH_INSPECTED", "1000"))
LINES = 20_000
_OFFICE = "application/vnd.openxmlformats-officedocument"


def measure() -> Iterator[str]:
    yield from _accuracy()
    yield from _throughput()


def _accuracy() -> Iterator[str]:
    from compliance.vault.personal import detecting

    asked, found, missed, false = Counter[str](), Counter[str](), [], []
    lines = list(samples(LINES, seed=11))
    began = time.process_time()
    for sample in lines:
        hits = detecting.find(sample.text)
        if not sample.kind:
            false += [sample.text] if hits else []
            continue
        asked[sample.kind] += 1
        right = any(hit.kind == sample.kind and _same(sample, hit.start, hit.end) for hit in hits)
        found[sample.kind] += right
        missed += [] if right else [sample.text]
    spent = time.process_time() - began
    told = ", ".join(f"{kind} {found[kind] / asked[kind]:.1%}" for kind in asked)
    negatives = len(lines) - asked.total()
    yield f"recall {found.total() / asked.total():.2%} of {asked.total()} lines with one ({told})"
    yield f"false positives {len(false) / negatives:.2%} of {negatives} lines without any"
    yield f"detectors: {spent / len(lines) * 1e6:.0f} µs CPU a line"
    for text in [*missed[:3], *false[:3]]:
        yield f"wrong about: {text}"


def _same(sample: Sample, start: int, end: int) -> bool:
    text = sample.text[start:end]
    return text in sample.value or sample.value in text


def _throughput() -> Iterator[str]:
    """Every file passes the gate as an upload does, then is searched as the job does."""
    from compliance.vault import inspection, jail
    from compliance.vault.personal import finding, pictures

    rng = random.Random(3)  # noqa: S311 - a corpus, not a secret
    makers = _makers()
    others = [suffix for suffix in makers if suffix != "png"]
    took: dict[str, list[tuple[float, float, int]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        made = []
        for number in range(FILES):
            # One picture in fifty: the OCR takes as long for it as all others together.
            suffix = "png" if number % 50 == 49 else others[number % len(others)]
            path = Path(folder) / f"{number}.{suffix}"
            path.write_bytes(makers[suffix](rng, number))
            made.append(path)
        began = time.perf_counter()
        for path in made:
            first = time.perf_counter()
            media = inspection.check_file(path, path.name)
            second = time.perf_counter()
            jail.call(finding.search, str(path), media, seconds=120, memory=2**31, writes=2**29)
            third = time.perf_counter()
            took[path.suffix[1:]].append((second - first, third - second, path.stat().st_size))
        whole = time.perf_counter() - began
    size = sum(each[2] for rows in took.values() for each in rows)
    ocr = "with OCR" if pictures.is_installed() else "without OCR"
    yield (
        f"{FILES} mixed files, {size / 2**20:.0f} MiB, {ocr}: {whole:.1f} s, "
        f"{FILES / whole:.0f} files a second, {size / 2**20 / whole:.1f} MiB a second"
    )
    for suffix, rows in took.items():
        gate, search = (sum(each[n] for each in rows) / len(rows) * 1000 for n in (0, 1))
        yield f"{suffix}: gate {gate:.1f} ms, search {search:.1f} ms a file"


def _text(rng: random.Random, number: int, lines: int = 400) -> str:
    return "\n".join(sample.text for sample in samples(lines, seed=number)) + "\n"


def _makers() -> dict[str, Callable[[random.Random, int], bytes]]:
    return {
        "txt": lambda rng, n: _text(rng, n, 2000).encode(),
        "log": lambda rng, n: _text(rng, n, 4000).encode("utf-8"),
        "csv": lambda rng, n: _csv(rng, n).encode(),
        "json": lambda rng, n: json.dumps(
            [{"id": i, "note": each.text} for i, each in enumerate(samples(400, seed=n))],
            ensure_ascii=False,
        ).encode(),
        "xlsx": _xlsx,
        "docx": _docx,
        "pdf": _pdf,
        "png": _png,
        "zip": lambda rng, n: _zip({f"{i}.txt": _text(rng, n + i) for i in range(4)}),
        "xml": lambda rng, n: ("<r>" + "<i/>" * 3000 + "</r>").encode(),
    }


def _csv(rng: random.Random, number: int) -> str:
    rows = (
        "{},{}".format(i, each.text.replace(",", " "))
        for i, each in enumerate(samples(400, number))
    )
    return "번호,내용\n" + "\n".join(rows) + "\n"


def _zip(members: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return out.getvalue()


def _xlsx(rng: random.Random, number: int) -> bytes:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("명단")
    sheet.append(["번호", "내용", "값"])
    for row, sample in enumerate(samples(300, seed=number)):
        sheet.append([row, sample.text, rng.randrange(10**9)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _docx(rng: random.Random, number: int) -> bytes:
    from xml.sax.saxutils import escape

    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(
        f"<w:p><w:r><w:t>{escape(each.text)}</w:t></w:r></w:p>"
        for each in samples(300, seed=number)
    )
    document = f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
    return _zip({"[Content_Types].xml": "<Types/>", "word/document.xml": document})


def _pdf(rng: random.Random, number: int) -> bytes:
    import pikepdf

    made = pikepdf.new()
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1)
    font.BaseFont = pikepdf.Name.Helvetica
    for _page in range(5):
        page = made.add_blank_page(page_size=(595, 842))
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        lines = "".join(
            f"({rng.randrange(10**12)} user{rng.randrange(999)} from 10.0.0.{line}) Tj T* "
            for line in range(50)
        )
        page.Contents = made.make_stream(f"BT /F1 9 Tf 14 TL 40 800 Td {lines} ET".encode())
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _png(rng: random.Random, number: int) -> bytes:
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (1280, 720), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(20)
    for line in range(12):
        draw.text(
            (40, 40 + line * 50),
            f"host{number} 10.0.0.{line} id {rng.randrange(10**9)}",
            "black",
            font,
        )
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
