"""Tiny workbooks as PTS writes them, and in every quirk it is known for. As a script: writes tests/data/pts."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import gpkg_files as make
import openpyxl

from pipelines.config.region import Pts, Region

KOMMUNER = (("9901", "Håbo"), ("9902", "Öckerö"), ("9903", "Dals-Ed"))
LAN = "Provlän"
AREA = ["Årtal", "Bas", "Aggregerat på", "Område", "Lännamn", "Kommunnamn"]
TECHNIQUES = [
    "Tillgång via xDSL",
    "Tillgång via VDSL",
    "Tillgång via fiber eller fiber-lan",
    "I närhet av fiber",
    "Tillgång via kabel-tv",
    "Tillgång via fast radio",
    "Tillgång via LTE (ej 450 MHz)",
    "Tillgång via NR (5G)",
    "Tillgång via trådbunden accessteknik",
    "Total tillgång (trådbunden och trådlös accessteknik)",
]
HEAD = [*AREA, "Antal hushåll", *TECHNIQUES]
SHARES = [0.1, 0.2, 0.75, 0.875, 0.25, 0.9, 0.99, 0.5, 0.8, 1]
SPEEDS = [
    "Tillgång till minst 30 Mbit/s",
    "Tillgång till minst 100 Mbit/s",
    "Tillgång till minst 1 Gbit/s",
    "Homes passed 30 Mbit/s",
    "Homes passed 100 Mbit/s",
    "Homes passed 1 Gbit/s",
]
SPEED_SHARES = [0.95, 0.9, 0.8, 0.97, 0.96, 0.94]
CLASSES = (("total", 100), ("tätbebyggt område", 70), ("glesbebyggt område", 30))


def region(ar: int | None = None, kommuner: Any = KOMMUNER) -> Region:
    """A län with kommun names that only å, ä, ö tell apart from others'."""
    return make.region(kommuner).model_copy(update={"pts": Pts(ar=ar)})


def areas(years: Iterable[int] = (2025,), bases: Iterable[str] = ("hushåll",)) -> list[tuple[list[Any], int]]:
    """The first six cells of every row, and its count: the län, its kommuner, and Habo of another län."""
    places = [("Län", LAN, ""), *(("Kommun", LAN, n) for _, n in KOMMUNER), ("Kommun", "Jönköpings län", "Habo")]
    return [
        ([year, bas, level, kind, lan, kommun], count)
        for year in years
        for bas in bases
        for level, lan, kommun in places
        for kind, count in CLASSES
    ]


def teknik(values: Sequence[Any] = SHARES, **of: Any) -> list[list[Any]]:
    """Rows of the *teknik* workbook, header first."""
    return [HEAD, *([*area, count, *values] for area, count in areas(**of))]


def hastighet(values: Sequence[Any] = SPEED_SHARES, **of: Any) -> list[list[Any]]:
    """Rows of a *hastighet* workbook, header first."""
    return [[*AREA, *SPEEDS], *([*area, *values] for area, _ in areas(**of))]


def book(path: Path, sheets: dict[str, list[list[Any]]], merge: Sequence[str] = (), hidden: Sequence[str] = ()) -> Path:
    """Write a workbook; ``merge`` are ranges of its first sheet, ``hidden`` names of hidden sheets."""
    path.parent.mkdir(parents=True, exist_ok=True)
    wb = openpyxl.Workbook()
    wb.remove(wb.active)  # type: ignore[arg-type]
    for name, rows in sheets.items():
        sheet = wb.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if name in hidden:
            sheet.sheet_state = "hidden"
    for cells in merge:
        wb.worksheets[0].merge_cells(cells)
    wb.save(path)
    return path


def mobil(path: Path) -> Path:
    """Two-row header, merged groups, decimal comma, limits and dashes as text."""
    rows: list[list[Any]] = [
        ["Yttäckning 2025, andel av ytan"],
        ["Lännamn", "Kommunnamn", "Data 10 Mbit/s", "", "Data 30 Mbit/s", "", "Areal, km2"],
        ["", "", "Minst en operatör", "Samtliga operatörer", "Minst en operatör", "Samtliga operatörer", ""],
        [LAN, "", "98,5%", "90,25%", "80%", "-", 4000],
        *([LAN, name, ">99,99%", "97,5%", "<0,01%", "-", 500] for _, name in KOMMUNER),
        ["Källa: PTS"],
    ]
    return book(path, {"Yttäckning - aggregerad": rows}, merge=["C2:D2", "E2:F2", "A2:A3", "B2:B3"])


def historiska(path: Path) -> Path:
    """Three-row merged header in rows 5 to 7: technique, year, unit."""
    rows: list[list[Any]] = [
        ["Historiska uppgifter"],
        [],
        [],
        [],
        ["Kod", "Kommun", "Tillgång via fiber", "", "Tillgång via kabel-tv", "", "Tillgång via xDSL", ""],
        ["", "", 2021, 2022, 2021, 2022, 2021, 2022],
        ["", "", *["Hushåll"] * 6],
        *([int(code), name, 0.7, 0.8, 0.2, 0.3, 0.9, 0.8] for code, name in KOMMUNER),
    ]
    return book(path, {"Fast bredband-teknik, totalt": rows}, merge=["C5:D5", "E5:F5", "G5:H5"])


def procent(path: Path) -> Path:
    """A title above, header in another order and case, percentages as text and number, notes below."""
    order = [9, 3, 5, 6, 1, 0, 2, 4, 7, 8, *range(10, 17)]
    rows = [
        [
            c if not isinstance(c, float | int) or i < 7 else str(round(100 * c, 6)).replace(".", ",")
            for i, c in enumerate(r)
        ]
        for r in teknik()
    ]
    rows[0] = [h.upper().replace(" ", "\n", 1) if i % 2 else f"  {h} " for i, h in enumerate(rows[0])]
    table = [[r[i] for i in order] for r in rows]
    title: list[list[Any]] = [["Tabell 4. Tillgång per kommun, oktober 2025"], []]
    return book(path, {"Om": [["Om statistiken"]], "Tabell 4": [*title, *table, [], ["* Avser hushåll i byggnad."]]})


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    book(folder / "tabellbilaga_teknik.xlsx", {"Teknik kommun hushåll": teknik()})
    procent(folder / "teknik_procent_titelrader.xlsx")
    mobil(folder / "tabellbilaga_mobiltäckning.xlsx")
    historiska(folder / "tabellbilaga-historiska-uppgifter-teknik.xlsx")
