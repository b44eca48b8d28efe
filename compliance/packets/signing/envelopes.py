"""The signature itself: CMS as PAdES asks for it, by pyHanko."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from compliance.packets.signing.keys import Key
from compliance.packets.signing.timestamps import Stamper

T = TypeVar("T")


def envelope(digest: bytes, key: Key, stamper: Stamper | None = None) -> bytes:
    """Return the signature (DER) over a SHA-256. Raises NoStamp when *stamper* gets no stamp."""
    signing = _Signer(key).async_sign(digest, "sha256", use_pades=True, timestamper=stamper)
    made: Any = apart(lambda: asyncio.run(signing))
    return bytes(made.dump())


def apart(work: Callable[[], T]) -> T:
    """Do *work* in a thread of its own: pyHanko's plain calls start an event loop, which a thread
    that runs one already, as under an asynchronous server, refuses."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(work).result()


class _Signer(signers.Signer):
    def __init__(self, key: Key) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(key.chain)
        super().__init__(signing_cert=key.certificate, cert_registry=store)
        self._key = key

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: FBT001, FBT002 - the library's
    ) -> bytes:
        return self._key.raw(data)
