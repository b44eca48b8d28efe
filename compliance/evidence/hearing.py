"""Who hears of requests for evidence, and of what becomes of evidence."""

from compliance.accounts.roles import Capability
from compliance.evidence.actions import Action
from compliance.evidence.models import Evidence, EvidenceLink, EvidenceRequest
from compliance.notices import rules, subjects
from compliance.notices.rules import Rule

_PAGE = "evidence:request"
_NUMBER = {"number": "number"}


def register() -> None:
    rules.register(
        *(
            Rule(action, people=("owner_id",), page=_PAGE, arguments=_NUMBER)
            for action in (Action.ASKED, Action.PASSED_ON, Action.SENT_BACK, Action.DUE_SOON)
        ),
        Rule(Action.OVERDUE, people=("owner_id", "asker_id"), page=_PAGE, arguments=_NUMBER),
        Rule(Action.ANSWERED, people=("asker_id",), page=_PAGE, arguments=_NUMBER),
        *(
            Rule(action, people=("owner_id", "answerer_id"), page=_PAGE, arguments=_NUMBER)
            for action in (Action.ANSWER_ACCEPTED, Action.CLOSED, Action.RECALLED)
        ),
        *(
            Rule(action, people=("uploader", "owner"), page="evidence:detail", arguments=_NUMBER)
            for action in (Action.ACCEPTED, Action.RETURNED, Action.EXPIRED, Action.REOPENED)
        ),
        *(
            Rule(
                action,
                capability=Capability.EVIDENCE_REVIEW,
                page="evidence:detail",
                arguments=_NUMBER,
            )
            for action in (Action.SUBMITTED, Action.REOPENED)
        ),
    )
    # What is told of evidence is told of one of its links, and names that requirement.
    subjects.register(Evidence, EvidenceLink.objects.visible_to, key="link")
    subjects.register(EvidenceRequest, EvidenceRequest.objects.visible_to)
