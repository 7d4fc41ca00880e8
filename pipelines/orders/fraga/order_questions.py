"""``make fraga``: the cells whose answer changes the plan most, from a finished edition.

Reads ``OUT/bredband.gpkg`` (see :mod:`edition`) and, for names of places, the localities beside it. Prints a summary
and writes ``OUT/fraga/<name>/``: ``fraga.html`` (list and map), ``fraga.csv`` to fill in, ``fraga.gpkg`` with a form
for QGIS, ``samtal.csv``, ``adresser.csv`` and ``fraga.md``. What an answer is worth: :mod:`answer_value`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.core.cell_grid import CELL_M, corner, parse_scb_id, scb_id
from pipelines.core.errors import DataError
from pipelines.core.level import Level
from pipelines.gaps import budget
from pipelines.orders import bundle
from pipelines.orders.fraga import answer_value, asked_cells, question_page, question_text
from pipelines.orders.fraga.question_list import Questions
from pipelines.orders.fraga.question_style import question_styles
from pipelines.orders.plan import plan_request
from pipelines.orders.plan.order_plan import NO_EDITION, check_region
from pipelines.projects.build_plan import payable
from pipelines.publish.geopackage import edition
from pipelines.publish.words.markdown import say
from pipelines.tables import project_tables, question_tables, summary_tables

if TYPE_CHECKING:
    import geopandas as gpd

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths
    from pipelines.orders.fraga.answer_value import Floats, Ints
    from pipelines.publish.geopackage.edition import Edition

DEFAULT_COUNT, MOST = 1000, 100_000
OUT_OF_TOWN_M = 3000.0
"""A cell farther than this from any locality is told by its kommun (antagande: a village net reaches no farther)."""
OPEN = ("statistik", "blandat")
"""Of an address's ``underlag``: what no evidence decides; where some does, its probability is 0 or 1."""


def run(region: Region, paths: Paths, antal: str = "", troskel: str = "", matt: str = "") -> None:
    """Choose the cells as ordered on the command line; print a summary and write the files.

    Raises
    ------
    DataError
        When there is no edition, it is of another län, or the order cannot be read.
    """
    count, level = number_of(antal), plan_request.level_of(region, troskel, matt, "make fraga ANTAL=1000")
    source = edition.open_edition(paths.out, NO_EDITION)
    check_region(source, region)
    found = questions(source, region, paths, level, count)
    text = question_text.text(found, source.facts, region)
    folder = paths.out / "fraga" / found.name
    with bundle.together(folder) as beside:
        (beside / "fraga.md").write_text(text, encoding="utf-8", newline="\n")
        for name, table, rows in (
            ("fraga", question_tables.FRAGA, found.rutor),
            ("samtal", question_tables.FRAGA_SAMTAL, found.samtal),
            ("adresser", question_tables.FRAGA_ADRESSER, found.adresser),
        ):
            bundle.write_csv(rows, table, beside / f"{name}.csv", source.facts)
        page = question_page.page(found, outlines(source), source, region)
        (beside / "fraga.html").write_text(page, encoding="utf-8", newline="\n")
        layers: list[tuple[Any, Any]] = [
            (question_tables.FRAGA, squares(found.rutor)),
            (question_tables.FRAGA_SAMTAL, found.samtal),
        ]
        styles = question_styles(source.facts)
        bundle.write_geopackage(beside / "fraga.gpkg", layers, styles, source, region, paths, "fraga")
    say(
        f"{text}\nSkrivet i {folder}: fraga.html (lista och karta), fraga.csv (att fylla i), fraga.gpkg (formulär i "
        "QGIS), samtal.csv, adresser.csv och fraga.md.\n"
    )


def number_of(text: str) -> int:
    """Read how many questions to ask.

    >>> number_of("1 000"), number_of("")
    (1000, 1000)
    """
    plain = re.sub(r"\s", "", text)
    if plain and not (re.fullmatch(r"[0-9]{1,6}", plain) and 1 <= int(plain) <= MOST):
        raise DataError(
            "ANTAL går inte att använda.",
            expected=f"ett helt antal rutor, 1–{MOST}",
            found=text,
            action="Till exempel make fraga ANTAL=1000.",
        )
    return int(plain or DEFAULT_COUNT)


def questions(source: Edition, region: Region, paths: Paths, level: Level, count: int) -> Questions:
    """Choose the cells of most value in an edition."""
    columns = ["adress_id", "kommunkod", "omradestyp", "rutid_scb", "hushall", level.probability, "underlag"]
    points, xy = edition.read_points(source, summary_tables.ADRESSER, columns)
    ground = asked_cells.Ground(
        parse_scb_id(points["rutid_scb"]),
        xy,
        points["hushall"].to_numpy(dtype=np.float64),
        points[level.probability].to_numpy(dtype=np.float64),
        points["underlag"].isin(OPEN).to_numpy(),
        (points["omradestyp"] == "tatbebyggt").to_numpy(),
    )
    asked = asked_cells.gather(ground, region)
    projects = read_projects(source, level)
    money = payable(projects, region.projekt)
    homes = projects["hushall_utan"].to_numpy(dtype=np.float64)
    rank = projects["prioritet"].to_numpy(dtype=np.int64)
    built = budget.follow(rank, money, homes, region.projekt.budget_sek)
    able = np.isfinite(money) & (homes > 0)
    price = answer_value.price(asked.cells, asked.rutid, count, money[able], homes[able], region.projekt.budget_sek)
    worth = answer_value.value(asked.cells, price)
    best = answer_value.best(worth, asked.rutid, count)
    rows = cell_rows(source, region, paths, level, asked, best, worth)
    return Questions(
        level,
        count,
        price,
        float(homes[built].sum()),
        float(homes[built & projects["modellerad"].to_numpy(dtype=bool)].sum()),
        float(worth.sum()),
        rows,
        calls(rows),
        address_rows(points, xy, ground, rows),
    )


