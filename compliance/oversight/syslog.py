"""Entries as syslog messages (RFC 5424), one line each whatever a name contains."""

import re
from urllib.parse import urlsplit

from django.conf import settings

from compliance.audit.escaping import visible, visible_json
from compliance.audit.models import Entry
from compliance.oversight import exporting

# Facility 13, log audit; severity 5, notice.
_PRIORITY = 13 * 8 + 5
# Set aside for documentation (RFC 5612): the portal has no enterprise number of its own.
_SET = "gatepass@32473"
_PLAIN = re.compile(r"[^!-~]")
_LONGEST = 60_000
_BOM = "\ufeff"


def message(entry: Entry) -> bytes:
    """Return the message without a frame: header, structured data, the entry as JSON."""
    host = _name(urlsplit(settings.PUBLIC_URL).hostname or "-", 255)
    at = entry.at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    head = f"<{_PRIORITY}>1 {at} {host} gatepass - {_name(entry.action, 32)}"
    told = {
        "organisation": str(entry.organisation_id),
        "seq": str(entry.seq),
        "actor": entry.actor_name,
        "address": entry.address,
        "digest": entry.digest,
    }
    data = " ".join(f'{name}="{_value(value)}"' for name, value in told.items())
    text = f"{head} [{_SET} {data}] {_BOM}{exporting.line(entry)}"
    whole = text.encode()
    if len(whole) <= _LONGEST:
        return whole
    facts = {**exporting.facts(entry), "data": {}, "cut": True}
    short = visible_json(exporting.dumps(facts))
    return f"{head} [{_SET} {data}] {_BOM}{short}".encode()


def framed(entry: Entry) -> bytes:
    """Count the octets, as TCP and TLS need it (RFC 6587, RFC 5425)."""
    whole = message(entry)
    return b"%d %s" % (len(whole), whole)


def _name(text: str, longest: int) -> str:
    return _PLAIN.sub("-", text)[:longest] or "-"


def _value(text: str) -> str:
    return re.sub(r'(["\\\]])', r"\\\1", visible(text))
