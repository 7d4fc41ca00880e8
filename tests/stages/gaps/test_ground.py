"""What trenches stand on: the example of docs/schakt.md by hand, water under the lines, and what is told."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.core import files
from pipelines.gaps import junctions
from pipelines.gaps.trench_ground import SLAG, Straight, ground
from pipelines.laws import check_laws
from pipelines.orders.bench import bench_roads
from pipelines.projects import find_projects
from pipelines.roads import over_water
from pipelines.roads.line_parts import draw
from pipelines.tables import contracts, gap_tables

from .regions import REGION, Address
from .test_stage import _hand_tables, _write

E, N = 400_000, 6_500_000


def roads(*rows):
    """Rows of table ``vagar``: class, level, points in metres from (E, N)."""
    frame = pd.DataFrame(rows, columns=["klass", "niva", "points"])
    frame["namn"], frame["vagnummer"] = "Byvägen", ""
    frame["geometry"] = [shapely.LineString([(E + x, N + y) for x, y in points]) for points in frame.pop("points")]
    return frame


def stand(lines, water, places):
    xy = np.array(places, dtype=float) + np.array([E, N])
    shapes = np.array([_moved(w) for w in water], dtype=object)
    return ground(lines, shapes, REGION.kostnad, REGION.vagar, xy[:, 0], xy[:, 1])


def _moved(shape):
    return shapely.transform(shape, lambda xy: xy + np.array([E, N]))


def dig(under, utan):
    """Metres by kind and priced metres (middle) of one area with the addresses ``utan``."""
    utan = np.array(utan)
    dug = under.dig(utan, ~utan, np.where(utan, 0, -1), 1)
    return dict(zip(SLAG, dug.metres[:, 0].tolist(), strict=True)), dug.priced_m["mitt"][0], dug


EXAMPLE = roads(
    ("lokalgata", "mark", [(0, 0), (1000, 0)]),
    ("lokalgata", "mark", [(400, 0), (400, 250)]),
    ("farjeled", "mark", [(1000, 0), (1600, 0)]),
    ("smavag", "mark", [(1600, 0), (2000, 0)]),
    ("motorvag", "mark", [(500, -500), (500, 500)]),
    ("smavag", "mark", [(2100, 300), (2300, 300)]),
)
SOUND = [shapely.box(1050, -400, 1550, 400), shapely.box(2020, 100, 2080, 400)]
HOUSES = {"täckt": (100, 20), "A": (390, 250), "B": (600, -30), "C": (1800, 40), "D": (2100, 310)}


def test_the_example_of_the_docs_by_hand():
    under = stand(EXAMPLE, SOUND, list(HOUSES.values()))
    metres, priced, dug = dig(under, [False, True, True, True, True])
    # Net–B 500 and B–A 450 along the road, B–C 400 + 200 along it and 600 by ferry; drops 10, 30, 40 and 10. D's road
    # is an island: a straight line from its drop (2100, 300) to C's (1800, 0).
    straight = np.hypot(300, 300)
    # From x = 2080 to 2020 the line lies at y = 280 … 220: over the pond.
    pond = straight * 60 / 300
    assert metres == pytest.approx(
        {"vag": 500 + 450 + 600, "stick": 90, "sjo": 600 + pond, "fagelvag": straight - pond}
    )
    assert priced == pytest.approx(1550 + 90 + 3 * (600 + pond) + 1.5 * (straight - pond))
    # The same from the roads as they meet, which the open edition's costs are reckoned on.
    rows, vertices = junctions.edges(EXAMPLE, under.noded)
    met = stand(rows.assign(geometry=draw(*vertices)), SOUND, list(HOUSES.values()))
    again = dig(met, [False, True, True, True, True])
    assert again[0] == pytest.approx(metres) and again[1] == pytest.approx(priced)
    length = [shapely.length(draw(*dug.lines)[dug.slag == k]).sum() for k in range(4)]
    assert length == pytest.approx(list(metres.values()))
    with open("docs/schakt.md", encoding="utf-8") as docs:
        said = docs.read()
    for figure in (1550, 90, sum(metres.values()), priced):
        assert f"{figure:,.0f}".replace(",", " ") in said


def test_without_roads_the_metres_over_water_are_counted_and_priced():
    metres, priced, dug = dig(stand(EXAMPLE.iloc[:0], SOUND, [(1000, 0), (1600, 0), (1600, 100)]), [False, True, True])
    assert isinstance(stand(EXAMPLE.iloc[:0], SOUND, [(0, 0)]), Straight)
    assert metres == pytest.approx({"vag": 0, "stick": 0, "sjo": 500, "fagelvag": 200})
    assert priced == pytest.approx(200 * 1.3 + 500 * 3)
    assert dug.priced_m["lag"][0] == pytest.approx(200 * 1.1 + 500 * 3)


def test_a_motorway_is_not_followed_but_crossed_and_no_house_joins_it_or_a_bridge():
    lines = roads(
        ("motorvag", "mark", [(0, -1000), (0, 1000)]),
        ("landsvag", "mark", [(-500, 0), (500, 0)]),
        ("landsvag", "bro", [(500, 0), (700, 0)]),
        ("landsvag", "mark", [(700, 0), (900, 0)]),
    )
    metres, priced, _ = dig(stand(lines, [], [(-400, 10), (0, 400), (600, 5)]), [False, True, True])
    # (0, 400) joins the road at (0, 0); (600, 5) at the bridge's end, which one it may be by the first line: (500, 0).
    assert metres == pytest.approx({"vag": 900, "stick": 400 + np.hypot(100, 5), "sjo": 0, "fagelvag": 0})
    assert priced == pytest.approx(1.2 * 900 + 400 + np.hypot(100, 5))


def test_a_house_far_from_every_road_is_told_as_such_and_twins_share_a_drop():
    lines = roads(("smavag", "mark", [(0, 0), (100, 0)]))
    metres, priced, _ = dig(stand(lines, [], [(0, 5), (100, 1200), (100, 1200)]), [False, True, True])
    assert metres == pytest.approx({"vag": 100, "stick": 0, "sjo": 0, "fagelvag": 1200})
    assert priced == pytest.approx(100 + 1.5 * 1200)


boxes = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(1, 9), st.integers(1, 9)).map(
        lambda b: shapely.box(b[0], b[1], b[0] + b[2], b[1] + b[3])
    ),
    max_size=5,
)
spots = st.tuples(st.integers(0, 25), st.integers(0, 25)).map(lambda p: (float(p[0]), float(p[1])))


@settings(max_examples=100, deadline=None)
@given(boxes, st.lists(st.tuples(spots, spots), max_size=6))
def test_metres_over_water_equal_one_union_and_one_line_at_a_time(water, ends):
    start, end = (np.array([e[k] for e in ends], dtype=float).reshape(-1, 2) for k in (0, 1))
    wet = over_water.water(np.array([*water, None], dtype=object))
    parts = over_water.over(wet, start, end)
    whole = shapely.union_all(water)
    lines = [shapely.LineString(e) for e in ends]
    assert over_water.metres(parts, len(ends)) == pytest.approx([x.intersection(whole).length for x in lines], abs=1e-6)
    length = np.hypot(*(end - start).T)
    dry = over_water.metres(over_water.rest(parts, length), len(ends))
    assert dry == pytest.approx([x.difference(whole).length for x in lines], abs=1e-5)


def test_a_line_wholly_over_water_leaves_no_dry_piece_of_rounding():
    lakes = over_water.water(np.array([shapely.box(0, 0, 1e5, 1e5)], dtype=object))
    start = np.random.default_rng(1).uniform(1e3, 9e4, (500, 2)).round(1)
    end = np.roll(start, 1, axis=0)
    dry = over_water.rest(over_water.over(lakes, start, end), np.hypot(*(end - start).T))
    assert len(dry.line) == 0


def test_a_lake_of_many_vertices_is_cut_without_a_drop_lost():
    angle = np.linspace(0, 2 * np.pi, 5000)
    lake = shapely.Polygon(np.column_stack([np.cos(angle), np.sin(angle)]) * (1000 + 50 * np.sin(40 * angle))[:, None])
    wet = over_water.water(np.array([lake], dtype=object))
    assert len(wet.pieces) > 16 and shapely.area(wet.pieces).sum() == pytest.approx(lake.area)
    start, end = np.array([[-2000.0, 3.0]]), np.array([[2000.0, 700.0]])
    line = shapely.LineString([start[0], end[0]])
    got = over_water.over(wet, start, end)
    assert over_water.metres(got, 1) == pytest.approx([line.intersection(lake).length])


def test_the_benchmark_of_roads_runs(tmp_path):
    assert bench_roads.make(tmp_path, 400, 2000) > 400
    told = bench_roads.dig(tmp_path)
    assert told["adresser"] == 2000 and told["km schakt vid 0.05"] < told["km schakt vid 0.17"]


def test_the_stage_along_roads_columns_lines_laws_and_what_is_told(tmp_path):
    rows = [Address(E + x, N + y, 1.0 if name == "täckt" else 0.0, 1.0) for name, (x, y) in HOUSES.items()]
    paths = _write(tmp_path, *_hand_tables(rows))
    lines = gpd.GeoDataFrame(EXAMPLE, crs=3006).astype({"klass": "str", "niva": "str", "namn": "str"})
    files.write_polygons(lines, paths.table("vagar"))
    water = gpd.GeoDataFrame({"objekttyp": ["Hav"] * 2}, geometry=[_moved(x) for x in SOUND], crs=3006)
    files.write_polygons(water, paths.table("mark"))
    junctions.run(REGION, paths)
    find_projects.run(REGION, paths)
    areas = files.read_polygons(paths.table("bristomraden"))
    areas = areas[areas["schakt_m"].notna()]
    parts = areas[[f"schakt_{x}_m" for x in SLAG]]
    assert parts.sum(axis=1).tolist() == pytest.approx(areas["schakt_m"].tolist())
    assert (areas["schakt_sjo_m"] > 0).any() and (areas["schakt_vag_m"] > 0).all()
    drawn = files.read_polygons(paths.table("schakt"))
    contracts.check(drawn, gap_tables.SCHAKT)
    assert drawn.length.tolist() == pytest.approx(drawn["langd_m"].tolist())
    assert set(drawn.geom_type) == {"MultiLineString"}
    shared = files.read_table(paths.table("bristomraden_kommun"))
    assert shared["schakt_sjo_m"].sum() == pytest.approx(areas["schakt_sjo_m"].sum())
    assert all(law.holds for law in check_laws.trench_adds_up(paths))
    said = json.loads(paths.ledger("gaps").read_text(encoding="utf-8"))
    assert said["fakta"]["schakt"] | {"noder": 0} == {
        "underlag": "vagar",
        "vaglinjer": 6,
        "noder": 0,
        "hopfogade_andar": 0,
        "vagnatets_delar": 2,
        "adresser_utanfor_storsta_delen": 1,
        "adresser_langt_fran_vag": 0,
    }
    island = next(p for p in said["poster"] if "öar i vägnätet" in p["reason"])
    assert island["count"] == 1 and island["examples"] == ["Byvägen, Göteborg (E 402100, N 6500310): 1 adresser"]
    # A line drawn over the sound as if it were land breaks the law.
    drawn.loc[drawn["slag"] == "sjo", "slag"] = "fagelvag"
    files.write_polygons(drawn, paths.table("schakt"))
    broken = [law.name for law in check_laws.trench_adds_up(paths) if not law.holds]
    assert "schakt på land går inte över vatten" in broken
