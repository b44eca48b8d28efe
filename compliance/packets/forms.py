"""What people send to the packet's pages."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.packets.models import Edition


class EditionForm(forms.Form):
    """Which edition to build; *taken* are those that have a card of their own on the page."""

    edition = forms.ChoiceField(label=_("Edition"), choices=Edition.choices, initial=Edition.KO)

    def __init__(self, *args: Any, taken: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["edition"]
        field.widget.attrs["class"] = "form-select"
        left = [choice for choice in Edition.choices if choice[0] not in taken]
        field.choices = left  # type: ignore[attr-defined]
        field.initial = left[0][0] if left else None
