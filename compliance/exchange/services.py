"""Verbs on documents that come in. Nothing reaches a profile's tables before `publish`."""

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.audit.services import SYSTEM, record
from compliance.exchange import composing, guessing, kinds, mappings, policies, selectors
from compliance.exchange.actions import Action
from compliance.exchange.items import NOTHING_FOUND, Item, Reading
from compliance.exchange.layouts import Layout, Role
from compliance.exchange.models import ProfileForm, ProfileImport, SavedMapping, State
from compliance.exchange.selectors import Source
from compliance.exchange.states import MOVES
from compliance.requirements import documents, loading
from compliance.requirements import services as requirements
from compliance.requirements.models import Assessment, Profile
from compliance.shared import states
from compliance.shared.errors import Conflict, Refused
from compliance.vault import services as vault
from compliance.vault.models import Blob
from compliance.vault.names import clean_name

MAPPING_NAME = _("Give the mapping a name, at most 100 characters.")


@dataclass(frozen=True, slots=True)
class Guess:
    """How a document is read when nobody has chosen yet; *mapping* where a saved one fits."""

    layout: Layout
    mapping: SavedMapping | None = None


def begin(
    organisation: Organisation, stream: vault.Readable, *, name: str, by: User
) -> ProfileImport:
    """Take a document in and guess how it is read. Raises Refused; then nothing is stored."""
    policies.check_can_import(organisation, by)
    name = clean_name(name)
    with _arrived(stream, name) as path:
        kind = kinds.detect(path, name)
        source = Source(path, kind)
        guess = _guess(organisation, source)
        source.read(guess.layout)
        with path.open("rb") as file:
            blob = vault.store(organisation, file, name=name, allow=kinds.ALLOWED)
    return _begin(organisation, blob, name, kind, guess, by)


@transaction.atomic
def _begin(
    organisation: Organisation, blob: Blob, name: str, kind: str, guess: Guess, by: User
) -> ProfileImport:
    imported = ProfileImport.objects.create(
        organisation=organisation,
        blob=blob,
        file_name=name,
        kind=kind,
        layout=guess.layout.as_json() | {"mapping": guess.mapping.name if guess.mapping else ""},
        created_by=by,
    )
    record(by, Action.IMPORT_BEGUN, imported, sha256=blob.sha256, kind=kind)
    return imported


@transaction.atomic
def choose(
    imported: ProfileImport,
    *,
    revision: int,
    by: User,
    layout: dict[str, Any] | None = None,
    about: dict[str, Any] | None = None,
) -> None:
    """Keep what a person chose. Raises Conflict when the import moved on since *revision*."""
    policies.check_can_edit(imported, by)
    columns: dict[str, Any] = {"revision": revision + 1}
    if layout is not None:
        columns["layout"] = layout
    if about is not None:
        columns["about"] = about
    rows = ProfileImport.objects.filter(pk=imported.pk, revision=revision, state=State.DRAFT)
    if not rows.update(**columns):
        imported.refresh_from_db()
        policies.check_can_edit(imported, by)
        raise Conflict(policies.CHANGED_MEANWHILE)
    for name, value in columns.items():
        setattr(imported, name, value)


def publish(imported: ProfileImport, *, revision: int, by: User) -> Profile:
    """Make the profile, and the form for the way back out, in one transaction."""
    policies.check_can_edit(imported, by)
    policies.check_is_current(imported, revision)
    reading = selectors.reading(imported)
    document = ready(reading, imported.about, imported.file_name)
    policies.check_identifier(document.data["profile"]["id"])
    return _publish(imported, document, reading, by)


def ready(reading: Reading, about: dict[str, Any], file_name: str) -> documents.Document:
    """Return the document that would be published, or raise Refused with what is missing."""
    if not reading.taken:
        raise Refused(NOTHING_FOUND)
    if reading.wrong:
        raise Refused(policies.ERRORS_REMAIN)
    if reading.data is None and not about.get("identifier"):
        raise Refused(_("Say first which platform the document is from, and its version."))
    return composing.document(reading, about, file_name)


@transaction.atomic
def _publish(
    imported: ProfileImport, document: documents.Document, reading: Reading, by: User
) -> Profile:
    organisation, about = imported.organisation, imported.about
    profile, _fresh = loading.load(document, organisation=organisation)
    states.move(imported, MOVES, State.PUBLISHED, profile=profile, finished_at=timezone.now())
    layout = composing.layout(Layout.of(imported.layout), reading).as_json()
    ProfileForm.objects.get_or_create(
        profile=profile,
        defaults={
            "organisation": organisation,
            "blob": imported.blob,
            "file_name": imported.file_name,
            "kind": imported.kind,
            "layout": layout,
        },
    )
    # Where an older version is in use its answers are carried over; an empty one beside it would hide them.
    begins = about.get("adopt") and not selectors.version_in_use(organisation, profile)
    if begins or about.get("take_answers"):
        requirements.adopt(organisation, profile, by=by)
    if about.get("take_answers"):
        _take_statements(organisation, profile, reading.taken, by)
        _take_verdicts(organisation, profile, _verdicts(reading, layout["words"]))
    record(by, Action.IMPORT_PUBLISHED, imported, profile=str(profile), **reading.counts())
    return profile


