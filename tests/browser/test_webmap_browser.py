"""The web map in Chromium, at the county's full size: what it shows, where, how fast, and to whom."""

from __future__ import annotations

import csv
import io
import random
import sqlite3
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from pyproj import Transformer

from pipelines.core.files import read_table
from pipelines.publish.webmap import webmap_measure, write_webmap
from tests.publish import synthetic_tables

pytestmark = pytest.mark.browser
T = write_webmap.webmap_page.texts()
TO_DEGREES = Transformer.from_crs(3006, 4326, always_xy=True)
TO_METRES = Transformer.from_crs(4326, 3006, always_xy=True)
PAGES = {"oppen": write_webmap.OPEN, "intern": write_webmap.INTERNAL}
EVERY = {**PAGES, "engelska": write_webmap.OPEN_EN}
SIZES = {"dator": (1280, 800), "telefon": (390, 844)}
OVER = ".leaflet-control-container, .leaflet-granser-pane, .leaflet-namn-pane, .krediter, .sikte { display: none }"
BARE = f"{OVER} .leaflet-vagar-pane {{ display: none }}"
"""Hides what lies over the cells, for a look at the cells' own pixels."""


def centre(rutid_scb: str) -> dict[str, float]:
    lng, lat = TO_DEGREES.transform(int(rutid_scb[:6]) + 125, int(rutid_scb[6:]) + 125)
    return {"lat": lat, "lng": lng}


def facts(page) -> dict[str, str]:
    return page.eval_on_selector_all(
        "#fakta [data-falt]", "all => Object.fromEntries(all.map(e => [e.dataset.falt, e.textContent]))"
    )


def shown_at(page, rutid_scb: str) -> dict[str, str]:
    return shown_at_each(page, [rutid_scb])[0]


def shown_at_each(page, ids: list[str]) -> list[dict[str, str]]:
    """What the page tells of each cell, as a reader who goes from one to the next sees it.

    The browser takes longer over a step of its history than the page over the cell.
    """
    return page.evaluate(
        """all => { history.pushState = () => {}; const every = all.map(p => { bredband.cursorAt(p);
        const caption = document.querySelector('#fakta caption');
        const told = [...document.querySelectorAll('#fakta [data-falt]')].map(e => [e.dataset.falt, e.textContent]);
        return Object.fromEntries([...told, ['caption', caption ? caption.textContent : '']]); });
        delete history.pushState; return every; }""",
        [centre(i) for i in ids],
    )


