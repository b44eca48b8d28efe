"""Evidence with its versions, links and reviews; requests for evidence; archives on their way in."""

from compliance.evidence.models.evidence import (
    Confidentiality,
    Evidence,
    EvidenceFile,
    EvidenceQuerySet,
    EvidenceVersion,
    Hold,
    Tag,
    digest_of,
)
from compliance.evidence.models.intakes import Intake, IntakeRow, IntakeState
from compliance.evidence.models.links import EvidenceLink, EvidenceLinkQuerySet, State
from compliance.evidence.models.personal import Ground, PersonalDecision, Redaction
from compliance.evidence.models.requests import (
    OPEN_STATES,
    EvidenceRequest,
    EvidenceRequestQuerySet,
    RequestState,
)

__all__ = [
    "OPEN_STATES",
    "Confidentiality",
    "Evidence",
    "EvidenceFile",
    "EvidenceLink",
    "EvidenceLinkQuerySet",
    "EvidenceQuerySet",
    "EvidenceRequest",
    "EvidenceRequestQuerySet",
    "EvidenceVersion",
    "Ground",
    "Hold",
    "Intake",
    "IntakeRow",
    "IntakeState",
    "PersonalDecision",
    "Redaction",
    "RequestState",
    "State",
    "Tag",
    "digest_of",
]
