"""PTS's workbook on mobile coverage: surface shares per area, shown beside, never mixed with fixed.

Which columns it has differs between editions, so every column of shares is kept under its own header. Two
layouts are read: one year, with the columns Kommun or Län; and years side by side under each measure, a
row told by its code (the 2024 edition). Shares of the mobile goals (of tätorter, of roads) are no shares of
a kommun's surface: they are kept under a name of their own (:data:`GOALS`).
"""

from __future__ import annotations

import re

import pandas as pd

from pipelines.config.region import Region
from pipelines.core.errors import DataError
from pipelines.core.ledger import Ledger
from pipelines.formats.headers import MAX_DEPTH, Header, find_header, header_texts, words
from pipelines.formats.shares import Place, parse_cells, table_shares
from pipelines.formats.xlsx import Sheet
from pipelines.read.pts.pts_areas import areas, body_of
from pipelines.read.pts.pts_fields import area_field
from pipelines.read.pts.pts_historic import area_of, coded_rows
from pipelines.read.pts.pts_subject import class_within

GOALS = "Mobilmål: "
"""Begins the measure of every share that is not one of the area's whole surface."""
_GOAL = re.compile(r"mobilmal|statistisk\w* (?:tatort|smaort)|normalt befinner|\bvag(?:ar|nat\w*)\b|jarnvag")
_YEAR = re.compile(r"20\d\d(?:[.,]0)?\s*(?:[*¹²³]+|\d\))?")
_TITLE_ROWS = 10
_NOT_A_SHARE = re.compile(r"\b(?:antal|areal|area|yta i|km2?|kvkm|kvadratkilometer|hektar|kod|lanskod|lankod)\b")


def read_mobil(sheets: list[Sheet], region: Region, ledger: Ledger) -> pd.DataFrame | None:
    """Read the sheets on mobile coverage; None when none has a table.

    Of several sheets with the same measures (one per operator) those named *aggregerad* are read. Only
    shares of whole areas: sheets and rows about tätbebyggt or glesbebyggt are counted and left out.

    Returns
    -------
    DataFrame or None
        ``blad``, ``rad``, ``ar``, ``niva``, ``omrade``, ``kommunkod``, ``omradestyp``, ``matt`` (header
        text), ``andel`` (0–1, NaN where there is no figure), ``olikhet`` (``>``, ``<`` or empty).

    Raises
    ------
    DataError
        Unreadable cells, shares above 1, or two figures for the same thing.
    """
    whole = [s for s in sheets if "aggregerad" in words(s.name)]
    parts, apart = [], []
    for sheet in sheets:
        years = _year_header(sheet)
        header = _place_header(sheet)
        if not years and not header:
            continue
        if class_within(sheet.name) != "totalt" or (whole and sheet not in whole):
            apart.append(sheet.name)
            continue
        parts.append(
            _read_years(sheet, *years, region, ledger) if years else _read_sheet(sheet, header, region, ledger)  # type: ignore[arg-type]
        )
    if not parts:
        return None
    frame = pd.concat(parts, ignore_index=True)
    source = sheets[0].source.partition(", blad")[0]
    ledger.add(
        "upplysning",
        source,
        "blad om mobil täckning som inte gäller alla operatörer och hela områden",
        len(apart),
        "lästes inte",
        apart,
    )
    split = frame["omradestyp"] != "totalt"
    ledger.add(
        "upplysning", source, "rader om mobil täckning i tätbebyggt eller glesbebyggt", int(split.sum()), "används inte"
    )
    return _one_each(frame[~split])


def has_places(sheet: Sheet) -> bool:
    """Tell whether a sheet has a table of places in either layout."""
    return _year_header(sheet) is not None or _place_header(sheet) is not None


def _place_header(sheet: Sheet) -> Header | None:
    return find_header(sheet, area_field, lambda fields: bool(fields & {"kommun", "lan"}))


