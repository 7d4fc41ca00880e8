"""Print maps: what stands on the sheets, where cells are drawn, and that nothing but open tables is read."""

from __future__ import annotations

import io
import re
import struct
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pypdf
import pytest
import shapely
import tiny_atlas as tiny
from matplotlib.colors import to_rgb
from matplotlib.contour import ContourSet
from matplotlib.text import Text
from PIL import Image

from pipelines.core.errors import DataError
from pipelines.core.files import read_table, sha256
from pipelines.core.ledger import Ledger
from pipelines.core.level import Level
from pipelines.core.paths import Paths
from pipelines.publish.printmap import atlas, cartography, sheets, typeface, write_printmaps
from pipelines.publish.words.figure_words import tell
from pipelines.publish.words.level_figures import OpenFigures
from pipelines.publish.words.palette import CLASS_COLOURS, INK, NEIGHBOUR
from tests.made_ledgers import complete

NBSP = "\u00a0"
KOMMUNER = (tiny.ISLANDS, tiny.LONG, tiny.SQUARE)
BARE = ("lan_1000", tiny.ISLANDS, tiny.LONG)
NAMES = ("lan_30", "lan_100", "lan_1000", *sorted(KOMMUNER))
A3, A4 = (420, 297), (297, 210)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    region, paths = tiny.write(tmp_path_factory.mktemp("print"))
    write_printmaps.run(region, paths, "2")
    return paths


@pytest.fixture(scope="module")
def everything(built: Paths, tmp_path_factory: pytest.TempPathFactory) -> atlas.Atlas:
    fonts = tmp_path_factory.mktemp("fonts")
    typeface.make(fonts)
    typeface.register(fonts)
    return atlas.read(tiny.load_region(built.config), built)


@pytest.fixture(scope="module")
def plan(everything: atlas.Atlas) -> dict[str, sheets.Sheet]:
    return {sheet.name: sheet for sheet in sheets.plan(everything)}


@pytest.fixture(scope="module")
def figures(everything: atlas.Atlas, plan: dict[str, sheets.Sheet]) -> dict[str, Any]:
    return {name: write_printmaps.drawn(everything, sheet) for name, sheet in plan.items()}


def page(paths: Paths, name: str) -> Any:
    return pypdf.PdfReader(paths.built(f"maps/kartor/{name}.pdf")).pages[0]


def texts(figure: Any) -> list[str]:
    return [t.get_text() for t in figure.findobj(Text) if t.get_text()]


def said(figure: Any) -> str:
    """All texts in one, whatever the line breaks."""
    return " ".join(" ".join(texts(figure)).replace(NBSP, " ").split())


def pixel(sheet: sheets.Sheet, e: float, n: float) -> tuple[int, int]:
    """Row and column in the 200 dpi picture, reckoned from the page's millimetres and the scale alone."""
    x = sheet.frame[0] + sheet.frame[2] / 2 + (e - sheet.centre[0]) * 1000 / sheet.scale
    y = sheet.frame[1] + sheet.frame[3] / 2 + (n - sheet.centre[1]) * 1000 / sheet.scale
    return int((sheet.page[1] - y) / 25.4 * 200), int(x / 25.4 * 200)


# --- files and pages ----------------------------------------------------------------------------------------


def test_every_sheet_is_there_and_nothing_else(built: Paths) -> None:
    found = sorted(p.name for p in built.built("maps/kartor").iterdir())
    assert found == sorted(f"{name}.{suffix}" for name in NAMES for suffix in ("pdf", "png"))


@pytest.mark.parametrize("name", NAMES)
def test_page_is_a3_or_a4(built: Paths, name: str) -> None:
    reader = pypdf.PdfReader(built.built(f"maps/kartor/{name}.pdf"))
    assert len(reader.pages) == 1
    size = np.array(reader.pages[0].mediabox[2:], dtype=float) * 25.4 / 72
    expected = A3 if name.startswith("lan") else (A4[::-1] if name == tiny.LONG else A4)
    np.testing.assert_allclose(size, expected, atol=0.01)
    with Image.open(built.built(f"maps/kartor/{name}.png")) as image:
        np.testing.assert_allclose(np.array(image.size) / 200 * 25.4, expected, atol=0.13)
        np.testing.assert_allclose(image.info["dpi"], 200, atol=0.1)


