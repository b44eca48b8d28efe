"""The second platform of the made-up company: texts and evidence taken over through the crosswalk."""

from datetime import timedelta

from django.utils import timezone

from compliance.accounts.models import Organisation, User
from compliance.evidence import services as evidence
from compliance.evidence.models import State
from compliance.evidence.reuse import proposed
from compliance.requirements import services as requirements
from compliance.requirements.models import Assessment, Profile
from compliance.requirements.related import related_to

PROFILE = "yogiyo-integration-reference"
VERDICTS = {
    "YO-ACC-01": "met",
    "YO-ACC-04": "met",
    "YO-API-03": "met",
    "YO-API-05": "partial",
    "YO-INF-01": "met",
    "YO-INF-02": "partial",
    "YO-INF-04": "not_met",
    "YO-PRV-02": "met",
    "YO-PRV-03": "partial",
    "YO-PRV-05": "met",
    "YO-GOV-01": "met",
}
# Evidence linked here too and accepted once more; the rest of what is linked waits.
ACCEPTED = {"YO-ACC-04", "YO-API-03", "YO-INF-01", "YO-PRV-02", "YO-GOV-01"}
LINKED = ACCEPTED | {"YO-ACC-01", "YO-PRV-05"}
EACH = 2
DAYS = 45


def fill(company: Organisation, profile: Profile, people: dict[str, User]) -> None:
    """Answer what the crosswalk makes easy and leave the rest open; skips what has an owner."""
    rows = Assessment.objects.filter(
        organisation=company, requirement__profile=profile, owner__isnull=True
    ).select_related("requirement__profile", "organisation")
    for assessment in rows.filter(requirement__code__in=VERDICTS):
        _answer(assessment, people)


def _answer(assessment: Assessment, people: dict[str, User]) -> None:
    lead, code = people["seoyeon"], assessment.requirement.code
    direct = [each for each in related_to(assessment) if each.is_direct and each.assessment]
    source = direct[0].assessment if direct else None
    if source is not None and source.statement:
        requirements.write_statement(
            assessment, text=source.statement, revision=assessment.revision, by=lead
        )
    if code in LINKED:
        _link(assessment, people)
    requirements.set_verdict(
        assessment, verdict=VERDICTS[code], reason="", revision=assessment.revision, by=lead
    )
    # Last, since it marks the requirement as answered: a cut seeding goes on where it stopped.
    due = timezone.localdate() + timedelta(days=DAYS)
    requirements.assign(assessment, owner=people["minsu"], due=due, by=lead)


def _link(assessment: Assessment, people: dict[str, User]) -> None:
    chosen = [each.evidence for each in proposed(assessment) if each.asked][:EACH]
    for one in chosen:
        link = evidence.link(one, assessment.requirement, by=people["seoyeon"])
        if assessment.requirement.code in ACCEPTED and link.state == State.IN_REVIEW:
            evidence.accept(link, by=people["haneul"])
