"""The workbook and its CSV files, read back with openpyxl and csv, against figures calculated by hand."""

import csv
import json
import math
import re
import shutil
from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import planning_county as county
import pyarrow as pa
import pytest

from pipelines.core.level import LEVELS
from pipelines.publish.workbook import book, csvs, readme, workbook_content, write_workbook
from pipelines.publish.workbook import workbook_styles as styles_of
from pipelines.publish.workbook.overview import OVERSIKT
from pipelines.publish.workbook.safe import harmless
from pipelines.tables import gap_tables, goal_tables, history_tables, project_tables, step_tables, summary_tables
from pipelines.tables.reconciliation_tables import AVSTAMNING_KALLOR, AVVIKELSER

CONTRACTS = {
    "Översikt": OVERSIKT,
    "Kommuner": summary_tables.KOMMUNER,
    "Mål": goal_tables.MAL,
    "Projekt": project_tables.PROJEKT,
    "Billigaste mix": project_tables.BILLIGASTE_MIX,
    "Bristområden": gap_tables.BRISTOMRADEN,
    "Kurva": gap_tables.BRISTKURVA,
    "Prioritering PTS": goal_tables.PRIORITERING_PTS,
    "PTS att lämna in": goal_tables.PTS_INLAMNING,
    "Projekt PTS": goal_tables.PTS_PROJEKT,
    "Kontrolleras": step_tables.KONTROLLERAS,
    "Avvikelser": AVVIKELSER,
    "Historik": history_tables.HISTORIK,
    "Framskrivning": history_tables.FRAMSKRIVNING,
}
FILES = {
    "Översikt": "tabeller/oversikt.csv",
    "Kommuner": "kommuner.csv",
    "Mål": "tabeller/mal.csv",
    "Projekt": "tabeller/projekt.csv",
    "Billigaste mix": "tabeller/billigaste_mix.csv",
    "Bristområden": "tabeller/bristomraden.csv",
    "Kurva": "tabeller/kurva.csv",
    "Prioritering PTS": "prioritering_pts.csv",
    "PTS att lämna in": "pts_prioritering_2023.csv",
    "Projekt PTS": "tabeller/pts_projekt.csv",
    "Kontrolleras": "tabeller/kontrolleras.csv",
    "Avvikelser": "tabeller/avvikelser.csv",
    "Historik": "tabeller/historik.csv",
    "Framskrivning": "tabeller/framskrivning.csv",
}
ONLY_FILES = {
    "Avstämning": ("tabeller/avstamning.csv", goal_tables.AVSTAMNING),
    "Avstämning källor": ("tabeller/avstamning_kallor.csv", AVSTAMNING_KALLOR),
}


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """The county, of which tests write their own workbooks in a copy."""
    return county.write(tmp_path_factory.mktemp("lan"))


def copied(tables, folder):
    region, paths = tables
    there = replace(paths, out=folder / "out", maps=folder / "maps")
    shutil.copytree(paths.step, there.step)
    return region, there


@pytest.fixture(scope="module")
def made(tables, tmp_path_factory):
    region, paths = copied(tables, tmp_path_factory.mktemp("tabeller"))
    write_workbook.run(region, paths)
    return paths, openpyxl.load_workbook(paths.built("out/kommuner.xlsx"))


def _header(sheet):
    """Row number of the header: the frozen rows end with it."""
    return int("".join(c for c in sheet.freeze_panes if c.isdigit())) - 1


def _rows(sheet):
    top = _header(sheet)
    heads = [c.value for c in sheet[top] if c.value]
    return [dict(zip(heads, (c.value for c in row), strict=False)) for row in sheet.iter_rows(min_row=top + 1)]


def _file(paths, name, contract):
    """Rows of a CSV file by the columns' headings, as the sheet would have them."""
    with paths.built(f"out/{name}").open(encoding="utf-8-sig", newline="") as f:
        rows = list(csv.DictReader(f))
    told = {c.name: (c.alias, str if c.kind in ("text", "ja_nej") else float) for c in contract.columns}
    return [{told[k][0]: (told[k][1](v) if v else None) for k, v in row.items() if k in told} for row in rows]


