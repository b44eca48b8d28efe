"""Where texts stand, organisation by organisation, and which of them an erasure leaves as they are."""

from collections import deque
from collections.abc import Iterator
from functools import cache

from django.apps import apps
from django.db import models

from compliance.accounts.models import Organisation, User
from compliance.shared.sealed import SealedTextField

_FROZEN = "a frozen round: its digest is the packet's identity, and the packet was handed in"
_SIGNED = "a signature and the certificate it was made with"
_TOOLS = "what a scanner or a file says, word for word; evidence is not rewritten"
_REVIEW = "a signed report: its digest stands in it"
_LOG = "entries are never changed; they hold references, and names from before that (see docs)"
_ALIAS = "the names themselves: erased by the audit log's own verb"

# {"app.Model" or "app.Model.column": why an erased name may still stand there}.
KEPT: dict[str, str] = {
    "audit.Entry": _LOG,
    "audit.Alias": _ALIAS,
    "packets.Freeze": _FROZEN,
    "packets.Packet": _FROZEN,
    "packets.Build": _FROZEN,
    "packets.Receipt": _FROZEN,
    "packets.Copy": _FROZEN,
    "packets.Signature": _SIGNED,
    "evidence.EvidenceFile": _TOOLS,
    "scans.CheckResult": _TOOLS,
    "scans.QuarantinedRow": _TOOLS,
    "scans.Rule": _TOOLS,
    "scans.Asset": _TOOLS,
    "scans.Finding.title": _TOOLS,
    "scans.Finding.excerpt": _TOOLS,
    "scans.Finding.location": _TOOLS,
    "scans.Finding.place": _TOOLS,
    "oversight.Review": _REVIEW,
}
_TEXTS = (models.CharField, models.TextField, models.JSONField)
_FARTHEST = 4


def swept() -> Iterator[tuple[type[models.Model], str, list[str]]]:
    """Yield (model, lookup of its organisation, columns) of everything that an erasure goes through."""
    for model in apps.get_models():
        lookup = lookup_of(model)
        columns = [] if lookup is None else [f.name for f in texts_of(model) if not _is_kept(f)]
        if lookup is not None and columns:
            yield model, lookup, columns


def texts_of(model: type[models.Model]) -> list["models.Field[object, object]"]:
    """Columns in which somebody may have written a name."""
    return [
        each
        for each in model._meta.concrete_fields
        if isinstance(each, _TEXTS)
        and not isinstance(each, SealedTextField)
        and not each.choices
        and not each.unique
    ]


def _is_kept(field: "models.Field[object, object]") -> bool:
    label = field.model._meta.label
    return label in KEPT or f"{label}.{field.name}" in KEPT


@cache
def lookup_of(model: type[models.Model]) -> str | None:
    """The shortest way from the model to an organisation, None where it belongs to none."""
    if model in (Organisation, User):
        return None
    waiting: deque[tuple[type[models.Model], str]] = deque([(model, "")])
    while waiting:
        here, path = waiting.popleft()
        for field in here._meta.concrete_fields:
            if field.name == "organisation_id":
                return f"{path}organisation_id"
            other = field.related_model if isinstance(field, models.ForeignKey) else None
            if other is Organisation:
                return f"{path}{field.name}_id"
            if isinstance(other, type) and other is not User and path.count("__") < _FARTHEST:
                waiting.append((other, f"{path}{field.name}__"))
    return None
