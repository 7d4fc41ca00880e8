"""Which area, year and unit each row of a PTS table is about."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from pipelines.config.region import Region
from pipelines.core.errors import DataError, printable
from pipelines.core.ledger import Ledger
from pipelines.formats.headers import Header, place_key, words
from pipelines.formats.shares import MISSING, Place
from pipelines.formats.xlsx import Sheet
from pipelines.read.pts.pts_fields import PLACES, bas_of
from pipelines.read.pts.pts_subject import area_class, sheet_class

AREA_COLUMNS = ["ar", "bas", "niva", "omrade", "kommunkod", "omradestyp"]
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_WHOLE_COUNTRY = ("riket", "sverige", "hela landet")
_ALL = MISSING | {"samtliga", "alla", "totalt", "total"}
_FOOTNOTE = re.compile(r"(?<=\w)(?:\s*[*†‡¹²³⁴⁵]+|\s*\(?\d\))+$")
_FIX = "Rätta cellen, eller hämta filen på nytt från statistik.pts.se."


@dataclass(frozen=True)
class Body:
    """The data rows of a sheet under a header that was found.

    Attributes
    ----------
    sheet : Sheet
    header : Header
    numbers : list of int
        Row number of each row in the sheet, as a person counts.
    rows : list of list
    """

    sheet: Sheet
    header: Header
    numbers: list[int]
    rows: list[list[Any]]

    def cells(self, field: str) -> list[Any]:
        """Return a field's cells; empty text where the sheet has no such column."""
        column = self.header.columns.get(field)
        return [r[column] if column is not None and column < len(r) else "" for r in self.rows]

    def place(self, field: str) -> Place:
        """Return where a field stands, for errors."""
        return Place(self.sheet.label, self.numbers, self.header.texts[self.header.columns[field]])

    def error(self, problem: str, i: int, field: str, expected: str) -> DataError:
        """Return an error about one cell."""
        p = self.place(field)
        return DataError(
            problem,
            file=p.file,
            row=self.numbers[i],
            column=p.header,
            expected=expected,
            found=printable(str(self.cells(field)[i])),
            action=_FIX,
        )


def body_of(sheet: Sheet, header: Header, ledger: Ledger) -> Body:
    """Return the rows below the header that hold a place and a figure; the rest are counted as notes."""
    measured = [c for f, c in header.columns.items() if "|" in f]
    placed = [header.columns[f] for f in PLACES if f in header.columns]
    numbers, rows, notes = [], [], []
    for i, row in enumerate(sheet.rows[header.last + 1 :], start=header.last + 2):
        has = [any(c < len(row) and _filled(row[c]) for c in group) for group in (measured, placed)]
        if all(has):
            numbers.append(i)
            rows.append(row)
        elif any(map(_filled, row)):
            notes.append(f"rad {i}: " + printable(" | ".join(str(c) for c in row if _filled(c)), 80))
    ledger.add(
        "upplysning", sheet.source, "rader utan område och tal (noter, rubriker)", len(notes), "lästes inte", notes
    )
    return Body(sheet, header, numbers, rows)


