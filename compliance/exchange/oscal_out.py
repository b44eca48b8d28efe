"""OSCAL 1.2.1 documents as plain dicts: a profile as a catalog, its answers as assessment results.

OSCAL knows two outcomes. What does not apply is “satisfied” and what is inconclusive “not-satisfied”,
both for the reason “other”; the property `verdict` always has the exact word. A requirement that
nobody checked has no finding. Equal answers give equal documents: every id follows from facts.
"""

import json
import re
import uuid
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from compliance.exchange.answers import About, Answer, Answers, Asked, Given, Verdict, Words

VERSION = "1.2.1"
NAMESPACE = "urn:gatepass:ns:oscal"
_IDS = uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE)
# OSCAL's token: a letter or "_" first, of any script; then digits, "." and "-" too.
_LETTERS = (
    r"_A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D"
    r"\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD"
)
_FIRST = re.compile(f"[{_LETTERS}]")
_FOREIGN = re.compile(rf"[^{_LETTERS}\-.0-9]")
_STATES = {
    Verdict.MET: ("satisfied", "pass"),
    Verdict.PARTIAL: ("not-satisfied", "fail"),
    Verdict.NOT_MET: ("not-satisfied", "fail"),
    Verdict.NOT_APPLICABLE: ("satisfied", "other"),
    Verdict.INCONCLUSIVE: ("not-satisfied", "other"),
}
Json = dict[str, Any]


def catalog(answers: Answers, *, language: str = "ko") -> bytes:
    """Return the profile as an OSCAL catalog (JSON), areas as groups, requirements as controls."""
    about = answers.about
    ids = control_ids(answers)
    with override(language):
        metadata = _metadata(about, about.title.said(language), about.loaded_at)
        document = {
            "uuid": _id("catalog", about.organisation_slug, about.digest, language),
            "metadata": metadata,
            "params": [_param(name, kept, language) for name, kept in about.parameters.items()],
            "groups": _groups(answers, ids, language),
            "back-matter": {"resources": _sources(about)},
        }
        return _json({"catalog": document})


def results(answers: Answers, *, language: str = "ko") -> bytes:
    """Return the answers as OSCAL assessment results (JSON): one finding a checked requirement."""
    about = answers.about
    ids = control_ids(answers)
    checked = [each for each in answers.items if each.verdict != Verdict.NOT_CHECKED]
    with override(language):
        result = _result(answers, checked, ids, language)
        title = _("Self-assessment of %(organisation)s: %(profile)s") % {
            "organisation": about.organisation,
            "profile": about.title.said(language),
        }
        plan = _no_plan(about)
        facts = json.dumps(result, ensure_ascii=False, sort_keys=True)
        document = {
            "uuid": _id("results", about.organisation_slug, about.digest, facts),
            "metadata": _metadata(about, title, answers.changed_at),
            "import-ap": {"href": f"#{plan['uuid']}"},
            "results": [result],
            "back-matter": {"resources": [plan, *_files(about, checked)]},
        }
        return _json({"assessment-results": document})


