"""One polite way out to the network: pauses per host, retries with back-off, faults told in Swedish."""

from __future__ import annotations

import logging
import os
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import InvalidHeader, ReadTimeoutError
from urllib3.util.retry import Retry

import pipelines
from pipelines.config.strict import LOCAL
from pipelines.core.errors import DataError, by_library
from pipelines.core.redact import Redactor, clean_url, host_of, secrets_in

if TYPE_CHECKING:
    from requests.auth import AuthBase
    from urllib3.response import BaseHTTPResponse

    from pipelines.config.fetching import Hamta
    from pipelines.fetch.host_bound import HostBound

BUSY = (429, 500, 502, 503, 504)
"""Answers that may be another the next time."""
MAX_TEXT = 32 << 20
"""A listing or another text answer larger than this is refused."""
MOST_SAME, MOST_ALL = 100, 5000
"""Questions to one address, and in all, during a run: beyond them a listing goes in a circle."""
SLOWEST = 16 << 10
"""Bytes that must come in five times the time an answer is waited for; a server slower than that is given up."""
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
        self._asked: Counter[str] = Counter()
        super().__init__(
            max_retries=PatientRetry(
                total=settings.forsok - 1,
                backoff_factor=1,
                status_forcelist=BUSY,
                allowed_methods=frozenset({"GET", "HEAD", "POST"}),
                raise_on_status=False,
                redirect=0,
                respect_retry_after_header=True,
                retry_after_max=int(settings.langsta_vantan_s),
            )
        )

    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """Send, after the pause the host's publisher asks for."""
        host = urlsplit(request.url or "").netloc
        wait = self._last.get(host, -1e9) + self._pauses.get(host, 0.0) - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        self._last[host] = time.monotonic()
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = self._timeout
        self._count(request)
        answer = super().send(request, *args, **kwargs)
        if answer.is_redirect:
            _require_safe(request.url or "", answer)
            _settled(answer, b"")
            answer.close()
        elif not kwargs.get("stream"):  # a client library reads it all, and would wait as long as it is told to
            _settled(answer, whole(answer, 5 * self._timeout[1]))
            if "Retry-After" in answer.headers:
                answer.headers["Retry-After"] = "0"
        return answer

    def _count(self, request: Any) -> None:
        if request.method == "GET":
            self._asked[str(request.url)] += 1
        if self._asked[str(request.url)] > MOST_SAME or self._asked.total() > MOST_ALL:
            raise DataError(
                "Servern skickar oss runt i cirkel.",
                file=clean_url(request.url or ""),
                action=LATER,
                expected=f"högst {MOST_SAME} frågor om samma sak, och {MOST_ALL} i allt",
            )


def _settled(answer: requests.Response, body: bytes) -> None:
    """Give an answer its body, so that nothing more is read of it."""
    answer._content, answer._content_consumed = body, True  # type: ignore[attr-defined]


def _require_safe(url: str, answer: requests.Response) -> None:
    """Refuse to follow a redirect from https to http, to another scheme, or from the net into this machine."""
    try:
        goal, start = urlsplit(urljoin(url, answer.headers.get("Location", ""))), urlsplit(url)
        there, here = goal.hostname in LOCAL, start.hostname in LOCAL
        safe = goal.scheme == "https" or (goal.scheme == "http" and (there if here else start.scheme == "http"))
    except ValueError:
        safe, there, here = False, False, False
    if not safe or (there and not here):
        raise DataError(
            "Servern skickar oss vidare till en adress som inte är säker.",
            file=clean_url(url),
            expected="https",
            found=host_of(answer.headers.get("Location", ""))[:100],
            action="Kontrollera adressen i konfigurationen ([hamta]), och med IT att ingen proxy svarar i "
            "serverns ställe.",
        )


def pieces(answer: requests.Response, size: int, patience: float) -> Iterator[bytes]:
    """Yield a body piece by piece, as long as it comes at all.

    Raises
    ------
    requests.exceptions.ReadTimeout
        When a piece takes more than ``patience`` seconds, or less than ``SLOWEST`` bytes come in that time.
    """
    late = threading.Event()

    def give_up() -> None:
        late.set()
        with suppress(Exception):  # whatever state the connection is in: it is of no more use
            answer.raw.shutdown()

    chunks, since, got = answer.iter_content(size), time.monotonic(), 0
    while True:
        timer = threading.Timer(patience, give_up)
        timer.daemon = True
        timer.start()
        try:
            chunk = next(chunks, None)
        except requests.exceptions.RequestException:
            if not late.is_set():
                raise
            chunk = b""
        finally:
            timer.cancel()
        got += len(chunk or b"")
        slow = time.monotonic() - since > patience
        if late.is_set() or (slow and got < SLOWEST and chunk is not None):
            raise requests.exceptions.ReadTimeout("too slow")
        if chunk is None:
            return
        if slow:
            since, got = time.monotonic(), 0
        yield chunk


