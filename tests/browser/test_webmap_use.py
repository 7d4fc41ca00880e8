"""What a reader does with the map in Chromium: searches, shares, prints, finds gap areas, changes language."""

from __future__ import annotations

import io
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import shapely

from pipelines.config.region import Bakgrundskarta
from pipelines.core.files import read_polygons, read_shapes, read_table
from pipelines.publish.webmap import earlier, webmap_ground, write_webmap
from tests.browser.test_webmap_browser import TO_DEGREES, T, centre, facts
from tests.publish import synthetic_tables

pytestmark = pytest.mark.browser
EN = write_webmap.webmap_page.texts("en")
BOUNDS = [[57.6, 11.9], [57.8, 12.2]]
SHAPES = {"granser": [], "lansgrans": [], "grannar": [], "bounds": BOUNDS, "kommuner": [], "orter": []}


def state(page) -> dict[str, str]:
    return page.evaluate("Object.fromEntries(new URLSearchParams(location.hash.slice(1)))")


def test_the_address_holds_the_view_and_back_undoes_a_choice(small, opened):
    page, seen = opened(small.built(write_webmap.OPEN))
    cells = read_table(small.table("oppen_rutnat_250m"))
    rutid = cells[cells["adresser_band"] != "0"].iloc[3]["rutid_scb"]
    page.click("#lager-plan")
    page.click("#troskel-1000")
    page.evaluate("p => { karta.setView(p, 13.5, { animate: false }); bredband.cursorAt(p); }", centre(rutid))
    assert state(page)["lager"] == "plan"
    assert state(page)["hast"] == "1000"
    assert (state(page)["z"], state(page)["ruta"]) == ("13.5", rutid)
    address = page.url
    other, _ = opened(small.built(write_webmap.OPEN_EN), at="#" + address.split("#")[1])
    assert other.is_checked("#lager-plan")
    assert facts(other)["rutid_scb"] == rutid
    assert other.evaluate("karta.getZoom()") == 13.5
    assert other.get_attribute("#sprak", "href") == "bredbandskarta.html#" + address.split("#")[1]
    page.go_back()
    assert facts(page) == {}
    page.go_back()
    page.wait_for_function("document.querySelector('#troskel-100').checked")
    assert page.is_checked("#lager-plan")
    page.go_forward()
    page.wait_for_function("document.querySelector('#troskel-1000').checked")
    assert seen.messages == []


@pytest.mark.parametrize("hash_", ["#lager=nej&hast=7&z=abc&ruta=../..&omrade=<img>", "#z=99&lat=1e9&lng=NaN", "#%"])
def test_a_broken_address_is_a_new_page(small, opened, hash_):
    page, seen = opened(small.built(write_webmap.OPEN), at=hash_)
    assert page.is_checked("#lager-klass")
    assert facts(page) == {}
    assert seen.messages == []


def test_search_by_keyboard_for_a_name_and_an_id(small, visited):
    page, seen = visited(small.built(write_webmap.OPEN))
    page.focus("#sok")
    page.keyboard.type("TESTB")
    assert page.get_attribute("#sok", "aria-expanded") == "true"
    page.keyboard.press("Enter")
    assert page.input_value("#sok") == "Testby"
    e, n = page.evaluate("bredband.sweref.forward(karta.getCenter().lat, karta.getCenter().lng)")
    assert 320_000 < e < 323_000
    assert 6_400_000 < n < 6_402_500
    page.fill("#sok", "onerror")
    assert synthetic_tables.HOSTILE in page.inner_text("#sok-lista")
    row = read_table(small.table("rutnat_250m")).iloc[7]
    for text in (row["rutid_scb"], row["rutid_inspire"], row["rutid_inspire"].removeprefix("SE_")):
        page.evaluate("bredband.view.cursor.clear()")
        page.fill("#sok", text)
        page.press("#sok", "Enter")
        assert facts(page)["rutid_scb"] == row["rutid_scb"]
        assert facts(page)["rutid_inspire"] == row["rutid_inspire"]
    page.fill("#sok", "9997506999750")
    assert page.inner_text("#sok-besked") == T["sok_utanfor"]
    page.fill("#sok", "finns inte alls")
    assert page.inner_text("#sok-besked") == T["sok_tomt"].format(text="finns inte alls")
    field, said = (page.locator(x).bounding_box() for x in ("#sok", "#sok-besked"))
    assert 0 <= said["y"] - field["y"] - field["height"] < 10, "at the field"
    assert seen.dialogs == []
    assert page.locator("img").count() == 0