def _pick(rows, **where):
    found = [r for r in rows if all(r[k] == v for k, v in where.items())]
    assert len(found) == 1, found
    return found[0]


def test_sheets_stand_in_order_with_mark_frozen_header_and_filter(made):
    _, book = made
    assert book.sheetnames == ["Läs mig", *CONTRACTS]
    assert "DEMO" in book.properties.description
    for sheet in book:
        assert sheet["A1"].value.startswith("DEMO")
        top = _header(sheet)
        assert 2 <= top <= 6, "few rows are frozen: the table must be seen on a small screen"
        assert sheet.auto_filter.ref.startswith(f"A{top}:")
        assert sheet.auto_filter.ref.endswith(str(max(sheet.max_row, top)))


def test_no_mark_when_the_data_are_real(tables, tmp_path):
    region, paths = copied(tables, tmp_path)
    paths.run_facts.write_text(json.dumps(county.FACTS | {"demo": False}), encoding="utf-8")
    write_workbook.run(region, paths)
    book = openpyxl.load_workbook(paths.built("out/kommuner.xlsx"))
    for sheet in book:
        for row in sheet.iter_rows(values_only=True):
            assert not any("DEMO" in str(v) for v in row if v is not None)
    with paths.built("out/tabeller/mal.csv").open(encoding="utf-8-sig") as f:
        assert {r["demo"] for r in csv.DictReader(f)} == {"nej"}


def test_every_column_of_every_sheet_is_explained_and_how_it_is_known(made):
    _, book = made
    about = _rows(book["Läs mig"])
    for name, table in CONTRACTS.items():
        sheet = book[name]
        heads = [c.value for c in sheet[_header(sheet)] if c.value]
        assert {c.alias for c in table.columns} <= set(heads)
        for head in heads:
            told = _pick(about, Blad=name, Rubrik=head)
            assert told["Betydelse"] and told["Hur den är känd"] and told["CSV-fil"] == FILES[name]
    for name, (file, table) in ONLY_FILES.items():
        assert f"Bara som fil: {file}" in _pick(about, Rubrik=f"Filen {name}")["Betydelse"]
        for c in table.columns:
            assert _pick(about, Blad=name, Rubrik=c.alias)["CSV-fil"] == file
    known = {r["Hur den är känd"] for r in about if r["Hur den är känd"]}
    for word in ("publicerad", "uppmätt", "modellerad", "antaganden"):
        assert any(word in k for k in known)
    assert any("nedladdning" in str(r["Betydelse"]) and "symmetriska" in r["Betydelse"] for r in about)


def test_a_name_that_looks_like_a_formula_stays_text_everywhere(made):
    paths, book = made
    met = 0
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert (sheet.title, cell.row) == ("Prioritering PTS", _header(sheet) - 1)
                    assert cell.value.startswith("=COUNTIF(A") and "cmd" not in cell.value
                elif isinstance(cell.value, str):
                    assert not cell.value.startswith(("=", "+", "-", "@")) and cell.hyperlink is None
                    met += "cmd|" in cell.value
    assert met > 50
    for file in (*FILES.values(), *(file for file, _ in ONLY_FILES.values())):
        with paths.built(f"out/{file}").open(encoding="utf-8-sig", newline="") as f:
            for line in csv.reader(f):
                for value in line:
                    number = value.removeprefix("-").replace(".", "", 1).isdigit()
                    assert number or not value.startswith(("=", "+", "-", "@", "\t", "\r")), value
    assert harmless(county.DELREGION) == "'@SUM(1)"