def whole(answer: requests.Response, patience: float) -> bytes:
    """Return an answer's whole body, of bounded size.

    Raises
    ------
    DataError
        When it is too large.
    """
    body = bytearray()
    for chunk in pieces(answer, 1 << 16, patience):
        body += chunk
        if len(body) > MAX_TEXT:
            answer.close()
            raise DataError(
                "Svaret är orimligt stort.",
                file=clean_url(answer.url),
                expected=f"högst {MAX_TEXT >> 20} MB",
                action="Kontrollera adressen i konfigurationen, avsnittet [hamta].",
            )
    return bytes(body)


class Web:
    """A session with its manners: retries, pauses, user agent, and what must never be shown."""

    def __init__(self, settings: Hamta) -> None:
        self.settings = settings
        self.redact = Redactor(secrets_in(os.environ))
        self.pauses: dict[str, float] = {}
        self.logins: dict[str, HostBound | None] = {}
        self.refused: dict[str, DataError] = {}
        # They tell of each try in English, with the whole address.
        for library in ("urllib3", "requests", "pystac_client"):
            logging.getLogger(library).setLevel(logging.CRITICAL)
        self.session = requests.Session()
        self.session.headers["User-Agent"] = f"bredband-fetch/{pipelines.__version__}"
        self.adapter = PoliteAdapter(settings, self.pauses)
        self.mount(self.session)

    @property
    def patience(self) -> float:
        """How long (seconds) one piece of a body may take."""
        return 5 * self.settings.svarstid_s

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
            return whole(answer, self.patience).decode("utf-8", errors="replace")


@contextmanager
def told(url: str, redact: Redactor) -> Iterator[None]:
    """Tell a network fault inside the block in Swedish, with no secret in it."""
    where = clean_url(url)
    try:
        yield
    except requests.exceptions.SSLError as e:
        untrusted = "CERTIFICATE_VERIFY_FAILED" in str(e)
        raise DataError(
            "Serverns certifikat går inte att lita på."
            if untrusted
            else "Servern svarar inte på https så som den ska.",
            file=where,
            found=_cause(e, redact),
            action="Be IT om hjälp: en proxy på vägen kan behöva REQUESTS_CA_BUNDLE. Stäng aldrig av kontrollen."
            if untrusted
            else "Kontrollera adressen i konfigurationen ([hamta]), och med IT att ingen proxy svarar i "
            "serverns ställe.",
        ) from None
    except requests.exceptions.TooManyRedirects:
        raise DataError("Servern skickar oss runt i cirkel.", file=where, action=LATER) from None
    except requests.exceptions.ProxyError as e:
        raise DataError(
            "Proxyn släpper inte igenom anropet.",
            file=where,
            found=_cause(e, redact),
            action="Kontrollera HTTPS_PROXY med IT.",
        ) from None
    except requests.exceptions.RequestException as e:
        if isinstance(e, requests.exceptions.Timeout) or _too_slow(e):
            raise DataError("Servern svarade inte i tid.", file=where, action=LATER) from None
        raise DataError(
            "Servern går inte att nå, eller bröt förbindelsen.",
            file=where,
            found=_cause(e, redact),
            action=f"Kontrollera nätet och adressen i konfigurationen ([hamta]). {LATER}",
        ) from None


_CAUSES = (
    (r"resolve|getaddrinfo|Name or service|nodename", "serverns namn finns inte i DNS"),
    (r"refused", "servern tar inte emot förbindelser"),
    (r"unreachable|No route", "nätet når inte dit"),
    (r"CERTIFICATE|SSL|TLS", "ett fel i krypteringen"),
    (r"reset|aborted|closed|Broken pipe|IncompleteRead|bytes|Connection broken|chunk", "förbindelsen bröts"),
)


def _cause(error: BaseException, redact: Redactor) -> str:
    """Return what is at the bottom of a network fault: in Swedish, and the library's words without addresses."""
    for _ in range(5):
        inner = getattr(error, "reason", None) or (error.args[0] if error.args else None)
        if not isinstance(inner, BaseException):
            break
        error = inner
    said = re.sub(r"^\S*Connection\S*?(?:\(.*?\)|>): ", "", redact(error))
    said = re.sub(r"(with url: )\S+", r"\1…", said)
    swedish = next((text for form, text in _CAUSES if re.search(form, said, re.IGNORECASE)), "ett fel i nätet")
    return by_library(swedish, OSError(said))


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
        raise DataError("Servern säger att vi frågar för ofta.", file=where, found=found + asked, action=LATER)
    if status in (404, 410):
        raise DataError(
            "Filen finns inte på adressen.",
            file=where,
            found=found,
            action=f"Utgivaren har nog bytt namn på den. Leta upp den nya adressen{f' på {page}' if page else ''} och "
            "ändra i konfigurationen, avsnittet [hamta].",
        )
    if status >= 500:
        raise DataError("Servern har ett fel hos sig.", file=where, found=found, action=LATER)
    raise DataError("Servern vägrar.", file=where, found=found, action=LATER)
