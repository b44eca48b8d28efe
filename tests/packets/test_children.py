"""Sections are laid out in children: together without double work, stopped at once, limited."""

import errno
import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from compliance.packets import child, hands, render
from compliance.packets.press.store import Store
from compliance.packets.render import Mark
from compliance.shared.errors import Refused
from tests.packets.samples import make_manifest, read_sample


class Stopped(Exception):
    """What a person's click on Cancel raises between two looks."""


@pytest.fixture(scope="module")
def plan():
    return render.plan(make_manifest(), "ko")


@pytest.fixture
def empty(tmp_path):
    return Store(tmp_path / "sections")


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_a_child_draws_what_this_process_draws(plan, empty, store):
    render.compile_missing(plan, empty, read_sample)
    for section, digest in zip(plan.sections, plan.digests, strict=True):
        empty.put(f"{digest[:63]}x", render.compile_section(section, "ko", read_sample))
        kept = empty.root / digest[:2] / digest
        assert kept.read_bytes() == kept.with_name(f"{digest[:63]}x").read_bytes(), section.key


def test_workers_share_the_sections_without_doing_any_twice(plan, empty):
    counts: list[int] = []

    def work() -> None:
        counts.append(render.compile_missing(plan, empty, read_sample))

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(counts) == len(plan.sections)
    assert min(counts) > 0
    assert not any((empty.root / "claims").iterdir())


def test_a_claim_is_one_workers_and_ends_with_it(empty):
    with empty.claim("ab") as mine, empty.claim("ab") as other:
        assert (mine, other) == (True, False)
    with empty.claim("ab") as again:
        assert again
    # What a killed worker leaves is a name without a lock.
    (empty.root / "claims" / "ab").touch()
    with empty.claim("ab") as after_a_crash:
        assert after_a_crash


def test_who_comes_second_waits_for_the_last_section(plan, empty):
    held = plan.digests[-1]
    done = threading.Event()

    def work() -> None:
        render.compile_missing(plan, empty, read_sample)
        done.set()

    with empty.claim(held):
        worker = threading.Thread(target=work)
        worker.start()
        assert not done.wait(4)
    worker.join(60)
    assert done.is_set()
    assert empty.has(held)


def test_the_marks_tell_how_each_section_stands(plan, empty):
    seen: list[str] = []
    render.compile_missing(plan, empty, read_sample, lambda standing: seen.append(standing.marks()))
    assert seen[0] == Mark.UNDER_WAY + Mark.WAITING * (len(plan.sections) - 1)
    assert seen[-1] == Mark.DONE * len(plan.sections)
    again: list[str] = []
    render.compile_missing(
        plan, empty, read_sample, lambda standing: again.append(standing.marks())
    )
    assert again[-1] == Mark.THERE * len(plan.sections)


def test_stopping_ends_the_child_at_once_and_leaves_nothing_half_written(plan, empty):
    pids: list[int] = []

    def look(standing):
        if standing.finished >= 3:
            pids.extend(child_pids())
            raise Stopped

    before = time.monotonic()
    with pytest.raises(Stopped):
        render.compile_missing(plan, empty, read_sample, look)
    assert pids
    assert not any(map(alive, set(pids) - set(child_pids())))
    assert time.monotonic() - before < 60
    assert not [path for path in empty.root.rglob("*") if path.name.startswith(".new-")]
    ready = sum(empty.has(digest) for digest in plan.digests)
    assert render.compile_missing(plan, empty, read_sample) == len(plan.sections) - ready


def child_pids() -> list[int]:
    found = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    pids = [int(pid) for path in found for pid in path.read_text().split()]
    return [
        pid
        for pid in pids
        if b"compliance.packets.child" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


def test_a_killed_child_is_replaced(plan, empty):
    killed: list[int] = []

    def look(standing):
        if standing.finished == 2 and not killed:
            killed.extend(child_pids())
            for pid in killed:
                os.kill(pid, signal.SIGKILL)

    assert render.compile_missing(plan, empty, read_sample, look) == len(plan.sections)
    assert killed


def test_a_section_that_takes_too_much_is_named(plan, empty, monkeypatch):
    """Twice the child dies of it; then the packet is refused, and says which section it is."""

    def die(self, *args):
        raise hands.Lost

    monkeypatch.setattr(hands.Hand, "compile", die)
    section = plan.sections[2]
    with pytest.raises(Refused, match=section.title):
        render.compile_missing(
            replace(plan, sections=[section], digests=plan.digests[2:3]), empty, read_sample
        )


def test_a_child_dies_of_memory_and_not_its_worker(plan, empty, monkeypatch):
    """A real one: a section of 40 million letters in a child that may take 2 GB and no more."""
    section = next(each for each in plan.sections if each.form == "requirement")
    monster = replace(
        section,
        inputs={**section.inputs, "each": {**section.inputs["each"], "reason": "가 " * 20_000_000}},
    )
    plan = replace(plan, sections=[monster], digests=["ab" * 32])
    with pytest.raises(Refused, match=section.key.removeprefix("req-")):
        render.compile_missing(plan, empty, read_sample)


def test_a_full_disk_is_an_error_of_the_disk(plan, empty, monkeypatch):
    (empty.root / plan.digests[0][:2]).parent.mkdir(parents=True)
    (empty.root / plan.digests[0][:2]).symlink_to("/dev/full/nowhere")
    with pytest.raises(OSError, match=r".") as caught:
        render.compile_missing(plan, empty, read_sample)
    assert caught.value.errno in {errno.ENOTDIR, errno.EEXIST, errno.ENOSPC}


def test_the_child_knows_no_secret_and_no_room():
    wanted = hands._setup()
    assert not {"SECRET_KEY", "DATABASES", "INSTALLED_APPS"} & set(wanted)
    assert all("KEY" not in name and "URL" not in name for name in hands._ENVIRONMENT)
    assert child.MEMORY <= 2 * 1024**3
