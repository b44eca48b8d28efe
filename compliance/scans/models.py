"""Runs, their check results, and the findings that live across runs."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Membership, Organisation, User
from compliance.accounts.policies import is_never_limited
from compliance.jobs.models import Job
from compliance.requirements.limits import whole, whole_here
from compliance.requirements.models import Assessment, Requirement
from compliance.scans.records import Conditions, Outcome
from compliance.shared.severity import Severity
from compliance.vault.models import Blob


def _mine(user: User) -> models.QuerySet[Membership]:
    return Membership.objects.whole().filter(user=user).values("organisation_id")  # type: ignore[return-value]


_KINDS = {
    "host": _("Host"),
    "url": _("Site"),
    "image": _("Container image"),
    "repository": _("Repository"),
    "files": _("Files"),
    "cloud": _("Cloud account"),
    "kubernetes": _("Cluster object"),
}


class AssetQuerySet(models.QuerySet["Asset"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(organisation_id__in=_mine(user))


class Asset(models.Model):
    """A host, image, repository or cluster object, as tools name it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="assets")
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=300)
    name = models.CharField(max_length=300)

    objects: ClassVar[AssetQuerySet] = AssetQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("asset")
        ordering = ["kind", "key"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind", "key"], name="asset_once"),
        ]

    def __str__(self) -> str:
        return self.name if self.key in self.name else f"{self.name} ({self.key})"

    @property
    def kind_label(self) -> str:
        """The kind in the reader's language."""
        return str(_KINDS.get(self.kind, self.kind))


class Rule(models.Model):
    """One check of one tool, with everything it refers to."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="rules", db_index=False
    )
    tool = models.CharField(max_length=120)
    code = models.CharField(max_length=300)
    title = models.CharField(max_length=300)
    refs = models.JSONField(default=list)
    raise_to = models.CharField(max_length=10, choices=Severity.choices, blank=True)
    # The state of the mappings that this rule was last resolved with; empty asks for it anew.
    resolved = models.CharField(max_length=64, blank=True)
    # What its mappings say, as the number of `Meaning`; 0 without any.
    meaning = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("check")
        ordering = ["tool", "code"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "tool", "code"], name="rule_once"),
        ]

    def __str__(self) -> str:
        return self.code


class RunState(models.TextChoices):
    ASKING = "asking", _("Waiting for answers")
    QUEUED = "queued", _("Waiting")
    IMPORTING = "importing", _("Importing")
    IMPORTED = "imported", _("Imported")
    FAILED = "failed", _("Failed")


class ScanRunQuerySet(models.QuerySet["ScanRun"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(organisation_id__in=_mine(user))

    def imported(self) -> Self:
        return self.filter(state=RunState.IMPORTED)


class ScanRun(models.Model):
    """One imported scan result (점검결과). Its rows count once it is imported, all or none."""

    State = RunState

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="scan_runs"
    )
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="scan_runs")
    name = models.CharField(_("file name"), max_length=200)
    format = models.CharField(_("format"), max_length=30)
    options = models.JSONField(default=dict)
    tool = models.CharField(_("tool"), max_length=200, blank=True)
    tool_version = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    complete = models.BooleanField(default=False)
    targets = models.JSONField(default=list)
    scope = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.QUEUED)
    counts = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    imported_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    imported_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ScanRunQuerySet] = ScanRunQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("scan result")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def scanned_at(self) -> datetime:
        """When the scan said what it says: its end, not the upload; never in the future."""
        return min(self.finished_at or self.started_at or self.created_at, timezone.now())

    def count(self, key: str) -> int:
        return int(self.counts.get(key, 0))

    @property
    def changed_nothing(self) -> bool:
        """Every finding is as the scan before left it."""
        return not any(map(self.count, ("new", "updated", "reopened", "fixed")))

    @property
    def outcomes(self) -> list[tuple[str, str, int]]:
        """(value, label, number) of each outcome that occurs."""
        found = self.counts.get("outcomes", {})
        return [(o.value, str(o.label), found[o.value]) for o in Outcome if found.get(o.value)]


def spot(position: str) -> str:
    """Say in the reader's language where in the file a row stands: “line 3”, “record 12”."""
    unit, _space, number = position.partition(" ")
    if unit == "line":
        return gettext("line %(number)s") % {"number": number}
    return gettext("record %(number)s") % {"number": number} if unit == "record" else position


