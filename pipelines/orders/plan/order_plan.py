"""``make plan``: which projects to build for a sum or a goal, from a finished edition.

Reads ``OUT/bredband.gpkg`` (see :mod:`edition`), prints a summary and writes ``OUT/plan/<plan's name>/``:
``plan.md``, ``projekt.csv``, ``kommuner.csv``, ``billigaste_mix.csv`` and ``plan.gpkg``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.config.region import Malniva
from pipelines.core.errors import DataError
from pipelines.core.files import EPSG
from pipelines.orders import bundle
from pipelines.orders.plan import plan_text
from pipelines.orders.plan.plan_request import Request, request
from pipelines.orders.plan.plan_style import plan_styles
from pipelines.orders.plan.plan_text import Order
from pipelines.projects import build_plan
from pipelines.projects.cheapest_mix import goal_rows
from pipelines.publish.geopackage import edition
from pipelines.publish.words.markdown import say
from pipelines.publish.words.swedish import number
from pipelines.tables import plan_tables, project_tables, summary_tables

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
    projects, members, outlines = read_projects(source, wish)
    places = read_kommuner(source, wish)
    made = build_plan.plan(
        projects, build_plan.by_kommun(projects, members), places, region, wish.budget_sek, wish.mal_pct
    )
    check_reachable(made, wish)
    dug_once = trench_dug_once(source, wish, made)
    joint = joint_trench(source, made, members) if dug_once is None else dug_once
    mix = cheapest(made, places, wish, region)
    order = Order(wish, made, joint, dug_once is not None, ordered(made), by_kommun(made, region), mix)
    text = plan_text.text(order, source.facts, region)
    folder = paths.out / "plan" / wish.name
    with bundle.together(folder) as beside:
        (beside / "plan.md").write_text(text, encoding="utf-8", newline="\n")
        bundle.write_csv(order.projekt, plan_tables.PLAN_PROJEKT, beside / "projekt.csv", source.facts)
        bundle.write_csv(order.kommuner, plan_tables.PLAN_KOMMUNER, beside / "kommuner.csv", source.facts)
        bundle.write_csv(mix, project_tables.BILLIGASTE_MIX, beside / "billigaste_mix.csv", source.facts)
        layer = built_projects(order, projects, outlines)
        bundle.write_geopackage(
            beside / "plan.gpkg",
            [(plan_tables.PLAN, layer)],
            plan_styles(wish, source.facts),
            source,
            region,
            paths,
            "plan",
        )
    files = "plan.md, projekt.csv, kommuner.csv, billigaste_mix.csv och plan.gpkg (för QGIS)"
    say(f"{text}\nSkrivet i {folder}: {files}.\n")


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


def read_projects(source: Edition, wish: Request) -> tuple[pd.DataFrame, pd.DataFrame, NDArray[Any]]:
    """Read the projects, their addresses and their outlines, of the plan's level."""
    where, members = wish.level.condition, ["projekt_id", "adress_id", "kommunkod", "hushall_utan"]
    table = project_tables.PROJEKT
    projects, outlines = edition.read_shapes(source, table, table.names, where)
    return projects, edition.read(source, project_tables.PROJEKT_ADRESSER, members, where), outlines


def read_kommuner(source: Edition, wish: Request) -> pd.DataFrame:
    """Read each kommun's households, and how many of them are expected to be without at the plan's level."""
    lacking = wish.level.without()
    rows = edition.read(source, summary_tables.KOMMUNER, ["kommunkod", "hushall", lacking])
    return rows.rename(columns={lacking: "hushall_utan"})


