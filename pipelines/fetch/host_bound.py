"""A login that is sent to its own hosts and to no other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from requests.auth import AuthBase

from pipelines.config.strict import LOCAL

if TYPE_CHECKING:
    from requests import PreparedRequest


class HostBound(AuthBase):
    """A header that is sent to the given hosts and to no other, and never over plain http.

    A listing that names another host gets no login; after a redirect to another host the session takes the
    header away.
    """

    def __init__(self, header: str, hosts: Sequence[str]) -> None:
        self._header = header
        self._hosts = frozenset(hosts)

    def allows(self, url: str) -> bool:
        """Tell whether the login may be sent to an address."""
        parts = urlsplit(url)
        known = bool({parts.hostname, parts.netloc.rpartition("@")[2]} & self._hosts)
        return known and (parts.scheme == "https" or parts.hostname in LOCAL)

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the header where it may be sent."""
        if self.allows(request.url or ""):
            request.headers["Authorization"] = self._header
        return request