def control_ids(answers: Answers) -> dict[str, str]:
    """Return {requirement code: control id}, each id a token of its own."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for item in answers.items:
        wanted = token(item.asked.code)
        name, number = wanted, 2
        while name in taken:
            name, number = f"{wanted}-{number}", number + 1
        taken.add(name)
        found[item.asked.code] = name
    return found


def token(text: str) -> str:
    """Return *text* as OSCAL lets an id be written: 1.2.3 becomes r-1.2.3."""
    plain = _FOREIGN.sub("-", text)
    return plain if _FIRST.match(plain) else f"r-{plain}"


def _id(*facts: str) -> str:
    return str(uuid.uuid5(_IDS, "\x1f".join(facts)))


def _line(text: object) -> str:
    return " ".join(str(text).split())


def _moment(when: datetime | date) -> str:
    if not isinstance(when, datetime):
        when = datetime.combine(when, time.min, timezone.get_default_timezone())
    return timezone.localtime(when).isoformat(timespec="seconds")


def _json(document: Json) -> bytes:
    return json.dumps(_full(document), ensure_ascii=False, indent=1).encode("utf-8", "replace")


def _full(value: Any) -> Any:
    """Leave out what is empty: OSCAL has no empty lists and no empty texts."""
    if isinstance(value, dict):
        kept = {key: _full(each) for key, each in value.items()}
        return {k: v for k, v in kept.items() if k == "include-all" or v not in ("", None, [], {})}
    if isinstance(value, list):
        return [_full(each) for each in value]
    return value


def _props(*pairs: tuple[str, object]) -> list[Json]:
    named = [(name, _line(value)) for name, value in pairs]
    return [{"name": name, "ns": NAMESPACE, "value": value} for name, value in named if value]


def _metadata(about: About, title: str, changed: datetime) -> Json:
    party = _id("party", about.organisation_slug)
    return {
        "title": _line(title) or about.identifier,
        "published": _moment(about.published_on),
        "last-modified": _moment(changed),
        "version": _line(about.version),
        "oscal-version": VERSION,
        "props": _props(
            ("profile", about.identifier),
            ("platform", about.platform.ko),
            ("status", about.status),
            ("edition", about.edition),
            ("title-ko", about.title.ko),
            ("title-en", about.title.en),
            ("valid-from", about.valid_from or ""),
            ("valid-to", about.valid_to or ""),
        ),
        "roles": [{"id": "assessor", "title": _("Organisation that assesses itself")}],
        "parties": [{"uuid": party, "type": "organization", "name": _line(about.organisation)}],
        "responsible-parties": [{"role-id": "assessor", "party-uuids": [party]}],
        "remarks": "\n\n".join(filter(None, [about.disclaimer.ko, about.disclaimer.en])),
    }


def _param(name: str, kept: Any, language: str) -> Json:
    """A parameter of the profile; one with dates keeps each value with its day as a property."""
    facts: Json = kept if isinstance(kept, dict) else {"values": [{"value": kept}]}
    values = facts.get("values") or [{"value": facts.get("value", "")}]
    newest = max(values, key=lambda each: str(each.get("from") or ""))
    label = Words(facts.get("title_ko", ""), facts.get("title_en", "")).said(language)
    dated = [
        ("value-from", f"{each['from']}: {each['value']}") for each in values if each.get("from")
    ]
    text = _line(newest.get("value", ""))
    return {
        "id": token(name),
        "label": _line(label),
        "props": _props(("unit", facts.get("unit", "")), *dated),
        "values": [text] if text else [],
    }


def _groups(answers: Answers, ids: dict[str, str], language: str) -> list[Json]:
    inner: dict[str, list[Json]] = {}
    controls = {item.asked.code: _control(item.asked, ids, language) for item in answers.items}
    for item in answers.items:
        made, asked = controls[item.asked.code], item.asked
        if asked.parent in controls and asked.parent != asked.code:
            controls[asked.parent]["controls"].append(made)
        else:
            inner.setdefault(asked.area, []).append(made)
    return [
        {
            "id": f"area-{token(code)}",
            "class": "area",
            "title": _line(title.said(language)) or code,
            "props": _props(("label", code), ("title-ko", title.ko), ("title-en", title.en)),
            "controls": inner.get(code, []),
        }
        for code, title in answers.about.areas
    ]


def _control(asked: Asked, ids: dict[str, str], language: str) -> Json:
    name = ids[asked.code]
    frameworks = [
        (token(f"maps-to-{framework}"), code)
        for framework, codes in asked.mappings.items()
        for code in (codes if isinstance(codes, list) else [codes])
    ]
    return {
        "id": name,
        "class": "requirement",
        "title": _line(asked.title.said(language)) or asked.code,
        "props": _props(
            ("label", asked.code),
            ("severity", asked.severity),
            ("mandatory", "yes" if asked.mandatory else "no"),
            ("provenance", asked.provenance),
            *[("provenance-source", code) for code in asked.provenance_details],
            ("title-ko", asked.title.ko),
            ("title-en", asked.title.en),
            *frameworks,
        )
        + [_kind(code, title, language) for code, title in asked.evidence_kinds],
        "parts": [*_statements(name, asked.statement, language), *_tests(name, asked.tests)],
        "controls": [],
    }


def _kind(code: str, title: Words, language: str) -> Json:
    """A kind of evidence that is asked for: its code, and beside it what a person reads."""
    prop = {"name": "evidence-kind", "ns": NAMESPACE, "value": _line(code)}
    return prop | {"remarks": title.said(language)}


def _statements(name: str, statement: Words, language: str) -> list[Json]:
    """The statement in the language of the document, and beside it the other one."""
    other = statement.en if language == "ko" else statement.ko
    said = statement.said(language)
    parts = [{"id": f"{name}_smt", "name": "statement", "prose": said or "-"}]
    if other and other != said:
        translation = {
            "id": f"{name}_smt.{'en' if language == 'ko' else 'ko'}",
            "name": "statement",
            "ns": NAMESPACE,
            "class": "translation",
            "prose": other,
        }
        parts.append(translation)
    return parts


def _tests(name: str, tests: list[dict[str, str]]) -> list[Json]:
    return [
        {
            "id": f"{name}_test.{number}",
            "name": "assessment-objective",
            "prose": "\n".join(_facts(test)) or "manual",
        }
        for number, test in enumerate(tests, start=1)
    ]


def _facts(test: dict[str, str]) -> Iterator[str]:
    """How it is done comes bare; that it is done by hand is what everybody assumes."""
    for key, text in test.items():
        if (key, text) != ("kind", "manual"):
            yield text if key == "how" else f"{key}: {text}"


def _sources(about: About) -> list[Json]:
    return [
        {
            "uuid": _id("source", about.digest, str(number)),
            "title": _line(source.get("ref") or source.get("id") or number),
            "rlinks": [{"href": source["url"]}] if source.get("url") else [],
        }
        for number, source in enumerate(about.sources, start=1)
        if isinstance(source, dict)
    ]


def _result(answers: Answers, checked: list[Answer], ids: dict[str, str], language: str) -> Json:
    about = answers.about
    counts = {verdict.value: 0 for verdict in Verdict}
    for item in answers.items:
        counts[item.verdict] += 1
    begun = min(
        (item.decided_at for item in checked if item.decided_at), default=answers.changed_at
    )
    numbers = [(f"count-{name.replace('_', '-')}", str(number)) for name, number in counts.items()]
    return {
        "uuid": _id("result", about.organisation_slug, about.digest),
        "title": _line(about.title.said(language)) or about.identifier,
        "description": _("What the organisation says of each requirement, signed by a person."),
        "start": _moment(begun),
        "end": _moment(max(begun, answers.changed_at)),
        "props": _props(*numbers),
        "reviewed-controls": {
            "control-selections": [
                {"include-controls": [{"control-id": ids[item.asked.code]} for item in checked]}
                if checked
                else {"include-all": {}}
            ]
        },
        "observations": [_observation(about, item, each) for item, each in _proofs(checked)],
        "findings": [_finding(about, item, ids[item.asked.code], language) for item in checked],
        "remarks": _("Requirements that nobody checked yet have no finding.")
        if counts[Verdict.NOT_CHECKED]
        else "",
    }


def _proofs(checked: Iterable[Answer]) -> list[tuple[Answer, Given]]:
    return [(item, each) for item in checked for each in item.evidence]


def _observation_id(about: About, item: Answer, given: Given) -> str:
    return _id(
        "observation", about.organisation_slug, about.identifier, item.asked.code, given.code
    )


def _observation(about: About, item: Answer, given: Given) -> Json:
    return {
        "uuid": _observation_id(about, item, given),
        "title": _line(f"{given.code} {given.title}"),
        "description": given.title,
        "props": _props(
            ("evidence", given.code),
            ("state", given.state),
            ("stands", "yes" if given.stands else "no"),
            ("requirement", item.asked.code),
        ),
        "methods": ["EXAMINE"],
        "types": ["control-objective"],
        "relevant-evidence": [
            {"href": f"#{_file_id(about, digest)}", "description": name}
            for name, digest in given.files
        ],
        "collected": _moment(given.collected_at),
    }


def _finding(about: About, item: Answer, control: str, language: str) -> Json:
    state, reason = _STATES[Verdict(item.verdict)]
    return {
        "uuid": _id("finding", about.organisation_slug, about.identifier, item.asked.code),
        "title": _line(f"{item.asked.code} {item.asked.title.said(language)}"),
        "description": item.statement.strip() or item.reason.strip() or _("No statement."),
        "props": _props(
            ("verdict", item.verdict),
            ("requirement", item.asked.code),
            ("provenance", item.asked.provenance),
            ("owner", item.owner),
            ("decided-by", item.decided_by),
            ("decided-at", _moment(item.decided_at) if item.decided_at else ""),
            *[("open-task", code) for code in item.tasks],
        ),
        "target": {
            "type": "statement-id",
            "target-id": f"{control}_smt",
            "status": {
                "state": state,
                "reason": reason,
                "remarks": item.reason.strip() or str(Verdict(item.verdict).label),
            },
        },
        "related-observations": [
            {"observation-uuid": _observation_id(about, item, each)} for each in item.evidence
        ],
    }


def _no_plan(about: About) -> Json:
    """OSCAL wants a plan; a self-assessment has none, and the resource says so."""
    return {
        "uuid": _id("plan", about.organisation_slug, about.digest),
        "title": _("No assessment plan"),
        "description": _(
            "This is a self-assessment against the profile %(profile)s %(version)s; no OSCAL "
            "assessment plan was made for it. The profile can be had as an OSCAL catalog."
        )
        % {"profile": about.identifier, "version": about.version},
    }


def _file_id(about: About, digest: str) -> str:
    return _id("file", about.organisation_slug, digest)


def _files(about: About, checked: Iterable[Answer]) -> list[Json]:
    named = {digest: name for _item, each in _proofs(checked) for name, digest in each.files}
    return [
        {
            "uuid": _file_id(about, digest),
            "title": _line(name),
            "props": _props(("sha-256", digest)),
        }
        for digest, name in named.items()
    ]
