"""Evidence as people really have it: units, separators, ids and sizes of cells. The right value, or a clear stop.

Every list is small and every expected figure worked out by hand.
"""

from __future__ import annotations

from pathlib import Path

import gpkg_files as make
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from tackning_files import CELLS, HEAD, KALLOR, put, refused, run

from pipelines.config.region import Evidens
from pipelines.core import files
from pipelines.core.errors import DataError
from pipelines.core.ledger import Entry
from pipelines.formats.ids import normal_ids
from pipelines.read.tackning.speeds import stated_unit

UUID = "6611a2b1-4011-5f0c-bcd0-309e19a25d78"


def read(tmp: Path, text: str | bytes, name: str = "adresser.csv") -> tuple[pd.DataFrame, list[Entry]]:
    put(tmp, name, text)
    tables, ledger = run(tmp)
    return tables["evidens_ruta" if name.startswith("rutor") else "evidens_adress"], ledger.entries


def speeds_of(header: str, *rows: tuple[str, str]) -> str:
    lines = "".join(f'a{i};{t};"{v}";tillgang\n' for i, (t, v) in enumerate(rows))
    return f"adress_id;teknik;{header};status\n{lines}"


# --- units of speeds --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("ned_mbit", "Mbit/s"),
        ("Ned (Mbit/s)", "Mbit/s"),
        ("nedhastighet_mbps", "Mbit/s"),
        ("ned_kbit", "kbit/s"),
        ("nedhastighet kbit/s", "kbit/s"),
        ("Download kbps", "kbit/s"),
        ("ned_gbit", "Gbit/s"),
        ("ned bit/s", "bit/s"),
        ("nedhastighet", ""),
        ("ned MB/s", ""),
    ],
)
def test_a_header_says_its_unit(header: str, unit: str) -> None:
    assert stated_unit(header) == unit


@pytest.mark.parametrize(
    ("header", "rows", "mbit"),
    [
        ("nedhastighet", [("adsl", "8000"), ("adsl", "24000")], [8, 24]),
        ("nedhastighet kbit/s", [("adsl", "8000"), ("fiber", "1000000")], [8, 1000]),
        ("ned_kbit", [("fiber", "100000"), ("adsl", "500")], [100, 0.5]),
        ("hastighet_ned_mbps", [("fiber", "1000"), ("adsl", "8")], [1000, 8]),
        ("Ned Gbit/s", [("fiber", "1"), ("fiber", "10")], [1000, 10_000]),
        ("nedhastighet", [("fiber", "1"), ("fiber", "10"), ("kabel-tv", "0,5")], [1000, 10_000, 500]),
        ("nedhastighet", [("fiber", "100"), ("vdsl", "60")], [100, 60]),
        ("nedhastighet", [("fiber", "1000000000"), ("adsl", "24000000")], [1000, 24]),
        ("ned bps", [("fiber", "1000000000")], [1000]),
        ("nedhastighet", [("fiber", "0")], [0]),  # says no unit, and nothing says another
    ],
)
def test_speeds_come_out_in_mbit(tmp_path: Path, header: str, rows: list, mbit: list[float]) -> None:
    got, entries = read(tmp_path, speeds_of(header, *rows))
    assert got["ned_mbit"].tolist() == mbit
    changed = [e for e in entries if e.kind == "justerad"]
    as_written = [float(v.replace(",", ".")) for _, v in rows] == mbit
    assert [e.count for e in changed] == ([] if as_written else [len(rows)])


