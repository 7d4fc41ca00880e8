"""What a sheet of PTS's measures decides its role: mobile is never fixed, and «ej tät» never tät."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pts_files as make
import pytest
from test_pts import notes, put, refused, run, used

from pipelines.core import files
from pipelines.core.errors import DataError
from pipelines.read.pts.pts_editions import read_book
from pipelines.read.pts.pts_subject import area_class, class_within
from pipelines.tables import contracts
from pipelines.tables.history_tables import PTS_HISTORIK

PLACES = [("Riket", 0), (make.LAN, 99), *((name, int(code)) for code, name in make.KOMMUNER), ("Habo", 643)]
GOALS = [
    "Totalt alla områden\nman normalt befinner sig",
    "Statistisk tätort\n30 Mbit/s",
    "Statistisk småort\n10 Mbit/s",
]
YEARS = [2023, 2024, 2025]


def goals(years: list[int] = YEARS, cells: Any = None) -> tuple[list[list[Any]], list[str]]:
    """The sheet of the mobile goals, 2024 layout: rows, merged ranges."""
    n = len(years)
    cells = cells or ["98,51%", ">99,99%", "98,6%", 0.91, 0.94, 0.97, 0.5, "-", 0.6]
    rows = [
        ["Mobilmål, aggregerat"],
        [],
        ["Kommun/län/riket", "Kod", *(x for g in GOALS for x in [g, *[""] * (n - 1)])],
        ["", "", *years * len(GOALS)],
        *([name, code, *cells] for name, code in PLACES),
    ]
    merge = [f"{chr(67 + n * i)}3:{chr(66 + n * (i + 1))}3" for i in range(3)] if n > 1 else []
    return rows, merge


def surface(years: list[int] = YEARS) -> tuple[list[list[Any]], list[str]]:
    """The sheet of surface coverage, 2024 layout: measure, signal strength and year in rows 2 to 4."""
    n, levels = len(years), ["Grund", "+8 dB", "+16 dB"]
    rows: list[list[Any]] = [["Yttäckning, andel av ytan"]]
    rows.append(["Namn", "Kod", *(x for s in (10, 30) for x in [f"Data\n{s} Mbit/s", *[""] * (3 * n - 1)])])
    rows.append(["", "", *([x for level in levels for x in [level, *[""] * (n - 1)]] * 2)])
    rows.append(["", "", *years * 6])
    for at, (name, code) in enumerate(PLACES):
        shares = [f"{90 - 10 * i - at},5%" for i in range(6 * n)] if n == 1 else [0.9 - 0.04 * i for i in range(6 * n)]
        rows.append([name, code, *shares])
    return rows, []


def both(path: Path, **more: Any) -> Path:
    """A mobile workbook of the 2024 layout: notes, goals, surface."""
    rows, merge = goals()
    return make.book(
        path,
        {
            "Mobilmål - aggregerad": rows,
            "Om tabellerna": [["PTS"], ["Mobiltäckning och mobilmål"]],
            "Yttäckning - aggregerad": surface()[0],
            **more,
        },
        merge=merge,
    )


def history(tmp: Path) -> pd.DataFrame:
    import gpkg_files

    return contracts.check(files.read_table(gpkg_files.paths(tmp).table("pts_historik")), PTS_HISTORIK)


@pytest.mark.parametrize(
    "name",
    [
        "tabelbilaga-mobiltäckning-1-3.xlsx",
        "tabellbilaga_hastighet.xlsx",
        "historiska_uppgifter.xlsx",
        "tabellbilaga_mobil_teknik.xlsx",
    ],
)
def test_the_2024_layout_is_mobile_whatever_the_file_is_called(tmp_path: Path, name: str) -> None:
    put(tmp_path)
    both(tmp_path / "raw/pts" / name)
    tables, ledger = run(tmp_path)
    assert used(ledger)[f"pts/{name}"] and tables["pts_hastighet"].empty
    assert set(history(tmp_path)["serie"].str.slice(0, 10)) == {"pts_teknik", "pts_narhet"}
    m = tables["pts_mobil"]
    one = m[m["kommunkod"] == "9902"].set_index("matt")
    assert set(m["ar"]) == {2025} and set(m["niva"]) == {"riket", "lan", "kommun"} and "Habo" not in set(m["omrade"])
    goal = "Mobilmål: Totalt alla områden man normalt befinner sig"
    assert one.loc[goal, ["andel", "olikhet"]].tolist() == [0.986, ""]
    assert one.loc["Mobilmål: Statistisk tätort 30 Mbit/s", "andel"] == 0.97
    # data 10 Mbit/s: kolumn 3 av 18 (Grund 2025), 30 Mbit/s: kolumn 12
    assert one.loc["Data 10 Mbit/s Grund", "andel"] == pytest.approx(0.9 - 0.04 * 2)
    assert one.loc["Data 30 Mbit/s +8 dB", "andel"] == pytest.approx(0.9 - 0.04 * 14)


def test_one_strength_of_signal_and_years_with_footnotes(tmp_path: Path) -> None:
    put(tmp_path)
    rows = [["Namn", "Kod", "Data 30 Mbit/s", ""], ["", "", "2024", "2025*"], *([n, c, 0.5, 0.75] for n, c in PLACES)]
    make.book(tmp_path / "raw/pts/historiska.xlsx", {"Yttäckning": rows}, merge=["C1:D1"])
    m = run(tmp_path)[0]["pts_mobil"]
    assert set(m["andel"]) == {0.75} and set(m["matt"]) == {"Data 30 Mbit/s"} and set(m["ar"]) == {2025}
    assert "pts_hastighet_tillgang_30" not in set(history(tmp_path)["serie"])


def test_another_year_is_chosen_and_limits_and_dashes_are_kept(tmp_path: Path) -> None:
    put(tmp_path, make.teknik(years=(2024,)))
    both(tmp_path / "raw/pts/mobil.xlsx")
    tables, ledger = run(tmp_path)
    m = tables["pts_mobil"]
    one = m[m["kommunkod"] == "9903"].set_index("matt")
    assert set(m["ar"]) == {2024}
    told = one.loc["Mobilmål: Totalt alla områden man normalt befinner sig", ["andel", "olikhet"]].tolist()
    assert told == [0.9999, ">"]
    assert "Mobilmål: Statistisk småort 10 Mbit/s" not in one.index
    (left_out,) = [e for e in ledger.entries if e.reason == "kolumner som inte är andelar"]
    assert left_out.examples == ("Statistisk småort 10 Mbit/s 2024",)


def test_beside_a_goal_stands_the_surface_share_and_never_a_mobile_goal(tmp_path: Path) -> None:
    from pipelines.goals.pts_shares import mobile

    put(tmp_path)
    both(tmp_path / "raw/pts/mobil.xlsx")
    m = run(tmp_path)[0]["pts_mobil"]
    chosen = mobile(m, make.region(), 100)
    assert set(chosen["mobil_matt"]) == {"Data 30 Mbit/s Grund (2025)"}
    assert chosen.set_index("kod").loc["9901", "mobil_yta_pct"] == pytest.approx(100 * (0.9 - 0.04 * 11))
    assert mobile(m[m["matt"].str.startswith("Mobilmål")], make.region(), 100).empty


def test_of_operators_sheets_the_aggregate_is_read(tmp_path: Path) -> None:
    put(tmp_path)
    other = [[*r[:2], *(0.01 if isinstance(c, float) else c for c in r[2:])] for r in surface()[0]]
    both(tmp_path / "raw/pts/mobil.xlsx", **{"Yttäckning - Telebolaget": other})
    tables, ledger = run(tmp_path)
    assert 0.01 not in set(tables["pts_mobil"]["andel"])
    assert notes(ledger)["blad om mobil täckning som inte gäller alla operatörer och hela områden"] == 1


def test_two_figures_of_mobile_coverage_for_the_same_thing_stop(tmp_path: Path) -> None:
    put(tmp_path)
    rows = surface()[0]
    make.book(tmp_path / "raw/pts/mobil.xlsx", {"Yttäckning": [*rows, [*rows[-2][:2], *[0.5] * 18]]})
    refused(tmp_path, "Två tal om mobil täckning", "Dals-Ed")


def test_a_code_by_the_name_of_another_kommun_stops(tmp_path: Path) -> None:
    put(tmp_path)
    rows = [[r[0], {9901: 9902, 9902: 9901}.get(r[1], r[1]), *r[2:]] if len(r) > 1 else r for r in surface()[0]]
    make.book(tmp_path / "raw/pts/mobil.xlsx", {"Yttäckning": rows})
    refused(tmp_path, "Koden hör inte till Håbo", "9901", "9902")


def sheet(headers: list[str], name: str = "Blad1", title: str = "") -> dict[str, list[list[Any]]]:
    """A sheet with these columns of figures beside Kommun; nothing else says what it measures."""
    rows: list[list[Any]] = [["År", "Län", "Kommun", *headers]]
    rows += [[2025, make.LAN, n, *[0.5] * len(headers)] for _, n in make.KOMMUNER]
    return {name: [[title], [], *rows] if title else rows}


@pytest.mark.parametrize(
    "sheets",
    [
        sheet(["Statistisk tätort 30 Mbit/s"]),
        sheet(["Data 30 Mbit/s Minst en operatör"]),
        sheet(["30 Mbit/s längs vägar", "100 Mbit/s längs vägar"]),
        sheet(["Täckning 30 Mbit/s +8 dB"]),
        sheet(["30 Mbit/s"], "Yttäckning"),
        sheet(["30 Mbit/s", "100 Mbit/s"], title="Mobiltäckning 2025"),
        sheet(["Tillgång till minst 30 Mbit/s"], "Mobiltäckning"),
        sheet(["100 Mbit/s utomhus"]),
        sheet(["Andel hushåll med mobiltäckning 30 Mbit/s"]),
    ],
)
@pytest.mark.parametrize("name", ["hastighet.xlsx", "mobil.xlsx"])
def test_mobile_figures_are_never_fixed_access(tmp_path: Path, sheets: Any, name: str) -> None:
    put(tmp_path)
    make.book(tmp_path / "raw/pts" / name, sheets)
    tables, _ = run(tmp_path)
    assert tables["pts_hastighet"].empty and set(tables["pts_mobil"]["andel"]) == {0.5}


@pytest.mark.parametrize(
    ("sheets", "told"),
    [
        ({"Mobiltäckning": make.teknik()}, "bladets namn eller titel säger mobil"),
        ({"4G": make.hastighet()}, "bladets namn eller titel säger mobil"),
        ({"Blad1": [["Yttäckning 2025"], [], *make.teknik()]}, "bladets namn eller titel säger mobil"),
        (sheet(["Statistisk tätort 30 Mbit/s"], "Fast bredband"), "en del säger mobil"),
        (sheet(["Tillgång till minst 100 Mbit/s", "Statistisk tätort 30 Mbit/s"]), "en del säger mobil"),
        ({"Fast bredband": goals()[0]}, "en del säger mobil"),
    ],
)
def test_a_sheet_that_fits_two_roles_stops(tmp_path: Path, sheets: Any, told: str) -> None:
    make.book(tmp_path / "raw/pts/hastighet.xlsx", sheets)
    with pytest.raises(DataError, match="kan vara två saker") as e:
        read_book(tmp_path / "raw/pts/hastighet.xlsx", make.region())
    assert told in str(e.value) and "blad «" in str(e.value) and "Gör så här" in str(e.value)


def test_speeds_that_do_not_say_of_what_stop(tmp_path: Path) -> None:
    put(tmp_path)
    make.book(tmp_path / "raw/pts/hastighet.xlsx", sheet(["30 Mbit/s", "100 Mbit/s"]))
    refused(tmp_path, "Ingen rubrikrad", "hastighet.xlsx")


def test_fixed_figures_in_a_workbook_named_mobil_and_both_in_one(tmp_path: Path) -> None:
    put(tmp_path)
    both(tmp_path / "raw/pts/mobil.xlsx", **{"Hastighet hushåll": make.hastighet()})
    tables, _ = run(tmp_path)
    assert set(tables["pts_hastighet"]["andel"]) == set(make.SPEED_SHARES)
    assert set(tables["pts_mobil"]["matt"].str.partition(" ")[0]) == {"Mobilmål:", "Data"}


def test_two_years_side_by_side_are_history_and_never_the_year_s_own(tmp_path: Path) -> None:
    put(tmp_path)
    rows = [
        ["Kod", "Kommun", "Tillgång till minst 100 Mbit/s", ""],
        ["", "", 2023, 2024],
        *([int(code), name, 0.25, 0.5] for code, name in make.KOMMUNER),
    ]
    make.book(tmp_path / "raw/pts/hastighet_2025.xlsx", {"Hastighet hushåll": rows}, merge=["C1:D1"])
    tables, _ = run(tmp_path)
    assert tables["pts_hastighet"].empty
    old = history(tmp_path).query("serie == 'pts_hastighet_tillgang_100' and kommunkod == '9901'")
    assert old[["ar", "andel_pct"]].to_numpy().tolist() == [[2023, 25.0], [2024, 50.0]]


def test_a_yearly_sheet_beside_a_historic_one_is_read_too(tmp_path: Path) -> None:
    rows = [
        ["Kod", "Kommun", "Andel med tillgång via fiber", ""],
        ["", "", 2021, 2022],
        *([int(code), name, 0.25, 0.5] for code, name in make.KOMMUNER),
    ]
    make.book(
        tmp_path / "raw/pts/teknik.xlsx",
        {"Historik fiber": rows, "Teknik kommun hushåll": make.teknik()},
        merge=["C1:D1"],
    )
    assert set(run(tmp_path)[0]["pts_teknik"]["ar"]) == {2025}
    fiber = history(tmp_path).query("serie == 'pts_teknik_fiber' and kommunkod == '9901' and omradestyp == 'totalt'")
    assert fiber[["ar", "andel_pct"]].to_numpy().tolist() == [[2021, 25.0], [2022, 50.0], [2025, 75.0]]


# --- units --------------------------------------------------------------------------------------------


def without_bas(head: str) -> list[list[Any]]:
    rows = make.teknik()
    rows[0] = [*rows[0][:6], head, *rows[0][7:]]
    return [[r[0], *r[2:]] for r in rows]


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        (without_bas("Antal arbetsställen"), "Teknik kommun hushåll"),
        (without_bas("Antal hushåll"), "Teknik kommun arbetsställen"),
        (make.teknik(bases=("arbetsställen",)), "Teknik hushåll"),
        ([["Andel av befolkningen"], [], *without_bas("Antal")], "Teknik"),
        (without_bas("Antal"), "Andel av ytan"),
    ],
)
def test_workplaces_people_and_surface_are_never_taken_for_households(tmp_path: Path, rows: Any, name: str) -> None:
    if name == "Teknik hushåll":  # the count's header is the same for both in a long table
        rows = [[*rows[0][:6], "Antal arbetsställen", *rows[0][7:]], *rows[1:]]
    put(tmp_path, rows, sheet=name)
    refused(tmp_path, "Det går inte att avgöra om bladet gäller hushåll", name)


@pytest.mark.parametrize(
    "header",
    [
        "Hushåll utan tillgång via fiber",
        "Förändring fiber, procentenheter",
        "Planerad fiber",
        "Abonnemang via fiber",
        "Enbart fiber",
        "Andel av befolkningen med fiber",
        "Fiber, tätbebyggt",
    ],
)
def test_a_column_of_something_else_is_not_the_share_with_fibre(tmp_path: Path, header: str) -> None:
    rows = make.teknik()
    put(tmp_path, [[header if c == "Tillgång via fiber eller fiber-lan" else c for c in rows[0]], *rows[1:]])
    with pytest.raises(DataError) as e:
        run(tmp_path)
    assert header in str(e.value)


def test_a_name_with_the_mark_of_a_footnote_is_read_and_told(tmp_path: Path) -> None:
    marks = {"Håbo": "Håbo*", "Öckerö": "Öckerö 1)", "Dals-Ed": "Dals-Ed²"}
    put(tmp_path, [[*r[:5], marks.get(r[5], r[5]), *r[6:]] for r in make.teknik()])
    tables, ledger = run(tmp_path)
    assert {"9901", "9902", "9903"} < set(tables["pts_teknik"]["kommunkod"])
    assert notes(ledger) == {"kommunnamn med notmärke": 3}


def test_a_cell_in_another_unit_than_its_column_stops(tmp_path: Path) -> None:
    rows = [[*r[:7], *(100 * c if isinstance(c, float | int) else c for c in r[7:])] for r in make.teknik()]
    at = next(i for i, r in enumerate(rows) if r[5] == "Öckerö" and r[3].startswith("tät"))
    rows[at][make.HEAD.index("Tillgång via fiber eller fiber-lan")] = 0.75
    put(tmp_path, rows)
    refused(tmp_path, "hundra gånger för liten", f"Rad: {at + 1}", "fiber", "75.0%")


def test_a_sheet_of_numbers_is_not_read_as_percentages(tmp_path: Path) -> None:
    rows = [["Antal hushåll med tillgång"], [], *make.teknik()]
    put(tmp_path, rows)
    refused(tmp_path, "Bladet anger antal", "Antal hushåll med tillgång")
    put(tmp_path, [["Antal och andel hushåll med tillgång"], *rows[1:]])
    run(tmp_path)


def test_of_two_years_in_the_titles_the_one_of_october_is_the_table_s(tmp_path: Path) -> None:
    rows = [r[1:] for r in make.teknik()]
    put(tmp_path, [["Läget 1 oktober 2024"], ["Publicerad 2025-03-31"], *rows])
    assert set(run(tmp_path)[0]["pts_teknik"]["ar"]) == {2024}
    put(tmp_path, [["Läget 2024"], ["Publicerad 2025-03-31"], *rows])
    refused(tmp_path, "vilket av flera år", "2024, 2025")


# --- classes ------------------------------------------------------------------------------------------

TAT = [
    "tätbebyggt",
    "Tätbebyggt område",
    "Tätbyggt",
    "tätort",
    "inom tätort",
    "i tätort",
    "Tätort och småort",
    "Tätbebyggd",
    "TÄTBEBYGGT¹",
    "totalt tätbebyggt",
    "ej glesbebyggt",
    "icke gles",
    "tät",
]
GLES = [
    "glesbebyggt",
    "Glesbebyggt område",
    "glesbygd",
    "landsbygd",
    "utanför tätort",
    "utanför tätort och småort",
    "ej tätbebyggt",
    "icke tätbebyggt",
    "Inte tätbebyggt område",
    "ej i tätort",
    "gles",
]
TOTALT = ["total", "Totalt", "hela kommunen", "samtliga områden", "", "Tätbebyggt och glesbebyggt"]
UNSURE = [
    "tätortsnära landsbygd",
    "småort",
    "utanför småort",
    "ej utanför tätort",
    "tätort, ej småort",
    "mellanbygd",
    "delvis tätbebyggt",
    "tätort 200–999 invånare",
    "glesbygd och småort",
    "ej total",
]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        *((t, "tatbebyggt") for t in TAT),
        *((t, "glesbebyggt") for t in GLES),
        *((t, "totalt") for t in TOTALT),
        *((t, "") for t in UNSURE),
    ],
)
def test_the_class_a_cell_names(text: str, told: str) -> None:
    assert area_class(text) == told


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Fast bredband-teknik, totalt", "totalt"),
        ("Fast bredband, utanför tätort", "glesbebyggt"),
        ("Teknik (ej tätbebyggt)", "glesbebyggt"),
        ("LTE ej 450 MHz, tätbebyggt", "tatbebyggt"),
        ("Fast bredband-teknik, glesbebyg", "glesbebyggt"),
        ("Teknik utanför tätort och småort", "glesbebyggt"),
        ("Teknik tätort, ej småort", ""),
        ("Teknik tätortsnära", ""),
        ("Kommun hushåll", "totalt"),
    ],
)
def test_the_class_a_sheet_s_name_speaks_of(name: str, told: str) -> None:
    assert class_within(name) == told


@pytest.mark.parametrize("name", ["Teknik, utanför tätort", "Teknik, ej tätbebyggt", "Teknik, landsbygd"])
def test_a_historic_sheet_of_what_is_not_tat_is_gles(tmp_path: Path, name: str) -> None:
    put(tmp_path)
    rows = [
        ["Kod", "Kommun", "Tillgång via fiber", ""],
        ["", "", 2021, 2022],
        *([int(code), n, 0.25, 0.5] for code, n in make.KOMMUNER),
    ]
    make.book(tmp_path / "raw/pts/historiska.xlsx", {name: rows}, merge=["C1:D1"])
    run(tmp_path)
    old = history(tmp_path).query("ar == 2021")
    assert set(old["omradestyp"]) == {"glesbebyggt"} and set(old["andel_pct"]) == {25.0}


@pytest.mark.parametrize(
    ("name", "header", "said"),
    [
        ("Arbetsställen", "Andel hushåll med fiber", "bladet säger arbetsstallen"),
        ("Andel av befolkningen", "Tillgång via fiber", "befolkning"),
        ("Teknik tätbebyggt", "Fiber utanför tätort", "tätbebyggt eller glesbebyggt"),
        ("Teknik", "Tillgång via fiber, småort", "tätbebyggt eller glesbebyggt"),
        ("Småort", "Tillgång via fiber", "tätbebyggt eller glesbebyggt"),
    ],
)
def test_a_historic_sheet_that_contradicts_itself_stops(tmp_path: Path, name: str, header: str, said: str) -> None:
    put(tmp_path)
    rows = [
        ["Kod", "Kommun", header, ""],
        ["", "", 2021, 2022],
        *([int(code), n, 0.25, 0.5] for code, n in make.KOMMUNER),
    ]
    make.book(tmp_path / "raw/pts/historiska.xlsx", {name: rows}, merge=["C1:D1"])
    refused(tmp_path, said, name)


def test_mobile_columns_beside_fixed_ones_are_left_out_and_told(tmp_path: Path) -> None:
    put(tmp_path)
    rows = [
        ["Kod", "Kommun", "Tillgång via fiber", "", "Statistisk tätort 30 Mbit/s", ""],
        ["", "", 2021, 2022, 2021, 2022],
        *([int(code), n, 0.25, 0.5, 0.9, 0.9] for code, n in make.KOMMUNER),
    ]
    make.book(tmp_path / "raw/pts/historiska.xlsx", {"Historik": rows}, merge=["C1:D1", "E1:F1"])
    _, ledger = run(tmp_path)
    old = history(tmp_path).query("ar < 2025")
    assert set(old["serie"]) == {"pts_teknik_fiber"} and notes(ledger)["kolumner som inte lästes"] == 2


def test_speeds_of_one_class_by_the_sheet_s_name(tmp_path: Path) -> None:
    put(tmp_path)
    total = [[*r[:3], *r[4:]] for r in make.hastighet() if r[3] in ("Område", "total")]
    gles = [[*r[:5], *(c if isinstance(c, str) else c / 2 for c in r[5:])] for r in total]
    make.book(tmp_path / "raw/pts/hastighet.xlsx", {"Hastighet": total, "Hastighet utanför tätort": gles})
    h = run(tmp_path)[0]["pts_hastighet"].query("kommunkod == '9901' and matt == 'tillgang' and troskel_mbit == 100")
    assert h.set_index("omradestyp")["andel"].to_dict() == {"totalt": 0.9, "glesbebyggt": 0.45}


@pytest.mark.parametrize("name", ["Teknik tätbebyggt", "Teknik utanför tätort"])
def test_rows_of_another_class_than_the_sheet_s_name_stop(tmp_path: Path, name: str) -> None:
    put(tmp_path, sheet=name)
    refused(tmp_path, "Bladets namn säger", "Område")


@pytest.mark.parametrize(
    "name", ["Ej tillgång kommun hushåll", "Hushåll utan bredband", "Saknar fast bredband", "Förändring kommun hushåll"]
)
def test_a_sheet_of_those_without_is_never_read_as_those_with(tmp_path: Path, name: str) -> None:
    put(tmp_path, sheet="Teknik kommun hushåll")
    make.book(tmp_path / "raw/pts/hastighet.xlsx", {name: make.hastighet()})
    refused(tmp_path, name, "andelen som har tillgång")
    titled = [[name], *make.hastighet()]
    make.book(tmp_path / "raw/pts/hastighet.xlsx", {"Hastighet hushåll": titled})
    refused(tmp_path, name, "andelen som har tillgång")


def test_names_that_only_hold_a_no_are_read(tmp_path: Path) -> None:
    put(tmp_path, sheet="Teknik kommun hushåll")
    notes_ = [["Hushåll utan uppgift ingår inte"], *make.hastighet()]
    make.book(tmp_path / "raw/pts/hastighet.xlsx", {"Hastighet hushåll": notes_})
    assert not run(tmp_path)[0]["pts_hastighet"].empty
