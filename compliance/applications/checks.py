"""Pre-flight of what stands below this room: the application's own form and the requirements."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from compliance.applications import changes, preflight, selectors
from compliance.applications.models import Application, Kind, ScopeItem, State
from compliance.applications.preflight import Gap, Level, Topic
from compliance.evidence.models import EvidenceLink
from compliance.evidence.models import State as Review
from compliance.requirements.models import Assessment, EvidenceKind, Profile
from compliance.requirements.models.profiles import either
from compliance.requirements.versions import reference
from compliance.scans import counting
from compliance.shared.severity import Severity

Verdict = Assessment.Verdict
# How long a platform is likely to review, where the profile does not say (`review_days`).
REVIEW_DAYS = 30

ASKED_TEXTS = {
    "service_overview": _("The service overview is empty."),
    "integration_overview": _("The integration overview is empty."),
    "personal_data": _("The flow of personal data is not described."),
    "contact_email": _("The contact person has no e-mail address."),
}
ASKED_DIAGRAMS = {
    "network_diagram": _("The network diagram is missing."),
    "data_flow_diagram": _("The data-flow diagram is missing."),
}
WITHDRAWN_DIAGRAM = _("%(diagram)s was withdrawn. Choose another diagram.")
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


class Row(NamedTuple):
    """What the checks read of one assessment: rows of a thousand are no place for models."""

    requirement_id: int
    code: str
    mandatory: bool
    verdict: str
    has_statement: bool
    asks_for_evidence: bool


def requirement_urls(application: Application) -> Callable[[str], str]:
    """Return code → address; resolving a thousand addresses one by one takes long."""
    mark = "0-CODE-0"
    pattern = reverse(
        "requirements:detail",
        kwargs={
            "organisation": application.organisation.slug,
            "profile": application.profile.identifier,
            "code": mark,
        },
    )
    before, after = pattern.split(mark)
    return lambda code: f"{before}{code}{after}"


def page_of(application: Application, name: str, **more: Any) -> str:
    where = {"organisation": application.organisation.slug, "number": application.number}
    return reverse(f"applications:{name}", kwargs={**where, **more})


@preflight.register
def form(application: Application) -> Iterator[Gap]:
    """Chapters of the packet that would be empty."""
    url = page_of(application, "edit")
    for name, sentence in ASKED_TEXTS.items():
        if not getattr(application, name):
            yield Gap(Level.WARNING, sentence, f"{url}#id_{name}")
    for name, sentence in ASKED_DIAGRAMS.items():
        place = f"{url}#id_{name}"
        if getattr(application, f"{name}_id") is None:
            yield Gap(Level.WARNING, sentence, place)
        elif (chosen := getattr(application, name)).withdrawn_at:
            yield Gap(Level.BLOCKER, WITHDRAWN_DIAGRAM % {"diagram": chosen}, place)
    if application.kind == Kind.CHANGE and not application.change_note:
        yield Gap(Level.BLOCKER, _("What changed is not described."), url)


@preflight.register
def scope(application: Application) -> Iterator[Gap]:
    """A scope that says nothing blocks; one whose companies are not named weakens."""
    url = page_of(application, "scope")
    rows = list(application.scope_items.all())
    if not any(row.included for row in rows) and (rows or not application.scope_in):
        sentence = _("Nothing is in scope.") if rows else _("The scope is not declared.")
        yield Gap(Level.BLOCKER, sentence, url, topic=Topic.SCOPE)
    elif not rows:
        sentence = _("The scope stands as text only. List its services and systems one by one.")
        yield Gap(Level.WARNING, sentence, url, topic=Topic.SCOPE)
    for row in rows:
        if not row.included and not row.legal_entity and row.kind != ScopeItem.Kind.SERVICE:
            sentence = _("“%(name)s” is out of scope, but nothing says which company runs it.")
            yield Gap(Level.WARNING, sentence % {"name": row.name}, url, topic=Topic.SCOPE)


@preflight.register
def sign_offs(application: Application) -> Iterator[Gap]:
    """Signatures that the cover would lack; without the written confirmation nothing goes out."""
    round_ = selectors.current_round(application)
    if round_.is_frozen:
        return
    url = page_of(application, "detail")

    def gap(level: Level, sentence: "str | Promise") -> Gap:
        return Gap(level, sentence, f"{url}#sign-offs", topic=Topic.SIGN_OFF)

    if not round_.attested_at:
        yield gap(Level.BLOCKER, _("The written confirmation is not signed."))
    if application.state == State.DRAFT:
        yield gap(Level.WARNING, _("Nobody has asked for the internal review yet."))
        return
    if not round_.reviewed_at:
        yield gap(Level.WARNING, _("The internal auditor has not signed the review."))
    if not round_.approved_at:
        yield gap(Level.WARNING, _("The application is not approved inside the organisation."))


@preflight.register
def profile(application: Application) -> Iterator[Gap]:
    """A profile that is no longer the newest, or whose values change while the platform reads."""
    used, today = application.profile, timezone.localdate()
    here = {"organisation": application.organisation.slug}
    url = reverse("requirements:versions", kwargs=here)

    def gap(level: Level, sentence: str, url: str = url) -> Gap:
        return Gap(level, sentence, url, topic=Topic.PROFILE)

    if used.valid_to and used.valid_to < today:
        sentence = _("%(profile)s was valid until %(day)s. Go on to a newer version.")
        yield gap(Level.BLOCKER, sentence % {"profile": used, "day": used.valid_to})
    newer = _newer_version(application)
    if newer is not None:
        sentence = _("A newer version of the profile exists: %(profile)s.")
        both = {"old": reference(used), "new": reference(newer)}
        compared = reverse("requirements:difference", kwargs=here | both)
        yield gap(Level.WARNING, sentence % {"profile": newer}, compared)
    for name, day in _parameters_that_change(used, today, _review_end(application)):
        sentence = _("“%(name)s” of the profile changes on %(day)s, before the review ends.")
        yield gap(Level.WARNING, sentence % {"name": name, "day": day})


@preflight.register
def validity(application: Application) -> Iterator[Gap]:
    """The approval that this renews or changes, and another attempt at the same platform."""
    former = application.follows
    if former is not None and former.validity in {"expiring", "expired"}:
        sentence = (
            _("The approval of %(number)s ends on %(day)s.")
            if former.validity == "expiring"
            else _("The approval of %(number)s ran out on %(day)s.")
        )
        facts = {"number": former.number, "day": former.valid_until}
        url = page_of(former, "detail")
        yield Gap(Level.WARNING, sentence % facts, url, topic=Topic.PROFILE, elsewhere=True)
    for other in selectors.others_open(application):
        sentence = _("%(number)s is open for the same platform too. Cancel the one not needed.")
        url = page_of(other, "detail")
        yield Gap(Level.WARNING, sentence % {"number": other.number}, url, elsewhere=True)


@preflight.register
def requirements(application: Application) -> Iterator[Gap]:
    """Items that are not met, say nothing or prove nothing; on a mandatory item that blocks."""
    address = requirement_urls(application)
    proof = _Proof(application)
    for row in _rows(application):
        level = Level.BLOCKER if row.mandatory else Level.WARNING
        url = address(row.code)
        if sentence := OPEN_VERDICTS.get(Verdict(row.verdict)):
            yield Gap(level, sentence, url, row.code, Topic.VERDICT)
        if row.verdict == Verdict.PARTIAL:
            yield Gap(Level.WARNING, PARTLY_MET, url, row.code, Topic.VERDICT)
        if row.verdict == Verdict.NOT_APPLICABLE:
            continue
        if not row.has_statement:
            yield Gap(level, NO_STATEMENT, f"{url}#write", row.code, Topic.STATEMENT)
        if row.asks_for_evidence:
            yield from proof.gaps(row, level, url)


@preflight.register
def answers(application: Application) -> Iterator[Gap]:
    """What the platform asked for and nobody answered or changed."""
    round_ = selectors.current_round(application)
    former = selectors.former_round(application, round_)
    if former is None or round_.is_frozen:
        return
    asked = [each for each in selectors.asked_in(former) if not each.answer]
    changed = changes.between(former, round_) if asked else {}
    for verdict in asked:
        code = verdict.requirement.code
        if changed.get(code):
            continue
        url = page_of(application, "round", round=round_.number) + f"#asked-{code}"
        sentence = _(
            "The platform asked for a supplement; nothing changed and nothing is answered."
        )
        yield Gap(Level.BLOCKER, sentence, url, code, Topic.ANSWER)


class _Proof:
    """The evidence of a profile's requirements, read once."""

    def __init__(self, application: Application) -> None:
        links = EvidenceLink.objects.current().filter(
            organisation_id=application.organisation_id,
            requirement__profile_id=application.profile_id,
        )
        self._review_end = _review_end(application)
        self._states: dict[int, set[str]] = defaultdict(set)
        # The last day that any of the accepted evidence counts; None: it does not end.
        self._last: dict[int, date | None] = {}
        today = timezone.localdate()
        rows = links.order_by().values_list("requirement_id", "state", "valid_until")
        for requirement_id, state, until in rows:
            self._states[requirement_id].add(state)
            if state == Review.ACCEPTED and (until is None or until >= today):
                self._last[requirement_id] = _later(self._last.get(requirement_id, date.min), until)

    def gaps(self, row: Row, level: Level, url: str) -> Iterator[Gap]:
        if row.requirement_id not in self._last:
            sentence = _why_unproven(self._states.get(row.requirement_id, set()))
            yield Gap(level, sentence, url, row.code, Topic.EVIDENCE)
            return
        last = self._last[row.requirement_id]
        if last is not None and last < self._review_end:
            sentence = _("The accepted evidence ends on %(day)s, before the review does.")
            yield Gap(Level.WARNING, sentence % {"day": last}, url, row.code, Topic.EVIDENCE)