@pytest.mark.parametrize(
    ("header", "rows", "told"),
    [
        # the header says Mbit/s, the figures kbit/s or Gbit/s: one of them is wrong
        ("ned_mbit", [("adsl", "8000"), ("adsl", "24000")], ("orimligt hög", "ser ut att vara kbit/s", "2 av 2")),
        ("ned_mbit", [("fiber", "1"), ("fiber", "10")], ("orimligt låg", "ser ut att vara Gbit/s", "Rad: 2")),
        ("ned_kbit", [("fiber", "1000")], ("orimligt låg", "ser ut att vara Mbit/s")),
        # rows of different units: no unit fits them all
        ("nedhastighet", [("fiber", "1000"), ("adsl", "8000")], ("orimligt hög för xdsl", "Rad: 3")),
        ("ned_mbit", [("fiber", "1000"), ("adsl", "8000")], ("orimligt hög för xdsl", "8000")),
        ("ned_mbit", [("adsl", "1000")], ("orimligt hög för xdsl", "0,1–30 Mbit/s")),
        # fits two units
        ("nedhastighet", [("fiber", "20"), ("fiber", "25")], ("enhet går inte att avgöra", "Mbit/s", "Gbit/s")),
    ],
)
def test_speeds_that_fit_no_unit_or_two_stop(tmp_path: Path, header: str, rows: list, told: tuple) -> None:
    put(tmp_path, "adresser.csv", speeds_of(header, *rows))
    refused(tmp_path, "adresser.csv", *told)


def test_a_single_speed_too_high_is_assumed_and_named_a_single_too_low_is_kept_and_named(tmp_path: Path) -> None:
    rows = [("adsl", "8")] * 300 + [("adsl", "1000"), ("fiber", "2")]
    got, entries = read(tmp_path, speeds_of("ned_mbit", *rows))
    assert got["ned_mbit"].tolist() == [8.0] * 300 + [24.0, 2.0]
    assert got["ned_antagen"].tolist() == [False] * 300 + [True, False]
    warned = {e.reason: (e.count, e.examples) for e in entries if e.kind == "varning"}
    assert warned == {
        "ned_mbit högre än rimligt för xdsl (0,1–30 Mbit/s)": (1, ("rad 302: 1000 Mbit/s",)),
        "ned_mbit lägre än rimligt för fiber (10–25000 Mbit/s)": (1, ("rad 303: 2 Mbit/s",)),
    }
    assert [(e.reason, e.count) for e in entries if e.kind == "antagen"] == [
        ("ned_mbit utan användbart tal för xdsl", 1)
    ]


def test_a_column_without_figures_says_no_unit_and_needs_none(tmp_path: Path) -> None:
    got, entries = read(tmp_path, speeds_of("nedhastighet", ("fiber", ""), ("adsl", "-")))
    assert got["ned_mbit"].tolist() == [1000, 24] and {e.kind for e in entries} == {"antagen"}


def test_speeds_up_follow_the_unit_of_speeds_down(tmp_path: Path) -> None:
    text = "adress_id;teknik;nedhastighet;upphastighet;status\na;adsl;8000;1000;ansluten\nb;adsl;24000;800;ansluten\n"
    got, _ = read(tmp_path, text)
    assert got[["ned_mbit", "upp_mbit"]].to_numpy().tolist() == [[8, 1], [24, 0.8]]


def test_coverage_at_no_speed_is_told_first(tmp_path: Path) -> None:
    _, entries = read(tmp_path, speeds_of("ned_mbit", ("fiber", "0"), ("fiber", "1000")))
    assert [(e.kind, e.count) for e in entries] == [("allvarlig", 1)]


def test_a_plausible_range_must_hold_the_assumed_speed() -> None:
    assert Evidens(rimlig_hastighet_mbit={"xdsl": (1, 40)}).rimlig_hastighet_mbit["fiber"] == (10, 25_000)
    for wrong in ({"xdsl": (1, 20)}, {"xdsl": (30, 1)}, {"xdsl": (0.1, float("inf"))}):
        with pytest.raises(ValueError, match="rimlig_hastighet_mbit"):
            Evidens(rimlig_hastighet_mbit=wrong)


def areas(tmp: Path, **columns: list) -> pd.DataFrame:
    table = {"teknik": ["adsl", "adsl"], **columns, "status": ["tillgang"] * 2}
    shapes = [shapely.box(e, 6_400_000, e + 500, 6_400_500) for e in (320_000, 321_000)]
    path = make.gpkg(tmp / "raw/tackning/omraden.gpkg", table, shapes, "omraden")
    put(tmp, "omraden.gpkg", path.read_bytes())
    return run(tmp)[0]["evidens_omrade"]


def test_polygons_are_read_by_the_same_rules(tmp_path: Path) -> None:
    assert areas(tmp_path, nedhastighet=[8000, 24000])["ned_mbit"].tolist() == [8, 24]