def test_goals_by_hand(made):
    _, book = made
    rows = _rows(book["Mål"])
    same = {"Mål nr": 1, "Mått": "passerad", "Områdestyp": "totalt", "Bas": "hushall"}
    a = _pick(rows, Kod="1480", Källa="egen", **same)
    b = _pick(rows, Kod="1490", Källa="egen", **same)
    lan = _pick(rows, Nivå="lan", Källa="egen", **same)
    # 40 households, 1 covered; 25, of which 15 covered and 10 with probability 0.2
    assert (a["Antal"], a["Antal utan"], a["Andel (%)"]) == pytest.approx((40, 39, 2.5))
    assert (b["Antal"], b["Antal utan"], b["Andel (%)"]) == pytest.approx((25, 8, 68))
    assert lan["Andel (%)"] == pytest.approx(100 * 18 / 65, abs=1e-6)
    assert a["Saknas till målet"] == pytest.approx(0.98 * 40 - 1)
    assert lan["Saknas till målet"] == pytest.approx(0.98 * 65 - 18)
    assert (a["Uppnått"], a["Rang"], b["Rang"], b["Rang av"]) == ("nej", 2, 1, 2)
    assert lan["Rang"] is None
    assert b["Skillnad mot länet (procentenheter)"] == pytest.approx(68 - 100 * 18 / 65, abs=1e-6)
    assert b["Skillnad mot riket (procentenheter)"] == pytest.approx(68 - 96)  # PTS's riket: 94 + 2
    assert (a["Känd genom"], b["Känd genom"]) == ("uppmatt", "blandad")
    assert b["Avgjort av täckningsuppgifter (%)"] == pytest.approx(60)
    assert (a["Adresser utan boende"], a["Adresser utan boende, utan"]) == (1, 1)
    assert b["Adresser utan boende"] == 0


def test_surface_by_hand_and_its_parts_sum_to_100(made):
    _, book = made
    rows = [r for r in _rows(book["Mål"]) if r["Land (ha)"]]
    for r in rows:
        three = [r[f"Yta {x} (%)"] for x in ("utan", "täckt", "utan adresser")]
        assert sum(three) == pytest.approx(100, abs=1e-5)
    b = _pick(rows, Kod="1490", **{"Mål nr": 1, "Mått": "passerad", "Områdestyp": "totalt"})
    # 1 ha a cell. Covered: x 0-140 in one cell. Modelled at 0, 300, 600, 900, 1200: each in its own cell.
    assert b["Land (ha)"] == 16
    assert b["Yta utan (%)"] == pytest.approx(100 * 5 * 0.8 / 16)
    assert b["Yta utan adresser (%)"] == pytest.approx(100 * 10 / 16)


def test_pts_rows_are_ptss_own_figures(made):
    _, book = made
    rows = [r for r in _rows(book["Mål"]) if r["Källa"] == "pts"]
    for matt, extra in (("tillgang", 0), ("passerad", 2)):
        same = {"Mål nr": 2, "Mått": matt, "Områdestyp": "glesbebyggt"}
        for niva, omrade, kod, homes, work in county.PTS:
            if kod == "0643" or (niva == "lan" and not omrade.startswith("Västra")):
                continue
            code = {"riket": "00", "lan": "14"}.get(niva, kod)
            for bas, share in (("hushall", homes), ("arbetsstallen", work)):
                r = _pick(rows, Kod=code, Bas=bas, **same)
                assert r["Andel (%)"] == pytest.approx(100 * share + extra)
                assert (r["Känd genom"], r["PTS-tabell"]) == ("publicerad", "hastighet")
        # households: 97, 95 (ours), 95, 91; arbetsställen: 96, 91, 90 (ours), 89
        lan = {"Nivå": "lan", **same}
        assert [_pick(rows, Bas="hushall", **lan)[k] for k in ("Rang", "Rang av")] == [2, 4]
        assert [_pick(rows, Bas="arbetsstallen", **lan)[k] for k in ("Rang", "Rang av")] == [3, 4]
    assert {r["Namn"] for r in rows if r["Nivå"] == "lan"} == {"Västra Götaland"}
    assert not [r for r in _rows(book["Mål"]) if r["Bas"] == "arbetsstallen" and r["Källa"] == "egen"]


def test_mobile_stands_beside_with_its_own_header_and_year(made):
    _, book = made
    rows = _rows(book["Mål"])
    same = {"Mått": "passerad", "Områdestyp": "totalt", "Bas": "hushall", "Källa": "egen"}
    fast = _pick(rows, Kod="1480", **{"Mål nr": 1}, **same)
    assert fast["Mobil yttäckning (%)"] == pytest.approx(80)
    assert (fast["Mobil: mått"], fast["Mobil: olikhet"]) == ("Data 100 Mbit/s Minst en (2024)", ">")
    slow = _pick(rows, Kod="1480", **{"Mål nr": 3}, **same)
    assert slow["Mobil: mått"] == "Data 10 Mbit/s Minst en (2024)"
    assert _pick(rows, Kod="1490", **{"Mål nr": 1}, **same)["Mobil yttäckning (%)"] is None


