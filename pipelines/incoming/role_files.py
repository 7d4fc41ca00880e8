"""Files as they lie in RAW: which ones match a role, and what a ledger says of each."""

from __future__ import annotations

import unicodedata
from fnmatch import fnmatchcase
from pathlib import Path

from pipelines.core.facts import SourceFile

RECEIPT = ".kalla.json"
"""Ending of what ``make fetch`` writes beside each file it fetched; itself no input."""

ANSWERS = "rutor_svar"
"""How the name of a file of answers begins."""


def matching(folder: Path, *patterns: str) -> list[Path]:
    """Return the files of ``folder`` whose name matches any pattern, sorted by name.

    Case does not count, å ä ö may be composed or decomposed (macOS), and what programs leave behind
    (hidden files, Excel's ``~$`` locks) is passed over.
    """
    if not folder.is_dir():
        return []
    return sorted(
        (p for p in folder.iterdir() if p.is_file() and any(fits(p.name, x) for x in patterns)),
        key=lambda p: (folded(p.name), p.name),
    )


def fits(name: str, pattern: str) -> bool:
    """Tell whether a file name matches a pattern.

    >>> fits("Befolkning_1km_2024.GPKG", "befolkning_1km_*.gpkg"), fits("~$teknik.xlsx", "*teknik*.xlsx")
    (True, False)
    >>> fits("kolada_14.json.kalla.json", "*.json")
    False
    """
    if name.startswith((".", "~$")) or folded(name).endswith(RECEIPT):
        return False
    return fnmatchcase(folded(name), folded(pattern))


def is_answers(name: str) -> bool:
    """Tell whether a file of cells is of answers to ``make fraga``: complete for just the cells it names.

    >>> is_answers("rutor_svar_2026.csv"), is_answers("rutor_kartlaggning.csv")
    (True, False)
    """
    return folded(name).startswith(ANSWERS)


def folded(name: str) -> str:
    """Return a file name for comparison."""
    return unicodedata.normalize("NFC", name).casefold()


def fact(
    path: Path,
    raw: Path,
    role: str,
    *,
    used: bool,
    why: str,
    year: int | None,
    date: str | None,
    publisher: str,
    licence: str,
    demo: bool,
) -> SourceFile:
    """Return what ``facts["filer"]`` of a source's ledger says of one file."""
    return {
        "fil": path.relative_to(raw).as_posix(),
        "roll": role,
        "anvand": used,
        "varfor": why,
        "ar": year,
        "referensdatum": date or None,
        "utgivare": publisher,
        "licens": licence,
        "demo": demo,
    }
