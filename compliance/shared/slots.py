"""How a page of a lower room shows what an upper one knows: the upper room registers a panel."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

Context = Callable[[HttpRequest, Any], dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class _Panel:
    order: int
    template: str
    context: Context
    limited: bool


_panels: dict[str, list[_Panel]] = {}


def panel(slot: str, *, order: int, template: str, context: Context, limited: bool = False) -> None:
    """Show *template* in *slot*; *context*(request, subject) returns its variables or None.

    *limited*: also to members who see one application alone; the panel shows nothing beyond it.
    """
    _panels.setdefault(slot, []).append(_Panel(order, template, context, limited))
    _panels[slot].sort(key=lambda each: each.order)


def render(slot: str, request: HttpRequest, subject: Any) -> list[SafeString]:
    """Return the slot's panels in order, each as safe HTML."""
    shown = []
    membership = getattr(request, "membership", None)
    narrow = membership is not None and membership.is_limited
    for each in _panels.get(slot, []):
        if narrow and not each.limited:
            continue
        context = each.context(request, subject)
        if context is not None:
            shown.append(render_to_string(each.template, context, request=request))
    return shown
