"""Kolada's answers (JSON, v2 or v3) saved as files: PTS's shares per kommun and year, in per cent.

N07900: at least 100 Mbit/s. N07918, N07919, N07920: 1 Gbit/s or near, in all, in tätbebyggt, in
glesbebyggt. N07900 and N07918 are shares of the *population*, not of households, from 2021.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipelines.config.kolada_indicators import INDICATORS
from pipelines.config.region import Region
from pipelines.core.errors import DataError, by_library, printable
from pipelines.core.ledger import Ledger

KPIS = tuple(INDICATORS)
MAX_BYTES = 64 << 20
_AGAIN = "Hämta svaret på nytt från api.kolada.se, eller ta bort filen: Kolada är frivilligt."
_COLUMNS = ["kpi", "kommunkod", "ar", "andel", "fil"]
_LISTS = {"values", "results"}
_NEXT = ("next_url", "next_page", "next", "nextUrl")
_PREVIOUS = ("previous_url", "previous_page", "previous", "previousUrl")
_PAGE = re.compile(r"([?&])page=(\d{1,6})(?=&|$)&?")
_DELETED = ("isdeleted", "is_deleted", "isDeleted", "deleted")
_ODD = "värden med status "
_MISSING = ("missing", "private", "confidential", "secret", "deleted", "m", "p")
"""Statuses by which Kolada says that there is no value, whatever stands in ``value``."""
FIRST_YEAR = 2000
CLEARLY_PER_CENT = 20
"""Where the values beside it are at least this many per cent, one of at most 1 may have been meant as a share."""
TOLERANCE = 0.005
"""Half a percentage point: rounding between indicators that should lie in order."""


@dataclass(frozen=True)
class Page:
    """One answer: its values, the number it has among the pages of its question, and whether others belong to it."""

    path: Path
    values: list[Any]
    question: str
    number: int | None
    more: bool
    before: bool
    count: int | None


def read_kolada(paths: list[Path], region: Region, ledger: Ledger) -> tuple[pd.DataFrame, dict[Path, int | None]]:
    """Read Kolada files: one answer each, or a list of the pages of one.

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
        A file that is no answer from Kolada, a page whose other pages are not there, a value outside 0–100,
        or two files that contradict.
    """
    newest: dict[Path, int | None] = {}
    parts = []
    pages = {path: _pages(path) for path in paths}
    _require_whole([p for found in pages.values() for p in found])
    for path in paths:
        counts: Counter[str] = Counter()
        values = [v for page in pages[path] for v in page.values]
        rows = pd.DataFrame(list(_rows(path, values, counts)), columns=_COLUMNS)
        ours = rows[rows["kpi"].isin(KPIS)]
        others = sorted(set(rows["kpi"]) - set(KPIS))
        source = f"{path.parent.name}/{path.name}"
        ledger.add("upplysning", source, "värden för andra nyckeltal", len(rows) - len(ours), "används inte", others)
        for reason in sorted(counts):
            if reason.startswith(_ODD):
                ledger.add("varning", source, reason, counts[reason], "användes")
            else:
                ledger.add("upplysning", source, reason, counts[reason], "används inte")
        mine = {*region.kommunkoder, f"00{region.lan.kod}", "0000"}
        ledger.add(
            "varning",
            source,
            "filen har inga värden för länet och dess kommuner",
            int(bool(len(ours)) and not set(ours["kommunkod"]) & (mine - {"0000"})),
            "används inte där",
            sorted(set(ours["kommunkod"])),
        )
        with_values = set(ours.loc[ours["andel"].notna(), "kpi"])
        gone = sorted(
            {str(v.get("kpi", v.get("kpi_id"))) for v in values if isinstance(v, dict)} & set(KPIS) - with_values
        )
        ledger.add(
            "varning",
            source,
            "nyckeltal som filen inte har ett enda värde för",
            len(gone),
            "Kolada används inte där",
            gone,
        )
        ledger.add(
            "varning",
            source,
            "filen har inga värden för PTS:s nyckeltal",
            int(not gone and not with_values),
            f"används inte; väntade {', '.join(KPIS)}",
            others,
        )
        newest[path] = int(ours["ar"].max()) if len(ours) else None
        parts.append(ours)
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_COLUMNS)
    table = table.astype({"kpi": "str", "kommunkod": "str", "ar": "int64", "andel": "float64", "fil": "str"})
    _note_small(table, ledger)
    table = _one_each(_as_shares(table), ledger)
    _check_order(table, region, ledger)
    return table.drop(columns="fil"), newest


def _pages(path: Path) -> list[Page]:
    """Return the answers in a file: one, or a list of them (or, as before, a bare list of values)."""
    body = _load(path)
    if not isinstance(body, list):
        return [_page(path, body)]
    keys = [set(p) if isinstance(p, dict) else set() for p in body]
    if keys and all(_LISTS & k and not k & {"kpi", "kpi_id"} for k in keys):
        return [_page(path, p) for p in body]
    return [Page(path, body, "", None, False, False, None)]


def _page(path: Path, body: Any) -> Page:
    values = body.get("values", body.get("results")) if isinstance(body, dict) else None
    if not isinstance(values, list):
        found = ", ".join(map(str, body)) if isinstance(body, dict) else type(body).__name__
        raise DataError(
            "Filen är inget svar från Kolada.",
            file=path,
            column="values",
            expected="ett objekt med listan «values»",
            found=printable(found),
            action=_AGAIN,
        )
    linked = {**body, **links} if isinstance(links := body.get("links"), dict) else body
    after, before = (next((linked[k] for k in keys if linked.get(k)), "") for keys in (_NEXT, _PREVIOUS))
    number, question = None, ""
    for link, step in ((after, -1), (before, 1)):
        named = _PAGE.search(str(link))
        if named:
            number, question = int(named[2]) + step, _PAGE.sub("", str(link)).rpartition("/v")[2]
            break
    count = body.get("count")
    return Page(
        path,
        values,
        question,
        number,
        bool(after),
        bool(before),
        count if isinstance(count, int) and not isinstance(count, bool) else None,
    )


def _require_whole(pages: list[Page]) -> None:
    """Stop when a page says that there are others, and they are not there.

    A page is known by the numbers in its links; without numbers, by its place in the file's list of pages.
    """
    numbered = {(p.question, p.number): p for p in pages if p.number is not None}
    for i, page in enumerate(pages):
        whole, total = True, sum(len(p.values) for p in pages if p.path == page.path)
        if page.number is not None:
            total = max(total, sum(len(p.values) for (q, _), p in numbered.items() if q == page.question))
        for step, there in ((1, page.more), (-1, page.before)):
            near = pages[i + step] if 0 <= i + step < len(pages) else page
            beside = near is not page and near.path == page.path and None in (page.number, near.number)
            named = page.number is not None and (page.question, page.number + step) in numbered
            whole = whole and (not there or named or beside)
        if not whole or (page.count or 0) > total:
            raise DataError(
                "Filen är en av flera sidor ur Koladas svar, och de andra finns inte.",
                file=page.path,
                column="next_url" if page.more else "previous_url" if page.before else "count",
                expected=f"{page.count} värden" if page.count else "alla sidor",
                found=f"{total} värden",
                action="Hämta alla sidor (följ next_url, eller kör make fetch) och lägg dem i samma mapp, eller som "
                "en lista i en fil. Eller ta bort filen: Kolada är frivilligt.",
            )


def _load(path: Path) -> Any:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError("Filen är orimligt stor.", file=path, expected=f"högst {MAX_BYTES >> 20} MB", action=_AGAIN)
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as e:
        raise DataError(
            "Filen går inte att läsa som JSON.", file=path, action=_AGAIN, found=by_library("ingen JSON", e)
        ) from None


def _rows(path: Path, values: list[Any], counts: Counter[str]) -> Iterator[tuple[str, str, int, float, str]]:
    for i, entry in enumerate(values, start=1):
        if not isinstance(entry, dict):
            raise _entry_error(path, i, "values", "ett objekt", entry)
        kpi = entry.get("kpi", entry.get("kpi_id"))
        if kpi is None:  # a list of indicators or kommuner, not of values
            if {"value", "municipality", *_LISTS} & set(entry):
                raise _entry_error(path, i, "kpi", "nyckeltalets id", ", ".join(map(str, entry)))
            counts["poster som inte är värden"] += 1
            continue
        code = str(entry.get("municipality", entry.get("municipality_id", "")))
        year = str(entry.get("period", entry.get("year", "")))
        if not (code.isascii() and code.isdigit() and len(code) == 4):
            if str(kpi) in KPIS and not code.startswith("G"):  # G…: groups of kommuner
                raise _entry_error(path, i, "municipality", "fyra siffror", code)
            counts["värden för grupper av kommuner"] += 1
            continue
        if not (year.isascii() and year.isdigit() and len(year) == 4):
            raise _entry_error(path, i, "period", "ett årtal", year)
        if str(kpi) in KPIS and not FIRST_YEAR <= int(year) <= date.today().year:
            raise _entry_error(path, i, "period", f"ett år från {FIRST_YEAR} till nu", year)
        value = _value(path, i, entry, counts)
        if value is not None:
            yield str(kpi), code, int(year), value, f"{path.parent.name}/{path.name}"


def _value(path: Path, i: int, entry: dict[str, Any], counts: Counter[str]) -> float | None:
    """Return the value of all, NaN where Kolada has none; None when the entry is deleted or of one sex."""
    flat = "values" not in entry
    inner = entry.get("values", [entry])
    if not isinstance(inner, list) or not all(isinstance(v, dict) for v in inner):
        raise _entry_error(path, i, "values", "en lista av värden", inner)
    deleted = [v for v in inner if any(_yes(x.get(k)) for x in (v, entry) for k in _DELETED)]
    counts["borttagna värden (isdeleted)"] += len(deleted)
    kept = [v for v in inner if not any(v is d for d in deleted)]
    of_all = [v for v in kept if v.get("gender") in ("T", "t", None)]
    of_one = len(kept) - len(of_all)
    if flat or not of_all:
        counts["värden för bara kvinnor eller män"] += of_one
    if not of_all:
        return None if flat or deleted else float("nan")
    numbers = {_number(path, i, v, counts) for v in of_all}
    known = {n for n in numbers if n is not None}
    if len(known) > 1:
        raise _entry_error(path, i, "value", "ett värde för alla", " och ".join(f"{n:g}" for n in sorted(known)))
    return known.pop() if known else float("nan")


def _number(path: Path, i: int, told_value: dict[str, Any], counts: Counter[str]) -> float | None:
    value, status = told_value.get("value"), str(told_value.get("status") or "").strip()
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e6 or math.isnan(value):
        raise _entry_error(path, i, "value", "ett tal, 0–100, eller null", value)
    if status.casefold() in _MISSING:
        counts[f"värden som Kolada säger saknas ({printable(status, 20)})"] += 1
        return None
    if status:
        counts[f"{_ODD}{printable(status, 20)}"] += 1
    return float(value)


def _yes(flag: object) -> bool:
    return flag is True or flag == 1 or str(flag).casefold() in ("true", "1")


def _as_shares(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with per cent as shares.

    Per cent by definition; an indicator that nowhere exceeds 1 was divided by 100 by someone on the way.
    """
    wrong = table[~((table["andel"] >= 0) & (table["andel"] <= 100)) & table["andel"].notna()]
    if len(wrong):
        first = wrong.iloc[0]
        raise DataError(
            "Ett värde från Kolada ligger utanför 0–100 procent.",
            file=first["fil"],
            column=first["kpi"],
            row=f"{first['kommunkod']}, {first['ar']}",
            expected="0–100",
            found=str(first["andel"]),
            action=_AGAIN,
        )
    known = table[table["andel"] > 0]
    of_file = known.groupby(["kpi", "fil"])["andel"].agg(["max", "size"]).reset_index()
    of_year = known.groupby(["kpi", "fil", "ar"])["andel"].agg(["max", "size"]).reset_index()
    tiny = pd.concat([of_file, of_year[of_year["size"] > 1]])
    tiny = tiny[tiny["max"] <= 1]
    if len(tiny):
        first = tiny.iloc[0]
        raise DataError(
            "Koladas värden ser ut att vara andelar, inte procent.",
            file=first["fil"],
            column=first["kpi"],
            expected="procent, 0–100",
            found=f"högst {first['max']}",
            action=_AGAIN,
        )
    return table.assign(andel=np.round(table["andel"] / 100, 12))