def swedish(x: float, decimals: int) -> str:
    d = Decimal(repr(round(float(x), 6))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{d:,}".replace(",", "\u202f").replace(".", ",")


def map_pixels(page, css: str = BARE, around: int = 0) -> np.ndarray:
    """What is seen of the map: all of it, or so many pixels to each side of its middle."""
    page.evaluate(
        "css => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s]; }", css
    )
    # Tiles fade in.
    page.evaluate(
        """async () => { const faint = () => [...document.querySelectorAll('.rutor canvas')]
          .some((c) => getComputedStyle(c).opacity !== '1');
        do await new Promise(requestAnimationFrame); while (faint()); }"""
    )
    frame = page.locator("#karta")
    if around:
        box = frame.bounding_box()
        west, north = (int(box[a]) + int(box[b]) // 2 - around for a, b in (("x", "width"), ("y", "height")))
        png = page.screenshot(clip={"x": west, "y": north, "width": 2 * around, "height": 2 * around})
    else:
        png = frame.screenshot()
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


@pytest.mark.parametrize("edition", PAGES)
def test_opens_from_a_file_is_small_and_fast_and_asks_nobody(county, opened, edition):
    """Generous guards: the times themselves are measured by ``make bench`` on a quiet machine."""
    path = county.built(PAGES[edition])
    assert path.stat().st_size <= 4e6
    page, seen = opened(path)
    found = webmap_measure.measured(page)
    print(f"{edition}: {found}")
    assert found["heap_mb"] <= 60
    assert found["first_ms"] <= 15_000
    assert found["switch_ms"] <= 1_500
    assert found["zoom_ms"] <= 2_000
    assert page.locator("#lager-utan").count() == (edition == "intern")
    page.click("#lager-plan")
    page.click("#lager-underlag")
    page.click("#lager-klass")
    page.locator("#karta").click(position={"x": 300, "y": 300})
    page.wait_for_timeout(300)
    assert [r for r in seen.requests if r != "data:,"] == [path.as_uri()]
    assert seen.messages == []
    assert page.evaluate("performance.getEntriesByType('resource').length") == 0
    assert page.title().startswith("DEMO – Bredband i Västra Götaland")


@pytest.fixture(scope="module")
def open_cells(county) -> pd.DataFrame:
    """The open edition's table of cells."""
    return read_table(county.table("oppen_rutnat_250m"))


def test_facts_of_200_cells_equal_the_published_rows(county, visited):
    """The rows of ``maps/data/rutnat_250m.csv``, as anybody reads them: every value a text, but yes and no."""
    page, _ = visited(county.built(write_webmap.OPEN))
    path, chance = county.built("maps/data/rutnat_250m.csv"), random.Random(1)
    lived = (pd.read_csv(path, usecols=["adresser_band"], dtype=str)["adresser_band"] != "0").to_numpy()
    some = {0, *chance.sample((np.flatnonzero(lived) + 1).tolist(), 150), *chance.sample(range(1, len(lived) + 1), 50)}
    with path.open(encoding="utf-8-sig", newline="") as f:
        head, *rows = csv.reader([line for i, line in enumerate(f) if i in some])
    chosen = pd.DataFrame(rows, columns=head)
    assert len(chosen) > 190
    chosen["planerad"] = chosen["planerad"] == "ja"
    told = shown_at_each(page, chosen["rutid_scb"].tolist())
    for row, shown in zip(chosen.to_dict("records"), told, strict=True):
        assert shown["rutid_scb"] == row["rutid_scb"]
        assert shown["kommunkod"] == f"{row['kommunnamn']} ({row['kommunkod']})"
        assert shown["omradestyp"] == T[f"omradestyp_{row['omradestyp']}"]
        assert shown["adresser_band"] == row["adresser_band"]
        assert shown["underlag"] == T["underlag"][row["underlag"]]
        assert shown["planerad"] == ("ja" if row["planerad"] else "nej")
        if row["adresser_band"] == "0":
            assert not any(k.startswith("klass_") for k in shown)
            continue
        for t in (30, 100, 1000):
            assert shown[f"underlag_{t}"] == T["underlag_kort"][row[f"underlag_{t}"]]
            for m in ("tillgang", "passerad"):
                assert shown[f"klass_{m}_{t}"] == T["klass"][row[f"klass_{m}_{t}"]]


def test_facts_of_200_cells_equal_those_of_the_geopackage(county, visited):
    page, _ = visited(county.built(write_webmap.INTERNAL))
    chance = random.Random(3)
    with sqlite3.connect(county.built("out/bredband.gpkg")) as db:
        every = db.execute("SELECT fid, adresser FROM rutnat_250m").fetchall()
        some = chance.sample([fid for fid, n in every if n], 150) + chance.sample([fid for fid, _ in every], 50)
        chosen = pd.read_sql(f"SELECT * FROM rutnat_250m WHERE fid IN ({','.join(map(str, some))})", db)
    assert len(chosen) > 190
    told = shown_at_each(page, chosen["rutid_scb"].tolist())
    for row, shown in zip(chosen.to_dict("records"), told, strict=True):
        assert shown["rutid_scb"] == row["rutid_scb"]
        assert shown["adresser"] == swedish(row["adresser"], 0)
        for name in ("befolkning", "hushall", "land_ha"):
            assert shown[name] == swedish(row[name], 1)
        assert shown["basta_teknik"] == T["teknik"][row["basta_teknik"]]
        assert shown["underlag"] == T["underlag"][row["underlag"]]
        if row["adresser"]:
            for t in (30, 100, 1000):
                for name in (
                    "hushall_utan",
                    "hushall_ej_passerade",
                    "adresser_utan",
                    "adresser_ej_passerade",
                    "befolkning_utan",
                ):
                    assert shown[f"{name}_{t}"] == swedish(row[f"{name}_{t}"], 1)
            assert T["underlag"][row["underlag"]] in shown["caption"]


def test_ten_cells_are_drawn_where_pyproj_says(county, open_cells, visited):
    """Every pixel around the cell, at zoom 16: inside exactly where its centre projects into the cell."""
    page, _ = visited(county.built(write_webmap.OPEN))
    lines = page.evaluate("rutor.options.linesFromZoom")
    page.evaluate("rutor.options.linesFromZoom = 99")
    for row in open_cells.sample(10, random_state=5)["rutid_scb"]:
        west, south = int(row[:6]), int(row[6:])
        page.evaluate(
            """([at, id]) => {
              const g = bredband.grid, facts = new bredband.Facts(g, {}, {}), codes = new Uint8Array(g.count).fill(1);
              const [u, v] = rutor.cellAt(at).map(Math.floor);
              const i = g.lookup[u * g.rows + v];
              if (facts.id(i) !== id) throw new Error(facts.id(i));
              codes[i] = 2;
              const colours = new Uint32Array(128 * 256).fill(0xffffffff);
              colours.fill(0xff0000ff, 512, 768);
              karta.setView(at, 16, { animate: false });
              rutor.paint(() => ({ codes, colours, lines: colours }));
            }""",
            [centre(row), row],
        )
        pixels = map_pixels(page)
        red = (pixels[..., 0] > 200) & (pixels[..., 1] < 60) & (pixels[..., 2] < 60)
        origin = page.evaluate("(() => { const b = karta.getPixelBounds(); return [b.min.x, b.min.y]; })()")
        y, x = np.mgrid[0 : red.shape[0], 0 : red.shape[1]]
        # The cell lies in the middle and is 200 pixels wide: further off nothing is red.
        window = tuple(slice(size // 2 - 160, size // 2 + 160) for size in red.shape)
        assert red.sum() == red[window].sum()
        red, y, x = red[window], y[window], x[window]
        world = 256 * 2**16
        lng = (origin[0] + x + 0.5) / world * 360 - 180
        lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (origin[1] + y + 0.5) / world))))
        e, n = TO_METRES.transform(lng, lat)
        inside = (e >= west) & (e < west + 250) & (n >= south) & (n < south + 250)
        per_pixel = abs(e[200, 201] - e[200, 200])
        assert not inside[[0, -1]].any() and not inside[:, [0, -1]].any()
        edge = np.minimum(np.abs((e - west) % 250), np.abs((n - south) % 250))
        near = np.minimum(edge, np.minimum(250 - (e - west) % 250, 250 - (n - south) % 250)) < per_pixel / 2
        assert inside.sum() > 20_000
        wrong = (red != inside) & ~near
        assert not wrong.any(), (row, wrong.sum(), np.argwhere(wrong)[:5])
    page.evaluate("(zoom) => { rutor.options.linesFromZoom = zoom; }", lines)


