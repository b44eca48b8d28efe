"""Where the made-up company has its notices sent. Stopped: a demo talks to nobody."""

from compliance.accounts.models import Organisation, User
from compliance.notices import targets
from compliance.notices.models import Target
from compliance.notices.targets import TargetFacts
from compliance.notices.topics import Topic

TARGETS = [
    (
        Target.Kind.WEBHOOK,
        TargetFacts("통합보안관제 수집", [], address="https://siem.bareun.example/hooks/gatepass"),
    ),
    (
        Target.Kind.SLACK,
        TargetFacts(
            "Slack #보안-연동심사",
            [Topic.MINE, Topic.DEADLINES, Topic.APPLICATIONS],
            address="https://slack.bareun.example/services/demo/demo/not-a-real-key",
        ),
    ),
]


def fill(company: Organisation, lead: User) -> None:
    """Add the targets, once."""
    if Target.objects.filter(organisation=company).exists():
        return
    for kind, facts in TARGETS:
        targets.stop(targets.add(company, kind, facts, by=lead), by=lead)