def test_numbers_that_a_database_has_as_numbers_have_no_doubtful_separator(tmp_path: Path) -> None:
    assert areas(tmp_path, ned_mbit=[1.125, 24.0])["ned_mbit"].tolist() == [1.125, 24]


def test_polygons_with_two_speeds_down_stop(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"(?s)Två kolumner.*ned_mbit och ned_kbit"):
        areas(tmp_path, ned_mbit=[8, 24], ned_kbit=[8000, 24000])


# --- separators -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "mbit"),
    [
        (("1,000", "100.5"), [1000, 100.5]),
        (("1.000", "100,5"), [1000, 100.5]),
        (("1 000", "100"), [1000, 100]),
        (("1000,0", "99,5"), [1000, 99.5]),
        (("1E+03", "100"), [1000, 100]),
    ],
)
def test_separators_by_the_column(tmp_path: Path, values: tuple[str, ...], mbit: list[float]) -> None:
    got, entries = read(tmp_path, speeds_of("ned_mbit", *(("fiber", v) for v in values)))
    assert got["ned_mbit"].tolist() == mbit
    judged = [e for e in entries if "lästa med" in e.reason]
    assert [e.examples for e in judged] == ([(values[0],)] if mbit[0] == 1000 and values[0][1] in ".," else [])


@pytest.mark.parametrize(
    "values", [("1,000",), ("1.000", "250"), ("1.000", "2,000"), ("<30", "100"), ("100 %", "1000")]
)
def test_numbers_that_cannot_be_read_one_way_stop(tmp_path: Path, values: tuple[str, ...]) -> None:
    put(tmp_path, "adresser.csv", speeds_of("ned_mbit", *(("fiber", v) for v in values)))
    refused(tmp_path, "Rad: 2", "ned_mbit", values[0])


def test_coordinates_with_thousands_and_exponents(tmp_path: Path) -> None:
    head = "e;n;teknik;ned_mbit;status\n"
    got, _ = read(tmp_path, head + "320 100,5;6 400 812,5;fiber;1000;tillgang\n320.200;6.400.812;fiber;1000;tillgang\n")
    assert got[["e_m", "n_m"]].to_numpy().tolist() == [[320100.5, 6400812.5], [320200, 6400812]]
    put(tmp_path, "adresser.csv", head + "3,2E+05;6,4E+06;fiber;1000;tillgang\n", kallor=False)
    refused(tmp_path, "avrundade", "3,2E+05", "Excel")


@pytest.mark.parametrize(
    ("header", "shares", "read_as"),
    [
        ("andel", ("0,5", "1,000"), [0.5, 1]),
        ("andel", ("1,000", "1,000"), [1, 1]),  # a thousand is no share
        ("andel (%)", ("50", "0,5"), [0.5, 0.005]),
        ("andel_pct", ("100", "100"), [1, 1]),
    ],
)
def test_shares_in_one_scale(tmp_path: Path, header: str, shares: tuple[str, str], read_as: list[float]) -> None:
    rows = [f"{cell};fiber;1000;tillgang;{a}\n" for cell, a in zip((3200006400000, 3200006400250), shares, strict=True)]
    got, _ = read(tmp_path, f"rutid;teknik;ned_mbit;status;{header}\n" + "".join(rows), "rutor.csv")
    assert got["andel"].tolist() == read_as


def test_a_header_in_per_cent_over_shares_stops(tmp_path: Path) -> None:
    put(tmp_path, "rutor.csv", "rutid;teknik;ned_mbit;status;andel (%)\n3200006400000;fiber;1000;tillgang;0,9\n")
    refused(tmp_path, "säger procent", "0,9")


# --- ids --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        UUID,
        UUID.upper(),
        f"{{{UUID.upper()}}}",
        UUID.replace("-", ""),
        f"urn:uuid:{UUID}",
        f" '{UUID}' ",
        f"«{UUID}»\u00a0",
        f"\ufeff{UUID}",
        UUID.replace("-", "\u2013"),
        f"URN:UUID:{UUID.upper()}",
        f'="{UUID}"',
    ],
)
def test_a_uuid_has_one_form(text: str) -> None:
    assert normal_ids(pa.array([text, UUID, None])).to_pylist() == [UUID, UUID, None]


