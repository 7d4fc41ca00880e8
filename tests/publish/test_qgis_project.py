"""The QGIS projects, read with zipfile and ElementTree: what they point at is there, and the same bytes come twice."""

from __future__ import annotations

import re
import shutil
import sqlite3
import xml.etree.ElementTree as ET
import zipfile
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import pytest
import tiny_tables as tiny

from pipelines.core.files import sha256
from pipelines.core.ledger import Ledger
from pipelines.core.paths import Paths
from pipelines.disclosure import make_open_areas, make_open_tables
from pipelines.publish.geopackage import write_geopackage
from pipelines.publish.open_data import write_open_data
from pipelines.publish.products import LAYERS
from pipelines.publish.qgis import write_projects
from pipelines.publish.qgis.project import project_editions, project_package
from pipelines.publish.raster import write_rasters
from pipelines.publish.words import codes
from pipelines.tables import open_contracts
from tests.made_ledgers import complete

PROJECTS = ("out/bredband.qgz", "maps/data/bredband_oppen.qgz")
SECRET = "Avtal 7 med Hemligt AB"


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    return build(tmp_path_factory.mktemp("qgz"), beside=BESIDE)


BESIDE = (write_geopackage, write_open_data, write_rasters)
"""The products whose files the projects name; none is read when a project is written."""


def build(
    folder: Path, demo: bool = True, ground: tuple[tuple[str, str, str], ...] = (), beside: tuple[ModuleType, ...] = ()
) -> Paths:
    """Build the projects; ``ground`` are step, publisher and licence of files that it is drawn from."""
    shutil.copytree(_tables(demo).name, folder, dirs_exist_ok=True)
    region, paths = tiny.load_region(tiny.CONFIG), Paths(tiny.CONFIG, *(folder / x for x in ("raw", "out", "maps")))
    for step, publisher, licence in ground:
        tiny.used_file(paths, step, {"lantmateriet": "byggnader"}.get(step, step), publisher, licence)
    row = {
        "fil": "x",
        "roll": "tackning",
        "anvand": True,
        "utgivare": "enligt avtal",
        "licens": SECRET,
        "referensdatum": "2025-06-30",
    }
    Ledger("tackning", facts=complete("tackning", {"filer": [row]})).save(paths.ledger("tackning"))
    for product in (*beside, write_projects):
        product.run(region, paths)
    return paths


@cache
def _tables(demo: bool) -> TemporaryDirectory[str]:
    """Return a folder with all that the products are made from, made once a process: to copy, not to write in."""
    folder = TemporaryDirectory()
    region, paths = tiny.write(Path(folder.name), demo)
    make_open_areas.run(region, paths)
    make_open_tables.run(region, paths)
    return folder


def text_of(path: Path) -> str:
    with zipfile.ZipFile(path) as packed:
        assert packed.namelist() == [f"{path.stem}.qgs"]
        return packed.read(f"{path.stem}.qgs").decode()


def root_of(path: Path) -> ET.Element:
    return ET.fromstring(text_of(path).split("\n", 1)[1])


@pytest.mark.parametrize("name", PROJECTS)
def test_every_layer_it_names_is_beside_it(paths: Paths, name: str) -> None:
    path = paths.built(name)
    layers = root_of(path).findall("projectlayers/maplayer")
    assert len(layers) >= 12
    for layer in layers:
        source = layer.findtext("datasource") or ""
        file, _, table = source.partition("|layername=")
        assert file.startswith("./"), "relative, so that the folder can be moved"
        assert (path.parent / file).is_file()
        if table:
            with closing(sqlite3.connect(path.parent / file)) as db:
                rows = db.execute("SELECT 1 FROM gpkg_contents WHERE table_name = ?", (table,)).fetchall()
            assert rows == [(1,)]


@pytest.mark.parametrize("name", PROJECTS)
def test_tree_themes_sheets_and_relations_name_layers_and_styles_that_exist(paths: Paths, name: str) -> None:
    root = root_of(paths.built(name))
    styles = {
        layer.findtext("id"): [s.get("name") for s in layer.findall("map-layer-style-manager/map-layer-style")]
        for layer in root.findall("projectlayers/maplayer")
    }
    assert [n.get("id") for n in root.find("layer-tree-group").iter("layer-tree-layer")] == list(styles)
    themes = {t.get("name"): t.findall("layer") for t in root.findall("visibility-presets/visibility-preset")}
    assert {f"{t} Mbit/s, {m}" for t in (30, 100, 1000) for m in ("tillgång", "passerade")} <= set(themes)
    for shown in themes.values():
        assert all(x.get("style") in styles[x.get("id")] for x in shown)
    sheets = root.findall("Layouts/Layout")
    named = [f"A3 länet, {t} Mbit/s" for t in (100, 30, 1000)]
    assert [s.get("name") for s in sheets] == [*named, "A3 en sida per kommun"]
    for sheet in sheets:
        maps = [x for x in sheet.findall("LayoutItem") if x.get("type") == "65639"]
        assert [x.get("followPresetName") in themes for x in maps] == [True]
        assert all(x.get("id") in styles for x in sheet.iter("layer-tree-layer"))
    ends = {r.get(e) for r in root.iter("relation") for e in ("referencingLayer", "referencedLayer")}
    assert ends <= set(styles)
    assert all(len(i) > 10 for i in styles), "QGIS replaces shorter ids"


