"""What a platform asks (reference data) and what the organisation says to it (assessments)."""

from compliance.requirements.models.assessments import (
    Adoption,
    Assessment,
    AssessmentQuerySet,
    Comment,
    StatementDraft,
)
from compliance.requirements.models.carry_overs import CarryOver, CarryOverItem
from compliance.requirements.models.crosswalks import Crosswalk, CrosswalkEdge
from compliance.requirements.models.profiles import (
    Area,
    EvidenceKind,
    Platform,
    Profile,
    Requirement,
)

__all__ = [
    "Adoption",
    "Area",
    "Assessment",
    "AssessmentQuerySet",
    "CarryOver",
    "CarryOverItem",
    "Comment",
    "Crosswalk",
    "CrosswalkEdge",
    "EvidenceKind",
    "Platform",
    "Profile",
    "Requirement",
    "StatementDraft",
]
