"""alice prepares, carol reviews, olga approves: one after another, each with a key of her own."""

import io
import json
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509 import ExtendedKeyUsage
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compliance.applications import services as applications
from compliance.audit.models import Entry
from compliance.jobs import services as jobs
from compliance.jobs.models import Job
from compliance.notices import services as notices
from compliance.notices.models import Notice
from compliance.packets import services, signatures
from compliance.packets.models import Part, Signature, SignatureState
from compliance.packets.signing import keys as loading
from compliance.packets.signing.keys import Unopened
from compliance.packets.verify import verify
from compliance.shared.errors import Refused, Unauthorised
from compliance.vault import layout
from tests.packets.keys import SECRET, certificate, ec_key, packed, person, rsa_key, usage


@pytest.fixture
def ours():
    return person("사람")


@pytest.fixture
def put(packet, ours):
    """put(person, part): sign with a key in memory."""

    def put(by, part):
        packet.refresh_from_db()
        return signatures.sign(packet, part, by=by, key=ours, kind="file")

    return put


def hearers(action):
    notices.deliver_all()
    return {each.user for each in Notice.objects.filter(entry__action=action)}


def all_sign(put, *people):
    return [put(*pair) for pair in zip(people, ["preparer", "reviewer", "approver"], strict=True)]


def address(name, packet):
    round_ = packet.freeze.round
    return reverse(
        f"packets:{name}",
        kwargs={
            "organisation": "manna",
            "number": round_.application.number,
            "round": round_.number,
            "edition": packet.edition,
        },
    )


def file(content, name="own.p12"):
    made = io.BytesIO(content)
    made.name = name
    return made


def test_three_people_sign_and_the_zip_carries_the_last_pdf(packet, put, alice, carol, olga):
    made = all_sign(put, alice, carol, olga)
    report = verify(layout.path_of(made[-1].pdf))
    assert report.intact, report.wrong
    assert [each.part for each in report.signature.people] == ["preparer", "reviewer", "approver"]
    assert packet.newest_pdf == made[-1].pdf
    blob = services.record_download(packet, kind="zip", by=alice)
    report = verify(layout.path_of(blob))
    assert report.intact, report.wrong
    assert len(report.signature.people) == 3
    assert report.manifest_digest == packet.freeze.digest


def test_the_job_writes_the_zip_once(packet, put, alice):
    made = put(alice, "preparer")
    job = Job.objects.get(kind=signatures.ZIP)
    jobs.run(job.pk)
    made.refresh_from_db()
    assert made.zip
    assert signatures.complete(made) == made.zip


def test_the_built_packet_stays_as_it_was(packet, put, alice):
    before = (packet.pdf_id, packet.zip_id)
    put(alice, "preparer")
    packet.refresh_from_db()
    assert (packet.pdf_id, packet.zip_id) == before


def test_nobody_signs_out_of_turn(put, alice, carol, olga):
    with pytest.raises(Refused, match="Preparer|작성"):
        put(carol, "reviewer")
    put(alice, "preparer")
    with pytest.raises(Refused):
        put(alice, "preparer")
    with pytest.raises(Refused, match="Reviewer|검토"):
        put(olga, "approver")


def test_roles_sign_what_is_theirs(put, packet, alice, bob, carol, dave):
    for who, part in ((bob, "preparer"), (carol, "preparer"), (dave, "approver")):
        with pytest.raises(Unauthorised):
            put(who, part)
    put(alice, "preparer")
    with pytest.raises(Unauthorised):
        put(alice, "reviewer")


def test_the_same_person_does_not_sign_twice(put, alice, carol):
    put(alice, "preparer")
    put(carol, "reviewer")
    with pytest.raises(Refused, match="already|이미"):
        put(alice, "approver")


def test_the_database_knows_four_eyes_too(put, packet, alice):
    made = put(alice, "preparer")
    again = Signature.objects.get(pk=made.pk)
    again.pk, again.part = None, Part.APPROVER
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save(force_insert=True)
    again.signer_id, again.part = packet.requested_by_id + 1000, Part.PREPARER
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save(force_insert=True)


def test_who_is_next_hears_of_it(put, alice, carol, olga):
    put(alice, "preparer")
    assert hearers("packet.signed") == {carol}
    put(carol, "reviewer")
    entry = Entry.objects.filter(action="packet.signed").latest("seq")
    # The lead may approve too, but has signed already.
    assert entry.data["next"] == [olga.pk]
    assert "작성자" in str(Entry.objects.filter(action="packet.signed").earliest("seq").sentence)