def test_projection_agrees_with_proj(county, visited):
    page, _ = visited(county.built(write_webmap.OPEN))
    rng = np.random.default_rng(11)
    e, n = rng.uniform(270_000, 920_000, 500), rng.uniform(6_130_000, 7_680_000, 500)
    lng, lat = TO_DEGREES.transform(e, n)
    there = page.evaluate("all => all.map(([a, b]) => bredband.sweref.forward(a, b))", np.c_[lat, lng].tolist())
    back = page.evaluate("all => all.map(([a, b]) => bredband.sweref.inverse(a, b))", np.c_[e, n].tolist())
    assert np.abs(np.array(there) - np.c_[e, n]).max() < 0.001
    assert np.abs(np.array(back) - np.c_[lat, lng]).max() < 1e-8


def test_mesh_is_within_three_centimetres(county, visited):
    """Straight lines between the mesh's nodes against the exact projection, from zoom 10 inwards."""
    page, _ = visited(county.built(write_webmap.OPEN))
    worst = page.evaluate(
        """() => { let worst = 0; const g = bredband.grid;
        for (const [z, step] of [[10, 8], [11, 16], [12, 16], [14, 16], [16, 16]]) {
          const p = karta.project([59.2, 11.2], z).divideBy(256).floor(), mesh = rutor._mesh({ x: p.x, y: p.y, z });
          const nodes = 256 / step + 1;
          if (mesh.length !== 2 * nodes * nodes) throw new Error(mesh.length);
          for (let j = 0; j + 1 < nodes; j += 3) for (let i = 0; i + 1 < nodes; i += 3) {
            const a = 2 * (j * nodes + i), c = a + 2 * nodes;
            const at = karta.unproject([p.x * 256 + (i + .5) * step, p.y * 256 + (j + .5) * step], z);
            const [u, v] = rutor.cellAt(at);
            const mu = (mesh[a] + mesh[a + 2] + mesh[c] + mesh[c + 2]) / 4;
            const mv = (mesh[a + 1] + mesh[a + 3] + mesh[c + 1] + mesh[c + 3]) / 4;
            worst = Math.max(worst, Math.hypot(u - mu, v - mv) * g.size);
          } }
        return worst; }"""
    )
    assert worst < 0.03


