"""Kinds of work for these tests, registered only while a test runs."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from compliance.jobs import messages, registry

Sent = list[int]


@pytest.fixture
def kind() -> Iterator[Callable[..., str]]:
    """kind(function) registers *function* under a name and returns the name."""
    names: list[str] = []

    def register(function: Callable[[Any], Any], name: str = "test.work") -> str:
        registry.register(name, function, title="시험 작업")
        names.append(name)
        return name

    yield register
    for name in names:
        registry._handlers.pop(name)
        registry._titles.pop(name)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """The ids that went to the broker. The real broker has its own tests with real workers."""
    ids: Sent = []

    class Broker:
        def send_task(self, name: str, args: list[int], **options: Any) -> None:
            ids.extend(args)

    monkeypatch.setattr(messages, "current_app", Broker())
    return ids