def test_carol_declines_with_a_reason_and_takes_it_back(put, packet, alice, carol, olga):
    put(alice, "preparer")
    with pytest.raises(Refused):
        signatures.decline(packet, "reviewer", by=carol, reason="  ")
    declined = signatures.decline(packet, "reviewer", by=carol, reason="NET-05 증적이 낡았습니다.")
    assert hearers("packet.sign_declined") == {alice}
    for who, part in ((carol, "reviewer"), (olga, "approver")):
        with pytest.raises(Refused, match="NET-05"):
            put(who, part)
    with pytest.raises(Refused):
        signatures.withdraw(declined, by=alice, reason="x")
    signatures.withdraw(declined, by=carol, reason="새 증적을 확인했습니다.")
    assert put(carol, "reviewer").state == SignatureState.SIGNED


def test_the_last_signature_can_be_taken_back(put, packet, alice, carol):
    first, second = put(alice, "preparer"), put(carol, "reviewer")
    packet.refresh_from_db()
    with pytest.raises(Refused, match="after you|뒤에"):
        signatures.withdraw(Signature.objects.get(pk=first.pk), by=alice, reason="x")
    signatures.withdraw(Signature.objects.get(pk=second.pk), by=carol, reason="잘못 서명했습니다.")
    packet.refresh_from_db()
    assert packet.newest_pdf == first.pdf
    assert layout.path_of(second.pdf).exists()
    again = put(carol, "reviewer")
    assert verify(layout.path_of(again.pdf)).intact


def test_what_was_submitted_is_not_signed_any_more(put, packet, alice, olga):
    made = put(alice, "preparer")
    applications.submit(packet.freeze.round.application, by=olga)
    packet.freeze.round.refresh_from_db()
    with pytest.raises(Refused, match="submitted|제출"):
        put(alice, "preparer")
    with pytest.raises(Refused, match="submitted|제출"):
        signatures.withdraw(Signature.objects.get(pk=made.pk), by=alice, reason="x")


def test_a_packet_that_is_not_built_is_not_signed(frozen, alice, ours, sent):
    queued = services.request_build(frozen, "en", by=alice)
    with pytest.raises(Refused, match="built|만들"):
        signatures.sign(queued, "preparer", by=alice, key=ours, kind="file")


def test_an_expired_or_foreign_certificate_is_a_sentence(packet, alice):
    key = rsa_key()
    small = rsa_key(1024)
    server = ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    for own, secret, said in (
        (certificate("가", key, days=(-9, -1)), key, "expired|만료"),
        (certificate("가", key, days=(3, 9)), key, "only from|부터"),
        (certificate("가", key, "", None, usage(key_encipherment=True)), key, "signing|서명용"),
        (certificate("가", key, "", None, server), key, "server|서버"),
        (certificate("가", small), small, "1024"),
    ):
        made = loading.of(secret, own, [])
        with pytest.raises(Refused, match=said):
            signatures.sign(packet, "preparer", by=alice, key=made, kind="file")
    assert not Signature.objects.exclude(part="seal").exists()


def test_files_that_give_no_key_are_sentences():
    key = rsa_key()
    own = certificate("가", key)
    whole = packed(key, own)
    edwards = ed25519.Ed25519PrivateKey.generate()
    for content, secret, said in (
        (b"", SECRET, "PKCS#12"),
        (b"\x30\x03\x02\x01\x03", SECRET, "PKCS#12"),
        (whole[:-7], SECRET, "PKCS#12"),
        (b"0" * 300_000, SECRET, "PKCS#12"),
        (whole, "wrong", "passphrase|암호"),
        (whole, "", "passphrase|암호"),
        (packed(None, own), SECRET, "no private key|개인키"),
    ):
        with pytest.raises(Unopened, match=said):
            loading.opened(content, secret)
    with pytest.raises(Unopened, match="RSA"):
        loading.of(edwards, own, [])
    with pytest.raises(Unopened, match="together|짝"):
        loading.of(rsa_key(), own, [])


def seed_file(key, folder, *, version="-v2", cipher="seed-cbc"):
    """signPri.key as OpenSSL writes it: PKCS #8 under SEED."""
    plain, out = folder / "plain.pem", folder / "signPri.key"
    plain.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    command = ["openssl", "pkcs8", "-topk8", version, cipher, "-outform", "DER", "-in", plain]
    providers = ["-provider", "default", "-provider", "legacy"]
    done = subprocess.run(
        [*command, "-out", out, "-passout", "pass:abcd1234!", *providers], capture_output=True
    )
    if done.returncode:
        pytest.skip("this OpenSSL has no SEED")
    return out.read_bytes()


