"""The collector's script, its file, and its way into the portal."""

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from compliance.scans.collecting import script
from compliance.scans.models import Finding
from compliance.scans.services import import_now
from compliance.shared.errors import Refused
from tests.scans.reading import outcomes, read_bytes

SCRIPT = settings.BASE_DIR / "collector" / "gatepass-collector.sh"
CATALOGUE = re.findall(r"^(U-\d\d)\|([상중하])\|(.+)$", SCRIPT.read_text(), re.MULTILINE)
ALTERED = "수정되었거나 잘렸습니다"


def run(*options: str, cwd: Path | None = None, shell: str = "sh"):
    return subprocess.run(
        [shell, SCRIPT, *options], capture_output=True, text=True, timeout=100, cwd=cwd
    )


def sealed(items: list[tuple[str, str]], host: str = "order-web-01") -> bytes:
    """A result as the script writes it, with the digest the documentation describes."""
    facts = {"format": "gatepass-kisa-collector", "format_version": 1, "edition": "2026"}
    head = json.dumps(facts, separators=(",", ":"))[:-1]
    lines = ",\n".join(
        json.dumps(
            {"code": code, "title": code, "severity": "상", "status": status}, ensure_ascii=False
        )
        for code, status in items
    )
    body = (
        f'{head},"timestamp":"2026-11-20T01:00:00+00:00",\n"host":{{"name":"{host}","ip":"10.0.1.11"}},\n"items":[\n{lines}\n],\n'
    ).encode()
    digest = hashlib.sha256(body).hexdigest()
    return body + f'"digest":{{"algorithm":"sha256","value":"{digest}"}}}}\n'.encode()


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """What the script says of this machine, for a few quick items."""
    path = tmp_path_factory.mktemp("collector") / "result.json"
    done = run("--output", str(path), "--only", "U-01,U-05,U-16,U-64")
    assert done.returncode in (0, 1), done.stderr
    return path.read_bytes(), done.stderr


def test_all_67_items_of_the_guide_are_there_once_with_a_check():
    assert [code for code, _grade, _title in CATALOGUE] == [f"U-{n:02d}" for n in range(1, 68)]
    text = SCRIPT.read_text()
    assert all(f"\nu{number:02d}() {{" in text for number in range(1, 68))


def test_the_documentation_has_a_line_for_every_item():
    lines = (settings.BASE_DIR / "docs" / "collector.md").read_text().splitlines()
    for code, grade, title in CATALOGUE:
        (line,) = [line for line in lines if line.startswith(f"| {code} ")]
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert cells[:3] == [code, title, grade]
        assert len(cells) == 5
        assert all(cells)


def test_shellcheck_finds_nothing():
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed (tools/bootstrap test)")
    done = subprocess.run(["shellcheck", "--shell=sh", SCRIPT], capture_output=True, text=True)
    assert done.stdout == ""


def test_the_file_states_its_digest_and_the_scripts(collected):
    content, said = collected
    body, _mark, _rest = content.rpartition(b'"digest":')
    facts = json.loads(content)
    assert facts["digest"]["value"] == hashlib.sha256(body).hexdigest()
    assert facts["digest"]["value"] in said
    assert facts["collector"]["sha256"] == script().sha256
    assert all(facts["host"][key] for key in ("name", "kernel"))


def test_the_parser_reads_its_items_with_host_edition_and_time(collected):
    rows, problems, found = read_bytes(collected[0])
    assert [row.rule for row in rows] == ["U-01", "U-05", "U-16", "U-64"]
    assert not problems
    assert {row.refs for row in rows} == {(f"kisa2026:{row.rule}",) for row in rows}
    assert rows[0].asset.name == json.loads(collected[0])["host"]["name"]
    assert found.started_at is not None
    assert outcomes(rows)["manual"] == 1