def colour(page, name: str) -> tuple[int, ...]:
    text = page.evaluate("n => getComputedStyle(document.documentElement).getPropertyValue(n).trim()", name)
    return tuple(int(text[i : i + 2], 16) for i in (1, 3, 5))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_threshold_and_measure_recolour(county, open_cells, visited, scheme):
    page, _ = visited(county.built(write_webmap.OPEN), color_scheme=scheme)
    table = open_cells
    plain = table[table["underlag"].isin(["adress", "ruta", "omrade"]) & ~table["planerad"]]
    changing = plain[
        (plain["klass_tillgang_30"] != plain["klass_tillgang_1000"])
        & (plain["klass_tillgang_1000"] != plain["klass_passerad_1000"])
    ]
    rows = changing.sample(5, random_state=6).to_dict("records")
    for matt, t in (("tillgang", 30), ("tillgang", 1000), ("passerad", 1000)):
        page.click(f"#troskel-{t}")
        page.click(f"#matt-{matt}")
        for row in rows:
            page.evaluate("at => { karta.setView(at, 15, { animate: false }); }", centre(row["rutid_scb"]))
            assert tuple(map_pixels(page, around=1)[1, 1]) == colour(page, f"--klass-{row[f'klass_{matt}_{t}']}")
        rows.reverse()  # the cell in view is recoloured where it is
        caption = page.inner_text("#kommuntabell caption")
        assert f"{t:,}".replace(",", "\u202f") in caption
        assert T["matt_namn"][matt].lower() in caption


def test_modelled_mixed_and_planned_have_patterns(county, open_cells, visited):
    page, _ = visited(county.built(write_webmap.OPEN))
    table = open_cells
    here = table["klass_tillgang_100"] == "fa_under_halften"
    tones = {}
    for name, chosen in {
        "uppmatt": here & table["underlag_100"].isin(["adress", "ruta"]) & ~table["planerad"],
        "modellerad": here & (table["underlag_100"] == "statistik") & ~table["planerad"],
        "blandat": here & (table["underlag_100"] == "blandat") & ~table["planerad"],
        "planerad": here & table["planerad"],
    }.items():
        page.evaluate(
            "at => { karta.setView(at, 16, { animate: false }); }", centre(table[chosen].iloc[0]["rutid_scb"])
        )
        values, counts = np.unique(map_pixels(page, around=20).reshape(-1, 3), axis=0, return_counts=True)
        tones[name] = {tuple(v): c / 1600 for v, c in zip(values.tolist(), counts, strict=True)}
    full = colour(page, "--klass-fa_under_halften")
    assert tones["uppmatt"] == {full: 1.0}
    assert len(tones["modellerad"]) == len(tones["blandat"]) == 2
    assert tones["modellerad"][full] != tones["blandat"][full]
    assert {full, colour(page, "--klass-planerad")} <= set(tones["planerad"]), "the class, dotted"
    assert len(tones["planerad"]) == 3


CLASSES = (
    "ingen_adress",
    "ej_redovisad",
    "tackt",
    "fa_minst_halften",
    "storre_del",
    "mindre_del",
    "fa_under_halften",
    "utan",
)
PATTERNS = {"statistik": 1, "blandat": 2}
RANKS = range(2, len(CLASSES) + 1)
"""Of the classes with addresses, from the best."""


