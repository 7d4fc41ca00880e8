"""PTS's byggnadsförteckning: its forms, what stops, and what is dropped and counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gpkg_files
import pandas as pd
import pts_files as make
import pytest

from pipelines.config.region import Region, load_region
from pipelines.core.errors import DataError
from pipelines.core.ledger import Ledger
from pipelines.core.publishers import CREDITED
from pipelines.core.quoted import used_files
from pipelines.read.pts.building_list import read_building_lists
from tests.made_ledgers import complete

REGION: Region = load_region(Path(__file__).parents[2] / "config" / "vastra-gotaland.toml")
NAME = "byggnadsforteckning_2026.csv"
U1, U2 = "6611a2b1-4011-5f0c-bcd0-309e19a25d78", "7711a2b1-4011-5f0c-bcd0-309e19a25d78"


def read(tmp: Path, *texts: str, names: tuple[str, ...] = (NAME,)) -> tuple[pd.DataFrame, Ledger]:
    folder = tmp / "raw" / "pts"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in zip(names, texts, strict=False):
        (folder / name).write_text(text, encoding="utf-8")
    ledger = Ledger("pts")
    return read_building_lists(tmp / "raw", REGION, ledger), ledger


def notes(ledger: Ledger) -> dict[str, float]:
    return {e.reason: e.count for e in ledger.entries}


def refused(tmp: Path, text: str, *told: str, name: str = NAME) -> None:
    with pytest.raises(DataError) as e:
        read(tmp, text, names=(name,))
    for part in told:
        assert part in str(e.value)


def test_without_a_list_the_table_has_no_rows(tmp_path: Path) -> None:
    table, ledger = read(tmp_path)
    assert table.empty and ledger.entries == [] and "filer" not in ledger.facts


def test_by_id_by_coordinate_and_by_both(tmp_path: Path) -> None:
    text = (
        "Byggnads-ID;Objektidentitet;E;N;Byggnadstyp;Kommunkod\n"
        f"b1;{{{U1.upper()}}};;;Småhus;1480\n"
        "b2;;320100,5;6400200,5;Fritidshus;1480\n"
        f"b3;{U2};320300;6400400;Verksamhet;1490\n"
        "b4;;320500;6400600;;\n"
    )
    table, ledger = read(tmp_path, text)
    assert table["byggnad_id"].tolist() == ["b1", "b2", "b3", "b4"]
    assert table["adress_id"].tolist() == [U1, "", U2, ""]
    assert table["e_m"].tolist()[1:] == [320100.5, 320300, 320500] and pd.isna(table["e_m"][0])
    assert table["byggnadstyp"].tolist() == ["hushall", "fritidshus", "arbetsstalle", ""]
    assert table["kommunkod_fil"].tolist() == ["1480", "1480", "1490", ""]
    assert table["rad"].tolist() == [2, 3, 4, 5] and set(table["ar"]) == {2026}
    (fact,) = ledger.facts["filer"]
    assert (fact["roll"], fact["anvand"], fact["ar"], fact["demo"]) == ("byggnadsforteckning", True, 2026, False)


def test_a_workbook_reads_as_the_list_it_was_made_of(tmp_path: Path) -> None:
    head: list[Any] = ["Byggnad_id", "Adress-id", "E", "N", "Byggnadstyp"]
    rows = [["PTS byggnadsförteckning"], [], head, [1001.0, U1, 320100.5, 6400200.0, "hushåll och arbetsställe"]]
    rows += [["", "", "", "", ""], [1002.0, "", 320300.0, 6400400.25, "fritidshus"]]
    make.book(tmp_path / "raw/pts/Byggnadsförteckning 2026.xlsx", {"Läs mig": [["Text"]], "Lista": rows})
    table, _ = read(tmp_path)
    assert table["byggnad_id"].tolist() == ["1001", "1002"] and table["rad"].tolist() == [4, 6]
    assert table[["e_m", "n_m"]].to_numpy().tolist() == [[320100.5, 6400200], [320300, 6400400.25]]
    assert table["byggnadstyp"].tolist() == ["hushall", "fritidshus"] and set(table["ar"]) == {2026}


def test_rows_of_other_lan_that_repeat_or_say_no_place_are_counted(tmp_path: Path) -> None:
    text = (
        f"byggnad_id,adress_id,kommunkod\nb1,{U1},1480\nb1,{U1},1480\nb2,{U1},1480\nb3,,1480\nb4,{U2},0180\n"
        f",{U2},1480\n,{U2},1480\n"
    )
    table, ledger = read(tmp_path, text)
    assert table["byggnad_id"].tolist() == ["b1", "b2", ""]  # an address may have two buildings
    told = notes(ledger)
    assert told["byggnader i kommuner utanför länet"] == 1
    assert told["byggnader utan adress_id och utan koordinat i Sverige"] == 1
    assert told["rader som upprepar en byggnad"] == 2
    assert told["byggnadsförteckningen säger inte vad byggnaderna är (kolumnen byggnadstyp)"] == 7


def test_faults_stop(tmp_path: Path) -> None:
    refused(tmp_path, "fastighetsbeteckning\nAle Backa 1:2\n", "inga fastighetsbeteckningar", "adress_id")
    both = f"adress_id,fastighet\n{U1},Ale Backa 1:2\n,Ale Backa 1:3\n,Ale Backa 1:4\n"
    refused(tmp_path, both, "inga fastighetsbeteckningar")
    refused(tmp_path, "namn\nHuset\n", "var byggnaderna ligger")
    refused(tmp_path, f"adress_id,byggnadstyp\n{U1},slott\n", "Okänd byggnadstyp: «slott»", "fritidshus")
    refused(tmp_path, "e,n\n6400200,320100\n", "utanför Sverige", "bytt plats")
    refused(tmp_path, f"adress_id,kommunkod\n{U1},0180\n", "ingen byggnad i länet")
    refused(tmp_path, "adress_id\n6,61E+12\n".replace(",", "."), "avrundat tal")


def test_lists_of_two_years_stop(tmp_path: Path) -> None:
    old = NAME.replace("2026", "2023")
    with pytest.raises(DataError, match="olika år") as e:
        read(tmp_path, f"adress_id\n{U1}\n", f"adress_id\n{U2}\n", names=(NAME, old))
    assert old in str(e.value)
    half = NAME.replace(".csv", "_del2.csv")
    (tmp_path / "raw/pts" / old).unlink()
    assert len(read(tmp_path, f"adress_id\n{U1}\n", f"adress_id\n{U2}\n", names=(NAME, half))[0]) == 2


def test_nothing_published_quotes_the_list(tmp_path: Path) -> None:
    _, ledger = read(tmp_path, f"adress_id\n{U1}\n")
    paths = gpkg_files.paths(tmp_path)
    told = [
        f | {"anvand": True, "roll": role} for f in ledger.facts["filer"] for role in ("byggnadsforteckning", "mobil")
    ]
    Ledger("pts", facts=complete("pts", {"filer": told})).save(paths.ledger("pts"))
    for stage in set(CREDITED) - {"pts"}:
        Ledger(stage, facts=complete(stage)).save(paths.ledger(stage))
    assert [role for _, _, role, _ in used_files(paths)] == ["mobil"]
