"""Sessions in the database, with who and where, so that a person can see and end them.

Named by SESSION_ENGINE. What the columns say stands in the session itself (`Fact`): a row is
written as a whole whenever its session is saved.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import QuerySet
from django.utils import timezone

from compliance.accounts.models import Session, User

SIGNED_IN = "signed_in_at"  # seconds since 1970
ADDRESS = "address"
AGENT = "user_agent"
# How it was signed in where not by password or passkey: the number of the SSO provider.
THROUGH = "sso"
# How often the moment of the last use is written, at most.
TOUCH_SECONDS = 60


class SessionStore(DatabaseStore):
    """Ends what the portal's own limits end, whatever an organisation allows."""

    row: Session | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        made: Session = super().create_model_instance(data)  # type: ignore[assignment]
        made.user_id = int(data[SESSION_KEY]) if data.get(SESSION_KEY) else None
        made.address = str(data.get(ADDRESS, ""))[:60]
        made.user_agent = str(data.get(AGENT, ""))[:200]
        if signed_in := data.get(SIGNED_IN):
            made.signed_in_at = datetime.fromtimestamp(signed_in, UTC)
            longest = made.signed_in_at + timedelta(seconds=settings.SESSION_COOKIE_AGE)
            made.expire_date = min(made.expire_date, longest)
        return made

    def _get_session_from_db(self) -> Session | None:
        found: Session | None = super()._get_session_from_db()  # type: ignore[misc]
        idle = timezone.now() - timedelta(minutes=settings.SESSION_IDLE_MINUTES)
        if found and found.user_id and found.last_seen_at < idle:
            self._session_key = None
            found = None
        self.row = found
        return found


def touch(store: Any) -> None:
    """Note that the session of a signed-in person is in use; writes once a minute at most."""
    row = getattr(store, "row", None)
    if row is None or row.user_id is None:
        return
    now = timezone.now()
    if row.last_seen_at > now - timedelta(seconds=TOUCH_SECONDS):
        return
    Session.objects.filter(pk=row.pk, last_seen_at=row.last_seen_at).update(last_seen_at=now)


def of(user: User) -> QuerySet[Session]:
    """The person's sessions that still open something, the last used first."""
    now = timezone.now()
    idle = now - timedelta(minutes=settings.SESSION_IDLE_MINUTES)
    rows = Session.objects.filter(user=user, expire_date__gt=now, last_seen_at__gt=idle)
    return rows.order_by("-last_seen_at")


def end(user: User, *, besides: str | None = None) -> int:
    """End the person's sessions, all or all but the one with the key *besides*; how many."""
    ended, _by_model = Session.objects.filter(user=user).exclude(pk=besides or "").delete()
    return ended
