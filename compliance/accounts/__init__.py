"""Organisations, people, roles, tokens, sign-in."""