def test_search_is_folded_best_first_and_tells_what_and_where(county, visited):
    page, _ = visited(county.built(write_webmap.OPEN))

    def found(text):
        page.fill("#sok", text)
        rows = page.locator("#sok-lista li")
        return [tuple(rows.nth(i).locator("span").all_inner_texts()) for i in range(rows.count())]

    assert found("goteborg")[0] == ("Göteborg", "kommun")
    assert found("dals ed")[0] == ("Dals-Ed", "kommun")
    assert found("1438") == [("Dals-Ed", "kommun")]
    assert found("Å")[0] == ("Åmål", "kommun")
    assert ("Åmål", "tätort, Åmål") in found("åmål")
    assert found("amal")[0] == ("Åmål", "kommun")
    starts = [name for name, _ in found("bor")]
    assert starts[0] == "Borås"
    assert all(name.lower().startswith(("bor", "bör")) for name in starts[:2])
    page.wait_for_selector("html[data-grund=ja]", timeout=30_000)
    assert found("e6")[0][0] == found("E 6")[0][0] == "E 6"
    assert found("e6")[0][1].startswith(f"{T['sok_vagnummer']}, ")
    for text in ("å", "bo", "ed", "bygatan"):
        rows = found(text)
        assert len(rows) == len(set(rows)), "each once"


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_road_is_searched_for_and_a_cell_at_it_answers(small, visited, language):
    """The road's name stands once a kommun it runs in; the cell that answers lies at the road, and is lived in."""
    page, seen = visited(small.built(write_webmap.OPEN if language == "sv" else write_webmap.OPEN_EN))
    page.wait_for_selector("html[data-grund=ja]", timeout=30_000)
    words = T if language == "sv" else EN
    page.fill("#sok", "kyrkvagen")
    rows = page.locator("#sok-lista li")
    told = [tuple(rows.nth(i).locator("span").all_inner_texts()) for i in range(rows.count())]
    cells = read_table(small.table("oppen_rutnat_250m")).set_index("rutid_scb")
    lines = read_shapes(small.table("vagar"))
    road = shapely.union_all(lines.loc[lines["namn"] == "Kyrkvägen <b>", "geometry"].to_numpy())
    e, n = (cells.index.str[a:b].astype(int).to_numpy() for a, b in ((0, 6), (6, 13)))
    beside = shapely.intersects(shapely.box(e, n, e + 250, n + 250), road)
    kommuner = set(cells.loc[beside, "kommunnamn"])
    assert set(told) == {("Kyrkvägen <b>", f"{words['sok_vag']}, {k}") for k in kommuner}
    assert len(told) == len(kommuner), "each once"
    page.press("#sok", "Enter")
    chosen = facts(page)["rutid_scb"]
    box = shapely.box(int(chosen[:6]), int(chosen[6:]), int(chosen[:6]) + 250, int(chosen[6:]) + 250)
    assert shapely.distance(box, road) <= 500
    assert cells.loc[chosen, "adresser_band"] != "0"
    head = page.inner_text("#fakta h4:first-child")
    assert head.startswith("Kyrkvägen <b>, ") and told[0][1].split(", ")[1] in head
    assert page.inner_text("#fakta .not") == words["kort_vag"]
    assert page.locator("#fakta .oversikt").is_visible()
    assert page.inner_text("#fakta-kort").startswith("Kyrkvägen <b>. ")
    assert page.evaluate("karta.getZoom()") == 15
    assert state(page)["ruta"] == chosen
    page.locator("#karta").click(position={"x": 60, "y": 60})
    assert words["kort_vag"] not in page.inner_text("#fakta")
    assert seen.messages == []


