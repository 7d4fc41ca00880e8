"""The ground under the maps: what is decoded is what went in, within the stated bounds, and takes the room it may."""

from __future__ import annotations

import base64
import re
import zlib
from collections import Counter
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from pipelines.core import classes
from pipelines.publish.ground import (
    ground_bands,
    ground_chains,
    ground_code,
    ground_names,
    ground_roads,
    ground_water,
    lay_ground,
)
from pipelines.publish.ground.ground_bands import Fineness, RoadBand, WaterBand
from pipelines.publish.pages import scene
from pipelines.publish.words import html, palette

SQUARE = np.array([shapely.box(0, 0, 40_000, 40_000)])


def decoded(described, text):
    """Decode a page's ground number by number, as the format is described: kind, band, class, points of each path."""
    body, at, out = zlib.decompress(base64.b64decode(text)), 0, []

    def number_at(start, count, width, i):
        return sum(body[start + b * count + i] << (8 * b) for b in range(width))

    def signed(z):
        return -(z + 1) // 2 if z % 2 else z // 2

    for told in described:
        rows = []
        for k, width in enumerate(told["byte"]):
            count = told["drag"] if k < 3 else told["punkter"] - told["drag"]
            rows.append([number_at(at, count, width, i) for i in range(count)])
            at += count * width
        counts, begin_e, begin_n, move_e, move_n = rows
        corner_e, corner_n = told["horn"]
        start, move = [0, 0], 0
        classes = [name for name, many in told["klasser"] for _ in range(many)]
        for i, points in enumerate(counts):
            start = [start[0] + signed(begin_e[i]), start[1] + signed(begin_n[i])]
            path = [tuple(start)]
            for _ in range(points - 1):
                path.append((path[-1][0] + signed(move_e[move]), path[-1][1] + signed(move_n[move])))
                move += 1
            metres = [((e + corner_e) * told["steg_m"], (n + corner_n) * told["steg_m"]) for e, n in path]
            out.append((told["slag"], told["band"], classes[i], metres))
    assert at == len(body)
    return out


@pytest.fixture(scope="module")
def lake() -> shapely.Polygon:
    """A ragged lake with an island of 3 ha and an islet of 0.01 ha."""
    rng = np.random.default_rng(3)
    turn = np.linspace(0, 2 * np.pi, 500, endpoint=False)
    r = 3000 + 400 * np.sin(7 * turn) + rng.normal(0, 15, len(turn))
    shell = np.column_stack([20_000 + r * np.cos(turn), 20_000 + r * np.sin(turn)])
    island, islet = shapely.box(20_000, 20_000, 20_200, 20_150), shapely.box(19_000, 19_000, 19_010, 19_010)
    return shapely.Polygon(shell).difference(shapely.union_all([island, islet]))


@pytest.mark.parametrize("k", range(3))
def test_shores_lie_within_tolerance_and_step(lake, k):
    """No point of the shore further from the drawn one, nor of the drawn one from it, than the two allow."""
    band = ground_bands.WATER[k]
    made = ground_water.generalised(np.array([lake]), band)
    described, text = ground_code.pack([ground_code.water_layer(k, band.step_m, made)])
    paths = decoded(described, text)
    assert {(kind, of, name) for kind, of, name, _ in paths} == {("vatten", k, "")}
    drawn = shapely.union_all([shapely.LinearRing(p) for *_, p in paths])
    kept = [shapely.Polygon(r) for r in lake.interiors]
    kept = [p for p in kept if p.area >= band.smallest_island_ha * 1e4]
    shore = shapely.union_all([lake.exterior, *(p.exterior for p in kept)])
    assert len(paths) == 1 + len(kept)
    assert shapely.hausdorff_distance(drawn, shore, densify=0.1) <= band.tolerance_m + band.step_m


def test_water_is_one_surface_inside_the_outlines(lake):
    """Cut anyhow by the land survey; what lies beyond the outlines is not known, and what touches them is cut there."""
    west, east = shapely.box(0, 0, 20_000, 40_000), shapely.box(20_000, 0, 40_000, 40_000)
    sea = shapely.box(-9000, 0, 1000, 40_000)
    mark = np.array([lake.intersection(west), lake.intersection(east), sea, shapely.box(60_000, 0, 61_000, 1000)])
    found = ground_water.surface(mark, SQUARE)
    expected = [shapely.box(0, 0, 1000, 40_000), lake]
    assert [shapely.equals(a, b) for a, b in zip(found, expected, strict=True)] == [True, True]