@pytest.mark.parametrize(
    "alter",
    [
        lambda content: content.replace("취약".encode(), "양호".encode(), 1),
        lambda content: content.replace(b'"edition":"2026"', b'"edition": "2026"'),
        lambda content: content.replace(b"\n", b"\r\n"),
        lambda content: content[: content.rindex(b'"digest"')] + b'"x":1}',
        lambda content: content + b'{"more": 1}',
        lambda content: json.dumps(json.loads(content)).encode(),
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: content[:-30],
    ],
    ids=["result", "space", "lines", "no digest", "more", "rewritten", "mark", "cut"],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_an_altered_file_is_refused_with_a_sentence(alter, pack):
    content = sealed([("U-01", "취약"), ("U-02", "양호")])
    assert len(read_bytes(pack(content))[0]) == 2
    with pytest.raises(Refused, match=ALTERED):
        read_bytes(pack(alter(content)))


def test_a_second_run_closes_what_alice_fixed(manna, alice, adopted, tmp_path):
    def bring(content: bytes, name: str):
        path = tmp_path / name
        path.write_bytes(content)
        with path.open("rb") as stream:
            return import_now(manna, stream, name=name, by=alice)[0]

    bring(sealed([("U-01", "취약"), ("U-02", "취약")]), "first.json")
    bring(sealed([("U-01", "양호"), ("U-02", "취약")]), "second.json")
    states = dict(Finding.objects.values_list("rule__code", "state"))
    assert states == {"U-01": "fixed", "U-02": "open"}


def test_another_host_closes_nothing(manna, alice, adopted, tmp_path):
    for name, status, host in [("a", "취약", "web-01"), ("b", "양호", "web-02")]:
        path = tmp_path / name
        path.write_bytes(sealed([("U-01", status)], host))
        with path.open("rb") as stream:
            import_now(manna, stream, name=name, by=alice)
    assert Finding.objects.get().state == "open"


def test_dave_downloads_the_script_whose_sha256_the_page_shows(browse, dave):
    client = browse(dave, language="en")
    page = client.get(reverse("scans:runs", args=["manna"])).content.decode()
    address = reverse("scans:collector", args=["manna"])
    assert address in page
    response = client.get(address)
    assert hashlib.sha256(response.content).hexdigest() in page
    assert response.content == SCRIPT.read_bytes()
    assert "attachment" in response.headers["Content-Disposition"]


def test_help_is_korean_first_and_english_when_asked():
    korean = run("--help").stdout
    assert "사용법" in korean
    english = run("--help", "--lang", "en").stdout
    assert "Usage" in english
    for option in ("--output", "--only", "--lang", "130"):
        assert option in english
        assert option in korean


@pytest.mark.parametrize(
    "options",
    [
        ["--nonsense"],
        ["--only", "U-99"],
        ["--only", ","],
        ["--only"],
        ["--lang", "fr"],
        ["--output", ""],
        ["--only", ".*"],
    ],
)
def test_wrong_options_say_so_and_write_nothing(options, tmp_path):
    here = tmp_path / "here"
    here.mkdir()
    done = run(*options, cwd=here)
    assert done.returncode == 2
    assert "--help" in done.stderr
    assert not list(here.iterdir())


@pytest.mark.parametrize("there", ["file", "link", "nowhere"])
def test_it_never_overwrites_and_says_where_it_cannot_write(there, tmp_path):
    path = tmp_path / "result.json"
    if there == "file":
        path.write_text("mine")
    elif there == "link":
        path.symlink_to(tmp_path / "elsewhere")
    else:
        path = tmp_path / "nowhere" / "result.json"
    before = sorted(tmp_path.iterdir())
    done = run("--output", str(path), "--only", "U-05", "--lang", "en")
    assert done.returncode == 3
    assert "cannot be written" in done.stderr
    assert sorted(tmp_path.iterdir()) == before
    assert there != "file" or path.read_text() == "mine"


def test_only_its_user_may_read_the_result(tmp_path):
    run("--output", "result.json", "--only", "U-05", cwd=tmp_path)
    assert (tmp_path / "result.json").stat().st_mode & 0o777 == 0o600


def test_english_reasons_stand_beside_the_korean_results(tmp_path):
    run("--output", "result.json", "--only", "U-64", "--lang=en", cwd=tmp_path)
    (item,) = json.loads((tmp_path / "result.json").read_bytes())["items"]
    assert item["status"] == "수동점검"
    assert item["reason"].startswith("Check that")


def test_an_interrupted_run_leaves_nothing(tmp_path):
    here = tmp_path / "here"
    here.mkdir()
    command = ["sh", str(SCRIPT), "--output", "result.json"]
    with subprocess.Popen(
        command,
        cwd=here,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(here)},
    ) as running:
        for line in running.stderr:
            if line.startswith("U-01"):
                break
        running.terminate()
        running.stderr.read()
    assert running.returncode == 130
    assert not list(here.iterdir())
