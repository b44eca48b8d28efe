"""/healthz and /readyz"""

import shutil


def test_the_process_is_up(client):
    assert client.get("/healthz").json() == {"ok": True}


def test_ready_means_database_and_vault(db, client):
    assert client.get("/readyz").json() == {"ok": True, "failing": []}


def test_a_lost_vault_is_named(db, client, settings):
    settings.VAULT_ROOT = settings.VAULT_ROOT / "gone" / "deeper"
    shutil.rmtree(settings.VAULT_ROOT.parents[1])
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["failing"] == ["vault"]