def test_a_kommun_that_is_searched_for_has_one_card(county, visited):
    page, _ = visited(county.built(write_webmap.OPEN))
    rows = read_table(county.table("oppen_kommuner")).set_index("kommunkod")
    page.fill("#sok", "bengtsfors")
    page.press("#sok", "Enter")
    told, row = facts(page), rows.loc["1460"]
    assert told["jamfor_kommun"] == f"{row['andel_100_pct']:.1f}\u202f%".replace(".", ",")
    assert told["jamfor_utan"].replace("\u202f", "") == f"ca {int(row['hushall_utan_100_ca'])}"
    better = int((rows["andel_100_pct"] > row["andel_100_pct"]).sum())
    assert told["jamfor_plats"].startswith(f"{better + 1} av 49")
    assert "Här: " in told["jamfor_mal"]
    assert page.get_attribute("#fakta a", "href") == "kommuner/1460.html"
    assert state(page)["kommun"] == "1460"
    assert page.inner_text("#fakta-kort").startswith("Bengtsfors. ")
    page.click("#troskel-1000")
    assert facts(page)["jamfor_kommun"] == f"{row['andel_1000_pct']:.1f}\u202f%".replace(".", ",")


def test_a_click_on_colour_finds_a_cell_somebody_lives_in(county, visited):
    """The chosen cell has addresses, and none that has lies nearer to the click, in metres."""
    page, _ = visited(county.built(write_webmap.OPEN))
    page.click("#lager-plan")  # in cells at every zoom
    cells = read_table(county.table("oppen_rutnat_250m"), ["rutid_scb", "adresser_band"])
    lived = cells.loc[cells["adresser_band"] != "0", "rutid_scb"]
    e, n = (lived.str[a:b].astype(int).to_numpy() + 125 for a, b in ((0, 6), (6, 13)))
    frame = page.locator("#karta").bounding_box()
    for zoom in (7, 8.5, 9.5):
        page.evaluate("z => { karta.setView([58.1, 12.7], z, { animate: false }); }", zoom)
        for x, y in ((0, 0), (-31, 43), (40, 17)):
            on = [int(frame["x"] + frame["width"] / 2 + x), int(frame["y"] + frame["height"] / 2 + y)]
            page.mouse.click(*on)
            chosen = facts(page)["rutid_scb"]
            ce, cn = page.evaluate(
                "p => { const q = karta.containerPointToLatLng(p); return bredband.sweref.forward(q.lat, q.lng); }",
                [on[0] - frame["x"], on[1] - frame["y"]],
            )
            far = np.hypot(int(chosen[:6]) + 125 - ce, int(chosen[6:]) + 125 - cn)
            assert far <= np.hypot(e - ce, n - cn).min() + 1, zoom


def asked_for_its_place(page, said: str) -> str:
    page.click("#min-plats")
    page.wait_for_function("t => document.querySelector('#plats-besked').textContent.startsWith(t)", arg=said[:12])
    return page.inner_text("#plats-besked")


def test_own_place_is_told_as_surely_as_it_is_known(small, opened):
    rutid = read_table(small.table("oppen_rutnat_250m")).iloc[40]["rutid_scb"]
    at = centre(rutid)

    def where(accuracy, lat=at["lat"], lng=at["lng"]):
        return {"latitude": lat, "longitude": lng, "accuracy": accuracy}

    page, seen = opened(small.built(write_webmap.OPEN), geolocation=where(20), permissions=["geolocation"])
    before = page.evaluate("karta.getCenter().lat.toFixed(4)")
    assert asked_for_its_place(page, T["plats_funnen"]) == T["plats_funnen"].format(m=20)
    assert facts(page)["rutid_scb"] == rutid
    ring = page.locator("path.egen-plats-ring").bounding_box()
    metres = page.evaluate("156543.034 * Math.cos(karta.getCenter().lat * Math.PI / 180) / 2 ** karta.getZoom()")
    assert ring["width"] * metres == pytest.approx(2 * 20 + 2.5 * metres, abs=metres), "and its stroke"
    assert (state(page)["lat"], "ruta" in state(page)) == (before, False), "the place is not in the address"
    page.evaluate("void karta.panBy([40, 0], { animate: false })")
    page.click("#troskel-1000")
    assert (state(page)["hast"], "ruta" in state(page)) == ("1000", False)
    assert state(page)["lat"] == before
    page.check("#dela-plats")
    assert state(page)["ruta"] == rutid, "but for when it is asked for"
    page.evaluate("bredband.view.cursor.clear()")

    def moved(place, said):
        page.evaluate("document.querySelector('#plats-besked').textContent = ''")
        page.context.set_geolocation(place)
        return asked_for_its_place(page, said)

    # The browser may keep a place for a minute.
    page.evaluate(
        """() => { const asked = navigator.geolocation.getCurrentPosition.bind(navigator.geolocation);
        navigator.geolocation.getCurrentPosition = (a, b, o) => asked(a, b, { ...o, maximumAge: 0 }); }"""
    )
    assert moved(where(5000), T["plats_oviss"]) == T["plats_oviss"].format(m="5\u202f000", ruta=250)
    assert facts(page) == {}
    assert page.locator("path.egen-plats-ring").count() == 1
    assert T["plats_grans"] in moved(where(100, lng=at["lng"] + 100 / 60_000), T["plats_funnen"])
    page.click("#hela-lanet")
    page.evaluate("bredband.view.cursor.clear()")
    view = page.url
    assert moved(where(5, 57.78, 14.16), T["plats_utanfor"]) == T["plats_utanfor"], "Jönköping"
    lng, lat = TO_DEGREES.transform(326_100, 6_401_000)
    assert moved(where(5, lat, lng), T["plats_utanfor"]) == T["plats_utanfor"], "within the box, not the county"
    assert (page.url, facts(page)) == (view, {})
    assert len([r for r in seen.requests if r != "data:,"]) == 1