def test_fonts_are_embedded_truetype_with_a_way_back_to_unicode(built: Paths) -> None:
    for name in NAMES:
        fonts = page(built, name)["/Resources"]["/Font"].values()
        assert len(fonts) >= 2
        for font in (f.get_object() for f in fonts):
            inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
            assert "/FontFile2" in inner["/FontDescriptor"].get_object()
            assert "/ToUnicode" in font


def test_text_can_be_copied(built: Paths) -> None:
    for name in NAMES:
        read = " ".join(page(built, name).extract_text().replace(NBSP, " ").split())
        for part in (
            "DEMO – simulerade data",
            "Läget 1 oktober 2025.",
            "© Lantmäteriet (CC BY 4.0)",
            "SCB (CC0)",
            "teoretisk täckning",
            "Öppen utgåva, version",
            "SWEREF 99 TM",
            "Västra Götalandsregionen",
            "Skala 1:",
            "Så läser du kartan",
            "Bredband i Västra Götaland",
            "Mbit/s ned",
        ):
            assert part in read, (name, part)
        assert "Oanvänd" not in read and "0123456789ab" not in read  # the internal run's
    for kod in KOMMUNER:
        read = page(built, kod).extract_text()
        assert tiny.NAMES[kod].replace(" ", "") in "".join(read.split())


PAINT = {b"S", b"s", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"sh", b"Do", b"Tj", b"TJ"}


def marked(paths: Paths, name: str) -> tuple[list[str], list[bytes]]:
    """Return the tag of every marked part of a page in order, and what is painted outside all of them."""
    from pypdf.generic import ContentStream

    reader = pypdf.PdfReader(paths.built(f"maps/kartor/{name}.pdf"))
    tags, depth, bare = [], 0, []
    for given, operator in ContentStream(reader.pages[0].get_contents(), reader).operations:
        if operator in (b"BDC", b"BMC"):
            depth += 1
            assert depth == 1, "nothing is marked twice"
            if operator == b"BDC":
                assert given[1]["/MCID"] == len(tags)
                tags.append(str(given[0]))
        elif operator == b"EMC":
            depth -= 1
        elif operator in PAINT and not depth:
            bare.append(operator)
    assert depth == 0
    return tags, bare


def elements(of: Any) -> list[Any]:
    """Return an element of the structure and those below it, as they are read."""
    kids = of.get("/K")
    below = [x.get_object() for x in kids] if isinstance(kids, list) else []
    return [of, *(x for kid in below for x in elements(kid))]


@pytest.mark.parametrize("name", NAMES)
def test_a_pdf_is_tagged_to_the_last_stroke_and_read_in_order(built: Paths, name: str) -> None:
    tags, bare = marked(built, name)
    assert bare == []
    catalogue = pypdf.PdfReader(built.built(f"maps/kartor/{name}.pdf")).trailer["/Root"]
    assert catalogue["/Lang"] == "sv-SE"
    assert catalogue["/MarkInfo"]["/Marked"] and catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"<dc:title>" in catalogue["/Metadata"].get_data()
    root = catalogue["/StructTreeRoot"].get_object()
    every = elements(root["/K"][0].get_object())
    leaves = [x for x in every if isinstance(x["/K"], int)]
    assert sorted(x["/K"] for x in leaves) == list(range(len(tags))), "every marked part is in the tree, once"
    assert all(x["/S"] == tags[x["/K"]] for x in leaves)
    owners = [x.get_object() for x in root["/ParentTree"]["/Nums"][1]]
    assert [x["/K"] for x in owners] == list(range(len(tags)))
    read = [str(x["/S"]) for x in every if x["/S"] in ("/H1", "/H2", "/Figure")]
    assert read[:2] == ["/H1", "/Figure"] and set(read[2:]) == {"/H2"}
    tables = [x for x in every if x["/S"] == "/Table"]
    assert len(tables) >= 2
    for table in tables:
        assert len({len(row.get_object()["/K"]) for row in table["/K"]}) == 1, "as many cells in each row"


