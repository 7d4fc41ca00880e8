"""PTS's workbooks *teknik* and *hastighet*: every table in them as rows of area, year, unit and shares.

Two layouts are read: hushåll and arbetsställen as rows (column Bas) or sheets of their own, and
arbetsställen as further columns beside those of hushåll.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipelines.config.region import Region
from pipelines.core.errors import DataError, printable
from pipelines.core.ledger import Ledger
from pipelines.formats.headers import Classify, Header, find_header, words
from pipelines.formats.shares import counts, table_shares
from pipelines.formats.xlsx import Sheet
from pipelines.read.pts.pts_areas import AREA_COLUMNS, Body, areas, body_of
from pipelines.read.pts.pts_fields import (
    TECHNIQUE_HEADERS,
    bas_of,
    is_speed_table,
    is_technique_table,
    speed_field,
    technique_field,
)
from pipelines.read.pts.pts_subject import class_within, other_unit, titles

REQUIRED = ("antal", "fiber", "narhet_fiber", "kabel_tv", "tradbunden")
"""Columns of *teknik* without which a benchmark would silently come out lower."""
BASES = ("hushall", "arbetsstallen")


@dataclass(frozen=True)
class Role:
    """A kind of table: how its headers are told, and what makes a header one."""

    name: str
    classify: Classify
    accept: Callable[[set[str]], bool]


def _of_all(classify: Classify) -> Classify:
    """Return a classifier that passes over columns about one class: they are not what a row as a whole has."""

    def field(text: str) -> tuple[str, int] | None:
        known = classify(text)
        return known if known is None or "|" not in known[0] or class_within(text) == "totalt" else None

    return field


TEKNIK = Role("teknik", _of_all(technique_field), is_technique_table)
HASTIGHET = Role("hastighet", _of_all(speed_field), is_speed_table)
KEY = AREA_COLUMNS


def read_role(sheets: list[Sheet], role: Role, region: Region, ledger: Ledger) -> pd.DataFrame | None:
    """Read all tables of one role in a workbook; None when it has none.

    Returns
    -------
    DataFrame or None
        ``rad``, ``blad``, the area columns, and one float column per measure (``antal`` is a count, the
        others shares 0–1, NaN where there is no figure). One row per area, class, unit and year.

    Raises
    ------
    DataError
        Unreadable cells, shares above 1, two columns or rows that claim the same thing.
    """
    parts = []
    for sheet in sheets:
        header = find_header(sheet, role.classify, role.accept)
        if header:
            parts.append(_read_sheet(body_of(sheet, header, ledger), role, region, ledger))
    return _one_row_each(pd.concat(parts, ignore_index=True), ledger) if parts else None


def _read_sheet(body: Body, role: Role, region: Region, ledger: Ledger) -> pd.DataFrame:
    _no_rivals(body.sheet, body.header)
    _of_shares(body)
    if role is TEKNIK:
        _require_columns(body)
    shares, sides = table_shares(
        {f: body.cells(f) for f in _measures(body) if not f.startswith("antal|")},
        {f: body.place(f) for f in _measures(body)},
    )
    for f in _measures(body):
        if f.startswith("antal|"):
            shares[f] = counts(body.cells(f), body.place(f))
    limits = sum(bool(s) for column in sides.values() for s in column)
    ledger.add(
        "justerad", body.sheet.source, "andelar angivna som gräns (> eller <)", limits, "lästes som gränsens värde"
    )
    unread = [t for c, t in enumerate(body.header.texts) if t and c not in body.header.columns.values()]
    ledger.add("upplysning", body.sheet.source, "kolumner som inte lästes", len(unread), "används inte", unread)
    place = areas(body, region, ledger)
    _told_bas(body, place, ledger)
    place = place.assign(blad=body.sheet.label, kalla=body.sheet.source)
    parts = [_of_bas(place, shares, bas) for bas in BASES]
    other = ~place["bas"].isin(BASES)
    ledger.add(
        "upplysning",
        body.sheet.source,
        "rader med annan bas än hushåll och arbetsställen",
        int(other.sum()),
        "används inte",
    )
    result = pd.concat(parts, ignore_index=True)
    return result[result["niva"] != ""]


def _measures(body: Body) -> list[str]:
    return [f for f in body.header.columns if "|" in f]


def _of_shares(body: Body) -> None:
    """Stop at a sheet that says it gives numbers: of few households they could pass for percentages."""
    told = [body.sheet.name, *titles(body.sheet, body.header.first)]
    said = " ".join(map(words, told))
    if re.search(r"\bantal\b", said) and not re.search(r"andel|procent", said):
        raise DataError(
            "Bladet anger antal, inte andelar.",
            file=body.sheet.label,
            expected="andelar, 0–1 eller procent",
            found=printable(next(t for t in told if "antal" in words(t))),
            action="Ta bort bladet ur arbetsboken, eller rätta dess namn och titel om det har andelar.",
        )


def _no_rivals(sheet: Sheet, header: Header) -> None:
    for field, texts in header.rivals.items():
        if "|" in field or field in ("omrade", "kommun", "ar", "bas"):
            raise DataError(
                f"{len(texts)} kolumner kan vara samma uppgift.",
                file=sheet.label,
                row=header.last + 1,
                column=" / ".join(texts),
                expected="en kolumn",
                found=str(len(texts)),
                action="Ta bort eller döp om den kolumn som inte ska användas.",
            )


def _require_columns(body: Body) -> None:
    have = {f.partition("|")[0] for f in body.header.columns}
    lacking = [TECHNIQUE_HEADERS[m] for m in REQUIRED if m not in have]
    lacking += [] if "omrade" in have else ["Område"]
    if lacking:
        raise DataError(
            "Arbetsboken saknar kolumner.",
            file=body.sheet.label,
            row=body.header.last + 1,
            column=", ".join(lacking),
            expected="; ".join(lacking),
            found=", ".join(t for t in body.header.texts if t),
            action="Hämta tabellbilagan teknik på nytt, eller döp kolumnen som PTS gör.",
        )


def _told_bas(body: Body, place: pd.DataFrame, ledger: Ledger) -> None:
    """Fill in ``bas`` where rows do not say it: from the title, the sheet's name, or the count's header."""
    silent = place["bas"] == ""
    name = bas_of(body.sheet.name)
    counted = {f.partition("|")[2] for f in _measures(body) if f.startswith("antal|")}
    if name and (counted | set(place["bas"])) - {""} == {BASES[1 - BASES.index(name)]}:
        raise _two_units(body, f"bladets namn säger {name}, kolumnerna {BASES[1 - BASES.index(name)]}")
    if not silent.any():
        return
    above = " ".join(str(c) for row in body.sheet.rows[: body.header.last] for c in row if c != "")
    tags = {f.partition("|")[2] for f in _measures(body)} - {""}
    only = tags.pop() if len(tags) == 1 else ""
    told = name or only or bas_of(above)
    other = other_unit(f"{body.sheet.name} {above}")
    if not told and other:
        raise _two_units(body, f"bladets namn eller titel säger {other}")
    place.loc[silent, "bas"] = told or "hushall"
    if not told and not tags:
        ledger.add(
            "antagen",
            body.sheet.source,
            "tabellen säger inte om den gäller hushåll",
            int(silent.sum()),
            "hushåll antogs",
        )


def _two_units(body: Body, found: str) -> DataError:
    return DataError(
        "Det går inte att avgöra om bladet gäller hushåll.",
        file=body.sheet.label,
        row=body.header.last + 1,
        expected="hushåll eller arbetsställen i bladets namn, titel eller kolumnen Bas",
        found=found,
        action="Döp bladet och kolumnen efter det som räknas, eller ta bort bladet ur arbetsboken.",
    )


def _of_bas(place: pd.DataFrame, shares: dict[str, np.ndarray[Any, Any]], bas: str) -> pd.DataFrame:
    """Return the rows about one unit, each measure from the column that is about that unit."""
    chosen = place["bas"] == bas
    tagged = {f for f in shares if f.endswith(f"|{bas}")}
    beside = not chosen.any() and any(not f.startswith("antal|") for f in tagged)
    if beside:  # arbetsställen stand as columns of their own in the rows of hushåll
        chosen = place["bas"].isin(BASES)
    out = place[chosen].assign(bas=bas)
    for measure in dict.fromkeys(f.partition("|")[0] for f in shares):
        candidates = [f"{measure}|{bas}", *([] if beside else [f"{measure}|"])]
        if measure == "antal" and not beside:  # one long table counts both under the header of one
            candidates += [f"antal|{b}" for b in BASES]
        source = next((c for c in candidates if c in shares), None)
        out[measure] = shares[source][chosen.to_numpy()] if source else np.nan
    return out


def _one_row_each(frame: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """Return one row per key: a row repeated in another sheet is dropped.

    One that contradicts stops when it is about the households of a kommun; about riket, län or
    arbetsställen the first is kept and the others are noted.
    """
    values = [c for c in frame.columns if c not in ("rad", "blad", "kalla")]
    unique = frame.drop_duplicates(values)
    repeated = len(frame) - len(unique)
    if repeated:
        source = str(frame["kalla"].iloc[0]).partition(", blad")[0]
        ledger.add("bortfall", source, "rader som upprepar en annan", repeated, "räknades en gång")
    clash = unique[unique.duplicated(KEY, keep=False)].sort_values([*KEY, "blad", "rad"])
    other = clash[(clash["niva"] != "kommun") | (clash["bas"] != "hushall")]
    ledger.add(
        "varning",
        str(frame["kalla"].iloc[0]).partition(", blad")[0],
        "rader om samma område som säger olika",
        int(other.duplicated(KEY).sum()),
        "den första användes",
        other["omrade"].unique(),
    )
    clash = clash.drop(index=other.index)
    if len(clash):
        first, second = clash.iloc[0], clash.iloc[1]
        same_sheet = first["blad"] == second["blad"]
        measures = [c for c in values if c not in KEY]
        differ = [c for c in measures if not first[[c]].equals(second[[c]])]
        raise DataError(
            "Två rader gäller samma område men säger olika.",
            file=first["blad"],
            row=f"{first['rad']} och {second['rad']}" + ("" if same_sheet else f" i {second['blad']}"),
            column=", ".join(differ),
            expected="en rad per område, områdestyp, bas och år",
            found=f"{first['omrade']}, {first['omradestyp']}, {first['bas']}, {first['ar']}",
            action="Ta bort den rad eller det blad som inte ska gälla.",
        )
    return unique.drop_duplicates(KEY).reset_index(drop=True)
