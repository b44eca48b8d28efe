"""Credentials at rest: encrypted in the database, opened where they are used and nowhere else."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils.translation import gettext as _

from compliance.shared.errors import Refused

SHOWN = 4
# Of a shorter secret four signs would be half of it.
SHORTEST_TO_SHOW = 12
_DOTS = "••••"


class Sealed:
    """A secret as it stands in the database. As text it is dots and the last four signs."""

    __slots__ = ("token",)

    def __init__(self, token: str) -> None:
        self.token = token

    def open(self) -> str:
        """Return the secret; raises Refused when the key it was sealed with is gone."""
        try:
            return keys().decrypt(self.token.encode()).decode()
        except InvalidToken as error:
            sentence = _("The stored secret cannot be read: its key is gone. Enter it again.")
            raise Refused(sentence) from error

    def __str__(self) -> str:
        try:
            secret = self.open()
        except Refused:
            return _DOTS
        return _DOTS + (secret[-SHOWN:] if len(secret) >= SHORTEST_TO_SHOW else "")

    def __repr__(self) -> str:
        return "<Sealed>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and other.token == self.token

    def __hash__(self) -> int:
        return hash(self.token)


def seal(secret: str) -> Sealed:
    return Sealed(keys().encrypt(secret.encode()).decode())


class SealedTextField(models.TextField):  # type: ignore[type-arg]
    """Holds a `Sealed`, or "" for none; text that is given to it is sealed on its way in."""

    description = _("An encrypted secret")

    def from_db_value(self, value: str | None, *args: Any) -> "Sealed | str | None":
        return Sealed(value) if value else value

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Sealed):
            return value.token
        return seal(value).token if value else value

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.get_prep_value(self.value_from_object(obj)) or "")


def keys() -> MultiFernet:
    """Seals with the newest key, opens with any."""
    written = settings.FIELD_KEYS or kept_keys()
    try:
        return MultiFernet([Fernet(key) for key in written])
    except ValueError as error:
        raise ImproperlyConfigured(
            "FIELD_KEYS: each key is 32 bytes in URL-safe base64; "
            "`manage.py rotate_keys --print-new` makes one."
        ) from error


def kept_keys() -> list[str]:
    """Return the keys beside the database, newest first; made once, for this system user alone."""
    path = _path()
    if not path.exists():
        write_keys([Fernet.generate_key().decode()], only_if_new=True)
    return path.read_text("ascii").split()


def write_keys(written: list[str], *, only_if_new: bool = False) -> None:
    """Put the keys in their file as a whole: a reader sees the old or the new ones."""
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=path.parent)  # readable by nobody else
    with os.fdopen(number, "w") as out:
        out.write("\n".join(written) + "\n")
        out.flush()
        os.fsync(out.fileno())
    made = Path(name)
    if not only_if_new:
        made.replace(path)
        return
    try:
        path.hardlink_to(made)
    except FileExistsError:
        pass  # another process was first; its key is the one
    finally:
        made.unlink()


def sealed_fields() -> list[tuple[type[models.Model], str]]:
    """Every (model, field name) that holds secrets."""
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, SealedTextField)
    ]


Rotation = Callable[[MultiFernet], dict[str, int]]
_elsewhere: list[Rotation] = []


def keeps(rotation: Rotation) -> None:
    """Register secrets that stand in no `SealedTextField`: *rotation* seals them again."""
    if rotation not in _elsewhere:
        _elsewhere.append(rotation)


def rotate() -> dict[str, int]:
    """Seal every stored secret again with the newest key; return how many of each outcome.

    Each row is its own compare-and-set, so that a secret changed meanwhile stays as changed.
    """
    ring = keys()
    counts = {"rotated": 0, "unreadable": 0}
    for model, name in sealed_fields():
        rows = model._base_manager.exclude(**{name: ""}).values_list("pk", name)
        for pk, sealed in rows.iterator(chunk_size=500):
            if not isinstance(sealed, Sealed):
                continue
            try:
                fresh = Sealed(ring.rotate(sealed.token.encode()).decode())
            except InvalidToken:
                counts["unreadable"] += 1
                continue
            same = model._base_manager.filter(pk=pk, **{name: sealed})
            counts["rotated"] += same.update(**{name: fresh})
    for rotation in _elsewhere:
        for outcome, number in rotation(ring).items():
            counts[outcome] += number
    return counts


def _path() -> Path:
    return Path(settings.VAR_DIR) / "keys" / "field-keys"
