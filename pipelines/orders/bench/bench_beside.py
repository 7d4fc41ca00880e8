"""``make bench`` beside the usual way: the same answer from the tool most people would take, and how long each took.

Nothing is timed that has not first been found to give the same answer. What the usual way needs and ours does not, the
cells as polygons and the addresses as points, is made before the clock starts: the ratios are kind to it.

Runs in the tests' environment (NetworkX, Playwright), on the tables of a finished edition.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pipelines.core import cell_grid, files
from pipelines.core.level import LEVELS
from pipelines.core.paths import Paths

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Answer = TypeVar("Answer")
LONGEST_S = 60.0
"""A page that has not drawn its cells by then does not load."""
FIRST_CELLS = 25_000
_DRAWN = "n => document.querySelectorAll('path.leaflet-interactive').length === n"
_CLASSES = """(name) => {
  const { values, texts } = bredband.grid.fields[name], out = {};
  for (const v of values) out[texts[v]] = (out[texts[v]] || 0) + 1;
  return out; }"""


@dataclass(frozen=True)
class Way:
    """One way of doing something.

    Attributes
    ----------
    task, way : str
        What is done and how, in Swedish.
    rows : int
        Of what ``task`` is about.
    seconds : float
    usual : bool
        The usual way; its ratio is to ours of the same task.
    note : str
        What else is worth knowing, such as the size of what came out.
    stopped : bool
        It was broken off after so many seconds: it takes longer, or never ends.
    """

    task: str
    way: str
    rows: int
    seconds: float
    usual: bool = True
    note: str = ""
    stopped: bool = False


def timed(work: Callable[[], Answer], times: int = 3) -> tuple[Answer, float]:
    """Return what ``work`` gives and the least of its wall seconds."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        answer = work()
        seconds.append(time.perf_counter() - start)
    return answer, min(seconds)


def same(task: str, ours: Any, theirs: Any, rtol: float = 0.0, atol: float = 0.0) -> None:
    """Stop where two answers differ: times of different answers say nothing.

    Raises
    ------
    AssertionError
    """
    np.testing.assert_allclose(np.asarray(theirs, float), np.asarray(ours, float), rtol=rtol, atol=atol, err_msg=task)


@dataclass(frozen=True)
class County:
    """An edition's addresses with all that is summed of them, and its cells."""

    addresses: pd.DataFrame
    land: pd.DataFrame
    cells: pd.DataFrame

    @classmethod
    def read(cls, paths: Paths) -> County:
        """Read it out of the tables between the steps."""
        import pandas as pd

        from pipelines.sums import summaries

        blocks = list(summaries.blocks(paths, sys.maxsize))
        addresses = pd.concat([b.addresses(paths) for b in blocks], ignore_index=True)
        return cls(addresses, blocks[0].land, files.read_table(paths.table("rutnat_250m")))

    def polygons(self) -> gpd.GeoDataFrame:
        """Return the cells as the usual way has them."""
        import geopandas as gpd
        import shapely

        e, n = cell_grid.corner(self.cells["rutid"])
        squares = shapely.box(e, n, e + cell_grid.CELL_M, n + cell_grid.CELL_M)
        return gpd.GeoDataFrame(self.cells[["rutid"]], geometry=squares, crs=files.EPSG)

    def points(self) -> gpd.GeoDataFrame:
        """Return the addresses as the usual way has them."""
        import geopandas as gpd

        at = gpd.points_from_xy(self.addresses["e_m"], self.addresses["n_m"])
        return gpd.GeoDataFrame(self.addresses.drop(columns=["rutid"]), geometry=at, crs=files.EPSG)


