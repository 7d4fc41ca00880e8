"""SCB's own totals per kommun, where there are any: population and households (from PxWeb, as CSV)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipelines import contracts, files
from pipelines.contracts_scb_kommun import SCB_KOMMUN
from pipelines.errors import DataError, printable
from pipelines.sources import incoming, marks
from pipelines.sources.csvfile import CsvFile, read_csv

if TYPE_CHECKING:
    from pipelines.ledger import Ledger
    from pipelines.paths import Paths
    from pipelines.region import Region

PATTERNS = {"folkmangd": "folkmangd_kommun_*.csv", "hushall": "hushall_kommun_*.csv"}
_WANTED = {
    "kommunkod": ("kommunkod", "region", "kommun"),
    "ar": ("ar", "tid", "year"),
}
_VALUES = {
    "folkmangd": ("folkmangd", "value", "antal", "personer"),
    "hushall": ("hushall", "value", "antal", "antal_hushall"),
}
_AGAIN = "Hämta listan på nytt med make fetch, eller ta bort den: den är frivillig."


def run_kommun(region: Region, paths: Paths, ledger: Ledger, facts: list[dict[str, object]]) -> None:
    """Write ``scb_kommun`` from the lists there are; without any, no table (an earlier one is removed).

    Of several lists of one kind, the later name wins for a kommun and year, and what it replaced is told.
    """
    table = kommun_table(region, paths.raw, ledger, facts)
    path = paths.table(SCB_KOMMUN.name)
    if table is None:
        path.unlink(missing_ok=True)
        return
    files.write_table(contracts.check(table, SCB_KOMMUN), path)


def kommun_table(
    region: Region, raw: Path, ledger: Ledger, facts: list[dict[str, object]]
) -> pd.DataFrame | None:
    """Return the region's kommuner by year: ``folkmangd`` and ``hushall`` (Int64); None without lists."""
    from pipelines.sources.scb import LICENCE, PUBLISHER

    columns = []
    for field, pattern in PATTERNS.items():
        parts = []
        for path in incoming.matching(raw / "scb", pattern):
            rows = read_totals(path, field)
            facts.append(
                incoming.fact(
                    path, raw, f"{field}_kommun", used=True, why="för avstämning",
                    year=int(rows["ar"].max()), date=f"{int(rows['ar'].max())}-12-31", publisher=PUBLISHER,
                    licence=LICENCE, demo=marks.demo_mark(path),
                )
            )  # fmt: skip
            parts.append(rows[rows["kommunkod"].isin(region.kommunkoder)])
        if not parts:
            continue
        both = pd.concat(parts, ignore_index=True)
        kept = both.drop_duplicates(["kommunkod", "ar"], keep="last")
        ledger.add(
            "upplysning", "scb", f"{field} per kommun som står i flera listor", len(both) - len(kept),
            "den senare filens tal används",
        )  # fmt: skip
        newest = kept[kept["ar"] == kept["ar"].max()]
        lacking = [region.kommunnamn[k] for k in region.kommunkoder if k not in set(newest["kommunkod"])]
        ledger.add("varning", "scb", f"kommuner utan {field} i SCB:s lista", len(lacking), "stäms inte av",
                   lacking)  # fmt: skip
        columns.append(kept.set_index(["kommunkod", "ar"])[field])
    if not columns:
        return None
    table = pd.concat(columns, axis=1).reindex(columns=list(PATTERNS)).astype("Int64").reset_index()
    return table.astype({"kommunkod": "str", "ar": "int64"}).sort_values(
        ["kommunkod", "ar"], ignore_index=True
    )


def people_of(region: Region, raw: Path, year: int) -> pd.Series | None:
    """Return SCB's people per kommunkod, of the year or of the nearest within one; None without a list."""
    from pipelines.ledger import Ledger

    return people_near(kommun_table(region, raw, Ledger("scb"), []), year)  # told when the table is written


def people_near(table: pd.DataFrame | None, year: int) -> pd.Series | None:
    """Return ``folkmangd`` per kommunkod of the year nearest, at most one off; None when there is none."""
    if table is None:
        return None
    known = table[table["folkmangd"].notna() & ((table["ar"] - year).abs() <= 1)]
    known = known.assign(off=(known["ar"] - year).abs()).sort_values(["kommunkod", "off", "ar"])
    one = known.drop_duplicates("kommunkod").set_index("kommunkod")["folkmangd"].astype("int64")
    return one if len(one) else None


def read_totals(path: Path, field: str) -> pd.DataFrame:
    """Read one list: ``kommunkod``, ``ar`` (int64), and ``field`` (int64); rows about län and riket left out.

    Raises
    ------
    DataError
        When a column is missing, a cell is no code, year or whole number, or a kommun stands twice in a year.
    """
    found = read_csv(path, {**_WANTED, field: _VALUES[field]}, ("kommunkod", "ar", field))
    texts = {c: found.columns[c].cast("string").to_pandas().fillna("") for c in ("kommunkod", "ar", field)}
    code = texts["kommunkod"].str.extract(r"^\s*(\d{1,4})\b")[0]
    _require(code.notna(), texts["kommunkod"], found, "kommunkod", "en kommunkod")
    year = texts["ar"].str.extract(r"^\s*((?:19|20)\d\d)\s*$")[0]
    _require(year.notna(), texts["ar"], found, "ar", "ett år")
    blank = texts[field].str.strip().isin(["", ".", ".."])
    number = texts[field].str.replace(r"[\s\u00a0]", "", regex=True)
    _require(number.str.fullmatch(r"\d{1,9}") | blank, texts[field], found, field, "ett antal")
    frame = pd.DataFrame({"kommunkod": code, "ar": year, field: number, "rad": found.rows})
    frame = frame[~blank & (code.str.len() > 2)]
    frame["kommunkod"] = frame["kommunkod"].str.zfill(4)
    frame = frame.astype({"kommunkod": "str", "ar": "int64", field: "int64"}).reset_index(drop=True)
    twice = frame.duplicated(["kommunkod", "ar"])
    if twice.any():
        first = frame[twice].iloc[0]
        raise DataError(
            "En kommun står två gånger för samma år.", file=path, row=int(first["rad"]), column="kommunkod",
            expected="en rad per kommun och år", found=f"{first['kommunkod']} {first['ar']}", action=_AGAIN,
        )  # fmt: skip
    if frame.empty:
        raise DataError("Listan har inga kommuner.", file=path, action=_AGAIN)
    return frame[["kommunkod", "ar", field]]


def _require(good: pd.Series, texts: pd.Series, found: CsvFile, column: str, expected: str) -> None:
    wrong = np.flatnonzero(~good.to_numpy(dtype=bool))
    if len(wrong):
        raise DataError(
            "Cellen går inte att läsa.", file=found.path, row=int(found.rows[wrong[0]]),
            column=found.headers[column], expected=expected, found=printable(str(texts.iloc[wrong[0]]), 80),
            action=_AGAIN,
        )  # fmt: skip
