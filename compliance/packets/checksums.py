"""SHA256SUMS: what `sha256sum -c` reads."""

from collections.abc import Iterable

NAME = "SHA256SUMS"


def checksums(lines: Iterable[tuple[str, str]]) -> bytes:
    """Return the text for (path, hexadecimal digest) pairs, in their order."""
    return "".join(f"{digest}  {path}\n" for path, digest in lines).encode()