def read_projects(source: Edition, level: Level) -> pd.DataFrame:
    """Read what the plan of a level knows of its projects."""
    columns = ["projekt_id", "modellerad", "hushall_utan", "kostnad_sek", "kostnad_per_hushall_sek", "prioritet"]
    return edition.read(source, project_tables.PROJEKT, columns, level.condition)


def cell_rows(
    source: Edition, region: Region, paths: Paths, level: Level, asked: asked_cells.Asked, best: Ints, worth: Floats
) -> pd.DataFrame:
    """Return the rows of FRAGA, the best first."""
    names = scb_id(asked.rutid[best])
    grid = edition.read(source, summary_tables.RUTNAT, ["rutid_scb", "kommunkod", "kommunnamn"]).set_index("rutid_scb")
    at = grid.reindex(names)
    place, kind = places(paths, asked.rutid[best], at["kommunnamn"].to_numpy(dtype=object))
    cells = asked.cells
    rows = pd.DataFrame(
        {
            "ordning": np.arange(1, len(best) + 1),
            "rutid_scb": names,
            "kommunkod": at["kommunkod"].to_numpy(dtype=object),
            "kommunnamn": at["kommunnamn"].to_numpy(dtype=object),
            "plats": place,
            "slag": kind,
            "adresser": asked.addresses[best],
            "hushall": cells.households[best],
            "sannolikhet": cells.lacking[best],
            "kostnad_sek": cells.cost_sek[best],
            "varde_hushall": worth[best],
            "fraga": question_text.question(level),
            "teknik": "fiber",
            "ned_mbit": float(level.mbit),
            "status": level.measure,
            "svar": "",
            "andel": np.nan,
            "svarat_av": "",
            "anteckning": "",
        }
    )
    key = ["kommunkod", "plats"]
    sums = rows.groupby(key, as_index=False)["varde_hushall"].sum()
    sums = sums.sort_values(["varde_hushall", *key], ascending=[False, True, True], ignore_index=True)
    sums["samtal"] = np.arange(1, len(sums) + 1)
    rows = rows.merge(sums[[*key, "samtal"]], on=key, how="left", validate="m:1")
    texts = [c.name for c in question_tables.FRAGA.columns if c.kind == "text"]
    rows = rows.astype({**dict.fromkeys([*texts, "slag"], "str"), "samtal": "int64", "ordning": "int64"})
    empty = [c for c in ("svar", "svarat_av", "anteckning") if len(rows)]
    return rows.assign(**{c: pd.array([None] * len(rows), dtype="str") for c in empty})


def places(paths: Paths, rutid: Ints, kommun: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the locality that each cell lies in or nearest, and what it is: tatort, another, or none near by."""
    import shapely

    from pipelines.core import files

    table = paths.table("orter")
    name, kind = kommun.copy(), np.full(len(rutid), "", dtype=object)
    if not table.exists() or not len(rutid):
        return name, kind
    orter = files.read_shapes(table, ["namn", "typ", "geometry"])
    if not len(orter):
        return name, kind
    e, n = corner(rutid)
    middle = shapely.points(e + CELL_M / 2, n + CELL_M / 2)
    tree = shapely.STRtree(orter["geometry"].to_numpy())
    cell, which = tree.query_nearest(middle, max_distance=OUT_OF_TOWN_M, all_matches=False)
    name[cell] = orter["namn"].to_numpy(dtype=object)[which]
    kind[cell] = orter["typ"].to_numpy(dtype=object)[which]
    return name, kind


def calls(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of FRAGA_SAMTAL: the cells by place, the call first that is expected to give most."""
    by = rows.groupby("samtal", as_index=False).agg(
        kommunkod=("kommunkod", "first"),
        kommunnamn=("kommunnamn", "first"),
        plats=("plats", "first"),
        slag=("slag", "first"),
        rutor=("ordning", "size"),
        adresser=("adresser", "sum"),
        hushall=("hushall", "sum"),
        varde_hushall=("varde_hushall", "sum"),
    )
    told = [question_text.call(*x) for x in by[["slag", "plats", "rutor"]].itertuples(index=False, name=None)]
    return by.assign(samtal_namn=pd.array(told, dtype="str"))


def address_rows(
    points: pd.DataFrame, xy: NDArray[Any], ground: asked_cells.Ground, rows: pd.DataFrame
) -> pd.DataFrame:
    """Return the rows of FRAGA_ADRESSER: the addresses in the cells that no evidence decides."""
    place = pd.Index(rows["rutid_scb"]).get_indexer(points["rutid_scb"])
    mine = np.flatnonzero((place >= 0) & ground.open_ & (ground.coverage < 1))
    out = points.iloc[mine][["rutid_scb", "adress_id", "hushall"]].assign(
        ordning=place[mine] + 1, e_m=xy[mine, 0], n_m=xy[mine, 1]
    )
    return out.sort_values(["ordning", "adress_id"], ignore_index=True).astype({"ordning": "int64"})


def squares(rows: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the cells with their squares."""
    import geopandas as gpd
    import shapely

    from pipelines.core.files import EPSG

    e, n = corner(parse_scb_id(rows["rutid_scb"]))
    return gpd.GeoDataFrame(rows, geometry=shapely.box(e, n, e + CELL_M, n + CELL_M), crs=EPSG)


def outlines(source: Edition) -> NDArray[Any]:
    """Return the outlines of the kommuner."""
    return edition.read_shapes(source, summary_tables.KOMMUNER, ["kommunkod"], "")[1]
