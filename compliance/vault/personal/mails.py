"""E-mail addresses of people. Those of roles, of examples and of machines are nobody's."""

import re
from collections.abc import Iterator

from compliance.vault.personal.hits import MAIL, Hit

_ADDRESS = re.compile(
    r"(?:(?<=mailto:)|(?<![\w.+%/:\-]))([A-Za-z0-9][A-Za-z0-9._%+\-]{0,63})@((?:[A-Za-z0-9\-]+\.)+[A-Za-z]{2,24})(?![\w\-])"
)
_EXAMPLES = re.compile(
    r"(^|\.)(example\.(com|org|net|co\.kr)|example|test|invalid|localhost|local|internal|localdomain|lan)$"
)
_ROLE_NAMES = """
admin administrator root postmaster webmaster hostmaster abuse security noreply no-reply donotreply do-not-reply info
help support contact sales marketing privacy dpo ciso cert soc devops dev ops sre infra git hg svn www mail
mailer-daemon service services cs csr billing hr press pr office team api bot jenkins ci cd build deploy monitor
monitoring alert alerts notifications notification notice system daemon nobody user username you me name someone
"""
# Pictures for two pixels a dot, programs, units of systemd: name@thing.ending.
_FILE_ENDINGS = """
png jpg jpeg gif webp svg css js ts html py go rb java json yml yaml so service socket timer target slice scope mount
device path conf
"""
_ROLES, _FILES = frozenset(_ROLE_NAMES.split()), frozenset(_FILE_ENDINGS.split())


def find(text: str, _around: str = "") -> Iterator[Hit]:
    for match in _ADDRESS.finditer(text):
        local, domain = match[1].lower(), match[2].lower()
        if _EXAMPLES.search(domain) or "noreply" in domain:
            continue
        if domain.rpartition(".")[2] in _FILES:
            continue
        if re.split(r"[+\d]", local)[0].rstrip("._-") in _ROLES:
            continue
        yield Hit(MAIL, match.start(), match.end(), f"{match[1][:2]}***@{match[2]}")
