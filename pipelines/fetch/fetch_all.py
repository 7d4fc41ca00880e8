"""``make fetch``: brings into RAW what can be had from the publishers, each file whole and checked, or not at all.

One publisher's refusal stops no other; what could not be had is told at the end, with what to do about it.
"""

from __future__ import annotations

import errno
import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.core.errors import DataError, by_library, printable
from pipelines.core.publishers import FETCHED

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.paths import Paths
    from pipelines.fetch.wanted import Wanted
    from pipelines.fetch.web import Web

    Lister = Callable[[Region, Path, Web], list[Wanted]]


@dataclass
class Tally:
    """What a run came to: outcomes by file, and what failed."""

    outcomes: dict[str, str]
    failures: list[DataError]


def run(region: Region, paths: Paths, only: str = "", show: str = "", again: str = "") -> None:
    """Fetch everything, or what ``only`` names; ``show`` lists without fetching, ``again`` asks for all anew.

    Raises
    ------
    DataError
        At the end, when something could not be had; what could is in place.
    """
    from pipelines.fetch.web import Web

    chosen = _chosen(only)
    listing, anew = _yes(show, "VISA"), _yes(again, "IGEN")
    raw = paths.raw
    _require_no_demo(raw)
    web = Web(region.hamta)
    tally = Tally({}, [])
    for number, source in enumerate(chosen, 1):
        _say(f"  [{number}/{len(chosen)}] {FETCHED[source].text}")
        try:
            wanted = _lister(source)(region, raw, web)
        except DataError as e:
            _failed(e, tally, web)
            continue
        except Exception as e:  # a listing from the net may be anything: it stops no other publisher
            _failed(_unforeseen(e, FETCHED[source].text, web), tally, web)
            continue
        if not wanted:
            _say("  inget att hämta (inte inställt, eller finns redan)")
        for w in wanted:
            _one(w, raw, web, tally, listing=listing, again=anew)
    _finish(tally, raw, listing=listing)


def _one(w: Wanted, raw: Path, web: Web, tally: Tally, *, listing: bool, again: bool) -> None:
    from pipelines.core.redact import clean_url
    from pipelines.fetch.fetch_place import bring, standing

    try:
        if listing:
            outcome = standing(w, raw, again=again) or "skulle hämtas"
            _say(f"  {w.target}: {outcome}  {clean_url(w.url)}")
        else:
            outcome = bring(w, raw, web, again=again)
            _say(f"  {w.target}: {outcome}")
        tally.outcomes[w.target] = outcome
    except DataError as e:
        _failed(e, tally, web)
    except OSError as e:
        _failed(_unwritable(e, raw / w.target), tally, web)
    except Exception as e:
        _failed(_unforeseen(e, w.target, web), tally, web)


def _unwritable(error: OSError, path: Path) -> DataError:
    """Return what to tell of a file system's refusal, in its most usual forms."""
    reasons = {
        errno.EACCES: "du har inte rätt att skriva där",
        errno.EPERM: "du har inte rätt att skriva där",
        errno.EROFS: "disken är skrivskyddad",
        errno.ENOSPC: "disken är full",
        errno.EDQUOT: "din diskkvot är full",
        errno.ENOTDIR: "en fil ligger där en mapp ska vara",
        errno.EEXIST: "en fil ligger där en mapp ska vara",
        errno.EISDIR: "en mapp ligger där filen ska vara",
        errno.ENAMETOOLONG: "filens namn är för långt",
        errno.ENOENT: "mappen finns inte längre",
        errno.EIO: "disken svarar med ett fel",
    }
    said = OSError(error.strerror or type(error).__name__)
    return DataError(
        "Filen går inte att skriva.",
        file=path,
        action="Kontrollera att mappen finns, går att skriva i och har plats.",
        found=by_library(reasons.get(error.errno or 0, "ett fel i filsystemet"), said),
    )


def _unforeseen(error: Exception, where: str, web: Web) -> DataError:
    said = OSError(web.redact(f"{type(error).__name__}: {error}"))
    return DataError(
        "Utgivaren svarade något annat än väntat.",
        file=where,
        found=by_library("något som inte går att tolka", said),
        action="Kontrollera adresserna i konfigurationen ([hamta]), och försök igen senare.",
    )


def _failed(error: DataError, tally: Tally, web: Web) -> None:
    for name in ("problem", "file", "expected", "found", "action"):
        value = getattr(error, name)
        if value is not None:
            setattr(error, name, web.redact(value))
    error.details = [web.redact(x) for x in error.details]
    tally.failures.append(error)
    print(str(error).replace("\n", "\n    "), file=sys.stderr, flush=True)


def _finish(tally: Tally, raw: Path, *, listing: bool) -> None:
    """Say what came of it, and what still lies between here and ``make coverage``."""
    from pipelines.incoming.inventory import missing_inputs

    counts: dict[str, int] = {}
    for outcome in tally.outcomes.values():
        counts[outcome] = counts.get(outcome, 0) + 1
    summary = ", ".join(f"{n} {outcome}" for outcome, n in sorted(counts.items())) or "inget"
    _say(f"Filer: {summary}; {len(tally.failures)} kunde inte hämtas.")
    missing = missing_inputs(raw)
    if missing:
        _say("Kvar innan make coverage kan räkna på riktiga uppgifter:")
        for text in missing:
            _say("  " + text.replace("\n", "\n  "))
    elif not listing:
        _say("Allt som krävs finns. Kör make coverage.")
    if tally.failures:
        raise DataError(
            f"{len(tally.failures)} av hämtningarna lyckades inte.",
            file=raw,
            details=[f"{e.problem} ({e.file})" for e in tally.failures],
            action="Läs vad som står ovan om var och en, och kör make fetch igen: det som finns hämtas inte om.",
        )


def _lister(source: str) -> Lister:
    known = FETCHED[source]
    found: Lister = getattr(importlib.import_module(known.module), known.lister)
    return found


def _chosen(only: str) -> list[str]:
    names = [n for n in only.replace(",", " ").lower().split() if n]
    unknown = [n for n in names if n not in FETCHED]
    if unknown:
        raise DataError(
            "BARA anger något som inte finns.",
            expected=", ".join(FETCHED),
            found=", ".join(unknown),
            action="Skriv till exempel make fetch BARA=scb,kolada.",
        )
    return [s for s in FETCHED if not names or s in names]


def _yes(word: str, name: str) -> bool:
    if word.strip().lower() not in ("", "ja", "nej"):
        raise DataError(f"{name} ska vara ja eller nej.", found=word, action=f"Skriv {name}=ja.")
    return word.strip().lower() == "ja"


def _require_no_demo(raw: Path) -> None:
    from pipelines.incoming.marks import MARKER_FILE

    if (raw / MARKER_FILE).exists():
        raise DataError(
            "Mappen är demoregionens: riktiga filer får inte blandas med dess.",
            file=raw,
            action="Ange en annan mapp med RAW=…, till exempel data/raw.",
        )


def _say(text: str) -> None:
    print("\n".join(printable(line) for line in text.split("\n")), flush=True)