def test_a_refused_place_is_told_at_the_button(small, opened):
    refused, _ = opened(small.built(write_webmap.OPEN), permissions=[])
    assert asked_for_its_place(refused, T["plats_nekad"]) == T["plats_nekad"]
    button, said = (refused.locator(x).bounding_box() for x in ("#min-plats", "#plats-besked"))
    assert 0 <= button["y"] - said["y"] - said["height"] < 40


def test_on_a_phone_the_map_stays_and_the_sheet_has_legend_and_answer(county, opened):
    page, _ = opened(county.built(write_webmap.OPEN), 390, 844, device_scale_factor=3, has_touch=True, is_mobile=True)
    page.click("#lager-plan")  # in cells at every zoom
    frame = page.locator("#karta").bounding_box()
    page.touchscreen.tap(frame["x"] + 150, frame["y"] + frame["height"] - 100)
    page.wait_for_selector(".fakta.oppen")
    page.wait_for_timeout(400)
    assert page.locator("#karta").bounding_box() == frame, "the map has not moved"
    sheet = page.locator(".fakta.oppen").bounding_box()
    assert (round(sheet["y"] + sheet["height"]), sheet["height"] <= 0.43 * 844) == (844, True)
    chosen = page.locator("path.markering").bounding_box()
    assert chosen["y"] + chosen["height"] <= sheet["y"], "what was chosen is in sight"
    assert page.locator("#legend-rad li").first.is_visible()
    assert page.locator("#fakta .oversikt").is_visible()
    page.click("#fakta-stang")
    assert page.locator(".fakta.oppen").count() == 0
    page.fill("#sok", "dals ed")
    page.press("#sok", "Enter")
    page.wait_for_selector(".fakta.oppen")
    page.go_back()
    page.wait_for_function("!location.hash.includes('kommun=')")
    assert page.locator(".fakta.oppen").count() == 0, "back from a kommun nothing is chosen, and nothing told"


def test_the_legend_is_in_sight_after_a_click(county, visited):
    page, _ = visited(county.built(write_webmap.OPEN))
    page.evaluate("void karta.setZoom(10, { animate: false })")
    page.locator("#karta").click(position={"x": 350, "y": 300})
    for part in ("#legend li:last-child", "#fakta .oversikt"):
        box = page.locator(part).bounding_box()
        assert 0 <= box["y"] <= box["y"] + box["height"] <= 800, part


