"""CycloneDX with vulnerabilities, JSON and XML, and VEX: what its maker says of each of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from urllib.parse import unquote

from compliance.scans import reasons
from compliance.scans.parsers import _errors, _json, _words, _xml
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.severity import Severity

FORMAT = "cyclonedx"
LABEL = "CycloneDX / VEX"
TOOL = "cyclonedx"

_STATES = {
    "": Outcome.FAIL,
    "exploitable": Outcome.FAIL,
    "in_triage": Outcome.FAIL,
    "resolved": Outcome.PASS,
    "resolved_with_pedigree": Outcome.PASS,
    "false_positive": Outcome.SUPPRESSED,
    "not_affected": Outcome.NOT_APPLICABLE,
}
_VULNERABILITY = r"vulnerabilities\.item"
_FACTS = r"metadata\.(?:component|tools|timestamp)|components\.item"


def sniff(head: bytes) -> int:
    if _json.looks_like_json(head):
        keys = _json.keys(head)
        named = b'"CycloneDX"' in head and "bomFormat" in keys
        return 90 if named else 60 if {"specVersion", "vulnerabilities"} <= keys else 0
    namespace, local = _xml.root(head)
    return 95 if local == "bom" and "cyclonedx.org/schema/bom" in namespace else 0


def covers(scope: Collection[str], rule: str, place: tuple[str, ...]) -> bool:
    """A whole list of the vulnerabilities of a named thing, without this one."""
    return "vulnerabilities" in scope


@dataclass(slots=True)
class _Bom:
    """What the vulnerabilities refer to."""

    chosen: str
    root: dict[str, Any] = field(default_factory=dict)
    names: dict[str, tuple[str, str]] = field(default_factory=dict)  # bom-ref → (name, version)
    timestamp: str = ""
    tool: str = ""
    listed: bool = False

    def add(self, component: dict[str, Any]) -> None:
        """A component and those inside it."""
        waiting = [component]
        while waiting:
            current = waiting.pop()
            ref, name = _words.short(current.get("bom-ref")), _name(current)
            if ref and name:
                self.names[ref] = (name, _words.short(current.get("version"), 80))
            waiting += [_json.obj(c) for c in _json.arr(current.get("components"))]

    def asset(self) -> Seen:
        name = self.chosen or _name(self.root)
        if _words.text(self.root.get("type")) == "container" and name:
            head, slash, tail = name.partition("@")[0].rpartition("/")
            return Seen("image", f"{head}{slash}{tail.partition(':')[0]}", name)
        return _words.code_base(TOOL, name)

    def run(self) -> Run:
        if not self.listed:  # a bill of materials alone is no check of anything
            raise _errors.nothing_inside()
        named = bool(self.chosen or _name(self.root))
        when = _words.moment(self.timestamp)
        return Run(
            format=FORMAT,
            tool="CycloneDX",
            tool_version=self.tool,
            started_at=when,
            finished_at=when,
            targets=(self.asset(),),
            scope=("vulnerabilities",) if named else (),
        )


def _name(component: dict[str, Any]) -> str:
    """group/name; the version is left out, as it changes."""
    group, name = (
        _words.short(component.get("group"), 120),
        _words.short(component.get("name"), 200),
    )
    return f"{group}/{name}" if group and name else name


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    bom = _Bom((options or Options()).asset)
    stream.seek(0)
    is_json = _json.looks_like_json(stream.read(4096))
    yield from _of_json(stream, bom) if is_json else _of_xml(stream, bom)
    yield bom.run()


def _of_json(stream: BinaryIO, bom: _Bom) -> Iterator[Record]:
    # Components may stand behind the vulnerabilities.
    walk = _json.walk(stream, _FACTS, ignored="vulnerabilities")
    for step in walk:
        if isinstance(step, _json.Leaf):
            _fact(bom, step)
    bom.listed = "vulnerabilities" in walk.lists
    for leaf in _json.leaves(stream, _VULNERABILITY):
        position = f"record {leaf.index}"
        if not isinstance(leaf.value, dict):
            yield Problem(position, reasons.NOT_AN_OBJECT, _words.short(leaf.value))
        else:
            yield from _vulnerability(bom, leaf.value, position)


def _fact(bom: _Bom, leaf: _json.Leaf) -> None:
    if leaf.prefix == "components.item":
        bom.add(_json.obj(leaf.value))
    elif leaf.prefix == "metadata.component":
        bom.root = _json.obj(leaf.value)
        bom.add(bom.root)
    elif leaf.prefix == "metadata.timestamp":
        bom.timestamp = _words.text(leaf.value)
    elif leaf.prefix == "metadata.tools":
        bom.tool = _tool(leaf.value)


def _tool(value: Any) -> str:
    """Before 1.5 a list of tools, since then an object with a list of components."""
    tools = value if isinstance(value, list) else _json.arr(_json.obj(value).get("components"))
    return _words.short(_json.obj(next(iter(tools), None)).get("name"), 80)


def _vulnerability(bom: _Bom, found: dict[str, Any], position: str) -> Iterator[Record]:
    rule = _words.short(found.get("id"), 200)
    if not rule:
        yield Problem(position, reasons.NO_RULE, _words.short(found.get("description")))
        return
    state = _words.text(_json.obj(found.get("analysis")).get("state")).casefold()
    if state not in _STATES:
        yield Problem(position, reasons.UNKNOWN_OUTCOME, _words.short(f"{rule} {state}"))
        return
    for affected in _json.arr(found.get("affects")) or [None]:
        yield _row(bom, found, _json.obj(affected), (rule, _STATES[state], position))


def _row(
    bom: _Bom, found: dict[str, Any], affected: dict[str, Any], known: tuple[str, Outcome, str]
) -> Row:
    rule, outcome, position = known
    component, version = _component(bom, _words.short(affected.get("ref")))
    if outcome is Outcome.FAIL and _unaffected(affected):
        outcome = Outcome.NOT_APPLICABLE
    ratings = [_json.obj(r) for r in _json.arr(found.get("ratings"))]
    word, severity = _worst([rating for rating in ratings if not _is_epss(rating)])
    analysis = _json.obj(found.get("analysis"))
    return Row(
        tool=TOOL,
        outcome=outcome,
        rule=rule,
        title=f"{rule}: {component}" if component else rule,
        asset=bom.asset(),
        location=" ".join(filter(None, [component, version])),
        place=(component,),
        refs=_refs(rule, found),
        severity=severity,
        tool_severity=word,
        excerpt=_words.excerpt(
            analysis.get("detail"), analysis.get("justification"), found.get("description")
        ),
        position=position,
        epss=_words.probability(*(r.get("score") for r in ratings if _is_epss(r))),
    )


def _component(bom: _Bom, ref: str) -> tuple[str, str]:
    """(name, version) of what a reference names: an element here, or a package address."""
    local = ref.partition("#")[2] if ref.startswith("urn:cdx:") else ref
    for name in (ref, local, unquote(local)):
        if name in bom.names:
            return bom.names[name]
    if not local.startswith("pkg:"):
        return local, ""
    # Before its letters are put back: an "@" of a name is written as %40.
    path, _at, version = local.partition("?")[0].partition("@")
    return unquote(path), unquote(version)


def _unaffected(affected: dict[str, Any]) -> bool:
    states = [_json.obj(v).get("status") for v in _json.arr(affected.get("versions"))]
    return bool(states) and all(state == "unaffected" for state in states)


def _is_epss(rating: dict[str, Any]) -> bool:
    """EPSS is a probability among ratings of method "other", known by its source alone."""
    return "EPSS" in _words.short(_json.obj(rating.get("source")).get("name")).upper()


def _worst(ratings: list[dict[str, Any]]) -> tuple[str, Severity]:
    """The most severe rating: its own word, and our grade."""
    graded = []
    for rating in ratings:
        word = _words.short(rating.get("severity"), 40)
        score = _words.text(rating.get("score"))
        known = word.casefold() in _words.SEVERITIES
        grade = _words.severity(word) if known else _words.severity_of_score(score)
        if known or score:
            graded.append((word or score, grade))
    return max(graded, key=lambda pair: pair[1].rank, default=("", Severity.LOW))


def _refs(rule: str, found: dict[str, Any]) -> tuple[str, ...]:
    others = [_json.obj(r).get("id") for r in _json.arr(found.get("references"))]
    cwes = [_words.text(c) for c in _json.arr(found.get("cwes"))]
    ghsa = [w for w in (rule, *map(_words.short, others)) if w.startswith("GHSA-")]
    return _words.refs(
        _words.cves(rule, *others),
        [f"ghsa:{word}" for word in ghsa],
        [f"cwe:{cwe}" for cwe in cwes if cwe.isdecimal()],
    )


# XML says the same in elements; these are turned into what the JSON would say.

_LEAVES = frozenset({"component", "vulnerability", "timestamp", "tool"})


def _of_xml(stream: BinaryIO, bom: _Bom) -> Iterator[Record]:
    inside = ""
    try:
        for event, element in _xml.walk(stream, _LEAVES):
            local = _xml.name(element)
            if event == "start" and local in ("metadata", "components", "vulnerabilities", "tools"):
                inside = local
                bom.listed = bom.listed or local == "vulnerabilities"
            elif event == "end" and local == "tools":
                inside = "metadata"
            elif event == "leaf":
                yield from _xml_leaf(bom, inside, local, element)
    except _xml.CutOff as fault:
        raise _errors.broken_xml() from fault


def _xml_leaf(bom: _Bom, inside: str, local: str, element: _xml.Element) -> Iterator[Record]:
    if local == "vulnerability":
        yield from _vulnerability(bom, _xml_vulnerability(element), _xml.line(element))
    elif local == "timestamp":
        bom.timestamp = _xml.words(element)
    elif inside == "tools":
        bom.tool = bom.tool or _words.short(_xml.child_words(element, "name"), 80)
    elif local == "component":
        component = _xml_component(element)
        if inside == "metadata":
            bom.root = component
        bom.add(component)
        yield from _legacy(bom, element)


def _xml_component(element: _xml.Element) -> dict[str, Any]:
    inner = _xml.child(element, "components")
    return {
        "type": element.get("type", ""),
        "bom-ref": element.get("bom-ref", "") or _xml.child_words(element, "purl"),
        "components": [] if inner is None else [_xml_component(c) for c in inner if _xml.name(c)],
        **{key: _xml.child_words(element, key) for key in ("group", "name", "version")},
    }


def _legacy(bom: _Bom, element: _xml.Element) -> Iterator[Record]:
    """Before 1.4 an extension put vulnerabilities into the components."""
    for group in _xml.children(element, "vulnerabilities"):
        bom.listed = True
        ref = element.get("bom-ref", "") or _xml.child_words(element, "purl")
        for vulnerability in _xml.children(group, "vulnerability"):
            found = _xml_vulnerability(vulnerability)
            found["affects"] = [{"ref": ref or vulnerability.get("ref", "")}]
            yield from _vulnerability(bom, found, _xml.line(vulnerability))


def _inner(element: _xml.Element, group: str, name: str) -> list[_xml.Element]:
    return [e for g in _xml.children(element, group) for e in _xml.children(g, name)]


def _xml_vulnerability(element: _xml.Element) -> dict[str, Any]:
    analysis = _xml.child(element, "analysis")
    said = ("state", "detail", "justification")
    return {
        "id": _xml.child_words(element, "id"),
        "description": _xml.child_words(element, "description"),
        "references": [
            {"id": _xml.child_words(r, "id")} for r in _inner(element, "references", "reference")
        ],
        "cwes": [_xml.words(c) for c in _inner(element, "cwes", "cwe")],
        "ratings": [_xml_rating(r) for r in _inner(element, "ratings", "rating")],
        "analysis": {} if analysis is None else {k: _xml.child_words(analysis, k) for k in said},
        "affects": [_xml_target(t) for t in _inner(element, "affects", "target")],
    }


def _xml_rating(rating: _xml.Element) -> dict[str, Any]:
    score = _xml.child(rating, "score")
    base = "" if score is None else _xml.child_words(score, "base") or _xml.words(score)
    return {"severity": _xml.child_words(rating, "severity"), "score": base}


def _xml_target(target: _xml.Element) -> dict[str, Any]:
    versions = [
        {"status": _xml.child_words(v, "status")} for v in _inner(target, "versions", "version")
    ]
    return {"ref": _xml.child_words(target, "ref"), "versions": versions}
