"""Secrets never leave the process but in a request's header: every text is cleaned before it is shown or kept.

:func:`redacted` is for any text of any length, a traceback for one; :func:`clean_url` for one address, as a
receipt keeps it.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, quote, quote_plus, unquote

from pipelines.core.publishers import TOPOGRAFI_ORDER

HIDDEN = "•••"
_USER, _PASSWORD = "LANTMATERIET_ANVANDARE", "LANTMATERIET_LOSENORD"
_KEY, _SECRET = "LANTMATERIET_NYCKEL", "LANTMATERIET_HEMLIGHET"
"""Environment variables whose values are shown nowhere (a user's name, by itself, is no secret)."""
_TELLING = re.compile(r"passw|secret|token|api_?key|credential|l[oö]senord|hemlig|nyckel", re.IGNORECASE)
"""Names of environment variables that hold secrets, whosever they are."""
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_WFS = {"service", "version", "request", "typename", "typenames", "outputformat", "resulttype", "startindex"}
HARMLESS = _WFS | {"maxfeatures", "count", "sortby", "lang", "page", "limit", "start", "kpi_id", "municipality_id"}
"""Names in a query whose values are kept, lower case. Any other may be a signature or a key: only its name is kept."""
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{1,15}):(?://|\\\\)")
_URL = re.compile(_SCHEME.pattern + r"[^\s'\"<>«»)]*")
_LOGIN = re.compile(
    r"(?<![^\s'\"=(<«,])(?!mailto:)[^\s:/@'\"<>=«]{1,100}:(?!//)[^\s@'\"<>«]{1,200}@(?=[\w\[])", re.IGNORECASE
)
"""A login before a host where no scheme says that it is an address, as in a proxy's setting."""
_HEADER = re.compile(
    r"\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key)(['\"]?\s*[:=]\s*['\"]?)(?=\S)[^\r\n'\"]+", re.IGNORECASE
)
_SCHEMED = re.compile(r"\b(basic|bearer|digest|negotiate)(\s+|%20)[A-Za-z0-9._~+/=%-]{6,}", re.IGNORECASE)
_NAMED = re.compile(
    r"\b([\w-]*(?:passw(?:or)?d|l[oö]senord|hemlighet|secret|signature|access_token|refresh_token|api_?key|token))"
    r"(['\"]?\s*[:=]\s*['\"]?)(?=[^\s'\"])[^\s'\"&,;)}]+",
    re.IGNORECASE,
)
_QUERY = re.compile(
    r"([?&;](?:q|auth|session|code|[\w.-]{0,60}(?:token|key|sig\w{0,20}|secret|credential)))=[^\s&;'\"<>]+",
    re.IGNORECASE,
)


def clean_url(url: str) -> str:
    """Return an address without login and fragment, with the harmless of its query only.

    >>> clean_url("https://anna:hemligt@example.org/a.zip?page=1&X-Amz-Signature=abc#d")
    'https://example.org/a.zip?page=1&X-Amz-Signature=•••'
    """
    scheme = _SCHEME.match(url)
    if not scheme:
        return _LOGIN.sub(f"{HIDDEN}@", url)
    rest = url[scheme.end() :]
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    if "@" in authority:
        rest = rest[authority.rindex("@") + 1 :]
    elif ":" in authority and "@" in rest:  # a password with / ? or # in it: the host is what comes last
        rest = rest[rest.rindex("@") + 1 :]
    path, mark, query = rest.partition("#")[0].partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    if query and "=" not in query:  # no list of names and values: a secret as a whole
        query = HIDDEN
    elif any(name.lower() not in HARMLESS for name, _ in pairs):
        shown = [(n, quote(v, safe=":,/") if n.lower() in HARMLESS else HIDDEN) for n, v in pairs]
        query = "&".join(f"{quote(name[:60])}={value}" if value else HIDDEN for name, value in shown)
    return f"{scheme[1].lower()}://{path}{mark}{query}"


def host_of(url: str) -> str:
    """Return the host of an address, with its port: all of it that an error needs to say.

    >>> host_of("https://anna:hemligt@example.org:8443/a.zip?q=abc")
    'example.org:8443'
    """
    return re.split(r"[/?#\\]", re.sub(_SCHEME, "", clean_url(url), count=1), maxsplit=1)[0]


def redacted(text: str, environ: Mapping[str, str] | None = None) -> str:
    """Return any text without logins in addresses, login headers, signed queries, and the environment's secrets.

    Parameters
    ----------
    environ : mapping, optional
        Where the secret variables stand; the process's own environment without it.

    >>> redacted("GET https://anna:hemligt@example.org/a?q=abc Authorization: Basic YTpi", {})
    'GET https://example.org/a?q=••• Authorization: •••'
    """
    return Redactor(secrets_in(os.environ if environ is None else environ))(text)


def secrets_in(environ: Mapping[str, str]) -> list[str]:
    """Return the secrets that an environment holds: passwords and keys, and logins of proxies."""
    found = [environ.get(name, "") for name in (_PASSWORD, _SECRET)]
    found += [environ.get(TOPOGRAFI_ORDER, "").strip()]
    found += [k for k in (environ.get(_KEY, ""),) if len(k) >= 8]  # a shorter one is no key, but a word
    for user, secret in ((_USER, _PASSWORD), (_KEY, _SECRET)):
        if environ.get(user) and environ.get(secret):
            pair = f"{environ[user]}:{environ[secret]}"
            found += [base64.b64encode(pair.encode(c, "replace")).decode() for c in ("latin-1", "utf-8")]
    for name, value in environ.items():
        if name.lower() in _PROXIES and "@" in value:
            login = re.sub(_SCHEME, "", value, count=1).rpartition("@")[0]
            found += [login, login.partition(":")[2], unquote(login.partition(":")[2])]
    # Other programs' secrets as well: a traceback may quote any variable.
    own = {_USER, _PASSWORD, _KEY, _SECRET, TOPOGRAFI_ORDER}
    others = [v for k, v in environ.items() if k not in own and _TELLING.search(k)]
    found += [v for v in others if len(v) >= 6 and not v.startswith("/")]
    return [s for s in found if s]


class Redactor:
    """Cleans texts of known secrets, in the forms they may take, and of what looks like a secret."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: set[str] = set()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Remember a secret: as it stands, as in an address, in base64, in hexadecimal, as Python and JSON write it."""
        if len(secret) < 3:
            return
        raw = secret.encode("utf-8", "replace")
        forms = {secret, quote(secret, safe=""), quote(secret), quote_plus(secret), repr(secret)[1:-1], raw.hex()}
        forms |= {json.dumps(secret)[1:-1], secret.replace("/", "\\/"), repr(raw)[2:-1]}
        for coding in ("utf-8", "latin-1"):
            coded = secret.encode(coding, "replace")
            forms |= {f(coded).decode().rstrip("=") for f in (base64.b64encode, base64.urlsafe_b64encode)}
        self._forms |= {f for f in forms if len(f) >= 3}

    def holds(self, text: str) -> bool:
        """Tell whether a text has a secret in it, or something that looks like one."""
        return self(text) != text

    def __call__(self, text: object) -> str:
        """Return the text without any secret."""
        out = str(text)
        if self._forms:
            longest = sorted(self._forms, key=lambda f: (-len(f), f))
            out = re.sub("|".join(map(re.escape, longest)), HIDDEN, out, flags=re.IGNORECASE)
        out = _URL.sub(lambda m: clean_url(m[0]), out)
        out = _LOGIN.sub(f"{HIDDEN}@", out)
        out = _HEADER.sub(rf"\1\2{HIDDEN}", out)
        out = _SCHEMED.sub(rf"\1\2{HIDDEN}", out)
        out = _NAMED.sub(rf"\1\2{HIDDEN}", out)
        return _QUERY.sub(rf"\1={HIDDEN}", out)
