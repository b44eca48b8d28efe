"""Read a round out of the database into a manifest. The only place that knows both.

Called inside one snapshot; what is read here is what the packet says for ever.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from compliance.accounts.models import Membership, User
from compliance.applications.models import Application, Round
from compliance.audit import selectors as audit
from compliance.evidence.models import EvidenceLink
from compliance.evidence.models import State as EvidenceState
from compliance.packets import (
    comparing,
    gathering_duties,
    gathering_look,
    gathering_scans,
    gathering_submission,
    manifest_rows,
)
from compliance.packets import manifest as manifests
from compliance.packets.entries import Budget, iso
from compliance.packets.manifest_rows import (
    AcceptedRisk,
    Assessment,
    Evidence,
    Manifest,
    Person,
    Task,
    Text,
)
from compliance.remediation import progress
from compliance.remediation.models import State as TaskState
from compliance.remediation.models import Task as TaskRow
from compliance.requirements.models import Assessment as AssessmentRow
from compliance.requirements.models import Requirement

EVIDENCE_FOLDER = "증적"
PROGRESS = timedelta(weeks=12)


def gather(round_: Round) -> Manifest:
    """Return the manifest of a round that was just locked."""
    application = round_.application
    profile = application.profile
    organisation = application.organisation
    tasks = _task_rows(application)
    scans = gathering_scans.gather(organisation, profile)
    if application.is_targeted:
        scans.keep_only(set(application.targets.values_list("code", flat=True)))
    budget = Budget()
    assessments = _assessments(application, tasks, scans, budget)
    attested = _person(round_, round_.attested_by, round_.attested_at)
    manifest: Manifest = {
        "format": manifests.FORMAT,
        "hash": manifests.HASH,
        "application": {
            "number": application.number,
            "title": application.title,
            "platform": _text(profile.platform.title_ko, profile.platform.title_en),
            "state": application.state,
        },
        "organisation": organisation.name,
        "round": round_.number,
        "as_of": iso(round_.as_of),
        "frozen_at": iso(round_.frozen_at),
        "frozen_by": _name(round_.frozen_by),
        "prepared": _person(round_, round_.prepared_by, round_.prepared_at),
        "reviewed": _person(round_, round_.reviewed_by, round_.reviewed_at),
        "approved": _person(round_, round_.approved_by, round_.approved_at),
        "profile": {
            "identifier": profile.identifier,
            "version": profile.version,
            "title": _text(profile.title_ko, profile.title_en),
            "status": profile.status,
            "disclaimer": _text(profile.disclaimer_ko, profile.disclaimer_en),
            "digest": profile.digest,
        },
        "scope": application.scope_in,
        "out_of_scope": application.scope_out,
        "traffic": application.traffic,
        "contact": _contact(application),
        "service": application.service_overview,
        "integration": application.integration_overview,
        "areas": [
            {"code": area.code, "title": _text(area.title_ko, area.title_en)}
            for area in profile.areas.all()
        ],
        "assessments": assessments,
        "scans": [gathering_scans.scan(run, budget) for run in scans.runs],
        "findings": scans.findings,
        "tasks": [_task(row) for row in tasks],
        "accepted_risks": [*_accepted_tasks(tasks), *scans.accepted_risks],
        "gaps": _gaps(round_),
        "mapping_sets": scans.mapping_sets,
        "checkpoint": _checkpoint(organisation.pk),
        "duties": gathering_duties.gather(application),
        "progress": _progress(application),
        "submission": gathering_submission.gather(round_, attested, assessments, budget),
        "look": gathering_look.gather(organisation, budget),
    }
    former = comparing.former_freeze(round_)
    if former:
        manifest["since"] = comparing.since_freeze(former.manifest, former.digest, manifest)
    return manifest


def _assessments(
    application: Application,
    tasks: list[TaskRow],
    scans: gathering_scans.Scans,
    budget: Budget,
) -> list[Assessment]:
    rows = (
        AssessmentRow.objects.filter(
            organisation=application.organisation, requirement__profile=application.profile
        )
        .select_related("requirement__area", "owner", "decided_by")
        .order_by("requirement__area__order", "requirement__order")
    )
    if application.is_targeted:
        rows = rows.filter(requirement__in=application.targets.values("pk"))
    for row in rows:
        row.requirement.profile = application.profile  # parameters without a query each
    links = _links(application)
    numbers: dict[int | None, list[str]] = defaultdict(list)
    for task in tasks:
        numbers[task.requirement_id].append(task.code)
    return [
        _assessment(row, links[row.requirement_id], numbers[row.requirement_id], scans, budget)
        for row in rows
    ]


def _assessment(
    row: AssessmentRow,
    links: list[EvidenceLink],
    tasks: list[str],
    scans: gathering_scans.Scans,
    budget: Budget,
) -> Assessment:
    wanted = row.requirement
    return {
        "code": wanted.code,
        "area": wanted.area.code,
        "title": _text(wanted.title_ko, wanted.title_en),
        "statement": _text(wanted.filled(wanted.statement_ko), wanted.filled(wanted.statement_en)),
        "severity": wanted.severity,
        "mandatory": wanted.mandatory,
        "provenance": _provenance(wanted),
        "verdict": row.verdict,
        "reason": row.reason,
        "implementation": row.statement,
        "owner": _name(row.owner),
        "decided_by": _name(row.decided_by),
        "decided_at": iso(row.decided_at),
        "evidence": [_evidence(link, wanted, budget) for link in links],
        "checks": scans.checks.get(wanted.pk, []),
        "tasks": tasks,
    }


def _links(application: Application) -> dict[int, list[EvidenceLink]]:
    """Accepted evidence by requirement: what nobody but the uploader has seen proves nothing."""
    rows = (
        EvidenceLink.objects.filter(
            organisation=application.organisation,
            requirement__profile=application.profile,
            state=EvidenceState.ACCEPTED,
        )
        .current()
        .whole()
        .order_by("evidence__number")
    )
    found: dict[int, list[EvidenceLink]] = defaultdict(list)
    for link in rows:
        found[link.requirement_id].append(link)
    return found


def _evidence(link: EvidenceLink, wanted: Requirement, budget: Budget) -> Evidence:
    number, version = link.evidence.code, link.version
    kind = link.evidence.kind
    folder = f"{EVIDENCE_FOLDER}\0{wanted.code}"  # a code may have a slash of its own
    return {
        "number": number,
        "title": link.evidence.title,
        "kind": _text(kind.title_ko, kind.title_en) if kind else _text("", ""),
        "state": link.state,
        "collected_at": iso(version.collected_at),
        "valid_until": iso(link.valid_until),
        "uploaded_by": _name(version.uploaded_by),
        "uploaded_at": iso(version.uploaded_at),
        "reviewer": _name(link.reviewed_by),
        "reviewed_at": iso(link.reviewed_at),
        "files": [budget.file(folder, number, f.name, f.blob) for f in version.files.all()],
    }


def _task_rows(application: Application) -> list[TaskRow]:
    rows = TaskRow.objects.filter(
        organisation=application.organisation, requirement__profile=application.profile
    )
    if application.is_targeted:
        rows = rows.filter(requirement__in=application.targets.values("pk"))
    return list(
        rows.select_related("requirement", "finding", "assignee", "verified_by", "verified_run")
        .select_related("accepted_by")
        .prefetch_related("evidence_links__evidence")
        .order_by("number")
    )


def _task(row: TaskRow) -> Task:
    # A scan that shows the pass verifies as well as a person does.
    verified_by = _name(row.verified_by) or (row.verified_run.tool if row.verified_run else "")
    evidence = dict.fromkeys(link.evidence.code for link in row.evidence_links.all())
    return {
        "number": row.code,
        "requirement": row.requirement.code if row.requirement else "",
        "title": row.title,
        "defect": row.defect,
        "before": row.before,
        "plan": row.plan,
        "action": row.action_taken,
        "after": row.after,
        "evidence": list(evidence),
        "basis": row.basis,
        "assignee": _name(row.assignee),
        "due": iso(row.due),
        "state": row.state,
        "closed_at": iso(row.closed_at),
        "verified_by": verified_by,
        "extended": row.extended_times,
        "finding": row.finding.code if row.finding else "",
    }


def _progress(application: Application) -> manifest_rows.Progress:
    """How the profile's tasks became fewer in the last twelve weeks, and how old the open ones are."""
    organisation, profile_id = application.organisation, application.profile_id
    first = timezone.localdate() - PROGRESS
    ages = progress.ages(progress.of_profile(organisation, profile_id))
    return {
        "first": first.isoformat(),
        "open": progress.progress(organisation, first, profile_id).open,
        "ages": [each.counts for each in ages],
    }


