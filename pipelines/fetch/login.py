"""Lantmäteriet's login: read from the environment, sent only to the hosts of the configuration, never shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from requests.auth import _basic_auth_str

from pipelines.core.errors import DataError
from pipelines.core.publishers import LOGINS
from pipelines.core.redact import clean_url
from pipelines.fetch.host_bound import HostBound

if TYPE_CHECKING:
    from pipelines.fetch.web import Web

(USER, KEY), PASSWORD, SECRET = LOGINS, "LANTMATERIET_LOSENORD", "LANTMATERIET_HEMLIGHET"
HOW = (
    f"Sätt miljövariablerna {USER} och {PASSWORD} (systemkonto i Geotorget), eller {KEY} och {SECRET} (OAuth2), "
    "och kör make fetch igen. Skriv dem aldrig i konfigurationen. Se docs/hamta.md."
)


@dataclass(frozen=True, repr=False)
class Login:
    """User and password, or an OAuth2 client's key and secret; the other pair is empty."""

    user: str = ""
    password: str = ""
    key: str = ""
    secret: str = ""


def read_login(environ: Mapping[str, str]) -> Login | None:
    """Return the login of the environment; None without one.

    Raises
    ------
    DataError
        When only one of two variables is set.
    """
    for first, second in ((KEY, SECRET), (USER, PASSWORD)):
        given = [n for n in (first, second) if environ.get(n)]
        if len(given) == 1:
            lacking = second if given[0] == first else first
            raise DataError(
                f"Inloggningen till Lantmäteriet är inte hel: {given[0]} är satt men inte {lacking}.", action=HOW
            )
    if environ.get(KEY):
        return Login(key=environ[KEY], secret=environ[SECRET])
    if environ.get(USER):
        return Login(user=environ[USER], password=environ[PASSWORD])
    return None


def authorise(login: Login, web: Web, token_url: str, hosts: Sequence[str]) -> HostBound:
    """Return what logs a request in; with a key and secret, the token is asked for first.

    Raises
    ------
    DataError
        When the token service refuses, told without the secret.
    """
    if login.user:
        basic = _basic_auth_str(login.user, login.password)
        web.redact.add(login.password)
        web.redact.add(basic.removeprefix("Basic "))
        return HostBound(basic, hosts)
    basic = _basic_auth_str(login.key, login.secret)
    for secret in (login.secret, basic.removeprefix("Basic ")):
        web.redact.add(secret)
    host = urlsplit(token_url)
    answer = web.post(
        token_url, {"grant_type": "client_credentials"}, HostBound(basic, [host.netloc, host.hostname or ""])
    )
    if answer.status_code != 200:
        raise DataError(
            "Lantmäteriet godtar inte nyckeln och hemligheten.",
            file=clean_url(token_url),
            expected="en åtkomsttoken",
            found=f"HTTP {answer.status_code}",
            action=f"Kontrollera {KEY} och {SECRET}: de ska vara Consumer Key och Consumer Secret för ett systemkonto.",
        )
    try:
        token = answer.json()["access_token"]
    except (ValueError, KeyError, TypeError, RecursionError):
        token = None
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise DataError(
            "Lantmäteriets inloggningstjänst svarade något annat än en åtkomsttoken.",
            file=clean_url(token_url),
            action="Försök igen senare, eller kontrollera hamta.lantmateriet.token_url i konfigurationen.",
        )
    web.redact.add(token)
    return HostBound(f"Bearer {token}", hosts)