def test_the_text_of_the_map_has_the_same_counts_as_the_table_of_the_cells(built: Paths) -> None:
    cells = read_table(built.table("oppen_rutnat_250m"))
    for kod in KOMMUNER:
        catalogue = pypdf.PdfReader(built.built(f"maps/kartor/{kod}.pdf")).trailer["/Root"]
        figure = next(x for x in elements(catalogue["/StructTreeRoot"]["/K"][0].get_object()) if x["/S"] == "/Figure")
        told = str(figure["/Alt"]).replace(NBSP, "")
        assert told.startswith("DEMO – Karta över")
        own = cells[(cells["kommunkod"] == kod).to_numpy()]["klass_tillgang_100"].value_counts()
        numbers = sorted(int(x) for x in re.findall(r": (\d+)[;.]", told))
        assert numbers == sorted(own.tolist())


def test_documents_are_named_and_dated_by_the_inputs(built: Paths) -> None:
    about = pypdf.PdfReader(built.built(f"maps/kartor/{tiny.ISLANDS}.pdf")).metadata
    assert about is not None
    assert about["/Title"] == "DEMO – Bredband i Västra Götaland, Öckerö $a_b$, 100 Mbit/s"
    assert about["/CreationDate"] == "D:20251115000000Z"
    with Image.open(built.built("maps/kartor/lan_30.png")) as image:
        assert image.info["Title"] == "DEMO – Bredband i Västra Götaland, 30 Mbit/s"


def test_same_tables_same_bytes(built: Paths, everything: atlas.Atlas, plan: dict[str, sheets.Sheet]) -> None:
    """Drawn again in another process, after other sheets; ``test_determinism`` compares one process and two."""
    for name in (tiny.SQUARE, tiny.ISLANDS):
        write_printmaps.make(everything, plan[name], built.step)
        for suffix in ("png", "pdf"):
            again = built.step / f"{name}.{suffix}"
            assert sha256(again) == sha256(built.built(f"maps/kartor/{name}.{suffix}")), again.name


@pytest.mark.parametrize("jobs", ["0", "två", "-1", "1.5"])
def test_jobs_that_are_no_number_are_told(built: Paths, jobs: str) -> None:
    with pytest.raises(DataError, match="JOBS"):
        write_printmaps.run(tiny.load_region(built.config), built, jobs)


def test_a_real_run_carries_no_demo_mark(tmp_path: Path, plan: dict[str, sheets.Sheet]) -> None:
    region, paths = tiny.write(tmp_path, demo=False)
    real = atlas.read(region, paths)
    for name in ("lan_100", tiny.SQUARE):
        assert "DEMO" not in said(write_printmaps.drawn(real, plan[name]))


def test_demo_is_written_across_and_above(figures: dict[str, Any]) -> None:
    for figure in figures.values():
        assert "DEMO" in texts(figure)
        assert "DEMO – simulerade data" in texts(figure)


@pytest.mark.parametrize("name", NAMES)
def test_the_mark_across_is_seen_in_the_picture(built: Paths, name: str) -> None:
    """5.5 % of the ink over white, the neighbours' grey and land: a good part of the sheet has those colours."""
    image = np.asarray(Image.open(built.built(f"maps/kartor/{name}.png")).convert("RGB"), dtype=float)
    under = ("#ffffff", NEIGHBOUR, CLASS_COLOURS["ingen_adress"])
    blended = [np.array(to_rgb(c)) * 255 * 0.945 + 0.055 * 255 * np.array(to_rgb(INK)) for c in under]
    seen = sum((np.abs(image - colour) <= 1).all(axis=2).mean() for colour in blended)
    assert seen > 0.005


# --- cells --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bare(everything: atlas.Atlas, plan: dict[str, sheets.Sheet], tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """The sheets without names, marks, hatching and lake, so that every pixel of a cell has the cell's colour."""
    paths = Paths(Path("x"), Path("x"), tmp_path_factory.mktemp("bare"), Path("x"))
    none = atlas.Places((), np.empty((0, 2)), np.empty(0, bool))
    plain = replace(
        everything,
        places=none,
        projects=everything.projects.iloc[:0],
        water=np.empty(0, object),
        roads={},
        facts={**everything.facts, "demo": False},
        outlines=replace(everything.outlines, names=("",) * len(everything.outlines.names)),
        modelled={t: np.zeros_like(m) for t, m in everything.modelled.items()},
    )
    for sheet in (plan[name] for name in BARE):
        write_printmaps.make(plain, sheet, paths.built("kartor"))
    return paths


