"""What notices are about, and by which way each kind reaches a person unless they choose otherwise."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class Topic(models.TextChoices):
    """A kind of event; a row of the table in which a person chooses."""

    MINE = "mine", _("Work given to me")
    COMMENTS = "comments", _("Comments and mentions")
    DEADLINES = "deadlines", _("Due soon and overdue")
    ESCALATIONS = "escalations", _("Escalations")
    REVIEWS = "reviews", _("Evidence that waits for review")
    RETURNS = "returns", _("My evidence: accepted, returned, asked for")
    PROGRESS = "progress", _("Progress of tasks")
    FINDINGS = "findings", _("Findings reopened, risks no longer accepted")
    SCANS = "scans", _("Scan results")
    APPLICATIONS = "applications", _("Applications and the platform's verdicts")
    PACKETS = "packets", _("Packets")
    REQUIREMENTS = "requirements", _("Profiles and requirements")
    ALARMS = "alarms", _("Alarms of the portal")


class Channel(models.TextChoices):
    """A way by which a person hears; a column of that table."""

    INBOX = "inbox", _("In the portal")
    MAIL = "mail", _("E-mail")
    KAKAOWORK = "kakaowork", _("Kakao Work")


class Mode(models.TextChoices):
    NOW = "now", _("At once")
    DIGEST = "digest", _("In the daily digest")
    NEVER = "never", _("Not")


MODES: Mapping[Channel, tuple[Mode, ...]] = {
    Channel.INBOX: (Mode.NOW, Mode.NEVER),
    Channel.MAIL: (Mode.NOW, Mode.DIGEST, Mode.NEVER),
    Channel.KAKAOWORK: (Mode.NOW, Mode.NEVER),
}
# What waits for somebody comes at once, what went on without them comes together in the morning.
MAIL_DEFAULTS: Mapping[Topic, Mode] = {
    Topic.MINE: Mode.NOW,
    Topic.COMMENTS: Mode.NOW,
    Topic.DEADLINES: Mode.NOW,
    Topic.ESCALATIONS: Mode.NOW,
    Topic.REVIEWS: Mode.DIGEST,
    Topic.RETURNS: Mode.NOW,
    Topic.PROGRESS: Mode.DIGEST,
    Topic.FINDINGS: Mode.NOW,
    Topic.SCANS: Mode.DIGEST,
    Topic.APPLICATIONS: Mode.NOW,
    Topic.PACKETS: Mode.NEVER,
    Topic.REQUIREMENTS: Mode.DIGEST,
    Topic.ALARMS: Mode.NOW,
}
# Nobody switches these off: the clock of the application or the evidence itself is at stake.
MANDATORY = frozenset({Topic.ESCALATIONS, Topic.ALARMS})


def default(topic: Topic, channel: Channel) -> Mode:
    if channel == Channel.INBOX:
        return Mode.NOW
    if channel == Channel.MAIL:
        return MAIL_DEFAULTS[topic]
    return Mode.NOW if MAIL_DEFAULTS[topic] == Mode.NOW else Mode.NEVER