@pytest.mark.parametrize("how", ["no script", "old browser"])
def test_without_script_there_is_a_picture_and_nothing_dead(small, opened, how):
    more = {"java_script_enabled": False} if how == "no script" else {"before": "delete window.DecompressionStream;"}
    page, seen = opened(small.built(write_webmap.OPEN), wait=False, **more)
    page.wait_for_selector(".bild svg")
    assert page.locator(".bild path").count() == 2
    shares = read_table(small.table("oppen_kommuner"))["andel_100_pct"]
    titles = " ".join(page.locator(".bild title").all_text_contents())
    assert all(f"{x:.1f}".replace(".", ",") in titles for x in shares if x == x and x < 100)
    links = page.eval_on_selector_all(".bild a", "all => all.map(e => e.getAttribute('href'))")
    assert sorted(links) == ["kommuner/1401.html", "kommuner/1480.html"]
    assert page.locator(".nyckeltal li").count() == 3
    assert page.locator("#kommuntabell").is_visible()
    # In the old browser the table sorts all the same.
    dead = page.locator("button:visible, input:visible, select:visible")
    assert dead.count() == (0 if how == "no script" else page.locator("#kommuntabell button:visible").count())
    assert not page.locator("#karta").is_visible()
    assert [r for r in seen.requests if not r.startswith("data:")] == [page.url]


def test_gap_areas_are_the_published_ones(county, visited, opened):
    page, _ = visited(county.built(write_webmap.OPEN))
    areas = read_table(county.table("oppen_bristomraden")).set_index("bristomrade_id")
    page.click("#troskel-30")
    page.click("#matt-passerad")
    own = areas[(areas["troskel_mbit"] == 30) & (areas["matt"] == "passerad")]
    page.wait_for_selector("#omradestabell tbody tr")
    page.wait_for_function("t => document.querySelector('#omradestabell caption').textContent.includes(t)", arg="30")
    for k in (0, 3, 9):
        page.locator("#omradestabell tbody button").nth(k).press("Enter")
        shown = facts(page)
        row = own.loc[shown["bristomrade_id"]]
        assert shown["rutor"] == f"{row['rutor']:,}".replace(",", "\u202f")
        assert shown["omrade_kostnad_klass"] == T["kostnad"][row["kostnad_klass"]]
        for name in ("adresser", "hushall", "hushall_utan"):
            least, most = (
                f"{int(row[f'{name}_{end}']):,}".replace(",", "\u202f")
                if row[f"{name}_{end}"] == row[f"{name}_{end}"]
                else ""
                for end in ("minst", "hogst")
            )
            expected = least if least == most else f"{least}–{most}" if most else f"minst {least}"
            if least == "0" != most:
                expected = f"högst {most}" if most else "–"
            assert shown[f"omrade_{name}"] == expected
        assert state(page)["omrade"] == shown["bristomrade_id"]
    counted = page.evaluate("bredband.view.areas.pair({ troskel: 30, matt: 'passerad' }).count")
    assert counted == len(own)
    again, _ = opened(county.built(write_webmap.OPEN), at="#" + page.url.split("#")[1])
    assert facts(again)["bristomrade_id"] == shown["bristomrade_id"]


def test_a_gap_area_is_named_by_its_way_from_the_nearest_place(county, visited):
    """Some cell of the area lies as far, and in the direction, that its name says; no place is nearer."""
    page, _ = visited(county.built(write_webmap.OPEN))
    orter = read_polygons(county.table("orter"))
    middles = np.column_stack([orter.centroid.x, orter.centroid.y])
    streck = ["norr", "nordost", "öster", "sydost", "söder", "sydväst", "väster", "nordväst"]
    page.wait_for_selector("#omradestabell tbody tr")
    named = page.evaluate(
        """() => { const { areas } = bredband.view, state = { troskel: 100, matt: 'tillgang' };
        return areas.ranked(state).slice(0, 40).map(a => [areas.name(state, a),
          [...areas.members(state, a)].map(i => areas.facts.corner(i))]); }"""
    )
    listed = page.locator("#omradestabell tbody button").all_inner_texts()
    assert listed == [name for name, _ in named[: len(listed)]]
    away_from_places = 0
    for name, corners in named:
        e, n = np.array(corners).T + 125
        every = np.hypot(e[:, None] - middles[:, 0], n[:, None] - middles[:, 1]).min(axis=0)
        told = re.fullmatch(r".+, (\d+) km (\w+) om (.+)", name)
        if not told:
            own = (orter["namn"] == name.split(", nära ")[1]).to_numpy()
            assert every[own].min() <= min(1050, every.min() + 50)
            continue
        own = middles[(orter["namn"] == told[3]).to_numpy()]  # two places may share a name
        east, north = e[:, None] - own[:, 0], n[:, None] - own[:, 1]
        off = (np.degrees(np.arctan2(east, north)) - 45 * streck.index(told[2]) + 180) % 360 - 180
        assert ((abs(np.hypot(east, north) - 1000 * int(told[1])) <= 525) & (abs(off) <= 23)).any(), name
        away_from_places += 1
    assert away_from_places >= 5