def test_an_id_that_is_no_uuid_is_kept_but_for_what_stands_round_it() -> None:
    ids = [" 9901-001 ", '="AbC"', "", " ", "6611A2B1", UUID[:-1], UUID + "0"]
    assert normal_ids(pa.array(ids)).to_pylist() == ["9901-001", "AbC", None, None, "6611A2B1", UUID[:-1], UUID + "0"]


def test_ids_are_written_in_their_one_form_and_repeats_in_other_forms_are_repeats(tmp_path: Path) -> None:
    got, entries = read(tmp_path, HEAD + f"{UUID.upper()},fiber,1000,,tillgang,\n{{{UUID}}},fiber,1000,,tillgang,\n")
    assert got["adress_id"].tolist() == [UUID]
    assert [(e.reason, e.count) for e in entries] == [("rader som upprepar en annan", 1)]


def test_ids_that_excel_rounded_stop(tmp_path: Path) -> None:
    put(tmp_path, "adresser.csv", HEAD + "a1,fiber,1000,,tillgang,\n1.23E+15,fiber,1000,,tillgang,\n")
    refused(tmp_path, "adress-id", "1.23E+15", "Rad: 3", "Excel")


OPERATOR = '"uuidadrpl"\t"gatunummer"\t"postnr"\t"kommunkod"\t"gata"'


def test_the_regulators_list_is_read_when_it_says_coverage(tmp_path: Path) -> None:
    text = f'{OPERATOR}\t"teknik"\t"ned_mbit"\t"status"\n' + "".join(
        f'"{a}"\t"1"\t"00000"\t"{k}"\t"Gatan"\t"fiber"\t"1000"\t"ansluten"\n'
        for a, k in ((UUID.upper(), "1480"), ("b", "0180"), ("c", "1407"), ("d", "9999"))
    )
    got, entries = read(tmp_path, text)
    assert got[["adress_id", "kommunkod_fil"]].to_numpy().tolist() == [[UUID, "1480"], ["c", "1407"], ["d", ""]]
    assert [(e.kind, e.reason, e.count, e.examples) for e in entries] == [
        ("varning", "rader med en kommunkod som inte finns i länet", 1, ("9999",)),
        ("bortfall", "rader i kommuner utanför länet", 1, ("rad 3",)),
    ]


def test_a_list_that_says_nothing_of_coverage_stops_and_its_headers_are_shown(tmp_path: Path) -> None:
    put(tmp_path, "adresser.csv", f'{OPERATOR}\n"{UUID}"\t"1"\t"00000"\t"1480"\t"Gatan"\n')
    refused(tmp_path, "inget om täckning", "teknik, ned_mbit, status", "uuidadrpl, kommunkod, gatunummer, postnr, gata")
    put(tmp_path, "adresser.csv", "namn\tlat\tlon\nx\t1\t2\n", kallor=False)
    refused(tmp_path, "vilka adresser", "namn, lat, lon")


# --- cells ------------------------------------------------------------------------------------------


def cells_of(*rows: str, head: str = "rutstorl;rutid;teknik;ned_mbit;status;andel") -> str:
    return head + "\n" + "".join(f"{r}\n" for r in rows)


def test_larger_squares_are_spread_over_their_cells(tmp_path: Path) -> None:
    got, entries = read(
        tmp_path,
        cells_of(
            "500;3205006400500;fiber;1000;tillgang;0,4",
            "250;3200006400250;vdsl;60;tillgang;1",
            "1 km;3210006401000;fiber;1000;passerad;1",
        ),
        "rutor.csv",
    )
    half = got[got["rad"] == 2]
    assert sorted(half["rutid"]) == [3205006400500, 3205006400750, 3207506400500, 3207506400750]
    assert set(half["andel"]) == {0.4} and set(half["ned_mbit"]) == {1000.0}
    assert got.loc[got["rad"] == 3, "rutid"].tolist() == [3200006400250]
    whole = got.loc[got["rad"] == 4, "rutid"]
    expected = {(321000 + 250 * i) * 10**7 + 6401000 + 250 * j for i in range(4) for j in range(4)}
    assert len(whole) == 16 and set(whole) == expected
    assert [(e.reason, e.count) for e in entries] == [("rader om rutor på 500 m", 1), ("rader om rutor på 1000 m", 1)]