@pytest.mark.parametrize("name", BARE)
def test_each_cell_is_drawn_in_its_class_where_it_lies(bare: Paths, plan: dict[str, sheets.Sheet], name: str) -> None:
    sheet, table = plan[name], tiny.cells()
    image = np.asarray(Image.open(bare.built(f"kartor/{name}.png")).convert("RGB"))
    if sheet.kod is not None:
        table = table[table["kommunkod"] == sheet.kod]
    for _, cell in table.sample(60, random_state=1, replace=True).drop_duplicates().iterrows():
        e, n = int(cell["rutid_scb"][:6]), int(cell["rutid_scb"][6:])
        # the middle and a fifth of a side off it, clear of the outline
        for de, dn in ((125, 125), (75, 75), (175, 175), (75, 175), (175, 75)):
            row, column = pixel(sheet, e + de, n + dn)
            expected = np.round(np.array(to_rgb(CLASS_COLOURS[cell[sheet.level.cell_class]])) * 255)
            np.testing.assert_array_equal(image[row, column], expected, err_msg=str(cell["rutid_scb"]))


@pytest.mark.parametrize("name", BARE)
def test_the_pdf_holds_whole_cells_where_they_lie(bare: Paths, plan: dict[str, sheets.Sheet], name: str) -> None:
    """The picture in the PDF is the cells, each as a square of whole pixels, placed by the page's millimetres."""
    sheet, table = plan[name], tiny.cells()
    table = table if sheet.kod is None else table[table["kommunkod"] == sheet.kod]
    e, n = table["rutid_scb"].str[:6].astype(int), table["rutid_scb"].str[6:].astype(int)
    columns, rows = (e.max() - e.min()) // 250 + 1, (n.max() - n.min()) // 250 + 1
    sheet_page = page_of(bare, name)
    placed = []
    sheet_page.extract_text(visitor_operand_before=lambda op, args, cm, tm: placed.append(cm) if op == b"Do" else None)
    pictures = [decoded(x.get_object()) for x in sheet_page["/Resources"]["/XObject"].values()]
    (drawn,) = (p for p in pictures if p.shape[1] / columns == p.shape[0] / rows)
    factor = drawn.shape[1] // columns
    assert drawn.shape[1] == factor * columns
    for _, cell in table.sample(40, random_state=2, replace=True).iterrows():
        x, y = (int(cell["rutid_scb"][:6]) - e.min()) // 250, (n.max() - int(cell["rutid_scb"][6:])) // 250
        square = drawn[y * factor : (y + 1) * factor, x * factor : (x + 1) * factor].reshape(-1, 3)
        expected = np.round(np.array(to_rgb(CLASS_COLOURS[cell[sheet.level.cell_class]])) * 255)
        assert (square == expected).all()
    west, south = (
        (e.min() - sheet.window[0]) * 1000 / sheet.scale + sheet.frame[0],
        (n.min() - sheet.window[1]) * 1000 / sheet.scale + sheet.frame[1],
    )
    mm = 72 / 25.4
    expected = (columns * sheet.cell_mm * mm, rows * sheet.cell_mm * mm, west * mm, south * mm)
    assert any(np.allclose((cm[0], cm[3], cm[4], cm[5]), expected, atol=0.02) for cm in placed)


def decoded(picture: Any) -> Any:
    """An indexed picture of a PDF as red, green, blue: its stream is a PNG's, so a PNG is put around it."""
    _, _, _, palette = picture["/ColorSpace"]
    head = struct.pack(">IIBBBBB", picture["/Width"], picture["/Height"], picture["/BitsPerComponent"], 3, 0, 0, 0)
    body = b"\x89PNG\r\n\x1a\n"
    for kind, data in (
        (b"IHDR", head),
        (b"PLTE", getattr(palette, "original_bytes", palette)),
        (b"IDAT", picture._data),
        (b"IEND", b""),
    ):
        body += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return np.asarray(Image.open(io.BytesIO(body)).convert("RGB"))


