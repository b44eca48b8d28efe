"""What the two pages of this room show, gathered in a constant number of queries."""

from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.requirements import registries
from compliance.requirements.models import Assessment, Profile, Requirement
from compliance.requirements.registries import Reason

ROWS_ON_A_PAGE = 100
# Long texts that the list does not show.
_UNSHOWN = ("statement", "requirement__statement_ko", "requirement__statement_en")
FRAMEWORKS = {
    "isms_p": "ISMS-P",
    "pipc_safety_measures": _("Safety measures for personal information (PIPC)"),
    "iso27001_2022": "ISO/IEC 27001:2022",
    "nist_800_53_r5": "NIST SP 800-53 r5",
    "cis_v8": "CIS Controls v8",
    "kisa_2026": "KISA 2026",
    "pci_dss_4": "PCI DSS 4.0",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list: the assessment, what the machine proposes, and upper rooms' numbers."""

    assessment: Assessment
    proposal: Assessment.Verdict
    counts: list[int] = field(default_factory=list)

    @property
    def differs(self) -> bool:
        """The machine knows something, and it is not what the person signed."""
        unknown = self.proposal == Assessment.Verdict.NOT_CHECKED
        return not unknown and self.proposal != self.assessment.verdict


@dataclass(frozen=True, slots=True)
class Listing:
    """The filtered list, a page of rows at a time."""

    page: "Page[Assessment]"
    rows: list[Row]
    labels: list["str | Promise"]


def people_of(organisation: Organisation) -> list[User]:
    members = User.objects.filter(
        memberships__organisation=organisation, memberships__ended_at__isnull=True
    )
    return list(members.only("pk", "name"))


def assessments(organisation: Organisation, profile: Profile, user: User) -> QuerySet[Assessment]:
    return Assessment.objects.visible_to(user).filter(
        organisation=organisation, requirement__profile=profile
    )


def listing(organisation: Organisation, filtered: QuerySet[Assessment], page: int | str) -> Listing:
    """Return one page of *filtered* with proposals and counts of upper rooms."""
    shown = filtered.select_related("requirement__area", "owner").defer(*_UNSHOWN)
    found = Paginator(shown, ROWS_ON_A_PAGE).get_page(page)
    on_page = list(found.object_list)
    ids = [each.requirement_id for each in on_page]
    reasons = registries.reasons(organisation, ids)
    columns = registries.counts(organisation, ids)
    rows = [
        Row(
            each,
            registries.propose(reasons.get(each.requirement_id, [])),
            [numbers.get(each.requirement_id, 0) for _key, _label, numbers in columns],
        )
        for each in on_page
    ]
    return Listing(found, rows, [label for _key, label, _numbers in columns])


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where a requirement stands in the list the reader came from."""

    number: int
    total: int
    previous: str
    next: str


def neighbours(filtered: QuerySet[Assessment], code: str) -> Neighbours | None:
    """Return None when *code* is not among *filtered* (any more)."""
    codes = list(filtered.values_list("requirement__code", flat=True))
    if code not in codes:
        return None
    at = codes.index(code)
    return Neighbours(
        number=at + 1,
        total=len(codes),
        previous=codes[at - 1] if at else "",
        next=codes[at + 1] if at + 1 < len(codes) else "",
    )


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the machine would say, and why."""

    verdict: Assessment.Verdict
    reasons: list[Reason]


def proposal(organisation: Organisation, requirement: Requirement) -> Proposal:
    found = registries.reasons(organisation, [requirement.pk]).get(requirement.pk, [])
    worst_first = sorted(found, key=lambda reason: (reason.supports, not reason.blocking))
    return Proposal(registries.propose(found), worst_first)


def mappings(requirement: Requirement) -> list[tuple[str, list[str]]]:
    """Return (framework, its codes) as people write their names."""
    named: dict[str, Any] = requirement.mappings
    return [(str(FRAMEWORKS.get(key, key)), codes) for key, codes in named.items() if codes]


def provenance(requirement: Requirement) -> list[str]:
    """Return, in the reader's language, where the requirement's wording comes from."""
    known: dict[str, Any] = requirement.profile.provenance_codes
    language = "ko" if get_language() == "ko" else "en"
    return [known[code][language] for code in requirement.provenance_details if code in known]
