"""Kolada's answers (JSON, v2 or v3) saved as files: PTS's shares per kommun and year, in per cent.

N07900: at least 100 Mbit/s. N07918, N07919, N07920: 1 Gbit/s or near, in all, in tätbebyggt, in
glesbebyggt. N07900 and N07918 are shares of the *population*, not of households, from 2021.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipelines.errors import DataError, printable
from pipelines.kolada_indicators import INDICATORS
from pipelines.ledger import Ledger
from pipelines.region import Region

KPIS = tuple(INDICATORS)
MAX_BYTES = 64 << 20
_AGAIN = "Hämta svaret på nytt från api.kolada.se, eller ta bort filen: Kolada är frivilligt."
_COLUMNS = ["kpi", "kommunkod", "ar", "andel", "fil"]
TOLERANCE = 0.005
"""Half a percentage point: rounding between indicators that should lie in order."""


def read_kolada(
    paths: list[Path], region: Region, ledger: Ledger
) -> tuple[pd.DataFrame, dict[Path, int | None]]:
    """Read Kolada files.

    Parameters
    ----------
    paths : list of Path
    region : Region
    ledger : Ledger

    Returns
    -------
    table : DataFrame
        ``kpi``, ``kommunkod`` (four digits; ``00`` + länskod for a region), ``ar``, ``andel`` (0–1, NaN
        where Kolada has no value); one row per key.
    newest : dict
        File → its newest year; None when it has no value of these indicators.

    Raises
    ------
    DataError
        A file that is no answer from Kolada, a value outside 0–100, or two files that contradict.
    """
    newest: dict[Path, int | None] = {}
    parts = []
    for path in paths:
        rows = pd.DataFrame(list(_rows(path, _load(path))), columns=_COLUMNS)
        ours = rows[rows["kpi"].isin(KPIS)]
        others = sorted(set(rows["kpi"]) - set(KPIS))
        source = f"{path.parent.name}/{path.name}"
        ledger.add(
            "upplysning", source, "värden för andra nyckeltal", len(rows) - len(ours), "används inte", others
        )  # fmt: skip
        newest[path] = int(ours["ar"].max()) if len(ours) else None
        parts.append(ours)
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_COLUMNS)
    table = table.astype({"kpi": "str", "kommunkod": "str", "ar": "int64", "andel": "float64", "fil": "str"})
    table = _one_each(_as_shares(table), ledger)
    _check_order(table, region, ledger)
    return table.drop(columns="fil"), newest


def _load(path: Path) -> list[Any]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(
                "Filen är orimligt stor.", file=path, expected=f"högst {MAX_BYTES >> 20} MB", action=_AGAIN
            )
        body = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as e:
        raise DataError(
            "Filen går inte att läsa som JSON.", file=path, found=printable(str(e)), action=_AGAIN
        ) from None
    values = body.get("values", body.get("results")) if isinstance(body, dict) else body
    if not isinstance(values, list):
        found = ", ".join(map(str, body)) if isinstance(body, dict) else type(body).__name__
        raise DataError(
            "Filen är inget svar från Kolada.", file=path, column="values",
            expected="ett objekt med listan «values»", found=printable(found), action=_AGAIN,
        )  # fmt: skip
    return values


def _rows(path: Path, values: list[Any]) -> Iterator[tuple[str, str, int, float, str]]:
    for i, entry in enumerate(values, start=1):
        if not isinstance(entry, dict):
            raise _entry_error(path, i, "values", "ett objekt", entry)
        kpi = entry.get("kpi", entry.get("kpi_id"))
        if kpi is None:  # a list of indicators or kommuner, not of values
            return
        code = str(entry.get("municipality", entry.get("municipality_id", "")))
        year = str(entry.get("period", entry.get("year", "")))
        if not (code.isascii() and code.isdigit() and len(code) == 4):
            if str(kpi) in KPIS and not code.startswith("G"):  # G…: groups of kommuner
                raise _entry_error(path, i, "municipality", "fyra siffror", code)
            continue
        if not (year.isascii() and year.isdigit() and len(year) == 4):
            raise _entry_error(path, i, "period", "ett årtal", year)
        yield str(kpi), code, int(year), _value(path, i, entry), f"{path.parent.name}/{path.name}"


def _value(path: Path, i: int, entry: dict[str, Any]) -> float:
    inner = entry.get("values", [entry])
    if not isinstance(inner, list) or not all(isinstance(v, dict) for v in inner):
        raise _entry_error(path, i, "values", "en lista av värden", inner)
    of_all = [v for v in inner if v.get("gender", "T") in ("T", None)]
    value = of_all[0].get("value") if of_all else None
    if value is None:
        return float("nan")
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e6:
        raise _entry_error(path, i, "value", "ett tal, 0–100, eller null", value)
    return float(value)


def _as_shares(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with per cent as shares.

    Per cent by definition; an indicator that nowhere exceeds 1 was divided by 100 by someone on the way.
    """
    wrong = table[~((table["andel"] >= 0) & (table["andel"] <= 100)) & table["andel"].notna()]
    if len(wrong):
        first = wrong.iloc[0]
        raise DataError(
            "Ett värde från Kolada ligger utanför 0–100 procent.", file=first["fil"], column=first["kpi"],
            row=f"{first['kommunkod']}, {first['ar']}", expected="0–100", found=str(first["andel"]), action=_AGAIN,
        )  # fmt: skip
    largest = table[table["andel"] > 0].groupby("kpi")["andel"].agg(["max", "size"])
    tiny = largest[(largest["max"] <= 1) & (largest["size"] >= 5)]
    if len(tiny):
        raise DataError(
            "Koladas värden ser ut att vara andelar, inte procent.", file=str(table["fil"].iloc[0]),
            column=", ".join(map(str, tiny.index)), expected="procent, 0–100",
            found=f"högst {tiny['max'].max()}", action=_AGAIN,
        )  # fmt: skip
    return table.assign(andel=np.round(table["andel"] / 100, 12))