def test_internal_gap_areas_are_those_of_the_table(small, visited):
    page, _ = visited(small.built(write_webmap.INTERNAL))
    areas = read_table(
        small.table("bristomraden"), ["bristomrade_id", "prioritet", "rutor", "schakt_m", "hushall_utan"]
    )
    own = areas[areas["bristomrade_id"].str.startswith("100-tillgang")].sort_values("prioritet")
    page.wait_for_selector("#omradestabell tbody tr")
    for k, row in enumerate(own.head(5).to_dict("records")):
        page.locator("#omradestabell tbody button").nth(k).click()
        shown = facts(page)
        assert shown["bristomrade_id"] == row["bristomrade_id"]
        assert shown["omrade_prioritet"] == str(row["prioritet"])
        assert shown["omrade_schakt_m"] == f"{int(row['schakt_m'] + 0.5):,} m".replace(",", "\u202f")
        assert abs(float(shown["omrade_hushall_utan"].replace(",", ".")) - row["hushall_utan"]) <= 0.05 + 1e-9


def test_legend_counts_what_is_in_view(county, visited):
    page, _ = visited(county.built(write_webmap.OPEN))
    cells = read_table(county.table("oppen_rutnat_250m"))
    page.click("#visa-omraden")  # in cells at every zoom
    every = f"{(cells['adresser_band'] != '0').sum():,}".replace(",", "\u202f")
    assert every in page.inner_text("#legend-antal")
    page.evaluate("void karta.setView([58.2, 12.7], 12, { animate: false })")
    inside = page.evaluate(
        """() => { const b = karta.getBounds(), g = bredband.grid, f = g.fields.adresser_band; let n = 0;
        for (let i = 0; i < g.count; i++) {
          const e = (g.column0 + Math.floor(g.place[i] / g.rows) + .5) * g.size;
          const no = (g.row0 + g.place[i] % g.rows + .5) * g.size;
          if (f.texts[f.values[i]] !== '0' && b.contains(bredband.sweref.inverse(e, no))) n++; }
        return n; }"""
    )
    assert inside > 100
    shown = page.inner_text("#legend-antal").replace("\u202f", "")
    assert abs(int("".join(c for c in shown if c.isdigit())) - inside) <= 2


def test_the_legend_counts_each_class_as_the_open_table_has_it(county, visited):
    """Cells of few addresses, and planned ones, are counted in their own class, as on the pages and in print."""
    page, _ = visited(county.built(write_webmap.OPEN))
    cells = read_table(county.table("oppen_rutnat_250m"))
    page.click("#visa-omraden")  # in cells at every zoom
    counted = page.evaluate(
        """() => { const rows = [...document.querySelectorAll('#legend li, #monster li')];
        return Object.fromEntries(rows.map(e => e.innerText.split('\\n'))); }"""
    )
    many = cells["klass_tillgang_100"].value_counts()
    for code, label in T["klass"].items():
        told = counted.pop(label, "0").replace("\u202f", "")
        assert told == str(many.get(code, 0)), code
    planned = cells["planerad"] & ~cells["klass_tillgang_100"].isin(["tackt", "fa_minst_halften", "ingen_adress"])
    assert counted[T["legend_planerad"]].replace("\u202f", "") == str(int(planned.sum()))


def test_the_sorted_column_stays_sorted_when_the_speed_changes(small, visited, county):
    page, _ = visited(county.built(write_webmap.OPEN))
    page.click("#kommuntabell th.tillgang_100[data-slag=andel] button")
    page.click("#kommuntabell th.tillgang_100[data-slag=andel] button")
    for t in (1000, 30):
        page.click(f"#troskel-{t}")
        assert page.get_attribute(f"#kommuntabell th.tillgang_{t}[data-slag=andel]", "aria-sort") == "descending"
        shown = page.eval_on_selector_all(
            f"#kommuntabell td.tillgang_{t}:nth-child(1 of .tillgang_{t})", "all => all.map(e => Number(e.dataset.v))"
        )
        assert len(shown) == 49
        assert shown == sorted(shown, reverse=True)
        assert page.locator("#kommuntabell [aria-sort]").count() == 1


