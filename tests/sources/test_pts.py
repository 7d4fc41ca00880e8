"""PTS's workbooks: both layouts, editions, missing kommuner, impossible figures."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import gpkg_files
import pandas as pd
import pts_files as make
import pytest

from pipelines.core import files
from pipelines.core.errors import DataError
from pipelines.core.ledger import Ledger, load
from pipelines.core.level import Levels
from pipelines.read.pts import pts_fields, read_pts
from pipelines.read.pts.pts_fields import speed_field, technique_field
from pipelines.tables import contracts, source_tables

DATA = Path(__file__).parents[1] / "data" / "pts"
COLUMNS = [f"andel_{t}" for t in source_tables.TEKNIK_COLUMNS]


def put(tmp: Path, rows: Any = None, name: str = "tabellbilaga_teknik.xlsx", sheet: str = "Teknik kommun") -> Path:
    """One workbook with one sheet."""
    return make.book(tmp / "raw/pts" / name, {sheet: rows if rows is not None else make.teknik()})


def run(tmp: Path, ar: int | None = None) -> tuple[dict[str, pd.DataFrame], Ledger]:
    """Run the stage; return its tables and its ledger."""
    where = gpkg_files.paths(tmp)
    read_pts.run(make.region(ar), where)
    names = ("pts_teknik", "pts_hastighet", "pts_mobil", "kolada")
    return {n: files.read_table(where.table(n)) for n in names}, load(where.ledger("pts"))


def refused(tmp: Path, *told: str, ar: int | None = None) -> DataError:
    """Run the stage; its error tells all of these."""
    with pytest.raises(DataError) as e:
        run(tmp, ar)
    for text in (*told, "Gör så här"):
        assert text in str(e.value), str(e.value)
    return e.value


def used(ledger: Ledger) -> dict[str, bool]:
    facts = ledger.facts["filer"]
    assert isinstance(facts, list)
    return {f["fil"]: f["anvand"] for f in facts}


def notes(ledger: Ledger) -> dict[str, float]:
    return {e.reason: e.count for e in ledger.entries}


# --- what is read -----------------------------------------------------------------------------------


def test_the_published_layout(tmp_path: Path) -> None:
    put(tmp_path)
    tables, ledger = run(tmp_path)
    t = tables["pts_teknik"]
    assert len(t) == (1 + 3 + 1) * 3 and set(t["ar"]) == {2025} and set(t["bas"]) == {"hushall"}
    row = t[(t["kommunkod"] == "9902") & (t["omradestyp"] == "tatbebyggt")].iloc[0]
    assert row["omrade"] == "Öckerö" and row["antal"] == 70 and row[COLUMNS].tolist() == make.SHARES
    assert tables["pts_hastighet"].empty and tables["pts_mobil"].empty and tables["kolada"].empty
    assert ledger.entries == [] and used(ledger) == {"pts/tabellbilaga_teknik.xlsx": True}
    for name, contract in (
        ("pts_hastighet", source_tables.PTS_HASTIGHET),
        ("pts_mobil", source_tables.PTS_MOBIL),
        ("kolada", source_tables.KOLADA),
    ):
        contracts.check(tables[name], contract)


def test_habo_is_not_habo_with_a_ring(tmp_path: Path) -> None:
    put(tmp_path)
    t = run(tmp_path)[0]["pts_teknik"]
    assert set(t.loc[t["omrade"] == "Håbo", "kommunkod"]) == {"9901"}
    assert set(t.loc[t["omrade"] == "Habo", "kommunkod"]) == {""}
    rows = [r for r in make.teknik() if r[5] != "Håbo"]
    put(tmp_path, rows)
    refused(tmp_path, "1 av länets 3 kommuner", "Håbo saknas", "Habo", "Kommunnamn")


def test_decomposed_letters_case_and_the_word_kommun(tmp_path: Path) -> None:
    rows = make.teknik()
    other = {"Håbo": "HA\u030aBO ", "Öckerö": "Öckerö  kommun", "Dals-Ed": "Dals-Eds kommun"}
    put(tmp_path, [[*r[:5], other.get(r[5], r[5]), *r[6:]] for r in rows])
    t = run(tmp_path)[0]["pts_teknik"]
    assert set(t["kommunkod"]) == {"", "9901", "9902", "9903"} and "Dals-Ed" in set(t["omrade"])


def test_title_rows_other_order_percentages_as_text_and_notes(tmp_path: Path) -> None:
    (tmp_path / "raw/pts").mkdir(parents=True)
    shutil.copy(DATA / "teknik_procent_titelrader.xlsx", tmp_path / "raw/pts")
    tables, ledger = run(tmp_path)
    t = tables["pts_teknik"]
    row = t[(t["kommunkod"] == "9903") & (t["omradestyp"] == "glesbebyggt")].iloc[0]
    assert row["antal"] == 30 and row[COLUMNS].tolist() == make.SHARES
    assert notes(ledger) == {"rader utan område och tal (noter, rubriker)": 1}


def test_workplaces_as_rows(tmp_path: Path) -> None:
    put(tmp_path, make.teknik(bases=("hushåll", "arbetsställen")))
    t = run(tmp_path)[0]["pts_teknik"]
    assert t.groupby("bas").size().to_dict() == {"hushall": 15, "arbetsstallen": 15}
    assert set(t["antal"]) == {100, 70, 30}


def test_workplaces_as_sheets_of_their_own(tmp_path: Path) -> None:
    def without_bas(rows: list[list[Any]], head: str) -> list[list[Any]]:
        return [[r[0], *r[2:6], head if r is rows[0] else r[6], *r[7:]] for r in rows]

    few = [0.5, *make.SHARES[1:]]
    sheets = {
        "Teknik kommun hushåll": without_bas(make.teknik(), "Antal hushåll"),
        "Teknik kommun arbetsställen": without_bas(make.teknik(few), "Antal arbetsställen"),
    }
    make.book(tmp_path / "raw/pts/teknik.xlsx", sheets)
    t = run(tmp_path)[0]["pts_teknik"]
    assert t.groupby("bas")["andel_xdsl"].unique().map(list).to_dict() == {"hushall": [0.1], "arbetsstallen": [0.5]}


def test_workplaces_as_columns_of_their_own(tmp_path: Path) -> None:
    rows = make.teknik()
    head = [
        "Antal arbetsställen",
        "Tillgång via fiber eller fiber-lan, arbetsställen",
        "I närhet av fiber, arbetsställen",
    ]
    rows = [[*rows[0], *head], *([*r, 9, 0.25, 0.5] for r in rows[1:])]
    put(tmp_path, rows)
    t = run(tmp_path)[0]["pts_teknik"].set_index("bas")
    assert len(t) == 30
    work, home = t.loc["arbetsstallen"], t.loc["hushall"]
    assert set(work["antal"]) == {9} and set(work["andel_fiber"]) == {0.25} and work["andel_kabel_tv"].isna().all()
    assert set(home["andel_fiber"]) == {0.75} and set(home["antal"]) == {100, 70, 30}


def test_whole_country_by_its_level_and_other_levels_are_noted(tmp_path: Path) -> None:
    rows = make.teknik()
    extra = [[2025, "hushåll", level, "total", "", "", 1000, *make.SHARES] for level in ("Riket", "Postnummerområde")]
    put(tmp_path, [*rows, [*extra[0]], [*extra[1][:4], make.LAN, "", *extra[1][6:]]])
    tables, ledger = run(tmp_path)
    t = tables["pts_teknik"]
    assert t.loc[t["niva"] == "riket", ["omrade", "antal"]].to_numpy().tolist() == [["Riket", 1000]]
    assert notes(ledger) == {"rader om andra nivåer än riket, län och kommun": 1}


def test_speeds_from_headers_alone(tmp_path: Path) -> None:
    put(tmp_path)
    put(tmp_path, make.hastighet(), "tabellbilaga_hastighet.xlsx")
    h = run(tmp_path)[0]["pts_hastighet"]
    one = h[(h["kommunkod"] == "9901") & (h["omradestyp"] == "totalt")]
    assert one.set_index(["matt", "troskel_mbit"])["andel"].to_dict() == {
        ("tillgang", 30): 0.95,
        ("tillgang", 100): 0.9,
        ("tillgang", 1000): 0.8,
        ("passerad", 30): 0.97,
        ("passerad", 100): 0.96,
        ("passerad", 1000): 0.94,
    }


def test_speeds_under_merged_group_headings(tmp_path: Path) -> None:
    put(tmp_path)
    names = ["30 Mbit/s", "100 Mbit/s", "1 Gbit/s"] * 2
    groups = [*[""] * 6, "Tillgång till minst", "", "", "Tillgång eller absolut närhet", "", ""]
    rows = [groups, [*make.AREA, *names], *make.hastighet()[1:]]
    make.book(tmp_path / "raw/pts/hastighet.xlsx", {"Hastighet hushåll": rows}, merge=["G1:I1", "J1:L1"])
    h = run(tmp_path)[0]["pts_hastighet"]
    got = h[(h["kommunkod"] == "9901") & (h["omradestyp"] == "totalt") & (h["troskel_mbit"] == 1000)]
    assert got.set_index("matt")["andel"].to_dict() == {"tillgang": 0.8, "passerad": 0.94}


def test_a_missing_speed_leaves_the_question_to_the_next_source(tmp_path: Path) -> None:
    put(tmp_path)
    put(tmp_path, make.hastighet(["-", *make.SPEED_SHARES[1:]]), "hastighet.xlsx")
    tables, ledger = run(tmp_path)
    assert set(tables["pts_hastighet"].query("matt == 'tillgang'")["troskel_mbit"]) == {100, 1000}
    assert notes(ledger)["andelar utan uppgift"] == 15


def test_surface_coverage_with_limits_and_dashes(tmp_path: Path) -> None:
    put(tmp_path)
    shutil.copy(DATA / "tabellbilaga_mobiltäckning.xlsx", tmp_path / "raw/pts")
    tables, _ = run(tmp_path)
    m = tables["pts_mobil"]
    one = m[m["kommunkod"] == "9902"].set_index("matt")
    assert one.loc["Data 10 Mbit/s Minst en operatör", ["andel", "olikhet"]].tolist() == [0.9999, ">"]
    assert one.loc["Data 30 Mbit/s Minst en operatör", ["andel", "olikhet"]].tolist() == [0.0001, "<"]
    assert one.loc["Data 10 Mbit/s Samtliga operatörer", ["andel", "olikhet"]].tolist() == [0.975, ""]
    assert "Areal, km2" not in set(m["matt"]) and set(m["ar"]) == {2025}
    assert m.loc[m["niva"] == "lan", "andel"].round(4).tolist() == [0.985, 0.9025, 0.8]


def test_the_historic_workbook_is_known_and_never_taken_for_the_year_s_own(tmp_path: Path) -> None:
    (tmp_path / "raw/pts").mkdir(parents=True)
    shutil.copy(DATA / "tabellbilaga-historiska-uppgifter-teknik.xlsx", tmp_path / "raw/pts/gamla_teknik.xlsx")
    refused(tmp_path, "tabellbilaga teknik saknas", "historiska uppgifter", "statistik.pts.se")
    put(tmp_path)
    tables, ledger = run(tmp_path)
    assert used(ledger) == {"pts/gamla_teknik.xlsx": True, "pts/tabellbilaga_teknik.xlsx": True}
    assert set(tables["pts_teknik"]["ar"]) == {2025}


# --- editions ---------------------------------------------------------------------------------------


def test_the_newest_edition_is_used_and_the_other_named(tmp_path: Path) -> None:
    put(tmp_path, make.teknik(years=(2024,)), "teknik_24.xlsx")
    put(tmp_path, make.teknik([0.3, *make.SHARES[1:]]), "teknik_25.xlsx")
    tables, ledger = run(tmp_path)
    assert set(tables["pts_teknik"]["ar"]) == {2025} and set(tables["pts_teknik"]["andel_xdsl"]) == {0.3}
    assert used(ledger) == {"pts/teknik_24.xlsx": False, "pts/teknik_25.xlsx": True}


def test_the_configured_year_within_a_workbook_of_several(tmp_path: Path) -> None:
    put(tmp_path, make.teknik(years=(2023, 2024, 2025)))
    tables, ledger = run(tmp_path, ar=2024)
    assert set(tables["pts_teknik"]["ar"]) == {2024} and ledger.facts["ar"] == 2024
    assert notes(ledger) == {"rader om andra år än 2024 (teknik)": 30}
    refused(tmp_path, "Ingen arbetsbok har teknik för år 2020", "2023, 2024, 2025", ar=2020)


def test_two_workbooks_with_the_same_year_stop(tmp_path: Path) -> None:
    put(tmp_path, name="teknik_v1.0.xlsx")
    put(tmp_path, name="teknik_v1.1.xlsx")
    refused(tmp_path, "teknik 2025", "teknik_v1.0.xlsx och teknik_v1.1.xlsx")


def test_speeds_of_another_year_are_not_used(tmp_path: Path) -> None:
    put(tmp_path)
    put(tmp_path, make.hastighet(years=(2024,)), "hastighet.xlsx")
    tables, ledger = run(tmp_path)
    assert tables["pts_hastighet"].empty and used(ledger)["pts/hastighet.xlsx"] is False
    assert notes(ledger)["hastighet finns för 2024, teknik gäller 2025"] == 1


def test_a_year_that_has_not_been_yet_stops(tmp_path: Path) -> None:
    put(tmp_path, make.teknik(years=(2097,)))
    refused(tmp_path, "inte varit än", "2097", "Årtal")


def test_the_year_from_a_title_a_sheet_or_a_file(tmp_path: Path) -> None:
    rows = [r[1:] for r in make.teknik()]
    put(tmp_path, [["Läget oktober 2023"], [], *rows])
    assert set(run(tmp_path)[0]["pts_teknik"]["ar"]) == {2023}
    put(tmp_path, rows, sheet="Kommun 2022")
    assert set(run(tmp_path)[0]["pts_teknik"]["ar"]) == {2022}
    put(tmp_path, rows)
    refused(tmp_path, "vilket år", "Årtal")
    (tmp_path / "raw/pts/tabellbilaga_teknik.xlsx").rename(tmp_path / "raw/pts/mtbbk_25-17220_teknik.xlsx")
    assert set(run(tmp_path)[0]["pts_teknik"]["ar"]) == {2025}


# --- what stops -------------------------------------------------------------------------------------


def test_nothing_there_says_where_to_get_it_and_where_to_put_it(tmp_path: Path) -> None:
    refused(tmp_path, "tabellbilaga teknik saknas", "statistik.pts.se", str(tmp_path / "raw/pts"))


def changed(row: int, column: str, value: Any) -> list[list[Any]]:
    """The published layout with one cell changed; ``row`` as a person counts."""
    rows = make.teknik()
    rows[row - 1][make.HEAD.index(column)] = value
    return rows


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (changed(6, "Tillgång via kabel-tv", 1.25), ("större än 1", "Rad: 6", "Tillgång via kabel-tv", "1.25")),
        (changed(6, "Antal hushåll", -4), ("negativt", "Rad: 6", "Antal hushåll", "-4")),
        (changed(7, "Antal hushåll", 3.5), ("inte ett heltal", "Rad: 7")),
        (changed(6, "Antal hushåll", "1 234"), ("kan inte vara delar av samma kommun", "Rad: 5", "1264 i Håbo")),
        (changed(5, "Antal hushåll", 10**12), ("kan inte vara delar av samma kommun", "Rad: 5")),
        (changed(7, "Antal hushåll", "-"), ("Antal hushåll saknas", "Rad: 7")),
        (changed(8, "I närhet av fiber", "#N/A"), ("går inte att läsa som tal", "Rad: 8", "I närhet av fiber", "#N/A")),
        (changed(5, "Område", "mellanbygd"), ("Okänt värde för områdestyp", "Rad: 5", "Område", "mellanbygd")),
        (changed(5, "Årtal", "i fjol"), ("Årtalet går inte att läsa", "Rad: 5", "i fjol")),
        (changed(9, "Kommunnamn", "Håbo"), ("säger olika", "Håbo, tatbebyggt", "6 och 9")),
        (
            [[c for c in r if c not in ("I närhet av fiber", 0.875)] for r in make.teknik()],
            ("saknar kolumner", "I närhet av fiber"),
        ),
        (
            [[*r, "Tillgång via fiber eller fiber-lan" if i == 0 else 0.5] for i, r in enumerate(make.teknik())],
            ("2 kolumner kan vara samma uppgift",),
        ),
        ([["a", "b"], [1, 2]], ("Ingen rubrikrad", "Tillgång via fiber", "a, b")),
        ([r for r in make.teknik() if r[3] != "glesbebyggt område"], ("saknar rader för total", "Område", "Håbo")),
        ([r for r in make.teknik() if r[3] != "total"], ("saknar rader för total", "Håbo")),
    ],
)
def test_faults_that_stop(tmp_path: Path, rows: list[list[Any]], told: tuple[str, ...]) -> None:
    if "säger olika" in told:
        rows[8][6] = 71
    put(tmp_path, rows)
    refused(tmp_path, *told)


def test_a_speed_workbook_without_all_kommuner_stops(tmp_path: Path) -> None:
    put(tmp_path)
    put(tmp_path, [r for r in make.hastighet() if r[5] != "Öckerö"], "hastighet.xlsx")
    refused(tmp_path, "1 av länets 3 kommuner", "Öckerö saknas", "hastighet.xlsx")


# --- what is noted ----------------------------------------------------------------------------------


def test_parts_that_do_not_add_up_are_noted(tmp_path: Path) -> None:
    rows = make.teknik()
    at = next(i for i, r in enumerate(rows) if r[5] == "Öckerö" and r[3].startswith("tät"))
    rows[at][6] = 76  # 76 + 30 = 106: 6 more than the total's 100
    rows[at][make.HEAD.index("I närhet av fiber")] = 1.0
    put(tmp_path, rows)
    ledger = run(tmp_path)[1]
    assert notes(ledger) == {
        "tät + gles är inte totalt antal hushåll": 1,
        "andelen narhet_fiber för tät och gles ger inte totalens andel": 1,
    }
    assert ledger.entries[0].examples == ("Öckerö: 106 mot 100",)
    rows[at][6] = 75  # 5 more is within the tolerance
    put(tmp_path, rows)
    assert "tät + gles är inte totalt antal hushåll" not in notes(run(tmp_path)[1])


def test_a_class_without_households_may_be_left_out_or_blank(tmp_path: Path) -> None:
    rows = [r for r in make.teknik() if not (r[5] == "Öckerö" and r[3].startswith("gles"))]
    next(r for r in rows if r[5] == "Öckerö" and r[3].startswith("tät"))[6] = 100
    for r in rows:
        if r[5] == "Dals-Ed":
            r[6:] = {"g": ["-"] * 11, "t": [r[6], *r[7:]]}[r[3][0]]
    put(tmp_path, rows)
    tables, ledger = run(tmp_path)
    t = tables["pts_teknik"].query("omradestyp == 'glesbebyggt'").set_index("omrade")
    assert t.loc[["Öckerö", "Dals-Ed"], "antal"].tolist() == [0, 0] and t.loc["Öckerö", COLUMNS].isna().all()
    told = notes(ledger)
    assert told["kommuner utan rad för glesbebyggt, där den andra klassen har alla hushåll"] == 1
    assert told["rader utan antal och andelar"] == 1


def test_a_column_pts_left_out_is_empty_and_named(tmp_path: Path) -> None:
    put(tmp_path, [[c for c in r if c not in ("Tillgång via xDSL", 0.1)] for r in make.teknik()])
    tables, ledger = run(tmp_path)
    assert tables["pts_teknik"]["andel_xdsl"].isna().all()
    assert [e.examples for e in ledger.entries] == [("xdsl",)]


def told(ledger: Ledger, kind: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {e.reason: (e.source, e.examples) for e in ledger.entries if e.kind == kind}


def changed(rows: list[list[Any]], header: str, value: Any, only: str = "") -> list[list[Any]]:
    """The rows with one column's cells otherwise, of one kommun or of all rows."""
    at = rows[0].index(header)
    return [rows[0], *([*r[:at], value if only in r[5] else r[at], *r[at + 1 :]] for r in rows[1:])]