def page_of(paths: Paths, name: str) -> Any:
    return pypdf.PdfReader(paths.built(f"kartor/{name}.pdf")).pages[0]


def test_modelled_cells_are_hatched_and_measured_ones_are_not(built: Paths, plan: dict[str, sheets.Sheet]) -> None:
    """The square kommun's western half is modelled: there and only there other colours than the class's occur."""
    sheet = plan[tiny.SQUARE]
    image = np.asarray(Image.open(built.built(f"maps/kartor/{tiny.SQUARE}.png")).convert("RGB"), dtype=int)
    found = {}
    for c in (3, 11, 31, 37):
        for r in (9, 30):
            code = tiny.cell_class(c, r, 100)
            if code == "ingen_adress":
                continue
            (bottom, left), (top, right) = (
                pixel(sheet, 320_000 + 250 * (c + x), 6_400_000 + 250 * (r + x)) for x in (0.0, 1.0)
            )
            part = image[top + 2 : bottom - 1, left + 2 : right - 1]
            colour = np.round(np.array(to_rgb(CLASS_COLOURS[code])) * 255)
            found[c, r] = bool((np.abs(part - colour).max(axis=2) > 60).any())
    assert {v for (c, _), v in found.items() if c < 20} == {True}
    assert {v for (c, _), v in found.items() if c >= 20} == {False}


def test_small_cells_are_hatched_by_area(everything: atlas.Atlas, plan: dict[str, sheets.Sheet]) -> None:
    far = replace(plan["lan_100"], scale=1_000_000)
    (hatched,) = write_printmaps.drawn(everything, far).findobj(ContourSet)
    assert hatched.hatches == [cartography.AREA_HATCH]
    inside = hatched.get_paths()[0]
    assert inside.contains_point((321_500, 6_405_000))
    assert not inside.contains_point((328_500, 6_405_000))


# --- figures ------------------------------------------------------------------------------------------------


def test_legend_counts_the_sheets_own_cells(figures: dict[str, Any], plan: dict[str, sheets.Sheet]) -> None:
    table = tiny.cells()
    labels = {
        "utan": "Under 5 %",
        "mindre_del": "5–50 %",
        "storre_del": "50–95 %",
        "tackt": "Minst 95 %",
        "ingen_adress": "Inga adresser i rutan",
    }
    for name, figure in figures.items():
        sheet = plan[name]
        own = table if sheet.kod is None else table[table["kommunkod"] == sheet.kod]
        many = own[sheet.level.cell_class].value_counts()
        shown = texts(figure)
        for code, label in labels.items():
            at = shown.index(label)
            assert shown[at + 1].replace(NBSP, "") == str(many.get(code, 0)), (name, code)
        assert f"Andel av rutans adresser med minst {sheet.level.mbit} Mbit/s" in shown


def test_figures_are_those_of_the_open_tables(figures: dict[str, Any]) -> None:
    # 6270 households, 1670 without: 4600 with, 73.4 %
    read = said(figures[tiny.ISLANDS])
    assert "73,4 % av hushållen har tillgång till 100 Mbit/s 4 600 av 6 270 hushåll" in read
    assert "30 87,6 % 780 99,7 % 100 73,4 % 1 670 96,5 % 1000 73,4 % 1 670 96,5 %" in read
    # 280 300 households, 9 180 without
    assert "96,7 % av hushållen har tillgång till 100 Mbit/s 271 120 av 280 300 hushåll" in said(figures["lan_100"])


def test_what_is_hidden_in_the_table_is_hidden_on_the_sheet(figures: dict[str, Any]) -> None:
    read = said(figures[tiny.LONG])
    assert "100 minst 99,4 % 1–4 100 %" in read
    assert "1000 97,0 % 30 minst 99,4 %" in read
    assert "av 1 000 hushåll" not in read


@pytest.mark.parametrize(
    ("value", "sign", "text"),
    [
        (100.0, ">", "över 99,9 %"),
        (100.0, "", "100 %"),
        (0.0, "<", "under 0,1 %"),
        (97.0, ">", "minst 97,0 %"),
        (3.0, "<", "högst 3,0 %"),
        (float("nan"), "", "–"),
        (93.25, "", "93,2 %"),
    ],
)
def test_shares_are_told_with_their_limits(everything: atlas.Atlas, value: float, sign: str, text: str) -> None:
    told = OpenFigures(everything.region)
    row = pd.Series({"andel_100_pct": value, "andel_100_olikhet": sign})
    assert tell(told.share(row, Level("tillgang", 100)), space=" ") == text


