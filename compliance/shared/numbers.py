"""Numbers out of the hands of others: addresses, forms, files."""

LONGEST = 9
# How far into a list the API goes: more rows than this no list has, and no database counts.
MOST_OFFSET = 1_000_000_000


def whole(text: str, *, default: int = 0) -> int:
    """Return the number that *text* writes in at most nine digits, else *default*.

    More digits name no row and no port; beyond 4,300 Python refuses to read them at all.
    """
    fits = len(text) <= LONGEST and text.isascii() and text.isdecimal()
    return int(text) if fits else default