def _verdicts(reading: Reading, words: dict[str, str]) -> dict[str, str]:
    """{code: verdict} of the answers in the document. They are proposed; a person signs."""
    meant = guessing.meanings(words)
    found = {item.code: guessing.answer(item.answers, meant) for item in reading.taken}
    return {code: verdict for code, verdict in found.items() if verdict}


def _take_verdicts(organisation: Organisation, profile: Profile, claimed: dict[str, str]) -> None:
    codes: dict[str, list[str]] = defaultdict(list)
    for code, verdict in claimed.items():
        codes[verdict].append(code)
    rows = Assessment.objects.filter(organisation=organisation, requirement__profile=profile)
    for verdict, of_it in codes.items():
        rows.filter(requirement__code__in=of_it).update(claimed=verdict)


def _take_statements(
    organisation: Organisation, profile: Profile, items: list[Item], by: User
) -> None:
    """Write the document's statements where ours are empty."""
    texts = {item.code: text for item in items if (text := item.answers.get(Role.IMPLEMENTATION))}
    blank = Assessment.objects.filter(
        organisation=organisation, requirement__profile=profile, statement=""
    ).select_related("requirement", "organisation")
    requirements.write_statements(
        [(each, texts[each.requirement.code]) for each in blank if each.requirement.code in texts],
        by=by,
    )


def load_file(
    source: Source,
    layout: Layout,
    reading: Reading,
    about: dict[str, Any],
    *,
    organisation: Organisation | None,
) -> tuple[Profile, bool]:
    """Load a document without a wizard, as a command does; return the profile and whether it is new.

    An organisation's table is kept too, as the form for the way back out.
    """
    document = ready(reading, about, source.path.name)
    if organisation is None or not source.is_table:
        return loading.load(document, organisation=organisation)
    policies.check_identifier(document.data["profile"]["id"])
    name = clean_name(source.path.name)
    with source.path.open("rb") as file:
        blob = vault.store(organisation, file, name=name, allow=kinds.ALLOWED)
    with transaction.atomic():
        profile, created = loading.load(document, organisation=organisation)
        form, _fresh = ProfileForm.objects.get_or_create(
            profile=profile,
            defaults={
                "organisation": organisation,
                "blob": blob,
                "file_name": name,
                "kind": source.kind,
                "layout": composing.layout(layout, reading).as_json(),
            },
        )
        if created:
            record(SYSTEM, Action.IMPORT_PUBLISHED, form, profile=str(profile), **reading.counts())
    return profile, created


@transaction.atomic
def discard(imported: ProfileImport, *, by: User) -> None:
    """End the draft; the uploaded bytes stay in the vault, named by the audit log."""
    policies.check_can_edit(imported, by)
    states.move(imported, MOVES, State.DISCARDED, finished_at=timezone.now())
    record(by, Action.IMPORT_DISCARDED, imported)


def save_mapping(imported: ProfileImport, *, name: str, by: User) -> SavedMapping:
    """Keep the columns and words under *name*; an older one of that name is replaced."""
    policies.check_can_import(imported.organisation, by)
    name = " ".join(name.split())
    if not name or len(name) > 100:
        raise Refused(MAPPING_NAME)
    kept = mappings.kept(Layout.of(imported.layout), Source.of(imported).book())
    return _keep_mapping(imported, name, kept, by)


@transaction.atomic
def _keep_mapping(
    imported: ProfileImport, name: str, kept: mappings.Kept, by: User
) -> SavedMapping:
    saved, _created = SavedMapping.objects.update_or_create(
        organisation=imported.organisation,
        name=name,
        defaults={"layout": kept, "created_by": by, "used_at": timezone.now()},
    )
    record(by, Action.MAPPING_SAVED, saved)
    return saved


def _guess(organisation: Organisation, source: Source) -> Guess:
    if not source.is_table:
        return Guess(Layout())
    book = source.book()
    mapping = selectors.fitting_mapping(organisation, book)
    if mapping and (layout := mappings.applied(mapping.layout, book)):
        return Guess(layout, mapping)
    return Guess(guessing.layout(book))


@contextmanager
def _arrived(stream: vault.Readable, name: str) -> Iterator[Path]:
    """Write the upload to a private file, at most as much as a document may hold."""
    head = stream.read(vault.CHUNK)
    kinds.check_claim(name, None, head)
    with tempfile.NamedTemporaryFile(prefix="gatepass-") as file:
        size = 0
        while head:
            size += len(head)
            kinds.check_claim(name, size, b"")
            file.write(head)
            head = stream.read(vault.CHUNK)
        file.flush()
        kinds.check_form(Path(file.name), name)
        yield Path(file.name)
