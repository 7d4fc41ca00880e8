"""``make plan``: which gap areas to build for a sum or a goal, from a finished edition.

Reads ``OUT/bredband.gpkg`` (see :mod:`edition`), prints a summary and writes ``OUT/plan/<plan's name>/``:
``plan.md``, ``omraden.csv``, ``kommuner.csv`` and ``plan.gpkg``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipelines.core.cell_grid import parse_scb_id
from pipelines.core.errors import DataError
from pipelines.core.files import EPSG
from pipelines.gaps import build_plan as gaps_plan
from pipelines.gaps.area_outlines import outlines
from pipelines.orders import bundle
from pipelines.orders.plan import plan_text
from pipelines.orders.plan.plan_request import Request, request
from pipelines.orders.plan.plan_style import plan_styles
from pipelines.orders.plan.plan_text import Order
from pipelines.publish.geopackage import edition
from pipelines.publish.words.markdown import say
from pipelines.publish.words.swedish import number
from pipelines.tables import gap_tables, plan_tables, summary_tables

if TYPE_CHECKING:
    import geopandas as gpd

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths
    from pipelines.publish.geopackage.edition import Edition

NO_EDITION = "Kör make coverage först (med samma OUT)."


def run(region: Region, paths: Paths, budget: str = "", goal: str = "", troskel: str = "", matt: str = "") -> None:
    """Make a plan as ordered on the command line; print it and write its files.

    Raises
    ------
    DataError
        When there is no edition, it is of another län, the order cannot be read, or the goal is out of reach.
    """
    wish = request(region, budget, goal, troskel, matt)
    source = edition.open_edition(paths.out, NO_EDITION)
    check_region(source, region)
    areas, parts, cells = read_areas(source, wish)
    made = gaps_plan.plan(areas, parts, region, wish.budget_sek, wish.mal_pct)
    check_reachable(made, wish)
    dug_once = trench_dug_once(source, wish, made)
    joint = joint_trench(source, wish, made, cells) if dug_once is None else dug_once
    order = Order(wish, made, joint, dug_once is not None, ordered(made), by_kommun(made, region))
    text = plan_text.text(order, source.facts, region)
    folder = paths.out / "plan" / wish.name
    with bundle.together(folder) as beside:
        (beside / "plan.md").write_text(text, encoding="utf-8", newline="\n")
        bundle.write_csv(order.omraden, plan_tables.PLAN_OMRADEN, beside / "omraden.csv", source.facts)
        bundle.write_csv(order.kommuner, plan_tables.PLAN_KOMMUNER, beside / "kommuner.csv", source.facts)
        layer = built_areas(order, cells)
        bundle.write_geopackage(
            beside / "plan.gpkg",
            [(plan_tables.PLAN, layer)],
            plan_styles(wish, source.facts),
            source,
            region,
            paths,
            "plan",
        )
    say(f"{text}\nSkrivet i {folder}: plan.md, omraden.csv, kommuner.csv och plan.gpkg (för QGIS).\n")


def check_region(source: Edition, region: Region) -> None:
    """Refuse an edition of another län than the configuration's."""
    if source.facts["lanskod"] != region.lan.kod:
        raise DataError(
            "Utgåvan gäller ett annat län än konfigurationen.",
            file=source.path,
            expected=f"{region.lan.kod} ({region.lan.namn})",
            found=f"{source.facts['lanskod']} ({source.facts['lan']})",
            action="Ange rätt CONFIG eller OUT.",
        )


def read_areas(source: Edition, wish: Request) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Read the areas, their parts by kommun and their cells, of the plan's level."""
    where = wish.level.condition
    whole, part = gap_tables.BRISTOMRADEN, gap_tables.BRISTOMRADEN_KOMMUN
    areas = edition.read(source, whole, whole.names, where)
    areas["prioritet"] = areas["prioritet"].astype("Int64")
    columns = ["bristomrade_id", "kommunkod", "modellerad", "hushall", "hushall_utan", "kostnad_sek"]
    parts = edition.read(source, part, columns, where)
    names = ["bristomrade_id", "rutid_scb", "adresser_klassade"]
    return areas, parts, edition.read(source, gap_tables.BRISTOMRADEN_RUTOR, names, where)


def check_reachable(made: gaps_plan.Plan, wish: Request) -> None:
    """Refuse a goal that is out of reach even when everything is built, and say how far one gets."""
    most = made.fakta["andel_storst_pct"]
    if wish.mal_pct is None or made.fakta["nar_malet"] or not isinstance(most, float):
        return
    within = math.floor(most * 100 + 1e-9) / 100
    raise DataError(
        "Målet går inte att nå, ens om alla bristområden byggs.",
        expected=f"högst {number(within, 2)} % av länets hushåll",
        found=f"MAL={number(wish.mal_pct, 2)} %",
        details=[
            "Resten är hushåll som väntas sakna täckning utspritt utanför bristområdena, eller områden utan känd "
            "kostnad."
        ],
        action=f"Ange ett lägre mål, till exempel make plan MAL={number(within, 2)}.",
    )


