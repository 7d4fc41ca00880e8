"""Workbooks from outside: hostile files, header rows by name, numbers as people write them."""

from __future__ import annotations

import time
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pts_files as make
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.core.errors import DataError
from pipelines.formats import xlsx
from pipelines.formats.headers import find_header, header_texts, place_key, words
from pipelines.formats.shares import MISSING, Place, counts, parse_cell, table_shares
from pipelines.read.pts.pts_fields import is_technique_table, speed_field, technique_field

# --- hostile workbooks ------------------------------------------------------------------------------


def test_a_cell_far_away_is_refused_before_memory_is_asked_for(tmp_path: Path) -> None:
    wb = openpyxl.Workbook()
    wb.active["A1"], wb.active["XFD1048576"] = 1, 1  # type: ignore[index]
    wb.save(tmp_path / "a.xlsx")
    with pytest.raises(DataError, match="orimligt stor") as e:
        xlsx.read_sheets(tmp_path / "a.xlsx")
    assert "celler i ett blad" in str(e.value)


def test_formatted_but_empty_cells_far_away_are_no_data(tmp_path: Path) -> None:
    wb = openpyxl.Workbook()
    wb.active["A1"] = "hej"  # type: ignore[index]
    wb.active["XFD1048576"].font = openpyxl.styles.Font(bold=True)  # type: ignore[index]
    wb.save(tmp_path / "a.xlsx")
    assert xlsx.read_sheets(tmp_path / "a.xlsx")[0].rows == [["hej"]]


@pytest.mark.parametrize("empty", ["<c {}/>", "<c {}></c>", "<c {}><v/></c>", "<c {}><v></v></c>", "<c {}> </c>"])
def test_an_empty_cell_far_away_costs_nothing_however_it_is_written(tmp_path: Path, empty: str) -> None:
    far = empty.format('r="XFD1048576" s="0"')
    path = _sheet_xml(tmp_path / "a.xlsx", f'<row r="1"><c r="A1"><v>7</v></c></row><row r="1048576">{far}</row>')
    assert xlsx.read_sheets(path)[0].rows == [[7.0]]


def _sheet_xml(path: Path, cells: str) -> Path:
    """A workbook whose only sheet has this XML as its data."""
    make.book(path, {"A": [["x"]]})
    with zipfile.ZipFile(path) as z:
        parts = {n: z.read(n) for n in z.namelist()}
    xml = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>'
    parts["xl/worksheets/sheet1.xml"] = xml.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in parts.items():
            z.writestr(name, data)
    return path


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="1048576">' + "<c><v>1</v></c>" * 16_000 + '</row><row r="1"><c><v>1</v></c></row>',
        "<row r='1'><c r='A1'><v>1</v></c></row><row r='9'><c r='XFD1048576' t='/>'><v>1</v></c></row>",
        '<row r="1"><c r="A1"><v>1</v></c><c s="1" r = "xfd1048576"><v>2</v></c></row>',
    ],
)
def test_other_ways_to_write_a_far_away_cell_are_refused(tmp_path: Path, cells: str) -> None:
    with pytest.raises(DataError, match="orimligt stor"):
        xlsx.read_sheets(_sheet_xml(tmp_path / "a.xlsx", cells))


def test_one_long_text_in_many_cells_is_refused(tmp_path: Path) -> None:
    text = "x" * 2_000_000
    row = '<c t="inlineStr"><is><t>' + text + "</t></is></c>" + "<c><v>1</v></c>" * 1_500
    with pytest.raises(DataError, match="MB text"):
        xlsx.read_sheets(_sheet_xml(tmp_path / "a.xlsx", f'<row r="1">{row}</row>'))


def test_a_zip_bomb_is_refused_by_its_declared_size(tmp_path: Path) -> None:
    make.book(tmp_path / "a.xlsx", {"A": [["x"]]})
    with zipfile.ZipFile(tmp_path / "a.xlsx", "a", zipfile.ZIP_DEFLATED) as z:
        z.writestr("xl/bomb.xml", b"0" * (xlsx.MAX_BYTES + (1 << 20)))
    assert (tmp_path / "a.xlsx").stat().st_size < 1 << 20
    with pytest.raises(DataError, match="orimligt stor"):
        xlsx.read_sheets(tmp_path / "a.xlsx")