def test_a_korean_certificate_is_two_files(tmp_path):
    key = rsa_key()
    own = certificate("만나배달(법인)", key).public_bytes(Encoding.DER)
    envelope = seed_file(key, tmp_path)
    for contents in ([own, envelope], [envelope, own]):
        made = loading.opened_pair(contents, "abcd1234!")
        assert loading.name_of(made.certificate) == "만나배달(법인)"
    with pytest.raises(Unopened, match="passphrase|암호"):
        loading.opened_pair([own, envelope], "wrong")
    with pytest.raises(Unopened, match="signPri"):
        loading.opened_pair([own, b"no key"], "x")
    with pytest.raises(Unopened, match="signPri"):
        loading.opened_pair([b"x", b"y"], "x")


def test_alice_signs_in_the_browser(packet, browse, alice, carol, dave):
    key = ec_key()
    own = packed(key, certificate("앨리스", key))
    client, where = browse(alice), address("sign", packet)
    page = reverse(
        "packets:packet",
        kwargs={
            "organisation": "manna",
            "number": packet.freeze.round.application.number,
            "round": 1,
        },
    )
    assert f"sign-{packet.pk}" in client.get(page).content.decode()
    assert f'id="sign-{packet.pk}"' not in browse(dave).get(page).content.decode()
    wrong = client.post(where, {"part": "preparer", "passphrase": "x", "file": file(own)})
    assert wrong.status_code == 409
    none = client.post(where, {"part": "preparer", "passphrase": "x"})
    assert none.status_code == 409
    done = client.post(where, {"part": "preparer", "passphrase": SECRET, "file": file(own)})
    assert done.status_code == 302
    text = client.get(page).content.decode()
    assert "앨리스" in text
    made = Signature.objects.get(part="preparer")
    assert made.pdf.sha256 in text
    assert made.self_signed
    assert f'id="sign-{packet.pk}"' in browse(carol).get(page).content.decode()
    back = client.post(address("withdraw", packet), {"part": "preparer", "reason": "다시"})
    assert back.status_code == 302
    assert client.post(address("withdraw", packet), {"part": "preparer"}).status_code == 409
    assert (
        client.post(address("decline", packet), {"part": "preparer", "reason": "아직"}).status_code
        == 302
    )


def test_the_key_leaves_no_trace(packet, browse, alice, settings):
    key = rsa_key()
    own = packed(key, certificate("앨리스", key))
    browse(alice).post(
        address("sign", packet), {"part": "preparer", "passphrase": SECRET, "file": file(own)}
    )
    made = Signature.objects.get(part="preparer")
    raw = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    written = json.dumps(
        [
            list(Signature.objects.values()),
            list(Job.objects.values()),
            list(Entry.objects.values()),
        ],
        default=str,
    )
    assert SECRET not in written
    assert raw.hex()[:64] not in written
    assert own not in layout.path_of(made.pdf).read_bytes()


def test_the_page_takes_the_same_queries_however_many_signed(
    packet, put, browse, alice, carol, olga
):
    page = reverse(
        "packets:packet",
        kwargs={
            "organisation": "manna",
            "number": packet.freeze.round.application.number,
            "round": 1,
        },
    )
    client = browse(alice)
    client.get(page)
    counts = []
    for step in (None, (alice, "preparer"), (carol, "reviewer"), (olga, "approver")):
        if step:
            put(*step)
        with CaptureQueriesContext(connection) as seen:
            client.get(page)
        counts.append(len(seen))
    assert len(set(counts)) == 1, counts


def test_the_command_signs_and_says_what_came_of_it(packet, tmp_path, capsys, monkeypatch):
    key = rsa_key()
    path = tmp_path / "own.p12"
    path.write_bytes(packed(key, certificate("앨리스", key)))
    number = packet.freeze.round.application.number
    monkeypatch.setenv("GATEPASS_PASSPHRASE", SECRET)
    call_command(
        "sign_packet", number, part="preparer", by="alice@example.com", key=path, as_json=True
    )
    told = json.loads(capsys.readouterr().out)
    assert told["part"] == "preparer"
    assert told["self_signed"] is True
    assert told["pdf_sha256"] == Signature.objects.get(part="preparer").pdf.sha256
    monkeypatch.setenv("GATEPASS_PASSPHRASE", "wrong")
    with pytest.raises(CommandError, match="passphrase|암호"):
        call_command("sign_packet", number, part="reviewer", by="carol@example.com", key=path)
    with pytest.raises(CommandError, match="nobody"):
        call_command("sign_packet", number, part="reviewer", by="nobody@x.example", key=path)
    call_command("sign_packet", number, part="reviewer", by="carol@example.com")
    assert Signature.objects.get(part="reviewer").key_kind == "organisation"
