"""``tackning/kallor.csv``: what each evidence file is complete for, and what of it may be published."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pandas as pd

from pipelines.config.region import Region
from pipelines.core.errors import DataError, printable
from pipelines.core.ledger import Ledger
from pipelines.formats.csvfile import read_csv
from pipelines.formats.headers import words
from pipelines.incoming.role_files import folded, is_answers

COLUMNS = {
    "fil": ("fil", "filnamn"),
    "kommunkod": ("kommunkod", "kommun_kod", "kommun"),
    "fullstandig": ("fullstandig", "komplett"),
    "referensdatum": ("referensdatum", "datum"),
    "avtal": ("avtal",),
    "far_publiceras": ("far_publiceras", "publiceras"),
    "andel_saknas_pct": ("andel_saknas_pct",),
}
_OPTIONAL = ("avtal", "andel_saknas_pct")
_YES, _NO = {"ja", "j", "yes", "y", "true", "sant", "1"}, {"nej", "n", "no", "false", "falskt", "0"}
_FIX = "Rätta raden i kallor.csv."
MOST_LACKING_PCT = 50
"""A list that lacks as much as this is not complete."""


def read_kallor(path: Path, evidence: list[Path], region: Region, ledger: Ledger) -> pd.DataFrame:
    """Read ``kallor.csv`` and match it with the evidence files beside it.

    Returns
    -------
    DataFrame
        Contract KALLOR, sorted by file and kommun; ``fil`` spelled as the file on disk (composed letters).

    Raises
    ------
    DataError
        A file that is named but missing, or there but not named; a kommun outside the län; a value that
        is neither ja nor nej; a date that is none; two rows that contradict.
    """
    table = read_csv(path, COLUMNS, [c for c in COLUMNS if c not in _OPTIONAL])
    texts = {c: table.columns[c].to_pylist() if c in table.columns else [None] * len(table.rows) for c in COLUMNS}
    frame = pd.DataFrame({c: [(t or "").strip() for t in v] for c, v in texts.items()}, dtype="str")
    frame["rad"] = table.rows
    frame = frame[(frame.drop(columns="rad") != "").any(axis=1)].reset_index(drop=True)
    frame["fil"] = _files(frame, path, evidence)
    frame["kommunkod"] = _kommuner(frame, path, region)
    for column in ("fullstandig", "far_publiceras"):
        frame[column] = _yes_no(frame, column, path, ledger)
    _require_own_cells(frame, path)
    frame["referensdatum"] = _dates(frame, path, ledger)
    frame["andel_saknas_pct"] = _lacking(frame, path)
    frame = _one_each(frame, path, ledger)
    _require_named(frame, path, evidence)
    return frame.drop(columns="rad").sort_values(["fil", "kommunkod"], ignore_index=True)


def _files(frame: pd.DataFrame, path: Path, evidence: list[Path]) -> list[str]:
    there = {folded(p.name): p.name for p in evidence}
    for rad, name in zip(frame["rad"], frame["fil"], strict=True):
        if folded(name) not in there:
            beside = path.parent / name if "/" not in name and "\\" not in name and ".." not in name else None
            exists = beside is not None and name != "" and beside.is_file()
            raise DataError(
                "En fil i kallor.csv är ingen täckningsfil." if exists else "En fil i kallor.csv finns inte.",
                file=path,
                row=int(rad),
                column="fil",
                expected="namnet på en fil i samma mapp: adresser*.csv, rutor*.csv eller omraden*.gpkg",
                found=printable(name) or "tom cell",
                details=[f"Filer i mappen: {', '.join(there.values()) or 'inga'}"],
                action="Rätta namnet i kallor.csv, eller lägg filen i mappen.",
            )
    return [there[folded(n)] for n in frame["fil"]]


def _kommuner(frame: pd.DataFrame, path: Path, region: Region) -> list[str]:
    codes = [c.removesuffix(".0").zfill(4) if c else "" for c in frame["kommunkod"]]
    for rad, code, text in zip(frame["rad"], codes, frame["kommunkod"], strict=True):
        if code not in region.kommunkoder:
            raise DataError(
                "Okänd kommunkod i kallor.csv.",
                file=path,
                row=int(rad),
                column="kommunkod",
                expected=f"en av länets {len(region.kommunkoder)} kommunkoder, till exempel {region.kommunkoder[0]}",
                found=printable(text) or "tom cell",
                action=_FIX,
            )
    return codes


def _yes_no(frame: pd.DataFrame, column: str, path: Path, ledger: Ledger) -> list[bool]:
    plain = [words(v) for v in frame[column]]
    for rad, word, text in zip(frame["rad"], plain, frame[column], strict=True):
        if word and word not in _YES | _NO:
            raise DataError(
                "Ett värde är varken ja eller nej.",
                file=path,
                row=int(rad),
                column=column,
                expected="ja eller nej",
                found=printable(text),
                action=_FIX,
            )
    blank = [f"rad {r}" for r, w in zip(frame["rad"], plain, strict=True) if not w]
    ledger.add("antagen", "tackning/kallor.csv", f"{column} tomt", len(blank), "lästes som nej", blank)
    return [w in _YES for w in plain]


def _require_own_cells(frame: pd.DataFrame, path: Path) -> None:
    """Stop where answers about some cells are said to be complete for a whole kommun: the rest would lack coverage."""
    for rad, fil, whole in zip(frame["rad"], frame["fil"], frame["fullstandig"], strict=True):
        if whole and is_answers(fil):
            raise DataError(
                "En fil med svar om enskilda rutor sägs vara fullständig för en hel kommun.",
                file=path,
                row=int(rad),
                column="fullstandig",
                expected=f"nej för {printable(fil)}: den avgör bara rutorna den nämner",
                found="ja",
                action="Skriv nej. Gäller listan alla kommunens rutor: döp om filen, så att namnet inte börjar med "
                "rutor_svar.",
            )


def _dates(frame: pd.DataFrame, path: Path, ledger: Ledger) -> list[str]:
    out, blank = [], []
    for rad, text in zip(frame["rad"], frame["referensdatum"], strict=True):
        match = re.fullmatch(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?:[T ]00:00(?::00)?)?", text)
        try:
            out.append(date(*map(int, match.groups())).isoformat() if match else "")
        except ValueError:
            match = None
        if text and not match:
            raise DataError(
                "Ett referensdatum går inte att läsa.",
                file=path,
                row=int(rad),
                column="referensdatum",
                expected="ÅÅÅÅ-MM-DD, till exempel 2025-10-01",
                found=printable(text),
                action=_FIX,
            )
        if match and out[-1] > date.today().isoformat():
            raise DataError(
                "Ett referensdatum har inte varit än.",
                file=path,
                row=int(rad),
                column="referensdatum",
                expected=f"högst {date.today().isoformat()}",
                found=printable(text),
                action=_FIX,
            )
        if not text:
            blank.append(f"rad {rad}")
    ledger.add("varning", "tackning/kallor.csv", "referensdatum tomt", len(blank), "lämnades tomt", blank)
    return out


def _lacking(frame: pd.DataFrame, path: Path) -> list[float]:
    """Return the share (%) of covered addresses that each file is said to lack; NaN where nothing is said."""
    out = []
    for rad, text in zip(frame["rad"], frame["andel_saknas_pct"], strict=True):
        plain = text.replace("%", "").replace(",", ".").strip()
        try:
            share = float(plain) if plain else float("nan")
        except ValueError:
            share = -1.0
        if plain and not 0 <= share < MOST_LACKING_PCT:
            raise DataError(
                "En andel saknade rader går inte att läsa.",
                file=path,
                row=int(rad),
                column="andel_saknas_pct",
                expected=f"procent från 0 till under {MOST_LACKING_PCT}, till exempel 0,2; tomt om den är okänd",
                found=printable(text),
                action=_FIX,
            )
        out.append(share)
    return out


def _one_each(frame: pd.DataFrame, path: Path, ledger: Ledger) -> pd.DataFrame:
    unique = frame.drop_duplicates([c for c in frame.columns if c != "rad"])
    ledger.add(
        "bortfall", "tackning/kallor.csv", "rader som upprepar en annan", len(frame) - len(unique), "räknades en gång"
    )
    clash = unique[unique.duplicated(["fil", "kommunkod"], keep=False)].sort_values(["fil", "kommunkod", "rad"])
    if len(clash):
        first, second = clash.iloc[0], clash.iloc[1]
        raise DataError(
            "Två rader i kallor.csv säger olika om samma fil och kommun.",
            file=path,
            row=f"{first['rad']} och {second['rad']}",
            column="fil, kommunkod",
            expected="en rad per fil och kommun",
            found=f"{printable(first['fil'])}, {first['kommunkod']}",
            action=_FIX,
        )
    return unique


def _require_named(frame: pd.DataFrame, path: Path, evidence: list[Path]) -> None:
    unnamed = [p.name for p in evidence if p.name not in set(frame["fil"])]
    if unnamed:
        raise DataError(
            f"{len(unnamed)} täckningsfiler står inte i kallor.csv.",
            file=path,
            column="fil",
            expected="minst en rad per täckningsfil och kommun",
            found=", ".join(map(printable, unnamed[:20])),
            action="Lägg till en rad per kommun som filen gäller: fil, kommunkod, fullstandig (ja/nej), "
            "referensdatum, avtal, far_publiceras (ja/nej). Eller ta bort filen.",
        )