def test_the_county_shows_the_lowest_shares_as_bars_of_their_length(figures: dict[str, Any]) -> None:
    from matplotlib.patches import Rectangle

    column = figures["lan_100"].axes[1]
    bars = [p.get_width() for p in column.findobj(Rectangle) if np.isclose(p.get_height(), 3.6)]
    np.testing.assert_allclose(np.array(bars[1::2]) / bars[0] * 100, [73.4, 97.2, 99.4], atol=0.051)


def test_projects_are_listed_as_they_are_built_and_numbered_on_the_map(figures: dict[str, Any]) -> None:
    """By hand: what costs more than the stop price, reaches nobody or has no cost is in no sum."""
    read = said(figures[tiny.SQUARE])
    assert (
        "Att bygga, i ordning 6 av 7 projekt för 100 Mbit/s, flest hushåll per krona först. Summa: allt till och med "
        "raden. Modellerad täckning: nr 2, 3, 4, 6; övriga uppmätt. "
        "Nr Projekt Hushåll per mkr Hushåll utan Kostnad, mkr Summa, mkr Summa, hushåll "
        "1 Åstad 41,7 20–65 1,2 (0,8–2,0) 1,2 20–65 "
        "2 Öby_1$ (delat) 23,3 högst 10 0,3 (0,2–0,5) 1,5 20–75 "
        "3 Ytterby 0,0 0 0,1 (0,1–0,2) – – "
        "4 Åstad 2 80,0 minst 1 000 12,5 (8,0–20,0) 14,0 minst 1 020 "
    ) in read
    assert "5 Långa-Ändlösa Området i Ådalens Härad 11,1 5–15 0,9 (0,6–1,4) över stoppris – 6 Ytterby 2 – 10–15" in read
    marks = [t for t in figures[tiny.SQUARE].axes[0].texts if t.get_zorder() == 13]
    assert [t.get_text() for t in marks] == ["1", "2", "3", "4", "5", "6"]
    # A narrow column has the figures under the name.
    assert "1 av 1 projekt för 100 Mbit/s" in said(figures[tiny.LONG])
    assert "till och med raden. Täckningen är uppmätt. Nr Projekt" in said(figures[tiny.LONG])
    assert "1 Västra Längan 20,0 5 0,2 (0,1–0,3) 0,2 5 Projekten är" in said(figures[tiny.LONG])
    assert "Inga projekt för 100 Mbit/s finns i kommunen" in said(figures[tiny.ISLANDS])
    assert "projekt" not in said(figures["lan_100"])


def test_where_there_is_less_room_fewer_projects_are_listed_numbered_and_said(
    everything: atlas.Atlas, plan: dict[str, sheets.Sheet]
) -> None:
    notes = replace(everything, facts={**everything.facts, "anmarkningar": ["byggnader", "raka_schakt"]})
    figure = write_printmaps.drawn(notes, plan[tiny.SQUARE])
    told = re.search(r"(\d) av 7 projekt", said(figure))
    assert told and int(told[1]) < 6
    marks = [t.get_text() for t in figure.axes[0].texts if t.get_zorder() == 13]
    assert marks == [str(i) for i in range(1, int(told[1]) + 1)]


def test_a_projects_own_cells_are_ringed(built: Paths, everything: atlas.Atlas) -> None:
    _, members = tiny.projects()
    for row in everything.projects.itertuples():
        cells = members[members["projekt_id"] == row.projekt_id]["rutid_scb"]
        corners = [(int(x[:6]), int(x[6:])) for x in cells]
        assert row.geometry.area == 62_500 * len(corners)
        assert all(row.geometry.contains(shapely.Point(e + 125, n + 125)) for e, n in corners)


