"""manage.py load_crosswalk FILE"""

import json

import pytest
from django.core.management import CommandError, call_command

from compliance.requirements.models import Crosswalk

pytestmark = pytest.mark.usefixtures("in_english")

HEAD = """crosswalk:
  id: ours
  version: '1'
  title_ko: 우리 대응
  source: 문구 대조
  licence: CC0-1.0
  author: 앨리스
  from_profile: order-integration-reference
  to_profile: elsewhere-2026
edges:
"""
GOOD = "- {from: OI-NET-03, relation: subset, to: X-1, rationale: 같은 내용}\n"


@pytest.fixture
def load(tmp_path, profile):
    """load(edges, head=…): the command on such a file."""

    def run(edges, head=HEAD, *options):
        path = tmp_path / "ours.yaml"
        path.write_text(head + edges, "utf-8")
        call_command("load_crosswalk", str(path), *options)

    return run


def test_it_loads_edges_and_repeats_without_a_change(load, capsys):
    load(GOOD, HEAD, "--json")
    answer = json.loads(capsys.readouterr().out)
    assert (answer["edges"], answer["created"]) == (1, True)
    load(GOOD)
    assert "nothing changed" in capsys.readouterr().out
    edge = Crosswalk.objects.get(identifier="ours").edges.get()
    assert (edge.to_profile, edge.relation) == ("elsewhere-2026", "subset")


@pytest.mark.parametrize(
    ("edges", "head", "named"),
    [
        ("- {from: OI-NET-99, relation: equal, to: X-1}\n", HEAD, "OI-NET-99"),
        ("- {from: OI-NET-03, relation: similar, to: X-1}\n", HEAD, "similar"),
        ("- {from: OI-NET-03, to: X-1}\n", HEAD, "relation"),
        (GOOD + GOOD, HEAD, "twice"),
        ("  []\n", HEAD, "edges"),
        (GOOD, HEAD.replace("  to_profile: elsewhere-2026\n", ""), "to_profile"),
        (
            "- {from: OI-NET-03, relation: equal, to: OI-NET-03}\n",
            HEAD.replace("elsewhere-2026", "order-integration-reference"),
            "itself",
        ),
        (GOOD, HEAD.replace("  licence: CC0-1.0\n", ""), "licence"),
        (GOOD, "crosswalk: &a {id: x}\nother: *a\nedges:\n", "alias"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(load, edges, head, named):
    with pytest.raises(CommandError, match=named) as refusal:
        load(edges, head)
    assert "\n" not in str(refusal.value)
    assert not Crosswalk.objects.filter(identifier="ours").exists()


def test_the_same_version_with_other_bytes_is_refused(load):
    load(GOOD)
    with pytest.raises(CommandError, match="new version"):
        load(GOOD.replace("X-1", "X-2"))


def test_a_missing_file_is_a_sentence(db):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_crosswalk", "/nowhere.yaml")
