"""How often one person may ask the API in a minute."""

import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

_MINUTE = 60


class PerMinute(BaseThrottle):
    """Counts requests of a token, or of a signed-in person, in minutes of the clock.

    Each web process counts for itself unless a shared cache is configured. Keeps nothing on itself:
    one object answers for every thread.
    """

    def allow_request(self, request: HttpRequest) -> bool:
        token = getattr(request, "token", None)
        who = f"token-{token.pk}" if token else f"user-{request.user.pk}"
        key = f"api-{who}-{int(time.time()) // _MINUTE}"
        cache.add(key, 0, 2 * _MINUTE)
        return cache.incr(key) <= settings.API_REQUESTS_PER_MINUTE

    def wait(self) -> float:
        """Seconds until the next minute begins."""
        return _MINUTE - time.time() % _MINUTE
