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
    "queued": WAIT,
    "running": MOVING,
    "done": DONE,
    "failed": BAD,
    "cancelled": NONE,
    # evidence and its review
    "draft": DRAFT,
    "in_review": WAIT,
    "reviewing": WAIT,
    "submitted": WAIT,
    "accepted": GOOD,
    "returned": BACK,
    "rejected": BACK,
    "expired": LATE,
    "expiring": LATE,
    "superseded": NONE,
    "withdrawn": NONE,
    # check results and findings
    "pass": GOOD,
    "passed": GOOD,
    "fail": BAD,
    "error": STOP,
    "manual": DOUBT,
    "skipped": NONE,
    "unknown": DOUBT,
    "open": BAD,
    "new": WARN,
    "active": BAD,
    "fixed": DONE,
    "resolved": DONE,
    "reopened": BACK,
    "imported": DONE,
    "parsing": MOVING,
    # remediation tasks
    "registered": MUTE,
    "planned": WAIT,
    "in_progress": MOVING,
    "remediated": Tone("info", "check"),
    "verifying": Tone("violet", "search"),
    "verified": DONE,
    "closed": DONE,
    "false_positive": NONE,
    "risk_accepted": Tone("violet", "lock"),
    "disputed": ASKED,
    # applications, rounds and packets
    "internal_review": WAIT,
    "approved": LOCKED,
    "received": Tone("info", "inbox"),
    "under_review": MOVING,
    "supplement_requested": BACK,
    "resubmitted": WAIT,
    "granted": DONE,
    "denied": BAD,
    "frozen": LOCKED,
    "building": MOVING,
    "built": DONE,
    "ready": DONE,
    "intact": DONE,
    "broken": STOP,
    # gaps of the pre-flight
    "blocker": STOP,
    "blocks": STOP,
    "blocking": STOP,
    "warning": WARN,
    "weakens": WARN,
    # where a requirement's wording comes from
    "platform": Tone("good", "shield"),
    "example": Tone("warn", "info"),
    "inferred": Tone("violet", "link"),
    "reference_unofficial": WARN,
}
