"""Figures and rows that several chapters show."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from compliance.packets import words
from compliance.packets.manifest_rows import Assessment, Manifest
from compliance.packets.section import Section
from compliance.requirements.selectors import Score

# Verdicts by which the applicant itself says that something is not done.
UNMET = ("not_met", "partial", "inconclusive", "not_checked")
# The rule of the heads, and the charts, of an applicant that chose no colour.
INK = "#16324f"


def chapter(key: str, title: str, form: str = "", level: int = 1, **inputs: Any) -> Section:
    return Section(key, title, form or key, level, inputs, head=title)


def chosen(row: Any, *names: str) -> dict[str, Any]:
    """Return the parts of a row, or of a manifest, that a section shows; one of old may lack some."""
    return {name: row[name] for name in names if name in row}


def colour_of(manifest: Manifest) -> str:
    return manifest.get("look", {}).get("colour") or INK


def figures(assessments: Sequence[Assessment]) -> dict[str, Any]:
    counts = Counter(each["verdict"] for each in assessments)
    return {
        "counts": dict(counts),
        "cells": [counts.get(verdict, 0) for verdict in words.VERDICTS],
        "requirements": len(assessments),
        "evidence": sum(len(each["evidence"]) for each in assessments),
        # Readiness, by the one rule that list, chart and API follow.
        "percent": Score(counts).percent,
    }


def area_figures(manifest: Manifest) -> list[dict[str, Any]]:
    """The areas in order, each with its figures, its place and its shade."""
    return [
        {
            "index": index,
            "shade": index % words.SHADES,
            "code": area["code"],
            "title": area["title"],
            **figures([each for each in manifest["assessments"] if each["area"] == area["code"]]),
        }
        for index, area in enumerate(manifest["areas"])
    ]