class CheckResult(models.Model):
    """One row of a run. Passes stand beside failures: “no finding” needs “was checked”."""

    # Indexes that begin with the run, the rule and the asset stand below; each row is written once.
    # The database checks none of the three for each row: staging.py has just read them (ADR 17).
    run = models.ForeignKey(
        ScanRun,
        on_delete=models.CASCADE,
        related_name="results",
        db_index=False,
        db_constraint=False,
    )
    rule = models.ForeignKey(
        Rule, on_delete=models.PROTECT, related_name="results", db_index=False, db_constraint=False
    )
    asset = models.ForeignKey(
        Asset,
        on_delete=models.PROTECT,
        related_name="results",
        db_index=False,
        db_constraint=False,
    )
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    severity = models.CharField(max_length=10, choices=Severity.choices)
    tool_severity = models.CharField(max_length=300, blank=True)
    location = models.CharField(max_length=1000, blank=True)
    place = models.JSONField(default=list)
    title = models.CharField(max_length=300)
    excerpt = models.TextField(blank=True)
    position = models.CharField(max_length=60, blank=True)
    suspicious = models.BooleanField(default=False)
    exploited = models.BooleanField(default=False)
    epss = models.FloatField(null=True, blank=True)
    fingerprint = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("check result")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["run", "outcome"], name="result_run_outcome"),
            models.Index(fields=["rule", "outcome"], name="result_rule_outcome"),
            models.Index(fields=["asset", "run"], name="result_asset_run"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.outcome}"

    @property
    def spot(self) -> str:
        return spot(self.position)


class FindingState(models.TextChoices):
    OPEN = "open", _("Open finding")
    FIXED = "fixed", _("Fixed")
    FALSE_POSITIVE = "false_positive", _("False positive")
    RISK_ACCEPTED = "risk_accepted", _("Risk accepted")
    DISPUTED = "disputed", _("Disputed")


class FindingQuerySet(models.QuerySet["Finding"]):
    def visible_to(self, user: User) -> Self:
        """Of the organisations seen whole, and what speaks of a requirement that is seen."""
        if is_never_limited(user):
            return self.filter(whole(user))
        seen = Assessment.objects.visible_to(user).filter(
            organisation_id=OuterRef("organisation_id"), requirement_id=OuterRef("requirement_id")
        )
        # Asked once and not of each row. A number belongs to one organisation; asked for all the same.
        limited = Membership.objects.limited().filter(user=user).values("organisation_id")
        spoken_of = Meaning.objects.filter(Exists(seen), organisation_id__in=limited)
        theirs = Q(organisation_id__in=limited, meaning__in=spoken_of.values("number"))
        return self.filter(whole(user) | theirs)

    def visible_in(self, organisation: Organisation, user: User) -> Self:
        if is_never_limited(user):
            return self.filter(whole_here(organisation, user))
        return self.visible_to(user).filter(organisation=organisation)

    def open(self) -> Self:
        return self.filter(state=FindingState.OPEN)


class Finding(models.Model):
    """A failure with an identity (결함): it keeps its number and its clock from run to run."""

    State = FindingState

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="findings", db_index=False
    )
    number = models.PositiveIntegerField(_("number"))
    fingerprint = models.CharField(max_length=64)
    format = models.CharField(max_length=30)
    # Written by the ten thousand with numbers just read, as check results are (ADR 17).
    rule = models.ForeignKey(
        Rule, on_delete=models.PROTECT, related_name="findings", db_index=False, db_constraint=False
    )
    asset = models.ForeignKey(
        Asset, on_delete=models.PROTECT, related_name="findings", db_constraint=False
    )
    location = models.CharField(max_length=1000, blank=True)
    place = models.JSONField(default=list)
    title = models.CharField(max_length=300)
    excerpt = models.TextField(blank=True)
    reported_severity = models.CharField(max_length=10, choices=Severity.choices)
    severity = models.CharField(max_length=10, choices=Severity.choices)
    # The rule's, kept here too so that an index alone counts findings by what they mean (ADR 39).
    meaning = models.BigIntegerField(default=0, db_default=0)
    state = models.CharField(max_length=20, choices=FindingState.choices, default=FindingState.OPEN)
    reason = models.TextField(blank=True)
    accepted_until = models.DateField(null=True, blank=True)
    triaged_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    triaged_at = models.DateTimeField(null=True, blank=True)
    # A person's word on the severity; it stands whatever later scans say.
    own_severity = models.CharField(max_length=10, choices=Severity.choices, blank=True)
    severity_reason = models.TextField(blank=True)
    severity_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    exploited = models.BooleanField(default=False)
    epss = models.FloatField(null=True, blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    # No indexes on runs, and no checks: a scan that sees everything again would pay them for each row.
    first_run = models.ForeignKey(
        ScanRun,
        on_delete=models.PROTECT,
        related_name="found_first",
        db_index=False,
        db_constraint=False,
    )
    last_run = models.ForeignKey(
        ScanRun,
        on_delete=models.PROTECT,
        related_name="found_last",
        db_index=False,
        db_constraint=False,
    )
    fixed_run = models.ForeignKey(
        ScanRun,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="found_fixed",
        db_index=False,
    )
    fixed_at = models.DateTimeField(null=True, blank=True)
    reopened = models.PositiveIntegerField(default=0)

    objects: ClassVar[FindingQuerySet] = FindingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("finding")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "fingerprint"], name="finding_fingerprint_once"
            ),
            models.UniqueConstraint(fields=["organisation", "number"], name="finding_number_once"),
            models.CheckConstraint(
                name="finding_fixed_has_run",
                condition=~Q(state="fixed") | Q(fixed_run__isnull=False, fixed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="finding_triage_has_reason",
                condition=Q(state__in=["open", "fixed"]) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="finding_severity_has_reason",
                condition=Q(own_severity="") | ~Q(severity_reason=""),
            ),
            models.CheckConstraint(
                name="finding_seen_in_order", condition=Q(first_seen_at__lte=F("last_seen_at"))
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "state", "severity", "meaning", "asset"],
                name="finding_groups",
            ),
            models.Index(
                fields=["organisation", "first_seen_at", "fixed_at", "severity"],
                name="finding_stood",
            ),
            models.Index(fields=["rule", "state"], name="finding_rule_state"),
        ]

    def __str__(self) -> str:
        return f"F-{self.number} {self.title}"

    @property
    def violates(self) -> list["RuleMapping"]:
        """Of the rule's mappings (as they were fetched), those that count for this finding."""
        return [mapping for mapping in self.rule.mappings.all() if mapping.counts_for(self)]

    @property
    def code(self) -> str:
        return f"F-{self.number}"


