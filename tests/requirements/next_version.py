"""Version 0.3.0 of the reference profile: reworded, stricter, dropped, added, renumbered."""

import copy
import hashlib
import json
from collections.abc import Callable
from typing import Any

from compliance.requirements import documents, loading
from compliance.requirements.models import Profile
from tests.conftest import reference

REWORDED = "OI-NET-03"
STRICTER = "OI-NET-01"
REMOVED = "OI-SRV-02"
RENUMBERED = ("OI-SRV-03", "OI-SRV-93")
ADDED = "OI-LOG-99"
REASKED = "OI-NET-05"
UNCHANGED = "OI-DAT-01"


def document(data: dict[str, Any]) -> documents.Document:
    content = json.dumps(data, ensure_ascii=False, sort_keys=True, default=str).encode()
    documents.check(data)
    return documents.Document(data, hashlib.sha256(content).hexdigest())


def changed(version: str, change: Callable[[dict[str, Any]], None] = lambda data: None) -> Profile:
    """Load the reference profile as *version*, after *change* wrote into its parsed data."""
    data = copy.deepcopy(reference().data)
    data["profile"]["version"] = version
    change(data)
    return loading.load(document(data))[0]


def row(data: dict[str, Any], code: str) -> dict[str, Any]:
    return next(each for each in data["requirements"] if each["id"] == code)


def a_year_later(data: dict[str, Any]) -> None:
    """What a platform typically changes from one year to the next."""
    row(data, REWORDED)["statement_ko"] += " 예외는 보안책임자가 승인하고 90일마다 다시 검토한다."
    row(data, STRICTER).update(severity="critical", mandatory=True)
    row(data, REASKED)["evidence"] = [*row(data, REASKED)["evidence"], "policy_doc"]
    data["requirements"].remove(row(data, REMOVED))
    row(data, RENUMBERED[0])["id"] = RENUMBERED[1]
    new = copy.deepcopy(row(data, "OI-LOG-01"))
    new |= {"id": ADDED, "title_ko": "로그 시각의 동기화", "title_en": "Clock synchronisation"}
    new["statement_ko"] = "로그를 남기는 모든 장비의 시각을 표준시에 맞추고 편차를 감시한다."
    new["statement_en"] = "Synchronise the clocks of every device that logs."
    data["requirements"].append(new)
    data["evidence_types"]["firewall_ruleset"]["default_max_age_days"] = 30
