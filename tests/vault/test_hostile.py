"""What is made to run, to hide or to explode is refused by name, quickly, and leaves nothing."""

import io
import resource
import time
import zipfile

import pytest

from compliance.shared.errors import Refused
from compliance.vault import inspection, jail, layout, services
from compliance.vault.models import Blob
from tests.vault import hostile
from tests.vault.ole import hwp
from tests.vault.samples import archive, office

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.mark.parametrize("case", hostile.HOSTILE)
def test_it_is_refused_with_a_sentence(manna, case):
    name, data, word = hostile.HOSTILE[case]
    began = time.monotonic()
    with pytest.raises(Refused) as refusal:
        services.store(manna, io.BytesIO(data), name=name)
    assert word in str(refusal.value)
    assert name in str(refusal.value)
    assert time.monotonic() - began < 10
    assert not Blob.objects.exists()
    assert not list(layout.unfinished())


def test_a_stream_that_unpacks_to_gigabytes_costs_the_child_and_not_us(manna):
    data = hostile.pdf_stream_bomb()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Refused, match="memory or time|broken"):
        services.store(manna, io.BytesIO(data), name="bomb.pdf")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 64 * 1024


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("hangul.hwp", hwp("빈 스크립트가 든 문서")),
        ("hangul.hwpx", hostile.hwpx(**{"Scripts/headerScripts.js": b"var Documents = XHwpDocuments;"})),
        (
            "linked.docx",
            office(
                "word/document.xml",
                **{
                    "word/_rels/document.xml.rels": hostile.RELATIONS.format(
                        "hyperlink", "https://a.example/"
                    ).encode()
                },
            ),
        ),
        ("packed.zip", archive(**{"a/inner.zip": archive(**{"b.txt": "x"})})),
        ("korean.xml", '<?xml version="1.0" encoding="EUC-KR"?><가>나</가>'.encode("cp949")),
        ("rows.jsonl", b'{"a": 1}\n{"a": 2}\n'),
        ("marked.json", b"\xef\xbb\xbf{}"),
        ("utf16.json", '{"가": 1}'.encode("utf-16")),
        ("nmap.xml", b'<?xml version="1.0"?><!DOCTYPE nmaprun><nmaprun/>'),
    ],
)  # fmt: skip
def test_what_only_looks_like_it_comes_in(manna, name, data):
    assert services.store(manna, io.BytesIO(data), name=name).size == len(data)


def test_the_sentence_names_the_type_and_what_is_allowed():
    gate = inspection.Gate("보고서.pdf", {"pdf", "png"})
    with pytest.raises(Refused) as refusal:
        gate.check_head(b"<html>")
    assert "is HTML" in str(refusal.value)
    assert "allowed are PDF, PNG" in str(refusal.value)


def test_a_sentence_of_the_child_is_said_in_korean():
    from django.utils import translation

    with translation.override("ko"), pytest.raises(Refused, match="“tool.txt”.*프로그램"):
        jail.call(inspection.parse, "zip", _written(hostile.HOSTILE["zip_exe"][1]))


def test_a_child_without_memory_is_said_to_be_exhausted():
    data = archive(**{"a.zip": _stored(b"\1" * (40 * 2**20))})
    with pytest.raises(jail.Exhausted):
        jail.call(inspection.parse, "zip", _written(data), memory=2**20)


def test_a_child_does_nothing_that_is_not_the_vaults():
    with pytest.raises(jail.Fault, match="not ours"):
        jail.call(_spin)


def test_the_next_jailer_takes_over_when_one_was_killed():
    jail.call(inspection.parse, "json", _written(b"{}"))
    mine = next(iter(jail._jailers.values()))
    mine.process.kill()
    mine.process.wait()
    assert jail.call(inspection.parse, "json", _written(b"{}")) is None


def _stored(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("a.txt", data)
    return out.getvalue()


def _spin():
    raise NotImplementedError


def _written(data: bytes) -> str:
    import tempfile

    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(data)
    return file.name
