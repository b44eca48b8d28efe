"""manage.py add_evidence: one evidence from files, or one line that says why not."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from compliance.evidence.models import Evidence, EvidenceLink
from tests.evidence.conftest import PDF


@pytest.fixture
def paper(tmp_path):
    path = tmp_path / "방화벽 정책.pdf"
    path.write_bytes(PDF)
    return path


def run(*args):
    out = io.StringIO()
    where = ["--organisation", "manna", "--requirement", "OI-NET-03"]
    call_command("add_evidence", *where, *map(str, args), "--json", stdout=out)
    return json.loads(out.getvalue())


def test_it_adds(paper, net03, bob):
    said = run(
        paper, "--kind", "firewall_ruleset", "--by", bob.email, "--collected-at", "2026-01-02"
    )
    assert (said["evidence"], said["state"], said["repeated"]) == ("EV-0001", "in_review", False)
    assert said["files"][0]["name"] == "방화벽 정책.pdf"
    link = EvidenceLink.objects.get()
    assert (link.submitted_by, str(link.version.collected_at)) == (bob, "2026-01-02")


def test_twice_is_once(paper, net03, bob):
    run(paper)
    assert run(paper)["repeated"]
    assert Evidence.objects.count() == 1


@pytest.mark.usefixtures("in_english", "adopted")
@pytest.mark.parametrize(
    ("args", "word"),
    [
        (["--kind", "nonsense"], "no kind nonsense"),
        (["--by", "nobody@example.com"], "Nobody in manna"),
        (["--by", "dave@example.com"], "role does not include"),
        (["--requirement", "OI-XXX-99"], "no profile with a requirement"),
        (["--organisation", "nowhere"], "no organisation nowhere"),
    ],
)
def test_a_wrong_word_is_named(paper, bob, dave, args, word):
    with pytest.raises(CommandError, match=word):
        run(paper, *args)
    assert not Evidence.objects.exists()


@pytest.mark.usefixtures("in_english", "net03", "bob")
def test_a_bad_file_is_named(tmp_path):
    (tmp_path / "page.pdf").write_bytes(b"<html>")
    with pytest.raises(CommandError, match="page.pdf"):
        run(tmp_path / "page.pdf")
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "missing.pdf")
