"""PTS's historic workbook: techniques (and speeds) year by year, side by side under a header of three rows.

Each column is measure / year / unit; a row is riket, a län or a kommun, told apart by its code: 0 is riket,
up to 99 a län, from 100 a kommun (as a number the code has lost its zero).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pipelines.core.errors import DataError, printable
from pipelines.formats.headers import MAX_DEPTH, SCAN_ROWS, header_texts, place_key
from pipelines.formats.shares import Place, parse_cell, table_shares
from pipelines.read.pts.pts_fields import bas_of, speed_field, technique_field
from pipelines.read.pts.pts_subject import class_within, other_unit, sheet_class, titles

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.ledger import Ledger
    from pipelines.formats.xlsx import Sheet

YEAR = re.compile(r"(?<!\d)(20\d\d)(?:[.,]0)?(?!\d)")
FIRST_KOMMUN = 100
COLUMNS = ["ar", "bas", "niva", "omrade", "kommunkod", "omradestyp", "matt", "andel"]
_FIX = "Hämta arbetsboken på nytt från statistik.pts.se."


@dataclass(frozen=True)
class Measured:
    """One column of figures: where it stands, its measure (as the yearly workbooks name it), year, unit, class."""

    column: int
    measure: str
    year: int
    bas: str
    text: str
    kind: str


def read_historic(sheets: list[Sheet], region: Region, ledger: Ledger) -> pd.DataFrame | None:
    """Read every sheet of a historic workbook; None when no sheet has such a table.

    Returns
    -------
    DataFrame or None
        ``ar``, ``bas``, ``niva`` (riket, lan, kommun), ``omrade``, ``kommunkod``, ``omradestyp``, ``matt`` (a
        column of *teknik*, or tillgang_100 and the like), ``andel`` (0–1). One row per key; rows about other
        län and their kommuner, and cells without a figure, are left out and counted.

    Raises
    ------
    DataError
        A share outside 0–1, or two figures for the same thing.
    """
    parts = []
    for sheet in sheets:
        first, last, columns = _header(sheet)
        if columns:
            parts.append(_read(sheet, first, last, columns, region, ledger))
    if not parts:
        return None
    table = pd.concat(parts, ignore_index=True)
    key = [c for c in COLUMNS if c != "andel"]
    unique = table.drop_duplicates([*key, "andel"])
    clash = unique[unique.duplicated(key, keep=False)]
    if len(clash):
        first = clash.iloc[0]
        raise DataError(
            "Två tal i historiken gäller samma sak men är olika.",
            file=sheets[0].file,
            row=f"{first['omrade']}, {first['ar']}",
            column=str(first["matt"]),
            expected="ett tal",
            found=" och ".join(f"{a:g}" for a in clash["andel"][:2]),
            action=_FIX,
        )
    return unique[COLUMNS].reset_index(drop=True)


def _header(sheet: Sheet) -> tuple[int, int, list[Measured]]:
    """Return first and last row of the header, its columns of figures; the header that tells most is taken."""
    best: tuple[tuple[int, int, int], int, int, list[Measured]] = ((0, 0, 0), 0, -1, [])
    for depth in range(2, MAX_DEPTH + 1):
        for top in range(min(SCAN_ROWS, len(sheet.rows) - depth + 1)):
            found = measured(header_texts(sheet, top, depth))
            units = sum(bool(m.bas) for m in found)
            score = (len(found), units, -depth)
            if len({m.year for m in found}) > 1 and score > best[0]:
                best = (score, top, top + depth - 1, found)
    return best[1:]


def measured(texts: list[str]) -> list[Measured]:
    """Return the columns of a header that are a share of fixed access in a year."""
    out = []
    for column, text in enumerate(texts):
        years = set(YEAR.findall(text))
        if len(years) != 1:
            continue
        bare = YEAR.sub(" ", text)
        # The unit stands below the year; the measure itself may speak of hushåll too.
        bas = bas_of(text[text.rfind(next(iter(years))) :]) or bas_of(text)
        measure = _measure(bare)
        if measure:
            out.append(Measured(column, measure, int(years.pop()), bas, text, class_within(bare)))
    return out


def _measure(text: str) -> str:
    speed = speed_field(text)
    if speed and speed[0].startswith(("tillgang_", "passerad_")):
        return speed[0].partition("|")[0]
    technique = technique_field(text)
    name = technique[0].partition("|")[0] if technique and "|" in technique[0] else ""
    return "" if name == "antal" else name


def coded_rows(
    sheet: Sheet, last: int, columns: list[int], region: Region, ledger: Ledger
) -> tuple[list[int], list[list[Any]], list[int]]:
    """Return the rows below a header that are about the region, by their code: row numbers, cells, codes.

    Notes, rows without a code, other län and their kommuner are counted and named.

    Parameters
    ----------
    sheet : Sheet
    last : int
        Index of the header's last row.
    columns : list of int
        The columns of figures; code and name stand to their left.

    Raises
    ------
    DataError
        When there is no column of codes, or a code stands by the name of another kommun.
    """
    rows = [(i, r) for i, r in enumerate(sheet.rows[last + 1 :], start=last + 2) if any(c != "" for c in r)]
    code_at, name_at = _places([r for _, r in rows], min(columns), sheet)
    named = {place_key(k.namn): k.kod for k in region.lan.kommuner}
    kept, codes, others = [], [], []
    notes, uncoded, renamed = [], [], []
    for i, row in rows:
        code, name = _code(row[code_at]), " ".join(str(row[name_at]).split())
        figures = any(c < len(row) and _is_figure(row[c]) for c in columns)
        if code is None and not figures:
            notes.append(f"rad {i}: {printable(' | '.join(str(c) for c in row if c != ''), 80)}")
            continue
        if code is None:
            uncoded.append(f"rad {i}: {printable(str(row[code_at]), 40)} {printable(name, 40)}")
            continue
        if named.get(place_key(name), f"{code:04}") != f"{code:04}":
            raise DataError(
                f"Koden hör inte till {name}.",
                file=sheet.label,
                row=i,
                expected=named[place_key(name)],
                found=f"{code:04}",
                action=_FIX,
            )
        if not _ours(code, region):
            others.append(name)
            continue
        if code >= FIRST_KOMMUN and place_key(name) != place_key(region.kommunnamn[f"{code:04}"]):
            renamed.append(f"{code:04}: {printable(name, 40)}")
        kept.append((i, row))
        codes.append(code)
    ledger.add("bortfall", sheet.source, "rader med tal men utan kod", len(uncoded), "används inte", uncoded)
    ledger.add(
        "varning", sheet.source, "namn som inte är konfigurationens för koden", len(renamed), "koden gäller", renamed
    )
    ledger.add("upplysning", sheet.source, "rader utan kod och tal (noter, rubriker)", len(notes), "lästes inte", notes)
    ledger.add("upplysning", sheet.source, "rader om andra län och deras kommuner", len(others), "används inte", others)
    return [i for i, _ in kept], [r for _, r in kept], codes


def _read(sheet: Sheet, first: int, last: int, columns: list[Measured], region: Region, ledger: Ledger) -> pd.DataFrame:
    numbers, rows, codes = coded_rows(sheet, last, [m.column for m in columns], region, ledger)
    have = {f"{c:04}" for c in codes if c >= FIRST_KOMMUN}
    lacking = [k.namn for k in region.lan.kommuner if k.kod not in have]
    ledger.add(
        "varning", sheet.source, "kommuner som historiken saknar", len(lacking), "deras serier börjar senare", lacking
    )
    cells = {f"{m.column}": [r[m.column] if m.column < len(r) else "" for r in rows] for m in columns}
    places = {f"{m.column}": Place(sheet.label, numbers, m.text) for m in columns}
    shares, sides = table_shares(cells, places)
    limits = sum(bool(s) for column in sides.values() for s in column)
    ledger.add("justerad", sheet.source, "andelar angivna som gräns (> eller <)", limits, "lästes som gränsens värde")
    area = pd.DataFrame([area_of(c, region) for c in codes], columns=["niva", "omrade", "kommunkod"])
    bas, kind = _sheet_bas(sheet, first, columns), sheet_class(sheet, first)
    texts = header_texts(sheet, first, last - first + 1)
    unread = [t for c, t in enumerate(texts) if YEAR.search(t) and c not in {m.column for m in columns}]
    ledger.add("upplysning", sheet.source, "kolumner som inte lästes", len(unread), "används inte", unread)
    parts = [
        area.assign(
            ar=m.year, bas=m.bas or bas, omradestyp=_kind(sheet, kind, m), matt=m.measure, andel=shares[f"{m.column}"]
        )
        for m in columns
    ]
    long = pd.concat(parts, ignore_index=True)
    blank = long["andel"].isna()
    ledger.add("upplysning", sheet.source, "tomma celler", int(blank.sum()), "inget värde det året")
    return long[~blank & (long["bas"] == "hushall")]


def _sheet_bas(sheet: Sheet, first: int, columns: list[Measured]) -> str:
    """Return the unit of columns that do not say their own: from the sheet's name or titles, else hushåll."""
    told = " ".join([sheet.name, *titles(sheet, first)])
    bas = bas_of(sheet.name) or bas_of(told)
    other = other_unit(told) if not bas else ""
    said = {m.bas for m in columns} - {""}
    if bas and said and bas not in said:
        other = f"bladet säger {bas}, kolumnerna {', '.join(sorted(said))}"
    if other:
        raise DataError(
            "Bladet gäller något annat än hushåll.",
            file=sheet.label,
            expected="andelar av hushållen",
            found=printable(other),
            action="Ta bort bladet ur arbetsboken, eller döp det efter det som räknas.",
        )
    return bas or "hushall"


