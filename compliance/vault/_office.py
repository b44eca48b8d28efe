"""XLSX, DOCX, PPTX: what they run, what they fetch, and what is packed into them."""

import re
import zipfile
from pathlib import Path
from typing import IO

from django.utils.translation import gettext_noop as _

from compliance.vault import _archives
from compliance.vault.problems import Problem

# Parts larger than this are read up to it: definitions that matter stand in small parts.
PART = 32 * 1024**2
_MACROS = re.compile(
    rb"macroEnabled|vnd\.ms-office\.vbaProject|vnd\.ms-excel\.macrosheet", re.IGNORECASE
)
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>", re.IGNORECASE)
_EXTERNAL = re.compile(rb"TargetMode\s*=\s*[\"']External", re.IGNORECASE)
_FETCHED = re.compile(
    rb"/(attachedTemplate|oleObject|frame|subDocument|aFChunk|control)[\"']", re.IGNORECASE
)
_PACKED = re.compile(rb"/(aFChunk|activeXControlBinary)[\"']", re.IGNORECASE)
_ENTITY = re.compile(rb"<!(DOCTYPE|ENTITY)")
_INSTRUCTION = re.compile(rb"<w:instrText[^>]*>([^<]*)</w:instrText>|w:instr=\"([^\"]*)\"")
_DDE_FIELD = re.compile(rb"\bDDE(AUTO)?\b", re.IGNORECASE)
_FORMULA = re.compile(rb"<f\b[^>]*>([^<]*)</f>|<definedName\b[^>]*>([^<]*)</definedName>")
# A bar in the quoted name of a sheet ('A|B'!C1) starts nothing.
_DDE_FORMULA = re.compile(rb"(?<!['\w])\w+\|'[^']*'!|'\|'[^']*'!|(?<!['\w])\w+\|[^'!<>|&\s]+!")
_DDE_LINK = re.compile(rb"<(?:\w+:)?(ddeLink|oleLink)\b")
_REMOTE = _(
    "This document loads a template or object from elsewhere. Save it without, then upload."
)
_OBJECT = _("This document has embedded objects that can run. Paste them as pictures instead.")
_DDE = _("This document starts other programs by DDE. Remove those fields and upload it again.")
_DECLARES = _("This document declares entities, which can read other files. Save it anew.")


def check_xlsx(path: Path) -> None:
    _check(path, check_workbook(path))


def check_docx(path: Path) -> None:
    _check(path, _entries(path, r"word/document\d*\.xml"))


def check_pptx(path: Path) -> None:
    _check(path, _entries(path, r"ppt/presentation\d*\.xml"))


def check_workbook(source: Path | IO[bytes]) -> list[zipfile.ZipInfo]:
    """Only that it is a workbook without macros, of a size one may read; return its entries."""
    # Excel on the web has written xl/workbook2.xml; which one counts, the relations say.
    return _entries(source, r"xl/workbook\d*\.xml")


def _entries(source: Path | IO[bytes], main: str) -> list[zipfile.ZipInfo]:
    """*main*: a pattern of the main part's name. Names of parts are equal whatever their case."""
    entries = _archives.directory(source)
    names = {each.filename.lower() for each in entries}
    if "[content_types].xml" not in names or not any(re.fullmatch(main, n) for n in names):
        raise _archives.not_that_document()
    _archives.check_macros(names)
    return entries


def _check(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    with zipfile.ZipFile(path) as archive:
        for entry in entries:
            _check_part(archive, entry)
    _archives.check_members(path, entries)


def _check_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    name = entry.filename.lower()
    if "/embeddings/" in name and not name.endswith((".xlsx", ".docx", ".pptx")):
        raise Problem(_OBJECT)
    if "/activex/" in name:
        raise Problem(_OBJECT)
    if not name.endswith((".xml", ".rels", ".vml")):
        return
    data = _archives.read(archive, entry, PART)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", "replace").encode()
    if _ENTITY.search(data[:4096]):
        raise Problem(_DECLARES)
    _check_data(name, data)


def _check_data(name: str, data: bytes) -> None:
    if name == "[content_types].xml":
        if _MACROS.search(data):
            raise Problem(
                _("This document has macros. Save it without macros and upload it again.")
            )
    elif name.endswith(".rels"):
        _check_relations(data)
    elif name.startswith("word/"):
        words = b"".join(b"".join(each) for each in _INSTRUCTION.findall(data))
        if _DDE_FIELD.search(words):
            raise Problem(_DDE)
    elif name.startswith("xl/"):
        _check_sheet(data)


def _check_relations(data: bytes) -> None:
    for relation in _RELATION.findall(data):
        if _PACKED.search(relation):
            raise Problem(_OBJECT)
        if _EXTERNAL.search(relation) and _FETCHED.search(relation):
            raise Problem(_REMOTE)


def _check_sheet(data: bytes) -> None:
    if _DDE_LINK.search(data[:65536]):
        raise Problem(_DDE)
    for formula in _FORMULA.findall(data):
        if _DDE_FORMULA.search(b"".join(formula)):
            raise Problem(_DDE)