def test_demo_and_internal_stand_one_below_the_other_however_far_down_one_reads(small, visited):
    page, _ = visited(small.built(write_webmap.INTERNAL))
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        page.evaluate("window.scrollTo(0, 900)")
        demo, internal = (page.locator(f".banner.{mark}").bounding_box() for mark in ("demo", "intern"))
        assert (demo["y"], internal["y"]) == (0, demo["height"]), width


def test_the_demo_mark_stays_in_sight_and_is_on_every_printed_sheet(small, visited):
    from pypdf import PdfReader

    page, _ = visited(small.built(write_webmap.OPEN))
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    assert page.locator(".banner.demo").bounding_box()["y"] == 0
    sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert len(sheets) >= 2
    assert all("DEMO" in sheet.extract_text() for sheet in sheets)


def test_english_page_says_the_same(small, visited):
    page, seen = visited(small.built(write_webmap.OPEN_EN))
    assert page.get_attribute("html", "lang") == "en"
    assert page.title() == "DEMO – Broadband in Västra Götaland"
    cells = read_table(small.table("oppen_rutnat_250m"))
    row = cells[cells["klass_tillgang_100"] != "ingen_adress"].iloc[0]
    page.evaluate("p => { bredband.cursorAt(p); }", centre(row["rutid_scb"]))
    assert facts(page)["underlag"] == EN["underlag"][row["underlag"]]
    assert "1,000" in page.inner_text("#val")
    assert not set("åäö") & set(page.inner_text("#val"))
    assert seen.messages == []


def test_report_of_an_error_names_the_cell(small, visited):
    page, _ = visited(small.built(write_webmap.OPEN))
    rutid = read_table(small.table("oppen_rutnat_250m")).iloc[5]["rutid_scb"]
    page.evaluate("p => { bredband.cursorAt(p); }", centre(rutid))
    link = page.get_attribute("#rapportera", "href")
    # The goal is written in passerad; it is shown beside tillgång too, and says so.
    assert facts(page)["jamfor_mal"].startswith("99,9\u202f% av hushållen ska ha minst 100 Mbit/s, passerad.")
    assert link.startswith("mailto:bredband@example.org?subject=")
    assert rutid in link


def test_no_background_before_it_is_asked_for_and_then_only_its_host(tmp_path, opened):
    region, paths = synthetic_tables.tiny(tmp_path)
    page, _ = opened(_with_background(region, paths, ""))
    assert page.locator("#visa-bakgrund").count() == 0
    path = _with_background(region, paths, "https://kartor.example.org/{z}/{x}/{y}.png")
    page, seen = opened(path)
    assert "https://kartor.example.org" in page.get_attribute("meta[http-equiv]", "content")
    assert [r for r in seen.requests if r != "data:,"] == [path.as_uri()]
    page.check("#visa-bakgrund")
    page.wait_for_timeout(300)
    asked = [r for r in seen.requests if r.startswith("http")]
    assert asked
    assert all(r.startswith("https://kartor.example.org/") for r in asked)
    assert "© Någon" in page.inner_text(".krediter")


def _with_background(region, paths, url: str) -> Path:
    background = Bakgrundskarta(url=url, kredit="© Någon")
    publishing = region.publicering.model_copy(update={"bakgrundskarta": background})
    write_webmap.write_open(
        region.model_copy(update={"publicering": publishing}), paths, (SHAPES, webmap_ground.read(paths))
    )
    return paths.built(write_webmap.OPEN)