def class_codes(table) -> np.ndarray:
    """The code of each cell in layer täckning at 100 Mbit/s, spelled out: 4 × rank + pattern."""
    codes = []
    for name, basis, planned in zip(
        *(table[c] for c in ("klass_tillgang_100", "underlag_100", "planerad")), strict=True
    ):
        dotted = planned and name not in ("ingen_adress", "tackt", "fa_minst_halften")
        pattern = 3 if dotted else 0 if name == "ingen_adress" else PATTERNS.get(basis, 0)
        codes.append(4 * (CLASSES.index(name) + 1) + pattern)
    return np.array(codes)


def windows(raster: np.ndarray, values: Iterable[int], west: np.ndarray, south: np.ndarray, n: int) -> np.ndarray:
    """How many of the n × n cells from (west, south) have each value, by sums of sums."""
    wide, high = raster.shape
    (c0, c1), (r0, r1) = ([np.clip(a + d, 0, end) for d in (0, n)] for a, end in ((west, wide), (south, high)))
    corners = [c * (high + 1) + r for c, r in ((c1, r1), (c0, r1), (c1, r0), (c0, r0))]
    many = []
    for value in values:
        sums = np.zeros((wide + 1, high + 1), dtype=np.int32)
        sums[1:, 1:] = (raster == value).cumsum(0, dtype=np.int32).cumsum(1, dtype=np.int32)
        a, b, c, d = (sums.ravel().take(at) for at in corners)
        many.append(a - b - c + d)
    return np.array(many)


