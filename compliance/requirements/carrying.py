"""Going on to the next version of a profile: the plan, then one verb that brings everything along.

What belongs to upper rooms they bring themselves, by the signal `profile_carried_over`.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation, User
from compliance.accounts.policies import check_can
from compliance.accounts.roles import Capability
from compliance.audit.services import Named, record, record_all
from compliance.requirements import registries, signals, versions
from compliance.requirements.actions import Action
from compliance.requirements.differences import (
    Difference,
    Item,
    Kind,
    Pair,
    ParameterChange,
    Snapshot,
    aspects,
    compare,
    differing_values,
    is_reworded,
    is_stricter,
    snapshot,
)
from compliance.requirements.models import (
    Adoption,
    Assessment,
    CarryOver,
    CarryOverItem,
    Profile,
    Requirement,
    StatementDraft,
)
from compliance.shared.errors import Conflict, Refused

BATCH = 500
# What is asked otherwise than before and therefore stands in the list, beside parameters.
_ASKED = (Kind.REWORDED, Kind.SEVERITY, Kind.MANDATORY, Kind.EVIDENCE, Kind.TESTS)
_CARRIED = ["statement", "owner_id", "due", "revision", "updated_by_id", "updated_at"]
_SIGNED = ["verdict", "reason", "decided_by_id", "decided_at"]


@dataclass(frozen=True, slots=True)
class Offer:
    """Something of an upper room that may come along (*possible*), or stays where it is."""

    key: str
    sentence: "str | Promise"
    possible: bool = True
    url: str = ""


Offers = Callable[[Organisation, Profile, Profile], Iterable[Offer]]
_offers: list[Offers] = []


def register_offers(source: Offers) -> None:
    """*source*(organisation, old, new) → offers that the page of the plan asks about."""
    if source not in _offers:
        _offers.append(source)


@dataclass(frozen=True)
class Plan:
    """What would happen, before anybody confirmed it."""

    organisation: Organisation
    old: Profile
    new: Profile
    before: Snapshot
    after: Snapshot
    difference: Difference

    @cached_property
    def stamp(self) -> str:
        """Names what the person decides on; another stamp means that the plan changed."""
        facts = [
            self.old.pk,
            self.old.digest,
            self.new.pk,
            self.new.digest,
            [[each.old.code, each.new.code] for each in self.difference.proposals],
        ]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]

    @cached_property
    def offers(self) -> list[Offer]:
        return [
            each for source in _offers for each in source(self.organisation, self.old, self.new)
        ]

    @property
    def falling(self) -> list[Pair]:
        """Requirements whose verdict has to be signed again."""
        return [pair for pair in self.difference.pairs if falls(pair)]


@dataclass(frozen=True, slots=True)
class Step:
    """One requirement that goes on as another row. Without *same* its wording changed."""

    pair: Pair
    same: bool
    same_kinds: bool


@dataclass(slots=True)
class Carried:
    """A carry-over under way: what upper rooms read, and where they say what they did."""

    carry_over: CarryOver
    by: Named
    steps: list[Step]
    removed: list[Item]
    # (old, new) beyond the steps: parts of a merged or a split requirement.
    also: list[Pair] = field(default_factory=list)
    accepted: frozenset[str] = frozenset()
    items: list[CarryOverItem] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def organisation(self) -> Organisation:
        return self.carry_over.organisation

    @property
    def old(self) -> Profile:
        return self.carry_over.old

    @property
    def new(self) -> Profile:
        return self.carry_over.new

    @property
    def to(self) -> dict[int, Step]:
        """{old requirement id: the step that it takes}."""
        return {step.pair.old.pk: step for step in self.steps}

    def count(self, **numbers: int) -> None:
        self.counts |= numbers

    def look_at(
        self,
        kind: CarryOverItem.Kind,
        about: str,
        *,
        old: int | None = None,
        new: int | None = None,
        **data: Any,
    ) -> None:
        """Put a thing on the list. *about* names its sentence (to_look_at.register), *data* its
        words; `page` and `arguments` of *data* name the URL where it is done."""
        self.items.append(
            CarryOverItem(
                carry_over=self.carry_over,
                kind=kind,
                old_requirement_id=old,
                requirement_id=new,
                data={"about": about, **data},
            )
        )


def plan(organisation: Organisation, old: Profile, new: Profile) -> Plan:
    """Compare both versions: nine queries, then arithmetic. Not within atomic()."""
    before, after = snapshot(old), snapshot(new)
    edges = versions.equal_codes(organisation, old, new)
    return Plan(organisation, old, new, before, after, compare(before, after, edges=edges))


def falls(pair: Pair) -> bool:
    """What was signed does not hold any more: another text, stricter, or another value."""
    return is_reworded(pair) or is_stricter(pair) or pair.old.parameters != pair.new.parameters


def check_can_carry_over(organisation: Organisation, old: Profile, new: Profile, by: Named) -> None:
    """Raise Refused with what to do instead."""
    if isinstance(by, User):
        check_can(by, organisation, Capability.APPLICATION_EDIT)
    _check_not_done(organisation, old, new)
    if new.organisation_id not in {None, organisation.pk}:
        raise Refused(_("This profile belongs to another organisation."))
    adopted = Adoption.objects.filter(organisation=organisation, profile=old).first()
    if old == new or adopted is None:
        raise Refused(
            _("The organisation does not work with %(old)s. Take it on first.") % {"old": old}
            if adopted is None
            else _("Both are the same version. Choose the new one.")
        )
    if old.platform_id != new.platform_id:
        raise Refused(
            _(
                "%(new)s is of another platform and no next version of %(old)s. Take it on beside "
                "this one."
            )
            % {"new": new, "old": old}
        )
    _check_direction(organisation, old, new)
    if adopted.ended_at is not None:
        raise Conflict(_("The organisation left %(old)s already.") % {"old": old})


def _check_not_done(organisation: Organisation, old: Profile, new: Profile) -> None:
    done = versions.carry_over_from(organisation, old)
    if done is not None:
        raise Conflict(already_done(done))


def already_done(done: CarryOver) -> str:
    """The sentence for whoever comes second."""
    who = done.by.name if done.by else "Gatepass"
    sentence = _("%(who)s went on from %(old)s to %(new)s already. Nothing is left to carry over.")
    return sentence % {"who": who, "old": done.old, "new": done.new}


def _check_direction(organisation: Organisation, old: Profile, new: Profile) -> None:
    left = Adoption.objects.filter(
        organisation=organisation, profile=new, ended_at__isnull=False
    ).exists()
    if left or versions.is_older(new, old):
        raise Refused(
            _(
                "%(new)s came before %(old)s, and there is no way back: what was written since would "
                "be lost. The former version stays readable; load a corrected list under a newer "
                "version and go on to that one."
            )
            % {"new": new, "old": old}
        )


def carry_over(  # noqa: PLR0913 - the fields of one form, by name
    organisation: Organisation,
    old: Profile,
    new: Profile,
    *,
    pairs: Mapping[str, str],
    by: Named,
    stamp: str = "",
    accepted: Collection[str] = (),
    also: Iterable[tuple[str, str]] = (),
) -> CarryOver:
    """Go on from *old* to *new*. *pairs* is {new code: old code, or "" for a new requirement}.

    Every proposal of the plan needs an answer in *pairs*. *also* are (old code, new code) of what
    was merged or split: the former text is shown at the new one, and a person puts it in. *accepted*
    are keys of offers; *stamp* is that of the plan which the person saw. All in one transaction;
    Conflict when it is done already.
    """
    check_can_carry_over(organisation, old, new, by)
    planned = plan(organisation, old, new)
    if stamp and stamp != planned.stamp:
        raise Conflict(_("The plan changed since you opened it. Look at it again and confirm."))
    confirmed = decide(planned, pairs)
    parts = _parts(planned, confirmed, also)
    with transaction.atomic():
        # Two people who confirm at once queue here; the second one is told.
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        check_can_carry_over(organisation, old, new, by)
        return _carry(planned, confirmed, parts, by, frozenset(accepted))


def decide(planned: Plan, pairs: Mapping[str, str]) -> list[Pair]:
    """Return all pairs: those by code and those that a person confirmed."""
    kept = planned.difference.pairs
    gone = {item.code: item for item in planned.before.items}
    come = {item.code: item for item in planned.after.items}
    for pair in kept:
        del gone[pair.old.code], come[pair.new.code]
    undecided = [p.new.code for p in planned.difference.proposals if p.new.code not in pairs]
    if undecided:
        raise Refused(
            _("Say of %(codes)s whether each is a former requirement or a new one.")
            % {"codes": ", ".join(undecided)}
        )
    chosen = [(old, new) for new, old in pairs.items() if old]
    for old, new in chosen:
        if old not in gone or new not in come:
            raise Refused(
                _("%(old)s and %(new)s cannot be paired: each goes on under a code of its own.")
                % {"old": old, "new": new}
            )
    olds = [old for old, _new in chosen]
    twice = sorted({old for old in olds if olds.count(old) > 1})
    if twice:
        raise Refused(
            _("%(codes)s was chosen for two requirements. Choose it once.")
            % {"codes": ", ".join(twice)}
        )
    return [*kept, *(Pair(gone[old], come[new]) for old, new in chosen)]


def sort_out(
    plan: Plan, pairs: dict[str, str], wanted: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Put the *wanted* (old, new) into *pairs* ({new: old}); return those of which one is taken."""
    olds = {pair.old.code for pair in plan.difference.pairs} | set(pairs.values())
    news = {pair.new.code for pair in plan.difference.pairs} | {n for n, o in pairs.items() if o}
    also = []
    for old, new in wanted:
        if old in olds or new in news:
            also.append((old, new))
        else:
            pairs[new] = old
        olds.add(old)
        news.add(new)
    return also


