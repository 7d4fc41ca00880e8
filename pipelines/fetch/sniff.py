"""Is an answer the file that was asked for, or a page that says something else? Told by its first bytes."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.core.errors import DataError, printable
from pipelines.core.redact import clean_url
from pipelines.fetch.web import LATER, require_ok

if TYPE_CHECKING:
    import requests

    from pipelines.core.redact import Redactor
    from pipelines.fetch.wanted import Wanted

MAGIC = {".gpkg": b"SQLite format 3\x00", ".zip": b"PK", ".xlsx": b"PK"}
KINDS = {".gpkg": "ett GeoPackage", ".zip": "en zip-fil", ".xlsx": "en Excel-arbetsbok (.xlsx)"}
_EXCEPTION = re.compile(
    r"<(?:\w+:)?(?:ExceptionText|ServiceException)\b[^>]*>(.*?)</(?:\w+:)?(?:ExceptionText|ServiceException)>",
    re.DOTALL | re.IGNORECASE,
)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.DOTALL | re.IGNORECASE)


def refused(answer: requests.Response, wanted: Wanted, raw: Path) -> None:
    """Check that the server gives the file, before anything is read of it.

    Raises
    ------
    DataError
        A 401 and a 403 are explained apart; a site that refuses programs says what a person is to do.
    """
    from pipelines.fetch.login import HOW

    status, where = answer.status_code, clean_url(wanted.url)
    if wanted.order and status == 401:
        said = "Ingen inloggning är angiven" if wanted.auth is None else "Inloggningen godtas inte"
        raise DataError(
            f"{said} för {wanted.order}.",
            file=where,
            expected="inloggning",
            found="HTTP 401",
            action=HOW if wanted.auth is None else f"Kontrollera uppgifterna. {HOW}",
        )
    if wanted.order and status == 403:
        raise DataError(
            f"Kontot får inte hämta {wanted.order}: samlingen är inte beställd.",
            file=where,
            expected="en beställning i Geotorget",
            found="HTTP 403 (inloggningen godtogs)",
            action=f"Beställ «{wanted.order}» i Geotorget (geotorget.lantmateriet.se) för samma konto, vänta på "
            "bekräftelsen och kör igen.",
        )
    if wanted.page and status in (401, 403, 406, 418):
        raise by_hand(wanted, raw, f"HTTP {status}")
    require_ok(answer, wanted.url, page=wanted.page)


def by_hand(wanted: Wanted, raw: Path, found: str) -> DataError:
    """Return what to tell when a site refuses a program: which page to open, where to save the file."""
    name = wanted.target.rpartition("/")[2]
    return DataError(
        f"Webbplatsen lämnar inte ut {name} till ett program.",
        file=clean_url(wanted.url),
        expected=KINDS.get(Path(name).suffix, "filen"),
        found=found,
        action=f"Öppna {wanted.page or clean_url(wanted.url)} i en webbläsare, ladda ner {name} och spara den som "
        f"{raw / wanted.target}. Kör sedan make fetch igen.",
    )


def require_kind(answer: requests.Response, first: bytes, wanted: Wanted, raw: Path, redact: Redactor) -> None:
    """Check the first bytes of a file.

    Raises
    ------
    DataError
        An exception inside HTTP 200 (quoted), a web page instead of a file, or another kind of file.
    """
    suffix = Path(wanted.target).suffix.lower()
    magic = MAGIC.get(suffix)
    if magic is None or first.startswith(magic):
        return
    text = redact(first[: 1 << 16].decode("utf-8", errors="replace"))  # before any of it is cut off
    kind = printable(redact(answer.headers.get("Content-Type", "okänd typ").partition(";")[0]), 60)
    where = clean_url(wanted.url)
    if exception := exception_in(text):
        raise DataError(
            f"{wanted.publisher}s tjänst svarade med ett fel.",
            file=where,
            expected=KINDS[suffix],
            found=f"ett undantag (tjänsten säger: {exception})",
            action=f"Kontrollera lagrets namn och år i konfigurationen ([hamta]). {LATER}",
        )
    if "<html" in text[:4096].lower() or "<!doctype html" in text[:4096].lower():
        title = _TITLE.search(text)
        said = " ".join(html.unescape(title[1]).split()) if title else ""
        found = f"en webbsida{f' med rubriken «{printable(said, 80)}»' if said else ''} ({kind})"
        if wanted.page:
            raise by_hand(wanted, raw, found)
        raise DataError(
            "Svaret är en webbsida, inte filen.",
            file=where,
            expected=KINDS[suffix],
            found=found,
            action=f"Kontrollera adressen i konfigurationen ([hamta]), och att ingen inloggningssida eller "
            f"proxy står emellan. {LATER}",
        )
    raise DataError(
        "Svaret är inte av rätt slag.",
        file=where,
        expected=KINDS[suffix],
        found=f"{kind}, som börjar med {printable(text[:40], 40)!r}",
        action="Kontrollera adressen i konfigurationen ([hamta]).",
    )


def require_whole(path: Path) -> None:
    """Check that a GeoPackage is as long as it says itself: SQLite reads what is left of a shorter one.

    Raises
    ------
    DataError
        When it is shorter.
    """
    if path.suffix.lower() != ".gpkg":
        return
    with path.open("rb") as f:
        head = f.read(100)
    page = int.from_bytes(head[16:18], "big")
    pages = int.from_bytes(head[28:32], "big") if head[24:28] == head[92:96] else 0  # else an old SQLite's, not true
    promised, size = (65536 if page == 1 else page) * pages, path.stat().st_size
    if size < max(promised, 100):
        raise DataError(
            "GeoPackaget är avhugget.",
            file=path,
            expected=f"{promised} byte, som filen själv säger",
            found=f"{size} byte",
        )


def exception_in(text: str) -> str:
    """Return what an OGC service says went wrong, or empty; it may say so with HTTP 200.

    >>> exception_in('<ows:ExceptionReport><ows:ExceptionText>Feature type unknown</ows:ExceptionText>')
    'Feature type unknown'
    """
    found = _EXCEPTION.search(text)
    if found:
        return printable(" ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[1])).split()))
    return "ett undantag utan text" if "ExceptionReport" in text[:2000] else ""
