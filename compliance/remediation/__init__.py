"""Remediation tasks (보완조치): from a failure to a closed, proven fix."""
