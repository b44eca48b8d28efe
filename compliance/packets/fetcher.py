"""What the renderer may open: the packet's own fonts and nothing else."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

BASE = "packet:"


class Locked(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    """Serves the fonts and the given pictures by name, and stops the rendering at any other address.

    Templates escape every value, so that no address can come from one; should it happen all the
    same, a packet is not built rather than built with something nobody froze.
    """

    def __init__(
        self,
        faces: Mapping[str, Callable[[], bytes]],
        pictures: Mapping[str, tuple[bytes, str]] = MappingProxyType({}),
    ) -> None:
        super().__init__(allowed_protocols=set())
        self._pictures = {f"{BASE}{name}": each for name, each in pictures.items()}
        self._faces = {f"{BASE}{name}": face for name, face in faces.items()}

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        if url in self._pictures:
            data, media_type = self._pictures[url]
            return URLFetcherResponse(url, data, {"Content-Type": media_type})
        face = self._faces.get(url)
        if face is None:
            raise FatalURLFetchingError(f"The packet may not open {url[:200]!r}.")
        return URLFetcherResponse(url, face(), {"Content-Type": "font/otf"})
