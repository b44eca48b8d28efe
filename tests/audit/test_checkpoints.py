"""Signed checkpoints: what they hold the stream to, from inside the database and from outside."""

import json
import random

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from compliance.audit import checking, checkpoints, keys, notes, proofs, triggers
from compliance.audit.models import Checkpoint, Entry, Head, Subtree
from compliance.audit.services import SYSTEM, record_all, sign, sign_all
from compliance.shared.errors import Refused
from tests import flips


def write(organisation, count):
    with transaction.atomic():
        told = [(organisation, {"reason": f"까닭 {number}"}) for number in range(count)]
        record_all(SYSTEM, "organisation.created", told)


@pytest.fixture
def signed(manna, alice):
    """A log of 602 entries with checkpoints of 302 and 602 of them."""
    for _round in range(2):
        write(manna, 300)
        sign_all()
    return manna


@pytest.fixture
def unlocked(signed):
    triggers.drop(connection)
    yield signed
    triggers.create(connection)


def check():
    [report] = checking.check_all()
    return report


def test_it_is_intact(signed):
    report = check()
    assert (report.broken, report.problems, report.checkpoints) == ("", [], 4)
    assert list(Checkpoint.objects.values_list("size", flat=True)) == [602, 302]
    assert Subtree.objects.count() == 2


def test_nothing_new_is_signed_twice(signed):
    first = checkpoints.latest(signed.pk)
    assert sign(signed.pk) == first
    assert len(list(checkpoints.kept(checkpoints.outside(signed.pk)))) == 2


def test_signing_reads_only_what_is_new(signed):
    write(signed, 1)
    with CaptureQueriesContext(connection) as few:
        sign(signed.pk)
    write(signed, 100)
    with CaptureQueriesContext(connection) as many:
        sign(signed.pk)
    assert len(many) == len(few)


@pytest.mark.parametrize("verb", ["update", "delete", "replace"])
@pytest.mark.parametrize("model", [Entry, Checkpoint, Subtree])
def test_the_database_refuses(signed, model, verb):
    row = model.objects.order_by("pk").first()
    with pytest.raises(DatabaseError, match="append only|duplicate key"), transaction.atomic():
        if verb == "replace":
            model._base_manager.bulk_create([row]) if connection.vendor == "postgresql" else (
                _replace(row)
            )
        elif verb == "update":
            model.objects.update(organisation_id=0)
        else:
            model.objects.all()._raw_delete("default")


def _replace(row):
    """SQLite's way to change a row without an UPDATE and without its DELETE being seen."""
    table = row._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")  # noqa: S608


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
@pytest.mark.parametrize("table", ["audit_entry", "audit_checkpoint", "audit_subtree"])
def test_it_cannot_be_truncated(signed, table):
    with pytest.raises(DatabaseError, match="append only"), transaction.atomic():
        connection.cursor().execute(f"TRUNCATE {table} CASCADE")


def rewrite_from(organisation, seq):
    """What a clever forger does: change an entry and chain everything after it anew."""
    from compliance.audit import chain

    previous = Entry.objects.get(organisation_id=organisation.pk, seq=seq).previous
    for entry in Entry.objects.filter(organisation_id=organisation.pk, seq__gte=seq).order_by(
        "seq"
    ):
        if entry.seq == seq:
            entry.actor_name = "nobody"
        entry.previous = previous
        previous = entry.digest = chain.digest(entry)
        entry.save(update_fields=["actor_name", "previous", "digest"])
    Head.objects.filter(organisation_id=organisation.pk).update(digest=previous)


def test_a_chain_that_was_made_anew_does_not_fit_the_checkpoints(unlocked):
    rewrite_from(unlocked, 500)
    report = check()
    assert report.broken == ""
    assert "the checkpoint of 602 entries in the database was made of other entries" in (
        report.problems
    )


