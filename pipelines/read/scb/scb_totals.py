"""SCB's own totals per kommun, where there are any: population, households, dwellings (from PxWeb, as CSV)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from pipelines.core import files
from pipelines.core.facts import SourceFile
from pipelines.core.publishers import SCB
from pipelines.incoming import marks, role_files
from pipelines.read.scb.scb_list import HOUSES, Totals, read_dwellings, read_list, read_totals
from pipelines.tables import contracts
from pipelines.tables.source_tables import SCB_BOSTADER, SCB_KOMMUN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipelines.config.region import Region
    from pipelines.core.ledger import Ledger
    from pipelines.core.paths import Paths

__all__ = ["PATTERNS", "kommun_table", "read_totals", "run_kommun"]

DWELLINGS = "bostader_hustyp_*.csv"
PATTERNS = {"folkmangd": "folkmangd_kommun_*.csv", "hushall": "hushall_kommun_*.csv"}


def run_kommun(region: Region, paths: Paths, ledger: Ledger, facts: list[SourceFile]) -> None:
    """Write ``scb_kommun`` from the lists there are; without any, no table (an earlier one is removed).

    Of several lists of one kind, the later name wins for a kommun and year, and what it replaced is told.
    """
    table = kommun_table(region, paths.raw, ledger, facts)
    path = paths.table(SCB_KOMMUN.name)
    if table is None:
        path.unlink(missing_ok=True)
        return
    files.write_table(contracts.check(table, SCB_KOMMUN), path)


def kommun_table(region: Region, raw: Path, ledger: Ledger, facts: list[SourceFile]) -> pd.DataFrame | None:
    """Return the region's kommuner by year: ``folkmangd`` and ``hushall`` (Int64); None without lists."""
    columns = []
    for name, pattern in PATTERNS.items():
        read = partial(read_list, name=name, region=region)
        kept = _lists(name, pattern, f"{name}_kommun", "för avstämning", read, region, raw, ledger, facts)
        if kept is not None:
            columns.append(kept.set_index(["kommunkod", "ar"])[name])
    if not columns:
        return None
    table = pd.concat(columns, axis=1).reindex(columns=list(PATTERNS)).astype("Int64").reset_index()
    return table.astype({"kommunkod": "str", "ar": "int64"}).sort_values(["kommunkod", "ar"], ignore_index=True)


def run_dwellings(region: Region, paths: Paths, ledger: Ledger, facts: list[SourceFile]) -> None:
    """Write ``scb_bostader`` from the lists of dwellings per kommun and type of house; without any it has no rows."""
    read = partial(read_dwellings, region=region)
    kept = _lists(
        "bostäder", DWELLINGS, "bostader_hustyp", "bostäder per hustyp", read, region, paths.raw, ledger, facts
    )
    if kept is None:
        counts = {name: pd.Series(dtype="Int64") for name in HOUSES.values()}
        kept = pd.DataFrame({"kommunkod": pd.Series(dtype="str"), "ar": pd.Series(dtype="int64"), **counts})
    table = contracts.check(kept.sort_values(["kommunkod", "ar"], ignore_index=True), SCB_BOSTADER)
    files.write_table(table, paths.table(SCB_BOSTADER.name))


def _lists(
    name: str,
    pattern: str,
    role: str,
    why: str,
    read: Callable[[Path], Totals],
    region: Region,
    raw: Path,
    ledger: Ledger,
    facts: list[SourceFile],
) -> pd.DataFrame | None:
    """Return the region's rows of all lists of a kind, once a kommun and year; None without lists."""
    parts, notes, names = [], [], []
    for path in role_files.matching(raw / "scb", pattern):
        totals = read(path)
        rows = totals.rows
        facts.append(
            role_files.fact(
                path,
                raw,
                role,
                used=True,
                why=why,
                year=int(rows["ar"].max()),
                date=f"{int(rows['ar'].max())}-12-31",
                publisher=SCB.publisher,
                licence=SCB.licence,
                demo=marks.demo_mark(path),
            )
        )
        ours = rows[rows["kommunkod"].isin(region.kommunkoder)]
        ledger.add(
            "varning", f"scb/{path.name}", "listan har ingen av länets kommuner", int(ours.empty), "används inte"
        )
        parts.append(ours)
        names.append(path.name)
        notes += [(f"scb/{path.name}", *note) for note in totals.notes]
    if not parts:
        return None
    both = pd.concat(parts, ignore_index=True)
    kept = both.drop_duplicates(["kommunkod", "ar"], keep="last")
    ledger.add(
        "upplysning",
        "scb",
        f"{name} per kommun som står i flera listor",
        len(both) - len(kept),
        "den senare filens tal används",
    )
    other = both.drop_duplicates()
    other = other[other.duplicated(["kommunkod", "ar"])]
    ledger.add(
        "varning",
        "scb",
        f"{name} per kommun som två listor anger olika",
        len(other),
        "den senare filens tal används",
        [f"{r.kommunkod} {r.ar}" for r in other.itertuples()],
    )
    newest = kept[kept["ar"] == kept["ar"].max()]
    lacking = [region.kommunnamn[k] for k in region.kommunkoder if k not in set(newest["kommunkod"])]
    told = ", ".join(f"scb/{n}" for n in names)
    ledger.add("varning", told, f"kommuner utan {name} i SCB:s lista", len(lacking), "stäms inte av", lacking)
    for source, reason, examples, action in notes:
        ledger.add("upplysning", source, reason, len(examples), action, examples)
    return kept


def people_of(region: Region, raw: Path, year: int) -> pd.Series | None:
    """Return SCB's people per kommunkod, of the year or of the nearest within one; None without a list."""
    from pipelines.core.ledger import Ledger

    return people_near(kommun_table(region, raw, Ledger("scb"), []), year)  # told when the table is written


def people_near(table: pd.DataFrame | None, year: int) -> pd.Series | None:
    """Return ``folkmangd`` per kommunkod of the year nearest, at most one off; None when there is none."""
    if table is None:
        return None
    known = table[table["folkmangd"].notna() & ((table["ar"] - year).abs() <= 1)]
    known = known.assign(off=(known["ar"] - year).abs()).sort_values(["kommunkod", "off", "ar"])
    one = known.drop_duplicates("kommunkod").set_index("kommunkod")["folkmangd"].astype("int64")
    return one if len(one) else None