def _note_small(table: pd.DataFrame, ledger: Ledger) -> None:
    """Warn of a value of at most 1 % among much larger ones, of its kommun or its year: perhaps a share."""
    for at, row in table[(table["andel"] > 0) & (table["andel"] <= 1)].iterrows():
        beside = table[(table["kpi"] == row["kpi"]) & (table.index != at)]
        beside = beside[(beside["ar"] == row["ar"]) | (beside["kommunkod"] == row["kommunkod"])]
        if beside["andel"].median() >= CLEARLY_PER_CENT:
            ledger.add(
                "varning",
                row["fil"],
                f"ett värde om högst 1 procent bland mycket större ({row['kpi']})",
                1,
                "lästes som procent; är det en andel?",
                [f"{row['kommunkod']} {row['ar']}: {row['andel']:g}"],
            )


def _one_each(table: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    key = ["kpi", "kommunkod", "ar"]
    unique = table.drop_duplicates([*key, "andel"])
    clash = unique[unique.duplicated(key, keep=False)].sort_values([*key, "fil"])
    if len(clash):
        first, second = clash.iloc[0], clash.iloc[1]
        raise DataError(
            "Två värden från Kolada gäller samma sak men är olika.",
            file=f"{first['fil']} och {second['fil']}",
            row=f"{first['kommunkod']}, {first['ar']}",
            column=first["kpi"],
            expected="ett värde",
            found=f"{100 * first['andel']:g} och {100 * second['andel']:g} procent",
            action="Ta bort den äldre filen.",
        )
    ledger.add("bortfall", "kolada", "värden som upprepar ett annat", len(table) - len(unique), "räknades en gång")
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
            "upplysning",
            "kolada",
            f"kommuner utan värde för {kpi} {newest['ar'].iloc[0]}",
            len(lacking),
            "Kolada används inte där",
            [region.kommunnamn[k] for k in lacking],
        )


def _entry_error(path: Path, i: int, column: str, expected: str, found: object) -> DataError:
    return DataError(
        "Koladas svar har inte väntad form.",
        file=path,
        row=f"post {i}",
        column=column,
        expected=expected,
        found=printable(str(found), 80),
        action=_AGAIN,
    )
