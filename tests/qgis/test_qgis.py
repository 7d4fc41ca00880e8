"""What GIS staff meet: the products opened in real QGIS, without a display, by QGIS's own Python."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "publish"))
sys.path.insert(0, str(Path(__file__).parent))

import running
import tiny_tables as tiny

from pipelines.publish.geopackage.write_geopackage import LAYERS
from pipelines.publish.qgis.style.qgis_gaps import COST_COLOURS, UNKNOWN_COLOUR
from pipelines.publish.words.palette import BASIS_COLOURS, CLASS_COLOURS, CLASS_LABELS, SHARE_COLOURS, rgb

pytestmark = pytest.mark.qgis
ROWS = {
    "rutnat_250m": 5,
    "rutnat_delar": 5,
    "kommuner": 2,
    "lan": 1,
    "adresser": 3,
    "bristomraden": 15 + 12,
    "bristomraden_kommun": 15,
    "bristomraden_rutor": 15,
    "schakt": 15,
    "bristkurva": 30,
    "projekt": 15,
    "projekt_adresser": 15,
    "projekt_schakt": 15,
    "kontrolleras": 1,
    "osakerhet_5km": 1,
    "grund_vatten": 1,
    "grund_vagar": 3,
    "grund_granser": 4,
}
RENDERERS = {
    "rutnat_250m": ("RuleRenderer", 1 + 4 + 1),
    "kommuner": ("RuleRenderer", 1 + 5),
    "lan": ("RuleRenderer", 1),
    "adresser": ("categorizedSymbol", 5),
    "bristomraden": ("RuleRenderer", 2 * (1 + 6)),
    **dict.fromkeys(("schakt", "projekt_schakt"), ("RuleRenderer", 1 + 4)),
    "projekt": ("RuleRenderer", 2 * (1 + 6)),
    **dict.fromkeys(("rutnat_delar", "bristomraden_kommun", "bristomraden_rutor", "bristkurva"), ("", 0)),
    "projekt_adresser": ("", 0),
    "kontrolleras": ("RuleRenderer", 3),
    "osakerhet_5km": ("RuleRenderer", 5),
    "grund_vatten": ("RuleRenderer", 1),
    "grund_vagar": ("RuleRenderer", 9),
    "grund_granser": ("RuleRenderer", 2),
}
FIRST, SECOND, LAST = "3200006400000", "3200006400250", "3210006400500"
"""The cells that are gap areas: modelled at 150 000 kr a household, measured at 30 000, of unknown cost."""
WHITE, LABEL = (255, 255, 255), (34, 34, 34)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str]:
    paths = running.built(tmp_path_factory, "qgis")
    gpkg = paths.built("out/bredband.gpkg")
    rasters = [paths.built(f"out/{name}.tif") for name in ("tackning_250m", "klass_tillgang_100")]
    for path in (gpkg, *rasters):
        path.chmod(0o444)
    return running.qgis("look.py", tmp_path_factory.mktemp("bilder"), gpkg, *rasters)


def test_qgis_complains_of_nothing(seen: tuple[dict[str, Any], str]) -> None:
    told, complaints = seen
    assert told["log"] == []
    lines = [x for x in complaints.splitlines() if x.strip() and "XDG_RUNTIME_DIR" not in x]
    assert lines == []


def test_every_layer_is_valid_and_whole(seen: tuple[dict[str, Any], str]) -> None:
    layers = seen[0]["layers"]
    assert set(layers) == set(ROWS)  # the table of styles is not offered as a layer
    for table in LAYERS:
        layer = layers[table.name]
        assert layer["valid"]
        assert layer["rows"] == ROWS[table.name]
        assert layer["crs"] == ("EPSG:3006" if table.geometry else "")
        assert layer["title"] == f"DEMO – {table.title}"


def test_codes_are_text_and_columns_have_swedish_aliases(seen: tuple[dict[str, Any], str]) -> None:
    for table in LAYERS:
        layer = seen[0]["layers"][table.name]
        for column in table.columns:
            assert layer["aliases"][column.name] == column.alias
            if column.kind == "text":
                assert layer["types"][column.name] == "String"


def test_codes_are_shown_in_words_and_numbers_with_few_decimals(seen: tuple[dict[str, Any], str]) -> None:
    layers = seen[0]["layers"]
    cell = layers["rutnat_250m"]["shown"]
    assert cell["underlag"] == ["ValueMap", "statistik", "Modellerat ur statistik"]
    assert cell["omradestyp"] == ["ValueMap", "glesbebyggt", "Glesbebyggt"]
    assert cell["basta_teknik"] == ["ValueMap", "okand", "Okänd, modellerad"]
    address = layers["adresser"]["shown"]
    assert address["status"] == ["ValueMap", "tillgang", "Tillgång"]
    assert address["hushall"][0] == "Range"
    assert address["hushall"][2].replace(",", ".") == "0.3"  # 1/3 in the file
    assert address["sannolikhet_tillgang_30"][2].replace(",", ".") == "0.667"
    assert layers["bristomraden"]["shown"]["matt"][2].startswith(("Tillgång", "Passerad"))
    assert layers["kommuner"]["shown"]["pts_kalla_30"] == ["ValueMap", "hastighet", "PTS, hastighet"]
    for table in LAYERS:
        coded = {c.name for c in table.columns if c.values}
        kinds = {name: kind for name, (kind, *_) in layers[table.name]["shown"].items()}
        assert {n for n in coded if kinds.get(n, "ValueMap") != "ValueMap"} == set()


def test_default_style_is_applied_with_its_classes(seen: tuple[dict[str, Any], str]) -> None:
    layers = seen[0]["layers"]
    for name, (renderer, classes) in RENDERERS.items():
        assert (layers[name]["renderer"], len(layers[name]["classes"])) == (renderer, classes)
        assert all("(DEMO)" in label for label, colour in layers[name]["classes"] if colour)
    assert [c for _, c in layers["rutnat_250m"]["classes"]][1:-1] == list(SHARE_COLOURS)
    assert layers["kommuner"]["labels"]
    assert layers["adresser"]["min_scale"] == 100_000


def test_the_grid_offers_a_style_per_threshold_measure_and_underlag(seen: tuple[dict[str, Any], str]) -> None:
    measured = {f"DEMO {m} {t}" for m in ("Utan tillgång", "Ej passerade") for t in (30, 100, 1000)}
    layers = seen[0]["layers"]
    underlag = {"DEMO Underlag", *(f"DEMO Underlag {t}" for t in (30, 100, 1000))}
    assert set(layers["rutnat_250m"]["styles"]) == measured | underlag | {"DEMO Bästa teknik", "DEMO Planerad"}
    assert set(layers["bristomraden"]["styles"]) == measured
    for name in ("rutnat_250m", "bristomraden"):
        assert set(layers[name]["switched"]) == set(layers[name]["styles"])
        for style in layers[name]["switched"].values():
            assert style["applied"]
            assert style["errors"] == []
            assert all("(DEMO)" in label for label, colour in style["classes"] if colour)


def colours(shown: dict[str, Any], rutid: str, part: tuple[int, int] = (15, 235)) -> dict[tuple[int, ...], float]:
    """Return the share of each colour within a cell, its edges left out; ``part``: from its corner, in metres."""
    image = np.asarray(Image.open(shown["path"]).convert("RGB"))
    west, south, east, north = shown["extent"]
    e, n = int(rutid[:6]), int(rutid[6:])
    left, right = (int((x - west) / (east - west) * image.shape[1]) for x in (e + part[0], e + part[1]))
    top, bottom = (int((north - y) / (north - south) * image.shape[0]) for y in (n + part[1], n + part[0]))
    pixels = image[top:bottom, left:right].reshape(-1, 3)
    found, count = np.unique(pixels, axis=0, return_counts=True)
    return {tuple(map(int, c)): float(k / len(pixels)) for c, k in zip(found, count, strict=True)}


def main_colour(shown: dict[str, Any], rutid: str) -> tuple[int, ...]:
    found = colours(shown, rutid)
    return max(found, key=lambda c: found[c])


def test_cells_are_drawn_in_their_class_where_they_lie(seen: tuple[dict[str, Any], str]) -> None:
    shown = seen[0]["layers"]["rutnat_250m"]["picture"]
    assert shown["errors"] == []
    # by hand: utan 1 of 4 = 25 %, 10 of 10, no address, 0 of 20, 1 of 3 = 33 %
    classes = (1, 3, None, 0, 1)
    for (rutid, *_), number in zip(tiny.CELLS, classes, strict=True):
        assert main_colour(shown, rutid) == (WHITE if number is None else rgb(SHARE_COLOURS[number]))
        # only the first cell is modelled; the picture is closer than 1:50 000, so that it is hatched
        assert (len(colours(shown, rutid, (15, 70))) > 1) == (rutid == FIRST)
        # expected households without, in whole numbers: 1000, 10 000, none, none, 1000
        assert (colours(shown, rutid).get(LABEL, 0) > 0.001) == bool(number)


def test_underlag_is_drawn_per_threshold(seen: tuple[dict[str, Any], str]) -> None:
    styles = seen[0]["layers"]["rutnat_250m"]["switched"]
    for t in (30, 100, 1000):
        shown = styles[f"DEMO Underlag {t}"]["picture"]
        for rutid, *_, underlag in tiny.CELLS:
            assert main_colour(shown, rutid) == (rgb(BASIS_COLOURS[underlag]) if underlag != "ingen" else WHITE)


def test_gap_areas_are_drawn_by_cost_and_modelled_ones_hatched(seen: tuple[dict[str, Any], str]) -> None:
    layers = seen[0]["layers"]
    cheapest, _, dearer, *_ = map(rgb, COST_COLOURS)
    for name, style in layers["bristomraden"]["switched"].items():
        shown = style["picture"]
        drawn = {r: main_colour(shown, r) for r, *_ in tiny.CELLS}
        # Nobody is without 30 Mbit/s in the first cell, and the second is passed.
        wanted = dict.fromkeys(drawn, WHITE) | {LAST: rgb(UNKNOWN_COLOUR)}
        wanted |= {} if name.endswith(" 30") else {FIRST: dearer}
        wanted |= {} if name == "DEMO Ej passerade 30" else {SECOND: cheapest}
        assert drawn == wanted, name
        if FIRST in wanted and wanted[FIRST] == dearer:
            lines = {c: n for c, n in colours(shown, FIRST).items() if min(c) > min(dearer) + 40}
            assert colours(shown, FIRST)[dearer] > 0.5
            assert sum(lines.values()) > 0.1
            assert colours(shown, SECOND)[cheapest] > 0.95  # all but the label


def test_the_same_style_as_sld_draws_the_same(seen: tuple[dict[str, Any], str]) -> None:
    compared = 0
    for layer in ("rutnat_250m", "bristomraden"):
        for name, style in seen[0]["layers"][layer]["switched"].items():
            told = style["sld"]
            assert (told["read"], told["error"], told["picture"]["errors"]) == (True, "", [])
            for rutid, *_ in tiny.CELLS:
                drawn = main_colour(style["picture"], rutid)
                assert main_colour(told["picture"], rutid) == drawn, (name, rutid)
                compared += drawn != WHITE
    assert compared > 30


def test_labels_of_gap_areas_come_as_the_map_comes_closer(seen: tuple[dict[str, Any], str]) -> None:
    layer = seen[0]["layers"]["bristomraden"]
    assert layer["labels"]
    assert layer["label_scales"] == [
        ['"prioritet" > 0 AND "prioritet" <= 10', 0],
        ['"prioritet" > 10 AND "prioritet" <= 100', 300_000],
        ['"prioritet" > 100 AND "prioritet" <= 1000', 100_000],
        ['"prioritet" > 1000', 40_000],
    ]
    assert len(colours(layer["picture"], SECOND)) > 1  # 1 of 1 in the middle of the cell


def test_the_raster_opens_with_named_bands(seen: tuple[dict[str, Any], str]) -> None:
    told = seen[0]["rasters"]["tackning_250m.tif"]
    assert told["valid"]
    assert told["cog"] == [[], []]  # warnings and errors of GDAL's own validator
    assert told["crs"] == "EPSG:3006"
    assert told["nodata"] == -9999
    assert told["pixel"] == [250, 250]
    assert told["extent"] == [320000, 6400000, 321250, 6400750]
    names = [f"{m}_{t}" for m in ("tillgang", "passerad") for t in (30, 100, 1000)]
    assert [b.split(": ")[1].split(" (")[0] for b in told["bands"]] == names
    assert told["legend"] == [
        [f"{words} % har (DEMO)", colour]
        for words, colour in zip(("0–5", "5–50", "50–95", "95–100"), reversed(SHARE_COLOURS), strict=True)
    ]
    assert (told["renderer"], told["band"]) == ("singlebandpseudocolor", [2])  # the style beside it: tillgang_100
    # shares by hand: 75, 0, none, 100 and 66.7 %
    drawn = [main_colour(told["picture"], rutid) for rutid, *_ in tiny.CELLS]
    assert drawn == [WHITE if n is None else rgb(SHARE_COLOURS[n]) for n in (1, 3, None, 0, 1)]


def test_a_class_raster_opens_with_names_and_colours(seen: tuple[dict[str, Any], str]) -> None:
    told = seen[0]["rasters"]["klass_tillgang_100.tif"]
    assert told["valid"]
    assert told["cog"] == [[], []]
    assert (told["crs"], told["nodata"], told["renderer"]) == ("EPSG:3006", 255, "paletted")
    assert told["legend"] == [[f"{CLASS_LABELS[k]} (DEMO)", CLASS_COLOURS[k]] for k in CLASS_COLOURS]
    drawn = [main_colour(told["picture"], rutid) for rutid, *_ in tiny.CELLS]
    assert drawn == [rgb(CLASS_COLOURS[k]) for k in tiny.OPEN_CLASSES_100]
