"""Twenty processes write into one organisation's log at once, and the chain holds."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

ROOT = Path(__file__).resolve().parents[2]


def write_into(database: str, folder: Path) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "DJANGO"))}
    return subprocess.run(
        [sys.executable, "-m", "tests.audit.writers"],
        cwd=ROOT,
        env={
            **kept,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "DATABASE_URL": database,
            "VAR_DIR": str(folder),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


@pytest.mark.services
def test_twenty_processes_on_sqlite(tmp_path):
    done = write_into(f"sqlite:///{tmp_path / 'writers.sqlite3'}", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("500 0 ")


@pytest.mark.services
def test_twenty_processes_on_postgresql(postgresql_url, tmp_path):
    base, _slash, _name = postgresql_url.rpartition("/")
    with closing(psycopg2.connect(postgresql_url)) as server:
        server.autocommit = True
        server.cursor().execute("CREATE DATABASE writers")
    done = write_into(f"{base}/writers", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("500 0 ")