def test_without_speed_workbook_ptss_shares_are_bounds_from_technique_and_say_so(tmp_path):
    region, paths = county.write(tmp_path, hastighet=False, mobil=False)
    write_workbook.run(region, paths)
    rows = _rows(openpyxl.load_workbook(paths.built("out/kommuner.xlsx"))["Mål"])
    same = {"Mål nr": 1, "Områdestyp": "totalt", "Bas": "hushall", "Källa": "pts", "Kod": "1480"}
    r = _pick(rows, Mått="tillgang", **same)
    assert (r["Andel (%)"], r["Känd genom"], r["PTS-tabell"]) == (pytest.approx(70), "beraknad", "teknik")
    assert _pick(rows, Mått="passerad", **same)["Andel (%)"] == pytest.approx(75)
    assert all(r["Mobil yttäckning (%)"] is None for r in rows)


def test_reconciliation_by_hand(made):
    paths, _ = made
    rows = _file(paths, *ONLY_FILES["Avstämning"])
    r = _pick(rows, Kod="1480", Områdestyp="totalt", Mått="tillgang", **{"Tröskel (Mbit/s ned)": 100})
    assert (r["Vår andel (%)"], r["PTS andel (%)"], r["PTS-källa"]) == (pytest.approx(2.5), 80, "hastighet")
    assert r["Avvikelse (procentenheter)"] == pytest.approx(-77.5)
    assert r["Avvikelse (hushåll)"] == pytest.approx(-31)
    assert r["Över toleransen"] == "ja"
    b = _pick(rows, Kod="1490", Områdestyp="totalt", Mått="tillgang", **{"Tröskel (Mbit/s ned)": 100})
    assert (b["Avvikelse (procentenheter)"], b["Över toleransen"]) == (pytest.approx(0), "nej")
    lan = _pick(rows, Nivå="lan", Områdestyp="totalt", Mått="passerad", **{"Tröskel (Mbit/s ned)": 30})
    assert lan["PTS andel (%)"] == pytest.approx(97)


def test_priority_list_by_hand(made):
    paths, book = made
    sheet = book["Prioritering PTS"]
    rows = _rows(sheet)
    # Eligible: 40 less planned, empty and in tätort = 37, and 5 modelled. At most 30 % of 42: 12.
    areas = [r for r in _rows(book["Bristområden"]) if r["Bristområde"].startswith("100-tillgang-")]
    big = next(r for r in areas if r["Adresser som räknas som utan (antal)"] == 40)
    # Support up to the plot boundary: trench and fixed cost; 38 of the 40 are eligible, 37 of them with households.
    each = (big["Kostnad, schakt (kr)"] + big["Kostnad, fast (kr)"]) * 38 / 40 / 37
    rate = 220 + (600 - 220) / 40  # one of the 40 is tätbebyggt
    assert each == pytest.approx((4000 * 1.3 * rate + 75_000) * 38 / 40 / 37, rel=1e-6)
    need = next(k for k in range(26) if each * (1 - 0.02 * k) <= county.CEILING)
    assert 0 < need <= 12
    chosen = [r["Adress-id"] for r in rows if r["Prioriterad"] == "ja"]
    assert chosen == [f"g{i:02}" for i in range(3, 3 + need)]
    assert [r["Adress-id"] for r in rows] == [f"g{i:02}" for i in range(3, 40)]
    line = _header(sheet) - 1
    assert sheet.cell(line, 4).value == 12
    assert "kontrollera årets regler" in sheet["A2"].value
    assert "av 42 stödberättigade adresser enligt oss" in sheet["A3"].value
    assert sheet.data_validations.dataValidation[0].formula1 == '"ja,nej"'
    projects = {r["Stödberättigade byggnader"]: r for r in _rows(book["Projekt PTS"])}
    assert projects[37]["Skäl"] == "prioriteras"
    assert projects[37]["Jämfört stöd (kr)"] == pytest.approx(each * (1 - 0.02 * need), abs=0.01)
    other = next(r for k, r in projects.items() if k != 37)
    assert (other["Skäl"], other["varav modellerade"], other["Behöver prioriteras"]) == ("over_taket", 5, None)
    handed_in = _rows(book["PTS att lämna in"])
    assert [r["Adress-id"] for r in handed_in] == chosen
    assert f"{need} av projektets 37 stödberättigade byggnader prioriteras" in handed_in[0]["Motivering"]
    values = openpyxl.load_workbook(paths.built("out/kommuner.xlsx"), data_only=True)["Prioritering PTS"]
    assert values.cell(line, 2).value == need


