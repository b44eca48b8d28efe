"""What the renderer may open: the packet's own fonts and nothing else."""

from collections.abc import Callable
from typing import Any

from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

BASE = "packet:"


class Locked(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    """Serves the fonts by name and stops the rendering at any other address.

    Templates escape every value, so that no address can come from one; should it happen all the
    same, a packet is not built rather than built with something nobody froze.
    """

    def __init__(self, faces: dict[str, Callable[[], bytes]]) -> None:
        super().__init__(allowed_protocols=set())
        self._faces = {f"{BASE}{name}": face for name, face in faces.items()}

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        face = self._faces.get(url)
        if face is None:
            raise FatalURLFetchingError(f"The packet may not open {url[:200]!r}.")
        return URLFetcherResponse(url, face(), {"Content-Type": "font/otf"})
