"""Somebody who is printed in a packet is erased: the packet goes on verifying."""

from django.core.management import call_command

from compliance.accounts import services as accounts
from compliance.audit import keys, proofs
from compliance.audit.models import Entry
from compliance.packets.models import Freeze
from compliance.packets.verify import verify
from compliance.privacy import services as privacy
from compliance.vault import layout
from tests.packets.test_standalone import run


def test_a_packet_from_before_verifies_after(packet, accepted, bob, manna, olga, tmp_path):
    accounts.remove_member(bob.memberships.get(), by=olga)
    privacy.erase(bob, manna, by=olga)
    frozen = Freeze.objects.get(pk=packet.freeze_id)
    assert "밥" in frozen.manifest_text, "what was handed in says who"
    for blob in (packet.pdf, packet.zip):
        path = layout.path_of(blob)
        assert verify(path).intact
        code, said = run(path)
        assert code == 0, said
    section = frozen.manifest["audit"]
    assert section["cited"]
    assert proofs.problems_of(section, keys.verifiers()) == []
    for each in section["cited"]:
        entry = Entry.objects.get(organisation_id=manna.pk, seq=each["seq"])
        assert entry.digest == each["digest"]
        assert proofs.holds(proofs.prove(manna.pk, each["seq"]))
    manifest = tmp_path / "manifest.json"
    manifest.write_text(frozen.manifest_text)
    call_command("verify_audit", "--checkpoint", str(manifest))