def _parts(planned: Plan, pairs: list[Pair], also: Iterable[tuple[str, str]]) -> list[Pair]:
    """The further pairs of a merged or split requirement, each once."""
    gone = {item.code: item for item in planned.before.items}
    come = {item.code: item for item in planned.after.items}
    together = {(pair.old.code, pair.new.code) for pair in pairs}
    wanted = [each for each in dict.fromkeys(also) if each not in together]
    for old, new in wanted:
        if old not in gone or new not in come:
            raise Refused(
                _("%(old)s and %(new)s cannot be paired: one of them is not in its version.")
                % {"old": old, "new": new}
            )
    return [Pair(gone[old], come[new]) for old, new in wanted]


def _carry(
    planned: Plan, pairs: list[Pair], parts: list[Pair], by: Named, accepted: frozenset[str]
) -> CarryOver:
    organisation, now = planned.organisation, timezone.now()
    done = CarryOver.objects.create(
        organisation=organisation,
        old=planned.old,
        new=planned.new,
        by=by if isinstance(by, User) else None,
        at=now,
    )
    carried = Carried(
        carry_over=done,
        by=by,
        steps=[
            Step(pair, same=not falls(pair), same_kinds=pair.old.kinds == pair.new.kinds)
            for pair in pairs
        ],
        removed=_without(planned.before, {pair.old.code for pair in pairs}),
        also=parts,
        accepted=accepted,
    )
    _change_adoption(planned, now)
    fallen = _carry_assessments(planned, carried)
    _list_requirements(planned, carried, {row.requirement_id: former for row, former in fallen})
    signals.profile_carried_over.send(sender=CarryOver, carried=carried)
    _keep(carried)
    record_all(
        by,
        Action.VERDICT_FELL,
        [(row, {"before": former, "after": row.verdict}) for row, former in fallen],
    )
    record(
        by,
        Action.CARRIED_OVER,
        done,
        look_at=len(carried.items),
        profile=planned.new.identifier,
        before=planned.old.version,
        after=planned.new.version,
        counts=carried.counts,
    )
    return done