def point_to_cell(county: County) -> list[Way]:
    """Find each address's row in the table of cells."""
    import duckdb
    import pyarrow as pa

    task, many = "punkt till ruta", len(county.addresses)
    e, n = county.addresses["e_m"].to_numpy(), county.addresses["n_m"].to_numpy()
    grid = county.cells["rutid"].to_numpy()
    ours, our_s = timed(lambda: np.searchsorted(grid, cell_grid.cell_of(e, n)))
    points, polygons = county.points()[["geometry"]], county.polygons()[["geometry"]]
    by_sjoin, sjoin_s = timed(lambda: _sjoin(points, polygons), 1)
    same(task, ours, by_sjoin)
    con = duckdb.connect()
    con.register("adresser", pa.table({"nr": np.arange(many), "e": e, "n": n}))
    corner_e, corner_n = cell_grid.column_row(grid)
    con.register("rutor", pa.table({"rad": np.arange(len(grid)), "kolumn": corner_e, "hojd": corner_n}))
    side = cell_grid.CELL_M
    join = f"FROM adresser JOIN rutor ON floor(e / {side})::BIGINT = kolumn AND floor(n / {side})::BIGINT = hojd"
    found, duck_s = timed(lambda: con.execute(f"SELECT nr, rad {join}").fetchnumpy())
    by_duck = np.full(many, -1)
    by_duck[found["nr"]] = found["rad"]
    same(task, ours, by_duck)
    return [
        Way(task, "heltalsdivision och sökning i det sorterade rutnätet (NumPy)", many, our_s, usual=False),
        Way(task, "`geopandas.sjoin` mot rutornas polygoner", many, sjoin_s),
        Way(task, "DuckDB, vanlig join på kolumn och rad", many, duck_s),
    ]