def test_csv_files_hold_what_the_sheets_hold(made):
    paths, book = made
    for name, file in FILES.items():
        raw = paths.built(f"out/{file}").read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf") and raw.endswith(b"\r\n")
        with paths.built(f"out/{file}").open(encoding="utf-8-sig", newline="") as f:
            found = list(csv.DictReader(f))
        sheet = _rows(book[name])
        assert len(found) == len(sheet)
        for line, row in zip(found, sheet, strict=True):
            assert (line["korning_id"], line["demo"], line["pts_ar"]) == ("0123456789ab", "DEMO", "2025")
            for c in CONTRACTS[name].columns:
                ours, theirs = line[c.name], row[c.alias]
                if theirs is None:
                    assert ours == ""
                elif c.kind in ("text", "ja_nej"):
                    assert ours == theirs
                else:
                    assert re.fullmatch(r"-?\d+(\.\d{1,6})?", ours), "no exponent, no more decimals than six"
                    assert math.isclose(float(ours), theirs, abs_tol=1e-9)


YEARS = {"Historik": ("År",), "Framskrivning": ("Första år", "Senaste år", "Nås år", "Nås tidigast", "Nås senast")}


def test_a_year_a_speed_and_a_place_in_a_list_have_no_space_between_thousands(made):
    """2025, never «2 025»: what is counted or measured alone is told in thousands."""
    _, book = made
    plain = ("År", "Tröskel", "Prioritet", "Mål nr", "Ordning", "Regelår", "Rang", "Nås", "Första år", "Senaste år")
    seen = set()
    for sheet in book:
        top = _header(sheet)
        for head in sheet[top]:
            if str(head.value).startswith(plain) and not str(head.value).startswith("Prioriterad"):
                styles = {sheet.cell(r, head.column).number_format for r in range(top + 1, sheet.max_row + 1)}
                assert styles <= {"0", "General"}, (sheet.title, head.value, styles)
                if "0" in styles:
                    seen.add((sheet.title, head.value))
    assert {("Mål", "Mål nr"), ("Kurva", "Tröskel (Mbit/s ned)"), ("Bristområden", "Prioritet")} <= seen
    for name, heads in YEARS.items():
        for column in CONTRACTS[name].columns:
            if column.alias in heads:
                assert styles_of.of_column(column) == "nummer"


@pytest.mark.parametrize("value", [2.1e-05, 1e-06, 123456789.125, -0.00002])
def test_a_number_is_written_without_exponent(value):
    (text,) = csvs.plain(pa.array([value])).to_pylist()
    assert re.fullmatch(r"-?\d+(\.\d{1,6})?", text)
    assert float(text) == value


def test_curve_has_a_chart_per_measure_with_a_line_per_threshold(made):
    _, book = made
    charts = book["Kurva"]._charts
    assert len(charts) == 2
    for chart in charts:
        assert len(chart.series) == 3
        for series in chart.series:
            first, last = series.yVal.numRef.f.split("!")[1].replace("$", "").split(":")
            rows = range(int(first[1:]), int(last[1:]) + 1)
            sheet = book["Kurva"]
            assert {sheet.cell(r, 1).value for r in rows} == {"14"}
            assert len({(sheet.cell(r, 3).value, sheet.cell(r, 4).value) for r in rows}) == 1


def test_the_same_tables_give_the_same_bytes(made, tables, tmp_path):
    paths, _ = made
    region, again = copied(tables, tmp_path)
    write_workbook.run(region, again)
    for file in ("kommuner.xlsx", *FILES.values()):
        assert paths.built(f"out/{file}").read_bytes() == again.built(f"out/{file}").read_bytes()


