"""PTS's workbook on mobile coverage: surface shares per area, shown beside, never mixed with fixed.

Which columns it has differs between editions, so every column of shares is kept under its own header.
"""

from __future__ import annotations

import re

import pandas as pd

from pipelines.ledger import Ledger
from pipelines.region import Region
from pipelines.sources.headers import Header, find_header, words
from pipelines.sources.pts_areas import areas, body_of
from pipelines.sources.pts_fields import area_field
from pipelines.sources.shares import parse_cells, table_shares
from pipelines.sources.xlsx import Sheet

_TITLE_ROWS = 10
_NOT_A_SHARE = re.compile(
    r"\b(?:antal|areal|area|yta i|km2?|kvkm|kvadratkilometer|hektar|kod|lanskod|lankod)\b"
)


def read_mobil(sheets: list[Sheet], region: Region, ledger: Ledger) -> pd.DataFrame | None:
    """Read the sheets on surface coverage (named *yttäckning*); None when there are none.

    Returns
    -------
    DataFrame or None
        ``blad``, ``rad``, ``ar``, ``niva``, ``omrade``, ``kommunkod``, ``omradestyp``, ``matt`` (header
        text), ``andel`` (0–1, NaN where there is no figure), ``olikhet`` (``>``, ``<`` or empty).

    Raises
    ------
    DataError
        Unreadable cells or shares above 1.
    """
    parts = []
    for sheet in sheets:
        header = find_header(sheet, area_field, lambda fields: bool(fields & {"kommun", "lan"}))
        if header and is_surface(sheet):
            parts.append(_read_sheet(sheet, header, region, ledger))
    return pd.concat(parts, ignore_index=True) if parts else None


def is_surface(sheet: Sheet) -> bool:
    """Tell whether a sheet is about the share of the surface, by its name or the rows at its top."""
    top = [c for row in sheet.rows[:_TITLE_ROWS] for c in row if isinstance(c, str)]
    return any("yttackning" in words(text) for text in (sheet.name, *top))


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
        "upplysning", sheet.source, "kolumner som inte är andelar", len(measures) - len(numeric), "lästes inte",
        [header.texts[c] for f, c in measures.items() if f not in numeric],
    )  # fmt: skip
    values, sides, doubtful = table_shares(
        {f: body.cells(f) for f in numeric}, {f: body.place(f) for f in numeric}
    )
    ledger.add(
        "varning", sheet.source, "kolumner där inget värde är över 1, i en tabell med procent",
        len(doubtful), "lästes som andelar 0–1", doubtful,
    )  # fmt: skip
    place = areas(body, region, ledger)
    parts = [
        place.assign(
            blad=sheet.label, matt=header.texts[measures[f]], andel=values[f], olikhet=list(sides[f])
        )
        for f in numeric
    ]
    long = (
        pd.concat(parts, ignore_index=True)
        if parts
        else place.iloc[:0].assign(blad="", matt="", andel=0.0, olikhet="")
    )
    return long[long["niva"] != ""]


def _holds_shares(cells: list[object]) -> bool:
    """Tell whether a column is one of shares: mostly numbers, and not areas or counts above 100."""
    parsed = parse_cells(cells)
    known = parsed.value[~pd.isna(parsed.value)]
    return len(known) > 0 and len(parsed.bad) * 2 < len(cells) and (known <= 100).mean() > 0.5
