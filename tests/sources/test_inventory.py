"""What lies in RAW: missing inputs told, demo never mixed with real, nothing rewritten for nothing."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import gpkg_files as make
import pytest

from pipelines.core import ledger
from pipelines.core.errors import DataError
from pipelines.incoming import inventory
from pipelines.steps import PUBLISHERS

ADDRESS = "lantmateriet/belagenhetsadresser_kn1480.zip"
GRID = "scb/befolkning_1km_2024.gpkg"
TEKNIK = "pts/mtbbk_25-17220_tabellbilaga_teknik_v1.0.xlsx"


def real(tmp: Path, *, demo: bool = False) -> Path:
    """The required inputs, all marked or none."""
    raw = tmp / "raw"
    mark = "DEMO: påhittat" if demo else ""
    source = make.addresses(raw / "x.gpkg", [("a", "1480", "Gällande", (320e3, 6400e3))])
    make.zipped(source, raw / ADDRESS, comment=mark)
    make.squares(raw / GRID, [(320_000, 6_400_000, 1)], description=mark)
    workbook(raw / TEKNIK, mark)
    return raw


def workbook(path: Path, comments: str = "", title: str = "") -> None:
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"comments": comments, "title": title})
    book.add_worksheet().write(0, 0, "DEMO i en cell räknas inte")
    book.close()


def evidence(raw: Path, avtal: str, fil: str = "adresser_x.csv") -> None:
    folder = raw / "tackning"
    folder.mkdir(exist_ok=True)
    (folder / fil).write_text("adress_id;teknik\n", encoding="utf-8")
    head = "Fil;kommunkod;fullstandig;referensdatum;Avtal;far_publiceras\n"
    (folder / "kallor.csv").write_text(f"\ufeff{head}{fil};1480;ja;2024-10-01;{avtal};nej\n", encoding="utf-8")


def run(tmp: Path) -> dict[str, list[Any]]:
    where = make.paths(tmp)
    inventory.run(make.region(), where)
    return {g: json.loads(where.inventory(g).read_text(encoding="utf-8")) for g in PUBLISHERS}


def fails(tmp: Path, *told: str) -> str:
    with pytest.raises(DataError) as e:
        run(tmp)
    for text in told:
        assert text in str(e.value)
    return str(e.value)


def test_each_group_lists_its_files_with_checksums(tmp_path: Path) -> None:
    raw = real(tmp_path)
    evidence(raw, "Avtal 7")
    make.kommuner(raw / "granser/kommun.gpkg", [("1480", "Göteborg", make.square(320e3, 6400e3))])
    make.copy(raw / "granser/kommun.gpkg", raw / "lantmateriet/Mark_2024.GPKG")
    (raw / "kolada").mkdir()
    (raw / "kolada/N07900.json").write_text("{}", encoding="utf-8")
    found = run(tmp_path)
    assert {g: [x["fil"] for x in v] for g, v in found.items() if v} == {
        "lantmateriet": [ADDRESS],
        "scb": [GRID],
        "pts": ["kolada/N07900.json", TEKNIK],
        "granser": ["granser/kommun.gpkg", "lantmateriet/Mark_2024.GPKG"],
        "tackning": ["tackning/adresser_x.csv", "tackning/kallor.csv"],
    }
    (first,) = found["lantmateriet"]
    body = (raw / ADDRESS).read_bytes()
    assert first == {
        "fil": ADDRESS,
        "sha256": hashlib.sha256(body).hexdigest(),
        "bytes": len(body),
        "demo": False,
        "roll": "adresser",
    }
    assert ledger.load(make.paths(tmp_path).ledger("inventory")).entries == []


def test_nothing_is_rewritten_when_nothing_changed(tmp_path: Path) -> None:
    raw = real(tmp_path)
    run(tmp_path)
    where = [make.paths(tmp_path).inventory(g) for g in PUBLISHERS]
    for p in where:
        os.utime(p, (1, 1))
    os.utime(raw / TEKNIK)  # touched, same content
    run(tmp_path)
    assert [p.stat().st_mtime for p in where] == [1] * len(where)
    workbook(raw / TEKNIK, title="ny")
    run(tmp_path)
    assert [p.stat().st_mtime == 1 for p in where] == [g != "pts" for g in PUBLISHERS]


def test_what_is_missing_is_told_with_publisher_source_and_place(tmp_path: Path) -> None:
    raw = real(tmp_path)
    assert inventory.missing_inputs(raw) == []
    (raw / GRID).unlink()
    (raw / TEKNIK).unlink()
    told = fails(tmp_path, "2 nödvändiga indata saknas", "Demodata blandas aldrig")
    for part in (
        "befolkning i rutor om 1 km",
        "Utgivare: SCB",
        "geodata.scb.se/geoserver/stat/wfs",
        "befolkning_1km_<år>",
        str(raw / "scb/befolkning_1km_<år>.gpkg"),
        "tabellbilaga teknik",
        "Utgivare: PTS",
        "statistik.pts.se",
        str(raw / "pts"),
    ):
        assert part in told
    assert "Utgivare: Lantmäteriet" not in told
    (raw / ADDRESS).unlink()
    assert len(inventory.missing_inputs(raw)) == 3
    told = fails(tmp_path, "Utgivare: Lantmäteriet", "belagenhetsadresser_kn<kommunkod>.zip", "stac-vektor")
    assert max(map(len, told.splitlines())) < 300  # longer lines are cut


@pytest.mark.parametrize("name", ["befolkning_rutor_2024", "Befolkning 2024", "befolkning_250m_2024"])
def test_a_population_file_may_be_mixed_under_any_name(tmp_path: Path, name: str) -> None:
    raw = real(tmp_path)
    (raw / GRID).rename(raw / f"scb/{name}.gpkg")
    assert inventory.missing_inputs(raw) == []
    assert f"scb/{name}.gpkg" in [i["fil"] for i in run(tmp_path)["scb"]]


def test_an_empty_or_absent_folder_lacks_everything(tmp_path: Path) -> None:
    assert len(inventory.missing_inputs(tmp_path / "finns_inte")) == 3
    (tmp_path / "raw/demo/scb").mkdir(parents=True)
    (tmp_path / "raw/README.md").write_text("hej", encoding="utf-8")
    assert len(inventory.missing_inputs(tmp_path / "raw")) == 3


@pytest.mark.parametrize(
    "name",
    [
        "pts/~$mtbbk_teknik.xlsx",
        "pts/.teknik.xlsx",
        "pts/tabellbilaga-historiska-uppgifter-teknik-1-0.xlsx",
        "pts/teknik.xls",
        "teknik.xlsx",
        "pts/gammalt/teknik.xlsx",
    ],
)
def test_what_only_looks_like_the_teknik_workbook(tmp_path: Path, name: str) -> None:
    raw = real(tmp_path)
    (raw / name).parent.mkdir(exist_ok=True)
    (raw / TEKNIK).rename(raw / name)
    assert len(inventory.missing_inputs(raw)) == 1


def test_names_in_any_case_and_composition(tmp_path: Path) -> None:
    raw = real(tmp_path)
    (raw / TEKNIK).rename(raw / "pts/MTBBK_Teknik.XLSX")
    workbook(raw / "pts/tabellbilaga_mobilta\u0308ckning.xlsx")
    assert {x["roll"] for x in run(tmp_path)["pts"]} == {"teknik", "mobil"}


def test_evidence_without_its_list_of_sources(tmp_path: Path) -> None:
    raw = real(tmp_path)
    evidence(raw, "Avtal")
    (raw / "tackning/kallor.csv").unlink()
    fails(tmp_path, "kallor.csv", "far_publiceras", str(raw / "tackning/kallor.csv"))


def test_unknown_files_are_named(tmp_path: Path) -> None:
    raw = real(tmp_path)
    for name in ("scb/befolkning.csv", "pts/ovrigt.xlsx", "los.gpkg", "okant/a.txt", "scb/.DS_Store", "pts/ReadMe.txt"):
        (raw / name).parent.mkdir(exist_ok=True)
        (raw / name).write_text("x", encoding="utf-8")
    found = run(tmp_path)
    assert {g: len(v) for g, v in found.items() if v} == {"lantmateriet": 1, "scb": 1, "pts": 1}
    (entry,) = ledger.load(make.paths(tmp_path).ledger("inventory")).entries
    assert (entry.kind, entry.count) == ("varning", 4)
    assert set(entry.examples) == {"scb/befolkning.csv", "pts/ovrigt.xlsx", "los.gpkg", "okant/a.txt"}


# --- demo ------------------------------------------------------------------------------------------


def test_all_demo_is_demo_and_a_copy_stays_so(tmp_path: Path) -> None:
    raw = real(tmp_path, demo=True)
    (raw / "DEMO.json").write_text("{}", encoding="utf-8")
    evidence(raw, "DEMO avtal")
    assert {x["demo"] for v in run(tmp_path).values() for x in v} == {True}
    (raw / "DEMO.json").unlink()
    assert {x["demo"] for v in run(tmp_path).values() for x in v} == {True}


@pytest.mark.parametrize("path", [ADDRESS, GRID, TEKNIK])
def test_one_demo_file_among_real_ones_is_refused(tmp_path: Path, path: str) -> None:
    real(tmp_path)
    real(tmp_path / "demo", demo=True)
    make.copy(tmp_path / "demo/raw" / path, tmp_path / "raw" / path)
    fails(tmp_path, "ligger blandade", "1 filer märkta DEMO och 2 utan märkning", f"DEMO: {path}")
    assert not make.paths(tmp_path).inventory("scb").exists()


def test_one_real_file_among_demo_ones_is_refused(tmp_path: Path) -> None:
    raw = real(tmp_path, demo=True)
    evidence(raw, "Avtal med Byanät")
    fails(tmp_path, "ligger blandade", "Utan märkning: tackning/adresser_x.csv")


def test_the_marker_file_alone_makes_no_demo(tmp_path: Path) -> None:
    raw = real(tmp_path)
    (raw / "DEMO.json").write_text("{}", encoding="utf-8")
    fails(tmp_path, "DEMO: DEMO.json")


def test_the_mark_of_each_kind_of_file(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx", title="DEMO PTS")
    workbook(tmp_path / "b.xlsx")
    (tmp_path / "c.json").write_text('{"_kommentar": "DEMO: påhittat"}', encoding="utf-8")
    (tmp_path / "d.json").write_text('{"demo": true, "values": []}', encoding="utf-8")
    (tmp_path / "e.json").write_text("[1", encoding="utf-8")
    (tmp_path / "f.zip").write_bytes(b"inget")
    (tmp_path / "g.gpkg").write_bytes(b"inget")
    (tmp_path / "h.xlsx").write_bytes(b"inget")
    with zipfile.ZipFile(tmp_path / "i.zip", "w") as z:
        z.comment = "Påhittat DEMO".encode()
    (tmp_path / "DEMO.json").write_text("", encoding="utf-8")
    (tmp_path / "djup.json").write_text("[" * 100_000, encoding="utf-8")
    marked = [p.name for p in sorted(tmp_path.iterdir()) if inventory.demo_mark(p)]
    assert marked == ["DEMO.json", "a.xlsx", "c.json", "i.zip"]


def test_the_mark_of_evidence_is_its_own_row_in_kallor(tmp_path: Path) -> None:
    head = "fil,kommunkod,fullstandig,referensdatum,avtal,far_publiceras\n"
    rows = "adresser_a.csv,1480,ja,2024,DEMO,ja\ntackning/rutor_b.csv,1480,ja,2024,Avtal 1,ja\n"
    (tmp_path / "Kallor.csv").write_text(head + rows, encoding="utf-8")
    names = ("adresser_a.csv", "rutor_b.csv", "rutor_c.csv")
    assert [inventory.demo_mark(tmp_path / n) for n in names] == [True, False, False]
    assert inventory.demo_mark(tmp_path / "Kallor.csv")


def test_the_mark_of_another_list_is_a_column_of_its_own(tmp_path: Path) -> None:
    lists = {
        "a.csv": "kommunkod,ar,hushall,_kommentar\n9901,2024,5,DEMO: påhittat\n",
        "b.csv": 'kommunkod;ar;hushall;"_kommentar"\r\n9901;2024;5;""\r\n9902;2024;5;"DEMO; påhittat"\r\n',
        "c.csv": "kommunkod,ar,hushall,_kommentar\n9901,2024,5,hämtat\n9902,2024\n",
        "d.csv": "kommunkod,kommunnamn,ar,hushall\n9901,DEMO,2024,5\n",
        "e.csv": "",
        "f.csv": "kommunkod,ar,hushall,egen_kommentar\n9901,2024,5,DEMO\n",
    }
    for name, text in lists.items():
        (tmp_path / name).write_bytes(text.encode())
    assert [n for n in lists if inventory.demo_mark(tmp_path / n)] == ["a.csv", "b.csv"]


# --- speed -----------------------------------------------------------------------------------------


def test_nothing_heavy_is_imported() -> None:
    code = "import sys, pipelines.incoming.inventory; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "pandas", "pyarrow", "geopandas", "shapely", "pyogrio"} & set(loaded)


def test_eighty_megabytes_are_listed_fast(tmp_path: Path) -> None:
    raw = real(tmp_path)
    for i in range(48):
        with zipfile.ZipFile(raw / f"lantmateriet/belagenhetsadresser_{i}.zip", "w") as z:
            z.writestr("a.gpkg", os.urandom(1_700_000))
    began = time.process_time()
    run(tmp_path)
    assert time.process_time() - began < 2  # 0.2 s where it was written; room for a slow machine


def test_a_workbook_whose_properties_cannot_be_unpacked_has_no_mark(tmp_path: Path) -> None:
    """Flipped bits, an unknown method, a password: its own adapter says what is wrong with it."""
    path, name, text = tmp_path / "a.xlsx", "docProps/core.xml", b"<a>" + bytes(range(256)) * 9
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(name, text)
    whole = path.read_bytes()
    start, central = 30 + len(name), whole.index(b"PK\1\2")
    flipped = bytes(b ^ 0xFF for b in whole[start:central])
    broken = {
        "bits": whole[:start] + flipped + whole[central:],
        "method": whole[: central + 10] + b"\x63" + whole[central + 11 :],
        "password": whole[: central + 8] + b"\x01" + whole[central + 9 :],
    }
    assert not inventory.demo_mark(path)
    for how, body in broken.items():
        path.write_bytes(body)
        assert not inventory.demo_mark(path), how