def test_the_first_view_is_the_whole_lan_at_a_scale_with_two_figures() -> None:
    # 207 × 238.5 km on 287 × 277 mm: 861 000 by height, 3 % air: 887 000, so 890 000
    west, south, east, north = project_package.framed((277_000, 6_335_500, 484_000, 6_574_000))
    assert (east - west) == pytest.approx(0.287 * 890_000)
    assert (north - south) == pytest.approx(0.277 * 890_000)
    assert ((west + east) / 2, (south + north) / 2) == pytest.approx((380_500, 6_454_750))


def test_places_are_the_kommuner_and_the_lan(paths: Paths) -> None:
    marks = root_of(paths.built(PROJECTS[0])).findall("Bookmarks/Bookmark")
    assert [m.get("name") for m in marks] == ["Västra Götalands län", "Göteborg", "Härryda"]
    assert marks[2].get("extent") == (  # 1401
        "POLYGON((320000.0 6400000.0, 320500.0 6400000.0, 320500.0 6400750.0, 320000.0 6400750.0, 320000.0 6400000.0))"
    )


def test_a_demo_says_so_in_title_tree_and_sheet_and_a_real_one_nowhere(paths: Paths, tmp_path: Path) -> None:
    real = build(tmp_path, demo=False)
    for name in PROJECTS:
        root = root_of(paths.built(name))
        assert root.findtext("title").startswith("DEMO – ")
        assert all(x.findtext("layername").startswith("DEMO – ") for x in root.findall("projectlayers/maplayer"))
        for sheet in root.findall("Layouts/Layout"):
            assert "DEMO – simulerade data" in [x.get("labelText") for x in sheet.findall("LayoutItem")]
        assert "DEMO" not in text_of(real.built(name))


def test_sources_are_credited_on_the_sheet_and_no_agreement_is_named(paths: Paths) -> None:
    for name in PROJECTS:
        text = text_of(paths.built(name))
        assert SECRET not in text
        sheet = root_of(paths.built(name)).find("Layouts/Layout")
        told = next(x.get("labelText") for x in sheet.findall("LayoutItem") if x.get("id") == "Källor")
        for wanted in (
            "PTS",
            "SCB (CC0)",
            "© Lantmäteriet (CC BY 4.0)",
            "Täckningsuppgifter lämnade enligt avtal",
            "1 oktober 2025",
        ):
            assert wanted in told
        # The run's own id is a hash of all inputs, also those that may not be published.
        assert ("Körning 0123456789ab" in told) == (name == PROJECTS[0])
        assert told.count("\n") >= 3, "a line each"


def test_the_open_project_shows_nothing_internal(paths: Paths) -> None:
    text = text_of(paths.built(PROJECTS[1]))
    assert "adress_id" not in text
    assert not re.search(r'field="(adresser|hushall|befolkning)"', text)
    assert set(re.findall(r"layername=(\w+)", text)) == {
        *("rutnat_250m", "bristomraden", "kommuner", "lan", "grund_vatten", "grund_vagar", "grund_granser")
    }


@pytest.mark.parametrize("name", PROJECTS)
def test_the_ground_lies_under_the_cells_in_every_theme(paths: Paths, name: str) -> None:
    root = root_of(paths.built(name))
    order = [x.get("id") for x in root.findall("layerorder/layer")]
    ground = ["bredband_grund_vagar", "bredband_grund_vatten"]
    at = order.index(ground[0])
    assert order[at : at + 2] == ground
    above, below = order[:at], order[at + 2 :]
    assert {"bredband_rutnat_250m", "bredband_grund_granser", "bredband_klass_tillgang_30"} <= set(above)
    assert {"bredband_kommuner", "bredband_land"} <= set(below)
    for theme in root.findall("visibility-presets/visibility-preset"):
        assert set(ground) <= {x.get("id") for x in theme.findall("layer")}, theme.get("name")
    (roads,) = (x for x in root.findall("projectlayers/maplayer") if x.findtext("id") == ground[0])
    # by the web map's bands: the largest always, the small ones not when the whole län is seen
    assert {r.get("label"): r.get("scalemaxdenom") for r in roads.findall("renderer-v2/rules/rule")} == {
        **dict.fromkeys(("Motorväg (DEMO)", "Landsväg (DEMO)")),
        **dict.fromkeys(("Mindre landsväg (DEMO)", "Huvudgata (DEMO)", "Färjeled (DEMO)"), "500000"),
        **dict.fromkeys(("Lokalgata (DEMO)", "Småväg (DEMO)", "Traktorväg (DEMO)", "Cykelväg (DEMO)"), "75000"),
    }


