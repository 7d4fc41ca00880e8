"""PTS's workbooks and Kolada: the published shares that everything here is measured by."""

from __future__ import annotations

import pandas as pd

from pipelines.config.region import Region
from pipelines.core.files import write_table
from pipelines.core.ledger import Ledger
from pipelines.core.paths import Paths
from pipelines.core.publishers import KOLADA
from pipelines.incoming import role_files
from pipelines.incoming.marks import demo_mark
from pipelines.read.kolada.kolada_answers import read_kolada
from pipelines.read.pts.building_list import read_building_lists
from pipelines.read.pts.pts_areas import AREA_COLUMNS, require_kommuner
from pipelines.read.pts.pts_checks import check_speeds, check_teknik, note_lan
from pipelines.read.pts.pts_editions import Book, edition, note_books, read_book, require_teknik, require_year
from pipelines.read.pts.pts_series import series_table
from pipelines.tables import contracts, source_tables
from pipelines.tables.history_tables import PTS_HISTORIK

PATTERNS = ("*teknik*.xlsx", "*hastighet*.xlsx", "*mobil*.xlsx", "*historisk*.xlsx")
_ORDER = {"riket": 0, "lan": 1, "kommun": 2}


def run(region: Region, paths: Paths) -> None:
    """Read PTS's workbooks and Kolada; write their tables and the ledger.

    Raises
    ------
    DataError
        When *teknik* is missing, two files claim the same year, a kommun is missing, or a figure is
        impossible.
    """
    ledger = Ledger("pts")
    books = [read_book(p, region) for p in role_files.matching(paths.raw / "pts", *PATTERNS)]
    require_teknik(books, paths.raw)
    year = region.pts.ar or max(y for b in books for y in b.years("teknik"))
    require_year(books, year)
    used = {
        "teknik": edition(books, "teknik", year),
        "hastighet": edition(books, "hastighet", year),
        "mobil": edition(books, "mobil", _mobil_year(books, year)),
    }
    years = {"teknik": year, "hastighet": year, "mobil": _mobil_year(books, year)}
    note_books(books, used, years, paths.raw, ledger)
    if years["mobil"] != year:
        books_of = [b.source for b in books if years["mobil"] in b.years("mobil")]
        ledger.add(
            "varning",
            ", ".join(books_of) or "pts",
            f"mobil täckning gäller {years['mobil']}, teknik {year}",
            1,
            "visas med sitt år",
        )
    speeds = sorted({y for b in books for y in b.years("hastighet")})
    if speeds and used["hastighet"] is None:
        with_speeds = ", ".join(b.source for b in books if b.years("hastighet"))
        ledger.add(
            "varning",
            with_speeds,
            f"hastighet finns för {', '.join(map(str, speeds))}, teknik gäller {year}",
            1,
            "hastighet används inte: riktvärdena räknas ur teknik och Kolada",
        )
    teknik = teknik_table(used["teknik"], year, region, ledger)
    speeds = hastighet_table(used["hastighet"], year, region, ledger)
    if used["hastighet"] and used["teknik"]:
        check_speeds(speeds, teknik, region, (used["hastighet"].source, used["teknik"].source), ledger)
    tables = (
        (source_tables.PTS_TEKNIK, teknik),
        (source_tables.PTS_HASTIGHET, speeds),
        (source_tables.PTS_MOBIL, mobil_table(used["mobil"], years["mobil"], region, ledger)),
        (source_tables.KOLADA, kolada_table(region, paths, year, ledger)),
        (PTS_HISTORIK, series_table(books, region, ledger)),
    )
    for contract, table in tables:
        write_table(contracts.check(conformed(table, contract), contract), paths.table(contract.name))
    write_table(read_building_lists(paths.raw, region, ledger), paths.table("byggnadsforteckning"))
    ledger.facts["ar"] = year
    ledger.save(paths.ledger("pts"))


def teknik_table(book: Book | None, year: int, region: Region, ledger: Ledger) -> pd.DataFrame:
    """Return PTS_TEKNIK: one row per area, class and unit; columns PTS left out are NaN and noted."""
    assert book is not None
    frame = book.tables["teknik"]
    frame = check_teknik(frame[frame["ar"] == year], region, book.source, ledger)
    note_lan(frame, region, book.source, "teknik", ledger)
    lacking = [c for c in source_tables.TEKNIK_COLUMNS if c not in frame]
    ledger.add("varning", book.source, "kolumner som saknas i arbetsboken", len(lacking), "lämnades tomma", lacking)
    frame = frame.assign(**{c: float("nan") for c in lacking})
    frame = frame.rename(columns={c: f"andel_{c}" for c in source_tables.TEKNIK_COLUMNS})
    return _sorted(frame)


