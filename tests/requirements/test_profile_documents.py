"""What a profile file may say, and the one sentence for what it may not."""

import copy
import json

import pytest
import yaml
from django.urls import reverse
from django.utils import translation
from jsonschema import Draft202012Validator

from compliance.requirements import documents, loading, services, shapes
from compliance.requirements.models import Profile
from compliance.shared.errors import Refused

pytestmark = pytest.mark.usefixtures("in_english")

SMALL = {
    "platform": {"id": "acme", "title_ko": "에이스"},
    "profile": {
        "id": "acme-list",
        "version": "1.0",
        "title_ko": "에이스 목록",
        "status": "platform",
        "published": "2026-11-01",
    },
    "areas": [{"code": "A", "title_ko": "가"}],
    "evidence_types": {"policy": {"ko": "정책"}},
    "requirements": [
        {"id": "A-1", "area": "A", "title_ko": "하나", "statement_ko": "한다.", "severity": "high"},
        {"id": "A-2", "area": "A", "title_ko": "둘", "statement_ko": "한다.", "severity": "low"},
    ],
}


@pytest.fixture
def small():
    """A whole profile of two items, to be spoilt."""
    return copy.deepcopy(SMALL)


def read(data):
    return documents.read(yaml.safe_dump(data, allow_unicode=True).encode())


def refusal(data):
    with pytest.raises(Refused) as caught:
        read(data)
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


def spoil(data, path, value):
    *way, last = path
    for step in way:
        data = data[step]
    data[last] = value


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (["requirements", 1, "severity"], "heavy", ["A-2", "severity", "heavy", "critical"]),
        (["requirements", 1, "statement_ko"], None, ["A-2", "statement_ko"]),
        (["requirements", 1, "titel_ko"], "x", ["A-2", "titel_ko", "title_ko"]),
        (["requirements", 0, "id"], "A/1", ["A/1", "id", "40"]),
        (["requirements", 0, "id"], "..", ["id", "40"]),
        (["requirements", 0, "id"], "A-1\n", ["id", "40"]),
        (["requirements", 0, "id"], 1.1, ["id", "1.1", "quotes"]),
        (["requirements", 0, "order"], -1, ["A-1", "order", "0 or more"]),
        (["requirements", 0, "mandatory"], "yes", ["A-1", "mandatory", "true or false"]),
        (["requirements", 0, "tests"], [{"kind": "manual"}], ["A-1", "tests", "how"]),
        (["profile", "published"], "2026-13-01", ["published", "2026-13-01", "2026-11-22"]),
        (["profile", "version"], 1.1, ["version", "1.1", "quotes"]),
        (["profile", "status"], "official", ["status", "official", "baseline"]),
        (["platform", "id"], "배민", ["platform", "배민"]),
        (["areas"], [], ["areas"]),
        (["requirements"], "none", ["requirements", "a list"]),
        (["requirements", 0, "area"], "Z", ["A-1", "Z"]),
        (["requirements", 0, "evidence"], ["photo"], ["A-1", "photo"]),
        (["requirements", 0, "evidence"], ["policy", "policy"], ["A-1"]),
        (["requirements", 0, "parent"], "A-9", ["A-1", "A-9"]),
        (["requirements", 1, "id"], "A-1", ["A-1"]),
        (["profile", "valid_to"], "2020-01-01", []),
        (["evidence_types", "policy", "default_max_age_days"], 0, ["policy", "1 or more"]),
        (["parameters"], {"days": {"value": 1, "values": [{"value": 2}]}}, ["days"]),
        (["parameters"], {"days": {"title_ko": "일"}}, ["days"]),
        (["parameters"], {"days": {"values": [{"value": 1}, {"value": 2}]}}, ["days"]),
        (["parameters"], {"a b": 1}, ["a b"]),
        (["profile", "sources"], [{"ref": "x", "url": "javascript:1"}], ["url", "http"]),
    ],
)
def test_a_wrong_shape_names_the_place_and_what_is_expected(small, path, value, named):
    if path[-1] == "valid_to":
        small["profile"]["valid_from"] = "2026-01-01"
        named = ["2026-01-01", "2020-01-01"]
    if value is None:
        del small["requirements"][1]["statement_ko"]
    else:
        spoil(small, path, value)
    sentence = refusal(small)
    assert all(each in sentence for each in named), sentence