def test_a_member_that_lies_about_its_size_is_never_unpacked_beyond_it(tmp_path: Path) -> None:
    path = make.book(tmp_path / "a.xlsx", {"A": [["x"] * 5] * 2000})
    with zipfile.ZipFile(path) as z:
        size = z.getinfo("xl/worksheets/sheet1.xml").file_size
    data = path.read_bytes()
    assert data.count(size.to_bytes(4, "little")) >= 1
    path.write_bytes(data.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little")))
    with pytest.raises(DataError, match="ingen läsbar arbetsbok"):
        xlsx.read_sheets(path)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "låst med lösenord"),
        (b"<html>403</html>", "ingen läsbar arbetsbok"),
        (b"PK\x03\x04" + b"\0" * 40, "ingen läsbar arbetsbok"),
    ],
)
def test_what_is_no_workbook_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)
    with pytest.raises(DataError, match=told) as e:
        xlsx.read_sheets(tmp_path / "a.xlsx")
    assert "Gör så här" in str(e.value) and "a.xlsx" in str(e.value)


def test_a_zip_that_is_no_workbook_is_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as z:
        z.writestr("hej.txt", "hej")
    with pytest.raises(DataError, match="går inte att läsa"):
        xlsx.read_sheets(tmp_path / "a.xlsx")


def test_macros_are_not_even_handed_to_the_reader(tmp_path: Path) -> None:
    path = make.book(tmp_path / "a.xlsx", {"A": [["x"]]})
    with zipfile.ZipFile(path, "a") as z:
        z.writestr("xl/vbaProject.bin", b"macro")
    assert b"macro" not in xlsx._measured(path)
    assert xlsx.read_sheets(path)[0].rows == [["x"]]


def test_hidden_sheets_are_passed_over_and_row_numbers_are_the_sheets_own(tmp_path: Path) -> None:
    path = make.book(tmp_path / "a.xlsx", {"A": [[], [], ["", "x"]], "Dold": [["y"]]}, hidden=["Dold"])
    (sheet,) = xlsx.read_sheets(path)
    assert sheet.rows[2][1] == "x" and "blad «A»" in sheet.label


def test_a_workbook_of_the_real_size_reads_in_a_second(tmp_path: Path) -> None:
    path = make.book(tmp_path / "a.xlsx", {"A": make.teknik() * 130})  # about 2 000 rows: 290 kommuner, 3, 2
    begin = time.process_time()
    xlsx.read_sheets(path)
    assert time.process_time() - begin < 1


# --- header rows ------------------------------------------------------------------------------------


def _sheet(rows: list[list[Any]], merged: Any = ()) -> xlsx.Sheet:
    return xlsx.Sheet(Path("x.xlsx"), "A", rows, merged)


_UNLIKE = {"å": "a", "ä": "a", "ö": "o", "Å": "A", "Ä": "A", "Ö": "O"}


@st.composite
def disguised(draw: st.DrawFn) -> tuple[list[list[Any]], int, list[int]]:
    """The publisher's header, its columns shuffled, spelled otherwise, under junk; where it is; the order."""
    order = draw(st.permutations(range(len(make.HEAD))))
    cells = []
    for i in order:
        text = make.HEAD[i]
        if draw(st.booleans()):
            text = text.upper() if draw(st.booleans()) else text.lower()
        if draw(st.booleans()):
            text = "".join(_UNLIKE.get(c, c) for c in text)
        if draw(st.booleans()):
            text = draw(st.sampled_from([" ", "\n", "\xa0", "  "])).join(text.split(" ")) + draw(
                st.sampled_from(["", " ", "*"])
            )
        cells.append(text)
    junk = st.lists(st.one_of(st.just(""), st.text(max_size=12), st.floats(0, 1)), max_size=8)
    above = draw(st.lists(junk, max_size=6))
    return [*above, cells, *make.teknik()[1:3]], len(above), list(order)


@settings(max_examples=80, deadline=None)
@given(disguised())
def test_the_header_is_found_wherever_and_however_it_is_written(table: tuple[list[list[Any]], int, list[int]]) -> None:
    rows, at, order = table
    header = find_header(_sheet(rows), technique_field, is_technique_table)
    assert header is not None and header.last == at
    names = [
        "ar",
        "bas",
        "niva",
        "omrade",
        "lan",
        "kommun",
        "antal",
        "xdsl",
        "vdsl",
        "fiber",
        "narhet_fiber",
        "kabel_tv",
        "fast_radio",
        "lte",
        "nr",
        "tradbunden",
        "total",
    ]
    found = {f.partition("|")[0]: c for f, c in header.columns.items()}
    assert found == {names[i]: c for c, i in enumerate(order)}