@pytest.mark.parametrize("header", ["ruta_storlek", "Rut-storlek (m)", "Upplösning", "cell size", "sida_m"])
def test_the_size_by_other_names(tmp_path: Path, header: str) -> None:
    text = cells_of("500;3200006400000;fiber;1000;tillgang;1", head=f"{header};rutid;teknik;ned_mbit;status;andel")
    assert len(read(tmp_path, text, "rutor.csv")[0]) == 4


def test_squares_of_two_sizes_over_one_cell_are_counted(tmp_path: Path) -> None:
    _, entries = read(
        tmp_path,
        cells_of("500;3200006400000;fiber;1000;tillgang;0,4", "250;3200006400250;fiber;1000;tillgang;1"),
        "rutor.csv",
    )
    assert [(e.count, e.examples) for e in entries if e.kind == "varning"] == [(1, ("3200006400250",))]


def test_the_size_may_stand_in_the_id(tmp_path: Path) -> None:
    head = "rutid_inspire;teknik;ned_mbit;status;andel"
    got, _ = read(tmp_path, cells_of("SE_CRS3006RES500mN6400500E320500;fiber;1000;tillgang;1", head=head), "rutor.csv")
    assert sorted(got["rutid"]) == [3205006400500, 3205006400750, 3207506400500, 3207506400750]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("500;3202506400500;fiber;1000;tillgang;1", ("rutnätet om 500 m", "3202506400500")),
        ("100;3201006400100;fiber;1000;tillgang;1", ("inte hela 250 m-rutor", "100")),
        ("125;3200006400000;fiber;1000;tillgang;1", ("inte hela 250 m-rutor", "125")),
        ("stor;3200006400000;fiber;1000;tillgang;1", ("rutstorlek går inte att läsa", "stor")),
        ("500;SE_CRS3006RES1000mN6400000E320000;fiber;1000;tillgang;1", ("säger olika", "rutstorl")),
        ("250;4,0075E+12;fiber;1000;tillgang;1", ("rut-id går inte att läsa", "Excel", "4,0075E+12")),
    ],
)
def test_squares_that_do_not_fit_stop(tmp_path: Path, row: str, told: tuple[str, ...]) -> None:
    put(tmp_path, "rutor.csv", cells_of(row))
    refused(tmp_path, "rutor.csv", "Rad: 2", *told)


def test_a_size_missing_on_some_rows_stops(tmp_path: Path) -> None:
    put(
        tmp_path,
        "rutor.csv",
        cells_of("500;3200006400000;fiber;1000;tillgang;1", ";3200006400500;fiber;1000;tillgang;1"),
    )
    refused(tmp_path, "storlek saknas", "Rad: 3")


def lattice(step: int, count: int) -> str:
    return "".join(f"{320000 + step * i:06}6400000,fiber,1000,,tillgang,1\n" for i in range(count))


def test_a_list_without_sizes_whose_ids_all_lie_on_a_larger_lattice_stops_when_it_is_long(tmp_path: Path) -> None:
    put(tmp_path, "rutor.csv", CELLS + lattice(500, 10))
    refused(tmp_path, "500 m-rutor", "rutstorl")
    put(tmp_path, "rutor.csv", CELLS + lattice(1000, 10), kallor=False)
    refused(tmp_path, "1 km-rutor")
    for count, kinds in ((9, ["allvarlig"]), (4, ["allvarlig"]), (3, [])):
        put(tmp_path, "rutor.csv", CELLS + lattice(500, count), kallor=False)
        assert [e.kind for e in run(tmp_path)[1].entries] == kinds
    put(tmp_path, "rutor.csv", CELLS + lattice(250, 10), kallor=False)
    assert run(tmp_path)[1].entries == []