def _one_each(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row per area, year and measure; two that differ stop."""
    key = ["ar", "niva", "omrade", "matt"]
    unique = frame.drop_duplicates([*key, "andel", "olikhet"])
    clash = unique[unique.duplicated(key, keep=False)]
    if len(clash):
        first, second = clash.iloc[0], clash[(clash[key] == clash.iloc[0][key]).all(axis=1)].iloc[1]
        raise DataError(
            "Två tal om mobil täckning gäller samma sak men är olika.",
            file=first["blad"],
            row=f"{first['rad']} och {second['rad']}",
            column=first["matt"],
            expected="ett tal per område, år och mått",
            found=f"{first['omrade']} {first['ar']}: {first['andel']:g} och {second['andel']:g}",
            action="Ta bort den rad eller det blad som inte ska gälla.",
        )
    return unique.reset_index(drop=True)


def _year_header(sheet: Sheet) -> tuple[int, dict[int, tuple[str, int]]] | None:
    """Return last row and columns (measure and year) of a header whose last row is years side by side."""
    for last, row in enumerate(sheet.rows[:_TITLE_ROWS]):
        years = {c: int(str(v)[:4]) for c, v in enumerate(row) if c and _YEAR.fullmatch(str(v).strip())}
        if len(years) < 2 or any(c < min(years) and str(v).strip() for c, v in enumerate(row)):
            continue
        top = last
        while top > max(0, last - MAX_DEPTH + 1) and any(
            str(sheet.rows[top - 1][c]).strip() for c in years if c < len(sheet.rows[top - 1])
        ):
            top -= 1
        texts = header_texts(sheet, top, last - top + 1)  # each ends with its year
        named = {c: text for c in years if (text := texts[c].rpartition(" ")[0])}
        if named:
            return last, {c: (text, years[c]) for c, text in named.items()}
    return None


def _read_years(
    sheet: Sheet, last: int, columns: dict[int, tuple[str, int]], region: Region, ledger: Ledger
) -> pd.DataFrame:
    wanted = {c: m for c, m in columns.items() if not _NOT_A_SHARE.search(words(m[0]))}
    numbers, rows, codes = coded_rows(sheet, last, list(wanted), region, ledger)
    cells = {f"{c}": [r[c] if c < len(r) else "" for r in rows] for c in wanted}
    numeric = [c for c in wanted if _holds_shares(cells[f"{c}"])]
    lacking = [f"{m} {y}" for c, (m, y) in columns.items() if c not in numeric]
    ledger.add("upplysning", sheet.source, "kolumner som inte är andelar", len(lacking), "lästes inte", lacking)
    values, sides = table_shares(
        {f"{c}": cells[f"{c}"] for c in numeric},
        {f"{c}": Place(sheet.label, numbers, f"{wanted[c][0]} {wanted[c][1]}") for c in numeric},
    )
    area = pd.DataFrame([area_of(c, region) for c in codes], columns=["niva", "omrade", "kommunkod"])
    area = area.assign(rad=numbers, blad=sheet.label, omradestyp="totalt")
    parts = [
        area.assign(ar=year, matt=_named(sheet, text), andel=values[f"{c}"], olikhet=list(sides[f"{c}"]))
        for c in numeric
        for text, year in (wanted[c],)
    ]
    empty = area.iloc[:0].assign(ar=0, matt="", andel=0.0, olikhet="")
    return pd.concat(parts, ignore_index=True) if parts else empty


def _named(sheet: Sheet, header: str) -> str:
    """Return a measure's name: its header, marked when it is a share of something else than the whole surface."""
    top = [c for row in sheet.rows[:_TITLE_ROWS] for c in row[:1] if isinstance(c, str)]
    goal = any(_GOAL.search(words(t)) for t in (sheet.name, header, *top))
    return f"{GOALS}{header}" if goal else header


def _read_sheet(sheet: Sheet, header: Header, region: Region, ledger: Ledger) -> pd.DataFrame:
    area = set(header.columns.values())
    measures = {
        f"{text}|{c}": c
        for c, text in enumerate(header.texts)
        if text and c not in area and not area_field(text) and not _NOT_A_SHARE.search(words(text))
    }
    header = Header(header.last, {**header.columns, **measures}, header.texts, {})
    body = body_of(sheet, header, ledger)
    numeric = [f for f in measures if _holds_shares(body.cells(f))]
    ledger.add(
        "upplysning",
        sheet.source,
        "kolumner som inte är andelar",
        len(measures) - len(numeric),
        "lästes inte",
        [header.texts[c] for f, c in measures.items() if f not in numeric],
    )
    values, sides = table_shares({f: body.cells(f) for f in numeric}, {f: body.place(f) for f in numeric})
    place = areas(body, region, ledger)
    parts = [
        place.assign(
            blad=sheet.label, matt=_named(sheet, header.texts[measures[f]]), andel=values[f], olikhet=list(sides[f])
        )
        for f in numeric
    ]
    long = (
        pd.concat(parts, ignore_index=True) if parts else place.iloc[:0].assign(blad="", matt="", andel=0.0, olikhet="")
    )
    return long[long["niva"] != ""]


def _holds_shares(cells: list[object]) -> bool:
    """Tell whether a column is one of shares: mostly numbers, and not areas or counts above 100."""
    parsed = parse_cells(cells)
    known = parsed.value[~pd.isna(parsed.value)]
    return len(known) > 0 and len(parsed.bad) * 2 < len(cells) and (known <= 100).mean() > 0.5
