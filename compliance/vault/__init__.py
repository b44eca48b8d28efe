"""Bytes: stored once per organisation under their SHA-256, inspected on the way in, re-hashed on
the way out. Knows nothing of what the bytes prove."""