def cut(organisation, keep):
    """Take the end away everywhere in the database."""
    Entry.objects.filter(organisation_id=organisation.pk, seq__gt=keep)._raw_delete("default")
    last = Entry.objects.get(organisation_id=organisation.pk, seq=keep)
    Head.objects.filter(organisation_id=organisation.pk).update(seq=keep, digest=last.digest)
    Checkpoint.objects.filter(size__gt=keep)._raw_delete("default")
    Subtree.objects.filter(number__gte=keep // 256)._raw_delete("default")


def test_a_cut_tail_is_seen_by_the_file_beside_the_database(unlocked):
    cut(unlocked, 302)
    assert "the stream was cut: it ends at entry 302" in "; ".join(check().problems)


def test_a_cut_tail_is_seen_by_a_checkpoint_from_elsewhere(unlocked, tmp_path, capsys):
    kept = tmp_path / "checkpoint.txt"
    kept.write_text(checkpoints.latest(unlocked.pk).note, "utf-8")
    cut(unlocked, 302)
    checkpoints.outside(unlocked.pk).unlink()
    call_command("verify_audit")  # nothing inside tells
    with pytest.raises(CommandError, match="1 of 1 audit chains are broken"):
        call_command("verify_audit", "--checkpoint", str(kept))
    assert "ends at entry 302, but the checkpoint of 602 entries in checkpoint.txt" in (
        capsys.readouterr().out
    )


def test_a_whole_organisation_that_was_taken_away_is_missed(unlocked):
    for model in (Entry, Checkpoint, Subtree, Head):
        model.objects.all()._raw_delete("default")
    known = keys.verifiers()
    [line] = list(checkpoints.kept(checkpoints.outside(unlocked.pk)))[-1:]
    claim = checking.open_claim(line[1], "kept", known)
    [report] = checking.check_all([claim])
    assert not report.intact


def test_nothing_is_signed_over_a_broken_log(unlocked):
    write(unlocked, 5)
    Entry.objects.filter(organisation_id=unlocked.pk, seq=604).update(actor_name="nobody")
    with pytest.raises(Refused, match="604"):
        sign(unlocked.pk)
    made, broken = sign_all()
    assert not made
    assert "entry 604" in broken[unlocked.pk]


def test_a_note_by_another_key_is_refused(signed, tmp_path, settings):
    note = checkpoints.latest(signed.pk).note
    settings.VAR_DIR = tmp_path / "another installation"
    with pytest.raises(notes.BadNote, match="does not know"):
        notes.opened(note, keys.verifiers())


def test_every_sign_of_a_note_counts(signed):
    note, known = checkpoints.latest(signed.pk).note, keys.verifiers()
    notes.opened(note, known)
    data = note.encode()
    for bit in range(len(data) * 8):
        with pytest.raises(ValueError, match=r"."):
            notes.opened(flips.flip(data, bit).decode("utf-8", "surrogateescape"), known)


def test_a_key_may_be_replaced(signed, settings):
    (settings.VAR_DIR / "keys" / "audit.pem").unlink()
    write(signed, 3)
    sign(signed.pk)
    assert len(keys.verifiers()) == 2
    assert check().intact


def test_an_entry_is_proven(signed, capsys):
    call_command("prove_audit", f"{signed.pk}:17", "--json")
    proof = json.loads(capsys.readouterr().out)
    assert json.loads(proof["entry"])["seq"] == 17
    assert proofs.holds(proof)
    assert not proofs.holds({**proof, "entry": proof["entry"].replace("까닭", "핑계")})
    assert not proofs.holds({**proof, "path": proof["path"][:-1]})
    with pytest.raises(CommandError, match="under no checkpoint"):
        call_command("prove_audit", f"{signed.pk}:9999")
    with pytest.raises(CommandError, match="organisation:number"):
        call_command("prove_audit", "17")


def test_checkpoints_are_printed(signed, capsys):
    write(signed, 1)
    call_command("audit_checkpoint", "--json")
    [made] = json.loads(capsys.readouterr().out)["checkpoints"]
    assert made["size"] == 603
    assert made["note"].startswith("gatepass-")
    call_command("audit_checkpoint")
    assert f"/audit/{signed.pk}\n603\n" in capsys.readouterr().out


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("where", ["entries", "checkpoints", "tiles", "file"])
def test_a_turned_bit_is_found_and_named(signed, where, seed):
    chosen = random.Random(f"{where}{seed}")  # noqa: S311
    done = 0
    while done < 10:
        if where == "file":
            found = flips.in_outside(signed.pk, chosen)
        else:
            found = flips.in_table(where, signed.pk, chosen)
        if found is None:
            continue
        caught, said = found
        assert caught, said
        assert any(sign.isdigit() for sign in said.partition(": ")[2]), said
        done += 1
    assert check().intact
