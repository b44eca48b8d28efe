"""OOXML files as what they are: a ZIP of parts, of which we rewrite a few."""

import io
import posixpath
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from lxml import etree

from compliance.shared.errors import Refused

ROOT_RELATIONS = "_rels/.rels"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
# The oldest moment that a ZIP can name; every made file bears it, so that equal input is equal bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)
_MOMENT = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")
_NOT_PLAIN = _("The workbook has a part that is not plain XML. Save it again in Excel.")


def parsed(content: bytes) -> Any:
    """Parse one part; entities stay shut, and a part with a DTD is refused."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        tree: Any = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise Refused(_NOT_PLAIN) from error
    if tree.getroottree().docinfo.doctype:
        raise Refused(_NOT_PLAIN)
    return tree


def written(root: Any) -> bytes:
    """Return the part as Excel writes it: UTF-8, declared as standalone."""
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def relations(package: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Return {id: (kind, path of the target part)} of *part* ("" is the package itself)."""
    folder, name = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{name}.rels") if part else ROOT_RELATIONS
    # Excel takes the names of parts without regard to case.
    known = {each.lower(): each for each in package.namelist()}
    if path.lower() not in known:
        return {}
    found = {}
    for each in parsed(package.read(known[path.lower()])).iter(_RELATION):
        if each.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, each.get("Target", "")))
            kind = each.get("Type", "").rsplit("/", 1)[-1]
            target = target.lstrip("/")
            found[each.get("Id", "")] = (kind, known.get(target.lower(), target))
    return found


def rewritten(package: zipfile.ZipFile, changed: Mapping[str, bytes]) -> bytes:
    """Return the package with the *changed* parts; every other one keeps its bytes and its place."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.comment = package.comment
        for entry in package.infolist():
            content = changed.get(entry.filename)
            made.writestr(
                _like(entry), package.read(entry) if content is None else content, compresslevel=6
            )
    return out.getvalue()


def _like(entry: zipfile.ZipInfo) -> zipfile.ZipInfo:
    fresh = zipfile.ZipInfo(entry.filename, entry.date_time)
    fresh.compress_type = entry.compress_type
    fresh.external_attr = entry.external_attr
    fresh.create_system = entry.create_system
    fresh.comment = entry.comment
    return fresh


def dated(content: bytes, moment: datetime) -> bytes:
    """Return a workbook that openpyxl made, with *moment* for every date in it: equal bytes."""
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as package, zipfile.ZipFile(out, "w") as made:
        for name in package.namelist():
            part = package.read(name)
            if name == "docProps/core.xml":
                part = _MOMENT.sub(rb"\g<1>" + stamp + rb"\g<3>", part)
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, part, compresslevel=6)
    return out.getvalue()
