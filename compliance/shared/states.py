"""State machines as tables: {state: {next state, …}}, drawn by `manage.py draw_states`."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from compliance.shared.errors import Conflict, Refused

Moves = Mapping[Any, set[Any]]


class _Machine:
    def __init__(
        self, states: type[models.TextChoices], moves: Moves, notes: Sequence[str]
    ) -> None:
        self.states, self.moves, self.notes = states, moves, notes


machines: dict[str, _Machine] = {}


def register(
    name: str, states: type[models.TextChoices], moves: Moves, notes: Sequence[str] = ()
) -> None:
    """Keep *moves* under *name* for drawing, with lines of Markdown that stand under the drawing.

    The table must speak of every state.
    """
    missing = set(states) - set(moves)
    if missing:
        raise ValueError(f"{name}: no row for {sorted(missing)}")
    machines[name] = _Machine(states, moves, notes)


def check_move(states: type[models.TextChoices], moves: Moves, old: str, new: str) -> None:
    if new not in moves[old]:
        raise Refused(
            _("This is “%(old)s” now and cannot become “%(new)s”. Reload the page.")
            % {"old": states(old).label, "new": states(new).label}
        )


def move(row: models.Model, moves: Moves, new: str, **columns: Any) -> None:
    """Set row.state by compare-and-set and write *columns* with it.

    Raises Refused when the table does not allow it and Conflict when another request moved first.
    """
    old = row.state  # type: ignore[attr-defined]
    # A fetched row holds the bare string; the table's keys know their labels.
    check_move(type(next(iter(moves))), moves, old, new)
    manager = type(row)._base_manager
    if not manager.filter(pk=row.pk, state=old).update(state=new, **columns):
        raise Conflict(_("Somebody else changed this a moment ago. Reload the page."))
    row.state = new  # type: ignore[attr-defined]
    for name, value in columns.items():
        setattr(row, name, value)


def draw(name: str) -> str:
    """Return the machine as a Markdown page with a Mermaid diagram."""
    machine = machines[name]
    lines = [f"# {name}", "", "Drawn by `manage.py draw_states`.", "", "```mermaid"]
    lines += ["stateDiagram-v2"]
    for old in machine.states:
        lines += [f"    {old} --> {new}" for new in sorted(machine.moves[old])]
    below = ["", *machine.notes] if machine.notes else []
    return "\n".join([*lines, "```", *below, ""])