def test_before_and_after(tmp_path, opened, monkeypatch):
    """Every class one step lower before, but for the first cell, which is new: seen as higher and as new."""
    region, paths = synthetic_tables.tiny(tmp_path)
    cells = read_table(paths.table("oppen_rutnat_250m"))
    lower = {"utan": "utan", "mindre_del": "utan", "storre_del": "mindre_del", "tackt": "storre_del"}
    lower |= {"fa_minst_halften": "fa_under_halften", "fa_under_halften": "fa_under_halften"}
    lower |= {name: name for name in ("ingen_adress", "ej_redovisad")}
    names = [c for c in cells if c.startswith("klass_")]
    then = cells[["rutid_scb", *names]].iloc[1:].copy()
    for name in names:
        then[name] = then[name].map(lower)
    monkeypatch.setattr(earlier, "published", lambda _: then)
    before = SimpleNamespace(facts={"pts_datum": "2023-10-01"})
    write_webmap.write_open(region, paths, (SHAPES, webmap_ground.read(paths)), before)
    page, seen = opened(paths.built(write_webmap.OPEN))
    page.click("#lager-forandring")
    lived = cells[cells["klass_tillgang_100"] != "ingen_adress"]
    lowest = ["utan", "fa_under_halften", "ej_redovisad"]
    better = lived[~lived["klass_tillgang_100"].isin(lowest) & (lived.index > 0)]
    page.evaluate("p => { karta.setView(p, 11, { animate: false }); }", centre(cells.iloc[100]["rutid_scb"]))
    first = page.locator("#legend li").first
    assert first.inner_text().split("\n")[0] == T["forandring"]["battre"]
    assert first.locator(".antal").inner_text() == str(len(better))
    row = better.iloc[0]
    page.evaluate("p => { bredband.cursorAt(p); }", centre(row["rutid_scb"]))
    assert facts(page)["fore"] == T["klass"][lower[row["klass_tillgang_100"]]]
    page.click("#lager-klass")
    page.click("#tid-fore")
    assert "1 oktober 2023" in page.inner_text("#matt-not")
    assert state(page)["tid"] == "fore"
    assert seen.messages == []


def test_without_an_earlier_edition_there_is_no_switch(small, visited):
    page, _ = visited(small.built(write_webmap.OPEN))
    assert page.locator("#lager-forandring, [name=tid]").count() == 0


def test_print_shows_the_map_and_no_controls(small, visited):
    page, _ = visited(small.built(write_webmap.OPEN), color_scheme="dark")
    page.emulate_media(media="print")
    assert not page.locator("#val").is_visible()
    assert page.locator("#karta").is_visible()
    assert page.locator("#kommuntabell").is_visible()
    assert page.locator(".banner.demo").is_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--papper').trim()") == "#ffffff"


def test_nothing_is_lost_at_400_percent(small, visited):
    """320 CSS pixels wide: every control is there, nothing goes beyond the edge but tables that scroll."""
    page, _ = visited(small.built(write_webmap.OPEN), 320, 256)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    beyond = page.evaluate(
        """() => [...document.querySelectorAll('body *')].filter((e) => {
          const r = e.getBoundingClientRect();
          return r.width && r.right > 321 && !e.closest('.rullbar, .leaflet-map-pane, .dold');
        }).map((e) => e.outerHTML.slice(0, 80))"""
    )
    assert beyond == []


def test_the_button_prints_the_whole_county_on_one_page_with_all_that_a_map_needs(county, opened):
    from pypdf import PdfReader

    page, _ = opened(county.built(write_webmap.OPEN), before="window.print = () => {};")
    before = page.evaluate("[karta.getZoom(), karta.getCenter().lat]")
    page.locator("#skriv-ut").click()
    page.evaluate(
        """addEventListener('beforeprint', () => {
          const s = karta.getSize(), corners = bredband.view.bounds.map(p => karta.latLngToContainerPoint(p));
          window.inFrame = corners.every(({ x, y }) => x >= 0 && y >= 0 && x <= s.x && y <= s.y) && s.x; })"""
    )
    (sheet,) = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    wide = page.evaluate("window.inFrame")
    assert wide == pytest.approx(182 / 25.4 * 96, abs=3), "the frame of a sheet, and all of the län within it"
    text = sheet.extract_text()
    for part in ("DEMO", "km", "1 oktober 2025", "Källa: PTS", "Kommunens andel", "under 80"):
        assert part in text.replace("\u202f", " ").replace("\u00a0", " "), part
    assert "Ingen plats" not in text
    page.wait_for_function("!document.documentElement.classList.contains('papper')")
    assert page.evaluate("[karta.getZoom(), karta.getCenter().lat]") == [before[0], pytest.approx(before[1], abs=0.03)]