def test_the_sentence_is_in_the_readers_language(small):
    small["requirements"][1]["severity"] = "heavy"
    with translation.override("ko"):
        assert "가운데 하나여야 합니다" in refusal(small)


def test_parents_in_a_circle_are_refused_with_the_circle(small):
    small["requirements"][0]["parent"] = "A-2"
    small["requirements"][1]["parent"] = "A-1"
    assert "A-1 → A-2 → A-1" in refusal(small)


@pytest.mark.parametrize("code", ["1.1", "AC-2(1)", "제6조의2", "1 가", "50%?#"])
def test_codes_are_written_as_platforms_write_them(small, db, browse, alice, manna, code):
    small["requirements"][0]["id"] = code
    profile, _new = loading.load(read(small))
    services.adopt(manna, profile, by=alice)
    names = {"organisation": "manna", "profile": "acme-list", "code": code}
    page = browse(alice).get(reverse("requirements:detail", kwargs=names))
    assert page.context["requirement"].code == code


def test_a_requirement_may_detail_another(small, db):
    small["requirements"][1]["parent"] = "A-1"
    profile, _new = loading.load(read(small))
    assert profile.requirements.get(code="A-2").parent.code == "A-1"


@pytest.mark.parametrize(
    ("name", "content", "named"),
    [
        ("alias", b"a: &a [1]\nb: *a\n", "alias"),
        ("python tag", b"a: 1\nb: !!python/object/apply:os.system [x]\n", "Line 2"),
        ("unknown tag", b"a: !secret x\n", "Line 1"),
        ("zero byte", b"profile: a\0b\n", "zero bytes"),
        ("zero byte escaped", b'profile: {id: "a\\0b"}\n', "profile → id"),
        ("cp949", "profile: 한글".encode("cp949"), "UTF-8"),
        ("utf-16", "profile: 한글".encode("utf-16"), "UTF-8"),
        ("deep", b"a: " + b"[" * 60 + b"]" * 60, "nested"),
        ("very deep", b"[" * 100_000, "nested"),
        ("doubled key", b"profile:\n  id: 1\n  id: 2\n", "id"),
        ("key that is no text", b"1: x\n", "quotes"),
        ("not a number", b"a: .nan\n", "a"),
        ("bytes", b"a: !!binary aGk=\n", "a"),
        ("set", b"a: !!set {x, y}\n", "a"),
        ("huge number", b"a: " + b"9" * 6000 + b"\n", "number"),
        ("broken", b"a: [1, 2\n", "line"),
        ("control character", b"a: \x01\n", "YAML"),
        ("many documents", b"a: 1\n---\nb: 2\n", "line"),
    ],
)
def test_yaml_that_is_more_than_data_is_refused(name, content, named):
    with pytest.raises(Refused, match=named) as caught:
        documents.read(content)
    assert "\n" not in str(caught.value)


def test_more_than_ten_megabytes_are_not_even_parsed():
    with pytest.raises(Refused, match="10 MB"):
        documents.read(b"a: " + b"x" * (10 * 1024 * 1024))


@pytest.mark.parametrize("name", ["profile.schema.json", "crosswalk.schema.json"])
def test_the_published_schemas_are_json_schema_2020_12(name):
    schema = json.loads((shapes.FOLDER / name).read_text("utf-8"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)


def test_nothing_is_stored_of_what_is_refused(small, db):
    small["requirements"][1]["area"] = "Z"
    refusal(small)
    assert not Profile.objects.exists()


def test_a_baseline_ships_titles_alone(small, db):
    small["profile"]["status"] = "baseline"
    for row in small["requirements"]:
        del row["statement_ko"]
    profile, _new = loading.load(read(small))
    assert profile.is_baseline
    assert profile.requirements.get(code="A-1").statement == "하나"


def test_the_same_version_with_other_bytes_is_refused(small, db):
    loading.load(read(small))
    small["requirements"][0]["title_ko"] = "다른 제목"
    with pytest.raises(Refused, match=r"1\.0"):
        loading.load(read(small))
    assert Profile.objects.get().requirements.get(code="A-1").title_ko == "하나"
