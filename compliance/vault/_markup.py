"""XML and JSON: they are what they say, without entities, pages or scripts."""

from pathlib import Path
from typing import Any
from xml.parsers import expat

import ijson
from django.utils.translation import gettext_noop as _

from compliance.vault import _texts
from compliance.vault.problems import Problem

# Beyond this only the beginning is parsed: a large report is checked in a second, not in minutes.
PARSED = 24 * 1024**2
_DEEPEST = 256
_CHUNK = 256 * 1024
_XHTML = "http://www.w3.org/1999/xhtml"
_SVG = "http://www.w3.org/2000/svg"


class _Watch:
    """Expat's callbacks: nothing is expanded, nothing is fetched, nothing goes too deep."""

    def __init__(self) -> None:
        self.depth = 0

    def start(self, name: str, _attributes: Any) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Problem(_("This XML is nested too deeply to be checked."))
        space, _bar, local = name.rpartition("|")
        plain = local.lower()
        if (space == _SVG and plain == "svg") or (space == _XHTML and plain in ("html", "script")):
            raise Problem(_("This XML is a web page or a drawing, which can hold scripts."))

    def end(self, _name: str) -> None:
        self.depth -= 1

    def entity(self, *_facts: Any) -> None:
        raise Problem(_("This XML declares entities, which can read other files. Save it without."))


def check_xml(path: Path) -> None:
    """Read as the text it is, whatever its declaration says: expat knows no Korean character set."""
    codec = _texts.encoding_of(path)
    parser = expat.ParserCreate("utf-8", namespace_separator="|")
    watch = _Watch()
    parser.StartElementHandler = watch.start
    parser.EndElementHandler = watch.end
    parser.EntityDeclHandler = watch.entity
    left = PARSED
    try:
        with path.open(encoding=codec, newline="") as file:
            while left > 0 and (chunk := file.read(_CHUNK)):
                parser.Parse(chunk.encode())
                left -= len(chunk)
        if left > 0:
            parser.Parse(b"", True)  # noqa: FBT003 - expat's own signature
    except expat.ExpatError as fault:
        raise Problem(
            _("This is not XML, or it is cut off (line %(line)s). Export it again."),
            line=fault.lineno,
        ) from fault


def check_json(path: Path) -> None:
    """One document or one a line; a mark in front and comments are other people's mistakes."""
    codec = _texts.encoding_of(path)
    depth = 0
    try:
        with path.open("rb") as file:
            if codec == "utf-8-sig" and file.read(3) != b"\xef\xbb\xbf":
                file.seek(0)
            source: Any = file if codec == "utf-8-sig" else _recoded(path, codec)
            for event, _value in ijson.basic_parse(source, multiple_values=True):
                depth += {"start_map": 1, "start_array": 1, "end_map": -1, "end_array": -1}.get(
                    event, 0
                )
                if depth > _DEEPEST:
                    raise Problem(_("This JSON is nested too deeply to be checked."))
                if file.tell() > PARSED:
                    return
    except (ijson.JSONError, UnicodeDecodeError) as fault:
        raise Problem(_("This is not JSON, or it is cut off. Export it again.")) from fault


class _recoded:  # noqa: N801 - a reader, called like a function
    """The file's text as UTF-8, for a parser that knows nothing else."""

    def __init__(self, path: Path, codec: str) -> None:
        self._file = path.open(encoding=codec)

    def read(self, size: int) -> bytes:
        return self._file.read(max(1, size // 4)).encode() if size else b""
