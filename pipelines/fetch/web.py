"""One polite way out to the network: pauses per host, retries with back-off, faults told in Swedish."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import InvalidHeader, ReadTimeoutError
from urllib3.util.retry import Retry

import pipelines
from pipelines.errors import DataError
from pipelines.redact import Redactor, clean_url

if TYPE_CHECKING:
    from requests.auth import AuthBase
    from urllib3.response import BaseHTTPResponse

    from pipelines.fetch.login import HostBound
    from pipelines.region_fetch import Hamta

BUSY = (429, 500, 502, 503, 504)
"""Answers that may be another the next time."""
MAX_TEXT = 32 << 20
"""A listing or another text answer larger than this is refused."""
LATER = "Försök igen senare. Det som redan är hämtat är kvar och hämtas inte om."


class PatientRetry(Retry):
    """Retries as urllib3 does, but gives up at once when a server asks for a longer wait than is allowed."""

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:
        """Tell whether to try again; 413 and others are not made retryable by a Retry-After."""
        return status_code in BUSY and super().is_retry(method, status_code, has_retry_after)

    def increment(self, *args: Any, **kwargs: Any) -> PatientRetry:
        """Count a try; a wait longer than ``retry_after_max`` exhausts them all."""
        response = kwargs.get("response")
        asked = response.headers.get("Retry-After") if response is not None else None
        new = super().increment(*args, **kwargs)
        if asked is not None and _seconds(asked) > self.retry_after_max:
            from urllib3.exceptions import MaxRetryError

            raise MaxRetryError(None, str(args[1] if len(args) > 1 else ""), None)  # type: ignore[arg-type]
        return new

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        """Return how long a server asks us to wait; with a header that says nothing, as without one."""
        try:
            return super().get_retry_after(response)
        except (InvalidHeader, ValueError, OverflowError):
            return None


def _seconds(asked: str) -> float:
    try:
        return Retry(retry_after_max=1 << 30).parse_retry_after(asked)
    except (InvalidHeader, ValueError, OverflowError):  # an unreadable header asks for nothing
        return 0.0


class PoliteAdapter(HTTPAdapter):
    """Waits between questions to one host, and never waits for an answer without end."""

    def __init__(self, settings: Hamta, pauses: Mapping[str, float]) -> None:
        self._timeout = (min(10.0, settings.svarstid_s), settings.svarstid_s)
        self._pauses = pauses
        self._last: dict[str, float] = {}
        super().__init__(
            max_retries=PatientRetry(
                total=settings.forsok - 1, backoff_factor=1, status_forcelist=BUSY,
                allowed_methods=frozenset({"GET", "HEAD", "POST"}), raise_on_status=False, redirect=0,
                respect_retry_after_header=True, retry_after_max=int(settings.langsta_vantan_s),
            )
        )  # fmt: skip

    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """Send, after the pause the host's publisher asks for."""
        host = urlsplit(request.url or "").netloc
        wait = self._last.get(host, -1e9) + self._pauses.get(host, 0.0) - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        self._last[host] = time.monotonic()
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = self._timeout
        return super().send(request, *args, **kwargs)