def _kind(sheet: Sheet, kind: str, column: Measured) -> str:
    """Return the class of a column: its own, else the sheet's; they may not contradict."""
    if column.kind != kind and (not column.kind or "totalt" not in (column.kind, kind)):
        raise DataError(
            "Det går inte att avgöra om kolumnen gäller tätbebyggt eller glesbebyggt.",
            file=sheet.label,
            column=column.text,
            expected=f"{kind}, som bladet säger",
            found=column.kind or "oklart",
            action="Döp kolumnen eller bladet efter den klass det gäller.",
        )
    return kind if column.kind == "totalt" else column.kind


def _places(rows: list[list[Any]], before: int, sheet: Sheet) -> tuple[int, int]:
    """Return the columns of code and name: left of the figures, one mostly numbers, one mostly text."""
    filled = [[r[c] for r in rows if c < len(r) and r[c] != ""] for c in range(before)]
    numeric = [float(np.mean([_code(v) is not None for v in x])) if x else 0.0 for x in filled]
    code = next((c for c, share in enumerate(numeric) if share >= 0.5), None)
    name = next((c for c, x in enumerate(filled) if c != code and x and numeric[c] < 0.5), None)
    if code is None or name is None:
        raise DataError(
            "Bladet har ingen kolumn med koder och en med namn.",
            file=sheet.label,
            expected="kod och namn till vänster om talen",
            found=f"{before} kolumner till vänster",
            action=_FIX,
        )
    return code, name


def _is_figure(cell: Any) -> bool:
    parsed = parse_cell(cell)
    return parsed is not None and not np.isnan(parsed[0])


def _code(cell: Any) -> int | None:
    if isinstance(cell, float) and cell.is_integer() and 0 <= cell < 10_000:
        return int(cell)
    if isinstance(cell, int) and not isinstance(cell, bool) and 0 <= cell < 10_000:
        return cell
    text = str(cell).strip()
    return int(text) if re.fullmatch(r"\d{1,4}", text) else None


def _ours(code: int, region: Region) -> bool:
    if code >= FIRST_KOMMUN:
        return f"{code:04}" in region.kommunkoder
    return code == 0 or f"{code:02}" == region.lan.kod


def area_of(code: int, region: Region) -> tuple[str, str, str]:
    """Return level, name and kommunkod of a code that is the region's."""
    if code >= FIRST_KOMMUN:
        return "kommun", region.kommunnamn[f"{code:04}"], f"{code:04}"
    return ("riket", "Riket", "") if code == 0 else ("lan", region.lan.namn, "")