def test_overview_quotes_the_same_figures(made):
    _, book = made
    rows = _rows(book["Översikt"])
    goal = next(r["Avsnitt"] for r in rows if r["Avsnitt"].startswith("Mål 1"))
    assert _pick(rows, Avsnitt=goal, Nyckeltal="Länets rang")["Värde"] == 2
    assert _pick(rows, Avsnitt=goal, Nyckeltal="Hushåll som saknas till målet")["Värde"] == pytest.approx(45.7)
    assert _pick(rows, Avsnitt=goal, Nyckeltal="Arbetsställen, PTS")["Värde"] == pytest.approx(92)
    # One house without residents, without access: all of the goal's share of it is lacking.
    told = [_pick(rows, Avsnitt=goal, Nyckeltal=f"Fritidshus{x}")["Värde"] for x in ("", " utan")]
    assert told == [0, 1] and _pick(rows, Avsnitt="Länet", Nyckeltal="Fritidshus")["Värde"] == 1
    goals = [r for r in _rows(book["Mål"]) if r["Bas"] == "fritidshus"]
    assert {(r["Källa"], r["Känd genom"]) for r in goals} == {("egen", "modellerad")}
    assert _pick(goals, **{"Mål nr": 1, "Mått": "tillgang", "Nivå": "kommun", "Kod": "1480", "Områdestyp": "totalt"})[
        "Saknas till målet"
    ] == pytest.approx(0.98)
    assert _pick(rows, Avsnitt="Länet", Nyckeltal="Adresser")["Värde"] == 61
    assert pd.notna(_pick(rows, Avsnitt=goal, Nyckeltal="Kostnad att bygga alla")["Värde"])


@pytest.fixture(scope="module")
def long(tables, tmp_path_factory):
    """The same county where three rows are a long table, and two areas or points all that a sheet has."""
    region, paths = copied(tables, tmp_path_factory.mktemp("lang"))
    with pytest.MonkeyPatch.context() as patch:
        for name, few in (("MOST_ROWS", 3), ("FIRST", 1), ("POINTS", 1)):
            patch.setattr(workbook_content, name, few)
        write_workbook.run(region, paths)
    return paths, openpyxl.load_workbook(paths.built("out/kommuner.xlsx"))


def test_a_long_table_has_its_first_rows_and_says_so_and_its_files_have_all(made, long):
    whole, (paths, book) = made[0], long
    wanted = {"Mål": lambda r: r["omradestyp"] == "totalt", "Bristområden": lambda r: r["prioritet"] in ("", "1")}
    for name, chosen in wanted.items():
        with whole.built(f"out/{FILES[name]}").open(encoding="utf-8-sig", newline="") as f:
            rows = list(csv.DictReader(f))
        mine = [r for r in rows if chosen(r)]
        assert 0 < len(mine) < len(rows), name
        sheet = _rows(book[name])
        for key in CONTRACTS[name].key:
            alias = CONTRACTS[name].column(key).alias
            assert [str(r[alias] or "") for r in sheet] == [r[key] for r in mine], name
        said = book[name]["A2"].value.replace("\N{NO-BREAK SPACE}", " ")
        assert said.startswith(f"{len(mine)} av {len(rows)} rader: ") and FILES[name] in said
        about = [r["Betydelse"] for r in _rows(book["Läs mig"]) if r["Rubrik"] == f"Bladet {name}"]
        assert f"{len(mine)} av {len(rows)} rader" in about[0].replace("\N{NO-BREAK SPACE}", " ")
        assert paths.built(f"out/{FILES[name]}").read_bytes() == whole.built(f"out/{FILES[name]}").read_bytes()


def test_of_the_history_the_thresholds_fibre_near_and_kolada_are_kept_for_whole_areas():
    rows = [
        ("kolada_N07919", "tatbebyggt", True),  # there is no other
        ("pts_hastighet_passerad_100", "totalt", True),
        ("pts_hastighet_passerad_100", "glesbebyggt", False),
        ("pts_narhet_fiber", "totalt", True),
        ("pts_teknik_fiber", "totalt", False),
    ]
    past = pd.DataFrame(rows, columns=["serie", "omradestyp", "vantad"])
    assert workbook_content.goal_series(past).tolist() == past["vantad"].tolist()


