"""manage.py carry_over, for people and machines."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from compliance.requirements.models import CarryOver
from tests.requirements import next_version as nv

ID = "order-integration-reference"


def run(*more, former=f"{ID}@0.2.0", new=f"{ID}@0.3.0", organisation="manna"):
    out = StringIO()
    given = ["--organisation", organisation, "--from", former, "--to", new]
    call_command("carry_over", *given, *more, stdout=out)
    return out.getvalue()


def test_a_dry_run_shows_the_plan_and_changes_nothing(newer):
    facts = json.loads(run("--dry-run", "--json"))
    assert (facts["added"], facts["removed"]) == ([nv.ADDED], [nv.REMOVED])
    old, new = nv.RENUMBERED
    assert facts["proposals"] == [{"old": old, "new": new, "likeness": 100}]
    assert set(facts["verdicts_to_sign_again"]) == {nv.REWORDED, nv.STRICTER}
    assert f"removed: ['{nv.REMOVED}']" in run("--dry-run")
    assert not CarryOver.objects.exists()


def test_it_never_pairs_silently(newer, in_english):
    with pytest.raises(CommandError, match=f"Say of {nv.RENUMBERED[1]}"):
        run()


@pytest.mark.parametrize(
    "answer",
    [
        ["--accept-proposals"],
        ["--same", "=".join(nv.RENUMBERED)],
        ["--as-new", nv.RENUMBERED[1]],
    ],
)
def test_it_carries_over_once_and_says_so_twice(newer, answer):
    first = json.loads(run(*answer, "--json"))
    again = json.loads(run(*answer, "--json"))
    assert (first["created"], again["created"]) == (True, False)
    assert first["to_look_at"] == again["to_look_at"] > 0
    assert "carried over before" in run(*answer)


def test_what_it_does_not_know_is_one_sentence(newer, in_english):
    with pytest.raises(CommandError, match="There is no profile other@1. Known are"):
        run(new="other@1")
    with pytest.raises(CommandError, match="There is no organisation nobody"):
        run(organisation="nobody")
    with pytest.raises(CommandError, match="is not a pair like"):
        run("--same", "x")
    with pytest.raises(CommandError, match="no way back"):
        run(former=f"{ID}@0.3.0", new=f"{ID}@0.2.0") if run("--accept-proposals") else None