class Web:
    """A session with its manners: retries, pauses, user agent, and what must never be shown."""

    def __init__(self, settings: Hamta) -> None:
        self.settings = settings
        self.redact = Redactor()
        self.pauses: dict[str, float] = {}
        self.logins: dict[str, HostBound | None] = {}
        self.session = requests.Session()
        self.session.headers["User-Agent"] = f"bredband-fetch/{pipelines.__version__}"
        self.adapter = PoliteAdapter(settings, self.pauses)
        self.mount(self.session)

    def mount(self, session: requests.Session) -> None:
        """Give a client library's session the same manners."""
        for scheme in ("http://", "https://"):
            session.mount(scheme, self.adapter)

    def pause(self, url: str, seconds: float) -> None:
        """Remember how long to wait between two questions to a host."""
        self.pauses[urlsplit(url).netloc] = seconds

    def get(
        self, url: str, headers: Mapping[str, str] | None = None, auth: AuthBase | None = None
    ) -> requests.Response:
        """Ask for an address and return the answer, its body not yet read.

        Raises
        ------
        DataError
            When no answer comes.
        """
        with told(url, self.redact):
            return self.session.get(url, headers=dict(headers or {}), auth=auth, stream=True)

    def post(self, url: str, form: dict[str, str], auth: AuthBase) -> requests.Response:
        """Post a form; no redirect is followed, so that what it carries stays where it was meant to go."""
        with told(url, self.redact):
            return self.session.post(url, data=form, auth=auth, allow_redirects=False)

    def text(self, url: str) -> str:
        """Return a text answer of bounded size.

        Raises
        ------
        DataError
            When the server refuses, or the answer is too large.
        """
        with self.get(url) as answer, told(url, self.redact):
            require_ok(answer, url)
            body = b""
            for chunk in answer.iter_content(1 << 16):
                body += chunk
                if len(body) > MAX_TEXT:
                    raise DataError(
                        "Svaret är orimligt stort.", file=clean_url(url), expected=f"högst {MAX_TEXT >> 20} MB",
                        action="Kontrollera adressen i konfigurationen, avsnittet [hamta].",
                    )  # fmt: skip
            return body.decode("utf-8", errors="replace")


@contextmanager
def told(url: str, redact: Redactor) -> Iterator[None]:
    """Tell a network fault inside the block in Swedish, with no secret in it."""
    where = clean_url(url)
    try:
        yield
    except requests.exceptions.SSLError as e:
        untrusted = "CERTIFICATE_VERIFY_FAILED" in str(e)
        raise DataError(
            "Serverns certifikat går inte att lita på." if untrusted
            else "Servern svarar inte på https så som den ska.", file=where, found=redact(e),
            action="Be IT om hjälp: en proxy på vägen kan behöva REQUESTS_CA_BUNDLE. Stäng aldrig av kontrollen."
            if untrusted else "Kontrollera adressen i konfigurationen ([hamta]), och med IT att ingen proxy svarar i "
            "serverns ställe.",
        ) from None  # fmt: skip
    except requests.exceptions.TooManyRedirects:
        raise DataError("Servern skickar oss runt i cirkel.", file=where, action=LATER) from None
    except requests.exceptions.ProxyError as e:
        raise DataError(
            "Proxyn släpper inte igenom anropet.", file=where, found=redact(e),
            action="Kontrollera HTTPS_PROXY med IT.",
        ) from None  # fmt: skip
    except requests.exceptions.RequestException as e:
        if isinstance(e, requests.exceptions.Timeout) or _too_slow(e):
            raise DataError("Servern svarade inte i tid.", file=where, action=LATER) from None
        raise DataError(
            "Servern går inte att nå, eller bröt förbindelsen.", file=where, found=redact(e),
            action=f"Kontrollera nätet och adressen i konfigurationen ([hamta]). {LATER}",
        ) from None  # fmt: skip


def _too_slow(error: requests.exceptions.RequestException) -> bool:
    """Tell whether a server that was reached kept silent for too long.

    After its last try, and in the middle of a body, requests calls that a lost connection.
    """
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", cause), ReadTimeoutError)


def require_ok(answer: requests.Response, url: str, *, page: str = "") -> None:
    """Check an answer's status.

    Raises
    ------
    DataError
        One text for each kind of refusal.
    """
    status = answer.status_code
    if status in (200, 206, 304):
        return
    where = clean_url(url)
    found = f"HTTP {status}"
    if status == 429:
        wait = answer.headers.get("Retry-After", "")
        asked = f"; servern ber oss vänta {wait} s" if wait.isdigit() else ""
        raise DataError(
            "Servern säger att vi frågar för ofta.", file=where, found=found + asked, action=LATER
        )
    if status in (404, 410):
        raise DataError(
            "Filen finns inte på adressen.", file=where, found=found,
            action=f"Utgivaren har nog bytt namn på den. Leta upp den nya adressen{f' på {page}' if page else ''} och "
            "ändra i konfigurationen, avsnittet [hamta].",
        )  # fmt: skip
    if status >= 500:
        raise DataError("Servern har ett fel hos sig.", file=where, found=found, action=LATER)
    raise DataError("Servern vägrar.", file=where, found=found, action=LATER)