def _sjoin(points: gpd.GeoDataFrame, polygons: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Return each point's cell by GeoPandas; on a border that which owns it, the last by column and row."""
    import geopandas as gpd

    found = gpd.sjoin(points, polygons, predicate="intersects")["index_right"]
    return np.asarray(found.groupby(level=0).max().to_numpy(), dtype=np.int64)


def sums(county: County) -> list[Way]:
    """Sum households, people and those without, from points to cells and kommuner."""
    from pipelines.sums import summaries

    task, many = "rutor och summor", len(county.addresses)

    def ours() -> tuple[pd.DataFrame, pd.DataFrame]:
        county.addresses["rutid"] = cell_grid.cell_of(county.addresses["e_m"], county.addresses["n_m"])
        known = summaries.Known.of(county.addresses)
        parts = summaries.sum_parts(county.addresses, known, county.land)
        cells = summaries.sum_cells(parts, county.addresses, known)
        return cells, summaries.kommun_sums(summaries.with_ratios(parts, cells))

    points, polygons = county.points(), county.polygons()
    what = ("adresser", "befolkning", "hushall")

    def usual() -> tuple[pd.DataFrame, pd.DataFrame]:
        wide = points.assign(adresser=1.0)
        for level in LEVELS:
            for name in what:
                wide[level.without(name)] = wide[name] * (1 - wide[level.probability])
        names = [*what, *(level.without(name) for level in LEVELS for name in what)]
        at = _sjoin(wide[["geometry"]], polygons)
        by_cell = wide[names].groupby(at).sum().reindex(range(len(polygons)), fill_value=0.0)
        return polygons.join(by_cell), wide[names].groupby(wide["kommunkod"].astype(str)).sum()

    (cells, kommuner), our_s = timed(ours)
    (usual_cells, usual_kommuner), usual_s = timed(usual, 1)
    for name in (c for c in usual_kommuner if c in kommuner):
        same(name, cells[name], usual_cells[name], rtol=1e-9, atol=1e-9)
        same(name, kommuner.loc[usual_kommuner.index, name], usual_kommuner[name], rtol=1e-9, atol=1e-6)
    return [
        Way(
            task,
            "sorterade adresser, en summa per följd (NumPy)",
            many,
            our_s,
            usual=False,
            note="även teknik och underlag",
        ),
        Way(task, "`geopandas.sjoin` och `pandas` `groupby`", many, usual_s),
    ]


def geopackage(county: County, paths: Paths) -> list[Way]:
    """Write the layer of cells, and read both back."""
    import pyogrio

    from pipelines.core.quoted import read_facts
    from pipelines.publish.geopackage import gpkg_layers
    from pipelines.tables import summary_tables

    task, many, table = "GeoPackage, lagret rutor", len(county.cells), summary_tables.RUTNAT
    facts = read_facts(paths)
    frame = county.polygons()[["geometry"]].join(county.cells[table.names])
    with tempfile.TemporaryDirectory(dir=paths.out) as scratch:
        ours, usual = Path(scratch) / "var.gpkg", Path(scratch) / "vanlig.gpkg"

        def write_ours() -> None:
            ours.unlink(missing_ok=True)
            gpkg_layers.write(ours, [gpkg_layers.layer(table, paths)], facts)

        def write_usual() -> None:
            usual.unlink(missing_ok=True)
            frame.to_file(usual, layer=table.name, driver="GPKG")

        _, our_s = timed(write_ours, 1)
        _, usual_s = timed(write_usual, 1)
        one, other = (pyogrio.read_dataframe(p, layer=table.name) for p in (ours, usual))
        assert bool((one.geometry.normalize() == other.geometry.normalize()).all()), task
        for column in table.columns:
            if column.kind == "decimal":
                same(column.name, one[column.name], other[column.name], atol=1e-6)
            else:
                assert one[column.name].fillna("").equals(other[column.name].fillna("")), column.name
        size = [f"{p.stat().st_size / 1e6:.0f} MB" for p in (ours, usual)]
    return [
        Way(task, "Arrow till SQLite, kvadraterna räknade", many, our_s, usual=False, note=size[0]),
        Way(task, "`GeoDataFrame.to_file`", many, usual_s, note=size[1]),
    ]


def trench(junctions: int = 1500, addresses: int = 6000) -> list[Way]:
    """Find the trenches of a small made-up county, and again with NetworkX: a search from each address."""
    import networkx as nx

    from pipelines.config.region import Kostnad
    from pipelines.config.road_settings import Vagar
    from pipelines.gaps import gap_areas
    from pipelines.gaps.trench_ground import Roads, ground
    from pipelines.orders.bench import bench_roads
    from pipelines.roads import trees

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        bench_roads.make(folder, junctions, addresses)
        roads = files.read_shapes(folder / "vagar.parquet", ["klass", "niva", "namn", "geometry"])
        water = files.read_shapes(folder / "mark.parquet", ["geometry"])["geometry"].to_numpy()
        at = files.read_points(folder / "adresser.parquet")
    e, n = at["e_m"].to_numpy(), at["n_m"].to_numpy()
    under = ground(roads, water, Kostnad(), Vagar(), e, n)
    assert isinstance(under, Roads)
    net = under.network
    cells, cell = np.unique(cell_grid.cell_of(e, n), return_inverse=True)
    remote = bench_roads.remoteness(e, n, cell)
    utan = remote > np.quantile(remote, 0.9)
    found = gap_areas.find(cells, cell, utan, np.zeros(len(utan), np.bool_))
    area = np.where(utan, found.address_area, -1)

    def ours() -> NDArray[np.float64]:
        return trees.grow(trees.search(net, ~utan, utan), area, found.count).sums(net.priced_m)

    def usual() -> NDArray[np.float64]:
        covered = set(net.at[~utan].tolist())
        graph = nx.Graph()
        for a, b, metres in zip(net.a.tolist(), net.b.tolist(), net.priced_m.tolist(), strict=True):
            one, other = (-1 if x in covered else x for x in (a, b))
            if one != other and metres < graph.get_edge_data(one, other, {"weight": np.inf})["weight"]:
                graph.add_edge(one, other, weight=metres)
        out = np.zeros(found.count)
        for which in range(found.count):
            ends = {-1, *(x for x in net.at[area == which].tolist() if x not in covered)}
            ways = nx.Graph()
            for end in ends:
                away = nx.single_source_dijkstra_path_length(graph, end)
                ways.add_weighted_edges_from((end, other, away[other]) for other in ends if other != end)
            out[which] = nx.minimum_spanning_tree(ways).size("weight")
        return out

    metres, our_s = timed(ours)
    usual_metres, usual_s = timed(usual, 1)
    same("schakt", metres, usual_metres, rtol=1e-6, atol=1e-3)
    task, many = f"schakt, {found.count} bristområden", int(utan.sum())
    return [
        Way(task, "en sökning från alla adresser, Mehlhorn (SciPy)", many, our_s, usual=False),
        Way(task, "NetworkX, en sökning per adress", many, usual_s),
    ]


def on_map(paths: Paths, page: Path, first: int = FIRST_CELLS, longest_s: float = LONGEST_S) -> list[Way]:
    """Open our map, with every cell, and folium's with ever more of them until it no longer loads."""
    from playwright.sync_api import sync_playwright

    level = LEVELS.first.cell_class
    cells = files.read_table(paths.table("oppen_rutnat_250m"), ["rutid_scb", level])
    out: list[Way] = []
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as scratch:
        browser = driver.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=["--headless", "--no-sandbox", "--disable-gpu"],
        )
        tab = browser.new_context(offline=True).new_page()
        start = time.perf_counter()
        tab.goto(page.resolve().as_uri())
        tab.wait_for_selector("html[data-klar=ja]", timeout=longest_s * 1000)
        out.append(_loaded("vår karta, alla rutor", len(cells), time.perf_counter() - start, page, usual=False))
        assert tab.evaluate(_CLASSES, level) == cells[level].value_counts().to_dict(), "kartans klasser"
        many = first
        while out[-1].seconds < longest_s:
            some = cells.iloc[: min(many, len(cells))]
            file = Path(scratch) / f"folium_{len(some)}.html"
            _, made_s = timed(lambda some=some, file=file: _folium(some, level, file), 1)  # type: ignore[misc]
            seconds = _folium_loads(browser, file, some[level], longest_s)
            way = _loaded("folium `GeoJson`", len(some), seconds, file, f"skriven på {made_s:.1f} s, ")
            out.append(replace(way, stopped=True, note=f"laddar inte; {way.note}") if seconds >= longest_s else way)
            if len(some) == len(cells):
                break
            many *= 2
        browser.close()
    return out