FIBER, TEKNIK = make.TECHNIQUES[2], "pts/tabellbilaga_teknik.xlsx"


@pytest.mark.parametrize("cell", [None, "-", "nan"])
def test_cells_without_a_share_are_counted_and_named(tmp_path: Path, cell: Any) -> None:
    put(tmp_path, changed(make.teknik(), FIBER, cell, only="Öckerö"))
    ledger = run(tmp_path)[1]
    source, examples = told(ledger, "upplysning")["andelar utan tal (teknik)"]
    assert source == TEKNIK and examples[0] == "Öckerö, totalt, fiber 2025" and len(examples) == 3
    assert notes(ledger)["andelar utan tal (teknik)"] == 3


def test_a_column_without_a_figure_or_of_zeros_is_a_warning(tmp_path: Path) -> None:
    put(tmp_path, changed(make.teknik(), make.TECHNIQUES[6], None))
    assert told(run(tmp_path)[1], "varning")["kolumner utan ett enda tal (teknik)"] == (TEKNIK, ("lte",))
    put(tmp_path, changed(make.teknik(), FIBER, 0))
    assert told(run(tmp_path)[1], "varning")["kolumner med bara nollor (teknik)"] == (TEKNIK, ("fiber",))
    put(tmp_path, changed(make.teknik(), make.TECHNIQUES[4], 0))  # cable may be nowhere
    ledger = run(tmp_path)[1]
    assert "kolumner med bara nollor (teknik)" not in notes(ledger)
    assert told(ledger, "upplysning")["kolumner med bara nollor (teknik), tekniker som kan saknas"] == (
        TEKNIK,
        ("kabel_tv",),
    )
    put(tmp_path, make.teknik())
    put(tmp_path, changed(make.hastighet(), make.SPEEDS[2], 0), "hastighet.xlsx")
    assert told(run(tmp_path)[1], "varning")["kolumner med bara nollor (hastighet)"] == (
        "pts/hastighet.xlsx",
        ("tillgang_1000",),
    )


