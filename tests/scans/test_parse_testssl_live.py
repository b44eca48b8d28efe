"""What testssl.sh really writes of a TLS server on loopback."""

import http.server
import shutil
import ssl
import subprocess
import threading

import pytest

from tests.scans.reading import outcomes, read_bytes

TESTSSL = shutil.which("testssl") or shutil.which("testssl.sh")


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """A TLS server with a certificate of its own; TLS 1.2 and newer."""
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    handler = http.server.BaseHTTPRequestHandler
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # broken handshakes are the point
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.mark.services
@pytest.mark.skipif(TESTSSL is None, reason="testssl.sh is not installed")
def test_both_formats_of_one_run(port, tmp_path):
    csv, json = tmp_path / "out.csv", tmp_path / "out.json"
    command = [str(TESTSSL), "--protocols", "--warnings", "off", "--color", "0", "--ip", "one"]
    command += ["--csvfile", str(csv), "--jsonfile", str(json), f"127.0.0.1:{port}"]
    subprocess.run(command, check=False, capture_output=True, timeout=100, cwd=tmp_path)
    for content in (csv.read_bytes(), json.read_bytes()):
        rows, _problems, _run = read_bytes(content)
        found = {row.rule: row for row in rows}
        # What a server does not offer is kept as a pass: it was checked.
        assert found["SSLv3"].outcome == "pass"
        assert found["TLS1_2"].outcome == "pass"
        assert outcomes(rows)["pass"] >= 3
        assert {row.asset.key for row in rows if row.rule == "SSLv3"} == {"127.0.0.1"}