@preflight.register
def findings(application: Application) -> Iterator[Gap]:
    """Open findings: a critical one blocks, a high one weakens."""
    organisation, profile = application.organisation, application.profile_id
    serious = (Severity.CRITICAL, Severity.HIGH)
    of_requirements = counting.violated(
        organisation, ("code", "severity"), severities=serious, profile_id=profile
    )
    address = requirement_urls(application)
    for code, severity, number in of_requirements:
        yield _finding_gap(severity, number, address(code), code)
    url = reverse("scans:findings", kwargs={"organisation": organisation.slug})
    for severity, number in counting.unmapped(organisation, severities=serious, profile_id=profile):
        yield _finding_gap(severity, number, url)


def _finding_gap(severity: str, number: int, url: str, code: str = "") -> Gap:
    if severity == Severity.CRITICAL:
        sentence = ngettext(
            "%(n)d critical finding is open.", "%(n)d critical findings are open.", number
        )
        return Gap(Level.BLOCKER, sentence % {"n": number}, url, code, Topic.FINDING)
    sentence = ngettext("%(n)d high finding is open.", "%(n)d high findings are open.", number)
    return Gap(Level.WARNING, sentence % {"n": number}, url, code, Topic.FINDING)


def _rows(application: Application) -> Iterator[Row]:
    rows = Assessment.objects.filter(
        organisation_id=application.organisation_id, requirement__profile_id=application.profile_id
    )
    if application.is_targeted:
        rows = rows.filter(requirement__in=application.targets.values("pk"))
    asking = Exists(EvidenceKind.objects.filter(requirements=OuterRef("requirement_id")))
    columns = rows.order_by("requirement__order").values_list(
        "requirement_id",
        "requirement__code",
        "requirement__mandatory",
        "verdict",
        ExpressionWrapper(~Q(statement=""), BooleanField()),
        asking,
    )
    return (Row(*columns) for columns in columns)


