"""Time stamps (RFC 3161): a third party says when a signature existed.

The request leaves through the portal's one way out. What comes back is brought into the one form in
which `tokens` can check every byte of it.
"""

from functools import lru_cache
from typing import Any

from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1_x509
from django.utils.translation import gettext as _
from pyhanko.sign.timestamps import TimeStamper

from compliance.packets import tokens
from compliance.packets.tokens import NoStamp
from compliance.shared.outbound import OutboundError, Request, send

_SECONDS = 10.0
_LIMIT = 64 * 1024
_TYPE = "application/timestamp-query"
_ANSWER = "application/timestamp-reply"


class Stamper(TimeStamper):
    """Asks the authority at *url*, with the portal's own client.

    It asks once ahead: an authority that is away is then known before anything is signed, and so
    are the certificates that its stamps carry.
    """

    def __init__(self, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._url = url
        self.chain = _certificates(url)

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return _asked(self._url, req)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        try:
            token = await super().async_timestamp(message_digest, md_algorithm)
            known = {each.sha256 for each in self.chain}
            return tokens.canonical(token, message_digest, known)
        except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            raise NoStamp(_no_stamp()) from error


@lru_cache(maxsize=4)
def _certificates(url: str) -> tuple[asn1_x509.Certificate, ...]:
    """Return what the authority's stamps carry besides the certificate they are signed with."""
    digest = b"\0" * 32
    asker: Any = TimeStamper
    _nonce, request = asker().request_cms(digest, "sha256")
    try:
        answer = _asked(url, request)
        token = answer["time_stamp_token"]
        tokens.canonical(token, digest, set())
        found = [each.chosen for each in token["content"]["certificates"]]
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise NoStamp(_no_stamp()) from error
    return tuple(found)


def _asked(url: str, request: tsp.TimeStampReq) -> tsp.TimeStampResp:
    try:
        answer = send(
            Request(
                "POST",
                url,
                headers={"content-type": _TYPE, "accept": _ANSWER},
                content=request.dump(),
                seconds=_SECONDS,
                limit=_LIMIT,
            )
        )
    except OutboundError as error:
        said = _("The time-stamping authority did not answer: %(why)s")
        raise NoStamp(said % {"why": error}) from error
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not answer.ok or answer.cut or kind != _ANSWER:
        raise NoStamp(_no_stamp())
    return _parsed(answer.body)


def _parsed(body: bytes) -> tsp.TimeStampResp:
    try:
        response = tsp.TimeStampResp.load(body, strict=True)
        status: Any = response["status"]["status"].native
    except (ValueError, TypeError, KeyError) as error:
        raise NoStamp(_no_stamp()) from error
    if status not in {"granted", "granted_with_mods"}:
        raise NoStamp(_("The time-stamping authority refused to stamp. Ask it why."))
    return response


def _no_stamp() -> str:
    return _("The time-stamping authority answered, but not with a valid time stamp.")
