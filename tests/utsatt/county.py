"""The county that is mutated: the small county, with ids as Lantmäteriet has them and every kind of input."""

from __future__ import annotations

import csv
import json
import shutil
import uuid
import zipfile
from pathlib import Path
from typing import Any

import openpyxl

from tests.small_county import inputs
from tests.utsatt import roads

YEAR = 2025
YEARS = (2021, 2022, 2023, 2024)
KOMMUNER = (("9901", "Östby"), ("9902", "Håvik"))
PEOPLE = {"9901": 127, "9902": 98}
HOMES = {"9901": 64, "9902": 36}
FILES = {
    "teknik": "pts/mtbbk_tabellbilaga_teknik.xlsx",
    "hastighet": "pts/mtbbk_tabellbilaga_hastighet.xlsx",
    "historik": "pts/tabellbilaga-historiska-uppgifter-teknik-1-0.xlsx",
    "mobil": "pts/mtbbk_tabellbilaga_mobiltäckning.xlsx",
    "kolada_v2": "kolada/v2_N07918.json",
    "kolada_v3": "kolada/v3_N07900.json",
    "km": "scb/befolkning_1km_2024.gpkg",
    "kvart": "scb/befolkning_250m_2024.gpkg",
    "tatorter": "scb/tatorter_2023.gpkg",
    "smaorter": "scb/smaorter_2023.gpkg",
    "folkmangd": "scb/folkmangd_kommun_2024.csv",
    "hushall": "scb/hushall_kommun_2024.csv",
    "bostader": "scb/bostader_hustyp_2024.csv",
    "forteckning": "pts/byggnadsforteckning_2026.csv",
    "svar": "tackning/rutor_svar_2025.csv",
    "adresser": "lantmateriet/belagenhetsadresser_kn9901.zip",
    "adresser_2": "lantmateriet/belagenhetsadresser_kn9902.zip",
    "byggnader": "lantmateriet/byggnadsverk_sverige.zip",
    "mark": "lantmateriet/mark.gpkg",
    "vagar": "vagar/kommunikation_sverige.zip",
    "granser": "granser/kommungranser.gpkg",
    "kallor": "tackning/kallor.csv",
    "adresslista": f"tackning/{inputs.ID_FILE}",
    "punktlista": f"tackning/{inputs.POINT_FILE}",
    "rutlista": f"tackning/{inputs.CELL_FILE}",
    "omraden": f"tackning/{inputs.AREA_FILE}",
    "config": "osten.toml",
}
"""Every file of the county by a short name, relative to RAW (the configuration: beside it)."""


