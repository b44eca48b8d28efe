"""Settings from the environment: a wrong value stops the start with one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.env import Environment, database

ROOT = Path(__file__).resolve().parents[2]


def test_a_flag_is_true_or_false():
    assert Environment({"DEBUG": "true"}).flag("DEBUG", default=False) is True
    assert Environment({"DEBUG": "0"}).flag("DEBUG", default=True) is False
    assert Environment({}).flag("DEBUG", default=True) is True


def test_anything_else_is_refused():
    with pytest.raises(ImproperlyConfigured, match="DEBUG is 'maybe'; write true or false"):
        Environment({"DEBUG": "maybe"}).flag("DEBUG", default=False)


@pytest.mark.parametrize("raw", ["-1", "ten", "0"])
def test_a_number_is_bounded(raw):
    with pytest.raises(ImproperlyConfigured, match="UPLOAD_LIMIT_MB"):
        Environment({"UPLOAD_LIMIT_MB": raw}).number("UPLOAD_LIMIT_MB", 200, least=1)


def test_networks_are_read_and_a_wrong_one_is_named():
    read = Environment({"OUTBOUND_ALLOW": "10.1.2.0/24, 192.168.7.9,fd00::/8"})
    assert [str(each) for each in read.networks("OUTBOUND_ALLOW")] == [
        "10.1.2.0/24",
        "192.168.7.9/32",
        "fd00::/8",
    ]
    with pytest.raises(ImproperlyConfigured, match="OUTBOUND_ALLOW"):
        Environment({"OUTBOUND_ALLOW": "10.1.2.3/24"}).networks("OUTBOUND_ALLOW")


def test_ports_are_numbers_and_ranges():
    read = Environment({"OUTBOUND_PORTS": "443,8000-8999"})
    assert read.ports("OUTBOUND_PORTS", "80") == [(443, 443), (8000, 8999)]
    assert Environment({}).ports("OUTBOUND_PORTS", "80,443") == [(80, 80), (443, 443)]


@pytest.mark.parametrize("wrong", ["0", "70000", "x", "443-", "-443", "4 43"])
def test_what_is_no_port_is_refused(wrong):
    with pytest.raises(ImproperlyConfigured, match="OUTBOUND_PORTS"):
        Environment({"OUTBOUND_PORTS": wrong}).ports("OUTBOUND_PORTS", "80")


def test_a_secret_may_stand_in_a_file(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    assert Environment({"SECRET_KEY_FILE": str(secret)}).text("SECRET_KEY") == "s3cret"


def test_a_missing_secret_file_is_named(tmp_path):
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        Environment({"SECRET_KEY_FILE": str(tmp_path / "no")}).text("SECRET_KEY")


def test_both_databases_are_understood():
    assert database("sqlite:////var/lib/gatepass.db")["NAME"] == "/var/lib/gatepass.db"
    grown = database("postgresql://gate:p%40ss@db.internal:5433/gatepass")
    assert (grown["USER"], grown["PASSWORD"], grown["PORT"]) == ("gate", "p@ss", "5433")


def test_another_database_is_refused():
    with pytest.raises(ImproperlyConfigured, match="mysql"):
        database("mysql://x")


def start(**environment):
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_without_a_key_does_not_start():
    finished = start(PRODUCTION="true")
    assert finished.returncode != 0
    assert "PRODUCTION is true but SECRET_KEY is not set" in finished.stderr


def test_a_wrong_flag_does_not_start():
    finished = start(DEBUG="perhaps")
    assert finished.returncode != 0
    assert "DEBUG is 'perhaps'" in finished.stderr
