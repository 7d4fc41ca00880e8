"""``make compare``: what has changed since an earlier edition, told with what was lost beside what was won.

Reads ``bredband.gpkg`` of both editions and nothing else, prints a summary and writes ``OUT/jamforelse/``:
``jamforelse.md``, ``forandring.gpkg`` and two tables as CSV.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pipelines.core.cell_grid import CELL_M, column_row, from_column_row, parse_scb_id
from pipelines.core.errors import DataError
from pipelines.core.level import LEVELS, Level
from pipelines.gaps import edition_change
from pipelines.orders import bundle
from pipelines.orders.compare import compare_tables, compare_text
from pipelines.orders.plan.order_plan import NO_EDITION, check_region
from pipelines.orders.plan.plan_style import change_styles
from pipelines.publish.geopackage import edition
from pipelines.publish.words.markdown import say
from pipelines.tables import contracts, gap_tables, plan_tables, summary_tables

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.paths import Paths
    from pipelines.publish.geopackage.edition import Edition

EXAMPLE = "Ange mappen (OUT) från en tidigare make coverage, till exempel make compare FRAN=arkiv/2024."
SHARED = 0.5
"""Two editions share at least this much of the smaller one's inhabited cells; otherwise they are of different
grids or regions: antagande."""


@dataclass(frozen=True)
class Sides:
    """One table of both editions."""

    fore: pd.DataFrame
    efter: pd.DataFrame


def run(region: Region, paths: Paths, earlier: str = "") -> None:
    """Compare the edition in OUT with an earlier one; print the change and write its files.

    Raises
    ------
    DataError
        When either edition is missing or cannot be read, or the two cannot be compared: another län,
        another grid, a demo against real figures.
    """
    if not earlier.strip():
        raise DataError("Ange vilken utgåva som ska jämföras med.", expected="FRAN=<mapp>", action=EXAMPLE)
    before, after = edition.open_edition(Path(earlier), EXAMPLE), edition.open_edition(paths.out, NO_EDITION)
    edition.check_comparable(before, after, EXAMPLE)
    check_region(after, region)
    cells = both(before, after, summary_tables.RUTNAT, cell_columns(), '"adresser" > 0')
    check_grid(cells, before)
    changed = edition_change.cells(cells.fore, cells.efter)
    wide = compare_tables.wide_cells(changed, cells.fore, cells.efter)
    kommuner = compare_tables.by_kommun(shares(before, after), changed, wide)
    areas = compare_tables.gap_areas(
        both(before, after, gap_tables.BRISTOMRADEN_RUTOR, gap_tables.BRISTOMRADEN_RUTOR.names),
        both(before, after, gap_tables.BRISTOMRADEN, AREA_COLUMNS, '"prioritet" IS NOT NULL'),
    )
    shown = Level(region.planering.matt, region.planering.troskel_mbit)
    text = compare_text.text(before.facts, after.facts, changed, areas, kommuner, shown)
    folder = paths.out / "jamforelse"
    with bundle.together(folder) as beside:
        (beside / "jamforelse.md").write_text(text, encoding="utf-8", newline="\n")
        frames: list[tuple[contracts.Table, Any]] = [
            (plan_tables.FORANDRING_RUTOR, wide),
            (plan_tables.FORANDRING_BRISTOMRADEN, areas),
            (plan_tables.FORANDRING_KOMMUNER, kommuner),
        ]
        for table, frame in frames[1:]:
            bundle.write_csv(frame, table, beside / f"{table.name}.csv", after.facts)
        styles = change_styles(after.facts, shown)
        bundle.write_geopackage(beside / "forandring.gpkg", frames, styles, after, region, paths, "jamforelse")
    say(
        f"{text}\nSkrivet i {folder}: jamforelse.md, forandring.gpkg (för QGIS), forandring_kommuner.csv och "
        "forandring_bristomraden.csv.\n"
    )


AREA_COLUMNS = ["bristomrade_id", "troskel_mbit", "matt", "modellerad", "kommunkod", "kommunnamn", "hushall_utan"]


def cell_columns() -> list[str]:
    """Return the columns of a cell that are compared."""
    counts = [level.without(what) for level in LEVELS for what in ("adresser", "hushall")]
    basis = [level.cell_basis for level in LEVELS.of("tillgang")]
    return ["rutid_scb", "kommunkod", "kommunnamn", "adresser", "hushall", *counts, *basis]


def both(before: Edition, after: Edition, table: contracts.Table, columns: list[str], where: str = "") -> Sides:
    """Read the same table of both editions."""
    return Sides(*(edition.read(e, table, columns, where) for e in (before, after)))


def shares(before: Edition, after: Edition) -> Sides:
    """Read the kommuner of both editions with, last, the län; codes and names in the kommun columns."""
    columns = [level.share for level in LEVELS]
    kommuner = both(before, after, summary_tables.KOMMUNER, ["kommunkod", "kommunnamn", *columns])
    lan = both(before, after, summary_tables.LAN, ["lanskod", "lansnamn", *columns])
    names = {"lanskod": "kommunkod", "lansnamn": "kommunnamn"}
    return Sides(
        *(
            pd.concat([k, w.rename(columns=names)], ignore_index=True)
            for k, w in ((kommuner.fore, lan.fore), (kommuner.efter, lan.efter))
        )
    )


def check_grid(cells: Sides, before: Edition) -> None:
    """Refuse two editions whose cells are not the same squares."""
    for side in (cells.fore, cells.efter):
        if not side["rutid_scb"].str.fullmatch(r"[0-9]{13}").all():
            raise _other_grid(before, "rut-id som inte har 13 siffror")
        rutid = parse_scb_id(side["rutid_scb"])
        if not np.array_equal(from_column_row(*column_row(rutid)), rutid):
            raise _other_grid(before, f"rutor vars hörn inte ligger på hela {CELL_M} m")
        if side["rutid_scb"].duplicated().any():
            raise _other_grid(before, "rutor som står två gånger")
    shared = int(cells.fore["rutid_scb"].isin(cells.efter["rutid_scb"]).sum())
    least = min(len(cells.fore), len(cells.efter))
    if shared < SHARED * least:
        raise _other_grid(before, f"{shared} gemensamma rutor med adresser av {least}")


def _other_grid(before: Edition, found: str) -> DataError:
    return DataError(
        "Utgåvorna har inte samma rutnät.",
        file=before.path,
        expected=f"samma rutor på {CELL_M} m i båda",
        found=found,
        action=EXAMPLE,
    )
