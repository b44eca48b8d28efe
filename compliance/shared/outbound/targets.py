"""Which addresses the portal may talk to."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from compliance.shared.errors import filled
from compliance.shared.outbound.errors import Forbidden

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

DEFAULT_PORTS = {"http": 80, "https": 443}
LONGEST = 2000
# Addresses that some versions of Python count as global and that lead inside all the same: an IPv4
# address written into an IPv6 one (mapped, compatible, translated by NAT64, 6to4, Teredo, SIIT),
# what is set aside for protocols, documentation and segment routing, the old site-local range and
# 6to4 relay, and the machine address that a large cloud answers from in every network.
LEADING_INSIDE = [
    ipaddress.ip_network(each)
    for each in (
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "::/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/23",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "168.63.129.16/32",
    )
]
# The last 64 bits of an ISATAP address hold an IPv4 address after one of these.
ISATAP = (0x00005EFE, 0x02005EFE)
_IN_PATH = "/%:@!$&'()*+,;=~-._"
_IN_QUERY = _IN_PATH + "?"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: *host* is ASCII, an IPv6 address stands without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def header(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def check(url: str) -> Target:
    """Return the parts of *url*; raises Forbidden when nothing is ever sent to such an address.

    Names are not resolved here: what a name means is asked when the connection is made.
    """
    if len(url) > LONGEST or any(sign <= " " or sign in '\\<>"\x7f' for sign in url):
        raise Forbidden(_("This is not an address. Write it like https://example.com/path."))
    try:
        parts = urlsplit(url)
        port = parts.port
        host = _ascii(parts.hostname or "")
    except (ValueError, UnicodeError) as error:
        sentence = _("This is not an address. Write it like https://example.com/path.")
        raise Forbidden(sentence) from error
    if parts.scheme not in DEFAULT_PORTS or not host:
        raise Forbidden(_("An address begins with https:// or http:// and names a host."))
    if "@" in parts.netloc:
        raise Forbidden(_("Leave name and password out of the address."))
    port = DEFAULT_PORTS[parts.scheme] if port is None else port
    _check_port(port)
    _check_literal(host)
    return Target(parts.scheme, host, port, _path(parts.path, parts.query))


def check_place(place: str) -> tuple[str, int]:
    """Return host and port of *place*, written host:port; raises Forbidden as `check` does."""
    try:
        parts = urlsplit(f"//{place}")
        port, host = parts.port, _ascii(parts.hostname or "")
    except (ValueError, UnicodeError):
        port, host = None, ""
    plain = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if not host or not port or place.lower() != plain:
        raise Forbidden(_("Write the place like logs.example.com:6514."))
    _check_port(port)
    _check_literal(host)
    return host, port


def _check_port(port: int) -> None:
    if not any(low <= port <= high for low, high in settings.OUTBOUND_PORTS):
        sentence = _(
            "The portal does not send to port %(port)s. If it is meant, the operator adds it to "
            "OUTBOUND_PORTS."
        )
        raise Forbidden(filled(sentence, port=port))


def permitted(host: str, addresses: Iterable[str]) -> list[str]:
    """Return those of *addresses* (what *host* resolved to) that may be talked to.

    Raises Forbidden when there is none. The sentence does not say what a name resolved to: that
    would tell a stranger of the names inside.
    """
    allowed = [each for each in addresses if may_reach(ipaddress.ip_address(each))]
    if not allowed:
        raise _inside(host)
    return allowed


def may_reach(address: Address) -> bool:
    if any(address in network for network in settings.OUTBOUND_ALLOW):
        return True
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id is not None:
        return False
    return _is_public(address)


def _is_public(address: Address) -> bool:
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if any(address in network for network in LEADING_INSIDE):
        return False
    return address.version == 4 or (int(address) >> 32) & 0xFFFFFFFF not in ISATAP


def _check_literal(host: str) -> None:
    """An address written as such is refused at once, so that a form can say so."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return
    if not may_reach(address):
        raise _inside(host)


def _inside(host: str) -> Forbidden:
    sentence = _(
        "%(host)s leads into a private network. The portal sends nothing there; if it is meant, "
        "the operator adds the network to OUTBOUND_ALLOW."
    )
    return Forbidden(filled(sentence, host=host))


def _ascii(host: str) -> str:
    if "%" in host:
        raise ValueError("a zone is no part of a public address")
    return host if ":" in host else host.rstrip(".").encode("idna").decode("ascii")


def _path(path: str, query: str) -> str:
    asked = f"?{quote(query, safe=_IN_QUERY)}" if query else ""
    return (quote(path, safe=_IN_PATH) or "/") + asked