def test_nothing_at_all_is_no_ground():
    none = np.empty(0, object)
    water = lay_ground.water_bands(none, SQUARE)
    roads = pd.DataFrame({"klass": [], "niva": [], "namn": [], "vagnummer": [], "geometry": none})
    told = lay_ground.road_bands(roads, 0)
    assert len(water) == len(told) == len(ground_names.placed(roads)) == 0
    assert decoded(*ground_code.pack(ground_code.layers(water, told))) == []


def test_small_lakes_and_islands_are_left_out_and_no_others():
    """By hand, around each limit of a band."""
    band = WaterBand(1, 1, 4, 1)
    water = np.array(
        [
            shapely.box(0, 0, 200, 200),  # 4 ha: kept
            shapely.box(1000, 0, 1200, 199),  # under 4 ha
            shapely.box(2000, 0, 2400, 400).difference(
                shapely.union_all([shapely.box(2010, 10, 2110, 110), shapely.box(2200, 10, 2300, 109)])
            ),
        ]
    )
    made = ground_water.generalised(water, band)
    assert [(p.area, len(p.interiors)) for p in made] == [(40_000, 0), (150_000, 1)]


@pytest.fixture(scope="module")
def town() -> gpd.GeoDataFrame:
    """Winding roads of two classes that meet at common ends, one of them twice in the file."""
    rng = np.random.default_rng(5)
    places = rng.integers(0, 8_000, (30, 2)).astype(float)
    lines, klass = [], []
    for i in range(60):
        a, b = places[rng.integers(30)], places[rng.integers(30)]
        if (a == b).all():
            continue
        bend = np.column_stack([np.linspace(a[k], b[k], 40) + rng.normal(0, 12, 40) for k in (0, 1)])
        bend[0], bend[-1] = a, b
        lines.append(shapely.LineString(bend))
        klass.append("landsvag" if i % 3 else "smavag")
    lines.append(shapely.reverse(lines[0]))
    klass.append(klass[0])
    named = ["Storgatan" if k == "smavag" else "" for k in klass]
    number = ["40" if k == "landsvag" else "" for k in klass]
    told = {"klass": klass, "niva": "mark", "namn": named, "vagnummer": number}
    return gpd.GeoDataFrame(told, geometry=lines, crs=3006)


@pytest.mark.parametrize("fineness", ground_bands.ROADS[2].fineness[::4], ids=str)
def test_roads_lie_within_tolerance_and_step_and_still_meet(town, fineness):
    classes = ground_bands.ROADS[2].classes
    lines, which = ground_roads.of_band(
        ground_roads.merged(town.geometry.to_numpy(), town["klass"].to_numpy(dtype=str)), classes
    )
    made, of = ground_roads.generalised(lines, which, fineness, ground_roads.onward(lines))
    layer = ground_code.road_layer(2, fineness.step_m, made, of, classes)
    paths = decoded(*ground_code.pack([layer]))
    for name in ("landsvag", "smavag"):
        drawn = shapely.union_all([shapely.LineString(p) for *_, k, p in paths if k == name])
        given = shapely.union_all(town.geometry[town["klass"] == name].to_numpy())
        assert shapely.hausdorff_distance(drawn, given, densify=0.5) <= fineness.tolerance_m + fineness.step_m
    ends = {p for *_, path in paths for p in (path[0], path[-1])}
    step = fineness.step_m
    junctions = {tuple(np.round(np.array(c) / step) * step) for c in shapely.get_coordinates(shapely.boundary(lines))}
    assert ends <= junctions
    assert len(paths) < len(town)  # the one that stands twice is drawn once


@pytest.mark.parametrize("seed", range(40))
def test_lines_are_merged_as_geos_merges_them(seed):
    """On random lines of two classes among few points: rings, loops, twins, lines that turn and stand still."""
    rng = np.random.default_rng(seed)
    places = rng.integers(0, 5, (int(rng.integers(3, 25)), 2)).astype(float)
    paths = [places[rng.integers(0, len(places), rng.integers(2, 5))] for _ in range(int(rng.integers(1, 60)))]
    lines = np.array([shapely.LineString(path) for path in paths if len(np.unique(path, axis=0)) > 1])
    klass = pd.Series(rng.choice(["smavag", "landsvag"], len(lines)))
    found = ground_roads.merged(lines, klass)
    assert set(found) == set(klass)
    for name, made in found.items():
        of = lines[(klass == name).to_numpy()]
        once = of[~pd.Series(shapely.to_wkb(shapely.normalize(of))).duplicated().to_numpy()]
        expected = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(once)))
        assert shapely.to_wkt(made).tolist() == shapely.to_wkt(expected).tolist()


