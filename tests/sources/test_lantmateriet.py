"""Lantmäteriet's addresses: every quirk the publisher is known for, and every fault that stops the run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gpkg_files as make
import pytest
import shapely

from pipelines.core import files
from pipelines.core.errors import DataError
from pipelines.core.ledger import load
from pipelines.read.lantmateriet import read_addresses

G, H = "Gällande", "Reserverad"
GBG = [("b", "1480", G, (320_100, 6_400_100)), ("a", "1480", G, (320_200.25, 6_400_200.5))]
OCK = [("c", "1407", G, (305_000, 6_402_000))]


def put(tmp: Path, code: str, rows: list[Any], *, comment: str = "", suffix: str = "", **options: Any) -> Path:
    """One zip as Lantmäteriet packs it."""
    name = f"belagenhetsadresser_kn{code}{suffix}"
    source = make.addresses(tmp / "raw" / f"{name}.gpkg", rows, **options)
    return make.zipped(source, tmp / "raw/lantmateriet" / f"{name}.zip", comment=comment)


def run(tmp: Path) -> list[tuple[Any, ...]]:
    """Run the stage; return the written rows."""
    where = make.paths(tmp)
    read_addresses.run(make.region(), where)
    table = files.read_points(where.table("adresser_kalla"))
    return list(table[["adress_id", "kommunkod", "e_m", "n_m"]].itertuples(index=False, name=None))


def ledger(tmp: Path) -> dict[tuple[str, str], float]:
    """What the ledger counts, by kind and reason."""
    found = load(make.paths(tmp).ledger("lantmateriet"))
    return {(e.kind, e.reason): e.count for e in found.entries}


def facts(tmp: Path) -> dict[str, Any]:
    return load(make.paths(tmp).ledger("lantmateriet")).facts


def fails(tmp: Path, *told: str) -> None:
    """The run stops, says each of ``told`` and writes nothing."""
    with pytest.raises(DataError) as e:
        run(tmp)
    for text in told:
        assert text in str(e.value)
    assert not make.paths(tmp).table("adresser_kalla").exists()


def test_one_zip_per_kommun_in_both_dresses(tmp_path: Path) -> None:
    put(tmp_path, "1480", GBG, geometry_name="adressplatspunkt")
    put(tmp_path, "1407", OCK, geometry_name="geom", id_name="objektidentitet")
    assert run(tmp_path) == [
        ("a", "1480", 320_200.25, 6_400_200.5),
        ("b", "1480", 320_100.0, 6_400_100.0),
        ("c", "1407", 305_000.0, 6_402_000.0),
    ]
    assert ledger(tmp_path) == {}
    assert facts(tmp_path)["rader"] == {
        "lasta": 3,
        "behallna": 3,
        "utanfor_lanet": 0,
        "annan_status": 0,
        "utan_punkt": 0,
    }
    (first, _) = facts(tmp_path)["filer"]
    assert first["fil"] == "lantmateriet/belagenhetsadresser_kn1407.zip"
    assert first["roll"] == "adresser"
    assert first["demo"] is False
    assert first["utgivare"] == "Lantmäteriet"


def test_the_samples_with_all_columns(tmp_path: Path) -> None:
    for path in (Path(__file__).parents[1] / "data/lantmateriet").glob("*.zip"):
        make.copy(path, tmp_path / "raw/lantmateriet" / path.name)
    ids = "00000000-0000-4000-8000-"
    assert run(tmp_path) == [
        (f"{ids}140700000000", "1407", 305_000.0, 6_402_000.0),
        (f"{ids}140700000001", "1407", 305_010.0, 6_402_010.0),
        (f"{ids}148000000000", "1480", 320_100.5, 6_400_100.25),
        (f"{ids}148000000002", "1480", 320_250.0, 6_400_250.0),
    ]
    assert ledger(tmp_path) == {("bortfall", "status Reserverad"): 1}
    assert [f["referensdatum"] for f in facts(tmp_path)["filer"]] == ["2025-01-01", "2025-01-01"]


def test_plain_geopackages_of_many_kommuner(tmp_path: Path) -> None:
    folder = tmp_path / "raw/lantmateriet"
    far = ("d", "0114", G, (660_000, 6_600_000))
    make.addresses(folder / "Belagenhetsadresser_alla.GPKG", [*GBG, far, *OCK])
    assert [r[0] for r in run(tmp_path)] == ["a", "b", "c"]
    assert ledger(tmp_path) == {("bortfall", "kommun 0114 utanför länet"): 1}
    assert facts(tmp_path)["rader"]["utanfor_lanet"] == 1


def test_codes_as_numbers_and_ids_as_numbers(tmp_path: Path) -> None:
    rows = [(2, 1480, G, (320_000, 6_400_000)), (10, 1407, G, (305_000, 6_400_000)), (3, 114, G, (660_000, 6_600_000))]
    make.addresses(tmp_path / "raw/lantmateriet/belagenhetsadresser.gpkg", rows)
    assert [(i, k) for i, k, *_ in run(tmp_path)] == [("10", "1407"), ("2", "1480")]
    assert ledger(tmp_path) == {("bortfall", "kommun 0114 utanför länet"): 1}


def test_codes_as_texts_that_were_numbers(tmp_path: Path) -> None:
    """As a spreadsheet leaves them: 180.0 and 114 for 0180 and 0114, where the län has those."""
    rows = [("a", "180.0", G, (670_000, 6_580_000)), ("b", "114", G, (660_000, 6_600_000))]
    make.addresses(tmp_path / "raw/lantmateriet/belagenhetsadresser.gpkg", rows)
    where = make.paths(tmp_path)
    stockholm = make.region([("0114", "Upplands Väsby"), ("0180", "Stockholm")])
    read_addresses.run(stockholm, where)
    table = files.read_points(where.table("adresser_kalla"))
    assert table["kommunkod"].tolist() == ["0180", "0114"]


def test_a_few_points_outside_sweden_are_rows_without_a_place(tmp_path: Path) -> None:
    many = [(f"m{i:03}", "1480", G, (320_000 + i, 6_400_000)) for i in range(200)]
    put(tmp_path, "1480", [*many, ("x", "1480", G, (0, 0)), ("y", "1480", G, (float("inf"), 6_400_000))])
    put(tmp_path, "1407", OCK)
    assert len(run(tmp_path)) == 201
    assert ledger(tmp_path) == {("bortfall", "gällande adress med punkt utanför Sverige"): 2}
    assert facts(tmp_path)["rader"]["utan_punkt"] == 2
    make.paths(tmp_path).table("adresser_kalla").unlink()
    put(tmp_path, "1480", [*many, *((f"x{i}", "1480", G, (0, 0)) for i in range(3))])  # 3 of 203: more than 1 %
    fails(tmp_path, "3 punkter ligger utanför Sverige", "Rad: 201")


def test_the_system_that_would_fit_is_named(tmp_path: Path) -> None:
    put(tmp_path, "1480", [("a", "1480", G, (11.97, 57.71)), ("b", "1480", G, (11.98, 57.7))])
    put(tmp_path, "1407", OCK)
    fails(tmp_path, "utanför Sverige", "skulle ligga rätt som longitud och latitud, WGS 84 (EPSG:4326)")
    put(tmp_path, "1480", [("a", "1480", G, (1_271_000, 6_404_000)), ("b", "1480", G, (1_272_000, 6_405_000))])
    fails(tmp_path, "skulle ligga rätt som RT 90 2,5 gon V (EPSG:3021)")


@pytest.mark.parametrize("status", ["Gallande", "gällande", " GÄLLANDE ", "Ga\u0308llande"])
def test_status_in_every_spelling(tmp_path: Path, status: str) -> None:
    put(tmp_path, "1480", [("a", "1480", status, (320_000, 6_400_000))])
    put(tmp_path, "1407", OCK)
    assert [r[0] for r in run(tmp_path)] == ["a", "c"]


def test_other_statuses_and_missing_points_are_dropped_and_counted(tmp_path: Path) -> None:
    rows = [
        *GBG,
        ("r1", "1480", H, (320_000, 6_400_000)),
        ("r2", "1480", H, None),
        ("r3", "1480", None, (320_000, 6_400_000)),
        ("r4", "1480", "Ej gällande", (320_000, 6_400_000)),
        ("n1", "1480", G, None),
        ("n2", "1480", G, shapely.Point()),
        ("u1", "1401", G, None),
    ]
    put(tmp_path, "1480", rows)
    put(tmp_path, "1407", OCK)
    with pytest.raises(DataError, match="Okänd kommunkod"):
        run(tmp_path)  # 1401 lies in the län but not in its configuration
    put(tmp_path, "1480", [*rows[:-1], ("u1", "0114", H, None)])
    assert [r[0] for r in run(tmp_path)] == ["a", "b", "c"]
    assert ledger(tmp_path) == {
        ("bortfall", "kommun 0114 utanför länet"): 1,
        ("bortfall", "status Reserverad"): 2,
        ("bortfall", "status (tomt)"): 1,
        ("bortfall", "status Ej gällande"): 1,
        ("bortfall", "gällande adress utan punkt"): 2,
    }
    assert facts(tmp_path)["rader"] == {
        "lasta": 10,
        "behallna": 3,
        "utanfor_lanet": 1,
        "annan_status": 4,
        "utan_punkt": 2,
    }
    body = json.loads(make.paths(tmp_path).ledger("lantmateriet").read_text(encoding="utf-8"))
    lost = next(p for p in body["poster"] if "utan punkt" in p["reason"])
    assert lost["examples"] == ["n1", "n2"]
    assert lost["source"] == "lantmateriet/belagenhetsadresser_kn1480.zip"


def test_points_with_height_and_multipoints(tmp_path: Path) -> None:
    put(tmp_path, "1480", [("a", "1480", G, shapely.Point(320_000, 6_400_000, 17))])
    put(tmp_path, "1407", [("c", "1407", G, shapely.MultiPoint([(305_000, 6_400_000)]))])
    assert run(tmp_path) == [("a", "1480", 320_000.0, 6_400_000.0), ("c", "1407", 305_000.0, 6_400_000.0)]


def test_the_order_of_files_and_rows_makes_no_difference(tmp_path: Path) -> None:
    put(tmp_path / "x", "1480", GBG)
    put(tmp_path / "x", "1407", OCK)
    folder = tmp_path / "y/raw/lantmateriet"
    make.addresses(folder / "belagenhetsadresser.gpkg", [*OCK, *GBG[::-1]])
    assert run(tmp_path / "x") == run(tmp_path / "y")
    assert files.sha256(make.paths(tmp_path / "x").table("adresser_kalla")) == files.sha256(
        make.paths(tmp_path / "y").table("adresser_kalla")
    )


def test_a_missing_kommun_is_named_with_its_file(tmp_path: Path) -> None:
    put(tmp_path, "1480", GBG)
    fails(tmp_path, "saknas för 1 av länets 2 kommuner", "1407 Öckerö: belagenhetsadresser_kn1407.zip", "Gör så här")


def test_a_kommun_with_only_reserved_addresses_is_missing(tmp_path: Path) -> None:
    put(tmp_path, "1480", GBG)
    put(tmp_path, "1407", [("c", "1407", H, (305_000, 6_402_000))])
    fails(tmp_path, "1407 Öckerö")


def test_no_files_at_all(tmp_path: Path) -> None:
    fails(tmp_path, "Inga adresser", "belagenhetsadresser_kn<kommunkod>.zip")


def test_an_id_twice_in_one_file(tmp_path: Path) -> None:
    put(tmp_path, "1480", [*GBG, GBG[0]])
    put(tmp_path, "1407", OCK)
    fails(tmp_path, "1 adresser förekommer två gånger", "Fick: b", "1 i belagenhetsadresser_kn1480.zip")


def test_two_deliveries_of_one_kommun(tmp_path: Path) -> None:
    put(tmp_path, "1480", GBG)
    put(tmp_path, "1480", GBG, suffix=" (1)")
    put(tmp_path, "1407", OCK)
    fails(
        tmp_path,
        "2 adresser förekommer två gånger",
        "2 i belagenhetsadresser_kn1480 (1).zip och belagenhetsadresser_kn1480.zip",
        "bara en leverans",
    )


def test_a_reserved_row_may_share_its_id_with_a_valid_one(tmp_path: Path) -> None:
    put(tmp_path, "1480", [*GBG, ("a", "1480", H, (320_000, 6_400_000))])
    put(tmp_path, "1407", OCK)
    assert [r[0] for r in run(tmp_path)] == ["a", "b", "c"]


@pytest.mark.parametrize("code", ["148", "14800", "0000", "9999", "1499", "Göteborg", "", None])
def test_an_unknown_kommunkod(tmp_path: Path, code: str | None) -> None:
    put(tmp_path, "1480", [*GBG, ("x", code, G, (320_000, 6_400_000))])
    put(tmp_path, "1407", OCK)
    found = "(tomt)" if code is None else code
    fails(tmp_path, "Okänd kommunkod", "Rad: 3", "Kolumn: kommunkod", f"Fick: {found}")


@pytest.mark.parametrize("ident", ["", "  ", None])
def test_an_address_without_id(tmp_path: Path, ident: str | None) -> None:
    put(tmp_path, "1480", [*GBG, (ident, "1480", G, (320_000, 6_400_000))])
    put(tmp_path, "1407", OCK)
    fails(tmp_path, "1 adresser saknar identitet", "Rad: 3", "kn1480.zip")


def test_a_point_outside_sweden(tmp_path: Path) -> None:
    put(tmp_path, "1480", [*GBG, ("x", "1480", G, (6_400_000, 320_000))])
    put(tmp_path, "1407", OCK)
    fails(tmp_path, "1 punkter ligger utanför Sverige", "Rad: 3", "E 6400000.0, N 320000.0", "bytt plats")


def test_wrong_crs(tmp_path: Path) -> None:
    put(tmp_path, "1480", [("a", "1480", G, (12.0, 57.7))], crs=4326)
    put(tmp_path, "1407", OCK)
    fails(tmp_path, "Fel koordinatsystem", "EPSG:4326", "belagenhetsadresser_kn1480.zip")


@pytest.mark.parametrize("column", ["kommunkod", "statusforbelagenhetsadress", "belagenhetsadress_objektidentitet"])
def test_a_missing_column(tmp_path: Path, column: str) -> None:
    source = make.addresses(tmp_path / "raw/belagenhetsadresser_kn1480.gpkg", GBG)
    make.sql(source, f'ALTER TABLE belagenhetsadress RENAME COLUMN "{column}" TO annat')
    make.zipped(source, tmp_path / "raw/lantmateriet/belagenhetsadresser_kn1480.zip")
    put(tmp_path, "1407", OCK)
    fails(tmp_path, "saknar kolumnen", column, "annat", "belagenhetsadresser_kn1480.zip")


def test_an_empty_table(tmp_path: Path) -> None:
    source = make.addresses(tmp_path / "raw/belagenhetsadresser_kn1480.gpkg", GBG)
    make.zipped(
        make.sql(source, "DELETE FROM belagenhetsadress"), tmp_path / "raw/lantmateriet/belagenhetsadresser_kn1480.zip"
    )
    put(tmp_path, "1407", OCK)
    fails(tmp_path, "«belagenhetsadress» är tom", "kn1480.zip")


@pytest.mark.parametrize("names", [("läs.txt",), ("a.gpkg", "b.gpkg"), ("../a.gpkg",)])
def test_a_zip_with_the_wrong_contents(tmp_path: Path, names: tuple[str, ...]) -> None:
    source = make.addresses(tmp_path / "raw/x.gpkg", GBG)
    make.zipped(source, tmp_path / "raw/lantmateriet/belagenhetsadresser_kn1480.zip", names)
    put(tmp_path, "1407", OCK)
    fails(tmp_path, "pekar utanför" if ".." in names[0] else "exakt en", "kn1480.zip")


def test_a_name_that_disagrees_with_the_rows_is_warned_of(tmp_path: Path) -> None:
    put(tmp_path, "1480", [*GBG, *OCK])
    assert [r[1] for r in run(tmp_path)] == ["1480", "1480", "1407"]
    assert ledger(tmp_path) == {("varning", "adresser i annan kommun än filnamnets 1480"): 1}


def test_the_demo_mark_is_carried_and_may_not_be_stripped(tmp_path: Path) -> None:
    marked = {"description": "DEMO: påhittat", "comment": "DEMO: påhittat"}
    put(tmp_path, "1480", GBG, **marked)
    put(tmp_path, "1407", OCK, **marked)
    run(tmp_path)
    assert [f["demo"] for f in facts(tmp_path)["filer"]] == [True, True]
    make.paths(tmp_path).table("adresser_kalla").unlink()
    put(tmp_path, "1480", GBG, description="DEMO: påhittat")
    fails(tmp_path, "märkt DEMO inuti men inte utanpå", "kn1480.zip")


UUIDS = ["6611a2b1-4011-5f0c-bcd0-309e19a25d78", "719e9417-3e3c-54df-90bf-3561bd57fe1d"]


def test_uuids_have_one_form_however_the_register_spells_them(tmp_path: Path) -> None:
    rows = [(UUIDS[1].upper(), "1480", G, (320_000, 6_400_000)), (f"{{{UUIDS[0]}}}", "1480", G, (320_001, 6_400_000))]
    put(tmp_path, "1480", rows)
    put(tmp_path, "1407", OCK)
    assert [r[0] for r in run(tmp_path)] == [*UUIDS, "c"]


def test_two_spellings_of_one_id_are_one_address_twice(tmp_path: Path) -> None:
    rows = [(spelt, "1480", G, (320_000, 6_400_000)) for spelt in (UUIDS[0], UUIDS[0].upper())]
    put(tmp_path, "1480", rows)
    put(tmp_path, "1407", OCK)
    fails(tmp_path, "1 adresser förekommer två gånger", UUIDS[0])