def test_a_stated_size_that_is_doubtful_is_told_first(tmp_path: Path) -> None:
    head = "rutid_scb,teknik,ned_mbit,upp_mbit,status,andel,rutstorl\n"
    put(tmp_path, "rutor.csv", head + lattice(500, 12).replace(",1\n", ",1,250\n"))
    tables, ledger = run(tmp_path)
    assert len(tables["evidens_ruta"]) == 12 and [e.kind for e in ledger.entries] == ["allvarlig"]


# --- empty, broken ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["adresser.csv", "rutor.csv"])
def test_a_complete_file_with_no_rows_stops_a_partial_one_is_counted(tmp_path: Path, name: str) -> None:
    head = HEAD if name.startswith("adresser") else CELLS
    put(tmp_path, name, head)
    refused(tmp_path, name, "fullständig", "1480", "0 användbara")
    (tmp_path / "raw/tackning/kallor.csv").write_text(f"{KALLOR}{name},1480,nej,2025-10-01,avtal,ja\n")
    assert [(e.kind, e.reason) for e in run(tmp_path)[1].entries] == [("varning", "filen har inga användbara rader")]


def test_two_kallor_stop(tmp_path: Path) -> None:
    put(tmp_path, "adresser.csv", HEAD + "a1,fiber,1000,,tillgang,\n")
    (tmp_path / "raw/tackning/KALLOR.csv").write_text(KALLOR)
    refused(tmp_path, "flera kallor.csv")


def test_bytes_that_no_encoding_has_stop_and_characters_already_lost_are_counted(tmp_path: Path) -> None:
    put(tmp_path, "adresser.csv", HEAD.encode() + b"a1,fiber,1000,,tillgang,N\x8ft\n")
    refused(tmp_path, "inte att läsa som text", "Rad: 2")
    put(tmp_path, "adresser.csv", HEAD + "a1,fiber,1000,,tillgang,N\N{REPLACEMENT CHARACTER}t\n", kallor=False)
    assert [(e.kind, e.count) for e in run(tmp_path)[1].entries] == [("varning", 1)]


def test_coordinates_outside_sweden_are_told_in_which_system_they_fit(tmp_path: Path) -> None:
    import pyproj

    where = [(320_000.0 + 40 * i, 6_400_000.0 + 70 * i) for i in range(20)]
    known = pd.DataFrame(
        {
            "adress_id": [str(i) for i in range(20)],
            "kommunkod": "1480",
            "e_m": [e for e, _ in where],
            "n_m": [n for _, n in where],
        }
    )
    files.write_points(known, make.paths(tmp_path).table("adresser_kalla"))
    local = pyproj.Transformer.from_crs(3006, 3007, always_xy=True)
    rows = "".join("{:.2f},{:.2f},fiber,1000,tillgang\n".format(*local.transform(e, n)) for e, n in where)
    put(tmp_path, "adresser.csv", "e,n,teknik,ned_mbit,status\n" + rows)
    with pytest.raises(DataError, match=r"SWEREF 99 12 00 \(EPSG:3007\)"):
        run(tmp_path)


@pytest.mark.parametrize(("shares", "kind"), [(("5", "10"), "varning"), (("5", "100"), "upplysning")])
def test_a_column_read_as_per_cent_with_only_small_figures_is_warned_of(
    tmp_path: Path, shares: tuple[str, str], kind: str
) -> None:
    """Shares times ten and numbers of households look like small percentages."""
    row = "{}6400000,fiber,1000,tillgang,{}\n"
    text = "rutid_scb,teknik,ned_mbit,status,andel\n" + row.format(400000, shares[0]) + row.format(400250, shares[1])
    _, entries = read(tmp_path, text, "rutor.csv")
    assert [e.kind for e in entries if "är procent" in e.reason] == [kind]


def test_shares_that_are_all_nothing_are_warned_of(tmp_path: Path) -> None:
    text = "rutid_scb,teknik,ned_mbit,status,andel\n"
    text += "4000006400000,fiber,1000,tillgang,0\n4002506400000,fiber,1000,tillgang,{}\n"
    for last, told in (("0", [2]), ("0.5", [])):
        _, entries = read(tmp_path, text.format(last), "rutor.csv")
        assert [e.count for e in entries if e.reason == "alla andelar i filen är 0"] == told
