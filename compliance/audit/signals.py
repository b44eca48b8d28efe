"""Sent after the commit of every entry; `notices` listens."""

from django.dispatch import Signal

recorded = Signal()