def test_no_header_where_there_is_none() -> None:
    assert find_header(_sheet(make.teknik()[1:]), technique_field, is_technique_table) is None
    assert find_header(_sheet([]), technique_field, is_technique_table) is None


def test_group_headings_are_joined_also_when_they_stand_above_a_complete_header() -> None:
    rows = [["", "Tillgång", "", "Homes passed", ""], ["Kommun", "30 Mbit/s", "1 Gbit/s", "100 Mbit/s", "1 000 Mbit/s"]]
    merged = (((0, 1), (0, 2)), ((0, 3), (0, 4)))
    rows[1][4] = "1 Gbit/s"
    header = find_header(
        _sheet([*rows, ["Ale", 0.9, 0.8, 0.95, 0.9]], merged), speed_field, lambda f: "tillgang_30|" in f
    )
    assert header is not None
    assert header.columns == {
        "kommun": 0,
        "tillgang_30|": 1,
        "tillgang_1000|": 2,
        "passerad_100|": 3,
        "passerad_1000|": 4,
    }


def test_group_headings_without_merged_cells_are_carried_to_the_right() -> None:
    rows = [["", "Tillgång", "", "Homes passed", ""], ["Kommun", "30 Mbit/s", "1 Gbit/s", "30 Mbit/s", "1 Gbit/s"]]
    header = find_header(_sheet([*rows, ["Ale", 0.9, 0.8, 0.95, 0.9]]), speed_field, lambda f: "tillgang_30|" in f)
    assert header is not None and header.last == 1
    assert header.columns["passerad_1000|"] == 4 and header.columns["tillgang_1000|"] == 2


def test_merged_ranges_are_clipped_to_the_sheet() -> None:
    assert header_texts(_sheet([["a", ""], ["b", "c"]], (((0, 0), (1_048_575, 16_383)),)), 0, 2) == ["a", "a"]


def test_names_are_compared_without_diacritics_but_places_with() -> None:
    assert words("I NÄRHET\xa0av  fiber¹") == "i narhet av fiber1"
    assert place_key("Ha\u030abo") == place_key(" HÅBO ") != place_key("Habo")


# --- numbers ----------------------------------------------------------------------------------------

decimals = st.decimals(0, 100, places=3)


@given(
    decimals,
    st.sampled_from(["", "<", ">", "≥ ", "≤"]),
    st.sampled_from([".", ","]),
    st.sampled_from(["", "%", " %", "\xa0%"]),
)
def test_a_number_is_read_as_it_is_written(number: Decimal, side: str, point: str, unit: str) -> None:
    parsed = parse_cell(f" {side}{str(number).replace('.', point)}{unit} ")
    assert parsed is not None
    assert parsed[0] == pytest.approx(float(number) / (100 if unit else 1), abs=1e-12)
    assert parsed[1] == bool(unit) and parsed[2] == {"<": "<", "≤": "<", ">": ">", "≥ ": ">"}.get(side, "")


@given(st.integers(0, 10**9), st.sampled_from([" ", "\xa0", "\u202f", "\u2009"]))
def test_thousands_are_set_apart_by_any_space(number: int, space: str) -> None:
    assert parse_cell(f"{number:,}".replace(",", space)) == (float(number), False, "")


@given(st.text(max_size=20))
def test_any_text_is_a_number_or_missing_or_refused(text: str) -> None:
    parsed = parse_cell(text)
    assert parsed is None or np.isnan(parsed[0]) or np.isfinite(parsed[0])


@pytest.mark.parametrize("text", sorted(MISSING))
def test_signs_for_no_figure(text: str) -> None:
    parsed = parse_cell(text.upper())
    assert parsed is not None and np.isnan(parsed[0])


@pytest.mark.parametrize(
    "cell", ["#DIV/0!", "1.234,5", "0,9 (prel)", True, "--", "1 2", float("inf"), "1e999", "5 Mbit/s", "0,75¹", "0,7½"]
)
def test_what_is_no_number_is_refused(cell: Any) -> None:
    assert parse_cell(cell) is None


def _place(n: int, header: str = "Andel") -> Place:
    return Place("fil.xlsx, blad «A»", range(2, 2 + n), header)


def read(*columns: list[Any]) -> list[list[float]]:
    named = {f"k{i}": c for i, c in enumerate(columns)}
    values, _ = table_shares(named, {k: _place(len(c), k) for k, c in named.items()})
    return [values[k].tolist() for k in named]