def areas(body: Body, region: Region, ledger: Ledger) -> pd.DataFrame:
    """Return ``rad`` and the area columns of each row (``bas`` empty where the row does not say).

    Rows about other levels than riket, län and kommun are kept with ``niva`` empty.

    Raises
    ------
    DataError
        An area class or a year that cannot be read, or a kommunkod that contradicts the name.
    """
    frame = pd.DataFrame({"rad": body.numbers})
    frame["ar"] = _years(body)
    frame["bas"] = [bas_of(c) or ("annan" if _filled(c) else "") for c in body.cells("bas")]
    kommun, marked = _places(body.cells("kommun"))
    lan, _ = _places(body.cells("lan"))
    ledger.add("justerad", body.sheet.source, "kommunnamn med notmärke", len(marked), "märket togs bort", marked)
    frame["niva"] = [_level(n, k, x) for n, k, x in zip(body.cells("niva"), kommun, lan, strict=True)]
    names = {place_key(k.namn): (k.kod, k.namn) for k in region.lan.kommuner}
    known = [_kommun(k, names) if n == "kommun" else ("", "") for k, n in zip(kommun, frame["niva"], strict=True)]
    codes = [_code(c) for c in body.cells("kommunkod")]
    renamed = []
    for i, ((own, _), given) in enumerate(zip(known, codes, strict=True)):
        if own and given and own != given:
            raise body.error(f"Kommunkoden hör inte till {kommun[i]}.", i, "kommunkod", own)
        if given in region.kommunkoder and not own and kommun[i] and frame["niva"].iloc[i] == "kommun":
            renamed.append(f"{given}: {printable(kommun[i], 40)}")
    ledger.add(
        "varning",
        body.sheet.source,
        "namn som inte är konfigurationens för koden",
        len(renamed),
        "koden gäller",
        renamed,
    )
    frame["kommunkod"] = [
        (own or given) if n == "kommun" else "" for (own, _), given, n in zip(known, codes, frame["niva"], strict=True)
    ]
    own_lan = _lan_key(region.lan.namn)
    lan = [region.lan.namn if _lan_key(x) == own_lan else x for x in lan]
    frame["omrade"] = [
        {"kommun": name or k, "lan": x, "riket": "Riket", "": k or x}[n]
        for (_, name), k, x, n in zip(known, kommun, lan, frame["niva"], strict=True)
    ]
    if region.riket:  # the whole country is the region itself: PTS's rows about riket are its own
        own = frame["niva"] == "riket"
        frame.loc[own, "omrade"] = region.lan.namn
        frame["niva"] = frame["niva"].mask(own, "lan")
    frame["omradestyp"] = _classes(body)
    other = frame["niva"] == ""
    ledger.add(
        "upplysning",
        body.sheet.source,
        "rader om andra nivåer än riket, län och kommun",
        int(other.sum()),
        "används inte",
        frame.loc[other, "omrade"].unique(),
    )
    return frame[["rad", *AREA_COLUMNS]]


def require_kommuner(found: set[str], region: Region, label: str, names: Sequence[str]) -> None:
    """Stop when a kommun of the län is not among the codes found.

    Raises
    ------
    DataError
        Naming every kommun that is missing, with the nearest names there are.
    """
    missing = [k.namn for k in region.lan.kommuner if k.kod not in found]
    if not missing:
        return
    details = []
    for name in missing[:20]:
        near = difflib.get_close_matches(name, sorted(set(names)), n=2, cutoff=0.75)
        details.append(f"{name} saknas" + (f" (liknande namn i filen: {', '.join(near)})" if near else ""))
    total = len(region.lan.kommuner)
    raise DataError(
        f"{len(missing)} av länets {total} kommuner finns inte i PTS:s arbetsbok.",
        file=label,
        column="Kommunnamn",
        expected=f"{total} kommuner med namn som i konfigurationen, å ä ö kvar",
        found=f"{total - len(missing)} kommuner",
        details=details,
        action="Hämta en arbetsbok som har alla kommuner, eller rätta namnet i konfigurationen.",
    )


def years_in(text: object) -> list[int]:
    """Return the years (20xx) a text names.

    >>> years_in("Läget 1 oktober 2024"), years_in("mtbbk_25-17220_tabellbilaga.xlsx")
    ([2024], [])
    """
    return [int(y) for y in _YEAR.findall(str(text))]


