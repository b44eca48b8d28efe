"""From what was read to a profile document in its canonical shape."""

import hashlib
import json
from typing import Any

from compliance.exchange.items import Item, Reading
from compliance.exchange.layouts import Layout, Sheet
from compliance.requirements import documents
from compliance.requirements.models import Profile
from compliance.shared.severity import Severity

_NOTE_LIMIT = 20_000
_KIND_TITLE = 300


def document(reading: Reading, about: dict[str, Any], file_name: str) -> documents.Document:
    """Return the document. Raises Refused for what a profile may not be."""
    if reading.data is not None:
        documents.check(reading.data)
        return documents.Document(reading.data, reading.digest)
    data = _data(reading, about, file_name)
    documents.check(data)
    return documents.Document(data, digest(data))


def digest(data: dict[str, Any]) -> str:
    """The SHA-256 of the content: one workbook read in two ways is two contents."""
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def layout(found: Layout, reading: Reading) -> Layout:
    """Return *found* with the rows of each code, as the way back out needs it."""
    sheets = [
        Sheet(each.name, each.header_row, dict(each.columns), reading.rows_of.get(each.name, {}))
        for each in found.sheets
    ]
    return Layout(sheets, dict(found.words), found.encoding, found.delimiter, found.mark)


def _data(reading: Reading, about: dict[str, Any], file_name: str) -> dict[str, Any]:
    kinds = _kinds(reading.taken)
    given = about["status"] == Profile.Status.PLATFORM
    profile = {
        "id": about["identifier"],
        "version": about["version"],
        "title_ko": about["title_ko"],
        "title_en": about.get("title_en", ""),
        "status": about["status"],
        "published": about["published"],
        "valid_from": about.get("valid_from"),
        "valid_to": about.get("valid_to"),
        "sources": [{"ref": file_name}],
    }
    return {
        "platform": {
            "id": about["platform"],
            "title_ko": about["platform_title_ko"],
            "title_en": about.get("platform_title_en", ""),
        },
        "profile": {key: value for key, value in profile.items() if value},
        "areas": [
            {"code": area.code, "title_ko": area.title, "title_en": area.title_en}
            for area in reading.areas
        ],
        "evidence_types": {code: {"ko": text} for text, code in kinds.items()},
        "requirements": [_row(item, about, kinds, given=given) for item in reading.taken],
    }


def _kinds(items: list[Item]) -> dict[str, str]:
    """{evidence asked for: code}, in the order of the document."""
    texts = dict.fromkeys(text[:_KIND_TITLE] for item in items for text in item.evidence)
    return {text: f"e{number:03d}" for number, text in enumerate(texts, 1)}


def _row(
    item: Item, about: dict[str, Any], kinds: dict[str, str], *, given: bool
) -> dict[str, Any]:
    mandatory = about.get("mandatory", True) if item.mandatory is None else item.mandatory
    row: dict[str, Any] = {
        "id": item.code,
        "area": item.area,
        "parent": item.parent,
        "title_ko": item.title,
        "title_en": item.title_en,
        "statement_ko": item.statement,
        "statement_en": item.statement_en,
        "severity": item.severity or about.get("severity") or Severity.MEDIUM.value,
        "mandatory": mandatory,
        "evidence": list(dict.fromkeys(kinds[text[:_KIND_TITLE]] for text in item.evidence))[:100],
        "tests": [{"kind": "manual", "how": text} for text in item.tests[:100]],
        "note_ko": item.note[:_NOTE_LIMIT],
        "provenance": {"primary": "platform"} if given else {},
    }
    return {key: value for key, value in row.items() if value not in ("", None, [], {})}
