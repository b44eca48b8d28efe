"""Proofs that a checkpoint covers an entry, and that it goes on from an earlier checkpoint.

What is given out here is plain JSON, checked by the functions below without database or network.
"""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from compliance.audit import aliases, chain, checkpoints, keys
from compliance.audit.merkle import is_consistent, root_by_inclusion, root_of
from compliance.audit.models import Alias, Checkpoint, Entry
from compliance.audit.notes import BadNote, Statement, Verifier, opened

LARGEST = 64 * 1024 * 1024


class Cited(TypedDict):
    """One entry that a packet stands on; *about* says in the packet's words what it decided."""

    seq: int
    digest: str
    action: str
    at: str
    by: str
    about: str


class Node(TypedDict):
    """The hash over leaves *low* to *high*, the latter not included."""

    low: int
    high: int
    hash: str


class Former(TypedDict):
    """The checkpoint of an earlier packet, and that this one goes on from it."""

    note: str
    consistency: list[str]


class Section(TypedDict):
    """What a packet carries of the audit log."""

    note: str
    key: str
    cited: list[Cited]
    nodes: list[Node]
    former: NotRequired[Former]


def section(checkpoint: Checkpoint, cited: Sequence[Cited], former: str = "") -> Section:
    """Return the proof of all *cited* under *checkpoint*; *former* is the note of an earlier one."""
    tree = checkpoints.tree(checkpoint)
    indexes = [each["seq"] - 1 for each in cited]
    tree.prepare(indexes)
    made: Section = {
        "note": checkpoint.note,
        "key": _key_of(checkpoint),
        "cited": list(cited),
        "nodes": [
            {"low": low, "high": high, "hash": node.hex()}
            for (low, high), node in sorted(tree.beside(indexes).items())
        ],
    }
    if former:
        known = opened(former, keys.verifiers())
        path = tree.consistency(known.size)
        made["former"] = {"note": former, "consistency": [each.hex() for each in path]}
    return made


def problems_of(section: Section, known: Sequence[Verifier] = ()) -> list[str]:
    """Say what does not hold in a packet's section; nothing when all does.

    With no key *known* the section's own is taken: that shows that nothing was altered, not who
    signed. Whoever checks compares the key with the one that the portal publishes.
    """
    try:
        keys_known = list(known) or [Verifier.parse(section["key"])]
        statement = opened(section["note"], keys_known)
        found = (
            [] if _covers(section, statement) else ["the entries are not those of the checkpoint"]
        )
        if former := section.get("former"):
            found += _after(former, statement, keys_known)
    except BadNote as error:
        return [str(error)]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return [f"the proof cannot be read ({error})"]
    return found


def _covers(section: Section, statement: Statement) -> bool:
    leaves = {each["seq"] - 1: bytes.fromhex(each["digest"]) for each in section["cited"]}
    nodes = {(each["low"], each["high"]): bytes.fromhex(each["hash"]) for each in section["nodes"]}
    return root_of(statement.size, leaves, nodes).hex() == statement.root


def _after(former: Former, latter: Statement, known: Sequence[Verifier]) -> list[str]:
    try:
        before = opened(former["note"], known)
    except BadNote as error:
        return [f"the former checkpoint: {error}"]
    path = [bytes.fromhex(each) for each in former["consistency"]]
    pair = [(each.size, bytes.fromhex(each.root)) for each in (before, latter)]
    holds = is_consistent(pair[0], pair[1], path)
    return [] if holds else ["the log does not go on from the one of the former packet"]


def prove(organisation_id: int, seq: int) -> dict[str, Any] | None:
    """Return entry *seq* with its audit path under the newest checkpoint; None when none covers it."""
    checkpoint = checkpoints.latest(organisation_id)
    entry = Entry.objects.filter(organisation_id=organisation_id, seq=seq).first()
    if entry is None or checkpoint is None or checkpoint.size < seq:
        return None
    tree = checkpoints.tree(checkpoint)
    return {
        "entry": chain.canonical(chain.covered_of(entry)),
        # {token in the entry: what it commits to}; empty of who was erased.
        "names": _names(entry),
        "digest": entry.digest,
        "index": seq - 1,
        "size": checkpoint.size,
        "root": checkpoint.root,
        "path": [each.hex() for each in tree.inclusion(seq - 1)],
        "checkpoint": checkpoint.note,
        "key": _key_of(checkpoint),
    }


def _names(entry: Entry) -> dict[str, list[Any]]:
    """{token: [salt, kind, person, text]}: SHA-256 of the list as JSON begins with the token."""
    held = set(aliases.tokens_in(list(chain.covered_of(entry).values())))
    rows = Alias.objects.filter(token__in=held).exclude(text="")
    return {each.token: [each.salt, each.kind, each.person_id, each.text] for each in rows}


def holds(proof: Mapping[str, Any]) -> bool:
    """Say whether what `prove` returned leads to the root of its checkpoint."""
    statement = opened(proof["checkpoint"], [Verifier.parse(proof["key"])])
    path = [bytes.fromhex(each) for each in proof["path"]]
    leaf = chain.digest_of(proof["entry"])
    root = root_by_inclusion(proof["index"], statement.size, bytes.fromhex(leaf), path)
    named = all(aliases.token_of(*told) == token for token, told in proof["names"].items())
    return named and leaf == proof["digest"] and root is not None and root.hex() == statement.root


def found_in(path: Path) -> tuple[str, Section | None]:
    """Return the checkpoint in a file, and what else a packet carries of the log.

    The file is a note, lines of ours, a manifest or a packet's ZIP. Raises BadNote, or OSError.
    """
    data = path.read_bytes()
    if data.startswith(b"PK"):
        data = _manifest(data)
    text = data.decode("utf-8", "replace")
    if not text.startswith("{"):
        return text, None
    try:
        found = json.loads(text.strip().splitlines()[-1])
        section = found.get("audit")
        return str(found["note"] if section is None else section["note"]), section
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadNote("The file holds no checkpoint of an audit log.") from error


def _manifest(data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packet:
            info = packet.getinfo("manifest.json")
            if info.file_size > LARGEST:
                raise BadNote("The manifest in the packet is larger than a manifest is.")
            return packet.read(info)
    except (zipfile.BadZipFile, KeyError, NotImplementedError) as error:
        raise BadNote("The file is no packet: it has no manifest.json.") from error


def _key_of(checkpoint: Checkpoint) -> str:
    return next((str(each) for each in keys.verifiers() if each.name == checkpoint.key), "")
