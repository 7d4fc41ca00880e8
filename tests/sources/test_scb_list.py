"""Lists exported from SCB's database: only what says that it is the total is read as the total."""

from __future__ import annotations

from pathlib import Path

import pts_files as make
import pytest

from pipelines.core.errors import DataError
from pipelines.read.scb.scb_list import read_dwellings, read_list

REGION = make.region()  # 9901 Håbo, 9902 Öckerö, 9903 Dals-Ed


def read(
    tmp: Path, text: str, field: str = "folkmangd", encoding: str = "cp1252", name: str = ""
) -> tuple[list[list[object]], dict[str, int]]:
    path = tmp / (name or f"{field}_kommun_x.csv")
    path.write_bytes(text.encode(encoding))
    told = read_list(path, field, REGION)
    return told.rows.to_numpy().tolist(), {reason: len(found) for reason, found, _ in told.notes if found}


def refused(tmp: Path, text: str, *said: str, field: str = "folkmangd", name: str = "") -> None:
    with pytest.raises(DataError) as e:
        read(tmp, text, field, name=name)
    for text in (*said, "_kommun_", "Gör så här"):
        assert text in str(e.value), str(e.value)


TOTAL = [["9901", 2024, 607882]]


@pytest.mark.parametrize(
    "text",
    [
        '"region","år","Folkmängd"\n"9901 Håbo","2024",607882\n',
        '"Folkmängd efter region och år"\n\n"region","år","Folkmängd"\n"9901 Håbo","2024",607882\n',
        '"region","ålder","kön","2024"\n"9901 Håbo","totalt ålder","totalt",607882\n',
        '"Region","Alder","Kon","Tid","BE0101N1"\n"9901","tot","1+2","2024",607882\n',
        '"region","år","Folkmängd"\n"Håbo","2024",607882\n',
        '"region","år","Folkmängd"\n"Håbo kommun","2024","607 882"\n',
        '"region","kön","år","Folkmängd","Folkökning"\n"9901 Håbo","totalt","2024",607882,12\n',
        '"region","Folkmängd 2024"\n"9901 Håbo",607882\n',
        '"region","män 2024","kvinnor 2024","totalt 2024"\n"9901 Håbo",300000,307882,607882\n',
        '"region","tabellinnehåll","år","value"\n"9901","Folkmängd","2024",607882\n"9901","Folkökning","2024",7\n',
        '"region","ålder","år","Folkmängd"\n"9901","totalt ålder","2024",607882\n"9901","0 år","2024",99\n',
        "region\tår\tFolkmängd\n9901 Håbo\t2024\t607882\n\nKälla: SCB\n",
        "sep=;\nregion;år;Folkmängd\n9901 Håbo;2024;607882\n",
        "kommunkod;kommun;ar;folkmangd\n9901;Håbo;2024;607882\n",
        '"region","år","Folkmängd"\n"00 Riket","2024",10000000\n"99 Provlän","2024",9\n"9901 Håbo","2024",607882\n'
        '"9901A0010_DeSO2025","2024",1500\n"9901R001 (RegSO)","2024",4000\n',
    ],
)
def test_what_says_that_it_is_the_total_is_read(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text)[0] == TOTAL


def test_years_beside_each_other_and_every_encoding(tmp_path: Path) -> None:
    text = '"Folkmängd efter region och år"\n\n"region","2023","2024"\n"9901 Håbo",604616,607882\n"9902 Öckerö",1,..\n'
    for encoding in ("cp1252", "utf-8", "utf-8-sig", "utf-16"):
        rows, notes = read(tmp_path, text, encoding=encoding)
        assert rows == [["9901", 2023, 604616], ["9901", 2024, 607882], ["9902", 2023, 1]], encoding
        assert notes == {"celler utan uppgift (.., -)": 1}