def test_no_households_at_all_stop(tmp_path: Path) -> None:
    put(tmp_path, changed(make.teknik(), "Antal hushåll", 0))
    refused(tmp_path, "inga hushåll", "tabellbilaga_teknik.xlsx", "Antal hushåll")


def test_a_row_that_speeds_lack_and_the_lan_s_own_are_named(tmp_path: Path) -> None:
    put(tmp_path)
    rows = [r for r in make.hastighet() if not (r[5] == "Öckerö" and r[3].startswith("gles")) and r[2] != "Län"]
    put(tmp_path, rows, "hastighet.xlsx")
    warned = told(run(tmp_path)[1], "varning")
    assert warned["områden utan en enda hastighet"] == ("pts/hastighet.xlsx", ("Öckerö, glesbebyggt",))
    assert warned["länets egen rad saknas (hastighet)"][0] == "pts/hastighet.xlsx"
    put(tmp_path, changed(make.teknik(), "Lännamn", None))
    assert told(run(tmp_path)[1], "varning")["länets egen rad saknas (teknik)"][0] == TEKNIK


def test_speeds_whose_classes_do_not_give_the_total_are_told(tmp_path: Path) -> None:
    """70 % of the households at 0.6 and 30 % at 0.95 are 0.705; swapped they are 0.845."""
    rows = make.hastighet()
    at = rows[0].index(make.SPEEDS[1])
    for r in rows[1:]:
        r[at] = {"to": 0.705, "tä": 0.6, "gl": 0.95}[r[3][:2]]
    put(tmp_path)
    put(tmp_path, rows, "hastighet.xlsx")
    reason = "andelen tillgang 100 Mbit/s för tät och gles ger inte totalens andel"
    assert reason not in notes(run(tmp_path)[1])
    for r in rows[1:]:
        r[at] = {0.6: 0.95, 0.95: 0.6}.get(r[at], r[at])
    put(tmp_path, rows, "hastighet.xlsx")
    source, examples = told(run(tmp_path)[1], "varning")[reason]
    assert source == f"pts/hastighet.xlsx och {TEKNIK}" and "Öckerö: +14.0 procentenheter" in examples


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    tables = []
    for side in ("a", "b"):
        (tmp_path / side).mkdir()
        put(tmp_path / side)
        run(tmp_path / side)
        tables.append([p.read_bytes() for p in sorted((tmp_path / side / "out/.steg").rglob("*.*"))])
    assert tables[0] == tables[1]