def _years(body: Body) -> list[int]:
    sheet, header = body.sheet, body.header
    if "ar" in header.columns:
        found = [_year(c) for c in body.cells("ar")]
        if None in found:
            i = found.index(None)
            raise body.error("Årtalet går inte att läsa.", i, "ar", "ett år, till exempel 2025")
        later = [i for i, y in enumerate(found) if y is not None and y > date.today().year]
        if later:
            raise body.error("Året har inte varit än.", later[0], "ar", f"högst {date.today().year}")
        return [y for y in found if y is not None]
    above = [c for row in sheet.rows[: header.last + 1] for c in row if isinstance(c, str)]
    for source in ([*above, sheet.name], [sheet.file.stem]):
        years = {y for text in source for y in years_in(text)}
        of_october = {y for text in source if re.search(r"\bokt", words(text)) for y in years_in(text)}
        told = of_october if len(of_october) == 1 else years
        if len(told) > 1:
            raise DataError(
                "Det framgår inte vilket av flera år tabellen gäller.",
                file=sheet.label,
                column="Årtal",
                expected="en kolumn Årtal, eller ett årtal i bladets rubrik",
                found=", ".join(map(str, sorted(told))),
                action="Lägg till en kolumn Årtal, eller ta bort de årtal som inte är tabellens.",
            )
        if told:
            return [told.pop()] * len(body.rows)
    edition = re.search(r"mtbbk[_-](\d\d)[_-]", sheet.file.name)
    if edition:
        return [2000 + int(edition.group(1))] * len(body.rows)
    raise DataError(
        "Det framgår inte vilket år tabellen gäller.",
        file=sheet.label,
        column="Årtal",
        expected="en kolumn Årtal, eller årtalet i bladets rubrik eller filens namn",
        action="Skriv årtalet i filens namn, till exempel hastighet_2025.xlsx.",
    )


def _year(cell: Any) -> int | None:
    if isinstance(cell, date):
        return cell.year
    if isinstance(cell, float):
        return int(cell) if math.isfinite(cell) and cell.is_integer() and 2000 <= cell < 2100 else None
    found = years_in(cell)
    return found[0] if len(set(found)) == 1 else None


def _level(niva: object, kommun: str, lan: str) -> str:
    w = words(niva)
    if w:
        tests: dict[str, Callable[[str], bool]] = {
            "riket": lambda x: x.startswith(_WHOLE_COUNTRY),
            "lan": lambda x: x in ("lan", "region") or x.startswith("lan "),
            "kommun": lambda x: x in ("kommun", "kommuner") or x.startswith("kommun "),
        }
        return next((level for level, test in tests.items() if test(w)), "")
    if any(words(x) in _WHOLE_COUNTRY for x in (kommun, lan)):
        return "riket"
    if kommun:
        return "lan" if place_key(kommun).endswith(" län") else "kommun"
    return "lan" if lan else "riket"


def _kommun(name: str, names: dict[str, tuple[str, str]]) -> tuple[str, str]:
    key = place_key(name)
    bare = key.removesuffix(" kommun")
    for candidate in (key, bare, bare.removesuffix("s") if bare != key else key):
        if candidate in names:
            return names[candidate]
    return "", ""


def _lan_key(name: str) -> str:
    return place_key(name).removesuffix(" län").removesuffix("s")


def _code(cell: Any) -> str:
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
    return text.zfill(4) if text.isascii() and text.isdigit() and 3 <= len(text) <= 4 else ""


def _classes(body: Body) -> list[str]:
    """Return each row's class: from its own column, else from what the sheet says; they may not contradict."""
    if "omrade" not in body.header.columns:
        return [sheet_class(body.sheet, body.header.first)] * len(body.rows)
    found = [area_class(c) for c in body.cells("omrade")]
    if "" in found:
        i = found.index("")
        raise body.error("Okänt värde för områdestyp.", i, "omrade", "total, tätbebyggt … eller glesbebyggt …")
    told = sheet_class(body.sheet, 0)
    wrong = [i for i, c in enumerate(found) if told != "totalt" and c != told]
    if wrong:
        raise body.error(
            f"Bladets namn säger {told}, raden något annat.", wrong[0], "omrade", "samma klass i namn och rader"
        )
    return found


def _places(cells: list[Any]) -> tuple[list[str], list[str]]:
    """Return names of places, empty where a cell says «all» or nothing, and those that lost a footnote's mark."""
    names, marked = [], []
    for cell in cells:
        name = "" if place_key(cell) in _ALL else " ".join(str(cell).split())
        bare = _FOOTNOTE.sub("", name)
        if bare != name:
            marked.append(printable(name, 40))
        names.append(bare)
    return names, list(dict.fromkeys(marked))


def _filled(cell: Any) -> bool:
    return not (cell is None or (isinstance(cell, str) and not cell.strip()))
