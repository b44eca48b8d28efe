"""Entries outlive what they describe: no foreign keys, no update, no delete.

Names are frozen, but held apart from the entry (`Alias`), so that they can be erased.
"""

import json
from typing import Any, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.audit import opening
from compliance.audit.escaping import visible
from compliance.audit.opening import DataWithNames, TextWithNames
from compliance.audit.registry import UNKNOWN, label_of, sentence_of
from compliance.shared.sealed import SealedTextField


class Entry(models.Model):
    """One thing that happened, chained to the one before it in its organisation."""

    organisation_id = models.BigIntegerField(_("organisation"))
    seq = models.BigIntegerField(_("number"))
    at = models.DateTimeField(_("at"))
    actor_id = models.BigIntegerField(_("actor id"), null=True)
    actor_name = TextWithNames(_("actor"), max_length=200)
    action = models.CharField(_("action"), max_length=80)
    target_kind = models.CharField(_("kind of target"), max_length=80)
    target_id = models.BigIntegerField(_("target id"), null=True)
    target_name = TextWithNames(_("target"), max_length=400)
    data = DataWithNames(_("details"), default=dict, encoder=DjangoJSONEncoder)
    request_id = models.CharField(max_length=40, blank=True)
    address = TextWithNames(_("address"), max_length=60, blank=True)
    user_agent = TextWithNames(max_length=200, blank=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("audit entry")
        ordering = ["organisation_id", "-seq"]
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "seq"], name="audit_one_seq"),
        ]
        indexes = [
            models.Index(
                fields=["organisation_id", "target_kind", "target_id"], name="audit_target"
            ),
            models.Index(fields=["organisation_id", "-at"], name="audit_at"),
            models.Index(fields=["organisation_id", "actor_id", "seq"], name="audit_actor"),
            models.Index(fields=["organisation_id", "action", "seq"], name="audit_action"),
        ]

    def __str__(self) -> str:
        return self.sentence

    @classmethod
    def from_db(cls, *args: Any) -> Self:
        entry = super().from_db(*args)
        opening.wait(entry)
        return entry

    @property
    def sentence(self) -> str:
        """The entry in the reader's language."""
        words = _Words({key: label_of(self.action, key, self.data[key]) for key in self.data})
        words |= {"actor": self.actor_name, "target": self.target_name, "action": self.action}
        text = str(sentence_of(self.action)) or str(UNKNOWN)
        return visible(text.format_map(words))

    @property
    def actor(self) -> str:
        """Who it was, without the address of mail."""
        return visible(self.actor_name.partition(" <")[0])

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """(field, before, after) of everything that the entry says was changed."""
        before, after = self.data.get("before"), self.data.get("after")
        if isinstance(changed := self.data.get("changed"), dict):
            before = {name: pair[0] for name, pair in changed.items()}
            after = {name: pair[1] for name, pair in changed.items()}
        if not isinstance(before, dict) or not isinstance(after, dict):
            return (
                [("", _said(before), _said(after))] if {"before", "after"} & set(self.data) else []
            )
        names = dict.fromkeys([*before, *after])
        pairs = [(name, _said(before.get(name)), _said(after.get(name))) for name in names]
        return [pair for pair in pairs if pair[1] != pair[2]]


def _said(value: object) -> str:
    if value is None or value == "":
        return "—"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return visible(text)


class _Words(dict[str, Any]):
    """A sentence must never fail because an old entry lacks a key."""

    def __missing__(self, key: str) -> str:
        return "…"


class Alias(models.Model):
    """What a person is called in entries of an organisation, or where they came from.

    Entries hold *token*, a commitment to the other columns (`aliases.token_of`). Erased: *text* and
    *salt* are empty and *person_id* says whose it was. *kept* holds both, sealed, for as long as the
    law asks for access records.
    """

    class Kind(models.TextChoices):
        NAME = "name", _("name")
        MAIL = "mail", _("e-mail")
        ADDRESS = "address", _("address")
        AGENT = "agent", _("program")

    organisation_id = models.BigIntegerField()
    token = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    person_id = models.BigIntegerField(null=True)
    text = models.CharField(max_length=400, blank=True)
    salt = models.CharField(max_length=32, blank=True)
    kept = SealedTextField(blank=True, default="")
    kept_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("name in the audit log")
        indexes = [
            models.Index(fields=["organisation_id", "text"], name="audit_alias_text"),
            models.Index(fields=["organisation_id", "kind"], name="audit_alias_kind"),
            models.Index(fields=["person_id"], name="audit_alias_person"),
        ]

    def __str__(self) -> str:
        return self.shown

    @property
    def shown(self) -> str:
        """The text, or what stands in its place once it is erased."""
        if self.text:
            return self.text
        if self.kind == self.Kind.NAME:
            return opening.pseudonym(self.person_id)
        if self.kind == self.Kind.MAIL:
            return opening.mail_of_nobody(self.person_id)
        return str(_("erased"))


class Head(models.Model):
    """The last entry of an organisation's chain; the row that writers queue on."""

    organisation_id = models.BigIntegerField(unique=True)
    seq = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("end of the audit chain")

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.seq}"


class Checkpoint(models.Model):
    """The first *size* entries of a chain under one hash, signed: what a later stream is held to.

    *note* is the signed text (see `notes`); the other columns say what stands in it.
    """

    organisation_id = models.BigIntegerField()
    size = models.BigIntegerField(_("entries"))
    root = models.CharField(max_length=64)
    head = models.CharField(max_length=64)
    at = models.DateTimeField(_("at"))
    key = models.CharField(_("key"), max_length=100)
    note = models.TextField()

    class Meta:
        verbose_name = _("checkpoint of the audit log")
        ordering = ["organisation_id", "-size"]
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "size"], name="audit_one_size"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.size} {self.root[:12]}"


class Subtree(models.Model):
    """The hash over one full tile of entries (`merkle.TILE` of them), so that proofs read few rows."""

    organisation_id = models.BigIntegerField()
    number = models.BigIntegerField()
    root = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("part of the audit log's hash tree")
        ordering = ["organisation_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "number"], name="audit_one_tile"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.number}"