class Change(models.TextChoices):
    NEW = "new", _("New")
    SEEN = "seen", _("Seen again")
    UPDATED = "updated", _("Text or severity changed")
    REOPENED = "reopened", _("Came back")
    FIXED = "fixed", _("No longer seen")


class Observation(models.Model):
    """One run's word about a finding: seen, or checked and gone.

    What the tool wrote stands in the run's check result of the same fingerprint.
    """

    finding = models.ForeignKey(
        Finding,
        on_delete=models.CASCADE,
        related_name="observations",
        db_index=False,
        db_constraint=False,
    )
    run = models.ForeignKey(
        ScanRun, on_delete=models.CASCADE, related_name="observations", db_constraint=False
    )
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    severity = models.CharField(max_length=10, choices=Severity.choices)
    change = models.CharField(max_length=10, choices=Change.choices, default=Change.SEEN)

    class Meta:
        verbose_name = _("observation")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["finding", "run"], name="observed_once_a_run"),
        ]

    def __str__(self) -> str:
        return f"{self.finding} · {self.run}"


class QuarantinedRow(models.Model):
    """A row of a file that could not be read: where, and why."""

    run = models.ForeignKey(ScanRun, on_delete=models.CASCADE, related_name="quarantine")
    position = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=200)
    excerpt = models.TextField(blank=True)

    class Meta:
        verbose_name = _("row put aside")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.position}: {self.reason}"

    @property
    def spot(self) -> str:
        return spot(self.position)

    @property
    def sentence(self) -> str:
        """The reason in the reader's language."""
        return gettext(self.reason)


class MappingSet(models.Model):
    """A version of a set of edges from references to requirements, with its source.

    Versions stand side by side. `state` is that of delivery; what an organisation uses is the
    newest approved version, unless its `MappingChoice` says otherwise.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        APPROVED = "approved", _("Approved")

    identifier = models.SlugField(max_length=80)
    version = models.CharField(max_length=20)
    title_ko = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True)
    source_ko = models.TextField(blank=True)
    source_en = models.TextField(blank=True)
    licence = models.CharField(max_length=100, blank=True)
    author = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.APPROVED)
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("mapping set")
        ordering = ["identifier", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["identifier", "version"], name="mapping_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.identifier} {self.version}"

    @property
    def title(self) -> str:
        return _either(self.title_ko, self.title_en)

    @property
    def source(self) -> str:
        return _either(self.source_ko, self.source_en)


def _either(korean: str, english: str) -> str:
    return korean if get_language() == "ko" else english or korean


class MappingChoice(models.Model):
    """The version of a mapping set that an organisation approved, or that it uses none."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="mapping_choices"
    )
    identifier = models.SlugField(max_length=80)
    # Empty: the organisation retired the set.
    set = models.ForeignKey(
        MappingSet, on_delete=models.PROTECT, null=True, blank=True, related_name="choices"
    )
    reason = models.TextField()
    chosen_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("choice of a mapping set")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "identifier"], name="mapping_chosen_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.set or self.identifier)


