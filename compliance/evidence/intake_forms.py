"""What a person made of the rows of an archive, as the form sends it."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation
from compliance.evidence import selectors
from compliance.evidence.intake import Edit
from compliance.requirements.models import EvidenceKind, Requirement
from compliance.shared.errors import Refused
from compliance.shared.numbers import whole


def edits_of(organisation: Organisation, sent: Mapping[str, str]) -> dict[int, Edit]:
    """Return {order: edit} of the fields `title-7`, `requirement-7`, `kind-7`, `take-7`.

    A requirement is named by its code, a kind by its title or code, as the person typed it. Raises
    Refused where one is not known; then nothing is changed.
    """
    orders = [whole(name[6:], default=-1) for name in sent if name.startswith("title-")]
    codes = {_typed(sent, "requirement", order) for order in orders} - {""}
    known = _requirements(organisation, codes)
    kinds = _kinds(organisation)
    return {
        order: Edit(
            take=bool(sent.get(f"take-{order}")),
            requirement=known.get(_typed(sent, "requirement", order)),
            kind=_kind(kinds, sent.get(f"kind-{order}", "")),
            title=sent.get(f"title-{order}", ""),
        )
        for order in orders
        if order >= 0
    }


def _typed(sent: Mapping[str, str], name: str, order: int) -> str:
    """The code that was typed, without the title behind it."""
    return next(iter(sent.get(f"{name}-{order}", "").split()), "").upper()


def _requirements(organisation: Organisation, codes: set[str]) -> dict[str, Requirement]:
    rows = selectors.in_order(selectors.adopted_requirements(organisation))
    # The first profile that has a code comes last, so that it stays.
    known = {each.code.upper(): each for each in reversed(list(rows)) if each.code.upper() in codes}
    if unknown := sorted(codes - set(known)):
        raise Refused(
            _("There is no requirement %(code)s. Nothing was changed.") % {"code": unknown[0]}
        )
    return known


def _kinds(organisation: Organisation) -> dict[str, EvidenceKind]:
    known: dict[str, EvidenceKind] = {}
    for each in selectors.adopted_kinds(organisation):
        for name in (each.code, each.title_ko, each.title_en):
            if name:
                known.setdefault(name.casefold(), each)
    return known


def _kind(known: Mapping[str, EvidenceKind], typed: str) -> EvidenceKind | None:
    name = typed.strip().casefold()
    if name and name not in known:
        raise Refused(
            _("There is no kind of evidence “%(kind)s”. Nothing was changed.") % {"kind": typed}
        )
    return known.get(name)