def _review_end(application: Application) -> date:
    """When the platform has probably read it, if it is sent today."""
    days = application.profile.parameter("review_days")
    return timezone.localdate() + timedelta(days=days if isinstance(days, int) else REVIEW_DAYS)


def _newer_version(application: Application) -> Profile | None:
    used = application.profile
    ours = Q(organisation__isnull=True) | Q(organisation_id=application.organisation_id)
    rows = Profile.objects.filter(
        ours, identifier=used.identifier, published_on__gt=used.published_on
    )
    return rows.order_by("-published_on").first()


def _parameters_that_change(used: Profile, today: date, end: date) -> Iterator[tuple[str, str]]:
    """(title, day) of each value that comes into force after today and before *end*."""
    for name, told in used.parameters.items():
        values: list[Mapping[str, Any]] = told.get("values", [])
        for value in values:
            day = value.get("from") or ""
            if today.isoformat() < day <= end.isoformat():
                title = either(told.get("title_ko", ""), told.get("title_en", ""))
                yield title or name, day


def _later(one: date | None, other: date | None) -> date | None:
    return None if one is None or other is None else max(one, other)


def _why_unproven(states: set[str]) -> "str | Promise":
    known = [sentence for state, sentence in UNCOUNTED_EVIDENCE.items() if state in states]
    return known[0] if known else NO_EVIDENCE