def test_agreements_are_not_named(tmp_path: Path, plan: dict[str, sheets.Sheet]) -> None:
    region, paths = tiny.write(tmp_path)
    common = {"anvand": True, "utgivare": "enligt avtal", "roll": "adressuppgifter"}
    files = [
        {**common, "licens": "Hemligt AB 2025:7", "referensdatum": "2025-06-30"},
        {**common, "licens": "Tyst ek. för.", "referensdatum": "2025-09-01"},
    ]
    Ledger("tackning", facts=complete("tackning", {"filer": files})).save(paths.ledger("tackning"))
    read = said(write_printmaps.drawn(atlas.read(region, paths), plan["lan_100"]))
    assert "Hemligt" not in read
    assert "Tyst" not in read
    assert "Täckningsuppgifter lämnade enligt avtal, de nyaste från 2025-09-01" in read


# --- names and furniture ------------------------------------------------------------------------------------


def test_names_from_outside_are_shown_as_they_are(figures: dict[str, Any]) -> None:
    for name, figure in figures.items():
        written = [t for ax in (*figure.axes, *figure.axes[0].child_axes) for t in ax.texts]
        assert len(written) > 30
        assert not any(t.get_parse_math() for t in written), name
    assert "Öckerö $a_b$" in texts(figures[tiny.ISLANDS])
    assert "Öby_1$" in texts(figures[tiny.SQUARE])
    assert "<imgsrc=xonerror=alert(1)>" in said(figures[tiny.LONG]).replace(" ", "")


def boxes(figure: Any, chosen: list[Text]) -> list[tuple[str, Any]]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    renderer = FigureCanvasAgg(figure).get_renderer()
    with mpl.rc_context(typeface.style()):
        return [(t.get_text(), t.get_window_extent(renderer)) for t in chosen if t.get_text().strip()]


@pytest.mark.parametrize("name", NAMES)
def test_no_text_leaves_its_place_or_meets_another(
    figures: dict[str, Any], plan: dict[str, sheets.Sheet], name: str
) -> None:
    figure, sheet = figures[name], plan[name]
    on_map, column = figure.axes[:2]
    mm = figure.dpi / 25.4
    written = boxes(figure, column.texts)
    for text, box in written:
        assert box.x0 >= (sheet.column[0] - 0.5) * mm, text
        assert box.x1 <= (sheet.column[0] + sheet.column[2] + 0.5) * mm, text
        assert box.y0 >= (sheet.column[1] - 1) * mm, text
        assert box.y1 <= (sheet.column[1] + sheet.column[3] + 0.5) * mm, text
    names = boxes(figure, [t for t in on_map.texts if t.get_zorder() == 10])
    assert names or name == tiny.ISLANDS  # too far from anything named
    frame = on_map.get_window_extent()
    for text, box in names:
        assert frame.x0 <= box.x0, text
        assert box.x1 <= frame.x1, text
        assert frame.y0 <= box.y0, text
        assert box.y1 <= frame.y1, text
    (small,) = on_map.child_axes
    furniture = [("skalstock", small.get_window_extent()), *boxes(figure, small.texts)]
    marks = boxes(figure, [t for t in on_map.texts if t.get_zorder() == 13])
    for group in (written, [*names, *furniture[:1], *marks]):
        for i, (text, box) in enumerate(group):
            for other, earlier in group[:i]:
                overlap = (
                    min(box.x1, earlier.x1) - max(box.x0, earlier.x0),
                    min(box.y1, earlier.y1) - max(box.y0, earlier.y0),
                )
                assert min(overlap) < 0.4 * mm, (text, other, overlap)


