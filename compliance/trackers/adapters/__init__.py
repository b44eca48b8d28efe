"""One small interface to issue trackers, and a reader for each kind of them."""

from compliance.shared.outbound import Session
from compliance.trackers.adapters.base import Access, Tracker
from compliance.trackers.adapters.github import GitHub
from compliance.trackers.adapters.jira import Jira

_KINDS: dict[str, type[Tracker]] = {"github": GitHub, "jira": Jira}


def reach(kind: str, access: Access, session: Session) -> Tracker:
    """Return the tracker of *kind*; it asks nothing yet."""
    return _KINDS[kind](access, session)
