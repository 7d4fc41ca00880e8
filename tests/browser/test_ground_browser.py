"""The ground in Chromium: water is where the land cover says, roads under and over the cells."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from pipelines.core.files import read_shapes, read_table
from pipelines.publish.webmap import write_webmap
from tests.browser.test_webmap_browser import OVER, TO_METRES, colour, map_pixels
from tests.publish import small_ground

pytestmark = pytest.mark.browser
TO_DEGREES = Transformer.from_crs(3006, 4326, always_xy=True)
ONLY_GROUND = f"{OVER} .leaflet-tile-pane {{ display: none }}"


def looked_at(page, e: float, n: float, zoom: float, css: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pixels of the map around a point, and the place of the centre of each (EPSG:3006)."""
    lng, lat = TO_DEGREES.transform(e, n)
    page.evaluate("([at, z]) => { karta.setView(at, z, { animate: false }); }", [[lat, lng], zoom])
    pixels = map_pixels(page, css)
    left, top = page.evaluate("(() => { const b = karta.getPixelBounds(); return [b.min.x, b.min.y]; })()")
    y, x = np.mgrid[0 : pixels.shape[0], 0 : pixels.shape[1]]
    world = 256 * 2**zoom
    at_lng = (left + x + 0.5) / world * 360 - 180
    at_lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (top + y + 0.5) / world))))
    return pixels, *TO_METRES.transform(at_lng, at_lat)


def like(pixels: np.ndarray, tone: tuple[int, ...]) -> np.ndarray:
    return np.abs(pixels - np.array(tone)).max(axis=-1) <= 2


@pytest.mark.parametrize(("zoom", "scheme"), [(8, "light"), (10.5, "dark"), (13, "light")])
def test_water_is_where_the_land_cover_says(county, visited, scheme, zoom):
    """Every pixel of a lattice further from a shore than the band's tolerance, by the lakes that went in."""
    page, _ = visited(county.built(write_webmap.OPEN), color_scheme=scheme)
    whole = shapely.box(*shapely.total_bounds(read_shapes(county.table("kommunytor"))["geometry"]))
    lakes = small_ground.lakes(whole.bounds, 5000).geometry.to_numpy()
    middle = shapely.get_coordinates(shapely.centroid(lakes))
    # In the middle of a kommun far from the län's border: beyond that nothing is known.
    at = np.argmin(np.hypot(*(middle - np.array([380_000, 6_440_000])).T))
    css = f"{ONLY_GROUND} .leaflet-vagar-pane {{ display: none }}"
    pixels, e, n = looked_at(page, *middle[at], zoom, css)
    step = 2 if zoom == 8 else 8
    pixels, points = pixels[::step, ::step], shapely.points(e, n)[::step, ::step]
    inside = shapely.dwithin(points, shapely.points(380_000, 6_440_000), 15_000)
    near = lakes[shapely.dwithin(lakes, shapely.points(380_000, 6_440_000), 16_000)]
    water = shapely.union_all(near)
    shapely.prepare(water)
    wet = shapely.contains(water, points)
    slack = {8: 90 + 40, 10.5: 25 + 10, 13: 8 + 4}[zoom] + 0.71 * abs(e[0, 1] - e[0, 0])
    sure = inside & ~shapely.dwithin(water.boundary, points, slack)
    drawn, land = like(pixels, colour(page, "--vatten")), like(pixels, colour(page, "--klass-ingen_adress"))
    sure &= drawn | land  # a road is neither
    assert (wet & sure).sum() > 3 and (~wet & sure).sum() > 20
    assert not ((drawn != wet) & sure).any()


