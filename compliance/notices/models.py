"""Notices of a person, how far the stream has been read, and what is on its way out."""

import uuid
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Membership, Organisation, User
from compliance.accounts.policies import is_never_limited
from compliance.audit.models import Entry
from compliance.notices import subjects
from compliance.notices.topics import MANDATORY, Channel, Mode, Topic, default
from compliance.shared.sealed import SealedTextField

# Days before the due date, unless a person chooses otherwise.
DAYS_BEFORE = 3


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: User) -> Self:
        """One's own, and only while one is a member; limited, of what is there for one now."""
        mine = Membership.objects.active().filter(user_id=user.pk).values("organisation_id")
        rows = self.filter(user_id=user.pk, organisation_id__in=mine)
        if is_never_limited(user):
            return rows
        whole = Membership.objects.whole().filter(user_id=user.pk).values("organisation_id")
        return subjects.within(rows, user, besides=models.Q(organisation_id__in=whole))

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """One audit entry that one person should hear of. The entry carries the sentence."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="notices")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="notices")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    topic = models.CharField(max_length=20, choices=Topic.choices, default=Topic.PROGRESS)
    url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[NoticeQuerySet] = NoticeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("notice")
        ordering = ["-entry_id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "entry"], name="notice_told_once"),
        ]
        indexes = [
            models.Index(
                fields=["user", "organisation"],
                name="notice_unread",
                condition=models.Q(read_at__isnull=True),
            ),
            models.Index(fields=["user", "organisation", "-entry"], name="notice_inbox"),
        ]

    def __str__(self) -> str:
        return self.entry.sentence


class Cursor(models.Model):
    """The last entry of an organisation's stream that notices were made from."""

    organisation_id = models.BigIntegerField(unique=True)
    seq = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("place in the audit stream")

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.seq}"


class Preference(models.Model):
    """What a person wants to hear from one organisation, how, and when not."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    # {topic: {channel: mode}}; what is missing is as delivered.
    choices = models.JSONField(default=dict)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("until"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, default="Asia/Seoul")
    # How many days before its due date a task is called to mind; 0 is on the day itself.
    days_before = models.PositiveSmallIntegerField(_("days before"), default=DAYS_BEFORE)

    class Meta:
        verbose_name = _("choice of notices")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="preference_once"),
        ]

    def __str__(self) -> str:
        return self.user.name

    def mode(self, topic: Topic, channel: Channel) -> Mode:
        """Return how *topic* comes by *channel*; what is mandatory cannot be switched off."""
        usual = default(topic, channel)
        if topic in MANDATORY and channel != Channel.KAKAOWORK:
            return Mode.NOW
        return Mode(self.choices.get(topic, {}).get(channel, usual))


class TargetQuerySet(models.QuerySet["Target"]):
    def visible_to(self, user: User) -> Self:
        mine = Membership.objects.whole().filter(user_id=user.pk).values("organisation_id")
        return self.filter(organisation_id__in=mine)


class Target(models.Model):
    """A place outside where an organisation's notices are sent."""

    class Kind(models.TextChoices):
        WEBHOOK = "webhook", _("Webhook")
        SLACK = "slack", _("Slack")
        TEAMS = "teams", _("Microsoft Teams")
        KAKAOWORK = "kakaowork", _("Kakao Work bot")

    class State(models.TextChoices):
        ON = "on", _("Sending")
        OFF = "off", _("Stopped")
        DISABLED = "disabled", _("Stopped after failures")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="targets")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=100)
    # The address of a chat's webhook is its key, so addresses are sealed like secrets.
    address = SealedTextField(_("address"), blank=True)
    host = models.CharField(max_length=255, blank=True)
    secret = SealedTextField(blank=True)
    # Both sign until then, so that a receiver can change over without a gap.
    old_secret = SealedTextField(blank=True)
    old_secret_until = models.DateTimeField(null=True, blank=True)
    # Empty means every topic.
    topics = models.JSONField(_("what is sent"), default=list, blank=True)
    language = models.CharField(_("language"), max_length=5, default="ko")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ON)
    failures = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[TargetQuerySet] = TargetQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("target of notices")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="target_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def wants(self, topic: Topic | None) -> bool:
        return topic is not None and (not self.topics or topic in self.topics)


class Lane(models.Model):
    """A queue that is delivered in order by one worker at a time: one person's mail, one target.

    `due_at` is when its next message wants to go, None when it is empty. `free_at` is when a worker
    may take it: a worker that has it sets it ahead, a failure sets it further. `fence` counts the
    workers: one that was taken for dead and comes back changes nothing.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60, unique=True)
    due_at = models.DateTimeField(null=True, blank=True)
    free_at = models.DateTimeField(db_default=Now())
    fence = models.PositiveIntegerField(default=0)
    # What a channel wants to remember between messages, like the number of a chat room.
    memo = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("queue of deliveries")
        indexes = [
            models.Index(
                fields=["due_at"], name="lane_due", condition=models.Q(due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One message to one person or target: the outbox. The row is written before anything is sent."""

    class Kind(models.TextChoices):
        MAIL = "mail", _("E-mail")
        DIGEST = "digest", _("Daily digest")
        TARGET = "target", _("Target")
        DIRECT = "direct", _("Direct message")
        TEST = "test", _("Test")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        DROPPED = "dropped", _("No longer wanted")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    # What a receiver recognises a repetition by.
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Of what, and for whom: the same is never queued twice.
    key = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    lane = models.ForeignKey(Lane, on_delete=models.CASCADE, related_name="deliveries")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    target = models.ForeignKey(
        Target, on_delete=models.CASCADE, null=True, related_name="deliveries"
    )
    topic = models.CharField(max_length=20, choices=Topic.choices, blank=True)
    url = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    # {language: sentence} of the last failure.
    error = models.JSONField(default=dict)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    request = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    tried_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("delivery")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["lane", "due_at", "id"],
                name="delivery_next",
                condition=models.Q(state="waiting"),
            ),
            models.Index(fields=["target", "-id"], name="delivery_log"),
            models.Index(fields=["user", "-id"], name="delivery_of_person"),
        ]

    def __str__(self) -> str:
        return self.message_id

    @property
    def message_id(self) -> str:
        return f"msg_{self.uid.hex}"

    @property
    def sentence(self) -> str:
        """Why the last attempt failed, in the reader's language; "" when it did not."""
        known: dict[str, Any] = self.error
        return str(known.get((get_language() or "ko")[:2]) or known.get("ko") or "")
