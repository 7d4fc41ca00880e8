"""A list of people, households or dwellings per kommun from SCB's database (PxWeb's CSV): only totals are totals.

Read are the lists of ``make fetch`` and both layouts that a person can export: a column of years, or years
beside each other as headers; codes or texts. One age, one sex or one type of household, or a column that
cannot be told, stops.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipelines.core.errors import DataError, by_library, printable
from pipelines.formats.csvfile import DELIMITERS, _as_utf8
from pipelines.formats.headers import place_key, words

if TYPE_CHECKING:
    from pipelines.config.region import Region

MAX_BYTES = 64 << 20
"""SCB gives out at most 150 000 cells at a time: about 10 MB."""
_TITLE_ROWS = 20
_REGION = ("kommunkod", "region", "kommun", "regionkod")
_YEAR = ("ar", "tid", "year")
_NAMES = ("kommunnamn", "namn")
_ASIDE = ("kommentar", "anmarkning", "kalla", "not")
"""Columns of words that no figure depends on."""
_CONTENTS = ("tabellinnehall", "innehall", "contentscode", "contents", "variabel", "matt")
"""Columns that say what each row counts."""
_VALUES = {
    "folkmangd": (
        "folkmangd",
        "folkmangden",
        "befolkning",
        "value",
        "varde",
        "antal",
        "personer",
        "antal personer",
        "antal invanare",
        "invanare",
        "be0101n1",
    ),
    "hushall": ("hushall", "value", "varde", "antal", "antal hushall", "hushallen"),
    "bostader": ("bostader", "value", "varde", "antal", "antal lagenheter", "lagenheter", "antal bostader", "bo0104ah"),
}
"""Headers of the count; BE0101N1 is SCB's code of «Folkmängd», BO0104AH of «Antal lägenheter»."""
_TOTAL = {"totalt", "total", "tot", "totsa", "samtliga", "alla", "bada", "summa", "totala"}
_OF = {
    "alder",
    "aldrar",
    "aldern",
    "kon",
    "konen",
    "hushall",
    "hushallen",
    "hushallstyp",
    "hushallstyper",
    "typer",
    "typ",
    "personer",
    "antal",
    "civilstand",
    "upplatelseform",
    "upplatelseformer",
    "folkmangd",
    "befolkning",
    "tidsperiod",
}
_DIMENSION = re.compile(r"alder|\bkon\b|civilstand|hushallstyp|hustyp|upplatelse|fodelse|medborg|bakgrund|typ\b|grupp")
_PART = re.compile(
    r"\b(?:man|kvinnor|flickor|pojkar|utrikes|inrikes|gifta|ogifta|ensam\w*|samman\w*|smahus|flerbostad\w*|"
    r"\d+ ?(?:\d+ )?ar(?:ing\w*)?|\d+ (?:plus|och aldre))\b"
)
_OTHER = re.compile(
    r"okning|forandring|medel|andel|procent|tathet|prognos|framskriv|flytt|per (?:hushall|person)|inkomst"
)
"""Words of a title about something else than how many there are."""
_ABOUT = {
    "folkmangd": re.compile(r"folkmangd|befolkning|invanare"),
    "hushall": re.compile(r"hushall"),
    "bostader": re.compile(r"lagenhet|bostad|bostader"),
}
_FOREIGN = {
    "folkmangd": re.compile(r"hushall"),
    "hushall": re.compile(r"^(?:kon|alder)\b"),
    "bostader": re.compile(r"^(?:kon|alder)\b|hushall"),
}
"""What divides the other list: persons have a sex and an age, households a type."""
HOUSES = {"smahus": "smahus", "flerb": "flerbostadshus", "ovr": "ovriga_hus", "spec": "specialbostader"}
"""How SCB's words and codes of «hustyp» begin (SMÅHUS, FLERBOST, ÖVRHUS, SPEC) → our column."""
_BLANK = ("", ".", "..", "...", "-", "–")
_EXPORT = (
    "Exportera tabellen på nytt ur SCB:s databas med «totalt» valt för kön, ålder, hushållstyp och annat den är delad "
    "på (eller med dem bortvalda), eller hämta den med make fetch. Listan är frivillig: den kan också tas bort."
)
_EXPORT_HOUSES = (
    "Exportera tabellen «Antal lägenheter efter region och hustyp» på nytt ur SCB:s databas, med alla hustyper och "
    "annat den är delad på som total (eller bortvalt). Listan är frivillig: den kan också tas bort."
)
_AGAIN = "Hämta listan på nytt med make fetch, eller ta bort den: den är frivillig."