def test_roads_lie_under_the_cells_from_afar_and_over_them_near(county, visited):
    page, _ = visited(county.built(write_webmap.OPEN))
    cells = read_table(county.table("oppen_rutnat_250m"), ["rutid_scb", "adresser_band", "underlag_100", "planerad"])
    lines = small_ground.lattice(shapely.total_bounds(read_shapes(county.table("kommunytor"))["geometry"]), 5000)
    ids = cells["rutid_scb"].astype("int64").to_numpy()
    plain = (cells["adresser_band"] != "0") & (cells["underlag_100"] == "adress") & ~cells["planerad"]
    e, n = (ids[plain] // 10**7, ids[plain] % 10**7)
    boxes = shapely.box(e, n, e + 250, n + 250)
    roads = lines.geometry[lines["klass"] == "motorvag"].to_numpy()
    which, cell = shapely.STRtree(boxes).query(roads, predicate="crosses")[:, 0]
    within = shapely.intersection(roads[which], boxes[cell])
    on = shapely.get_coordinates(shapely.line_interpolate_point(within, 0.5, normalized=True))[0]
    for zoom, seen in ((11.5, False), (14, True)):
        pixels, *_ = looked_at(page, *on, zoom, OVER)
        h, w = pixels.shape[0] // 2, pixels.shape[1] // 2
        near = pixels[h - 2 : h + 3, w - 2 : w + 3]
        assert like(near, colour(page, "--vag")).any() == seen, zoom


def test_where_nobody_lives_the_ground_shows(county, visited):
    """A cell without addresses is as clear as glass, but for its edges; its swatch is the land's colour."""
    page, _ = visited(county.built(write_webmap.OPEN))
    codes = page.evaluate(
        """() => { const { codes, rows } = rutor.cells().raster, { column0, row0 } = bredband.grid;
        const at = codes.indexOf(4);
        return [(Math.floor(at / rows) + column0 + .5) * 250, (at % rows + row0 + .5) * 250]; }"""
    )
    looked_at(page, *codes, 15, OVER)
    alpha = page.evaluate(
        """() => { const c = rutor._tiles[Object.keys(rutor._tiles)[0]].el;
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let clear = 0;
        for (let i = 3; i < d.length; i += 4) if (!d[i]) clear++; return clear; }"""
    )
    assert alpha > 0
    swatch = page.evaluate(
        """() => { const canvas = document.querySelector('#legend li:last-child canvas');
        return [...canvas.getContext('2d').getImageData(5, 5, 1, 1).data]; }"""
    )
    assert tuple(swatch) == (*colour(page, "--klass-ingen_adress"), 255)


def test_projection_of_the_ground_is_exact_to_a_tenth_of_a_pixel(county, visited):
    """Polynomials against pyproj, at every kind of zoom, in the whole of a tile."""
    page, _ = visited(county.built(write_webmap.OPEN))
    rng = np.random.default_rng(2)
    for zoom in (6, 7.5, 9, 12, 16):
        world = 256 * 2**zoom
        lng, lat = 12.7 + rng.uniform(-0.5, 0.5), 58.2 + rng.uniform(-0.5, 0.5)
        tile = [
            int((lng + 180) / 360 * world // 256),
            int((0.5 - np.arctanh(np.sin(np.radians(lat))) / (2 * np.pi)) * world // 256),
        ]
        inside = rng.uniform(0, 256, (40, 2))
        px, py = (inside + np.array(tile) * 256).T
        at_lng = px / world * 360 - 180
        at_lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * py / world))))
        e, n = TO_METRES.transform(at_lng, at_lat)
        found = page.evaluate(
            """([x, y, z, all]) => { const p = bredband.ground.projection({ x, y }, z, 1);
            return all.map(([e, n]) => { const u = (e - p.e0) / p.de, v = (n - p.n0) / p.dn;
            const row = (c, j) => c[3 * j] + u * c[3 * j + 1] + u * u * c[3 * j + 2];
            const at = (c) => row(c, 0) + v * row(c, 1) + v * v * row(c, 2);
            return [at(p.x), at(p.y)]; }); }""",
            [*tile, zoom, np.column_stack([e, n]).tolist()],
        )
        assert np.abs(np.array(found) - inside).max() < 0.1, zoom


def test_names_come_with_the_zoom(small, visited):
    page, seen = visited(small.built(write_webmap.OPEN))
    shown = {}
    for zoom in (10, 15):
        page.evaluate("z => { karta.setZoom(z, { animate: false }); }", zoom)
        page.wait_for_timeout(100)
        shown[zoom] = page.eval_on_selector_all(".namn.vag span", "all => all.map(e => e.textContent)")
    assert shown[10] == [] and "Kyrkvägen <b>" in shown[15]  # as it stands, and no markup
    assert seen.messages == []


def test_the_ground_takes_no_more_of_a_page_than_it_may(county):
    html = county.built(write_webmap.OPEN).read_text(encoding="utf-8")
    taken = sum(len(part.partition("</script>")[0]) for part in html.split('id="grund-')[1:])
    assert 0 < taken <= 1_300_000
