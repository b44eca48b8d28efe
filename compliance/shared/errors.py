"""What a verb says when it will not do what was asked."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """A rule says no. The first argument is a sentence for the reader: what to do next."""

    status = HTTPStatus.CONFLICT

    def __init__(self, sentence: "str | Promise") -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)


class Conflict(Refused):
    """Somebody else changed the same thing in the meantime."""


class Unauthorised(Refused):
    """The person's role does not include this verb."""

    status = HTTPStatus.FORBIDDEN


ASK_AN_OWNER = _("Your role does not include this. Ask an owner of the organisation.")


def why_not(check: Callable[..., None], *args: Any, **kwargs: Any) -> str:
    """Return the sentence with which *check* refuses, or "" when it lets pass.

    Pages use it for the tooltip of a disabled button, so that page, API and test read one text.
    """
    try:
        check(*args, **kwargs)
    except Refused as refusal:
        return str(refusal)
    return ""