def address_uuid(name: str) -> str:
    """Return the id of an address as Lantmäteriet writes it: a UUID in lower case with hyphens."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))


def write(folder: Path) -> None:
    """Write ``raw/`` and ``osten.toml`` under ``folder``."""
    c = inputs.county("full")
    c.complete = {*c.complete, (inputs.ID_FILE, "9901")}
    c.addresses = [inputs.Address(address_uuid(a.id), a.e, a.n, a.kommun) for a in c.addresses]
    c.by_id = [(address_uuid(a), *rest) for a, *rest in c.by_id]
    raw, _ = inputs.write(c, folder)
    _buildings(raw / FILES["byggnader"], c)
    roads.write(raw / FILES["vagar"], roads.tables())
    _historic(raw / FILES["historik"])
    _mobile(raw / FILES["mobil"])
    _kolada(raw)
    for field, base in (("folkmangd", PEOPLE), ("hushall", HOMES)):
        _kommun_list(raw / FILES[field], field, base)
    _write_csv(raw / FILES["bostader"], DWELLINGS)
    _write_csv(raw / FILES["forteckning"], _building_list(c))
    _write_csv(raw / FILES["svar"], ANSWERS)
    with (raw / FILES["kallor"]).open("a", encoding="utf-8", newline="") as f:
        rows = [[Path(FILES["svar"]).name, code, "nej", "2025-10-01", "Berit", "nej"] for code, _ in KOMMUNER]
        csv.writer(f, lineterminator="\n").writerows(rows)


def fresh(base: Path, folder: Path) -> None:
    """Copy what :func:`write` wrote: times of files are kept, so that nothing but the mutation differs."""
    shutil.copytree(base / "raw", folder / "raw")
    shutil.copy2(base / FILES["config"], folder / FILES["config"])


def building_points(c: inputs.County) -> list[tuple[float, float]]:
    """Return where the buildings stand: one at each point with an address."""
    return sorted({(a.e, a.n) for a in c.addresses})


def _buildings(path: Path, c: inputs.County) -> None:
    """Write a building at each point with an address, and a shed that no address has."""
    import geopandas as gpd
    import pyogrio
    from shapely import box

    points = [*building_points(c), (406_900.0, 6_401_900.0)]
    ids = [address_uuid(f"hus-{i}") for i in range(len(points))]
    kinds = ["Bostad"] * (len(points) - 1) + ["Komplementbyggnad"]
    shapes = [box(e - 4, n - 4, e + 4, n + 4) for e, n in points]
    frame = gpd.GeoDataFrame({"objektidentitet": ids, "objekttyp": kinds}, geometry=shapes, crs=3006)
    inside = path.with_suffix(".gpkg")
    pyogrio.write_dataframe(frame, inside, layer="byggnad", driver="GPKG")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.write(inside, inside.name)
    inside.unlink()


def _historic(path: Path) -> None:
    """Write techniques year by year: a header of three rows, merged, in rows 5 to 7."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    names = ("Tillgång via xDSL", "Tillgång via fiber eller fiber-lan", "Tillgång via kabel-tv")
    for sheet_name, klass in (("totalt", "totalt"), ("tätbebyggt", "tatbebyggt"), ("glesbebyggt", "glesbebyggt")):
        sheet = book.create_sheet(f"Fast bredband-teknik, {sheet_name}")
        sheet.append([f"Historiska uppgifter, {sheet_name}"])
        for _ in range(3):
            sheet.append([])
        head: list[Any] = ["Kod", "Område"]
        years: list[Any] = ["", ""]
        for name in names:
            head += [name, *[""] * (len(YEARS) - 1)]
            years += YEARS
        sheet.append(head)
        sheet.append(years)
        sheet.append(["", "", *["Hushåll"] * (len(names) * len(YEARS))])
        for code, name, area in (
            (0, "Riket", "riket"),
            (99, inputs.LANSNAMN, "lan"),
            (9901, "Östby", "9901"),
            (9902, "Håvik", "9902"),
        ):
            xdsl, _, fiber, _, cable, *_ = inputs.TEKNIK[area, klass]
            row: list[Any] = [code, name]
            for share, step in ((xdsl, -0.02), (fiber, 0.03), (cable, 0.01)):
                row += [round(max(0.0, share - step * (YEAR - y)), 4) for y in YEARS]
            sheet.append(row)
        for i in range(len(names)):
            first = 3 + i * len(YEARS)
            sheet.merge_cells(start_row=5, end_row=5, start_column=first, end_column=first + len(YEARS) - 1)
    book.save(path)


def _mobile(path: Path) -> None:
    """Write surface coverage as text with PTS's signs, under a header of two rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Yttäckning - aggregerad"
    groups = ("Data 10 Mbit/s", "Data 30 Mbit/s")
    head = ["Årtal", "Aggregerat på", "Lännamn", "Kommunnamn"]
    sheet.append([*head, *[x for g in groups for x in (g, None)]])
    sheet.append([None] * 4 + ["Minst en operatör", "Samtliga operatörer"] * len(groups))
    sheet.append([YEAR, "Riket", None, None, "98,51%", "90,25%", "80,1%", "61,2%"])
    sheet.append([YEAR, "Län", inputs.LANSNAMN, None, "99,02%", "92,1%", "84,4%", "66,6%"])
    sheet.append([YEAR, "Kommun", inputs.LANSNAMN, "Östby", ">99,99%", "95,5%", "88,8%", "71,3%"])
    sheet.append([YEAR, "Kommun", inputs.LANSNAMN, "Håvik", "97,7%", "87,9%", "79,5%", "-"])
    for cells in ("E1:F1", "G1:H1"):
        sheet.merge_cells(cells)
    book.save(path)


KPI = {
    "N07900": {
        "0000": (88.0, 90.0, 93.0, 95.0),
        "0099": (50.1, 52.0, 54.2, 55.7),
        "9901": (40.0, 43.5, 46.0, 48.1),
        "9902": (60.2, 63.0, 66.1, 69.3),
    },
    "N07918": {"9901": (40.1, 42.5, 45.0, 47.3), "9902": (70.2, 72.0, 75.1, 77.1)},
    "N07919": {"9901": (43.1, 45.5, 47.0, 49.7), "9902": (80.2, 82.0, 85.1, 87.3)},
    "N07920": {"9901": (36.1, 38.5, 41.0, 43.1), "9902": (58.2, 61.0, 64.1, 65.7)},
}
"""Kolada's values in per cent, by indicator and kommun, for ``YEARS``."""


