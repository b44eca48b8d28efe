"""What the portal writes into a tracker."""

import hashlib
import re

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from compliance.remediation.models import Comment, Task

_NAME = re.compile(r"[\[\]\\*_`<>@#]")


def address(task: Task) -> str:
    path = reverse("remediation:detail", args=[task.organisation.slug, task.number])
    return f"{settings.PUBLIC_URL}{path}"


def title(task: Task) -> str:
    return f"[{task.code}] {task.title}"


def text(task: Task) -> str:
    """The defect and where the task is; in Korean, as the task is."""
    with translation.override("ko"):
        facts = [
            f"{_('Severity')}: {task.get_severity_display()}",
            f"{_('Due')}: {task.due.isoformat()}",
        ]
        if task.basis:
            facts.append(f"{_('Basis')}: {task.basis}")
        parts = [task.defect, "\n".join(facts), address(task)]
        parts.append(
            _("Proof and verification are kept in the portal; “done” here means fixed there.")
        )
    return "\n\n".join(part for part in parts if part)


def digest(task: Task) -> str:
    return hashlib.sha256(f"{title(task)}\n{text(task)}".encode()).hexdigest()


def comment(said: Comment) -> str:
    """A person's comment with their name; an @ would call somebody else over there."""
    words = said.text.replace("@", "@\u200b")
    names = [each.name for each in said.files.all()]
    if names:
        with translation.override("ko"):
            listed = _("Files in the portal: %(names)s") % {"names": ", ".join(names)}
        words = f"{words}\n\n{listed}" if words else listed
    return f"{plain(said.by.name)} · Gatepass\n\n{words}"


def plain(name: str) -> str:
    """A name without the signs that Markdown reads."""
    return _NAME.sub("", name).strip()


def in_each_language(sentence: str | Promise) -> dict[str, str]:
    """Return {language: sentence}: a worker writes it, a person reads it later."""
    said = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            said[code] = str(sentence)
    return said
