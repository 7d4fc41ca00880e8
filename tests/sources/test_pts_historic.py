"""PTS's historic workbook: three header rows, codes that lost their zero, years side by side; each quirk by hand."""

from __future__ import annotations

import shutil
from pathlib import Path

import gpkg_files
import pts_files as make
import pytest

from pipelines.core import files
from pipelines.core.errors import DataError
from pipelines.core.ledger import Ledger
from pipelines.formats.xlsx import read_sheets
from pipelines.read.pts import read_pts
from pipelines.read.pts.pts_editions import read_book
from pipelines.read.pts.pts_historic import read_historic
from pipelines.tables import contracts
from pipelines.tables.history_tables import PTS_HISTORIK

DATA = Path(__file__).parents[1] / "data/pts/tabellbilaga-historiska-uppgifter-teknik.xlsx"
LONG = "Andel med tillgång till fast bredband via LTE ej 450 MHz"


def table(path: Path, region=None):
    ledger = Ledger("pts")
    return read_historic(read_sheets(path), region or make.region(), ledger), ledger


def value(frame, kod, ar, matt, typ="totalt") -> float:
    found = frame[
        (frame["kommunkod"] == kod) & (frame["ar"] == ar) & (frame["matt"] == matt) & (frame["omradestyp"] == typ)
    ]
    assert len(found) == 1, found
    return found["andel"].iloc[0]


def book(path: Path, rows, name="Fast bredband-teknik, totalt", merge=()) -> Path:
    return make.book(path, {name: rows}, merge=merge)


def as_pts(rows, years=(2015, 2016), measures=(LONG, "Andel med fiber i närheten")):
    """Title, three blank rows, header in rows 5 to 7, data from row 8, as in PTS's own workbook."""
    n = len(years)
    head = [
        ["Kod", "Namn", *(x for m in measures for x in [m, *[""] * (n - 1)])],
        ["", "", *(list(years) * len(measures))],
        ["", "", *(["Hushåll"] * n * len(measures))],
    ]
    merge = [f"{chr(67 + n * i)}5:{chr(66 + n * (i + 1))}5" for i in range(len(measures))]
    return [["Historiska uppgifter"], [], [], [], *head, *rows], merge


def test_the_tiny_workbook(tmp_path):
    frame, _ = table(DATA)
    assert len(frame) == 3 * 2 * 3 and set(frame["niva"]) == {"kommun"}
    assert value(frame, "9902", 2021, "fiber") == 0.7 and value(frame, "9902", 2022, "fiber") == 0.8
    assert value(frame, "9901", 2022, "kabel_tv") == 0.3 and value(frame, "9903", 2021, "xdsl") == 0.9
    assert set(frame["bas"]) == {"hushall"}


def test_pts_own_long_headers_and_codes(tmp_path):
    """0 is riket, two digits a län, from 100 a kommun; a code below 1000 has lost its zero."""
    region = make.region(kommuner=(("0114", "Upplands Väsby"), ("0115", "Vallentuna")))
    rows, merge = as_pts(
        [
            [0, "Riket", 0.1, 0.2, 0.3, 0.4],
            [1, "Stockholms län", 0.15, 0.25, 0.35, 0.45],
            [3, "Uppsala län", 0.9, 0.9, 0.9, 0.9],
            [114, "Upplands Väsby", 0.5, 0.6, 0.7, 0.8],
            [115, "Vallentuna", "", 0.6, 0.7, 0.8],
            [330, "Knivsta", 0.9, 0.9, 0.9, 0.9],
            ["Källa: PTS", "", "", "", "", ""],
        ]
    )
    frame, ledger = table(book(tmp_path / "h.xlsx", rows, merge=merge), region)
    assert value(frame, "0114", 2015, "lte") == 0.5 and value(frame, "0114", 2016, "narhet_fiber") == 0.8
    by_level = frame[frame["matt"] == "lte"].set_index(["niva", "ar"])["andel"]
    assert by_level["riket", 2015] == 0.1 and by_level["lan", 2016] == 0.25
    assert frame[(frame["kommunkod"] == "0115") & (frame["matt"] == "lte")]["ar"].tolist() == [2016], "tom cell"
    said = {e.reason: e for e in ledger.entries}
    assert said["rader om andra län och deras kommuner"].count == 2
    assert said["tomma celler"].count == 1
    assert said["rader utan kod och tal (noter, rubriker)"].count == 1


def test_percent_and_text_codes_and_limits(tmp_path):
    rows, merge = as_pts([["9901", "Håbo", "61,5", ">99,99", 70, 80], ["9902", "Öckerö", 5, 6, 7, "-"]])
    frame, _ = table(book(tmp_path / "h.xlsx", rows, merge=merge))
    assert value(frame, "9901", 2015, "lte") == pytest.approx(0.615)
    assert value(frame, "9901", 2016, "lte") == pytest.approx(0.9999)
    assert value(frame, "9902", 2016, "lte") == pytest.approx(0.06)
    assert len(frame[frame["kommunkod"] == "9902"]) == 3, "ett streck är inget värde"


def test_headers_that_are_not_merged_and_units_side_by_side(tmp_path):
    rows = [
        ["Kod", "Namn", LONG, "", "", ""],
        ["", "", 2015, "", 2016, ""],
        ["", "", "Hushåll", "Arbetsställen", "Hushåll", "Arbetsställen"],
        [9901, "Håbo", 0.1, 0.9, 0.2, 0.8],
    ]
    frame, _ = table(book(tmp_path / "h.xlsx", rows))
    assert frame[["ar", "andel"]].to_numpy().tolist() == [[2015, 0.1], [2016, 0.2]]


