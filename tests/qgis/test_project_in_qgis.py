"""Both editions as QGIS projects, opened and printed in real QGIS without a display."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pypdf
import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))

import running

from pipelines.publish.geopackage.write_geopackage import LAYERS
from pipelines.publish.words.palette import CLASS_COLOURS, CLASS_LABELS, ROAD, SHARE_COLOURS, WATER, rgb
from pipelines.tables import open_contracts

pytestmark = pytest.mark.qgis
INTERNAL = {
    "rutnat_250m": (5, 6),
    "rutnat_delar": (5, 0),
    "kommuner": (2, 1 + 5),
    "kommunnamn": (2, 1),
    "lan": (1, 1),
    "land": (1, 1),
    "rutor_underlag": (5, 5),
    "adresser": (3, 5),
    "bristomraden": (15 + 12, 2 * (1 + 6)),
    "bristomraden_kommun": (15, 0),
    "bristomraden_rutor": (15, 0),
    "schakt": (15, 1 + 4),
    "bristkurva": (30, 0),
    "projekt": (15, 2 * (1 + 6)),
    "projekt_adresser": (15, 0),
    "projekt_schakt": (15, 1 + 4),
    "kontrolleras": (1, 3),
    "osakerhet_5km": (1, 5),
    "grund_vatten": (1, 1),
    "grund_vagar": (3, 9),
    "grund_granser": (4, 2),
}
OPEN = {
    "rutnat_250m": (5, 1 + len(CLASS_COLOURS)),
    "bristomraden": (6, 1 + 9),
    "kommuner": (2, 1 + 5),
    "rutor_underlag": (5, 5),
    "kommunnamn": (2, 1),
    "lan": (1, 1),
    "land": (1, 1),
    "grund_vatten": (1, 1),
    "grund_vagar": (3, 9),
    "grund_granser": (4, 2),
}
"""Rows, and lines in the legend. The open gap areas: the second cell, at each threshold and measure."""
RASTERS = {f"klass_{m}_{t}": len(CLASS_COLOURS) for m in ("tillgang", "passerad") for t in (30, 100, 1000)}
SCB = {"3200006400000": "17", "3200006400250": "0", "3210006400500": "4"}

Seen = tuple[dict[str, Any], str]


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    """Open both projects in a copy of the products' folder: the paths are relative."""
    paths = running.built(tmp_path_factory, "projekt")
    moved = tmp_path_factory.mktemp("flyttad") / "hit åäö"
    paths.built("").rename(moved)
    table = tmp_path_factory.mktemp("scb") / "befolkning.csv"
    table.write_text("rutid_scb,beftotalt\n" + "".join(f"{k},{v}\n" for k, v in SCB.items()))
    return {
        name: running.qgis("look_project.py", tmp_path_factory.mktemp(name), moved / path, *more)
        for name, path, more in (("intern", "out/bredband.qgz", [table]), ("oppen", "maps/data/bredband_oppen.qgz", []))
    }


@pytest.fixture(params=["intern", "oppen"])
def edition(request: pytest.FixtureRequest) -> str:
    return request.param


def test_it_opens_without_a_missing_layer_or_a_complaint(editions: dict[str, Seen], edition: str) -> None:
    told, complaints = editions[edition]
    assert (told["read"], told["error"], told["missing"]) == (True, "", [])
    assert told["log"] == []
    assert [x for x in complaints.splitlines() if x.strip() and "XDG_RUNTIME_DIR" not in x] == []
    assert told["title"] == "DEMO – Bredband i Västra Götaland"
    assert told["crs"] == "EPSG:3006"
    assert not told["absolute"]
    assert "DEMO" in told["abstract"]


def test_every_layer_is_valid_whole_and_styled(editions: dict[str, Seen], edition: str) -> None:
    layers = {i.removeprefix("bredband_"): x for i, x in editions[edition][0]["layers"].items()}
    tables = INTERNAL if edition == "intern" else OPEN
    shares = {"tackning_250m": 4} if edition == "intern" else {}
    assert set(layers) == set(tables) | set(RASTERS) | set(shares)
    plain = ("rutnat_delar", "bristomraden_kommun", "bristomraden_rutor", "bristkurva", "projekt_adresser")
    for name, layer in layers.items():
        assert layer["valid"]
        assert layer["crs"] == ("" if name in plain else "EPSG:3006")
        assert layer["title"].startswith("DEMO – ")
        if name in tables:
            assert (layer["rows"], len(layer["classes"])) == tables[name], name
        else:
            assert len(layer["classes"]) == (RASTERS | shares)[name], name
        assert all("(DEMO)" in label for label, draws in layer["classes"] if draws)


def test_columns_have_aliases_and_codes_have_words(editions: dict[str, Seen], edition: str) -> None:
    layers = editions[edition][0]["layers"]
    for table in LAYERS if edition == "intern" else open_contracts.OPEN_TABLES:
        layer = layers[f"bredband_{table.name}"]
        for column in table.columns:
            assert layer["aliases"][column.name] == column.alias
            assert (layer["widgets"][column.name] == "ValueMap") == bool(column.values)