def test_lines_that_go_onward_are_simplified_as_with_their_topology_held():
    """Of the others some would come to cross themselves; no line that does is told to go onward."""
    rng = np.random.default_rng(3)
    bends = np.cumsum(rng.normal(0, 30, (3_000, 30, 2)) + rng.uniform(0, 90, (3_000, 1, 1)), axis=1)
    lines = shapely.linestrings(bends)
    straight = ground_roads.onward(lines)
    assert 0.1 < straight.mean() < 0.9
    for tolerance in (5, 25, 90):
        held, free = (shapely.simplify(lines, tolerance, preserve_topology=x) for x in (True, False))
        same = shapely.equals_exact(held, free)
        assert same[straight].all() and not same.all()
    by_hand = [(0, 0), (5, 0), (5, 0), (9, 0)], [(0, 0), (5, 5), (9, 0)], [(0, 0), (1, 1), (0, 0)]
    found = ground_roads.onward(np.array([shapely.LineString(xy) for xy in by_hand]))
    assert found.tolist() == [False, True, False]


def test_the_finest_that_fits_is_taken():
    """Roads of a band get as fine as the page has room for, and no finer."""
    rng = np.random.default_rng(1)
    lines = shapely.linestrings(np.cumsum(rng.normal(0, 40, (200, 50, 2)), axis=1) + 20_000)
    rows = pd.DataFrame({"klass": "smavag", "niva": "mark", "namn": "", "vagnummer": "", "geometry": lines})
    steps = [f.step_m for f in ground_bands.ROADS[2].fineness]
    sizes = []
    for f in ground_bands.ROADS[2].fineness:
        merged, which = ground_roads.of_band(ground_roads.merged(lines, np.full(200, "smavag")), ("smavag",))
        made, of = ground_roads.generalised(merged, which, f, ground_roads.onward(merged))
        sizes.append(len(ground_code.pack([ground_code.road_layer(2, f.step_m, made, of, ("smavag",))])[1]))
    assert sizes == sorted(sizes, reverse=True)
    for size, step in zip(sizes, steps, strict=True):
        for room in (size, size + 1):
            told = lay_ground.road_bands(rows, ground_bands.MOST_BYTES - room)
            assert told["steg_m"].unique().tolist() == [step]
    # Where not even the coarsest fits it is taken all the same: a map without its roads would say that there are none.
    assert lay_ground.road_bands(rows, ground_bands.MOST_BYTES)["steg_m"].unique().tolist() == [steps[-1]]


def test_a_line_that_shrinks_to_a_point_is_left_out():
    lines = np.array([shapely.LineString([(0, 0), (1, 1)]), shapely.LineString([(0, 0), (100, 0)])])
    made, of = ground_roads.generalised(lines, np.array([0, 1], np.uint8), Fineness(5, 10), np.array([True, True]))
    assert shapely.to_wkt(made.lines(10)).tolist() == ["LINESTRING (0 0, 100 0)"] and of.tolist() == [1]


def test_each_border_is_there_once_and_the_lan_has_no_shore_of_its_own():
    """Three kommuner in a row, an enclave in the second, and a sliver between the last two: metres by hand."""
    enclave = shapely.box(1_400, 400, 1_600, 600)
    shapes = [shapely.box(0, 0, 1_000, 1_000), shapely.box(1_000, 0, 2_000, 1_000) - enclave, enclave]
    east = [(2_000, 0), (3_000, 0), (3_000, 1_000), (2_000, 1_000), (2_000, 600), (2_001, 500), (2_000, 400)]
    shapes.append(shapely.Polygon(east))
    made = lay_ground.borders(np.array(shapes, object))
    assert set(made["band"]) == {ground_bands.HOUSE}
    length = made.assign(m=shapely.length(made["geometry"].to_numpy())).groupby("niva")["m"].sum()
    assert length["lan"] == 8_000
    # around, between the first two, the enclave, between the last two, and the sliver's other side
    assert length["kommun"] == pytest.approx(8_000 + 1_000 + 800 + 1_000 + 2 * np.hypot(100, 1))
    assert set(shapely.get_type_id(made["geometry"].to_numpy())) == {shapely.GeometryType.LINESTRING}


