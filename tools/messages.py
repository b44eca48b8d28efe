"""The message catalogues: `update [ROOM]` adds what is missing, `check` names it, `compile` makes .mo.

A string belongs to the room whose file names it first; its Korean stands in
locale/<room>/ko/LC_MESSAGES/django.po. Extraction needs Debian's gettext, compiling only Babel.
"""

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("portal", "compliance", "templates", "static")


def rooms() -> list[str]:
    return sorted(path.name for path in (ROOT / "locale").iterdir() if path.is_dir())


def path_of(room: str, language: str = "ko") -> Path:
    return ROOT / "locale" / room / language / "LC_MESSAGES" / "django.po"


def catalogue(room: str) -> Catalog:
    path = path_of(room)
    if not path.exists():
        return Catalog(locale="ko", header_comment="# Gatepass, Korean.", fuzzy=False)
    with path.open("rb") as file:
        kept = read_po(file, locale="ko")
    kept.fuzzy = False
    kept.header_comment = "# Gatepass, Korean."
    return kept


def extracted() -> Catalog:
    """Every translatable string of code and templates, with the files that name it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in SOURCES:
            if (ROOT / name).exists():
                shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("*.pyc"))
        (copy / "locale").mkdir()
        command = [sys.executable, "-m", "django", "makemessages", "-l", "ko", "--keep-pot"]
        environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
        subprocess.run(
            command,
            cwd=copy,
            check=True,
            capture_output=True,
            env=environment,
        )
        template = (copy / "locale" / "django.pot").read_bytes()
        # xgettext leaves the plural rule open, which Babel does not read.
        template = template.replace(
            b"nplurals=INTEGER; plural=EXPRESSION", b"nplurals=2; plural=(n != 1)"
        )
        return read_po(io.BytesIO(template))


def room_of(message: Message) -> str:
    """The room of the first file that names the string; the roof for everything else."""
    known = rooms()
    for path, _line in message.locations:
        parts = Path(path).parts
        name = parts[1] if len(parts) > 1 and parts[0] in SOURCES else ""
        if name in known:
            return name
    return "portal"


def _key(message: Message) -> tuple[str, str]:
    singular = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
    return (message.context or "", singular)


def _translated(message: Message) -> bool:
    strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return all(strings) and not message.fuzzy


def missing() -> Iterator[Message]:
    """Strings that have no Korean in any catalogue."""
    done = {_key(m) for room in rooms() for m in catalogue(room) if m.id and _translated(m)}
    return (m for m in extracted() if m.id and _key(m) not in done)


def contradictions() -> list[str]:
    """The same string with two Korean texts in two rooms: Django would show either."""
    seen: dict[tuple[str, str], tuple[object, str]] = {}
    found = []
    for room in rooms():
        for message in catalogue(room):
            if not message.id or not _translated(message):
                continue
            text, other = seen.setdefault(_key(message), (message.string, room))
            if text != message.string:
                found.append(f"{_key(message)[1]!r}: {other} {text!r}, {room} {message.string!r}")
    return found


# %(name)s and %d of code, {name} of format; what stands doubled is text.
_PLACES = re.compile(r"%(?:\((\w+)\))?[sdifr]|\{(\w*)\}")


def places(text: str) -> set[str]:
    """What a text leaves open, each as it is written."""
    return {found[0] for found in _PLACES.finditer(text.replace("%%", ""))}


def misplaced() -> list[str]:
    """Texts whose Korean leaves open what the English does not, or the other way round."""
    found = []
    for room in rooms():
        for message in catalogue(room):
            if message.id and _translated(message):
                found += [f"{room} {line}" for line in _differences(message)]
    return found


def _differences(message: Message) -> Iterator[str]:
    """A plural's Korean fits the plural; a number that the singular writes out may stand there."""
    plural = isinstance(message.id, (tuple, list))
    forms = tuple(message.id) if plural else (message.id,)
    known = set().union(*map(places, forms))
    needed = places(forms[-1])
    for text in message.string if plural else (message.string,):
        if wrong := (places(text) - known) | (needed - places(text)):
            yield f"{forms[0]!r} and {text!r} differ in {', '.join(sorted(wrong))}"


def update(only: str = "") -> int:
    """Write an empty entry for what is missing into the catalogue of its room, or of one room."""
    number = 0
    for message in list(missing()):
        room = room_of(message)
        if only not in ("", room):
            continue
        kept = catalogue(room)
        if kept.get(message.id, message.context) is None:
            kept.add(message.id, string=None, context=message.context, flags=message.flags)
            save(room, kept)
            number += 1
    print(f"{number} strings were added; fill in their Korean.")
    return 0


def save(room: str, kept: Catalog) -> None:
    path = path_of(room)
    path.parent.mkdir(parents=True, exist_ok=True)
    kept.locale = "ko"
    with path.open("wb") as file:
        write_po(file, kept, width=100, omit_header=False, sort_output=False, no_location=True)


def check() -> int:
    lines = [f"no Korean: {_key(m)[1]!r} ({m.locations[0][0]})" for m in missing()]
    lines += [f"two Korean texts: {line}" for line in contradictions()]
    lines += [f"open places: {line}" for line in misplaced()]
    print("\n".join(lines) or "Every string has its Korean.")
    return 1 if lines else 0


def compile_all() -> int:
    """Write the .mo beside each .po; they are not kept in the repository."""
    for room in rooms():
        kept = catalogue(room)
        if len(kept):
            with path_of(room).with_suffix(".mo").open("wb") as file:
                write_mo(file, kept)
    return 0


if __name__ == "__main__":
    verbs: dict[str, Callable[..., int]] = {
        "update": update,
        "check": check,
        "compile": compile_all,
    }
    sys.exit(verbs[sys.argv[1] if len(sys.argv) > 1 else "update"](*sys.argv[2:3]))
