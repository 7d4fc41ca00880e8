"""Secrets never leave the process but in a request's header: every text is cleaned before it is shown or kept."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

HIDDEN = "•••"
_URL = re.compile(r"https?://[^\s'\"<>)\]]+")
_TELLING = re.compile(r"sig|token|secret|passw|api_?key|auth|credential|session|^key$", re.IGNORECASE)
"""Names in a query that hold a secret: signed addresses of a file store, tokens, keys."""


def clean_url(url: str) -> str:
    """Return an address without login, and without what a signed address carries in its query.

    >>> clean_url("https://anna:hemligt@example.org/a.zip?x=1&X-Amz-Signature=abc#d")
    'https://example.org/a.zip?x=1&X-Amz-Signature=%E2%80%A2%E2%80%A2%E2%80%A2'
    """
    parts = urlsplit(url)
    query = parts.query
    pairs = parse_qsl(query, keep_blank_values=True)
    if any(_TELLING.search(k) for k, _ in pairs):
        query = urlencode([(k, HIDDEN if _TELLING.search(k) else v) for k, v in pairs])
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, ""))


class Redactor:
    """Cleans texts of known secrets, in the forms they may take, and of logins in addresses."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: set[str] = set()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Remember a secret: as it stands, as in an address, and in base64."""
        if len(secret) >= 3:
            plain = {secret, quote(secret, safe=""), repr(secret)[1:-1]}
            self._forms |= plain | {base64.b64encode(secret.encode()).decode().rstrip("=")}

    def __call__(self, text: object) -> str:
        """Return the text without any secret."""
        out = str(text)
        for form in sorted(self._forms, key=len, reverse=True):
            out = out.replace(form, HIDDEN)
        return _URL.sub(lambda m: clean_url(m[0]), out)
