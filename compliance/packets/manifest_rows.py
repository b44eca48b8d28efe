"""What stands in a manifest, as types: the rows of its lists, and the whole."""

from typing import TYPE_CHECKING, NotRequired, TypedDict

if TYPE_CHECKING:  # what draws reads manifests, and knows no models
    from compliance.audit.proofs import Section


class Text(TypedDict):
    """One text in the two languages of the editions."""

    ko: str
    en: str


class Person(TypedDict):
    """Somebody who stands behind the packet; all "" while nobody has signed."""

    name: str
    role: str
    at: str


class File(TypedDict):
    """One file of the packet. *embedded* says whether the PDF carries it beside the ZIP."""

    name: str
    sha256: str
    size: int
    media_type: str
    path: str
    embedded: bool


class Evidence(TypedDict):
    number: str
    title: str
    kind: Text
    state: str
    collected_at: str
    valid_until: str
    uploaded_by: str
    uploaded_at: str
    reviewer: str
    reviewed_at: str
    files: list[File]


class Counts(TypedDict):
    """Check results by outcome."""

    passed: int
    failed: int
    not_applicable: int
    manual: int


class Check(TypedDict):
    """What one tool said about one requirement; *failing* are a few examples, not all."""

    tool: str
    at: str
    counts: Counts
    failing: list[str]


class Task(TypedDict):
    """One line of the 보완조치 내역서."""

    number: str
    requirement: str
    title: str
    defect: str
    before: str
    plan: str
    action: str
    after: str
    evidence: list[str]
    basis: str
    assignee: str
    due: str
    state: str
    closed_at: str
    verified_by: str
    # How many extensions were approved; packets from before they were counted have none.
    extended: NotRequired[int]
    # Number of the finding that it mends, "" for none; since the third format.
    finding: NotRequired[str]


class Assessment(TypedDict):
    code: str
    area: str
    title: Text
    statement: Text
    severity: str
    mandatory: bool
    provenance: Text
    verdict: str
    reason: str
    implementation: str
    owner: str
    decided_by: str
    decided_at: str
    evidence: list[Evidence]
    checks: list[Check]
    tasks: list[str]


class Scan(TypedDict):
    number: str
    tool: str
    version: str
    started_at: str
    finished_at: str
    imported_by: str
    targets: list[str]
    counts: Counts
    findings: int
    file: File | None


class Finding(TypedDict):
    number: str
    title: str
    asset: str
    severity: str
    state: str
    requirements: list[str]
    path: str
    first_seen: str
    last_seen: str


class AcceptedRisk(TypedDict):
    number: str
    requirement: str
    title: str
    reason: str
    approver: str
    approved_at: str
    expires: str


class Duty(TypedDict):
    """A recurring duty (정기 점검): how often it was due in the last year, done and missed."""

    number: str
    title: str
    requirement: str
    rhythm: str
    due: int
    done: int
    missed: list[str]
    evidence: list[str]


class Gap(TypedDict):
    """What the applicant itself declares as open."""

    text: str
    by: str


class Profile(TypedDict):
    identifier: str
    version: str
    title: Text
    status: str
    disclaimer: Text
    digest: str


class Area(TypedDict):
    code: str
    title: Text


class Application(TypedDict):
    number: str
    title: str
    platform: Text
    state: str


class MappingSet(TypedDict):
    """A version of mappings that the scans were read with; packets of old have no digest."""

    name: str
    version: str
    digest: NotRequired[str]


class Checkpoint(TypedDict):
    """The last entry of the audit stream at the freeze; seq 0 when there was none."""

    seq: int
    hash: str


class ScopeItem(TypedDict):
    """A service, system or company, in or out; *legal_entity* is who else runs it."""

    kind: str
    name: str
    legal_entity: str
    included: bool
    reason: str


class DiagramFile(TypedDict):
    """A file of a diagram; since the third format all that a File has."""

    name: str
    sha256: str
    size: NotRequired[int]
    media_type: NotRequired[str]
    path: NotRequired[str]
    embedded: NotRequired[bool]


class Diagram(TypedDict):
    """A diagram by its evidence. *enclosed*: its files are part of the packet."""

    kind: str
    number: str
    title: str
    version: int
    files: list[DiagramFile]
    enclosed: bool


class Attestation(TypedDict):
    """The written confirmation as it was signed; all "" when nobody has."""

    text: str
    name: str
    role: str
    at: str


class Answer(TypedDict):
    """What the platform asked for after the former round, and the applicant's answer."""

    requirement: str
    title: Text
    verdict: str
    words: str
    due: str
    answer: str
    answered_by: str
    answered_at: str


class Submission(TypedDict):
    """Why the application is made and what it declares. *answered_round* 0: nothing was asked."""

    kind: str
    review: str
    follows: str
    change_note: str
    targets: list[str]
    scope_items: list[ScopeItem]
    personal_data: str
    diagrams: list[Diagram]
    attestation: Attestation
    answered_round: int
    requested_changes: str
    answers: list[Answer]


class Look(TypedDict):
    """The applicant's own look: *colour* as #rrggbb or "", and its logo as a PNG."""

    colour: str
    logo: File | None


class Change(TypedDict):
    """One difference of a requirement since the former round; see applications.changes.What.

    *number* is that of the evidence or task that is spoken of, "" for none.
    """

    what: str
    number: str
    before: str
    after: str


class Changed(TypedDict):
    """A requirement and what is different about it."""

    code: str
    title: Text
    changes: list[Change]


class Reworded(TypedDict):
    """A requirement that the profile states otherwise than before."""

    code: str
    title: Text
    before: Text
    after: Text


class ProfileChanges(TypedDict):
    """What another version of the profile asks: *added* and *removed* are requirements."""

    before: str
    after: str
    added: list[Reworded]
    removed: list[Reworded]
    reworded: list[Reworded]


class FindingChange(TypedDict):
    """A finding that is new, or whose state changed; *before* is "" for a new one."""

    number: str
    title: str
    severity: str
    before: str
    after: str


class Since(TypedDict):
    """What changed since the former round was frozen; *digest* is that of its manifest."""

    round: int
    frozen_at: str
    digest: str
    requirements: list[Changed]
    findings: list[FindingChange]
    profile: ProfileChanges | None


class Progress(TypedDict):
    """Open tasks at the end of each day from *first*; and by age, each by severity from critical."""

    first: str
    open: list[int]
    ages: list[list[int]]


class Manifest(TypedDict):
    format: str
    hash: str
    application: Application
    organisation: str
    round: int
    as_of: str
    frozen_at: str
    frozen_by: str
    prepared: Person
    reviewed: Person
    approved: Person
    profile: Profile
    scope: str
    out_of_scope: str
    traffic: str
    contact: str
    service: str
    integration: str
    areas: list[Area]
    assessments: list[Assessment]
    scans: list[Scan]
    findings: list[Finding]
    tasks: list[Task]
    accepted_risks: list[AcceptedRisk]
    gaps: list[Gap]
    mapping_sets: list[MappingSet]
    checkpoint: Checkpoint
    audit: NotRequired["Section"]
    submission: NotRequired[Submission]
    duties: NotRequired[list[Duty]]
    progress: NotRequired[Progress]
    look: NotRequired[Look]
    since: NotRequired[Since]