def test_sheets_of_each_class(tmp_path):
    rows, merge = as_pts([[9901, "Håbo", 0.1, 0.2, 0.3, 0.4]])
    other, _ = as_pts([[9901, "Håbo", 0.01, 0.02, 0.03, 0.04]])
    path = make.book(
        tmp_path / "h.xlsx",
        {"Fast bredband-teknik, totalt": rows, "Fast bredband-teknik, tätbebyggt": rows, "Teknik glesbebyggt": other},
        merge=merge,
    )
    frame, _ = table(path)
    assert value(frame, "9901", 2015, "lte", "glesbebyggt") == 0.01
    assert value(frame, "9901", 2015, "lte", "tatbebyggt") == 0.1


def test_a_renamed_kommun_is_told_and_a_missing_one_too(tmp_path):
    rows, merge = as_pts([[9901, "Habo", 0.1, 0.2, 0.3, 0.4], ["sum", "Alla", 0.5, 0.5, 0.5, 0.5]])
    _, ledger = table(book(tmp_path / "h.xlsx", rows, merge=merge))
    said = {e.reason: e for e in ledger.entries}
    assert said["namn som inte är konfigurationens för koden"].examples == ("9901: Habo",)
    assert said["kommuner som historiken saknar"].examples == ("Öckerö", "Dals-Ed")
    assert said["rader med tal men utan kod"].count == 1


@pytest.mark.parametrize(("cell", "said"), [(1.7, "0–1"), ("hög", "tal")])
def test_impossible_figures(tmp_path, cell, said):
    rows, merge = as_pts([[9901, "Håbo", 0.1, cell, 0.3, 0.4]])
    with pytest.raises(DataError) as e:
        table(book(tmp_path / "h.xlsx", rows, merge=merge))
    assert "h.xlsx" in str(e.value) and "Rad: 8" in str(e.value), said


def test_two_figures_for_one_thing(tmp_path):
    rows, merge = as_pts([[9901, "Håbo", 0.1, 0.2, 0.3, 0.4], [9901, "Håbo", 0.1, 0.25, 0.3, 0.4]])
    with pytest.raises(DataError, match="Två tal i historiken gäller samma sak"):
        table(book(tmp_path / "h.xlsx", rows, merge=merge))


def test_no_codes(tmp_path):
    rows, merge = as_pts([["a", "Håbo", 0.1, 0.2, 0.3, 0.4]])
    with pytest.raises(DataError, match="ingen kolumn med koder"):
        table(book(tmp_path / "h.xlsx", rows, merge=merge))


def test_every_year_of_every_workbook_and_the_yearly_one_before_the_historic(tmp_path):
    raw = tmp_path / "raw/pts"
    raw.mkdir(parents=True)
    shutil.copy(DATA, raw / "historiska.xlsx")
    make.book(raw / "teknik_22.xlsx", {"Teknik": make.teknik(years=(2022,))})
    make.book(raw / "teknik_25.xlsx", {"Teknik": make.teknik(years=(2025,))})
    make.book(raw / "hastighet_25.xlsx", {"Hastighet": make.hastighet()})
    region, paths = make.region(), gpkg_files.paths(tmp_path)
    read_pts.run(region, paths)
    out = contracts.check(files.read_table(paths.table("pts_historik")), PTS_HISTORIK)
    fiber = out[(out["serie"] == "pts_teknik_fiber") & (out["omradestyp"] == "totalt") & (out["kommunkod"] == "9901")]
    # 2021 ur historiken, 2022 ur årets egen arbetsbok (historiken säger 0,8), 2025 ur sin
    assert fiber[["ar", "andel_pct"]].to_numpy().tolist() == [[2021, 70.0], [2022, 75.0], [2025, 75.0]]
    assert fiber["kalla"].tolist() == [
        "PTS historiska uppgifter",
        "PTS tabellbilaga teknik 2022",
        "PTS tabellbilaga teknik 2025",
    ]
    entries = {e.reason: e for e in Ledger("x").entries}
    speed = out[out["serie"] == "pts_hastighet_passerad_1000"]
    assert set(speed["troskel_mbit"]) == {1000} and set(speed["matt"]) == {"passerad"}
    assert set(out.loc[out["niva"] == "lan", "kommunkod"]) == {"99"}
    near = out[out["serie"] == "pts_narhet_fiber"]
    assert set(near["matt"]) == {"passerad"} and set(near["teknik"]) == {"fiber"}
    assert "0643" not in set(out["kommunkod"]) and "Habo" not in set(out["kommunnamn"])
    assert not entries


def test_where_two_workbooks_differ_it_is_told(tmp_path):
    from pipelines.core import ledger

    raw = tmp_path / "raw/pts"
    raw.mkdir(parents=True)
    shutil.copy(DATA, raw / "historiska.xlsx")
    make.book(raw / "teknik_22.xlsx", {"Teknik": make.teknik(years=(2022,))})
    paths = gpkg_files.paths(tmp_path)
    read_pts.run(make.region(), paths)
    said = {e.reason: e for e in ledger.load(paths.ledger("pts")).entries}
    told = said["tal som två arbetsböcker anger olika för samma år"]
    # xDSL 0,1 mot 0,8, fiber 0,75 mot 0,8 och kabel-tv 0,25 mot 0,3 i tre kommuner
    assert told.count == 9 and told.examples[0].startswith("Håbo 2022")


def test_a_historic_workbook_is_a_book_of_its_own_role():
    assert read_book(DATA, make.region()).years("historik") == [2021, 2022]
