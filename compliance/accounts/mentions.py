"""What comments of every room share: their text, and who is named in it with @."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.utils.translation import gettext as _

from compliance.accounts.models import Membership, Organisation, User
from compliance.shared.errors import Refused

LONGEST_COMMENT = 10_000
MOST_MENTIONS = 50


def cleaned(text: str) -> str:
    """Return what was said, or refuse nothing and too much."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Refused(_("Write something first."))
    if len(text) > LONGEST_COMMENT:
        raise Refused(_("This comment is longer than 10,000 characters. Attach it as evidence."))
    return text


def members_of(organisation: Organisation | int, *, by: Membership | None = None) -> list[User]:
    """Everybody who can be named, by *by*: active members, with name and e-mail. One query."""
    pk = organisation if isinstance(organisation, int) else organisation.pk
    known = Membership.objects.known_to(by) if by else Membership.objects.active()
    members = known.filter(organisation_id=pk)
    rows = User.objects.filter(pk__in=members.values("user_id"))
    return list(rows.only("pk", "name", "email", "title"))


def members_here(request: HttpRequest) -> list[User]:
    """`members_of` the organisation of a page, asked once however many of its boxes need it."""
    kept: list[User] | None = request.__dict__.get("_members_here")
    if kept is None:
        membership: Membership = request.membership  # type: ignore[attr-defined]
        kept = members_of(membership.organisation_id, by=membership)
        request.__dict__["_members_here"] = kept
    return kept


def mentioned(text: str, people: Iterable[User]) -> list[User]:
    """Return those of *people* whom *text* names as @이름 or @email, each once, in their order.

    The longest name that fits wins, so that @김철수 is never 김철. A Korean name may be followed by
    anything (님, 에게), a Latin one ends where its word ends. Two people of one name both hear.
    """
    people = list(people)
    names = [(name.casefold(), person) for person in people for name in (person.name, person.email)]
    found: set[int] = set()
    lower = text.casefold()
    at = lower.find("@")
    while at != -1 and len(found) < MOST_MENTIONS:
        if at == 0 or not lower[at - 1].isalnum():
            found |= _named(lower, at + 1, names)
        at = lower.find("@", at + 1)
    return [person for person in people if person.pk in found]


def _named(text: str, start: int, names: list[tuple[str, User]]) -> set[int]:
    fitting = [(name, who) for name, who in names if name and _stands(text, start, name)]
    longest = max((len(name) for name, _who in fitting), default=0)
    return {who.pk for name, who in fitting if len(name) == longest}


def _stands(text: str, start: int, name: str) -> bool:
    if not text.startswith(name, start):
        return False
    after = text[start + len(name) : start + len(name) + 1]
    latin = name[-1].isascii()
    return not (latin and after.isascii() and (after.isalnum() or after == "_"))