def test_names_stand_on_their_roads_and_are_readable(town):
    found = ground_names.placed(town)
    assert set(found["namn"]) == {"40", "Storgatan"}
    assert found["namnslag"].iloc[0] == "vagnummer"
    assert found["vinkel_grader"].between(-90, 89).all()
    for name, rows in found.groupby("namn"):
        column = "vagnummer" if name == "40" else "namn"
        roads = shapely.union_all(town.geometry[town[column] == name].to_numpy())
        away = shapely.distance(shapely.points(rows[["e_m", "n_m"]].to_numpy()), roads)
        assert away.max() <= 5 * 2**0.5


def test_a_name_has_room_along_its_line():
    """By hand: 2 000 m are 2 000 / (156 543.03 × cos 58.5° / 2^14) = 400.6 pixels at zoom 14."""
    road = gpd.GeoDataFrame(
        {"klass": "smavag", "niva": "mark", "namn": ["A" * 64, "A" * 65], "vagnummer": ""},
        geometry=[shapely.LineString([(0, y), (2000, y)]) for y in (0, 9000)],
        crs=3006,
    )
    found = ground_names.placed(road).set_index("namn")["fran_zoom"]
    assert found.to_dict() == {"A" * 64: 14, "A" * 65: 15}


def test_names_are_packed_as_described():
    names = pd.DataFrame(
        {
            "namn": ["E 6", "Åvägen", "Åvägen"],
            "namnslag": ["vagnummer", "vag", "vag"],
            "fran_zoom": [9, 14, 17],
            "vinkel_grader": [0, -90, 89],
            "e_m": [320_000.0, 319_990.0, 400_000.0],
            "n_m": [6_400_000.0, 6_500_000.0, 6_400_010.0],
        }
    )
    told, text = ground_code.pack_names(names)
    body, at, rows = zlib.decompress(base64.b64decode(text)), 0, []
    for width in told["byte"]:
        rows.append([sum(body[at + b * 3 + i] << (8 * b) for b in range(width)) for i in range(3)])
        at += 3 * width
    texts = body[at:].decode().split("\n")
    which, e, n, zoom, turned, numbered = rows
    assert [texts[k] for k in which] == ["E 6", "Åvägen", "Åvägen"]
    assert [(told["horn"][0] + x) * 10 for x in e] == [320_000, 319_990, 400_000]
    assert [(told["horn"][1] + y) * 10 for y in n] == [6_400_000, 6_500_000, 6_400_010]
    assert (zoom, [t - 90 for t in turned], numbered) == ([9, 14, 17], [0, -90, 89], [1, 0, 0])


def test_bands_are_of_the_order_they_are_drawn_in():
    assert sorted(ground_bands.FROM_ZOOM) == [*ground_bands.FROM_ZOOM]
    for band in ground_bands.ROADS:
        assert isinstance(band, RoadBand) and band.classes[-1] == "motorvag"


def lab(colour: str) -> np.ndarray:
    """CIE L*a*b* of ``#rrggbb`` (sRGB, D65), spelled out."""
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    c = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ c
    f = np.cbrt(xyz / np.array([0.95047, 1, 1.08883]))
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_water_is_no_class_and_no_land(scheme):
    """CIE76 of at least 10 to every class of the cells, where 2.3 is just noticeable; roads stand out of the land."""
    css = html.stylesheet().split("prefers-color-scheme: dark")[scheme]
    tones = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", css))
    classes = {k: v for k, v in tones.items() if k.startswith("klass-")}
    assert len(classes) == 9
    away = {k: float(np.linalg.norm(lab(v) - lab(tones["vatten"]))) for k, v in classes.items()}
    assert min(away.values()) >= 10, away
    land = lab(tones["klass-ingen_adress"])
    assert min(np.linalg.norm(lab(tones[x]) - land) for x in ("vag-kant", "strand")) >= 20


def test_every_class_has_its_colour_on_a_kommuns_page():
    """A class without a rule would be drawn black, and its swatch left blank."""
    css = html.text_of("pipelines.publish.pages.page", "pages.css")
    for name in (x for x in palette.LEGEND if x != classes.NO_ADDRESS):
        assert f".k-{name} {{ fill: var(--klass-{name}); }}" in css
        assert f".p-{name} {{ background: var(--klass-{name}); }}" in css


