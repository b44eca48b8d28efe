"""Pre-flight of what stands below this room: the application's own text and the requirements."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compliance.applications import preflight
from compliance.applications.models import Application, State
from compliance.applications.preflight import Gap, Level
from compliance.requirements.models import Assessment, Requirement

Verdict = Assessment.Verdict

ASKED_TEXTS = {
    "service_overview": _("The service overview is empty."),
    "integration_overview": _("The integration overview is empty."),
    "scope_in": _("The scope is not declared."),
    "contact_email": _("The contact person has no e-mail address."),
}
# A verdict that keeps the item from being met, with its sentence.
OPEN_VERDICTS = {
    Verdict.NOT_CHECKED: _("Nobody has set a verdict yet."),
    Verdict.NOT_MET: _("The requirement is not met."),
    Verdict.INCONCLUSIVE: _("The verdict is inconclusive, which counts as not met."),
}
PARTLY_MET = _("The requirement is only partly met.")
NO_STATEMENT = _("The implementation statement is empty.")


def requirement_url(application: Application, requirement: Requirement) -> str:
    return reverse(
        "requirements:detail",
        kwargs={"organisation": application.organisation.slug, "code": requirement.code},
    )


@preflight.register
def texts(application: Application) -> Iterator[Gap]:
    """Chapters of the packet that would be empty."""
    url = reverse(
        "applications:edit",
        kwargs={"organisation": application.organisation.slug, "number": application.number},
    )
    for name, sentence in ASKED_TEXTS.items():
        if not getattr(application, name):
            yield Gap(Level.WARNING, sentence, url)


@preflight.register
def sign_offs(application: Application) -> Iterator[Gap]:
    """Signatures that the cover would lack."""
    round_ = application.current_round
    if round_.is_frozen:
        return
    url = reverse(
        "applications:detail",
        kwargs={"organisation": application.organisation.slug, "number": application.number},
    )
    if application.state == State.DRAFT:
        yield Gap(Level.WARNING, _("Nobody has asked for the internal review yet."), url)
        return
    if not round_.reviewed_at:
        yield Gap(Level.WARNING, _("The internal auditor has not signed the review."), url)
    if not round_.approved_at:
        yield Gap(Level.WARNING, _("The application is not approved inside the organisation."), url)


@preflight.register
def verdicts(application: Application) -> Iterator[Gap]:
    """Items that are not met or say nothing; on a mandatory item that blocks."""
    rows = Assessment.objects.filter(
        organisation_id=application.organisation_id, requirement__profile_id=application.profile_id
    )
    for row in rows.select_related("requirement"):
        requirement = row.requirement
        level = Level.BLOCKER if requirement.mandatory else Level.WARNING
        url = requirement_url(application, requirement)
        if sentence := OPEN_VERDICTS.get(Verdict(row.verdict)):
            yield Gap(level, sentence, url, requirement.code)
        if row.verdict == Verdict.PARTIAL:
            yield Gap(Level.WARNING, PARTLY_MET, url, requirement.code)
        if row.verdict != Verdict.NOT_APPLICABLE and not row.statement:
            yield Gap(level, NO_STATEMENT, url, requirement.code)
