"""Habits that a reader may rely on."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

from compliance.shared import states

ROOT = Path(__file__).resolve().parents[2]
OURS = [model for model in apps.get_models() if model.__module__.startswith("compliance.")]
# Reference data is everybody's; an audit entry belongs by number; a person may join several.
WITHOUT_ORGANISATION = {
    "Platform": "reference data",
    "Area": "reference data",
    "EvidenceKind": "reference data",
    "Requirement": "reference data",
    "CrosswalkEdge": "reference data; an organisation's own ones hang on its crosswalk",
    "MappingSet": "reference data",
    "MappingEdge": "reference data",
    "RefLink": "reference data",
    "User": "may belong to several organisations",
    "Organisation": "is one",
    "Cursor": "one row for the whole stream",
    "Session": "is a person's, in whatever organisation",
}


@pytest.mark.parametrize("path", ["requirements.txt", "requirements-dev.txt"])
def test_each_requirement_is_pinned_and_says_why(path):
    for line in (ROOT / path).read_text("utf-8").splitlines():
        if line and not line.startswith(("#", "-r ")):
            assert re.match(r"^[A-Za-z0-9_.\[\],-]+==\S+\s+# \S", line), line


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_each_model_says_what_it_is(model):
    assert model.__doc__
    assert not model.__doc__.startswith(f"{model.__name__}("), "Django wrote this docstring"
    assert model.__str__ is not models.Model.__str__


def reaches_organisation(model, seen=frozenset()):
    names = {field.name for field in model._meta.get_fields()}
    if names & {"organisation", "organisation_id"}:
        return True
    parents = [
        field.related_model
        for field in model._meta.concrete_fields
        if field.many_to_one and field.related_model not in seen
    ]
    return any(reaches_organisation(parent, seen | {model}) for parent in parents)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_each_row_belongs_to_one_organisation(model):
    if model.__name__ not in WITHOUT_ORGANISATION:
        assert reaches_organisation(model)


def test_no_migration_is_missing(db, capsys):
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_migrations_have_names():
    for path in ROOT.glob("compliance/*/migrations/0*.py"):
        assert "_auto_" not in path.name, path


def test_the_drawn_states_are_current():
    call_command("draw_states", "--check", verbosity=0)


@pytest.mark.parametrize("name", sorted(states.machines))
def test_each_state_can_be_reached(name):
    machine = states.machines[name]
    first = next(iter(machine.states))
    reached, queue = {first}, [first]
    while queue:
        for new in machine.moves[queue.pop()]:
            if new not in reached:
                reached.add(new)
                queue.append(new)
    assert reached == set(machine.states)


def test_no_template_carries_inline_style_or_script():
    inline = re.compile(
        r"""<script(?![^>]*\bsrc=)|\sstyle=["']|\son[a-z]+=["']|<style""", re.IGNORECASE
    )
    found = [
        f"{path.relative_to(ROOT)}: {match.group(0)}"
        for path in (ROOT / "templates").rglob("*.html")
        # The PDF's own templates are printed and the mail's are sent, not served.
        if "packets/pdf" not in str(path) and "notices/mail" not in str(path)
        for match in inline.finditer(path.read_text("utf-8"))
    ]
    assert found == []


def test_templates_stay_short():
    long = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines())
        for path in (ROOT / "templates").rglob("*.html")
    }
    assert {path: lines for path, lines in long.items() if lines > 200} == {}


def test_nothing_is_loaded_from_elsewhere():
    found = [
        str(path.relative_to(ROOT))
        for folder in ("templates", "static")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".html", ".css", ".js"}
        and re.search(
            r"""(?:src|href|url\()\s*=?\s*["'(]?(?:https?:)?//""", path.read_text("utf-8")
        )
    ]
    assert found == []


@pytest.mark.parametrize("name", ["organisation", "membership", "whole", "can", "unread"])
def test_no_included_template_asks_for_what_every_page_knows(name):
    """Where it is left out, the page's would be taken: once every hash was shown whole by it."""
    given = re.compile(rf"{{% include [^%]*\b{name}=")
    pages = (ROOT / "templates").rglob("*.html")
    assert [page.name for page in pages if given.search(page.read_text("utf-8"))] == []
