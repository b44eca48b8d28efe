"""Platforms, profiles, requirements and the organisation's own assessments."""
