"""What a run of the collector left."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass
class Result:
    code: int
    said: str
    content: bytes
    left: list[str]

    @cached_property
    def items(self) -> dict[str, dict[str, str]]:
        return {item["code"]: item for item in self.facts["items"]}

    @cached_property
    def facts(self) -> dict[str, Any]:
        return json.loads(self.content)

    @property
    def statuses(self) -> dict[str, str]:
        return {code: item["status"] for code, item in self.items.items()}
