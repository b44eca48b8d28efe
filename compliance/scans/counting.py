"""Counting by requirement: the database groups rows by what they mean, and joins the groups alone.

The statements are the same for SQLite and PostgreSQL. `_GROUPS` is answered by the index
`finding_groups`; what it leaves is some hundred rows, whatever the number of findings.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from compliance.accounts.models import Organisation
from compliance.scans.matching_sql import grade

# Stands where a severity or an outcome does, in rows that name a meaning.
MEANS = "means"
# What may be asked for: {name: expression}.
_COLUMNS = {
    "requirement": "m.requirement_id",
    "code": "q.code",
    "asset": "g.asset_id",
    "severity": "g.severity",
    "word": "CASE g.state WHEN 'open' THEN g.severity ELSE 'closed' END",
}

# Grouped first and once: a planner that does not know how few meanings there are would group anew for
# each.
_GROUPS = """
WITH g AS MATERIALIZED (
    SELECT meaning, state, severity, asset_id, COUNT(*) AS n FROM scans_finding
    WHERE organisation_id = %(organisation)s {inner}
    GROUP BY state, severity, meaning, asset_id
)
"""
# The conditions of an edge, as `selectors.violating` has them.
_MET = f"""
m.organisation_id = %(organisation)s AND m.number = g.meaning
    AND m.effect IN ('violates', 'both') AND e.outcome IN ('', 'fail')
    AND e.asset_kind IN ('', a.kind)
    AND COALESCE({grade("e.minimum_severity")}, 0) <= {grade("g.severity")}
"""
_VIOLATED = f"""
FROM g
CROSS JOIN scans_meaning m
JOIN scans_mappingedge e ON e.id = m.edge_id
JOIN scans_asset a ON a.id = g.asset_id
JOIN requirements_requirement q ON q.id = m.requirement_id
WHERE {_MET}
"""
_UNMAPPED = f"""
SELECT g.severity, CAST(SUM(g.n) AS bigint)
FROM g JOIN scans_asset a ON a.id = g.asset_id
WHERE NOT EXISTS (
    SELECT 1 FROM scans_meaning m
    JOIN scans_mappingedge e ON e.id = m.edge_id
    JOIN requirements_requirement q ON q.id = m.requirement_id
    WHERE q.profile_id = %(profile)s AND {_MET}
)
GROUP BY g.severity ORDER BY g.severity
"""  # noqa: S608 - our own words

_STANDING = """
{groups}
SELECT 0, {requirement}, {word}, '', CAST(SUM(g.n) AS bigint)
{violated} AND m.requirement_id {among}
GROUP BY {requirement}, {word}
UNION ALL
SELECT t.run_id, m.requirement_id, t.outcome, '', CAST(SUM(t.number) AS bigint)
FROM scans_tally t
JOIN scans_meaning m ON m.organisation_id = %(organisation)s AND m.number = t.meaning
JOIN scans_mappingedge e ON e.id = m.edge_id
WHERE t.run_id IN ({newest}) AND m.effect IN ('evidences', 'both')
    AND e.outcome IN ('', t.outcome) AND e.asset_kind IN ('', t.asset_kind)
    AND m.requirement_id {among}
GROUP BY t.run_id, m.requirement_id, t.outcome
UNION ALL
SELECT 0, m.requirement_id, '{means}', '', m.number FROM scans_meaning m
WHERE m.organisation_id = %(organisation)s AND m.requirement_id {among}
UNION ALL
SELECT id, 0, format, CAST(targets AS text), 1 FROM scans_scanrun WHERE id IN ({newest})
"""

_NEWEST = """
SELECT MAX(id) FROM scans_scanrun
WHERE organisation_id = %(organisation)s AND state = 'imported' GROUP BY format, targets
"""


def violated(
    organisation: Organisation,
    by: Sequence[str],
    *,
    severities: Iterable[str] = (),
    profile_id: int | None = None,
) -> list[tuple[Any, ...]]:
    """(*the columns *by*, how many open findings violate it), in one query, in the order of *by*.

    Columns: "requirement" and "asset" as keys, "code", "severity".
    """
    groups, values = _open(organisation, severities, profile_id)
    columns = ", ".join(_COLUMNS[name] for name in by)
    asked = "" if profile_id is None else "AND q.profile_id = %(profile)s"
    statement = (
        f"{groups} SELECT {columns}, CAST(SUM(g.n) AS bigint) {_VIOLATED} {asked}"
        f" GROUP BY {columns} ORDER BY {columns}"
    )
    return _rows(statement, values)


def unmapped(
    organisation: Organisation, *, severities: Iterable[str], profile_id: int
) -> list[tuple[str, int]]:
    """(severity, how many open findings violate no item of the profile), in one query."""
    groups, values = _open(organisation, severities, profile_id)
    return _rows(groups + _UNMAPPED, values)


def _open(
    organisation: Organisation, severities: Iterable[str], profile_id: int | None
) -> tuple[str, dict[str, Any]]:
    """Groups of open findings, of all severities unless some are named."""
    named = {f"severity_{at}": severity for at, severity in enumerate(severities)}
    marks = ", ".join(f"%({name})s" for name in named)
    inner = "AND state = 'open'" + (f" AND severity IN ({marks})" if marks else "")
    values = {"organisation": organisation.pk, "profile": profile_id, **named}
    return _GROUPS.format(inner=inner), values


def standing(organisation: Organisation, requirement_ids: Iterable[int]) -> list[tuple[Any, ...]]:
    """(run or 0, requirement, severity, "closed" or outcome, "", number of rows), what may speak of
    them as (0, requirement, MEANS, "", number of `Meaning`), and the newest runs as (run, 0, format,
    targets as JSON, 1)."""
    wanted = sorted(requirement_ids)
    among, one_of = _among(wanted)
    statement = _STANDING.format(
        groups=_GROUPS.format(inner=""),
        violated=_VIOLATED,
        among=among,
        newest=_NEWEST,
        means=MEANS,
        **_COLUMNS,
    )
    return _rows(statement, {"organisation": organisation.pk, "wanted": one_of})


def _among(numbers: list[int]) -> tuple[str, Any]:
    """A condition and its one parameter."""
    if connection.vendor == "postgresql":
        return "= ANY(%(wanted)s::bigint[])", numbers
    return "IN (SELECT value FROM json_each(%(wanted)s))", json.dumps(numbers)


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