# --- headers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Tillgång till minst 1 Gbit/s", "tillgang_1000|"),
        ("≥ 1000 Mbit/s via trådbunden accessteknik", "tillgang_1000|"),
        ("Minst 1 Gbit/s (500 Mbit/s vid hög belastning)", "tillgang_1000|"),
        ("100 Mbit/s eller i absolut närhet av fiber", "passerad_100|"),
        ("Arbetsställen som passerats, 30 Mbit/s", "passerad_30|arbetsstallen"),
        ("Andel hushåll utan 100 Mbit/s", None),
        ("Tillgång till minst 1 000 Mbit/s", "tillgang_1000|"),
        ("Statistisk tätort 30 Mbit/s", None),
        ("Andel av befolkningen med 100 Mbit/s", None),
        ("Under 30 Mbit/s", None),
        ("100/100 Mbit/s", None),
        ("Tillgång till högst 100 Mbit/s", None),
        ("Tillgång till max 100 Mbit/s", None),
        ("Tillgång till minst 100 MB/s", None),  # megabyte
        ("Tillgång till minst 1 Gb/s", "tillgang_1000|"),
        ("Från 30 Mbit/s till 100 Mbit/s", None),
        ("100 Mbit/s via 5G", None),
        ("Antal hushåll", "antal|hushall"),
        ("Kommunnamn", "kommun"),
        ("Kommentar", None),
    ],
)
def test_what_a_speed_header_says(header: str, field: str | None) -> None:
    known = speed_field(header)
    assert (known and known[0]) == field


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Tillgång via FTTH", "fiber|"),
        ("I absolut närhet av fiber", "narhet_fiber|"),
        ("Tillgång via kabel-tv (DOCSIS 3)", "kabel_tv|"),
        ("Tillgång via LTE 450", None),
        ("Tillgång via trådlös accessteknik", None),
        ("Antal hushåll med fiber", None),
        ("Tillgång via fiber 2021", None),
        ("Tillgång via fiber 100 Mbit/s", None),
        ("xDSL (ADSL och VDSL)", "xdsl|"),
    ],
)
def test_what_a_technique_header_says(header: str, field: str | None) -> None:
    known = technique_field(header)
    assert (known and known[0]) == field


@pytest.mark.parametrize("mbit", [(30, 100, 1000), (50, 250, 2500)])
def test_ptss_own_thresholds_are_known_whatever_the_regions_are(mbit, monkeypatch) -> None:
    monkeypatch.setattr(pts_fields, "LEVELS", Levels(mbit))
    place = {"kommun|"}
    assert pts_fields.is_speed_table({*place, "tillgang_100|hushall"})
    assert pts_fields.is_speed_table({*place, f"passerad_{mbit[0]}|"})
    assert not pts_fields.is_speed_table({*place, "tillgang_10|", "antal|hushall"})
    assert not pts_fields.is_speed_table({"tillgang_100|hushall"})
