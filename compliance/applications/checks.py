"""Pre-flight of what stands below this room: the application's own text and the requirements."""

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from compliance.applications import preflight
from compliance.applications.models import Application, State
from compliance.applications.preflight import Gap, Level
from compliance.evidence.models import EvidenceLink
from compliance.evidence.models import State as Review
from compliance.requirements.models import Assessment, EvidenceKind, Requirement
from compliance.scans.models import Effect, Finding, RuleMapping
from compliance.shared.severity import Severity

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
NO_EVIDENCE = _("No evidence is attached.")
# Why evidence that is there does not count, the nearest to acceptance first.
UNCOUNTED_EVIDENCE = {
    Review.IN_REVIEW: _("The evidence waits for its review."),
    Review.ACCEPTED: _("The accepted evidence is out of date."),
    Review.EXPIRED: _("The accepted evidence is out of date."),
    Review.RETURNED: _("The evidence was returned and is not replaced yet."),
    Review.DRAFT: _("The evidence is a draft that nobody has submitted for review."),
}


def requirement_url(application: Application, requirement: Requirement) -> str:
    return reverse(
        "requirements:detail",
        kwargs={
            "organisation": application.organisation.slug,
            "profile": application.profile.identifier,
            "code": requirement.code,
        },
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
    for row in _assessments(application):
        requirement = row.requirement
        level = Level.BLOCKER if requirement.mandatory else Level.WARNING
        url = requirement_url(application, requirement)
        if sentence := OPEN_VERDICTS.get(Verdict(row.verdict)):
            yield Gap(level, sentence, url, requirement.code)
        if row.verdict == Verdict.PARTIAL:
            yield Gap(Level.WARNING, PARTLY_MET, url, requirement.code)
        if row.verdict != Verdict.NOT_APPLICABLE and not row.statement:
            yield Gap(level, NO_STATEMENT, url, requirement.code)


@preflight.register
def evidence(application: Application) -> Iterator[Gap]:
    """Applicable items that ask for evidence and have none that counts today."""
    links = EvidenceLink.objects.current().filter(
        organisation_id=application.organisation_id, requirement__profile_id=application.profile_id
    )
    proven = set(links.supporting().values_list("requirement_id", flat=True))
    states: dict[int, set[str]] = defaultdict(set)
    for requirement_id, state in links.values_list("requirement_id", "state"):
        states[requirement_id].add(state)
    for row in _assessments(application).filter(_asks_for_evidence()):
        requirement = row.requirement
        if row.verdict == Verdict.NOT_APPLICABLE or requirement.pk in proven:
            continue
        level = Level.BLOCKER if requirement.mandatory else Level.WARNING
        sentence = _why_unproven(states[requirement.pk])
        yield Gap(level, sentence, requirement_url(application, requirement), requirement.code)


@preflight.register
def findings(application: Application) -> Iterator[Gap]:
    """Open findings: a critical one blocks, a high one weakens."""
    serious = Finding.objects.open().filter(
        organisation_id=application.organisation_id,
        severity__in=[Severity.CRITICAL, Severity.HIGH],
    )
    mapped = RuleMapping.objects.filter(
        requirement__profile_id=application.profile_id,
        effect__in=[Effect.VIOLATES, Effect.BOTH],
    )
    of_requirements = (
        mapped.filter(rule__findings__in=serious)
        .order_by("requirement_id")
        .values_list("requirement_id", "rule__findings__severity")
        .annotate(number=Count("rule__findings", distinct=True))
    )
    requirements = Requirement.objects.in_bulk([pk for pk, _severity, _n in of_requirements])
    for requirement_id, severity, number in of_requirements:
        requirement = requirements[requirement_id]
        yield _finding_gap(
            severity, number, requirement_url(application, requirement), requirement.code
        )
    unmapped = serious.exclude(Exists(mapped.filter(rule_id=OuterRef("rule_id"))))
    url = reverse("scans:findings", kwargs={"organisation": application.organisation.slug})
    for severity, number in unmapped.order_by().values_list("severity").annotate(Count("pk")):
        yield _finding_gap(severity, number, url)


def _finding_gap(severity: str, number: int, url: str, code: str = "") -> Gap:
    if severity == Severity.CRITICAL:
        sentence = ngettext(
            "%(n)d critical finding is open.", "%(n)d critical findings are open.", number
        )
        return Gap(Level.BLOCKER, sentence % {"n": number}, url, code)
    sentence = ngettext("%(n)d high finding is open.", "%(n)d high findings are open.", number)
    return Gap(Level.WARNING, sentence % {"n": number}, url, code)


def _assessments(application: Application) -> QuerySet[Assessment]:
    return Assessment.objects.filter(
        organisation_id=application.organisation_id, requirement__profile_id=application.profile_id
    ).select_related("requirement")


def _asks_for_evidence() -> Exists:
    return Exists(EvidenceKind.objects.filter(requirements=OuterRef("requirement_id")))


def _why_unproven(states: set[str]) -> "str | Promise":
    known = [sentence for state, sentence in UNCOUNTED_EVIDENCE.items() if state in states]
    return known[0] if known else NO_EVIDENCE
