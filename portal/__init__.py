"""The roof: settings, urls, celery, middleware. It wires, it never decides."""

# Loaded with the roof, so that whoever queues work speaks to the configured broker.
from portal.celery import app as celery_app

__all__ = ["celery_app"]