def test_a_kommuns_page_has_water_and_roads_in_their_place():
    """By hand: a kommun of 40 × 40 km in the middle of 460 × 400 pixels: 110 m are a pixel, its corner at (46, 384)."""
    square = [shapely.multipolygons([SQUARE[0]])]
    outlines = pd.DataFrame({"kommunkod": "1401", "kommunnamn": "A", "i_lan": True, "geometry": square})
    lake, road = shapely.box(10_000, 10_000, 20_000, 20_000), shapely.LineString([(0, 30_000), (40_000, 30_000)])
    water = pd.DataFrame({"band": [1, 0], "geometry": [lake, SQUARE[0]]})
    kinds = ["landsvag", "farjeled", "huvudgata"]
    roads = pd.DataFrame({"band": 1, "klass": kinds, "geometry": [road] * 3})
    places = pd.DataFrame({"namn": [], "typ": [], "kod": [], "geometry": np.empty(0, object)})
    land = scene.prepare(outlines, outlines, (water, roads), places)
    cells = pd.DataFrame({"rutid_scb": ["0000000000000"], "k": ["utan"]})
    drawn = scene.draw(land, "1401", cells, "k", [])
    scale = 0.92 * 400 / 40_000

    def at(e, n):
        return [round(230 + (e - 20_000) * scale, 1), round(200 - (n - 20_000) * scale, 1)]

    numbers = {k: [float(x) for x in re.findall(r"[\d.]+", drawn[k])] for k in ("vatten", "vagar", "farjor")}
    corners = np.reshape(numbers["vatten"], (-1, 2)).tolist()
    assert sorted(corners) == sorted(at(e, n) for e in (10_000, 20_000) for n in (10_000, 20_000))
    assert numbers["vagar"] == numbers["farjor"] == [*at(0, 30_000), *at(40_000, 30_000)]


@pytest.mark.parametrize("seed", range(20))
def test_strokes_draw_every_line_once_and_go_on_from_each_other(seed):
    """On random lines among few points, with rings, loops and twins; as few strokes as joining two and two gives."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 60))
    first, last, group = (rng.integers(0, top, n) for top in (25, 25, 3))
    order, turned, begins = ground_chains.strokes(first, last, group)
    assert sorted(order.tolist()) == list(range(n))
    here = None
    for line, back, new in zip(order, turned, begins, strict=True):
        start, end = (last[line], first[line]) if back else (first[line], last[line])
        assert new or here == (start, group[line])
        here = (end, group[line])
    alone = Counter([*zip(first, group, strict=True), *zip(last, group, strict=True)])
    least = sum(many % 2 for many in alone.values()) // 2
    # What is left over is rings: no more than there are lines in rings.
    assert least <= begins.sum() <= max(least, 1) + n // 2


def test_a_ring_is_one_stroke():
    order, _, begins = ground_chains.strokes(np.array([0, 2, 1]), np.array([1, 0, 2]), np.zeros(3, np.int64))
    assert begins.sum() == 1 and sorted(order.tolist()) == [0, 1, 2]
    assert ground_chains.strokes(np.array([4]), np.array([4]), np.zeros(1, np.int64))[2].tolist() == [True]


def test_what_is_decoded_is_every_piece_of_every_road(town):
    """Segment by segment: the simplified lines' own, none twice and none lost."""
    classes = ground_bands.ROADS[2].classes
    lines, which = ground_roads.of_band(
        ground_roads.merged(town.geometry.to_numpy(), town["klass"].to_numpy(dtype=str)), classes
    )
    expected = Counter()
    for line, k in zip(lines, which, strict=True):
        points = [tuple(map(int, np.round(np.array(c) / 10) * 10)) for c in line.simplify(10).coords]
        points = [p for i, p in enumerate(points) if not i or p != points[i - 1]]
        expected += Counter((classes[k], frozenset(pair)) for pair in pairwise(points))
    made, of = ground_roads.generalised(lines, which, Fineness(10, 10), ground_roads.onward(lines))
    found = Counter()
    for _, _, name, path in decoded(*ground_code.pack([ground_code.road_layer(2, 10, made, of, classes)])):
        found += Counter((name, frozenset(pair)) for pair in pairwise(path))
    assert found == expected