@pytest.mark.parametrize("total", ["totalt", "TOTALT", "samtliga hushåll", "Totalt, hushållstyper"])
def test_households_of_all_types(tmp_path: Path, total: str) -> None:
    text = f'"region";"hushållstyp";"år";"Antal"\n"9901";"{total}";"2024";3\n"9901";"ensamstående";"2024";1\n'
    rows, notes = read(tmp_path, text, "hushall")
    assert rows == [["9901", 2024, 3]] and notes == {"rader om en del (ålder, kön, hushållstyp)": 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"region","ålder","kön","år","Folkmängd"\n"9901","0-4 år","män","2024",15\n', ("delad", "ålder", "0-4 år")),
        ('"region","ålder","kön","år","Folkmängd"\n"9901","totalt","män","2024",15\n', ("delad", "kön", "män")),
        ('"region","ålder","år","Folkmängd"\n"9901","totalt 16-64 år","2024",15\n', ("delad", "16-64")),
        ('"Region","Alder","Tid","BE0101N1"\n"9901","tot16+","2024",15\n', ("delad", "tot16+")),
        ('"Region","Kon","Tid","BE0101N1"\n"9901","1","2024",7\n"9901","2","2024",8\n', ("delad", "Kon")),
        ('"region","grupp","år","Folkmängd"\n"9901","A","2024",15\n', ("delad", "grupp")),
        ('"region","ålder","år","Folkmängd"\n"9901","","2024",15\n', ("delad", "tom cell")),
        ('"region","år","Folkmängd","ålder"\n"9901","2024",15,"20"\n', ("delad", "ålder")),
        ('"region","år","Folkmängd","grupp"\n"9901","2024",15,"unga"\n', ("delad", "grupp")),
        ('"region","ålder","år","Folkmängd"\n"9901","totalt","2024",5\n"9902","0 år","2024",1\n', ("delad", "Rad: 3")),
        ('"region","år","män"\n"9901","2024",15\n', ("ingen kolumn som säger att den är totalen", "män")),
        ('"region","män 2024"\n"9901",15\n', ("ingen kolumn som säger", "män 2024")),
        ('"region","år","Folkökning"\n"9901","2024",15\n', ("ingen kolumn som säger", "Folkökning")),
        ('"region","år","Folkmängd, tusental"\n"9901","2024",15\n', ("ingen kolumn som säger",)),
        ('"region","Folkmängd"\n"9901",15\n', ("saknar kolumner", "ar")),
        ('"Folkmängd, män, efter region och år"\n"region","2024"\n"9901",15\n', ("gäller en del", "män")),
        ('"Folkmängd 65-69 år efter region"\n"region","2024"\n"9901",15\n', ("gäller en del", "65-69")),
        ('"Folkökning efter region och år"\n"region","2024"\n"9901",15\n', ("titel", "Folkökning")),
        ('"Antal hushåll efter region och år"\n"region","2024"\n"9901",15\n', ("titel", "Antal hushåll")),
        ('"region","tabellinnehåll","år","value"\n"9901","Folkökning","2024",7\n', ("något annat", "Folkökning")),
        ('"region","år","Folkmängd","Antal"\n"9901","2024",7,8\n', ("Två kolumner", "Folkmängd och Antal")),
        ('"region","år","Folkmängd"\n"9901","2024",abc\n', ("Rad: 2", "abc", "antal")),
        ('"region","år","Folkmängd"\n"9901","2024",3.5\n', ("Rad: 2", "3.5", "antal")),
        ('"region","år","Folkmängd"\n"9901","2024",-5\n', ("Rad: 2", "-5")),
        ('"region";"år";"Folkmängd"\n"9901";"2024";"12,980"\n', ("Rad: 2", "12,980")),
        ('"region","år","Folkmängd"\n"9901","2024K1",5\n', ("2024K1", "ett år")),
        ('"region","år","Folkmängd"\n"9902 Håbo","2024",5\n', ("inte till Håbo", "9901", "i konfigurationen")),
        ('"region","år","Folkmängd"\n"Habo","2024",5\n', ("Ingen rad gäller", "Habo")),
        ('"region","år","Folkmängd"\n"9901A0010_DeSO2025","2024",5\n', ("inga kommuner",)),
        ('"region","år","Folkmängd"\n"Håbo","2024",5\n"9901","2024",6\n', ("två gånger", "9901 2024")),
        ('"tätort","år","Folkmängd"\n"9901","2024",5\n', ("saknar kolumner", "region")),
    ],
)
def test_what_is_no_total_stops(tmp_path: Path, text: str, said: tuple[str, ...]) -> None:
    refused(tmp_path, text, *said)


def test_one_type_of_household_stops_and_says_how_to_export_the_total(tmp_path: Path) -> None:
    text = '"region";"hushållstyp";"år";"Antal"\n"9901";"ensamstående utan barn";"2024";120000\n'
    refused(tmp_path, text, "delad", "hushållstyp", "ensamstående utan barn", "«totalt» valt", field="hushall")
    persons = '"region";"år";"Antal personer"\n"9901";"2024";5\n'
    refused(tmp_path, persons, "ingen kolumn som säger", field="hushall")


