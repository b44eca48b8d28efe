"""What is wrong with a file, in words that can cross a process and be translated on the far side."""

from typing import Any

from django.utils.translation import gettext

from compliance.shared.errors import Refused


class Problem(Refused):
    """A refusal by its English sentence and the facts in it; translated when it is shown.

    Mark the sentence with gettext_noop, so that the catalogues hold it.
    """

    def __init__(self, sentence: str, **facts: str | int) -> None:
        super().__init__(sentence)
        self.facts = facts

    def __str__(self) -> str:
        told = gettext(str(self.sentence))
        return told % self._told_facts() if self.facts else told

    def _told_facts(self) -> dict[str, Any]:
        """A fact may be a word of the catalogue itself, like “a program”."""
        return {
            name: gettext(fact) if isinstance(fact, str) and fact else fact
            for name, fact in self.facts.items()
        }
