"""The one append-only, hash-chained stream of what happened.

Rooms say `from compliance.audit.services import record` and register their actions with
`compliance.audit.registry.register`.
"""
