"""Which of PTS's workbooks is used: known by content, the newest or the configured year, the rest named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from pipelines.config.region import Region
from pipelines.core.errors import DataError, printable
from pipelines.core.facts import SourceFile
from pipelines.core.ledger import Ledger
from pipelines.core.publishers import PTS
from pipelines.formats.headers import MAX_DEPTH, SCAN_ROWS, Classify, find_header, header_texts, nearest_header
from pipelines.formats.xlsx import Sheet, read_sheets
from pipelines.incoming import inventory, role_files
from pipelines.incoming.marks import demo_mark
from pipelines.read.pts.pts_fields import (
    AREA_HEADERS,
    TECHNIQUE_HEADERS,
    bas_of,
    is_historic,
    speed_field,
    technique_field,
)
from pipelines.read.pts.pts_historic import measured, read_historic
from pipelines.read.pts.pts_mobil import has_places, read_mobil
from pipelines.read.pts.pts_subject import FAST, MOBIL, TITLE_ROWS, require_access, says_mobile, subject, title_kind
from pipelines.read.pts.pts_workbook import HASTIGHET, TEKNIK, read_role

ROLES = ("teknik", "hastighet", "mobil")
_HISTORIC = "historiska uppgifter: flera år bredvid varandra, utan tätbebyggt och glesbebyggt"


@dataclass
class Book:
    """One workbook: the tables found in it by role, what its reading noted, why it has none."""

    path: Path
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=lambda: Ledger("pts"))
    remark: str = ""

    def years(self, role: str) -> list[int]:
        """Return the years a role's table covers."""
        return sorted({int(y) for y in self.tables[role]["ar"]}) if role in self.tables else []

    @property
    def source(self) -> str:
        """Folder and file, as ledgers name them."""
        return f"{self.path.parent.name}/{self.path.name}"


def read_book(path: Path, region: Region) -> Book:
    """Read every table of a workbook that has a role: by what each sheet says that it measures.

    Raises
    ------
    DataError
        When a sheet fits two roles, or the workbook's name promises techniques or speeds and no sheet has
        such a table.
    """
    sheets = read_sheets(path)
    book = Book(path)
    kinds = [_kind(s) for s in sheets]
    historic, fixed, mobile, unsaid = (
        [s for s, k in zip(sheets, kinds, strict=True) if k == kind] for kind in ("historik", FAST, MOBIL, "osagt")
    )
    table = read_historic(historic, region, book.ledger)
    if table is not None and len(table):
        book.tables["historik"] = table
    for role in (TEKNIK, HASTIGHET):
        table = read_role(fixed, role, region, book.ledger)
        if table is not None:
            book.tables[role.name] = table
    table = read_mobil(mobile, region, book.ledger)
    if table is not None:
        book.tables["mobil"] = table
    book.ledger.add(
        "varning",
        book.source,
        "blad som inte säger om de mäter fast bredband eller mobil täckning",
        len(unsaid),
        "lästes inte",
        [s.name for s in unsaid],
    )
    if historic and not set(book.tables) & {"teknik", "hastighet", "mobil"}:
        book.remark = _HISTORIC
    elif not book.tables:
        _explain(book, sheets)
    elif "mobil" in book.tables and len(book.tables) == 1 and not role_files.fits(path.name, "*mobil*"):
        book.ledger.add(
            "varning", book.source, "arbetsboken heter något annat än mobil", 1, "lästes som mobil täckning"
        )
    return book


def edition(books: Sequence[Book], role: str, year: int | None) -> Book | None:
    """Return the workbook with a role's figures for a year (None: its newest year); None without any.

    Raises
    ------
    DataError
        When two workbooks have the same role and year.
    """
    years = {y for b in books for y in b.years(role)}
    chosen = year if year is not None else max(years, default=None)
    having = [b for b in books if chosen in b.years(role)]
    if len(having) > 1:
        raise DataError(
            f"Två arbetsböcker har samma innehåll: {role} {chosen}.",
            file=having[0].path.parent,
            expected="en fil per innehåll och år",
            found=" och ".join(b.path.name for b in having),
            action="Ta bort den som inte ska användas, till exempel en äldre version av samma tabellbilaga.",
        )
    return having[0] if having else None


def require_teknik(books: Sequence[Book], raw: Path) -> None:
    """Stop when no workbook has PTS's table of techniques, saying where it is and where to put it."""
    if any(b.years("teknik") for b in books):
        return
    needed = next(r for r in inventory.REQUIRED if r.role == "teknik")
    raise DataError(
        "PTS:s tabellbilaga teknik saknas.",
        file=raw / "pts",
        expected=needed.what,
        found=", ".join(f"{b.path.name} ({b.remark or ', '.join(b.tables)})" for b in books) or "inga arbetsböcker",
        action=f"Hämta den hos {needed.source}, och lägg den i {raw / 'pts'}.",
    )


def require_year(books: Sequence[Book], year: int) -> None:
    """Stop when no workbook has techniques for the configured year."""
    years = sorted({y for b in books for y in b.years("teknik")})
    if year not in years:
        raise DataError(
            f"Ingen arbetsbok har teknik för år {year}.",
            file=books[0].path.parent,
            column="Årtal",
            expected=str(year),
            found=", ".join(map(str, years)),
            action="Ändra pts.ar i konfigurationen, eller lägg dit årets tabellbilaga.",
        )