@pytest.fixture(scope="module")
def coded_cells(open_cells) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Column and row of every cell, and the code it should be drawn with."""
    ids = open_cells["rutid_scb"].astype("int64").to_numpy()
    return ids // 10**7 // 250, ids % 10**7 // 250, class_codes(open_cells)


@pytest.mark.parametrize("zoom", [6, 7, 8])
def test_zoomed_out_the_most_common_inhabited_class_shows(county, coded_cells, visited, zoom):
    """Every pixel against the n × n cells around its centre, placed by pyproj and counted in numpy."""
    page, _ = visited(county.built(write_webmap.OPEN))
    page.evaluate(
        """z => { karta.setView([58.2, 12.7], z, { animate: false });
        const made = bredband.palette.layer(bredband.grid, { lager: 'klass', troskel: 100, matt: 'tillgang' });
        const colours = new Uint32Array(128 * 256);
        for (let k = 0; k < colours.length; k++) colours[k] = 0xffff0000 + ((k >> 8) << 2);
        rutor.paint(() => ({ codes: made.codes, colours, lines: colours })); }""",
        zoom,
    )
    pixels = map_pixels(page)
    shown = np.where((pixels[..., 2] == 255) & (pixels[..., 1] == 0), pixels[..., 0] // 4, 0)
    column, row, codes = coded_cells
    raster = np.zeros((np.ptp(column) + 1, np.ptp(row) + 1), dtype=int)
    raster[column - column.min(), row - row.min()] = codes

    left, top = page.evaluate("(() => { const b = karta.getPixelBounds(); return [b.min.x, b.min.y]; })()")
    y, x = np.mgrid[0 : shown.shape[0], 0 : shown.shape[1]]
    world = 256 * 2**zoom
    lng = (left + x + 0.5) / world * 360 - 180
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (top + y + 0.5) / world))))
    e, n = TO_METRES.transform(lng, lat)
    u, v = e / 250 - column.min(), n / 250 - row.min()
    # Metres a pixel by the formula of Web Mercator, at the southernmost cell.
    south_lat = TO_DEGREES.transform(column.mean() * 250, row.min() * 250)[1]
    size = int(np.ceil(2 * np.pi * 6378137 * np.cos(np.radians(south_lat)) / world / 250))
    assert size == {6: 6, 7: 3, 8: 2}[zoom]
    # Exact but for pixels whose window the mesh may place a cell off.
    west, south = (np.floor(a - size / 2 + 0.5).astype(int) for a in (u, v))
    sure = np.ones(u.shape, dtype=bool)
    for a in (u, v):
        sure &= np.abs((a - size / 2) % 1 - 0.5) > 0.02
    counts = windows(raster // 4, RANKS, west, south, size)
    rank = RANKS[-1] - counts[::-1].argmax(0)  # the last of equals: the worst
    per_code = windows(raster, [4 * r + k for r in RANKS for k in range(4)], west, south, size)
    per_code = per_code.reshape(len(RANKS), 4, *west.shape)
    mine = np.take_along_axis(per_code, (rank - 2)[None, None], 0)[0]
    expected = 4 * rank + 3 - mine[::-1].argmax(0)
    lived = counts.sum(0) > 0
    assert (lived & sure).sum() > 10_000
    wrong = (shown != expected) & lived & sure
    assert not wrong.any(), (wrong.sum(), np.argwhere(wrong)[:5], shown[wrong][:5], expected[wrong][:5])
    # Where nobody lives no class is claimed.
    assert set(np.unique(shown[~lived & sure])) <= {0, 4}


def test_keyboard_inspects_cell_by_cell(county, open_cells, opened):
    page, _ = opened(county.built(write_webmap.OPEN))
    table = open_cells
    rutid = table[table["adresser_band"] == "10–19"].iloc[100]["rutid_scb"]
    page.evaluate("at => { karta.setView(at, 14, { animate: false }); }", centre(rutid))
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "karta":
            break
    assert page.locator(".sikte").is_visible()
    page.keyboard.press("Enter")
    assert facts(page)["rutid_scb"] == rutid
    assert not page.locator(".sikte").is_visible()
    assert page.inner_text("#fakta-kort").startswith(facts(page)["kommunkod"].split(" (")[0])
    known = set(table["rutid_scb"])
    e, n = int(rutid[:6]), int(rutid[6:])
    steps = [("ArrowUp", 0, 1), ("ArrowRight", 1, 0), ("ArrowRight", 1, 0), ("ArrowDown", 0, -1), ("ArrowLeft", -1, 0)]
    for key, de, dn in steps:
        page.keyboard.press(key)
        e, n = e + 250 * de, n + 250 * dn
        expected = f"{e:06d}{n:07d}"
        assert facts(page).get("rutid_scb") == (expected if expected in known else None)
    for _ in range(16):  # some 800 pixels: past the edge
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(500)
    outline, frame = page.locator("path.markering").bounding_box(), page.locator("#karta").bounding_box()
    assert frame["x"] <= outline["x"]
    assert outline["x"] + outline["width"] <= frame["x"] + frame["width"]
    page.keyboard.press("Escape")
    assert T["fakta_tom"] in page.inner_text("#fakta")


def test_controls_by_keyboard_alone(county, visited):
    page, _ = visited(county.built(write_webmap.OPEN))
    page.focus("#troskel-100")
    page.keyboard.press("ArrowRight")
    assert page.is_checked("#troskel-1000")
    assert "1\u202f000" in page.inner_text("#legend-titel")
    page.focus("#lager-klass")
    page.keyboard.press("ArrowRight")
    assert page.is_checked("#lager-plan")
    page.focus("#kommuntabell th:nth-child(2) button")
    page.keyboard.press("Enter")
    assert page.get_attribute("#kommuntabell th:nth-child(2)", "aria-sort") == "ascending"


def test_table_sorts_by_number_and_name(county, visited):
    page, _ = visited(county.built(write_webmap.OPEN))

    def column(k):
        return page.eval_on_selector_all(
            f"#kommuntabell tbody tr > :nth-child({k})", "all => all.map(e => e.textContent)"
        )

    assert column(1)[-1] == "Öckerö"
    names = column(1)
    page.click("#kommuntabell th:nth-child(2) button")
    values = page.eval_on_selector_all("#kommuntabell tbody tr > :nth-child(2)", "a => a.map(e => Number(e.dataset.v))")
    assert values == sorted(values)
    page.click("#kommuntabell th:nth-child(2) button")
    values = page.eval_on_selector_all("#kommuntabell tbody tr > :nth-child(2)", "a => a.map(e => Number(e.dataset.v))")
    assert values == sorted(values, reverse=True)
    page.click("#kommuntabell th:nth-child(1) button")
    assert column(1) == names
    assert len(names) == 49


@pytest.mark.parametrize("edition", PAGES)
def test_hostile_name_is_shown_as_text(small, visited, edition):
    page, seen = visited(small.built(PAGES[edition]))
    table = read_table(small.table("oppen_rutnat_250m"))
    row = table[table["kommunkod"] == "1480"].iloc[0]
    assert synthetic_tables.HOSTILE in shown_at(page, row["rutid_scb"])["kommunkod"]
    page.evaluate("void karta.setZoom(12, { animate: false })")
    page.wait_for_timeout(200)
    labels = page.eval_on_selector_all(".namn span", "all => all.map(e => e.textContent)")
    assert synthetic_tables.HOSTILE in labels
    assert synthetic_tables.HOSTILE in page.inner_text("#kommuntabell")
    assert page.locator("img").count() == 0
    assert seen.dialogs == []
    assert seen.messages == []


def test_old_browser_is_told_so(small, opened):
    page, _ = opened(small.built(write_webmap.OPEN), wait=False, before="delete window.DecompressionStream;")
    page.wait_for_selector("#laddar[role=alert]")
    assert page.inner_text("#laddar") == T["fel_webblasare"]
    page.click("#kommuntabell th:nth-child(2) button")
    assert page.get_attribute("#kommuntabell th:nth-child(2)", "aria-sort") == "ascending"


def test_damaged_file_is_told_so(small, opened, tmp_path):
    html = small.built(write_webmap.OPEN).read_text(encoding="utf-8")
    at = html.index('id="rutor-data">') + 60
    broken = tmp_path / "trasig.html"
    broken.write_text(html[:at] + html[at + 40 :], encoding="utf-8")
    page, _ = opened(broken, wait=False)
    page.wait_for_selector("#laddar[role=alert]")
    assert page.inner_text("#laddar") == T["fel_data"]


def test_reduced_motion_is_honoured(small, opened, visited):
    page, _ = visited(small.built(write_webmap.OPEN))
    assert page.evaluate("[karta._zoomAnimated, karta.options.fadeAnimation, karta.options.inertia]") == [False] * 3
    page, _ = opened(small.built(write_webmap.OPEN), reduced_motion="no-preference")
    assert page.evaluate("karta._zoomAnimated") is True


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("edition", PAGES)
def test_fits_the_screen(county, visited, edition, size):
    width, height = SIZES[size]
    page, _ = visited(county.built(PAGES[edition]), width, height)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    box = page.locator("#karta").bounding_box()
    assert box["y"] + box["height"] <= height
    assert box["height"] >= 280
    table = read_table(county.table("rutnat_250m"), ["rutid_scb", "adresser"])
    shown_at(page, table.loc[table["adresser"].idxmax(), "rutid_scb"])
    wrap = page.evaluate("(e => [e.scrollWidth, e.clientWidth])(document.querySelector('#fakta .rullbar'))")
    assert wrap[0] == wrap[1]
    # As at 400 % zoom: nothing is cut off sideways.
    page.set_viewport_size({"width": 320, "height": 256})
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("edition", EVERY)
def test_axe_finds_no_violation(small, visited, violations, edition):
    """The English page is the open one in other words; every layer is looked at in both schemes and both sizes."""
    page, _ = visited(small.built(EVERY[edition]))
    table = read_table(small.table("rutnat_250m"), ["rutid_scb", "adresser", "adresser_utan_100"])
    page.click("#visa-omraden")
    page.fill("#sok", "t")
    page.press("#sok", "Escape")
    layers = page.eval_on_selector_all("[name=lager]", "all => all.map(e => e.value)")
    for (width, height), schemes in zip(SIZES.values(), (("light", "dark"), ("dark", "light")), strict=True):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("delete window.looks")
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            for layer in layers if edition != "engelska" and scheme == schemes[0] else layers[:2]:
                page.click(f"#lager-{layer}")
                if layer != "klass":
                    shown_at(page, table.loc[table["adresser_utan_100"].idxmax(), "rutid_scb"])
                assert violations(page, only_colours=scheme != schemes[0]) == [], (layer, width)