OSM = ("OpenStreetMaps bidragsgivare", "ODbL 1.0")
CC_BY, ODBL = "http://creativecommons.org/licenses/by/4.0/", "http://opendatacommons.org/licenses/odbl/1.0/"


@pytest.mark.parametrize(
    ("ground", "licence", "credit"),
    [
        ([("vagar", "Lantmäteriet", "CC0")], CC_BY, "Lantmäteriet (CC0), 2025-10-01"),
        ([("vagar", "Trafikverket", "CC0"), ("lantmateriet", *OSM)], CC_BY, "Trafikverket (CC0), 2025-10-01"),
        ([("vagar", *OSM)], ODBL, "© OpenStreetMaps bidragsgivare (ODbL 1.0), 2025-10-01"),
    ],
    ids=["Topografi", "NVDB, och OSM:s byggnader", "OSM"],
)
def test_the_roads_decide_the_licence_of_the_ground_and_of_nothing_else(
    tmp_path: Path, ground: list[tuple[str, str, str]], licence: str, credit: str
) -> None:
    made = build(tmp_path, ground=tuple(ground), beside=(write_open_data,))
    for layer in root_of(made.built(PROJECTS[1])).findall("projectlayers/maplayer"):
        is_ground = "underlagskarta.gpkg" in (layer.findtext("datasource") or "")
        told = layer.findtext("resourceMetadata/license") or ""
        assert told.endswith(licence if is_ground else CC_BY), layer.findtext("id")
        assert is_ground == (layer.findtext("attribution") == credit)
    for name, wanted in (("underlagskarta", licence), ("bredband_oppen", CC_BY)):
        with closing(sqlite3.connect(made.built(f"maps/data/{name}.gpkg"))) as db:
            ((record,),) = db.execute("SELECT metadata FROM gpkg_metadata WHERE mime_type = 'text/xml'").fetchall()
        assert {x for x in (CC_BY, ODBL) if f'"{x}"' in record} == {wanted}
        assert name == "bredband_oppen" or "PTS" not in record
    inside = root_of(made.built(PROJECTS[0])).findall("projectlayers/maplayer")
    assert not any(x.findtext("resourceMetadata/license") for x in inside), "what may not be passed on has none"


def test_same_tables_same_bytes(paths: Paths, tmp_path: Path) -> None:
    again = build(tmp_path)
    for name in PROJECTS:
        assert sha256(again.built(name)) == sha256(paths.built(name))


def test_a_theme_of_a_style_that_does_not_exist_is_an_error(paths: Paths) -> None:
    region, _ = tiny.load_region(tiny.CONFIG), None
    facts = tiny.FACTS
    made = project_editions.internal(region, facts, [], {"1401": (0, 0, 1, 1)})
    broken = project_editions.replace(
        made, themes=(project_editions.project_views.Theme("x", (("lan", "finns inte"),)),)
    )
    with pytest.raises(LookupError, match="finns inte"):
        project_package.document(broken)


def test_every_coded_column_has_words_for_its_codes() -> None:
    coded = [c for t in (*LAYERS, *open_contracts.OPEN_TABLES) for c in t.columns if c.values]
    assert len(coded) > 30
    for column in coded:
        labels = codes.CODES[codes.code_list(column)]
        assert set(labels) == set(column.values)
        assert all(labels.values())


def test_codes_stand_as_enumerations_in_both_geopackages(paths: Paths) -> None:
    for name in ("out/bredband.gpkg", "maps/data/bredband_oppen.gpkg"):
        with closing(sqlite3.connect(paths.built(name))) as db:
            rows = db.execute(
                "SELECT c.column_name, e.value, e.description FROM gpkg_data_columns c"
                " JOIN gpkg_data_column_constraints e USING (constraint_name)"
                " WHERE c.table_name = 'rutnat_250m' AND e.constraint_type = 'enum'"
            ).fetchall()
            unknown = db.execute(
                "SELECT constraint_name FROM gpkg_data_columns WHERE constraint_name IS NOT NULL"
                " EXCEPT SELECT constraint_name FROM gpkg_data_column_constraints"
            ).fetchall()
        assert ("underlag", "statistik", "Modellerat ur statistik") in rows
        assert ("omradestyp", "glesbebyggt", "Glesbebyggt") in rows
        assert unknown == []
