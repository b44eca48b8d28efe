"""A bare tus client: no cleverness, every header in the test's hands."""

import base64

from django.urls import reverse

UPLOADS = reverse("vault:uploads", args=["manna"])
PIECE = "application/offset+octet-stream"
TEXT = b"permit tcp any host 10.0.0.1 eq 443\n" * 1000
SIZE = len(TEXT)


class Tus:
    """Speaks for one signed-in browser."""

    def __init__(self, client):
        self.client = client

    def begin(self, name="정책.txt", size=SIZE, body=None, **headers):
        encoded = base64.b64encode(name.encode()).decode()
        facts = {"Upload-Length": str(size), "Upload-Metadata": f"filename {encoded},type x"}
        return self._send("POST", UPLOADS, body, facts | headers)

    def patch(self, url, offset, body, **headers):
        return self._send("PATCH", url, body, {"Upload-Offset": str(offset)} | headers)

    def head(self, url):
        return self._send("HEAD", url, None, {})

    def delete(self, url):
        return self._send("DELETE", url, None, {})

    def _send(self, method, url, body, headers):
        sent = {"Tus-Resumable": "1.0.0"} | {k.replace("_", "-"): v for k, v in headers.items()}
        kind = sent.pop("Content-Type", PIECE if body is not None else "")
        return self.client.generic(method, url, body or b"", content_type=kind, headers=sent)


def whole(client, data=TEXT, name="정책.txt"):
    """Send a file in two pieces; return its address."""
    url = client.begin(name, len(data))["Location"]
    half = len(data) // 2
    assert client.patch(url, 0, data[:half]).status_code == 204
    assert client.patch(url, half, data[half:]).status_code == 204
    return url


def token_of(url):
    return url.rstrip("/").rpartition("/")[2]
