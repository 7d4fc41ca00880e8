"""The demo region's road net: whole, at the houses' doors, over water by bridge or ferry, faulty as maps are."""

from __future__ import annotations

import zipfile
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.config.region import Region, load_region
from pipelines.demo.streets import road_net
from pipelines.demo.streets.polylines import fresh
from pipelines.demo.streets.road_kinds import FARJELED, GANGSTIG
from pipelines.demo.world import demo_land, fabric, inhabitants, settlements
from pipelines.demo.world.common import stream

from .conftest import write_config
from .reading import gpkg, ground

Made = tuple[Region, Path]
DRY = ["Åker", "Öppen mark"]
CLASSES = {
    *("Motorväg", "Mötesfri väg", "Landsväg", "Landsväg liten", "Småväg", "Småväg enkel standard"),
    *("Huvudgata", "Lokalgata stor", "Lokalgata liten"),
}


@pytest.fixture(scope="module")
def roads(blekinge: Made, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    path = tmp_path_factory.mktemp("vagar") / "kommunikation_sverige.gpkg"
    with zipfile.ZipFile(blekinge[1] / "vagar/kommunikation_sverige.zip") as z:
        assert z.namelist() == [path.name] and b"DEMO" in z.comment
        path.write_bytes(z.read(path.name))
    return {t: gpkg(path, t) for t in ("vaglinje", "ovrig_vag", "farjeled")}


@pytest.fixture(scope="module")
def wet(blekinge: Made, tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    cover = ground(blekinge[1], tmp_path_factory.mktemp("mark"))[1]
    return cover.loc[~cover["objekttyp"].isin(DRY), "geometri"].to_numpy()


def in_water_m(shapes: np.ndarray, wet: np.ndarray) -> np.ndarray:
    line, water = shapely.STRtree(wet).query(shapes, predicate="intersects")
    return np.bincount(line, shapely.length(shapely.intersection(shapes[line], wet[water])), minlength=len(shapes))


def ends_of(shapes: np.ndarray) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    return [(g.coords[0], g.coords[-1]) for g in shapes]


def test_tables_say_what_the_publisher_says(roads: dict[str, pd.DataFrame]) -> None:
    road = roads["vaglinje"]
    assert {"objektidentitet", "objekttyp", "objekttypnr", "gatunamn", "vardvagnummer", "bro_och_tunnel"} <= set(road)
    assert set(road["objekttyp"]) <= CLASSES and len(set(road["objekttyp"])) >= 7
    assert set(road["bro_och_tunnel"].dropna()) == {"överfart", "tunnel"}
    assert {"Traktorväg", "Gångstig"} <= set(roads["ovrig_vag"]["objekttyp"]) <= {"Traktorväg", "Gångstig", "Cykelväg"}
    everything = pd.concat(roads.values())
    assert everything["objektidentitet"].is_unique
    shapes = everything["geometri"].to_numpy()
    assert (shapely.get_type_id(shapes) == 1).all() and shapely.length(shapes).min() > 0.1
    streets = road["objekttyp"].str.startswith(("Lokalgata", "Huvudgata"))
    assert road.loc[streets & road["bro_och_tunnel"].isna(), "gatunamn"].notna().mean() > 0.9
    assert road.loc[road["objekttyp"] == "Landsväg", "vardvagnummer"].notna().mean() > 0.9


def test_almost_all_hangs_together(roads: dict[str, pd.DataFrame]) -> None:
    graph = nx.Graph()
    for table in roads.values():
        graph.add_edges_from(ends_of(table["geometri"].to_numpy()))
    sizes = sorted((graph.subgraph(c).number_of_edges() for c in nx.connected_components(graph)), reverse=True)
    assert sizes[0] > 0.95 * sum(sizes)


def test_houses_stand_by_a_road(roads: dict[str, pd.DataFrame], register: pd.DataFrame) -> None:
    lines = np.concatenate(
        [
            roads["vaglinje"]["geometri"],
            roads["ovrig_vag"].loc[roads["ovrig_vag"]["objekttyp"] == "Traktorväg", "geometri"],
        ]
    )
    houses = register.loc[register["statusforbelagenhetsadress"] != "Reserverad", "geometri"].to_numpy()
    _, away = shapely.STRtree(lines).query_nearest(houses, return_distance=True, all_matches=False)
    assert np.median(away) < 25 and (away <= 50).mean() > 0.9 and (away > 200).mean() < 0.005


def test_water_is_crossed_on_bridges_and_ferries(roads: dict[str, pd.DataFrame], wet: np.ndarray) -> None:
    road = roads["vaglinje"]
    shapes = road["geometri"].to_numpy()
    metres = in_water_m(shapes, wet)
    over = (road["bro_och_tunnel"] == "överfart").to_numpy()
    assert metres[~over & (road["bro_och_tunnel"] != "tunnel").to_numpy()].sum() < 60
    assert over.sum() > 20 and (metres[over] > 0).mean() > 0.8 and metres[over].max() < 1_000
    ferries = roads["farjeled"]["geometri"].to_numpy()
    ashore = {c for pair in ends_of(shapes) for c in pair}
    assert len(ferries) and (in_water_m(ferries, wet) > 0.9 * shapely.length(ferries)).all()
    assert all(a in ashore and b in ashore for a, b in ends_of(ferries))


def test_it_errs_as_maps_do_and_little(roads: dict[str, pd.DataFrame]) -> None:
    road = roads["vaglinje"]
    shapes = road.loc[road["bro_och_tunnel"].isna(), "geometri"].to_numpy()
    assert 0 < len(shapes) - len({g.wkb for g in shapes}) < 0.01 * len(shapes)
    tree = shapely.STRtree(shapes)
    a, b = tree.query(shapes, predicate="crosses")
    assert (a < b).sum() < 0.01 * len(shapes)
    ends = np.unique(np.array([c for pair in ends_of(shapes) for c in pair]), axis=0)
    points = shapely.points(ends)
    point, line = tree.query(points, predicate="dwithin", distance=0.1)
    nodes = shapely.distance(shapely.boundary(shapes[line]), points[point]) > 1
    unsplit = len(np.unique(point[nodes]))
    assert 0.002 * len(shapes) < unsplit < 0.05 * len(shapes)


def test_inhabited_islands_are_reached(tmp_path: Path) -> None:
    """Öckerö, Tjörn and Orust beside Stenungsund: one net, over bridges and by ferry."""
    kommuner = {
        "1407": ("Öckerö", 2_589),
        "1415": ("Stenungsund", 25_314),
        "1419": ("Tjörn", 16_821),
        "1421": ("Orust", 38_857),
    }
    places = "namn,lat,lon,folkmangd\nStenungsund,58.07,11.82,10000\nÖckerö,57.71,11.65,3400\n"
    places += "Hönö,57.69,11.65,3700\nBjörkö,57.73,11.68,1100\nKällö-Knippla,57.76,11.66,330\n"
    config = write_config(tmp_path, kommuner, lan=("14", "Västra Götalands län", "VG"), orter=places)
    region = load_region(config)
    outline = demo_land.read(region, config)
    towns = settlements.make(region, config, outline)
    edges = fabric.make(stream(region.demo.fro, "vagar"), outline, towns)
    homes, grid = inhabitants.make(region, outline, towns, edges)
    lines = road_net.make(region.demo.fro, outline, towns, grid, edges, homes).lines
    shapes = lines.geometries()
    graph = nx.Graph()
    graph.add_edges_from(ends_of(shapes[lines.kind != GANGSTIG]))
    main = max(nx.connected_components(graph), key=len)
    on_main = [a in main for a, _ in ends_of(shapes)]
    assert (lines.kind == FARJELED).sum() >= 1 and (lines.level == 1).sum() >= 10
    _, which = shapely.STRtree(shapes[on_main]).query_nearest(shapely.points(homes["e"], homes["n"]), all_matches=False)
    away = shapely.distance(shapes[on_main][which], shapely.points(homes["e"], homes["n"]))
    assert (away < 150).mean() > 0.97
    for i in range(4):
        assert (away[homes["kommun"].to_numpy() == i] < 150).mean() > 0.9


LINE = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=2, max_size=6, unique=True)


@settings(max_examples=60)
@given(st.lists(st.tuples(LINE, st.lists(st.floats(0.02, 0.98), max_size=4)), min_size=1, max_size=5))
def test_lines_are_cut_where_asked(drawn: list[tuple[list[tuple[int, int]], list[float]]]) -> None:
    xy = np.array([p for line, _ in drawn for p in line], dtype=float)
    lines = fresh(xy, np.array([len(line) for line, _ in drawn]), 0)
    which = np.repeat(np.arange(len(drawn)), [len(c) for _, c in drawn])
    whole = [shapely.LineString(line) for line, _ in drawn]
    metres = np.array([c * whole[i].length for i, (_, cuts) in enumerate(drawn) for c in cuts])
    pieces, parent = lines.cut(which, lines.position(which, metres))
    assert len(pieces) == len(drawn) + len(which)
    for i, (_, cuts) in enumerate(drawn):
        mine = pieces.take(parent == i)
        at = np.array([0, *sorted(c * whole[i].length for c in cuts), whole[i].length])
        np.testing.assert_allclose(mine.length(), np.diff(at), atol=1e-6)
        for piece, a, b in zip(mine.geometries(), at, at[1:], strict=False):
            assert shapely.hausdorff_distance(piece, shapely.ops.substring(whole[i], a, b)) < 1e-6
    clean, left = pieces.cleaned()
    assert (clean.length() > 0.1).all() and len(clean) == len(left)