@pytest.mark.parametrize("name", ["lan_100", tiny.ISLANDS, tiny.LONG, tiny.SQUARE])
def test_the_scale_bar_is_as_long_as_it_says(
    built: Paths, figures: dict[str, Any], plan: dict[str, sheets.Sheet], name: str
) -> None:
    """Kilometres beside the bar, the bar's own black and white in the picture, and the scale: all three agree."""
    sheet, figure = plan[name], figures[name]
    (small,) = figure.axes[0].child_axes
    marks = [(float(t.get_text().replace(",", ".")), t) for t in small.texts if re.fullmatch(r"[\d,]+", t.get_text())]
    marks.sort(key=lambda m: m[0])
    (first, start), (last, end) = marks[0], marks[-1]
    assert first == 0
    x0, x1 = (float(t.get_window_extent().x0 + t.get_window_extent().x1) / 2 for t in (start, end))
    inches = last * 1_000_000 / sheet.scale / 25.4
    np.testing.assert_allclose((x1 - x0) / figure.dpi, inches, rtol=0.01)
    grey = np.asarray(Image.open(built.built(f"maps/kartor/{name}.png")).convert("L"), dtype=int)
    (left, bottom), _ = (small.transData.transform(p) / figure.dpi * 200 for p in ((0, 0), (last, 0)))
    row = grey[grey.shape[0] - int(bottom) - 5, int(left) - 10 : int(left + inches * 200) + 6]
    dark = np.flatnonzero(row < 100)
    np.testing.assert_allclose(dark[-1] - dark[0], inches * 200, atol=4)
    assert f"Skala 1:{sheet.scale:,}".replace(",", " ") in said(figure)


def test_the_map_is_at_its_scale_in_both_directions(figures: dict[str, Any], plan: dict[str, sheets.Sheet]) -> None:
    for name, figure in figures.items():
        ax = figure.axes[0]
        e, n = plan[name].centre
        a, b, c = ax.transData.transform([(e, n), (e + 1000, n), (e, n + 1000)]) / figure.dpi * 25.4
        np.testing.assert_allclose((b[0] - a[0], c[1] - a[1]), 1_000_000 / plan[name].scale, rtol=1e-9)


def test_every_cell_lies_within_its_frame(plan: dict[str, sheets.Sheet]) -> None:
    table = tiny.cells()
    for sheet in plan.values():
        own = table if sheet.kod is None else table[table["kommunkod"] == sheet.kod]
        e, n = own["rutid_scb"].str[:6].astype(int), own["rutid_scb"].str[6:].astype(int)
        west, south, east, north = sheet.window
        assert west < e.min()
        assert e.max() + 250 < east
        assert south < n.min()
        assert n.max() + 250 < north


# --- colours ------------------------------------------------------------------------------------------------

ORDER = ("utan", "mindre_del", "storre_del", "tackt", "ingen_adress")
# Machado, Oliveira & Fernandes 2009 (doi:10.1109/TVCG.2009.113), severity 1.0; on linear RGB.
DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
}


def lab(colour: str, seen_as: Any) -> Any:
    """CIE L*a*b* (D65) of an sRGB colour as a reader sees it, written out for the test."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.array(seen_as) @ linear, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    f = xyz / (0.9505, 1.0, 1.089)
    f = np.where(f > (6 / 29) ** 3, np.cbrt(f), f / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_classes_can_be_told_apart_in_greyscale() -> None:
    light = [lab(CLASS_COLOURS[k], np.eye(3))[0] for k in ORDER]
    assert (np.diff(light) > 9).all(), light


@pytest.mark.parametrize("reader", DEFICIENCIES)
def test_classes_can_be_told_apart_with_colour_vision_deficiency(reader: str) -> None:
    """CIE76 distance of at least 12 between any two classes: 2.3 is just noticeable side by side."""
    seen = [lab(CLASS_COLOURS[k], DEFICIENCIES[reader]) for k in ORDER]
    apart = {(ORDER[i], ORDER[j]): float(np.linalg.norm(seen[i] - seen[j])) for i in range(5) for j in range(i)}
    assert min(apart.values()) > 12, apart


def test_water_is_no_class_in_colour_or_grey() -> None:
    water = lab(cartography.WATER, np.eye(3))
    for code in ORDER[:4]:
        assert np.linalg.norm(water - lab(CLASS_COLOURS[code], np.eye(3))) > 10
        assert water[0] - lab(CLASS_COLOURS[code], np.eye(3))[0] > 5


def test_water_shows_where_it_is_known(built: Paths, plan: dict[str, sheets.Sheet]) -> None:
    image = np.asarray(Image.open(built.built(f"maps/kartor/{tiny.SQUARE}.png")).convert("RGB"), dtype=int)
    colours = [image[pixel(plan[tiny.SQUARE], e, 6_407_510)].tolist() for e in np.arange(327_030, 328_000, 125)]
    assert [round(x * 255) for x in to_rgb(cartography.WATER)] in colours