def test_a_slice_that_only_the_file_s_name_tells_stops(tmp_path: Path) -> None:
    text = '"region","år","Folkmängd"\n"9901","2024",5\n'
    refused(tmp_path, text, "gäller en del", name="folkmangd_kommun_kvinnor_2024.csv")
    assert read(tmp_path, text, name="folkmangd_kommun_2024.csv")[0] == [["9901", 2024, 5]]


@pytest.mark.parametrize(
    ("field", "head", "told"),
    [
        ("hushall", '"region","ålder","kön","2024"\n"9901","totalt ålder","totalt",607882\n', "ålder, kön"),
        ("folkmangd", '"region","hushållstyp","2024"\n"9901","totalt",607882\n', "hushållstyp"),
    ],
)
def test_a_list_that_says_nothing_but_what_the_other_one_is_divided_by_stops(
    tmp_path: Path, field: str, head: str, told: str
) -> None:
    refused(tmp_path, head, "säger inte vad den räknar", told, field=field)
    other = {"hushall": "folkmangd", "folkmangd": "hushall"}[field]
    assert read(tmp_path, head, other)[0] == TOTAL


HOMES = ["9901", 2024, 5, 7, 1, 2]
"""Småhus, flerbostadshus, övriga hus, specialbostäder."""


@pytest.mark.parametrize(
    "text",
    [
        '"region","hustyp","år","Antal lägenheter"\n"9901 Håbo","småhus","2024",5\n'
        '"9901 Håbo","flerbostadshus","2024",7\n'
        '"9901 Håbo","övriga hus","2024",1\n"9901 Håbo","specialbostäder","2024",2\n"00 Riket","småhus","2024",9\n',
        '"Antal lägenheter efter region, hustyp och år"\n\n"region","hustyp","2024"\n'
        '"9901","SMÅHUS",5\n"9901","FLERBOST",7\n'
        '"9901","ÖVRHUS",1\n"9901","SPEC",2\n"9901","totalt",15\n',
        "kommunkod,kommunnamn,hustyp,ar,bostader\n9901,Håbo,FLERBOST,2024,7\n9901,Håbo,SMÅHUS,2024,5\n"
        "9901,Håbo,SPEC,2024,2\n9901,Håbo,ÖVRHUS,2024,1\n",
        "region;hustyp;upplåtelseform;Antal lägenheter 2024\nHåbo;småhus;totalt;5\nHåbo;flerbostadshus;totalt;7\n"
        "Håbo;flerbostadshus;hyresrätt;6\nHåbo;övriga hus;totalt;1\nHåbo;specialbostäder;totalt;2\n",
    ],
)
def test_dwellings_of_each_type_of_house(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bostader_hustyp_2024.csv"
    path.write_bytes(text.encode("cp1252"))
    assert read_dwellings(path, REGION).rows.to_numpy().tolist() == [HOMES]


def test_a_type_of_house_may_lack_a_figure(tmp_path: Path) -> None:
    path = tmp_path / "bostader_hustyp_2024.csv"
    path.write_text(
        "region;hustyp;2023;2024\n9901;småhus;5;..\n9901;flerbostadshus;7;8\n9901;övriga hus;..;..\n", "utf-8"
    )
    found = read_dwellings(path, REGION).rows
    assert found.isna().to_numpy().tolist() == [[False] * 4 + [True] * 2, [False, False, True, False, True, True]]
    assert found["flerbostadshus"].tolist() == [7, 8]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("region;år;Antal lägenheter\n9901;2024;5\n", ("kolumner", "hustyp")),
        ("region;hustyp;2024\n9901;småhus;5\n9901;slott;7\n", ("Okänd hustyp", "slott", "Rad: 3")),
        ("region;hustyp;2024\n9901;småhus;5\n", ("inte bostäder av alla hustyper", "smahus")),
        ("region;hustyp;2024\n9901;småhus;5\n9901;flerbostadshus;x\n", ("ett antal", "Rad: 3")),
        ("region;hustyp;2024\n9901;småhus;5\n9901;småhus;6\n9901;flerbostadshus;7\n", ("två gånger",)),
        ("region;hustyp;upplåtelseform;2024\n9901;småhus;hyresrätt;5\n9901;flerbostadshus;hyresrätt;5\n", ("delad",)),
    ],
)
def test_a_list_of_dwellings_that_cannot_be_read(tmp_path: Path, text: str, said: tuple[str, ...]) -> None:
    path = tmp_path / "bostader_hustyp_2024.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(DataError) as e:
        read_dwellings(path, REGION)
    for words in (*said, "bostader_hustyp_2024.csv", "Gör så här"):
        assert words in str(e.value), str(e.value)
