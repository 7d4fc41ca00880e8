"""A threshold that is only configured: on the map, the pages and the prints, in a plan and in a comparison."""

from __future__ import annotations

import json
import re
from pathlib import Path

import fourth_county
import pypdf
import pytest
from test_webmap import Reader, told_cells

from pipelines.core.files import read_table
from tests.conftest import made_once

LEVELS = [f"{m}_{t}" for m in ("tillgang", "passerad") for t in fourth_county.THRESHOLDS]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, fourth_county.NAME, fourth_county.build)


def built(folder: Path, name: str) -> Path:
    return next(p for p in folder.rglob(name) if p.is_file())


def test_the_open_map_has_it_in_buttons_columns_cells_and_gap_areas(folder: Path) -> None:
    html = built(folder, "bredbandskarta.html").read_text(encoding="utf-8")
    read = Reader(html)
    assert re.findall(r'id="troskel-(\d+)"', html) == [str(t) for t in fourth_county.THRESHOLDS]
    assert set(re.findall(r'<th scope="col" class="v (\w+)" ', html)) == set(LEVELS)
    shown = "".join(read.styles)
    assert all(f"#kommuntabell[data-visa={x}] .{x}" in shown for x in LEVELS)
    page = json.loads(read.block("sida"))
    assert [x["kod"] for x in page["nivaer"]] == [x["kod"] for x in page["omraden"]["par"]] == LEVELS
    assert all(set(row["falt"]) == {str(t) for t in fourth_county.THRESHOLDS} for row in page["celltabell"])
    table = read_table(built(folder, "oppen_rutnat_250m.parquet")).sort_values("rutid_scb")
    _, fields = told_cells(read)
    for level in LEVELS:
        assert fields[f"klass_{level}"] == table[f"klass_{level}"].tolist()
    assert fields["klass_tillgang_500"] not in (fields["klass_tillgang_100"], fields["klass_tillgang_1000"])
    assert "30, 100, 500 och 1\u202f000 Mbit/s" in read.text


def test_the_internal_map_has_its_counts(folder: Path) -> None:
    read = Reader(built(folder, "bredbandskarta_intern.html").read_text(encoding="utf-8"))
    page = json.loads(read.block("sida"))
    _, fields = told_cells(read)
    for row in page["celltabell"]:
        assert set(row["falt"].values()) <= set(fields)
    assert {x["band"] for x in page["nivaer"]} <= set(fields)
    assert {"hushall_utan_500", "adresser_ej_passerade_500", "befolkning_utan_500"} <= set(fields)


def test_the_pages_tell_it(folder: Path) -> None:
    kommun = built(folder, "1401.html").read_text(encoding="utf-8")
    assert re.findall(r'<tr data-troskel="(\d+)">', kommun) == [str(t) for t in fourth_county.THRESHOLDS]
    entry = built(folder, "index.html").read_text(encoding="utf-8")
    assert entry.count("av hushållen har tillgång till minst") == len(fourth_county.THRESHOLDS)


def test_its_sheet_is_drawn(folder: Path) -> None:
    text = pypdf.PdfReader(built(folder, "lan_500.pdf")).pages[0].extract_text()
    assert "Tillgång till minst 500 Mbit/s ned" in text
    assert re.search(r"\b30\b.*\b100\b.*\b500\b.*\b1000\b", text, re.DOTALL)


ORDERED = """
import sys
from pathlib import Path
from pipelines.config.region import load_region
region = load_region(Path(sys.argv[1]) / "lan.toml")
import pandas as pd
from pipelines.core.level import Level
from pipelines.orders.compare import compare_editions, compare_text
from pipelines.orders.plan import plan_style
from pipelines.orders.plan.plan_request import request
print(request(region, "1", "", "500", "tillgång").name)
print(*compare_editions.cell_columns())
print(*(s.name for s in plan_style.change_styles({"demo": False}, Level("passerad", 1000))), sep=";")
names = ["troskel_mbit", "matt", "forandring", "modellerad"]
print(compare_text.cells(pd.DataFrame([(500, "passerad", "nytackt", False)], columns=names)))
"""


def test_a_plan_and_a_comparison_have_it(folder: Path) -> None:
    name, columns, styles, *text = fourth_county.ask(ORDERED, folder).splitlines()
    assert name == "plan_500_tillgang_1"
    assert {"hushall_utan_500", "adresser_ej_passerade_500", "underlag_500"} <= set(columns.split())
    assert styles.split(";").count("Förändring tillgång 500") == 2, "cells and gap areas"
    row = next(line for line in text if line.startswith("| passerad 500 Mbit/s "))
    assert row.split("|")[2].strip() == "1"
    assert sum(line.startswith(("| tillgång ", "| passerad ")) for line in text) == len(LEVELS)
