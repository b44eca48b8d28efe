"""What rules mean: the requirements that they speak of, kept once for all rules mapped alike.

`Rule.meaning` and `Finding.meaning` name it by a number, so findings are counted by an index alone and
only the groups meet requirements. Rows and their mappings are the truth: all here is worked out from
them, in the transaction that changes them, and `settle` names and mends what differs.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet, Subquery

from compliance.accounts.models import Organisation
from compliance.scans.models import Finding, Meaning, Rule, ScanRun, Tally

logger = logging.getLogger(__name__)

# What one mapping says: requirement, edge and effect.
Said = tuple[int, int, str]

_TALLY = """
INSERT INTO scans_tally (run_id, meaning, asset_kind, outcome, number)
SELECT c.run_id, r.meaning, a.kind, c.outcome, COUNT(*)
FROM scans_checkresult c
JOIN scans_rule r ON r.id = c.rule_id
JOIN scans_asset a ON a.id = c.asset_id
WHERE c.run_id = %s AND NOT c.suspicious AND r.meaning <> 0
GROUP BY c.run_id, r.meaning, a.kind, c.outcome
"""


# More than a tenth of the pages hold rows that an index alone does not answer for.
_UNSEEN = """
SELECT relpages > 100 AND relallvisible < relpages * 0.9 FROM pg_class
WHERE oid = 'scans_finding'::regclass
"""


def number(organisation_id: int, said: Iterable[Said]) -> int:
    """A number of 63 bits for these rows of one organisation; 0 for none."""
    rows = sorted(said)
    if not rows:
        return 0
    text = json.dumps([organisation_id, rows], separators=(",", ":"))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> 1


def write(meant: Mapping[tuple[int, int], Iterable[Said]]) -> None:
    """Write {(organisation, number): rows}; those that stand already say the same."""
    rows = [
        Meaning(
            organisation_id=organisation,
            number=each,
            requirement_id=requirement,
            edge_id=edge,
            effect=effect,
        )
        for (organisation, each), said in sorted(meant.items())
        for requirement, edge, effect in said
    ]
    if rows:
        Meaning.objects.bulk_create(rows, ignore_conflicts=True)


def change(meant: Mapping[int, list[int]]) -> None:
    """Rules ({number: their keys}) and their findings mean something else now."""
    if not meant:
        return
    for each, rules in meant.items():
        Rule.objects.filter(pk__in=rules).update(meaning=each)
    changed = [rule for rules in meant.values() for rule in rules]
    Finding.objects.filter(rule__in=changed).update(meaning=_of_its_rule())


def _of_its_rule() -> Subquery:
    return Subquery(Rule.objects.filter(pk=OuterRef("rule_id")).values("meaning"))


def newest(organisation: Organisation | int) -> QuerySet[ScanRun, int]:
    """The newest run of each format and list of targets as it was written down."""
    imported = ScanRun.objects.imported().filter(organisation=organisation).order_by()
    return (
        imported.values("format", "targets")
        .annotate(newest=Max("pk"))
        .values_list("newest", flat=True)
    )


def count(run_id: int) -> None:
    """Count the results of a run that nobody counted yet by what they mean."""
    with connection.cursor() as cursor:
        cursor.execute(_TALLY, [run_id])


def count_again(organisations: Iterable[int]) -> None:
    """Count anew the runs that hold today; older ones are not asked for any more."""
    for organisation in organisations:
        for run_id in newest(organisation):
            with transaction.atomic():
                Tally.objects.filter(run=run_id).delete()
                count(run_id)


def tend() -> None:
    """Let PostgreSQL count findings by their index alone after a scan touched many of them.

    It looks at each row that changed since its last VACUUM, and leaves that to itself until a fifth
    is dead; rows that were only seen again never are. Takes a second for 250,000 findings.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        cursor.execute(_UNSEEN)
        if cursor.fetchone()[0]:
            cursor.execute("VACUUM (INDEX_CLEANUP OFF, TRUNCATE OFF) scans_finding")


def settle() -> int:
    """Give findings the meaning of their rule where it differs, and say so. Returns how many.

    None does, unless a rule was mapped anew while an import matched findings of it.
    """
    strayed = Finding.objects.filter(
        ~Exists(Rule.objects.filter(pk=OuterRef("rule_id"), meaning=OuterRef("meaning")))
    )
    mended = strayed.update(meaning=_of_its_rule())
    if mended:
        logger.warning("%d findings did not mean what their rule means; they do now.", mended)
    return mended
