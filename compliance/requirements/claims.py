"""What a half-filled form said of a requirement, as a reason beside the verdict that a person signs."""

from collections.abc import Iterable

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from compliance.requirements.models import Assessment
from compliance.requirements.registries import Known, Reason

_V = Assessment.Verdict
# What does not apply or is on hold says nothing.
_SPEAKS_FOR = {_V.MET: True, _V.PARTIAL: False, _V.NOT_MET: False}
_SENTENCE = _("The imported form answers “{verdict}”.")
KEY = "claims"


def known(claims: Iterable[tuple[int, str]]) -> dict[int, Known]:
    """Return {requirement id: Known} for (requirement id, claimed verdict) pairs; no query."""
    return {pk: Known(reasons=[_reason(_V(each))]) for pk, each in claims if each in _SPEAKS_FOR}


def _reason(verdict: Assessment.Verdict) -> Reason:
    return Reason(
        supports=_SPEAKS_FOR[verdict],
        sentence=format_lazy(_SENTENCE, verdict=verdict.label),
        blocking=verdict == _V.NOT_MET,
    )
