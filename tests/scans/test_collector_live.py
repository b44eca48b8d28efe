"""The collector in a real Debian, hardened and weakened."""

import hashlib
import io
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from django.conf import settings

from compliance.scans import parsers
from compliance.scans.models import Finding
from compliance.scans.records import Row
from compliance.scans.services import import_now
from tests.scans import debian
from tests.scans.collector_cases import ALICE, BAD, BY_HAND, CASES, GOOD, MANUAL, NONE

pytestmark = [pytest.mark.services, pytest.mark.timeout(600)]
SCRIPT = settings.BASE_DIR / "collector" / "gatepass-collector.sh"
NOBODY = "65534:65534"
APPLETS = (
    "awk sed grep find od stat sha256sum sort head tail tr cut date uname mktemp timeout cat id"
    " hostname readlink rm cp uniq ash"
)


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    root = tmp_path_factory.mktemp("debian") / "root"
    subprocess.run(["cp", "-a", debian.userland(), root], check=True)
    yield debian.Server(root)
    shutil.rmtree(root)


@pytest.fixture
def server(machine):
    yield machine
    machine.restore()


def apply(server, changes):
    server.restore()
    for change in changes:
        change(server)


@pytest.mark.parametrize(
    ("code", "hardened", "weakened"),
    CASES,
    ids=[f"{case[0]}-{number}" for number, case in enumerate(CASES)],
)
def test_each_setting_turns_its_item_around(server, code, hardened, weakened):
    apply(server, hardened)
    item = server.run("--only", code).items[code]
    assert item["status"] == GOOD, item
    apply(server, weakened)
    item = server.run("--only", code).items[code]
    assert item["status"] == BAD, item
    assert item["evidence"] or item["reason"]


def test_every_item_is_in_the_table_or_needs_a_person(server):
    statuses = server.run().statuses
    assert len(statuses) == 67
    assert set(statuses) == {case[0] for case in CASES} | BY_HAND
    assert {statuses[code] for code in ("U-07", "U-33", "U-64")} == {MANUAL}
    assert statuses["U-45"] == statuses["U-49"] == NONE


def test_a_member_of_the_administrators_is_for_a_person_to_judge(server):
    apply(server, [debian.replace("/etc/group", "sudo:x:27:", "sudo:x:27:alice")])
    assert server.run("--only", "U-08").statuses == {"U-08": MANUAL}


def _state(root: Path) -> dict[str, tuple]:
    """Every file with its content, mode, owner and times of change."""
    found = {}
    for folder, folders, files in os.walk(root):
        for name in [*folders, *files]:
            path = Path(folder) / name
            stat = path.lstat()
            regular = path.is_file() and not path.is_symlink()
            digest = hashlib.sha256(path.read_bytes()).hexdigest() if regular else ""
            times = (stat.st_mtime_ns, stat.st_ctime_ns)
            found[str(path.relative_to(root))] = (
                stat.st_mode,
                stat.st_uid,
                stat.st_gid,
                times,
                digest,
            )
    found.pop("tmp")  # its own temporary folder and its result
    return found


def test_it_changes_nothing(server):
    before = _state(server.root)
    result = server.run()
    assert result.left == ["result.json"]  # and its temporary folder is gone
    assert _state(server.root) == before


@pytest.mark.parametrize("shell", ["dash", "bash", "busybox"])
def test_every_shell_and_busybox_userland_judge_alike(server, shell):
    reference = server.run(by=("dash",))
    if shell != "busybox":
        assert server.run(by=(shell,)).statuses == reference.statuses
        return
    busybox = shutil.which("busybox")
    if busybox is None:
        pytest.skip("busybox is not installed (tools/bootstrap test)")
    tools = server.remember("/opt/box/busybox").parent
    shutil.copy(busybox, tools / "busybox")
    for name in APPLETS.split():
        (tools / name).symlink_to("busybox")
    boxed = {"by": ("/opt/box/ash",), "PATH": "/opt/box:/usr/bin:/bin"}
    assert server.run(**boxed).statuses == reference.statuses
    orphan, open_file = debian.put("/srv/a", "", owner=4242), debian.put("/srv/b", "", 0o4666)
    orphan(server)
    open_file(server)
    found = server.run("--only", "U-15,U-23,U-25", **boxed)
    assert set(found.statuses.values()) == {BAD}


def test_what_another_user_may_not_read_is_never_a_pass(server):
    apply(server, [debian.put("/etc/sudoers", "root ALL=(ALL:ALL) ALL\n", 0o440)])
    server.at("/root").chmod(0o700)
    result = server.run(user=NOBODY)
    assert result.code == 1
    assert "root가 아닙니다" in result.said
    for code in ("U-04", "U-13", "U-27", "U-63"):
        assert result.statuses[code] == "오류", result.items[code]
        assert "unreadable: " in result.items[code]["evidence"]
    passed_as_root = {code for code, status in server.run().statuses.items() if status == GOOD}
    passed = {code for code, status in result.statuses.items() if status == GOOD}
    assert passed <= passed_as_root