def _loaded(way: str, rows: int, seconds: float, file: Path, note: str = "", *, usual: bool = True) -> Way:
    return Way("kartan öppnas", way, rows, seconds, usual, f"{note}{file.stat().st_size / 1e6:.1f} MB")


def _folium(cells: pd.DataFrame, level: str, file: Path) -> None:
    import folium
    import geopandas as gpd
    import shapely

    from pipelines.publish.words.palette import CLASS_COLOURS

    e, n = cell_grid.corner(cell_grid.parse_scb_id(cells["rutid_scb"]))
    squares = shapely.box(e, n, e + cell_grid.CELL_M, n + cell_grid.CELL_M)
    frame = gpd.GeoDataFrame(cells, geometry=squares, crs=files.EPSG).to_crs(4326)
    middle = frame.total_bounds
    page = folium.Map(location=[middle[1::2].mean(), middle[::2].mean()], zoom_start=8, tiles=None)
    folium.GeoJson(frame, style_function=lambda f: {"fillColor": CLASS_COLOURS[f["properties"][level]]}).add_to(page)
    page.save(str(file))


def _folium_loads(browser: Any, file: Path, classes: pd.Series, longest_s: float) -> float:
    """Return when all its cells were drawn, with Leaflet at hand instead of on the net; ``longest_s`` for never."""
    from playwright.sync_api import Error
    from xstatic.pkg import leaflet

    scripts = Path(leaflet.BASE_DIR)
    context = browser.new_context()
    tab = context.new_page()

    def answer(route: Any) -> None:
        name = route.request.url.rpartition("/")[2]
        if route.request.url.startswith("file:"):
            route.continue_()
        elif name in ("leaflet.js", "leaflet.css"):
            route.fulfill(path=scripts / name)
        else:
            route.abort()

    tab.route("**/*", answer)
    start = time.perf_counter()
    try:
        tab.goto(file.as_uri(), timeout=longest_s * 1000)
        left = longest_s - (time.perf_counter() - start)
        tab.wait_for_function(_DRAWN, arg=len(classes), timeout=max(left, 0.001) * 1000, polling=100)
    except Error:
        return longest_s
    finally:
        context.close()
    return time.perf_counter() - start


def main(paths: Paths) -> None:
    """Print every way as JSON."""
    from pipelines.config.region import load_region

    load_region(paths.config)  # the region's thresholds
    county = County.read(paths)
    ways = [*point_to_cell(county), *sums(county), *geopackage(county, paths)]
    del county
    ways += trench()
    if os.environ.get("CHROMIUM") or shutil.which("chromium"):
        ways += on_map(paths, paths.maps / "bredbandskarta.html")
    json.dump([asdict(way) for way in ways], sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    config, raw, out, maps = map(Path, sys.argv[1:5])
    main(Paths(config, raw, out, maps))
