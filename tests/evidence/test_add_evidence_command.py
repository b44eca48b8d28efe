"""manage.py add_evidence: one evidence from files, or one line that says why not."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from compliance.evidence.models import Evidence, EvidenceLink
from tests.evidence.conftest import PDF
from tests.vault import samples


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


def test_a_draft_with_all_its_facts_and_the_next_version(manna, adopted, bob, alice, tmp_path):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)
    out = io.StringIO()
    more = ["--tag", "분기", "--confidentiality", "secret", "--owner", "alice@example.com"]
    days = ["--valid-from", "2026-01-01", "--valid-until", "2099-01-01", "--note", "비고"]
    call_command(
        "add_evidence",
        str(tmp_path / "a.txt"),
        "--organisation=manna",
        "--requirement=OI-NET-03",
        "--by=bob@example.com",
        "--draft",
        "--json",
        *more,
        *days,
        stdout=out,
    )
    evidence = Evidence.objects.get()
    assert json.loads(out.getvalue())["state"] == "draft"
    assert (evidence.owner, evidence.confidentiality) == (alice, "secret")
    assert [tag.name for tag in evidence.tags.all()] == ["분기"]
    assert str(evidence.latest.valid_from) == "2026-01-01"
    call_command(
        "add_evidence",
        str(tmp_path / "b.txt"),
        "--organisation=manna",
        "--version-of=1",
        "--by=bob@example.com",
        stdout=out,
    )
    assert Evidence.objects.get().latest.number == 2
    with pytest.raises(CommandError):
        call_command(
            "add_evidence", str(tmp_path / "b.txt"), "--organisation=manna", "--version-of=9"
        )


def test_a_zip_of_folders_by_command(manna, adopted, bob, tmp_path):
    packed = tmp_path / "증적.zip"
    packed.write_bytes(samples.archive(**{"OI-NET-03/규칙.txt": "a", "기타/b.txt": "b"}))
    out = io.StringIO()
    call_command("import_evidence", str(packed), "--organisation=manna", "--look", stdout=out)
    assert "OI-NET-03" in out.getvalue()
    assert not Evidence.objects.exists()
    call_command(
        "import_evidence",
        str(packed),
        "--organisation=manna",
        "--json",
        stdout=(out := io.StringIO()),
    )
    rows = json.loads(out.getvalue())["rows"]
    assert [row["evidence"] for row in rows] == ["EV-0001", None]
    with pytest.raises(CommandError):
        call_command("import_evidence", str(tmp_path / "none.zip"), "--organisation=manna")