def _kolada(raw: Path) -> None:
    v3 = [
        _v3(k, kommun, y, v)
        for k in ("N07900",)
        for kommun, values in KPI[k].items()
        for y, v in zip(YEARS, values, strict=True)
    ]
    v2 = [
        {
            "kpi": k,
            "municipality": kommun,
            "period": y,
            "values": [{"gender": "T", "count": 1, "status": "", "value": v}],
        }
        for k in ("N07918", "N07919", "N07920")
        for kommun, values in KPI[k].items()
        for y, v in zip(YEARS, values, strict=True)
    ]
    (raw / "kolada").mkdir()
    write_json(raw / FILES["kolada_v3"], {"values": v3, "count": len(v3), "next_url": None, "previous_url": None})
    write_json(raw / FILES["kolada_v2"], {"count": len(v2), "values": v2})


def _v3(kpi: str, kommun: str, year: int, value: float) -> dict[str, Any]:
    inner = {"gender": "T", "count": 1, "status": "", "value": value, "isdeleted": False}
    return {"kpi": kpi, "municipality": kommun, "period": year, "values": [inner]}


def write_json(path: Path, body: object) -> None:
    path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")


def _kommun_list(path: Path, field: str, base: dict[str, int]) -> None:
    with path.open("w", encoding="utf-8", newline="") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(["kommunkod", "kommunnamn", "ar", field])
        for code, name in KOMMUNER:
            for i, year in enumerate(YEARS):
                writer.writerow([code, name, year, base[code] - 2 * (len(YEARS) - 1 - i)])


def _write_csv(path: Path, rows: list[list[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as f:
        csv.writer(f, lineterminator="\n").writerows(rows)


DWELLINGS: list[list[Any]] = [
    ["kommunkod", "kommunnamn", "hustyp", "ar", "bostader"],
    *[
        [code, name, kind, YEARS[-1], HOMES[code] // share]
        for code, name in KOMMUNER
        for kind, share in (("småhus", 2), ("flerbostadshus", 3), ("övriga hus", 12), ("specialbostäder", 30))
    ],
]
"""SCB's dwellings per kommun and kind of house."""
ANSWERS: list[list[Any]] = [
    ["rutid_scb", "kommunnamn", "teknik", "ned_mbit", "status", "svar", "andel", "svarat_av"],
    ["4050006402000", "Håvik", "fiber", 1000, "passerad", "ja", "", "Berit"],
    ["4052506401500", "Håvik", "fiber", 1000, "passerad", "nej", "", "Berit"],
    ["4067506402250", "Håvik", "fiber", 1000, "passerad", "andel", 0.5, "Olle"],
    ["4062506400500", "Håvik", "fiber", 1000, "passerad", "", "", ""],
]
"""Answers to ``make fraga`` by cell, where no list of addresses decides: one of each kind, and a row not filled in."""


def _building_list(c: inputs.County) -> list[list[Any]]:
    """Return PTS's list: every third address, by id and by point in turn, of three kinds."""
    kinds = ("Bostad", "Fritidshus", "Verksamhet")
    rows: list[list[Any]] = [["byggnad_id", "adress_id", "e", "n", "byggnadstyp", "kommunkod"]]
    for i, a in enumerate(c.addresses[::3]):
        place = [a.id, "", ""] if i % 2 else ["", a.e, a.n]
        rows.append([f"b{i}", *place, kinds[i % len(kinds)], a.kommun])
    return rows