def note_books(
    books: Sequence[Book], used: dict[str, Book | None], years: dict[str, int], raw: Path, ledger: Ledger
) -> None:
    """Write what every workbook was used for, or why it was not, into the ledger."""
    facts: list[SourceFile] = []
    for book in books:
        mine = [role for role in ROLES if used.get(role) is book]
        if mine:
            ledger.entries += book.ledger.entries
        for role in ROLES:
            facts += _facts(book, role, role in mine, years.get(role), raw)
            if role in mine:
                older = book.tables[role]["ar"] != years[role]
                ledger.add(
                    "upplysning",
                    book.source,
                    f"rader om andra år än {years[role]} ({role})",
                    int(older.sum()),
                    "används inte",
                    book.years(role),
                )
        if not book.tables:
            ledger.entries += book.ledger.entries
            role = "historik" if book.remark == _HISTORIC else "okänd"
            facts.append(_fact(book, role, False, book.remark, None, raw))
            ledger.add("upplysning" if role == "historik" else "varning", book.source, book.remark, 1, "används inte")
        if "historik" in book.tables:
            ledger.entries += book.ledger.entries
            years_held = book.years("historik")
            span = f"har {years_held[0]}–{years_held[-1]}"
            facts.append(_fact(book, "historik", True, span, years_held[-1], raw))
    ledger.facts.setdefault("filer", []).extend(facts)


def _facts(book: Book, role: str, used: bool, year: int | None, raw: Path) -> list[SourceFile]:
    years = book.years(role)
    if not years:
        return []
    if used:
        return [_fact(book, role, True, f"har {role} för {year}", year, raw)]
    held = ", ".join(map(str, years))
    return [
        _fact(
            book,
            role,
            False,
            f"gäller {held}; {year or 'inget år'} används, de andra åren bara i historiken",
            years[-1],
            raw,
        )
    ]


def _fact(book: Book, role: str, used: bool, why: str, year: int | None, raw: Path) -> SourceFile:
    return role_files.fact(
        book.path,
        raw,
        role,
        used=used,
        why=why,
        year=year,
        date=f"{year}-10-01" if year else None,
        publisher=PTS.publisher,
        licence=PTS.licence,
        demo=demo_mark(book.path),
    )


def _kind(sheet: Sheet) -> str:
    """Return what a sheet is: ``historik``, ``fast``, ``mobil``, ``osagt`` (a table that does not say), or empty."""
    top, texts = _historic_header(sheet)
    if texts:
        fixed = [m.text for m in measured(texts)]
        mobile = [t for t in texts if says_mobile(t) and t not in fixed]
        if not fixed and not mobile:
            return _mobile_or_none(sheet) or "osagt"
        measures = subject(sheet, top, fixed, mobile, any(bas_of(t) for t in fixed))
        require_access(sheet, top)
        return "historik" if measures == FAST else measures or "osagt"
    table = False
    for role in (TEKNIK, HASTIGHET):
        header = find_header(sheet, role.classify, role.accept)
        if header:
            table = True
            fixed = [header.texts[c] for f, c in header.columns.items() if "|" in f and f[:5] != "antal"]
            mobile = [t for t in header.texts if says_mobile(t) and technique_field(t) is None]
            counted = any(f == "bas" or f.startswith("antal|") for f in header.columns)
            measures = subject(sheet, header.first, fixed, mobile, counted)
            if measures:
                require_access(sheet, header.first)
                return measures
    if table:
        return "osagt"
    return _mobile_or_none(sheet)


def _mobile_or_none(sheet: Sheet) -> str:
    """Return ``mobil`` for a sheet with a table of places that speaks of mobile coverage, else empty."""
    if not has_places(sheet):
        return ""
    texts = [c for row in sheet.rows[:TITLE_ROWS] for c in row if isinstance(c, str)]
    fixed = [t for t in texts if "|" in (technique_field(t) or ("", 0))[0]]
    mobile = [t for t in texts if says_mobile(t) and t not in fixed]
    if title_kind(sheet, TITLE_ROWS) != MOBIL and (not mobile or len(fixed) > 1):
        return ""
    require_access(sheet, 0)
    return subject(sheet, TITLE_ROWS, fixed, mobile, False)


def _historic_header(sheet: Sheet) -> tuple[int, list[str]]:
    """Return first row and texts of a header with several years side by side; no texts when there is none."""
    for top in range(min(SCAN_ROWS, len(sheet.rows))):
        for depth in range(1, min(MAX_DEPTH, len(sheet.rows) - top) + 1):
            texts = header_texts(sheet, top, depth)
            if is_historic(texts):
                return top, texts
    return 0, []


def _explain(book: Book, sheets: list[Sheet]) -> None:
    """Say why a workbook has no table of use: an error where its name promised one, else a remark."""
    promises: tuple[tuple[str, Classify, str], ...] = (
        ("*teknik*", technique_field, f"{AREA_HEADERS}, {', '.join(TECHNIQUE_HEADERS.values())}"),
        ("*hastighet*", speed_field, f"{AREA_HEADERS} och kolumner som «Tillgång till minst 100 Mbit/s»"),
    )
    for pattern, classify, expected in promises:
        # «mobiltäckning» is known by its own name; a file of PTS's may also hold the word teknik in a title
        if role_files.fits(book.path.name, pattern) and not role_files.fits(book.path.name, "*mobil*"):
            label, texts = nearest_header(sheets, classify)
            raise DataError(
                "Ingen rubrikrad i arbetsboken känns igen.",
                file=label or book.path,
                expected=expected,
                found=printable(", ".join(texts) or "inga rubriker"),
                action="Kontrollera att filen är PTS:s tabellbilaga; annars ta bort den ur mappen.",
            )
    book.remark = "ingen tabell känns igen (väntade ett blad om yttäckning med kolumnen Kommun eller Län)"
