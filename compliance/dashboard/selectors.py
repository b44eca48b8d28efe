"""What is true now, across rooms. Each part is one query, whatever the number of rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from compliance.accounts.actions import Action as Account
from compliance.accounts.models import Organisation, User
from compliance.accounts.policies import can
from compliance.accounts.roles import Capability
from compliance.applications import preflight
from compliance.applications.models import Application
from compliance.audit.models import Entry
from compliance.dashboard import addresses
from compliance.evidence.actions import Action as Paper
from compliance.evidence.models import EvidenceLink
from compliance.evidence.models import State as Review
from compliance.remediation.models import Task, TaskQuerySet
from compliance.requirements.models import Assessment, Profile
from compliance.requirements.selectors import Readiness, readiness
from compliance.requirements.versions import superseded
from compliance.scans.models import ScanRun
from compliance.shared.templatetags.charts import Segment, verdict_segments

Verdict = Assessment.Verdict
SETTLED = (Verdict.MET, Verdict.NOT_APPLICABLE)
_NO_CHANGE = (Account.SIGNED_IN, Account.SIGNED_OUT, Paper.VIEWED, Paper.DOWNLOADED)
GAPS_SHOWN = 10
ITEMS_SHOWN = 8
ENTRIES_SHOWN = 10
RUNS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of work in a list: what it is, where it is done, and until when."""

    symbol: str
    title: str
    url: str
    state: str
    label: str
    due: date | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """The first few of a list, and how many there are in all."""

    shown: list[Item] = field(default_factory=list)
    total: int = 0

    @classmethod
    def of(cls, items: Iterable[Item]) -> "Items":
        found = sorted(items, key=lambda item: item.due or date.max)
        return cls(found[:ITEMS_SHOWN], len(found))

    @property
    def more(self) -> int:
        return self.total - len(self.shown)


@dataclass(frozen=True, slots=True)
class Submission:
    """What stands between the open application and its submission."""

    application: Application
    gaps: list[preflight.Gap]

    @property
    def shown(self) -> list[preflight.Gap]:
        return self.gaps[:GAPS_SHOWN]

    @property
    def more(self) -> int:
        return len(self.gaps) - len(self.shown)

    @property
    def blockers(self) -> int:
        return len(preflight.blockers(self.gaps))

    @property
    def warnings(self) -> int:
        return len(self.gaps) - self.blockers


@dataclass(frozen=True, slots=True)
class Bar:
    """Readiness of one area as a stacked bar."""

    code: str
    title: str
    percent: int
    total: int
    segments: list[Segment]


def bars(found: Readiness) -> list[Bar]:
    """The areas of *found* in the profile's order, each with its verdicts counted."""
    labels = dict(Verdict.choices)
    return [
        Bar(
            code=each.area.code,
            title=each.area.title,
            percent=each.score.percent,
            total=each.score.total,
            segments=verdict_segments(each.score.verdicts, labels),
        )
        for each in found.areas
    ]


def submission(application: Application | None) -> Submission | None:
    return Submission(application, preflight.gaps(application)) if application else None


def standing(organisation: Organisation, profile: Profile | None) -> Readiness:
    return readiness(organisation, profile) if profile else Readiness()


def overdue(organisation: Organisation, user: User) -> Items:
    """Tasks and self-assessments whose day is past."""
    tasks = _tasks(organisation, user).overdue()
    late = _open_assessments(organisation, user).filter(due__lt=timezone.localdate())
    return Items.of([*_task_items(tasks), *_assessment_items(late)])


def my_work(organisation: Organisation, user: User) -> Items:
    """What waits for this person: tasks, own requirements, reviews, evidence that came back."""
    tasks = _tasks(organisation, user).open().filter(assignee=user)
    mine = _open_assessments(organisation, user).filter(owner=user)
    links = EvidenceLink.objects.visible_to(user).filter(organisation=organisation).in_force()
    returned = links.filter(state=Review.RETURNED, submitted_by=user)
    back = _link_items(returned, "undo", addresses.of_evidence)
    return Items.of([*_task_items(tasks), *_assessment_items(mine), *back])


def my_reviews(organisation: Organisation, user: User) -> Items:
    """Evidence that this person may accept or return; never what they handed in themselves."""
    if not can(user, organisation, Capability.EVIDENCE_REVIEW):
        return Items()
    links = EvidenceLink.objects.visible_to(user).filter(organisation=organisation).in_force()
    waiting = links.filter(state=Review.IN_REVIEW).exclude(submitted_by=user)
    return Items.of(_link_items(waiting.order_by("submitted_at"), "desk", addresses.of_review))


def _tasks(organisation: Organisation, user: User) -> TaskQuerySet:
    rows = Task.objects.visible_in(organisation, user)
    return rows.select_related("assignee", "organisation")


def _open_assessments(organisation: Organisation, user: User) -> QuerySet[Assessment]:
    rows = Assessment.objects.visible_to(user).filter(~superseded(), organisation=organisation)
    return rows.exclude(verdict__in=SETTLED).select_related(
        "requirement__profile", "owner", "organisation"
    )


def _task_items(tasks: Iterable[Task]) -> list[Item]:
    return [
        Item(
            symbol="task",
            title=str(task),
            url=addresses.of_task(task),
            state=task.state,
            label=task.get_state_display(),
            due=task.due,
            owner=task.assignee.name if task.assignee else "",
        )
        for task in tasks
    ]


def _assessment_items(rows: Iterable[Assessment]) -> list[Item]:
    return [
        Item(
            symbol="list",
            title=str(row.requirement),
            url=addresses.of_requirement(row),
            state=row.verdict,
            label=row.get_verdict_display(),
            due=row.due,
            owner=row.owner.name if row.owner else "",
        )
        for row in rows
    ]


def _link_items(
    links: "QuerySet[EvidenceLink]", symbol: str, address: Callable[[EvidenceLink], str]
) -> list[Item]:
    related = ("evidence", "requirement__profile", "submitted_by", "organisation")
    return [
        Item(
            symbol=symbol,
            title=str(link),
            url=address(link),
            state=link.state,
            label=link.get_state_display(),
            owner=link.submitted_by.name if link.submitted_by else "",
        )
        for link in links.select_related(*related)
    ]


def last_changes(organisation: Organisation) -> list[Entry]:
    """The newest entries; who came, went or looked is in the audit log alone."""
    rows = Entry.objects.filter(organisation_id=organisation.pk)
    return list(rows.exclude(action__in=_NO_CHANGE).order_by("-seq")[:ENTRIES_SHOWN])


def latest_runs(organisation: Organisation, user: User) -> list[ScanRun]:
    rows = ScanRun.objects.visible_to(user).filter(organisation=organisation)
    return list(rows.select_related("imported_by")[:RUNS_SHOWN])


def open_application_to(organisation: Organisation, profile: Profile) -> Application | None:
    """The newest application with *profile* that is not over."""
    rows = Application.objects.filter(
        organisation=organisation, profile=profile, closed_at__isnull=True
    )
    return rows.select_related("profile__platform", "organisation").first()