def trench_dug_once(source: Edition, wish: Request, made: gaps_plan.Plan) -> float | None:
    """Return the trench, in metres, when all that the plan builds is built together along roads.

    Every stretch that some of the areas' trenches follow is dug once. None in an edition without roads.
    """
    import shapely

    rows, shapes = edition.read_shapes(source, gap_tables.SCHAKT, ["bristomrade_id", "slag"], wish.level.condition)
    if not rows["slag"].isin(["vag", "stick"]).any():
        return None
    built = made.omraden.loc[made.omraden["byggs"], "bristomrade_id"]
    stretches = shapely.get_parts(shapes[rows["bristomrade_id"].isin(built).to_numpy()])
    _, once = np.unique(shapely.to_wkb(stretches), return_index=True)
    return float(shapely.length(stretches[once]).sum())


def joint_trench(source: Edition, wish: Request, made: gaps_plan.Plan, cells: pd.DataFrame) -> float:
    """Return the trench, in metres, when all that the plan builds is built together.

    The edition says how many of a cell's addresses count as *utan* (``adresser_klassade``); they are those
    with least probability, which needs neither the limit of that run nor more decimals than are written.

    Raises
    ------
    DataError
        When a cell of a gap area holds fewer addresses than it says.
    """
    p = wish.level.probability
    points, xy = edition.read_points(source, summary_tables.ADRESSER, ["rutid_scb", p])
    cell = pd.Categorical(points["rutid_scb"], categories=cells["rutid_scb"]).codes.astype(np.int64)
    inside = np.flatnonzero(cell >= 0)
    order = inside[np.lexsort((xy[inside, 1], xy[inside, 0], points[p].to_numpy()[inside], cell[inside]))]
    place = np.arange(len(order)) - np.searchsorted(cell[order], np.arange(len(cells)))[cell[order]]
    number_utan = cells["adresser_klassade"].to_numpy(np.int64)
    utan = np.zeros(len(cell), dtype=np.bool_)
    utan[order] = place < number_utan[cell[order]]
    if int(utan.sum()) != int(number_utan.sum()):
        raise DataError(
            "Utgåvans adresser och bristområden hör inte ihop.",
            file=source.path,
            expected=f"{int(number_utan.sum())} adresser utan i bristområdenas rutor",
            found=str(int(utan.sum())),
            action="Gör om utgåvan med make coverage.",
        )
    ids = made.omraden["bristomrade_id"]
    of_cell = pd.Categorical(cells["bristomrade_id"], categories=ids).codes.astype(np.int64)
    area = np.append(of_cell, -1)[cell]
    built = np.flatnonzero(made.omraden["byggs"].to_numpy())
    return gaps_plan.together_m(xy[:, 0], xy[:, 1], utan, area, built)


def ordered(made: gaps_plan.Plan) -> pd.DataFrame:
    """Return every area by ``prioritet``, those that are built numbered from 1."""
    rows = made.omraden.copy()
    rows.insert(0, "ordning", rows["byggs"].cumsum().where(rows["byggs"]).astype("Int64"))
    return rows


def by_kommun(made: gaps_plan.Plan, region: Region) -> pd.DataFrame:
    """Return the kommuner by code with, last, the län."""
    rows = made.kommuner.rename(columns={"kommunkod": "kod"})
    rows["namn"] = rows["kod"].map(region.kommunnamn).fillna(rows["kod"])
    f = made.fakta
    lan = {
        "kod": region.lan.kod,
        "namn": region.lan.namn,
        "hushall": f["hushall"],
        "hushall_utan_fore": f["hushall_utan"],
        "hushall_nas": f["hushall_nas"],
        "hushall_nas_modellerade": f["hushall_nas_modellerade"],
        "hushall_utan_efter": max(0.0, float(f["hushall_utan"] or 0) - float(f["hushall_nas"] or 0)),
        "kostnad_sek": f["kostnad_sek"],
        "andel_fore_pct": f["andel_fore_pct"],
        "andel_efter_pct": f["andel_efter_pct"],
    }
    whole = pd.concat([rows, pd.DataFrame([lan])], ignore_index=True)
    return whole.astype({"kod": "str", "namn": "str"})[plan_tables.PLAN_KOMMUNER.names]


def built_areas(order: Order, cells: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the areas that are built, in order, with the union of their cells as geometry."""
    import geopandas as gpd

    rows = order.omraden[order.omraden["byggs"]].reset_index(drop=True)
    rows["ordning"] = rows["ordning"].astype("int64")
    area = pd.Categorical(cells["bristomrade_id"], categories=rows["bristomrade_id"]).codes.astype(np.int64)
    inside = area >= 0
    shapes = outlines(parse_scb_id(cells["rutid_scb"][inside]), area[inside], len(rows))
    return gpd.GeoDataFrame(rows[plan_tables.PLAN.names], geometry=shapes, crs=EPSG)
