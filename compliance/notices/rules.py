"""Which action tells whom, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from compliance.accounts.roles import Capability
from compliance.notices.topics import Topic
from compliance.notices.vocabulary import topic_of


@dataclass(frozen=True, slots=True)
class Rule:
    """Who hears of *action*.

    *people* are keys of the entry's data that hold a person's id or a list of them; *capability*
    names everybody whose role includes it. *page* is a URL name and *arguments* its
    {argument: key of the entry's data, or "target_id"}. With *asker* even the one who did it
    hears, because it took time and they may have gone elsewhere.

    *topic* is what a person chooses by; without one the action's name says it (`vocabulary`). A
    person whom several rules name hears once, by the first of them.
    """

    action: str
    people: tuple[str, ...] = ()
    capability: Capability | None = None
    page: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
    asker: bool = False
    topic: Topic | None = None

    @property
    def about(self) -> Topic:
        return self.topic or topic_of(self.action) or Topic.PROGRESS


_rules: dict[str, list[Rule]] = {}


def register(*rules: Rule) -> None:
    """Upper rooms say in their AppConfig.ready who hears of their actions."""
    for rule in rules:
        known = _rules.setdefault(rule.action, [])
        if rule not in known:
            known.append(rule)


def rules_of(action: str) -> list[Rule]:
    return _rules.get(action, [])


def every() -> list[Rule]:
    return [rule for known in _rules.values() for rule in known]
