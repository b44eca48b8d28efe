"""A missing service fails under CI=true; elsewhere the test is skipped and says what to install."""

import os

import pytest


def missing(what: str, packages: str) -> None:
    """Skip or fail the test that needs *what*; *packages* are Debian's names."""
    sentence = f"{what} is not installed: apt-get install {packages}"
    if os.environ.get("CI") == "true":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)