@dataclass
class Totals:
    """What one list says: ``rows`` with ``kommunkod``, ``ar`` (int64) and the count (int64), and what was left out."""

    rows: pd.DataFrame
    notes: list[tuple[str, list[str], str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Table:
    """A list as cells: the header's row number and names, and every row with its number."""

    path: Path
    field: str
    title: str
    row: int
    header: list[str]
    rows: list[tuple[int, list[str]]]

    def error(self, problem: str, **more: object) -> DataError:
        return DataError(problem, file=self.path, **{"action": _AGAIN, **more})  # type: ignore[arg-type]


def read_totals(path: Path, name: str) -> pd.DataFrame:
    """Read one list whose rows have codes: ``kommunkod``, ``ar`` and ``name``; see :func:`read_list`."""
    return read_list(path, name).rows


def read_list(path: Path, name: str, region: Region | None = None) -> Totals:
    """Read one list; rows about län, riket and smaller areas are left out and told.

    Parameters
    ----------
    path : Path
    name : str
        ``folkmangd`` or ``hushall``.
    region : Region, optional
        Lets kommuner be told by their names where the list has no codes, and names be held against codes.

    Raises
    ------
    DataError
        When a column is missing, the list is divided by something and has no totals, it cannot be told what
        it counts, a cell is no code, year or whole number, or a kommun stands twice in a year.
    """
    table = _table(path, name)
    totals = _read(table, region)
    if totals.rows.empty:
        raise table.error("Listan har inga kommuner.", expected="rader med kommunkod och ett antal")
    return totals


def read_dwellings(path: Path, region: Region | None = None) -> Totals:
    """Read a list of dwellings (lägenheter) per kommun and «hustyp»: ``kommunkod``, ``ar`` and a column a type.

    Raises
    ------
    DataError
        As :func:`read_list`; or when no column, or more than one, says the type, or one is unknown.
    """
    table = _table(path, "bostader")
    at = _only(table, [words(h) for h in table.header], ("hustyp", "hustyper"))
    if at is None:
        raise table.error(
            "Listan saknar kolumner.",
            row=table.row,
            column="hustyp",
            expected="en kolumn hustyp med småhus, flerbostadshus, övriga hus och specialbostäder",
            found=printable(", ".join(h for h in table.header if h)),
            action=_EXPORT_HOUSES,
        )
    parts: dict[str, list[tuple[int, list[str]]]] = {}
    for number, cells in table.rows:
        kind = next((k for start, k in HOUSES.items() if words(cells[at]).startswith(start)), "")
        if not kind and not _is_total(words(cells[at])):
            raise table.error(
                "Okänd hustyp.",
                row=number,
                column=table.header[at],
                expected="småhus, flerbostadshus, övriga hus eller specialbostäder",
                found=printable(cells[at], 60) or "tom cell",
                action=_EXPORT_HOUSES,
            )
        parts.setdefault(kind, []).append((number, cells[:at] + cells[at + 1 :]))
    parts.pop("", None)
    header = table.header[:at] + table.header[at + 1 :]
    read = {kind: _read(replace(table, header=header, rows=rows), region) for kind, rows in parts.items()}
    if not {"smahus", "flerbostadshus"} <= {kind for kind, t in read.items() if len(t.rows)}:
        raise table.error(
            "Listan har inte bostäder av alla hustyper.",
            column=table.header[at],
            expected="minst småhus och flerbostadshus",
            found=", ".join(read) or "inga rader",
            action=_EXPORT_HOUSES,
        )
    columns = [t.rows.set_index(["kommunkod", "ar"])["bostader"].rename(kind) for kind, t in read.items()]
    found = pd.concat(columns, axis=1)
    notes = [n for t in read.values() for n in t.notes]
    lacking = [f"{kommun} {year} {kind}" for kind in found for kommun, year in found.index[found[kind].isna()]]
    if lacking:
        notes.append(("kommuner och år utan rad för en hustyp som andra har", lacking, "räknas utan den"))
    whole = found.reindex(columns=list(HOUSES.values())).astype("Int64").reset_index()
    return Totals(whole.astype({"kommunkod": "str", "ar": "int64"}), notes)


def _read(table: _Table, region: Region | None) -> Totals:
    name = table.field
    at = _columns(table)
    totals = Totals(pd.DataFrame())
    rows = _of_totals(table, at, totals)
    codes, kept = _codes(table, rows, at, region, totals)
    frame = _counts(table, kept, codes, at, totals)
    twice = frame.duplicated(["kommunkod", "ar"])
    if twice.any():
        first = frame[twice].iloc[0]
        raise table.error(
            "En kommun står två gånger för samma år.",
            row=int(first["rad"]),
            column="kommunkod",
            expected="en rad per kommun och år",
            found=f"{first['kommunkod']} {first['ar']}",
        )
    totals.rows = frame[["kommunkod", "ar", name]].reset_index(drop=True)
    return totals


# --- the table as cells -------------------------------------------------------------------------------


def _table(path: Path, name: str) -> _Table:
    """Return the list's cells under its header: the first row that names a region, a title may stand above."""
    data = _as_utf8(path)
    if len(data) > MAX_BYTES:
        raise DataError("Listan är orimligt stor.", file=path, expected=f"högst {MAX_BYTES >> 20} MB", action=_EXPORT)
    text = re.sub(r'^\s*"?sep=.?"?\s*\r?\n', "", data.decode())  # what Excel is told by some programs
    known = {*_REGION, *_YEAR, *_NAMES, *_VALUES[name]}
    best: tuple[int, int, str] = (0, -1, "")
    for delimiter in DELIMITERS:
        for i, (_, cells) in enumerate(_records(path, text, delimiter, _TITLE_ROWS)):
            names = [words(c) for c in cells]
            if any(n in _REGION for n in names) and len(names) > 1:
                score = sum(n in known for n in names)
                best = max(best, (score, i, delimiter), key=lambda b: b[0])
                break
    if best[1] < 0:
        first = next(iter(_records(path, text, ";", 1)), (1, [""]))
        raise DataError(
            "Listan saknar kolumner.",
            file=path,
            column="region",
            expected="en rubrikrad med region (kommunkod), år",
            found=printable(", ".join(first[1])),
            action=_EXPORT,
        )
    records = _records(path, text, best[2])
    above, (row, header), rows = records[: best[1]], records[best[1]], records[best[1] + 1 :]
    title = " ".join(c for _, cells in above for c in cells)
    table = _Table(path, name, title, row, [h.strip() for h in header], [])
    for number, cells in rows:
        if len(cells) == len(header):
            table.rows.append((number, [c.strip() for c in cells]))
        elif len([c for c in cells if c.strip()]) > 1 or any(c.strip().isdigit() for c in cells):
            raise table.error(
                "En rad har fel antal celler.",
                row=number,
                expected=f"{len(header)} celler",
                found=f"{len(cells)} celler: {printable(', '.join(cells), 80)}",
            )
    return table


def _records(path: Path, text: str, delimiter: str, most: int | None = None) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    out: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if any(c.strip() for c in cells):
                out.append((reader.line_num, cells))
            if most and len(out) >= most:
                break
    except csv.Error as e:
        raise DataError(
            "Listan går inte att läsa.",
            file=path,
            row=reader.line_num,
            found=by_library("ett fel i listan", e),
            action=_EXPORT,
        ) from None
    return out


# --- which columns, which rows ------------------------------------------------------------------------


@dataclass(frozen=True)
class _At:
    """Where things stand: region, year (None: in the headers), values (column → year), contents, dimensions."""

    region: int
    name: int | None
    year: int | None
    values: dict[int, str]
    contents: int | None
    dimensions: list[int]
    unread: list[str]


def _columns(table: _Table) -> _At:
    names = [words(h) for h in table.header]
    region, label = _region(table, names)
    year, contents = _only(table, names, _YEAR), _only(table, names, _CONTENTS)
    taken = {region, year, contents, label}
    values: dict[int, str] = {}
    others: list[int] = []
    beside: list[int] = []
    for i, h in enumerate(table.header):
        if i in taken or names[i] in _ASIDE or not names[i]:
            continue
        found = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", h) if year is None else None
        bare = words(h.replace(found.group(), " ")) if found else names[i]
        if (found and (not bare or _is_total(bare) or bare in _VALUES[table.field])) or (
            not found and bare in _VALUES[table.field]
        ):
            values[i] = found.group() if found else ""
        else:
            (beside if found and _numeric(table, i) else others).append(i)
    _require_values(table, values, year)
    first = min(values)
    dimensions = [i for i in others if i < first or _DIMENSION.search(names[i]) or not _numeric(table, i)]
    unread = [table.header[i] for i in (*others, *beside) if i not in dimensions]
    sliced = [table.header[i] for i in values if _PART.search(words(re.sub(r"(?:19|20)\d\d", " ", table.header[i])))]
    title = words(table.title).partition(" efter ")[0]
    about = title + " | " + words(re.sub(r"\d{4}", " ", table.path.stem))
    if title and (_OTHER.search(title) or not _ABOUT[table.field].search(title)):
        raise table.error(
            "Listans titel säger något annat än det filens namn lovar.",
            row=1,
            expected=table.field,
            found=printable(table.title, 120),
            action=_EXPORT,
        )
    if sliced or _PART.search(about):
        raise table.error(
            "Listan gäller en del, inte alla.",
            row=table.row,
            expected="totalen",
            action=_EXPORT,
            found=printable(", ".join(sliced) or table.title or table.path.name),
        )
    foreign = [table.header[i] for i in dimensions if _FOREIGN[table.field].search(names[i])]
    named = title or any(words(re.sub(r"(?:19|20)\d\d", " ", table.header[i])) for i in values)
    if foreign and not named and contents is None:
        raise table.error(
            "Listan säger inte vad den räknar, och är delad på annat än det filens namn lovar.",
            row=table.row,
            expected=table.field,
            found=printable(", ".join(foreign)),
            action=_EXPORT,
        )
    return _At(region, label, year, values, contents, dimensions, unread)


def _region(table: _Table, names: list[str]) -> tuple[int, int | None]:
    """Return the column of codes (or of names, when there is but one) and the column of names beside it."""
    found = [i for i, n in enumerate(names) if n in _REGION]
    coded = [i for i in found if all(re.match(r"\s*\d", c[i]) for _, c in table.rows)]
    if len(found) > 1 and not (len(found) == 2 and len(coded) == 1):
        raise _rivals(table, "region", found)
    region = coded[0] if coded else found[0]
    label = next((i for i in found if i != region), None)
    return region, label if label is not None else _only(table, names, _NAMES)


def _only(table: _Table, names: list[str], wanted: tuple[str, ...]) -> int | None:
    found = [i for i, n in enumerate(names) if n in wanted]
    if len(found) > 1:
        raise _rivals(table, wanted[0], found)
    return found[0] if found else None


def _rivals(table: _Table, column: str, found: list[int]) -> DataError:
    return table.error(
        "Två kolumner kan vara samma uppgift.",
        row=table.row,
        column=column,
        expected="en kolumn",
        found=printable(" och ".join(table.header[i] for i in found)),
        action="Ta bort eller döp om den ena.",
    )


def _require_values(table: _Table, values: dict[int, str], year: int | None) -> None:
    shown = printable(", ".join(h for h in table.header if h))
    expected = f"en kolumn {table.field} (eller antal), och år i en kolumn eller som rubriker"
    if not values:
        raise table.error(
            "Listan har ingen kolumn som säger att den är totalen.",
            row=table.row,
            expected=expected,
            found=shown,
            action=_EXPORT,
        )
    same = [i for i, y in values.items() if list(values.values()).count(y) > 1]
    if same:
        raise _rivals(table, table.field, same)
    if year is None and "" in values.values():
        raise table.error(
            "Listan saknar kolumner.", row=table.row, column="ar", expected=expected, found=shown, action=_EXPORT
        )


def _is_total(text: str) -> bool:
    """Tell whether a text says the sum over what divides a list.

    >>> [_is_total(x) for x in ("totalt ålder", "1+2", "samtliga hushåll", "män och kvinnor", "TOTALT")]
    [True, True, True, True, True]
    >>> [_is_total(x) for x in ("0-4 år", "totalt 16-64 år", "män", "tot16+", "ensamstående utan barn")]
    [False, False, False, False, False]
    """
    if re.sub(r"\s", "", text) in ("1+2", "1och2"):
        return True
    tokens = set(words(text).split())
    if tokens and tokens <= {"man", "kvinnor", "och", "kon", "bada"}:
        return {"man", "kvinnor"} <= tokens or {"bada", "kon"} <= tokens
    return bool(tokens & _TOTAL) and tokens <= _TOTAL | _OF


def _numeric(table: _Table, column: int) -> bool:
    cells = [c[column] for _, c in table.rows]
    return all(c in _BLANK or re.fullmatch(r"[-+]?[\d\s\u00a0]*[.,]?\d+", c) for c in cells)


def _of_totals(table: _Table, at: _At, totals: Totals) -> list[tuple[int, list[str]]]:
    """Return the rows that are totals of every dimension; the parts beside them are told."""
    rows, other, parts = [], [], []
    for number, cells in table.rows:
        if at.contents is not None and words(cells[at.contents]) not in _VALUES[table.field]:
            other.append(f"rad {number}: {printable(cells[at.contents], 60)}")
        elif all(_is_total(cells[i]) for i in at.dimensions):
            rows.append((number, cells))
        else:
            parts.append((number, cells))
    whole = {_key(c, at) for _, c in rows}
    alone = [(n, c) for n, c in parts if _key(c, at) not in whole]
    if alone:
        number, cells = alone[0]
        at_fault = next(i for i in at.dimensions if not _is_total(cells[i]))
        raise table.error(
            "Listan är delad, och totalen finns inte i den.",
            row=number,
            column=table.header[at_fault],
            expected="totalt",
            found=printable(cells[at_fault], 80) or "tom cell",
            action=_EXPORT,
        )
    if other and not rows:
        raise table.error(
            "Listan räknar något annat.",
            column=table.header[at.contents or 0],
            expected=table.field,
            found=other[0],
            action=_EXPORT,
        )
    totals.notes += [
        ("rader om en del (ålder, kön, hushållstyp)", [f"rad {n}" for n, _ in parts], "totalen används"),
        ("rader som räknar något annat", other, "lästes inte"),
        ("kolumner som räknar något annat", at.unread, "lästes inte"),
    ]
    return rows


def _key(cells: list[str], at: _At) -> tuple[str, str]:
    return cells[at.region], cells[at.year] if at.year is not None else ""


# --- cells --------------------------------------------------------------------------------------------


def _codes(
    table: _Table, rows: list[tuple[int, list[str]]], at: _At, region: Region | None, totals: Totals
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return kommunkod and cells of the rows that are about a kommun."""
    known = {place_key(k.namn): k.kod for k in region.lan.kommuner} if region else {}
    codes, kept, above, within, others = [], [], [], [], []
    for number, cells in rows:
        text = cells[at.region]
        code, name = re.fullmatch(r"(\d{1,4}(?![\w.,]))?\s*(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
        if at.name is not None and not name:
            name = cells[at.name]
        if re.match(r"\d{4}[A-Za-z]\w+", text):
            within.append(printable(text, 40))
        elif code and len(code) <= 2:
            above.append(printable(text, 40))
        elif code:
            codes.append(_checked(table, number, code.zfill(4), name, known))
            kept.append((number, cells))
        elif known and place_key(text).removesuffix(" kommun") in known:
            codes.append(known[place_key(text).removesuffix(" kommun")])
            kept.append((number, cells))
        elif known and text and not re.search(r"\d", text):
            others.append(printable(text, 40))
        else:
            raise table.error(
                "Cellen går inte att läsa.",
                row=number,
                column=table.header[at.region],
                expected="en kommunkod, eller namnet på en av länets kommuner",
                found=printable(text, 80),
            )
    if others and not codes:
        raise table.error(
            "Ingen rad gäller en av länets kommuner.",
            column=table.header[at.region],
            row=table.row + 1,
            expected="kommunkoder, eller kommunernas namn med å ä ö",
            found=", ".join(others[:5]),
            action=_EXPORT,
        )
    totals.notes += [
        ("rader om områden inom kommuner (DeSO, RegSO)", within, "används inte"),
        ("rader om områden utan kod, med annat namn än länets kommuner", others, "används inte"),
    ]
    return codes, kept


def _checked(table: _Table, number: int, code: str, name: str, known: dict[str, str]) -> str:
    """Return the code; one that stands by the name of another kommun of the region stops."""
    own = known.get(place_key(name), code)
    if own != code:
        raise table.error(
            f"Koden hör inte till {printable(name, 40)}.",
            row=number,
            expected=f"{own}, som i konfigurationen",
            found=code,
            action=f"Rätta kommunens namn i konfigurationen om felet är där. {_EXPORT}",
        )
    return code


def _counts(
    table: _Table, rows: list[tuple[int, list[str]]], codes: list[str], at: _At, totals: Totals
) -> pd.DataFrame:
    """Return ``kommunkod``, ``ar``, the count and ``rad``: one row per kommun and year that has a figure."""
    out: list[tuple[str, int, int, int]] = []
    blank = []
    for (number, cells), code in zip(rows, codes, strict=True):
        for column, header_year in at.values.items():
            year = header_year or cells[at.year or 0]
            if not re.fullmatch(r"(?:19|20)\d\d", year):
                raise table.error(
                    "Cellen går inte att läsa.",
                    row=number,
                    column=table.header[at.year or 0],
                    expected="ett år",
                    found=printable(year, 80),
                )
            cell = re.sub(r"(?<=\d)[\s\u00a0\u202f](?=\d{3}(?!\d))", "", cells[column])
            if cell in _BLANK:
                blank.append(f"{code} {year}: {printable(cells[column], 10) or 'tom cell'}")
            elif re.fullmatch(r"\d{1,9}", cell):
                out.append((code, int(year), int(cell), number))
            else:
                raise table.error(
                    "Cellen går inte att läsa.",
                    row=number,
                    column=table.header[column],
                    expected="ett antal, skrivet med siffror (eller .. där uppgift saknas)",
                    found=printable(cells[column], 80),
                )
    zeros = [f"{code} {year}" for code, year, count, _ in out if not count]
    totals.notes.append(("antal som är 0", zeros, "lämnades som de är"))
    totals.notes.append(("celler utan uppgift (.., -)", blank, "inget tal för det året"))
    frame = pd.DataFrame(out, columns=["kommunkod", "ar", table.field, "rad"])
    return frame.astype({"kommunkod": "str", **dict.fromkeys(("ar", table.field, "rad"), np.int64)})