def check_reachable(made: build_plan.Plan, wish: Request) -> None:
    """Refuse a goal that is out of reach even when everything is built, and say how far one gets."""
    most = made.fakta["andel_storst_pct"]
    if wish.mal_pct is None or made.fakta["nar_malet"] or not isinstance(most, float):
        return
    within = math.floor(most * 100 + 1e-9) / 100
    raise DataError(
        "Målet går inte att nå, ens om alla projekt byggs.",
        expected=f"högst {number(within, 2)} % av länets hushåll",
        found=f"MAL={number(wish.mal_pct, 2)} %",
        details=[
            "Resten är hushåll som väntas sakna täckning utspritt utanför projekten, eller projekt utan känd kostnad."
        ],
        action=f"Ange ett lägre mål, till exempel make plan MAL={number(within, 2)}.",
    )


def trench_dug_once(source: Edition, wish: Request, made: build_plan.Plan) -> float | None:
    """Return the trench, in metres, when all that the plan builds is built together along roads.

    Every stretch that some of the projects' trenches follow is dug once. None in an edition without roads.
    """
    import shapely

    table = project_tables.PROJEKT_SCHAKT
    rows, shapes = edition.read_shapes(source, table, ["projekt_id", "slag"], wish.level.condition)
    if not rows["slag"].isin(["vag", "stick"]).any():
        return None
    built = made.projekt.loc[made.projekt["byggs"], "projekt_id"]
    stretches = shapely.get_parts(shapes[rows["projekt_id"].isin(built).to_numpy()])
    _, once = np.unique(shapely.to_wkb(stretches), return_index=True)
    return float(shapely.length(stretches[once]).sum())


def joint_trench(source: Edition, made: build_plan.Plan, members: pd.DataFrame) -> float:
    """Return the trench, in metres and straight lines, when all that the plan builds is built together."""
    points, xy = edition.read_points(source, summary_tables.ADRESSER, ["adress_id"])
    ids = made.projekt.loc[made.projekt["byggs"], "projekt_id"]
    utan = points["adress_id"].isin(members["adress_id"]).to_numpy()
    built = points["adress_id"].isin(members.loc[members["projekt_id"].isin(ids), "adress_id"]).to_numpy()
    return build_plan.together_m(xy[:, 0], xy[:, 1], utan, built)


def ordered(made: build_plan.Plan) -> pd.DataFrame:
    """Return every project by ``prioritet``, those that are built numbered from 1."""
    rows = made.projekt.copy()
    rows.insert(0, "ordning", rows["byggs"].cumsum().where(rows["byggs"]).astype("Int64"))
    return rows


def by_kommun(made: build_plan.Plan, region: Region) -> pd.DataFrame:
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


def cheapest(made: build_plan.Plan, places: pd.DataFrame, wish: Request, region: Region) -> pd.DataFrame:
    """Return the cheapest mix for the configuration's goals at the plan's level, and first for the one ordered."""
    level = wish.level
    goals = [g for g in region.mal.nivaer if g.level == level]
    known = [g.andel_pct for g in goals]
    # Without a goal there is still a table, of no rows.
    wanted = wish.mal_pct if wish.mal_pct is not None else (known or [100.0])[0]
    told = f"{wanted:g} %".replace(".", ",")
    own = Malniva(namn=told, troskel_mbit=level.mbit, matt=level.measure, andel_pct=wanted)
    whole, lacking = (float(places[c].sum()) for c in ("hushall", "hushall_utan"))
    rows = [
        goal_rows(made.projekt, g, whole, lacking, region.alternativ)
        for g in (*([] if wanted in known else [own]), *goals)
    ]
    table = pd.concat(rows, ignore_index=True)
    return table if known or wish.mal_pct is not None else table.iloc[:0]


def built_projects(order: Order, projects: pd.DataFrame, outlines: NDArray[Any]) -> gpd.GeoDataFrame:
    """Return the projects that are built, in order, with their outlines."""
    import geopandas as gpd

    rows = order.projekt[order.projekt["byggs"]].reset_index(drop=True)
    rows["ordning"] = rows["ordning"].astype("int64")
    at = pd.Index(projects["projekt_id"]).get_indexer(rows["projekt_id"])
    return gpd.GeoDataFrame(rows[plan_tables.PLAN.names], geometry=outlines[at], crs=EPSG)
