"""What is over is removed: sessions, invitations, sign-ins that nobody finished."""

from datetime import timedelta

from allauth.account.models import EmailConfirmation
from django.conf import settings
from django.contrib.sessions.models import Session as PlainSession
from django.db.models import Q
from django.utils import timezone

from compliance.accounts.models import Invitation, Session

# An owner still sees for a while that nobody came.
INVITATION_DAYS = 30


def tidy() -> dict[str, int]:
    """Return how many rows of each kind went."""
    now = timezone.now()
    idle = now - timedelta(minutes=settings.SESSION_IDLE_MINUTES)
    long_ago = now - timedelta(days=INVITATION_DAYS)
    over = {
        "sessions": Session.objects.filter(
            Q(expire_date__lt=now) | Q(user__isnull=False, last_seen_at__lt=idle)
        ),
        "plain_sessions": PlainSession.objects.filter(expire_date__lt=now),
        "invitations": Invitation.objects.filter(
            Q(accepted_at__lt=long_ago) | Q(revoked_at__lt=long_ago) | Q(expires_at__lt=long_ago)
        ),
        "confirmations": EmailConfirmation.objects.filter(
            Q(sent__lt=long_ago) | Q(sent__isnull=True, created__lt=long_ago)
        ),
    }
    return {name: rows.delete()[0] for name, rows in over.items()}