def _one_each(table: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    key = ["kpi", "kommunkod", "ar"]
    unique = table.drop_duplicates([*key, "andel"])
    clash = unique[unique.duplicated(key, keep=False)].sort_values([*key, "fil"])
    if len(clash):
        first, second = clash.iloc[0], clash.iloc[1]
        raise DataError(
            "Två värden från Kolada gäller samma sak men är olika.", file=f"{first['fil']} och {second['fil']}",
            row=f"{first['kommunkod']}, {first['ar']}", column=first["kpi"], expected="ett värde",
            found=f"{100 * first['andel']:g} och {100 * second['andel']:g} procent",
            action="Ta bort den äldre filen.",
        )  # fmt: skip
    ledger.add(
        "bortfall", "kolada", "värden som upprepar ett annat", len(table) - len(unique), "räknades en gång"
    )
    return unique.sort_values(key, ignore_index=True)


def _check_order(table: pd.DataFrame, region: Region, ledger: Ledger) -> None:
    """Warn where the whole lies outside its tät and gles parts.

    N07918 may well exceed N07900: fibre near by counts in it, access alone in the other.
    """
    wide = table.pivot(index=["kommunkod", "ar"], columns="kpi", values="andel").reindex(columns=list(KPIS))
    giga, dense, sparse = (wide[k] for k in KPIS[1:])
    low, high = np.minimum(dense, sparse) - TOLERANCE, np.maximum(dense, sparse) + TOLERANCE
    off = (giga < low) | (giga > high)
    where = [f"{k} {y}" for k, y in wide.index[off]]
    reason = "N07918 (alla) ligger utanför N07919 (tät) och N07920 (gles)"
    ledger.add("varning", "kolada", reason, int(off.sum()), "lämnades som de är", where)
    known = table[table["andel"].notna()]
    for kpi, rows in known.groupby("kpi"):
        newest = rows[rows["ar"] == rows["ar"].max()]
        lacking = sorted(set(region.kommunkoder) - set(newest["kommunkod"]))
        ledger.add(
            "upplysning", "kolada", f"kommuner utan värde för {kpi} {newest['ar'].iloc[0]}", len(lacking),
            "Kolada används inte där", [region.kommunnamn[k] for k in lacking],
        )  # fmt: skip


def _entry_error(path: Path, i: int, column: str, expected: str, found: object) -> DataError:
    return DataError(
        "Koladas svar har inte väntad form.", file=path, row=f"post {i}", column=column, expected=expected,
        found=printable(str(found), 80), action=_AGAIN,
    )  # fmt: skip