class Effect(models.TextChoices):
    VIOLATES = "violates", _("A failure violates the requirement")
    EVIDENCES = "evidences", _("A pass is evidence for the requirement")
    BOTH = "both", _("A failure violates the requirement, a pass is evidence for it")


class MappingEdge(models.Model):
    """From a reference (exact, or a prefix ending in *) to a requirement of a profile."""

    set = models.ForeignKey(MappingSet, on_delete=models.CASCADE, related_name="edges")
    from_ref = models.CharField(max_length=200)
    profile = models.CharField(max_length=80)
    requirement_code = models.CharField(max_length=40)
    effect = models.CharField(max_length=10, choices=Effect.choices, default=Effect.BOTH)
    relation = models.CharField(max_length=20, default="intersects")
    minimum_severity = models.CharField(max_length=10, choices=Severity.choices, blank=True)
    # The edge holds for this kind of asset alone (host, image, repository …); empty: for each.
    asset_kind = models.CharField(max_length=20, blank=True)
    # The edge holds for this outcome of the check alone; empty: for each.
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    raise_to = models.CharField(max_length=10, choices=Severity.choices, blank=True)
    rationale_ko = models.TextField(blank=True)
    rationale_en = models.TextField(blank=True)

    class Meta:
        verbose_name = _("mapping")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["set", "from_ref", "profile", "requirement_code"], name="edge_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_ref} → {self.requirement_code}"

    @property
    def conditions(self) -> Conditions:
        return Conditions(self.minimum_severity, self.asset_kind, self.outcome)

    @property
    def rationale(self) -> str:
        return _either(self.rationale_ko, self.rationale_en)


class RefLink(models.Model):
    """A pivot: one reference stands for another, such as a 2021 KISA code for its 2026 one."""

    set = models.ForeignKey(MappingSet, on_delete=models.CASCADE, related_name="links")
    from_ref = models.CharField(max_length=200)
    to_ref = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("pivot")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["set", "from_ref", "to_ref"], name="link_once"),
        ]

    def __str__(self) -> str:
        return f"{self.from_ref} → {self.to_ref}"


class Meaning(models.Model):
    """What rules say that are mapped alike, once for all of them: one row a requirement.

    A company has some hundred thousand findings of as many rules, and these mean some dozen things.
    `number` is worked out from the organisation and the rows that share it (`meanings.number`), so a
    number never says anything else later. No key is checked, as none of `RuleMapping` is.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    number = models.BigIntegerField()
    requirement = models.ForeignKey(
        Requirement, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    edge = models.ForeignKey(
        MappingEdge, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    effect = models.CharField(max_length=10, choices=Effect.choices)

    class Meta:
        verbose_name = _("meaning of checks")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "number", "requirement"], name="meaning_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} → {self.requirement_id}"


class Tally(models.Model):
    """How many results of an imported run have one meaning, kind of asset and outcome.

    A run's rows never change, so they are counted as it is imported, and again when rules mean
    something else. Passes that prove nothing are left out.
    """

    run = models.ForeignKey(ScanRun, on_delete=models.CASCADE, related_name="+", db_index=False)
    meaning = models.BigIntegerField()
    asset_kind = models.CharField(max_length=20)
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    number = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("count of check results")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "meaning", "asset_kind", "outcome"], name="tally_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run} · {self.outcome}: {self.number}"


class RuleMapping(models.Model):
    """Why a rule speaks about a requirement: resolved once a rule, with the path kept.

    Worked out, so the database checks no key of it (ADR 17): what changes edges or requirements
    changes `mapping.edition` too, and rules of another edition are resolved again.
    """

    rule = models.ForeignKey(
        Rule,
        on_delete=models.CASCADE,
        related_name="mappings",
        db_index=False,
        db_constraint=False,
    )
    requirement = models.ForeignKey(
        Requirement, on_delete=models.CASCADE, related_name="rule_mappings", db_constraint=False
    )
    edge = models.ForeignKey(
        MappingEdge, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    effect = models.CharField(max_length=10, choices=Effect.choices)
    path = models.JSONField(default=list)

    class Meta:
        verbose_name = _("resolved mapping")
        ordering = ["requirement__order"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "requirement"], name="rule_mapped_once"),
        ]

    def __str__(self) -> str:
        return " → ".join(self.path)

    def counts_for(self, finding: Finding) -> bool:
        """Whether the finding violates the requirement: by the effect and the edge's conditions."""
        met = self.edge.conditions.hold(
            severity=finding.severity, asset_kind=finding.asset.kind, outcome=Outcome.FAIL
        )
        return met and self.effect in (Effect.VIOLATES, Effect.BOTH)
