"""What a state, verdict or severity looks like: one table for every page.

A tone is a colour pair of gatepass.css; the icon and the written label say the same without colour.
"""

from typing import NamedTuple


class Tone(NamedTuple):
    """`name`: good, warn, bad, info, mute or violet; `icon`: a symbol of icons.svg."""

    name: str
    icon: str


GOOD = Tone("good", "check")
DONE = Tone("good", "check-circle")
HALF = Tone("warn", "half")
WAIT = Tone("info", "clock")
MOVING = Tone("info", "play")
LATE = Tone("warn", "clock")
WARN = Tone("warn", "alert")
BAD = Tone("bad", "x")
STOP = Tone("bad", "alert")
BACK = Tone("bad", "undo")
MUTE = Tone("mute", "circle")
NONE = Tone("mute", "minus")
DRAFT = Tone("mute", "edit")
DOUBT = Tone("violet", "question")
ASKED = Tone("violet", "comment")
LOCKED = Tone("info", "lock")

TONES: dict[str, Tone] = {
    # verdicts of an assessment
    "not_checked": MUTE,
    "met": GOOD,
    "partial": HALF,
    "not_met": BAD,
    "not_applicable": NONE,
    "inconclusive": DOUBT,
    # severities
    "critical": STOP,
    "high": Tone("bad", "arrow-up"),
    "medium": Tone("warn", "minus"),
    "low": Tone("info", "arrow-down"),
    "info": Tone("mute", "info"),
    # jobs
    "asking": Tone("warn", "alert"),
    "queued": WAIT,
    "running": MOVING,
    "done": DONE,
    "failed": BAD,
    "incomplete": BAD,
    "cancelled": NONE,
    # targets of notices, and deliveries
    "on": GOOD,
    "off": NONE,
    "disabled": STOP,
    "waiting": WAIT,
    "sent": DONE,
    "dropped": NONE,
    # evidence and its review
    "draft": DRAFT,
    "in_review": WAIT,
    "submitted": WAIT,
    "accepted": GOOD,
    "returned": BACK,
    "expired": LATE,
    "withdrawn": NONE,
    "signed": GOOD,
    "declined": BACK,
    # requests for evidence
    "requested": ASKED,
    "answered": WAIT,
    # archives on their way in
    "reading": MOVING,
    "preview": WARN,
    "applied": DONE,
    # documents on their way in
    "published": DONE,
    "discarded": NONE,
    # check results and findings
    "pass": GOOD,
    "fail": BAD,
    "error": STOP,
    "manual": DOUBT,
    "suppressed": NONE,
    "open": BAD,
    "fixed": DONE,
    "imported": DONE,
    "importing": MOVING,
    # remediation tasks
    "registered": MUTE,
    "planned": WAIT,
    "in_progress": MOVING,
    "verifying": Tone("violet", "search"),
    "closed": DONE,
    "false_positive": NONE,
    "risk_accepted": Tone("violet", "lock"),
    "disputed": ASKED,
    # the platform's verdicts
    "supplement": BACK,
    # applications, rounds and packets
    "internal_review": WAIT,
    "locked": LOCKED,
    "approved": DONE,
    "refused": BAD,
    "changes_requested": BACK,
    "received": Tone("info", "inbox"),
    "resubmitted": WAIT,
    "frozen": LOCKED,
    "building": MOVING,
    "built": DONE,
    "ready": DONE,
    "intact": DONE,
    "broken": STOP,
    # gaps of the pre-flight
    "blocker": STOP,
    "warning": WARN,
    # where a requirement's wording comes from
    "platform": Tone("good", "shield"),
    "example": Tone("warn", "info"),
    "inferred": Tone("violet", "link"),
    "reference_unofficial": WARN,
    "baseline": Tone("info", "list"),
    # how two requirements of a crosswalk relate
    "equal": Tone("good", "check"),
    "subset": Tone("info", "arrow-down"),
    "superset": Tone("info", "arrow-up"),
    "intersects": Tone("violet", "link"),
}