def hastighet_table(book: Book | None, year: int, region: Region, ledger: Ledger) -> pd.DataFrame:
    """Return PTS_HASTIGHET: one row per area, class, unit, measure and threshold; empty without a book."""
    if book is None:
        return pd.DataFrame(columns=source_tables.PTS_HASTIGHET.names)
    frame = book.tables["hastighet"]
    frame = frame[frame["ar"] == year]
    kommuner = frame[(frame["niva"] == "kommun") & (frame["bas"] == "hushall")]
    require_kommuner(set(kommuner["kommunkod"]), region, str(frame["blad"].iloc[0]), list(kommuner["omrade"]))
    measures = [c for c in frame.columns if c.startswith(("tillgang_", "passerad_"))]
    long = frame.melt([*AREA_COLUMNS], measures, value_name="andel")
    long[["matt", "troskel_mbit"]] = long.pop("variable").str.split("_", expand=True)
    long["troskel_mbit"] = long["troskel_mbit"].astype("int64")
    blank = long["andel"].isna()
    ledger.add(
        "upplysning",
        book.source,
        "andelar utan uppgift",
        int(blank.sum()),
        "nästa källa används där",
        [f"{r.omrade}, {r.omradestyp}, {r.matt} {r.troskel_mbit}" for r in long[blank].head(10).itertuples()],
    )
    return _sorted(long[~blank], "matt", "troskel_mbit")


def mobil_table(book: Book | None, year: int, region: Region, ledger: Ledger) -> pd.DataFrame:
    """Return PTS_MOBIL: one row per area and column of shares; empty without a book."""
    if book is None:
        return pd.DataFrame(columns=source_tables.PTS_MOBIL.names)
    frame = book.tables["mobil"]
    frame = frame[frame["ar"] == year]
    lacking = [k.namn for k in region.lan.kommuner if k.kod not in set(frame["kommunkod"])]
    ledger.add("varning", book.source, "kommuner utan uppgift om mobil täckning", len(lacking), "visas tomma", lacking)
    return _sorted(frame, "matt")


def kolada_table(region: Region, paths: Paths, year_of_teknik: int, ledger: Ledger) -> pd.DataFrame:
    """Return KOLADA from every answer saved under ``kolada``; empty without any.

    It is told when none has values for the year of the techniques.
    """
    found = role_files.matching(paths.raw / "kolada", "*.json")
    table, newest = read_kolada(found, region, ledger)
    facts = ledger.facts.setdefault("filer", [])
    for path in found:
        year = newest[path]
        why = "har inga värden för nyckeltalen" if year is None else "har värden för PTS:s nyckeltal"
        fact = role_files.fact(
            path,
            paths.raw,
            "kolada",
            used=year is not None,
            why=why,
            year=year,
            date=f"{year}-10-01" if year else None,
            publisher=KOLADA.publisher,
            licence=KOLADA.licence,
            demo=demo_mark(path),
        )
        facts.append(fact)
    known = set(table.loc[table["andel"].notna(), "ar"])
    ledger.add(
        "upplysning",
        "kolada",
        f"inga värden för {year_of_teknik}, det år som teknik gäller",
        int(bool(known) and year_of_teknik not in known),
        f"bara i historiken, till och med {max(known, default='')}",
    )
    return table


def conformed(table: pd.DataFrame, contract: contracts.Table) -> pd.DataFrame:
    """Return the contract's columns with its types, also for a table without rows."""
    kinds = {"text": "str", "heltal": "int64", "decimal": "float64", "ja_nej": "bool"}
    types = {c.name: "Int64" if c.kind == "heltal" and c.nullable else kinds[c.kind] for c in contract.columns}
    return table[contract.names].astype(types).reset_index(drop=True)


def _mobil_year(books: list[Book], year: int) -> int:
    """Return the year of mobile coverage: the same as the techniques', else the newest there is."""
    years = {y for b in books for y in b.years("mobil")}
    return year if year in years or not years else max(years)


def _sorted(frame: pd.DataFrame, *more: str) -> pd.DataFrame:
    keys = ["ar", "bas", "niva", "omrade", "omradestyp", *more]
    return frame.sort_values(
        [k for k in keys if k in frame],
        key=lambda s: s.map(_ORDER) if s.name == "niva" else s,
        kind="stable",
        ignore_index=True,
    )