def _accepted_tasks(rows: Iterable[TaskRow]) -> list[AcceptedRisk]:
    return [
        {
            "number": row.code,
            "requirement": row.requirement.code if row.requirement else "",
            "title": row.title,
            "reason": row.reason,
            "approver": _name(row.accepted_by),
            "approved_at": iso(row.state_since),
            "expires": iso(row.accepted_until),
        }
        for row in rows
        if row.state == TaskState.RISK_ACCEPTED
    ]


def _gaps(round_: Round) -> list[manifest_rows.Gap]:
    if not round_.gaps_reason:
        return []
    return [{"text": round_.gaps_reason, "by": _name(round_.frozen_by)}]


def _checkpoint(organisation_id: int) -> manifest_rows.Checkpoint:
    found = audit.end_of(organisation_id)
    return {"seq": found.seq, "hash": found.digest}


def _person(round_: Round, user: User | None, at: datetime | None) -> Person:
    if user is None:
        return {"name": "", "role": "", "at": ""}
    membership = Membership.objects.filter(
        user=user, organisation_id=round_.application.organisation_id
    ).first()
    role = user.title or (membership.role if membership else "")
    return {"name": user.name, "role": role, "at": iso(at)}


def _contact(application: Application) -> str:
    parts = (application.contact_name, application.contact_email, application.contact_phone)
    return " · ".join(part for part in parts if part)


def _provenance(wanted: Requirement) -> Text:
    known = wanted.profile.provenance_codes
    told = [known[code] for code in wanted.provenance_details if code in known]
    return _text("; ".join(each["ko"] for each in told), "; ".join(each["en"] for each in told))


def _text(korean: str, english: str) -> Text:
    return {"ko": korean, "en": english}


def _name(user: User | None) -> str:
    return user.name if user else ""
