"""SCB's own totals per kommun, where there are any: population and households (from PxWeb, as CSV)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pipelines.core import files
from pipelines.core.facts import SourceFile
from pipelines.core.publishers import SCB
from pipelines.incoming import marks, role_files
from pipelines.read.scb.scb_list import read_list, read_totals
from pipelines.tables import contracts
from pipelines.tables.source_tables import SCB_KOMMUN

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.config.region import Region
    from pipelines.core.ledger import Ledger
    from pipelines.core.paths import Paths

__all__ = ["PATTERNS", "kommun_table", "read_totals", "run_kommun"]

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
        parts, notes, read = [], [], []
        for path in role_files.matching(raw / "scb", pattern):
            totals = read_list(path, name, region)
            rows = totals.rows
            facts.append(
                role_files.fact(
                    path,
                    raw,
                    f"{name}_kommun",
                    used=True,
                    why="för avstämning",
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
            read.append(path.name)
            notes += [(f"scb/{path.name}", *note) for note in totals.notes]
        if not parts:
            continue
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
        files_told = ", ".join(f"scb/{n}" for n in read)
        ledger.add("varning", files_told, f"kommuner utan {name} i SCB:s lista", len(lacking), "stäms inte av", lacking)
        for source, reason, examples, action in notes:
            ledger.add("upplysning", source, reason, len(examples), action, examples)
        columns.append(kept.set_index(["kommunkod", "ar"])[name])
    if not columns:
        return None
    table = pd.concat(columns, axis=1).reindex(columns=list(PATTERNS)).astype("Int64").reset_index()
    return table.astype({"kommunkod": "str", "ar": "int64"}).sort_values(["kommunkod", "ar"], ignore_index=True)


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