def test_hostile_names_stay_valid_json_and_readable_rows(server, tmp_path):
    name = '/srv/한글 "quote"\\ \n\x1b[31m\x7f'
    apply(
        server,
        [
            debian.put(name, "", 0o666),
            debian.add("/etc/passwd", ALICE.replace("::/home", ':"김 철수\t\x01\\", 배달:/home')),
        ],
    )
    raw = os.fsencode(server.root) + b"/srv/\xff\xfe\xed\xa0\x80"
    server.remember("/srv/" + os.fsdecode(b"\xff\xfe\xed\xa0\x80"))
    Path(os.fsdecode(raw)).write_bytes(b"")
    Path(os.fsdecode(raw)).chmod(0o666)
    result = server.run()
    evidence = result.items["U-25"]["evidence"]
    assert '/srv/한글 "quote"\\ \n\\x1b[31m\\x7f' in evidence
    assert "/srv/\\xff\\xfe\\xed\\xa0\\x80" in evidence
    path = tmp_path / "result.json"
    path.write_bytes(result.content)
    with path.open("rb") as stream:
        rows = [record for record in parsers.read(stream) if isinstance(record, Row)]
    assert len(rows) == 67
    assert not [row for row in rows if row.suspicious]


def test_no_hash_and_no_community_leaves_the_server(server):
    secret = "Zm9vYmFyc2VjcmV0"
    apply(
        server,
        [
            debian.add("/etc/shadow", f"a:$6$salt${secret}:1::::::\n"),
            debian.add("/etc/passwd", f"b:{secret}:1002:100::/:/bin/sh\n"),
            debian.put("/etc/snmp/snmpd.conf", f"rocommunity {secret}\n", 0o600),
            debian.put("/etc/rsyslog.conf", f"auth.* :ommysql:db,log,log,{secret}\n"),
        ],
    )
    assert secret.encode() not in server.run().content


def test_a_search_that_runs_out_of_time_is_never_a_pass(server):
    box = server.remember("/opt/slow/find")
    box.write_text("#!/bin/sh\nsleep 5\n")
    box.chmod(0o755)
    found = server.run("--only", "U-25", PATH="/opt/slow:/usr/bin:/bin", GATEPASS_FIND_SECONDS="1")
    assert found.statuses == {"U-25": "오류"}
    assert "time limit" in found.items["U-25"]["evidence"]


def test_an_item_that_hangs_is_given_up_and_the_run_goes_on(server):
    box = server.remember("/opt/slow/find")
    box.write_text('#!/bin/sh\ncase "$1" in /etc/init.d) exec sleep 20 ;; esac\n')
    box.chmod(0o755)
    found = server.run(
        "--only", "U-16,U-17,U-18", PATH="/opt/slow:/usr/bin:/bin", GATEPASS_FIND_SECONDS="1"
    )
    assert (found.statuses["U-16"], found.statuses["U-17"]) == (GOOD, "오류")
    assert "U-18" in found.statuses
    assert found.code == 1


def test_without_a_timeout_command_the_answer_is_the_same(server):
    server.remember("/usr/bin/timeout").unlink()
    found = server.run("--only", "U-15,U-23,U-25")
    assert set(found.statuses.values()) == {GOOD}


def test_this_machine_as_it_is(tmp_path):
    path = tmp_path / "result.json"
    done = subprocess.run(
        ["sh", SCRIPT, "--output", path], capture_output=True, text=True, timeout=500
    )
    assert done.returncode in (0, 1), done.stderr
    with path.open("rb") as stream:
        rows = [record for record in parsers.read(stream) if isinstance(record, Row)]
    assert len(rows) == 67
    assert not [row for row in rows if row.suspicious]


def test_what_was_fixed_between_two_runs_is_closed(server, manna, alice, adopted):
    def bring(name):
        time.sleep(1)  # the script's clock counts seconds, and a run must be later than the last
        content = io.BytesIO(server.run("--only", "U-16,U-18").content)
        import_now(manna, content, name=name, by=alice)
        return dict(Finding.objects.values_list("rule__code", "state"))

    apply(server, [debian.mode("/etc/passwd", 0o666), debian.mode("/etc/shadow", 0o644)])
    assert bring("first.json") == {"U-16": "open", "U-18": "open"}
    apply(server, [debian.mode("/etc/passwd", 0o644), debian.mode("/etc/shadow", 0o644)])
    assert bring("second.json") == {"U-16": "fixed", "U-18": "open"}
    apply(server, [debian.mode("/etc/passwd", 0o666), debian.mode("/etc/shadow", 0o644)])
    assert bring("third.json")["U-16"] == "open"