def test_the_tree_has_groups_and_the_heavy_and_the_personal_are_off(editions: dict[str, Seen], edition: str) -> None:
    told = editions[edition][0]
    groups = [name for name, _ in told["groups"]]
    assert (
        groups
        == {
            "oppen": ["Gränser", "Raster", "Underlagskarta", "Kommuner och län"],
            "intern": [
                *("Adresser (personuppgifter)", "Gränser", "Raster", "Underlagskarta", "Kommuner och län", "Tabeller")
            ],
        }[edition]
    )
    assert {x.removeprefix("bredband_") for x in told["visible"]} == {
        "kommunnamn",
        "grund_granser",
        "rutnat_250m",
        "kommuner",
        "land",
        "grund_vatten",
        "grund_vagar",
    }
    # the kommuner give way to the cells at one and the same scale
    assert told["layers"]["bredband_rutnat_250m"]["scales"] == [250_000, 0]
    assert told["layers"]["bredband_kommuner"]["scales"][1] == 250_000


def test_themes_switch_styles(editions: dict[str, Seen], edition: str) -> None:
    told = editions[edition][0]
    cells = "Utan tillgång" if edition == "intern" else "Tillgång"
    for t in (30, 100, 1000):
        theme = dict(told["themes"][f"{t} Mbit/s, tillgång"])
        assert theme["bredband_rutnat_250m"] == f"DEMO {cells} {t}"
        assert theme["bredband_kommuner"] == f"DEMO Hushåll med {t} Mbit/s"
        gaps = dict(told["themes"][f"Bristområden {t} Mbit/s, passerade"])
        assert gaps["bredband_bristomraden"] == f"DEMO Ej passerade {t}"
        assert f"bredband_klass_passerad_{t}" in dict(told["themes"][f"Utskrift: klass {t} Mbit/s, passerade"])
    assert told["bookmarks"] == [["Län", "Västra Götalands län"], ["Kommuner", "Göteborg"], ["Kommuner", "Härryda"]]


def test_relations_hold(editions: dict[str, Seen]) -> None:
    of_kommun = ("kommun_rutor", "kommun_omraden")
    inside = ("ruta_delar", "ruta_adresser", "omrade_kommuner", "omrade_rutor", "omrade_schakt")
    inside += ("projekt_adresser", "projekt_schakt", "kommun_projekt")
    assert editions["intern"][0]["relations"] == dict.fromkeys((*inside, *of_kommun), True)
    assert editions["oppen"][0]["relations"] == dict.fromkeys(of_kommun, True)


def test_the_first_view_shows_the_lan(editions: dict[str, Seen], edition: str) -> None:
    told = editions[edition][0]
    west, south, east, north = told["view"]
    assert west < 320000
    assert south < 6400000
    assert east > 321250
    assert north > 6400750
    assert told["first"]["errors"] == []
    image = Image.open(told["first"]["path"]).convert("RGB")
    found = {colour for _, colour in image.getcolors(image.width * image.height)}
    ends = {"intern": SHARE_COLOURS[::3], "oppen": (CLASS_COLOURS["fa_under_halften"], CLASS_COLOURS["tackt"])}[edition]
    assert set(map(rgb, ends)) <= found  # so close, the cells are drawn
    assert {rgb(WATER), rgb(ROAD)} <= found


@pytest.mark.parametrize(
    "name", ["A3 länet, 30 Mbit/s", "A3 länet, 100 Mbit/s", "A3 länet, 1000 Mbit/s", "A3 en sida per kommun"]
)
def test_a_sheet_prints_to_pdf_with_its_texts(editions: dict[str, Seen], edition: str, name: str) -> None:
    sheet = editions[edition][0]["sheets"][name]
    assert sheet["done"]
    assert sheet["page"] == [420, 297]
    pdf = pypdf.PdfReader(sheet["pdf"])
    (page,) = pdf.pages
    assert [round(float(x) * 25.4 / 72) for x in page.mediabox[2:]] == [420, 297]
    text = " ".join(page.extract_text().split())
    wanted = [
        "DEMO – simulerade data",
        "Teckenförklaring",
        *(f"{label} (DEMO)" for label in (*CLASS_LABELS.values(), "Kommungräns", "Länsgräns")),
        "Källor (bearbetade)",
        "Lantmäteriet (CC BY 4.0)",
        "1 oktober 2025",
        "Körning ",
        "km",
        "Teoretisk täckning",
    ]
    if "kommun" in name:
        assert sheet["atlas"] == 2
        wanted.append("av hushållen i kommunen har tillgång till 100 Mbit/s")
    else:
        wanted.append("Bredband i Västra Götaland")
        # by hand (tiny_tables.CELLS): 37 households a thousand each, without at 30, 100 and 1000: 10 1/3, 12 and 15
        t = name.split()[2]
        if edition == "intern":
            share = {"30": "72,1", "100": "67,6", "1000": "59,5"}[t]
            wanted.append(f"{share} % av hushållen i länet har tillgång till {t} Mbit/s")
    assert [w for w in wanted if w not in text] == []
    assert ("Körning 0123456789ab" in text) == (edition == "intern"), "the open edition has an id of its own"
    assert "Band 1" not in text


def test_scb_tables_join_by_rutid(editions: dict[str, Seen]) -> None:
    cells = ("3200006400000", "3200006400250", "3202506400000", "3210006400250", "3210006400500")
    assert editions["intern"][0]["joined"] == [[c, SCB.get(c, "")] for c in cells]