def test_the_shortened_curve_is_of_the_lan_and_ends_where_it_ends(made, long):
    curve = _rows(long[1]["Kurva"])
    assert {r["Läns- eller kommunkod"] for r in curve} == {"14"}
    ends = {}
    for r in (r for r in _rows(made[1]["Kurva"]) if r["Läns- eller kommunkod"] == "14"):
        key = (r["Tröskel (Mbit/s ned)"], r["Mått"])
        ends[key] = max(ends.get(key, (0, 0)), (r["Kronor hittills (kr)"], r["Nådda hushåll"]))
    for key, end in ends.items():
        mine = [r for r in curve if (r["Tröskel (Mbit/s ned)"], r["Mått"]) == key]
        assert len(mine) <= 2
        assert (mine[-1]["Kronor hittills (kr)"], mine[-1]["Nådda hushåll"]) == end


def test_ja_beyond_the_sheet_are_still_counted(made, long):
    _, book = long
    sheet = book["Prioritering PTS"]
    whole = _rows(made[1]["Prioritering PTS"])
    assert len(_rows(sheet)) == 3 < len(whole)
    beyond = sum(r["Prioriterad"] == "ja" for r in whole[3:])
    assert beyond > 0, "the county has too few for the test to tell"
    assert sheet.cell(_header(sheet) - 1, 2).value.endswith(f'"ja")+{beyond}')


def test_a_file_beside_a_shortened_sheet_is_also_parquet_with_the_same_rows(long):
    paths, _ = long
    for name in ("Mål", "Bristområden", "Kurva", "Prioritering PTS", "Historik"):
        table = pd.read_parquet(paths.built(f"out/{FILES[name]}").with_suffix(".parquet"))
        with paths.built(f"out/{FILES[name]}").open(encoding="utf-8-sig", newline="") as f:
            rows = list(csv.DictReader(f))
        assert list(table.columns) == list(rows[0]) and len(table) == len(rows)
        assert set(table["demo"]) == {"DEMO"}
        for c in (c for c in CONTRACTS[name].columns if c.kind == "decimal"):
            text = [math.nan if r[c.name] == "" else float(r[c.name]) for r in rows]
            assert table[c.name].tolist() == pytest.approx(text, abs=1e-6, nan_ok=True), c.name


@pytest.mark.parametrize(("kommuner", "areas", "most"), [(49, 4000, 1.5e6), (290, 25_000, 5e6)])
def test_the_workbook_can_be_mailed_whatever_the_region(made, monkeypatch, tmp_path, kommuner, areas, most):
    """Tables of a county's and the country's size, of numbers that hardly pack."""
    paths, rng = made[0], np.random.default_rng(1)
    sizes = {"kommuner": kommuner, "mal": 60 * kommuner, "bristomraden": 6 * (areas + kommuner)}
    sizes |= {"bristkurva": 12 * areas, "prioritering_pts": 40 * kommuner, "pts_projekt": 10 * kommuner}
    sizes |= {"projekt": 6 * areas // 2, "historik": 150 * kommuner, "framskrivning": 3 * kommuner}

    def grown(table, contract):
        """Its own rows again and again, with every decimal number another."""
        rows = sizes.get(contract.name, len(table))
        out = table.iloc[np.arange(rows) % len(table)].reset_index(drop=True)
        out = out.assign(**{c: out[c] * rng.random(rows).round(6) for c in out.select_dtypes("float64")})
        place = pd.Series(np.arange(rows) // len(LEVELS) + 1, dtype="Int64")
        return out.assign(prioritet=place.mask(place > areas)) if contract.name in ("bristomraden", "projekt") else out

    read = workbook_content._read
    monkeypatch.setattr(workbook_content, "_read", lambda paths, c: grown(read(paths, c), c))
    whole = grown(write_workbook.kommuner_with_lan(paths), summary_tables.KOMMUNER)
    sheets = workbook_content.sheets(county.region(), paths, whole)
    assert {s.contract.name: len(s.table) for s in sheets}.items() >= sizes.items()
    about = readme.table(sheets, county.FACTS, [])
    book.write_workbook(sheets, about, tmp_path / "x.xlsx", county.FACTS, "prov")
    assert 0.2 * most < (tmp_path / "x.xlsx").stat().st_size <= most
