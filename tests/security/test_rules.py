"""What no line of the product may do, looked for in its text."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.urls import get_resolver

from portal.api import api
from tests.conventions.test_doors import named_urls

ROOT = Path(__file__).resolve().parents[2]
RUFF = [str(Path(sys.executable).with_name("ruff")), "check", "--isolated", "--no-cache", "-q"]
CODE = [path for room in ("compliance", "portal") for path in (ROOT / room).rglob("*.py")]
SCRIPTS = sorted((ROOT / "static").rglob("*.js"))
# exec, pickle, marshal, eval, MD5 and SHA-1, unchecked certificates, three ways to a shell.
NEVER = "S102,S301,S302,S307,S324,S501,S602,S604,S605"
# SQL put together, weak randomness, HTML called safe, unsafe YAML: each exception stands in its line.
EXCEPTED = "S608,S311,S308,S506"
# Fragments of our own server, and a template of the page itself: what they hold is escaped there.
FRAGMENTS = {"static/applications/scope.js", "static/remediation/board.js"}
# Machines have no token: each of these proves who asks by what it sends, or asks for the token.
MACHINES = {"review:verify", "saml_acs", "trackers:hook"}


def found_by_ruff(*arguments):
    done = subprocess.run(
        [*RUFF, *arguments, "compliance", "portal"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def test_nothing_dangerous_is_called():
    assert found_by_ruff("--ignore-noqa", "--select", NEVER) == ""


def test_what_may_be_dangerous_is_let_off_by_name_alone():
    assert found_by_ruff("--select", EXCEPTED) == ""


def test_the_linter_is_not_deaf(tmp_path):
    """The two tests above would pass as well if ruff looked at nothing."""
    (tmp_path / "bad.py").write_text('import os\nos.system(f"ls {input()}")\n')
    done = subprocess.run(
        [*RUFF, "--select", NEVER, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert "S605" in done.stdout


def test_no_template_is_made_of_text():
    made = re.compile(r"\bfrom_string\(|\bTemplate\(|\bEngine\(")
    assert [str(path) for path in CODE if made.search(path.read_text("utf-8"))] == []


def test_no_lookup_takes_a_pattern():
    """A person's words are looked for as they stand; a pattern of theirs could run for ever."""
    lookup = re.compile(r"__i?regex\b")
    assert [str(path) for path in CODE if lookup.search(path.read_text("utf-8"))] == []


def test_no_expression_of_xpath_is_put_together():
    built = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "xpath"
        and not (node.args and isinstance(node.args[0], ast.Constant))
    ]
    assert built == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.relative_to(ROOT / "static")))
def test_a_script_makes_neither_code_nor_markup_of_text(path):
    text = path.read_text("utf-8")
    assert not re.search(r"\beval\(|new Function\(|document\.write|javascript:", text)
    # Nothing that came in is merged into an object, or names a field of one.
    assert not re.search(r"__proto__|Object\.assign\([^{}]*JSON|\[key\]\s*=[^=]", text)
    assert not re.search(r"set(?:Timeout|Interval)\(\s*[\"'`]", text)
    if str(path.relative_to(ROOT)) not in FRAGMENTS:
        assert not re.search(r"\.(?:inner|outer)HTML\s*=|insertAdjacentHTML", text)


def test_htmx_runs_nothing_of_an_attribute():
    page = (ROOT / "templates/base.html").read_text("utf-8")
    config = re.search(r"htmx-config\" content='([^']+)'", page)[1]
    assert '"allowEval":false' in config
    assert '"selfRequestsOnly":true' in config


def exempt(patterns, space=""):
    """Yield the names of views that are asked for no token."""
    for each in patterns:
        if hasattr(each, "url_patterns"):
            inside = f"{space}{each.namespace}:" if each.namespace else space
            yield from exempt(each.url_patterns, inside)
        elif getattr(each.callback, "csrf_exempt", False):
            yield f"{space}{each.name}"


def test_only_machines_are_asked_for_no_token():
    """The API asks for it itself where a session came with the request."""
    ours = {name for name in exempt(get_resolver().url_patterns) if name in named_urls()}
    assert {name for name in ours if not name.startswith("api:")} == MACHINES


def test_every_answer_of_the_api_has_its_schema():
    """What a schema does not name does not leave: django-ninja takes nothing else along."""
    bare = []
    for path, verbs in api.get_openapi_schema()["paths"].items():
        for verb, told in verbs.items():
            for status, answer in told["responses"].items():
                for kind, held in answer.get("content", {}).items():
                    if kind == "application/json" and not named(held["schema"]):
                        bare.append(f"{verb} {path} {status}")
    assert bare == []


def named(schema):
    """Whether *schema* names its fields: a model, or a list or choice of models or plain values."""
    parts = [*schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]
    if parts:
        return all(named(each) for each in parts)
    return "$ref" in schema or schema.get("type") in {"string", "integer", "boolean", "null"}
