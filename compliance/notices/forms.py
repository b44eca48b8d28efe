"""What people choose about notices, and where an organisation has them sent."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from compliance.notices.models import DAYS_BEFORE, Preference, Target
from compliance.notices.targets import TargetFacts
from compliance.notices.topics import MANDATORY, MODES, Channel, Mode, Topic, default
from compliance.shared import outbound
from compliance.shared.outbound import OutboundError

Choices = dict[str, dict[str, str]]
DAYS = (1, 2, 3, 5, 7, 10, 14)


class DaysForm(forms.Form):
    """How long before its due date a task is called to mind."""

    days_before = forms.TypedChoiceField(
        label=_("Tasks that are due are called to mind"),
        coerce=int,
        initial=DAYS_BEFORE,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        before = [
            (n, ngettext("%(n)d day before", "%(n)d days before", n) % {"n": n}) for n in DAYS
        ]
        choices = [(0, _("on the day itself")), *before]
        self.fields["days_before"].choices = choices  # type: ignore[attr-defined]


class QuietForm(forms.Form):
    """Quiet hours: both times or neither."""

    quiet_from = forms.TimeField(label=pgettext_lazy("quiet hours", "From"), required=False)
    quiet_until = forms.TimeField(label=pgettext_lazy("quiet hours", "Until"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = [(zone, zone) for zone in sorted(available_timezones())]
        self.fields["time_zone"].choices = zones  # type: ignore[attr-defined]
        for name in ("quiet_from", "quiet_until"):
            clock = forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": "form-control"})
            self.fields[name].widget = clock
        self.fields["time_zone"].widget.attrs["class"] = "form-select"

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if (given.get("quiet_from") is None) != (given.get("quiet_until") is None):
            raise forms.ValidationError(_("Enter both times of the quiet hours, or neither."))
        return given


class TargetForm(forms.Form):
    """A target of one kind; what is sealed is never shown, an empty field leaves it as it is."""

    name = forms.CharField(label=_("Name"), max_length=100)
    address = forms.CharField(label=_("Address"), max_length=2000, required=False)
    secret = forms.CharField(label=_("App key of the bot"), max_length=500, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    topics = forms.MultipleChoiceField(
        label=_("What is sent"),
        choices=Topic.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked means everything."),
    )

    def __init__(self, *args: Any, kind: str, target: Target | None = None, **kwargs: Any) -> None:
        if target is not None:
            kwargs["initial"] = {
                "name": target.name,
                "language": target.language,
                "topics": target.topics,
            }
        super().__init__(*args, **kwargs)
        self._target = target
        # A chat's address is its key; a bot has a key and no address of its own.
        self.needed = "secret" if kind == Target.Kind.KAKAOWORK else "address"
        del self.fields["address" if self.needed == "secret" else "secret"]
        self.fields[self.needed].required = target is None
        self.fields[self.needed].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        for name in ("name", self.needed):
            self.fields[name].widget.attrs["class"] = "form-control"
        self.fields["language"].widget.attrs["class"] = "form-select"

    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"])
        if address:
            try:
                outbound.check(address)
            except OutboundError as refusal:
                raise forms.ValidationError(str(refusal)) from refusal
        return address

    def facts(self) -> TargetFacts:
        given = self.cleaned_data
        return TargetFacts(
            name=given["name"],
            topics=given["topics"],
            language=given["language"],
            address=given.get("address", ""),
            secret=given.get("secret", ""),
        )


def choices_of(post: Mapping[str, str]) -> Choices:
    """Return what of the table differs from how it is delivered: {topic: {channel: mode}}."""
    chosen: Choices = {}
    for topic in Topic:
        for channel in Channel:
            mode = post.get(field_name(topic, channel), "")
            if mode in MODES[channel] and mode != default(topic, channel):
                chosen.setdefault(topic, {})[channel] = mode
    return chosen


def field_name(topic: Topic, channel: Channel) -> str:
    return f"{topic}-{channel}"


def table(chosen: Preference, channels: list[Channel]) -> list[dict[str, Any]]:
    """The rows of the table: each topic with a cell for each channel."""
    return [
        {"topic": topic, "cells": [_cell(chosen, topic, c) for c in channels]} for topic in Topic
    ]


def _cell(chosen: Preference, topic: Topic, channel: Channel) -> dict[str, Any]:
    return {
        "name": field_name(topic, channel),
        "channel": channel,
        "mode": chosen.mode(topic, channel),
        "modes": [(mode, Mode(mode).label) for mode in MODES[channel]],
        "fixed": topic in MANDATORY and channel != Channel.KAKAOWORK,
    }