def _without(profile: Snapshot, codes: set[str]) -> list[Item]:
    return [item for item in profile.items if item.code not in codes]


def _change_adoption(planned: Plan, now: Any) -> None:
    rows = Adoption.objects.filter(organisation=planned.organisation)
    if not rows.filter(profile=planned.old, ended_at__isnull=True).update(ended_at=now):
        raise Conflict(_("The organisation left %(old)s already.") % {"old": planned.old})
    Adoption.objects.get_or_create(
        organisation=planned.organisation, profile=planned.new, defaults={"adopted_at": now}
    )


def _carry_assessments(planned: Plan, carried: Carried) -> list[tuple[Assessment, str]]:
    """Write the new version's assessments. Returns those whose verdict fell, with the former one."""
    rows = Assessment.objects.filter(organisation=planned.organisation)
    former_rows = rows.filter(requirement__profile=planned.old)
    # Held in the order of bulk changes: whoever saves now is waited for, or waits and is told.
    held = former_rows.select_for_update(of=("self",)).order_by("requirement__order", "pk")
    old = {row.requirement_id: row for row in held}
    there = {row.requirement_id: row for row in rows.filter(requirement__profile=planned.new)}
    requirements = Requirement.objects.in_bulk([item.pk for item in planned.after.items])
    before = {step.pair.new.pk: step for step in carried.steps}
    made, changed, fallen = [], [], []
    for pk, requirement in requirements.items():
        known = there.get(pk)
        row = known or Assessment(organisation=planned.organisation)
        row.requirement = requirement
        step = before.get(pk)
        former = old.get(step.pair.old.pk) if step else None
        if step and former and _go_on(row, former, step):
            fallen.append((row, former.verdict))
        if known is None:
            made.append(row)
        elif former:
            changed.append(row)
    # What somebody began to save in the former version is refused now instead of lost there.
    former_rows.update(revision=F("revision") + 1)
    Assessment.objects.bulk_create(made, batch_size=BATCH)
    columns = [name.removesuffix("_id") for name in [*_CARRIED, *_SIGNED, "carried_from"]]
    Assessment.objects.bulk_update(changed, columns, batch_size=BATCH // 5)
    _move_drafts(planned, [*made, *changed])
    carried.count(assessments=sum(1 for row in [*made, *changed] if row.carried_from_id))
    carried.count(verdicts_fallen=len(fallen))
    return fallen


def _go_on(row: Assessment, former: Assessment, step: Step) -> bool:
    """Copy what was said; say whether a signed verdict fell. What was begun anew stays."""
    begun = bool(row.pk) and (row.revision > 0 or row.carried_from_id is not None)
    row.carried_from = former
    if begun:
        return False
    for name in _CARRIED:
        setattr(row, name, getattr(former, name))
    signed = former.verdict != Assessment.Verdict.NOT_CHECKED
    if step.same:
        for name in _SIGNED:
            setattr(row, name, getattr(former, name))
    return signed and not step.same


def _move_drafts(planned: Plan, rows: list[Assessment]) -> None:
    """What somebody is writing and did not save goes on in the new version."""
    to = {row.carried_from_id: row for row in rows if row.carried_from_id}
    drafts = StatementDraft.objects.filter(assessment__organisation=planned.organisation)
    taken = set(
        drafts.filter(assessment__requirement__profile=planned.new).values_list(
            "assessment_id", "user_id"
        )
    )
    moved = []
    for draft in drafts.filter(assessment__requirement__profile=planned.old):
        row = to.get(draft.assessment_id)
        if row is not None and (row.pk, draft.user_id) not in taken:
            draft.assessment = row
            moved.append(draft)
    StatementDraft.objects.bulk_update(moved, ["assessment"], batch_size=BATCH)


def _list_requirements(planned: Plan, carried: Carried, fallen: dict[int, str]) -> None:
    """Put on the list what changed in the profile itself, in the new order."""
    steps = {step.pair.new.code: step for step in carried.steps}
    for item in planned.after.items:
        step = steps.get(item.code)
        if step is None:
            carried.look_at(CarryOverItem.Kind.ADDED, "added", new=item.pk)
        else:
            _list_step(carried, step, fallen.get(item.pk, ""))
    _list_parts(carried)
    _list_removed(planned, carried)
    for change in planned.difference.parameters:
        carried.look_at(CarryOverItem.Kind.PARAMETER, "parameter", **_words_of(change))
    carried.count(added=len(planned.after.items) - len(steps), removed=len(carried.removed))


def _list_step(carried: Carried, step: Step, former: str) -> None:
    old, new = step.pair
    where = {"old": old.pk, "new": new.pk}
    if old.code != new.code:
        carried.look_at(
            CarryOverItem.Kind.RENUMBERED,
            "renumbered",
            **where,
            old_code=old.code,
            new_code=new.code,
        )
    kinds = aspects(step.pair)
    changed = [kind.value for kind in kinds if kind in _ASKED]
    if changed:
        carried.look_at(
            CarryOverItem.Kind.REWORDED,
            "reworded",
            **where,
            changed=changed,
            former=former,
            severity=new.severity,
            mandatory=new.mandatory,
        )
    if Kind.PARAMETER in kinds:
        carried.look_at(
            CarryOverItem.Kind.PARAMETER,
            "requirement_parameter",
            **where,
            values=differing_values(old, new),
            former=former,
        )


def _list_parts(carried: Carried) -> None:
    """A text of two requirements is written by a person: the former one is shown beside it."""
    ended = {item.code for item in carried.removed}
    kinds = CarryOverItem.Kind
    for old, new in carried.also:
        kind = kinds.REMOVED if old.code in ended else kinds.RENUMBERED
        carried.look_at(kind, "part", old=old.pk, new=new.pk, old_code=old.code)


def _list_removed(planned: Plan, carried: Carried) -> None:
    parts = {pair.old.code for pair in carried.also}
    ended = [item for item in carried.removed if item.code not in parts]
    knowledge = registries.known(planned.organisation, [item.pk for item in ended])
    for item in ended:
        there = {each.key: knowledge.of(each.key, item.pk).number for each in registries.columns()}
        carried.look_at(CarryOverItem.Kind.REMOVED, "removed", old=item.pk, there=there)


def _words_of(change: ParameterChange) -> dict[str, Any]:
    return {
        "name": change.name,
        "title_ko": change.title_ko,
        "title_en": change.title_en,
        "unit": change.unit,
        "before": change.old,
        "after": change.new,
        "since": change.since,
        "coming": change.coming,
    }


def _keep(carried: Carried) -> None:
    CarryOverItem.objects.bulk_create(carried.items, batch_size=BATCH)
    carried.count(look_at=len(carried.items))
    carried.carry_over.counts = carried.counts
    carried.carry_over.save(update_fields=["counts"])


def proposed(planned: Plan) -> Iterator[tuple[str, str]]:
    """(new code, old code) of every proposal, as the answers of somebody who agrees with all."""
    return ((each.new.code, each.old.code) for each in planned.difference.proposals)