@given(
    st.lists(st.integers(0, 1000), min_size=3, max_size=30).filter(
        lambda x: max(x) >= 200 and sorted(x)[len(x) // 2] > 20
    )
)
def test_a_column_means_the_same_as_shares_percentages_or_text(permille: list[int]) -> None:
    expected = [round(p / 1000, 12) for p in permille]
    for column in (
        [p / 1000 for p in permille],
        [p / 10 for p in permille],
        [f"{p / 10:.1f}".replace(".", ",") for p in permille],
        [f"{p / 10:.1f} %".replace(".", ",") for p in permille],
    ):
        (got,) = read(column)
        assert got == pytest.approx(expected, abs=1e-12)


def test_the_scale_is_the_columns_never_the_cells() -> None:
    assert read([0.9, 95.0, 80.0]) == [[0.009, 0.95, 0.8]]  # 0.9 among percentages is 0.9 %
    assert read([">99,99%", 0.5, "-", "<0,01%"])[0][:2] == [0.9999, 0.5]


def test_other_columns_of_the_table_decide_for_a_column_of_small_percentages() -> None:
    assert read([95.0, 80.0, 70.0], [0.1, 0.0, 1.4])[1] == [0.001, 0.0, 0.014]


def test_a_column_below_one_in_a_table_of_percentages_may_be_either_and_stops() -> None:
    with pytest.raises(DataError, match="andelar eller procent") as e:
        read([95.0, 80.0, 70.0], [0, 0.25, 1.0])
    assert (e.value.row, e.value.column) == (3, "k1") and "procenttecken" in str(e.value)
    assert read([95.0, 80.0], ["0,5 %", 0.0])[1] == [0.005, 0.0], "med procenttecken är enheten känd"


def test_a_row_of_shares_in_a_table_of_percentages_stops() -> None:
    with pytest.raises(DataError, match="En rad är andelar") as e:
        read([95.0, 0.8, 70.0], [99.0, 0.9, 80.0], [60.0, 0.5, "-"])
    assert e.value.row == 3
    assert read([95.0, 0.8, 70.0], [99.0, 60.0, 80.0], [60.0, 0.5, "-"])[0][1] == 0.008


@pytest.mark.parametrize(
    ("column", "row", "told"),
    [
        ([0.5, 1.2, 0.4], 3, "större än 1"),
        ([0.5, 0.3, 87.0, 0.4], 4, "större än 1"),
        ([95.0, 80.0, 100.5], 4, "större än 1"),
        ([0.5, -0.1], 3, "negativ"),
        ([0.5, "#REF!"], 3, "går inte att läsa som tal"),
    ],
)
def test_impossible_shares_stop_with_row_and_column(column: list[Any], row: int, told: str) -> None:
    with pytest.raises(DataError, match=told) as e:
        read(column)
    assert (e.value.row, e.value.column, e.value.file) == (row, "k0", "fil.xlsx, blad «A»")
    assert e.value.found == str(column[row - 2])


def test_a_sign_that_may_part_off_thousands_or_decimals_is_judged_by_the_column() -> None:
    assert read(["1,000", "0,930", 0.5]) == [[1.0, 0.93, 0.5]], "0,930: komma är decimaltecken"
    assert read(["93,125", "88,5", "1,000 %"]) == [[0.93125, 0.885, 0.01]]
    for column in (["1,000", 0.5, 0.25], ["1.000", "0,93"], [">1,000", "-"], ["1.000", "1.000"]):
        with pytest.raises(DataError, match="läsas på två sätt") as e:
            read(column)
        assert e.value.row == 2


def test_noise_of_floating_point_is_no_error() -> None:
    assert read([1.0000000002, -1e-12, 0.5])[0] == [1.0, 0.0, 0.5]


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (-3, "negativt"),
        (2.5, "inte ett heltal"),
        ("1,234", "inte ett heltal"),
        ("många", "tal"),
        ("1,000", "tusental"),
        ("1.000", "tusental"),
        ("12.500", "tusental"),
        ("100 %", "gräns eller en andel"),
        ("<5", "gräns eller en andel"),
    ],
)
def test_counts_are_whole_and_not_negative(cell: Any, told: str) -> None:
    assert counts([3, "1 200", "-", 4.0], _place(4))[:2].tolist() == [3, 1200]
    with pytest.raises(DataError, match=told):
        counts([3, cell], _place(2, "Antal hushåll"))
