"""Children that lay sections out, from the side of who waits for them; see child.py."""

import atexit
import json
import logging
import os
import pkgutil
import select
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.utils.translation import gettext as _

from compliance.packets.drawing import Read
from compliance.packets.press.store import Store
from compliance.packets.section import Edition, Section
from compliance.shared.errors import Refused

log = logging.getLogger(__name__)

# Called several times a second while a section is drawn; raises to stop it.
Watch = Callable[[], None]

_ROOT = Path(__file__).resolve().parents[2]
_LOOK_SECONDS = 0.1
# A larger child is not kept for the next packet.
_KEPT_MEMORY = 300 * 1024**2
_SETTINGS = ("LANGUAGE_CODE", "TIME_ZONE", "USE_I18N", "USE_TZ")
_ENVIRONMENT = {"PATH", "LANG", "LC_ALL", "TMPDIR", "HOME", "PYTHONPATH", "FONTCONFIG_PATH"}
# What templates of the document may load: the rooms' own tags would need the rooms.
_LIBRARIES = (
    "django.templatetags",
    "compliance.packets.templatetags",
    "compliance.shared.templatetags",
)

_lock = threading.Lock()
_idle: dict[int, list["Hand"]] = {}


class Lost(Exception):
    """The child ended before it answered: too little memory or time, a crash, or it was killed."""


class Hand:
    """One child process, which draws one section at a time."""

    def __init__(self) -> None:
        self.memory = 0
        self._process = subprocess.Popen(  # noqa: S603 - our own command line
            [sys.executable, "-m", "compliance.packets.child", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=_ROOT,
            env={name: value for name, value in os.environ.items() if name in _ENVIRONMENT},
        )
        self._said = b""
        self._say(_setup())
        self._is_ready = False

    def compile(
        self,
        section: Section,
        edition: Edition,
        digest: str,
        store: Store,
        file: Path | None,
        watch: Watch,
    ) -> None:
        """Have the section drawn into *store*. Raises Lost, or Refused with a sentence."""
        if not self._is_ready:
            answer = self._hear(watch)
            if "ready" not in answer:
                _refuse(section, answer)
            self._is_ready = True
        self._say(
            {
                "section": asdict(section),
                "edition": edition,
                "digest": digest,
                "root": str(store.root),
                "file": str(file or ""),
            }
        )
        answer = self._hear(watch)
        if "done" not in answer:
            _refuse(section, answer)
        self.memory = answer["memory"]

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _say(self, what: dict[str, Any]) -> None:
        assert self._process.stdin is not None  # noqa: S101 - asked for above
        try:
            self._process.stdin.write(json.dumps(what).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise Lost from error

    def _hear(self, watch: Watch) -> dict[str, Any]:
        assert self._process.stdout is not None  # noqa: S101 - asked for above
        descriptor = self._process.stdout.fileno()
        while b"\n" not in self._said:
            watch()
            waiting = select.poll()
            waiting.register(descriptor, select.POLLIN)
            if waiting.poll(_LOOK_SECONDS * 1000):
                part = os.read(descriptor, 1 << 16)
                if not part:
                    raise Lost
                self._said += part
        line, _newline, self._said = self._said.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def hand() -> Iterator["Holder"]:
    """Borrow a child of this process; it is ended when the work stops in the middle."""
    holder = Holder()
    try:
        yield holder
    except BaseException:
        holder.let_go()
        raise
    holder.put_back()


class Holder:
    """A hand in use; a lost one is replaced."""

    def __init__(self) -> None:
        self._hand: Hand | None = None

    def compile(
        self,
        section: Section,
        edition: Edition,
        digest: str,
        store: Store,
        read: Read,
        watch: Watch,
    ) -> None:
        """Draw the section into *store*, with one more try when the child is lost."""
        with _spooled(section, read, store) as file:
            for attempt in (1, 2):
                try:
                    return self._taken().compile(section, edition, digest, store, file, watch)
                except Lost:
                    log.warning("The child was lost at “%s” (attempt %d).", section.title, attempt)
                    self.let_go()
        if section.is_file:
            # The file is what cannot be drawn. Without its bytes the page says so; it is enclosed.
            return self._taken().compile(section, edition, digest, store, None, watch)
        return _refuse(section, {})

    def let_go(self) -> None:
        if self._hand is not None:
            self._hand.end()
            self._hand = None

    def put_back(self) -> None:
        if self._hand is not None and self._hand.memory > _KEPT_MEMORY:
            self.let_go()
        if self._hand is not None:
            with _lock:
                _idle.setdefault(os.getpid(), []).append(self._hand)

    def _taken(self) -> Hand:
        if self._hand is None:
            self._hand = _kept() or Hand()
        return self._hand


def _kept() -> Hand | None:
    """Return a child that waits for work. Some have ended meanwhile: nobody needed them for long."""
    with _lock:
        waiting = _idle.get(os.getpid(), [])
        while waiting:
            found = waiting.pop()
            if found.is_alive:
                return found
            found.end()
    return None


@contextmanager
def _spooled(section: Section, read: Read, store: Store) -> Iterator[Path | None]:
    """Lay the bytes that a section shows where its child can read them."""
    if not section.shows:
        yield None
        return
    store.root.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=store.root, prefix="exhibit-") as file:
        file.write(read(section.shows))
        file.flush()
        yield Path(file.name)


def _refuse(section: Section, answer: dict[str, Any]) -> None:
    if answer.get("errno"):
        raise OSError(answer["errno"], answer["fault"])
    if "fault" in answer:
        raise RuntimeError(f"{section.key}: {answer['fault']}")
    raise Refused(
        _(
            "“%(name)s” takes more memory or time than one section may. Shorten it in the next "
            "round, or tell the operator."
        )
        % {"name": section.title or section.key}
    )


def _setup() -> dict[str, Any]:
    """Return the settings that drawing needs; nothing secret is among them."""
    # Looked up by name: Django's own list loads the libraries of every room.
    libraries = {
        each.name: f"{package}.{each.name}"
        for package in _LIBRARIES
        for each in pkgutil.iter_modules(import_module(package).__path__)
        if not each.name.startswith("_")
    }
    engine = {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [str(path) for path in cast("list[Path]", settings.TEMPLATES[0]["DIRS"])],
        "OPTIONS": {"libraries": libraries},
    }
    return {
        "TEMPLATES": [engine],
        "LOCALE_PATHS": [str(path) for path in settings.LOCALE_PATHS],
        "LANGUAGES": [[code, str(name)] for code, name in settings.LANGUAGES],
        **{name: getattr(settings, name) for name in _SETTINGS},
    }


@atexit.register
def _end_mine() -> None:
    for each in _idle.pop(os.getpid(), []):
        with suppress(OSError):
            each.end()
