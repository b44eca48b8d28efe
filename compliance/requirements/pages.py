"""What the two pages of this room show, gathered in a constant number of queries."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from compliance.accounts.mentions import members_of
from compliance.accounts.models import Organisation, User
from compliance.requirements import claims, registries
from compliance.requirements.models import Assessment, Profile, Requirement
from compliance.requirements.registries import Knowledge, Reason

FRAMEWORKS = {
    "isms_p": "ISMS-P",
    "pipc_safety_measures": _("Safety measures for personal information (PIPC)"),
    "iso27001_2022": "ISO/IEC 27001:2022",
    "nist_800_53_r5": "NIST SP 800-53 r5",
    "cis_v8": "CIS Controls v8",
    "kisa_2026": "KISA 2026",
    "pci_dss_4": "PCI DSS 4.0",
}


def people_of(organisation: Organisation) -> list[User]:
    """Members who may own a requirement, and who can be named in a comment."""
    return members_of(organisation)


def assessments(organisation: Organisation, profile: Profile, user: User) -> QuerySet[Assessment]:
    return Assessment.objects.visible_to(user).filter(
        organisation=organisation, requirement__profile=profile
    )


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where a requirement stands in the list the reader came from."""

    number: int
    total: int
    previous: str
    next: str


def neighbours(codes: list[str], code: str) -> Neighbours | None:
    """Return None when *code* is not among the filtered *codes* (any more)."""
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
    knowledge: Knowledge


def proposal(assessment: Assessment) -> Proposal:
    wanted = assessment.requirement_id
    told = registries.known(assessment.organisation, [wanted])
    knowledge = told.beside(claims.KEY, claims.known([(wanted, assessment.claimed)]))
    found = knowledge.reasons(wanted)
    worst_first = sorted(found, key=lambda reason: (reason.supports, not reason.blocking))
    return Proposal(registries.propose(found), worst_first, knowledge)


def mappings(requirement: Requirement) -> list[tuple[str, list[str]]]:
    """Return (framework, its codes) as people write their names."""
    named: dict[str, Any] = requirement.mappings
    return [(str(FRAMEWORKS.get(key, key)), codes) for key, codes in named.items() if codes]


def provenance(requirement: Requirement) -> list[str]:
    """Return, in the reader's language, where the requirement's wording comes from."""
    known: dict[str, Any] = requirement.profile.provenance_codes
    language = "ko" if get_language() == "ko" else "en"
    return [known[code][language] for code in requirement.provenance_details if code in known]
