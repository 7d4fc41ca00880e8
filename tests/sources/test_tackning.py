"""Evidence under tackning/: dialects, encodings, kallor.csv, what stops and what is dropped and counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gpkg_files as make
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tackning_files import CELLS, HEAD, KALLOR, put, refused, run

from pipelines.core.ledger import Ledger
from pipelines.formats.csvfile import read_csv
from pipelines.tables import contracts, source_tables

DATA = Path(__file__).parents[1] / "data" / "tackning"
SQUARE = shapely.box(320_000, 6_400_000, 320_500, 6_400_500)


def notes(ledger: Ledger) -> dict[str, float]:
    return {e.reason: e.count for e in ledger.entries}


def rows_of(tmp: Path, text: str | bytes, name: str = "adresser.csv") -> pd.DataFrame:
    put(tmp, name, text)
    return run(tmp)[0]["evidens_ruta" if name.startswith("rutor") else "evidens_adress"]


# --- nothing, and everything ------------------------------------------------------------------------


def test_without_a_folder_every_table_is_there_and_empty(tmp_path: Path) -> None:
    tables, ledger = run(tmp_path)
    for contract in (
        source_tables.KALLOR,
        source_tables.EVIDENS_ADRESS,
        source_tables.EVIDENS_RUTA,
        source_tables.EVIDENS_OMRADE,
    ):
        name = contract.name
        assert tables[name].empty
        contracts.check(tables[name], contract)
    assert tables["evidens_omrade"].crs.to_epsg() == 3006 and ledger.entries == [] and ledger.facts["filer"] == []


def test_addresses_by_id(tmp_path: Path) -> None:
    got = rows_of(tmp_path, HEAD + "a1,fiber,1000,500,tillgang,Nät AB\na2,vdsl,,,planerad,\n")
    told = [
        "fil",
        "rad",
        "teknik",
        "ned_mbit",
        "ned_antagen",
        "upp_mbit",
        "status",
        "adress_id",
        "operator",
        "kommunkod_fil",
    ]
    assert got[told].iloc[0].tolist() == [
        "adresser.csv",
        2,
        "fiber",
        1000.0,
        False,
        500.0,
        "tillgang",
        "a1",
        "Nät AB",
        "",
    ]
    assert got[["rad", "ned_mbit", "ned_antagen", "adress_id", "operator"]].iloc[1].tolist() == [
        3,
        60.0,
        True,
        "a2",
        "",
    ]
    assert got[["upp_mbit", "e_m", "n_m"]].iloc[1].isna().all()


EXPECTED = [
    ("fiber", 1000.0, "tillgang", 320100.5, 6400200.25, "Öckerö nät"),
    ("kabel-tv", 99.5, "passerad", 320300.0, 6400400.0, "Åsa"),
]


def as_told(got: pd.DataFrame) -> list[Any]:
    return list(got[["teknik", "ned_mbit", "status", "e_m", "n_m", "operator"]].itertuples(index=False, name=None))


BODY = (
    "E;N;Teknik;Ned Mbit/s;Status;Operatör\r\n"
    "320100,5;6400200,25;FTTH;1000;Tillgång;Öckerö nät\r\n"
    "320 300;6400400,00;Kabel TV;99,5;Homes passed;Åsa\r\n"
)


@pytest.mark.parametrize(
    "data",
    [
        BODY.encode(),
        b"\xef\xbb\xbf" + BODY.encode(),
        BODY.encode("cp1252"),
        BODY.encode("utf-16"),
        ("sep=;\r\n" + BODY).encode("cp1252"),
        ("\r\n" + BODY.replace("\r\n", "\n\n")).encode(),
        BODY.replace("\r\n", "\r").encode(),
        BODY.replace(";", "\t").encode(),
        BODY.replace(",", ".").replace(";", ",").encode(),
        BODY.replace("Öckerö nät", '"Öckerö nät"').replace(";", "|").encode(),
    ],
    ids=["utf-8", "märke", "cp1252", "utf-16", "sep", "tomrader", "mac", "tabb", "komma", "streck"],
)
def test_every_dialect_says_the_same(tmp_path: Path, data: bytes) -> None:
    assert as_told(rows_of(tmp_path, data)) == EXPECTED


def test_the_sample_as_excel_saves_it(tmp_path: Path) -> None:
    got = rows_of(tmp_path, (DATA / "adresser_excel.csv").read_bytes())
    assert as_told(got) == EXPECTED and got["rad"].tolist() == [2, 4]


def test_row_numbers_are_the_files_own_also_after_blank_and_folded_lines(tmp_path: Path) -> None:
    text = (
        HEAD
        + "\na1,fiber,100,10,tillgang,\r\n\r\n"
        + 'a2,fiber,100,10,tillgang,"två\nrader"\n'
        + "a3,fiber,100,10,tillgang,\n"
    )
    assert rows_of(tmp_path, text)["rad"].tolist() == [3, 5, 7]


_cell = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\r\n\"',;|\t", exclude_categories=("Cs",)), max_size=6
)


@given(st.lists(st.tuples(_cell, _cell), min_size=1, max_size=12), st.sampled_from(";\t|"), st.data())
def test_cells_and_row_numbers_survive_any_list(
    tmp_path_factory: Any, rows: Any, delimiter: str, data: st.DataObject
) -> None:
    lines, expected = [delimiter.join(("Adress-ID", "OPERATÖR"))], []
    for left, right in rows:
        lines += [""] * data.draw(st.integers(0, 2))
        lines.append(delimiter.join((f"x{left}", right)))
        expected.append((len(lines), f"x{left}", right or None))
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_bytes("\n".join(lines).encode())
    got = read_csv(path, {"adress_id": ("adress_id",), "operator": ("operator",)}, ("adress_id",))
    columns = [got.columns[c].to_pylist() for c in ("adress_id", "operator")]
    assert list(zip(got.rows.tolist(), *columns, strict=True)) == expected


# --- cells and areas --------------------------------------------------------------------------------


def test_cells_with_shares_in_either_scale(tmp_path: Path) -> None:
    ids = (3200006400000, 3200006400250, 3200006400500)
    lines = "".join(f"{i},fiber,1000,,tillgang,{{}}\n" for i in ids)
    for name, values in (
        ("rutor_a.csv", (1, 0.25, 0)),
        ("rutor_b.csv", (100, 25, 0)),
        ("rutor_c.csv", ("100 %", "25%", "0%")),
    ):
        put(tmp_path, name, CELLS + lines.format(*values))
    got = run(tmp_path)[0]["evidens_ruta"]
    assert got["andel"].tolist() == [1, 0.25, 0] * 3 and got["rutid"].tolist() == [*ids] * 3


def polygons(tmp: Path, shapes: Any = (SQUARE,), kallor: bool = True, **columns: Any) -> Path:
    n = len(shapes)
    table = {"Teknik": ["Fiber"] * n, "ned_mbit": [1000.0] * n, "upp_mbit": [None] * n, "status": ["tillgång"] * n}
    options = {k: columns.pop(k) for k in ("crs", "description") if k in columns}
    path = make.gpkg(tmp / "raw/tackning/omraden.gpkg", {**table, **columns}, shapes, "omraden", **options)
    put(tmp, "omraden.gpkg", path.read_bytes(), kallor)
    return path


def test_areas_become_valid_multipolygons(tmp_path: Path) -> None:
    bow = shapely.Polygon([(320_000, 6_400_000), (320_100, 6_400_100), (320_100, 6_400_000), (320_000, 6_400_100)])
    polygons(tmp_path, [SQUARE, bow], ned_mbit=[1000.0, None])
    got = run(tmp_path)[0]["evidens_omrade"]
    assert got.geom_type.tolist() == ["MultiPolygon"] * 2 and got.is_valid.all()
    assert got.area.tolist() == [250_000, 5_000]  # the bow tie is two triangles of 2 500 m²
    assert got["teknik"].tolist() == ["fiber", "fiber"] and got["ned_antagen"].tolist() == [False, True]


# --- what stops -------------------------------------------------------------------------------------

FIBRE = "a1,fiber,1000,,tillgang,\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + FIBRE + "a2,gasol,1,,tillgang,\n", ("Okänt värde i kolumnen teknik", "gasol", "Rad: 3", "fiber, ")),
        (HEAD + FIBRE + "a2,fiber,1,,kanske,\n", ("Okänt värde i kolumnen status", "kanske", "Rad: 3")),
        (HEAD + FIBRE + "a2,fiber,snabbt,,tillgang,\n", ("inte att läsa som tal", "ned_mbit", "snabbt", "Rad: 3")),
        (HEAD + FIBRE + "a2,fiber,-5,,tillgang,\n", ("negativ", "Rad: 3", "-5")),
        (HEAD + "a2,fiber,1000000,,tillgang,\n", ("orimligt hög", "kbit/s")),
        (HEAD + "a2,fiber,1000,-1,tillgang,\n", ("negativ", "upp_mbit")),
        (HEAD + "a2,fiber,1,000,5,tillgang,\n", ("fel antal celler", "Rad: 2", "decimalkomma")),
        (HEAD + "\n\n" + FIBRE + "a2,fiber\n", ("fel antal celler", "Rad: 5")),
        ("id,teknik,ned_mbit,status\na,fiber,1,tillgang\n", ("vilka adresser", "adress_id", "e och n")),
        ("adress_id,ned_mbit,status\na,1,tillgang\n", ("saknar kolumner", "teknik")),
        ("adress_id,teknik,Teknik,ned_mbit,status\na,fiber,fiber,1,tillgang\n", ("Två kolumner", "teknik och Teknik")),
        ("e,n,teknik,ned_mbit,status\n6400000,320000,fiber,1,tillgang\n", ("utanför Sverige", "bytt plats", "Rad: 2")),
        ("e,n,teknik,ned_mbit,status\n11.97,57.7,fiber,1,tillgang\n", ("utanför Sverige", "longitud och latitud")),
        (HEAD + "a1,,,,,\na2,,,,,\n" + FIBRE, ("De flesta rader utan teknik eller status", "2 av 3")),
        ("", ("Listan är tom",)),
        (b"PK\x03\x04\0\0\0", ("ingen textfil",)),
    ],
)
def test_faults_in_addresses_that_stop(tmp_path: Path, text: str | bytes, told: tuple[str, ...]) -> None:
    put(tmp_path, "adresser.csv", text)
    refused(tmp_path, "adresser.csv", *told)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("3200106400000,fiber,1,,tillgang,1", ("inte i rutnätet om 250 m", "3200106400000", "Rad: 2")),
        ("3.2E+12,fiber,1,,tillgang,1", ("rut-id går inte att läsa", "Excel", "3.2E+12")),
        ("1000006400000,fiber,1,,tillgang,1", ("utanför Sverige", "E 100000")),
        ("3200006400000,fiber,1,,tillgang,1.5", ("utanför 0–1", "andel", "1.5")),
        ("3200006400000,fiber,1,,tillgang,-0.1", ("utanför 0–1", "-0.1")),
        ("3200006400000,fiber,1,,tillgang,250", ("utanför 0–1", "250")),
        ("3200006400000,fiber,1,,tillgang,hälften", ("inte att läsa som tal", "hälften")),
    ],
)
def test_faults_in_cells_that_stop(tmp_path: Path, line: str, told: tuple[str, ...]) -> None:
    put(tmp_path, "rutor.csv", CELLS + line + "\n")
    refused(tmp_path, "rutor.csv", *told)


def test_one_share_above_one_among_shares_is_no_percentage(tmp_path: Path) -> None:
    lines = [f"3200006400{i}00,fiber,1,,tillgang,{a}" for i, a in zip((0, 5), (0.4, 87), strict=True)]
    put(
        tmp_path,
        "rutor.csv",
        CELLS + "\n".join([*lines, "3200006401000,fiber,1,,tillgang,0.9", "3200006401250,fiber,1,,tillgang,1"]),
    )
    refused(tmp_path, "utanför 0–1", "87", "Rad: 3")


def test_a_list_of_square_kilometres_stops(tmp_path: Path) -> None:
    lines = [f"3{i:02}0006400000,fiber,1,,tillgang,1" for i in range(20, 80)]
    put(tmp_path, "rutor.csv", CELLS + "\n".join(lines))
    refused(tmp_path, "1 km-rutor")


def test_areas_in_another_crs_or_of_another_kind_stop(tmp_path: Path) -> None:
    polygons(tmp_path, crs=3021)
    refused(tmp_path, "Fel koordinatsystem", "EPSG:3006", "EPSG:3021")
    (tmp_path / "raw/tackning/omraden.gpkg").unlink()
    polygons(tmp_path, [shapely.LineString([(320_000, 6_400_000), (320_001, 6_400_000)])], kallor=False)
    refused(tmp_path, "Fel sorts geometri", "LineString")
    (tmp_path / "raw/tackning/omraden.gpkg").unlink()
    polygons(tmp_path, [shapely.box(0, 0, 1, 1)], kallor=False)
    refused(tmp_path, "utanför Sverige")
    (tmp_path / "raw/tackning/omraden.gpkg").unlink()
    polygons(tmp_path, kallor=False, status=["snart"])
    refused(tmp_path, "Okänt värde i kolumnen status", "snart")


# --- what is dropped or assumed, and counted --------------------------------------------------------


def test_rows_that_say_nothing_are_dropped_and_counted(tmp_path: Path) -> None:
    text = HEAD + FIBRE * 2 + ",fiber,1000,,tillgang,\na3,,1,,tillgang,\na4,fiber,1,,,\n;\n".replace(";\n", ",,,,,\n")
    put(tmp_path, "adresser.csv", text + "".join(f"b{i},xdsl,,,tillgang,\n" for i in range(9)))
    tables, ledger = run(tmp_path)
    assert tables["evidens_adress"]["rad"].tolist() == [2, *range(8, 17)]
    assert notes(ledger) == {
        "rader utan teknik eller status": 3,
        "ned_mbit tomt för xdsl": 9,
        "rader utan adress_id och utan koordinat": 1,  # the blank row is already counted above
        "rader som upprepar en annan": 1,
    }
    assert ledger.facts["rader"] == {"adresser.csv": {"lasta": 15, "anvanda": 10}}


def test_a_few_strays_are_dropped_many_stop(tmp_path: Path) -> None:
    good = "".join(f"{320000 + i},6400000,fiber,100,tillgang\n" for i in range(400))
    put(tmp_path, "adresser.csv", "e,n,teknik,ned_mbit,status\n" + good + "0,0,fiber,100,tillgang\n" * 2)
    tables, ledger = run(tmp_path)
    assert len(tables["evidens_adress"]) == 400 and notes(ledger)["rader med koordinat utanför Sverige"] == 2
    put(tmp_path, "adresser.csv", "e,n,teknik,ned_mbit,status\n" + good + "0,0,fiber,100,tillgang\n" * 5, kallor=False)
    refused(tmp_path, "utanför Sverige", "5 rader", "Rad: 402")


def test_the_same_row_in_two_files_is_kept_in_both(tmp_path: Path) -> None:
    put(tmp_path, "adresser_a.csv", HEAD + FIBRE)
    put(tmp_path, "adresser_b.csv", HEAD + FIBRE)
    assert run(tmp_path)[0]["evidens_adress"]["fil"].tolist() == ["adresser_a.csv", "adresser_b.csv"]


# --- kallor.csv -------------------------------------------------------------------------------------


def kallor(tmp: Path, *lines: str, head: str = KALLOR) -> None:
    put(tmp, "adresser.csv", HEAD + FIBRE, kallor=False)
    (tmp / "raw/tackning/kallor.csv").write_text(head + "".join(f"{x}\n" for x in lines))


def test_kallor_as_people_write_it(tmp_path: Path) -> None:
    kallor(
        tmp_path,
        "ADRESSER.csv;1480;Ja;2025-10-01;Avtal 7;NEJ",
        "",
        "adresser.csv;1407;;20250630;;",
        "ADRESSER.csv;1480;ja;2025-10-01;Avtal 7;nej",
        head=KALLOR.replace(",", ";").replace("fullstandig", "Fullständig"),
    )
    tables, ledger = run(tmp_path)
    assert tables["kallor"].pop("andel_saknas_pct").isna().all()
    assert tables["kallor"].to_numpy().tolist() == [
        ["adresser.csv", "1407", False, "2025-06-30", "", False],
        ["adresser.csv", "1480", True, "2025-10-01", "Avtal 7", False],
    ]
    assert notes(ledger) == {"fullstandig tomt": 1, "far_publiceras tomt": 1, "rader som upprepar en annan": 1}
    facts = ledger.facts["filer"]
    assert isinstance(facts, list)
    assert [(f["fil"], f["referensdatum"], f["licens"]) for f in facts if f["roll"] == "adressuppgifter"] == [
        ("tackning/adresser.csv", "2025-10-01", "Avtal 7")
    ]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            ["adresser.csv,1480,ja,2025-10-01,,ja", "rutor.csv,1480,ja,2025-10-01,,ja"],
            ("finns inte", "rutor.csv", "Rad: 3"),
        ),
        (["../../hemligt.csv,1480,ja,2025-10-01,,ja"], ("finns inte", "hemligt.csv")),
        (["kallor.csv,1480,ja,2025-10-01,,ja"], ("ingen täckningsfil", "kallor.csv")),
        (["adresser.csv,0114,ja,2025-10-01,,ja"], ("Okänd kommunkod", "0114", "Rad: 2")),
        (["adresser.csv,1480,kanske,2025-10-01,,ja"], ("varken ja eller nej", "fullstandig", "kanske")),
        (["adresser.csv,1480,ja,igår,,ja"], ("referensdatum", "ÅÅÅÅ-MM-DD", "igår")),
        (["adresser.csv,1480,ja,2025-02-30,,ja"], ("referensdatum", "2025-02-30")),
        (["adresser.csv,1480,ja,2097-02-28,,ja"], ("referensdatum", "inte varit än", "2097-02-28")),
        (["adresser.csv,1480,ja,2025-10-01,,ja", "adresser.csv,1480,nej,2025-10-01,,ja"], ("säger olika", "2 och 3")),
        ([], ("står inte i kallor.csv", "adresser.csv")),
    ],
)
def test_faults_in_kallor_that_stop(tmp_path: Path, lines: list[str], told: tuple[str, ...]) -> None:
    kallor(tmp_path, *lines)
    refused(tmp_path, "kallor.csv", *told)


def test_evidence_without_kallor_stops(tmp_path: Path) -> None:
    put(tmp_path, "adresser.csv", HEAD + FIBRE, kallor=False)
    refused(tmp_path, "ingen kallor.csv", "fil, kommunkod, fullstandig")


# --- many rows --------------------------------------------------------------------------------------


def test_every_row_of_a_long_file_is_read_as_it_stands(tmp_path: Path) -> None:
    """As long as several of the pieces that a file is read in."""
    n = 60_000
    rng = np.random.default_rng(1)
    technique = {"fiber": "fiber", "FTTH": "fiber", "Kabel-TV": "kabel-tv"}
    speed = {"1000": 1000.0, "": np.nan, "99,5": 99.5}
    given = pd.DataFrame(
        {
            "adress_id": [f"{i:08x}-0000-4000-8000-000000000000" for i in rng.permutation(n)],
            "teknik": rng.choice(list(technique), n),
            "ned_mbit": rng.choice(list(speed), n),
            "upp_mbit": 10,
            "status": "tillgång",
            "operator": rng.choice(list("ABC"), n),
        }
    )
    put(tmp_path, "adresser.csv", given.to_csv(index=False, sep=";"))
    got = run(tmp_path)[0]["evidens_adress"].set_index("rad")
    assert got.index.sort_values().tolist() == list(range(2, n + 2))
    got = got.sort_index().reset_index()
    for name in ("adress_id", "operator"):
        assert got[name].tolist() == given[name].tolist()
    assert got["teknik"].tolist() == given["teknik"].map(technique).tolist()
    told = given["ned_mbit"].map(speed)
    assert (got["ned_antagen"] == told.isna()).all()
    assert (got["ned_mbit"] == told)[told.notna()].all()
    assert (got["upp_mbit"] == 10).all() and (got["status"] == "tillgang").all()
