"""PTS's byggnadsförteckning: the buildings that may get support in a year, as a list (CSV or workbook).

A row is a building: by the address id it has, by a coordinate, or both. It is matched to the addresses later, as
evidence is (``goals/eligible_buildings.py``). A designation of real property alone names no address: the register of
addresses has none.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pipelines.core.errors import DataError, printable
from pipelines.core.publishers import PTS
from pipelines.formats.gpkg_contents import plain
from pipelines.formats.headers import words
from pipelines.formats.xlsx import read_sheets
from pipelines.incoming import role_files
from pipelines.incoming.marks import demo_mark
from pipelines.read.tackning import evidence_rows as rows
from pipelines.read.tackning.evidence_source import Source, coded, lost
from pipelines.tables import contracts
from pipelines.tables.source_tables import BYGGNADSFORTECKNING

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.ledger import Ledger

ROLE = "byggnadsforteckning"
NAMES = {
    "byggnad_id": ("byggnad_id", "byggnadsid", "byggnads_id", "byggnadsidentitet", "byggnad_objektidentitet", "husid"),
    **{c: rows.ADDRESS_NAMES[c] for c in ("adress_id", "e", "n", "kommunkod")},
    "fastighet": ("fastighetsbeteckning", "fastighet", "fastighets_beteckning", "fastighetsbet"),
    "byggnadstyp": ("byggnadstyp", "typ", "byggnadsandamal", "andamal", "anvandning", "kategori"),
}
KINDS = {
    "hushall": ("hushall", "bostad", "bostader", "permanentbostad", "permanentboende", "smahus", "flerbostadshus"),
    "arbetsstalle": ("arbetsstalle", "arbetsstallen", "verksamhet", "verksamheter", "foretag", "arbetsplats"),
    "fritidshus": ("fritidshus", "fritidsbostad", "fritidsboende", "sommarhus"),
}
_KIND_OF = {word: kind for kind, texts in KINDS.items() for word in texts}
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_HEADER_ROWS = 30
_WHERE = ("adress_id", "e", "n", "fastighet")


def read_building_lists(raw: Path, region: Region, ledger: Ledger) -> pd.DataFrame:
    """Return ``byggnadsforteckning``: every building of the län on the year's lists; empty without any.

    Raises
    ------
    DataError
        Lists of two years, without a usable place, with an unknown kind of building, or without a row for the län.
    """
    found = role_files.matching(raw / PTS.folder, *PTS.roles[ROLE])
    years = {path: _year(path) for path in found}
    if len(set(years.values())) > 1:
        raise DataError(
            "Byggnadsförteckningar för olika år ligger bredvid varandra.",
            file=raw / PTS.folder,
            expected="ett års förteckning",
            found=", ".join(p.name for p in found),
            action="Behåll årets; taket räknas av det antal byggnader den har.",
        )
    parts = [_one(path, years[path], region, ledger) for path in found]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=BYGGNADSFORTECKNING.names)
    kinds = {"text": "str", "heltal": "Int64", "decimal": "float64"}
    frame = frame[BYGGNADSFORTECKNING.names].astype({c.name: kinds[c.kind] for c in BYGGNADSFORTECKNING.columns})
    frame["rad"] = frame["rad"].astype("int64")
    frame = _once(frame, ledger)
    if found and frame.empty:
        raise DataError(
            "PTS:s byggnadsförteckning har ingen byggnad i länet.",
            file=found[0],
            expected=f"byggnader i {region.lan.namn}",
            action="Lägg dit länets förteckning, eller ta bort filen: utan den räknas de stödberättigade ur våra "
            "uppgifter.",
        )
    for path in found:
        ledger.facts.setdefault("filer", []).append(
            role_files.fact(
                path,
                raw,
                ROLE,
                used=True,
                why="avgör vilka byggnader som kan få stöd",
                year=years[path],
                date=None,
                publisher=PTS.publisher,
                licence=PTS.licence,
                demo=demo_mark(path),
            )
        )
    return contracts.check(frame, BYGGNADSFORTECKNING)


def _year(path: Path) -> int | None:
    said = _YEAR.search(path.stem)
    return int(said[1]) if said else None


def _one(path: Path, year: int | None, region: Region, ledger: Ledger) -> pd.DataFrame:
    source = _of_sheet(path) if path.suffix.lower() == ".xlsx" else rows.read_list(path, NAMES, (), ledger)
    n = len(source.rows)
    by_point = {"e", "n"} <= set(source.columns)
    if "adress_id" not in source.columns and not by_point:
        raise _placeless(source)
    if not n:
        raise DataError(
            "Byggnadsförteckningen har inga rader.",
            file=path,
            expected="en rad per byggnad",
            action="Lägg dit hela förteckningen, eller ta bort filen: utan den räknas de stödberättigade ur våra "
            "uppgifter.",
        )
    ids = rows.address_ids(source)
    named = ids.is_valid().to_numpy(zero_copy_only=False)
    claimed, elsewhere = rows.claimed_kommun(source, region, ledger)
    e, north = (np.where(elsewhere, np.nan, rows.metres(source, c, ledger)) for c in ("e", "n"))
    inside = rows.inside_sweden(source, e, north, "e") if by_point else np.zeros(n, dtype=bool)
    rows.drop(source, elsewhere, "byggnader i kommuner utanför länet", ledger)
    keep = ~elsewhere
    only_property = keep & ~named & ~inside
    if "fastighet" in source.columns and (source.codes("fastighet")[only_property] >= 0).sum() > 0.5 * keep.sum():
        raise _placeless(source)
    lost(source, only_property, "byggnader utan adress_id och utan koordinat i Sverige", ledger)
    keep &= named | inside
    kind = _kinds(source, region, ledger)
    columns: dict[str, Any] = {
        "fil": coded(np.zeros(n, dtype=np.int32), (source.name,)),
        "byggnad_id": source.columns.get("byggnad_id"),
        "adress_id": ids,
        "byggnadstyp": coded(kind, tuple(KINDS)),
        "kommunkod_fil": claimed,
    }
    texts = {c: [""] * n if v is None else v.cast("string").fill_null("").to_pylist() for c, v in columns.items()}
    there = inside & keep
    frame = pd.DataFrame({**texts, "rad": source.rows, "e_m": np.where(there, e, np.nan)})
    frame["n_m"], frame["ar"] = np.where(there, north, np.nan), pd.array([year] * n, dtype="Int64")
    frame["byggnad_id"] = frame["byggnad_id"].str.strip()
    return frame[keep]


def _kinds(source: Source, region: Region, ledger: Ledger) -> np.ndarray:
    """Return each row's kind of building as its place in :data:`KINDS`, -1 where nothing is said.

    Raises
    ------
    DataError
        A kind that is none of those known.
    """
    if "byggnadstyp" not in source.columns:
        ledger.add(
            "antagen",
            source.label,
            "byggnadsförteckningen säger inte vad byggnaderna är (kolumnen byggnadstyp)",
            len(source.rows),
            "alla räknas som byggnader med hushåll eller arbetsställe; fritidshus ska inte räknas i taket",
        )
        return np.full(len(source.rows), -1)
    texts = source.texts("byggnadstyp")
    kind = [_kind(t) for t in texts]
    unknown = [i for i, k in enumerate(kind) if k is None]
    if unknown:
        raise source.error(
            f"Okänd byggnadstyp: {', '.join(f'«{printable(texts[i], 40)}»' for i in unknown[:5])}.",
            np.isin(source.codes("byggnadstyp"), unknown),
            "byggnadstyp",
            ", ".join(KINDS),
            "Skriv om värdet till något av de väntade. En byggnad med både hushåll och arbetsställe: hushall.",
        )
    found: np.ndarray = np.array([*kind, -1], dtype=np.int64)[source.codes("byggnadstyp")]
    return found


def _kind(text: str) -> int | None:
    """Return the place of the kind that a text says; one that says several is the first of them."""
    if not text.strip():
        return -1
    whole = words(text)
    said = {_KIND_OF[w] for w in (whole, *re.split(r"\boch\b|\beller\b|\s", whole)) if w.strip() in _KIND_OF}
    return min((list(KINDS).index(k) for k in said), default=None)


def _once(frame: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """Return every building once: by its own id, else by its address or its point."""
    own = (frame["byggnad_id"] != "").to_numpy()
    place = ["byggnad_id", "adress_id", "e_m", "n_m"]
    again = np.where(own, frame["byggnad_id"].duplicated(), frame[place].duplicated())
    examples = [f"{f}, rad {r}" for f, r in zip(frame["fil"][again], frame["rad"][again], strict=True)]
    ledger.add(
        "bortfall",
        f"{PTS.folder}/{ROLE}",
        "rader som upprepar en byggnad",
        int(again.sum()),
        "räknas en gång",
        examples,
    )
    return frame[~again].reset_index(drop=True)


def _placeless(source: Source) -> DataError:
    by_property = "fastighet" in source.columns
    return DataError(
        "Byggnadsförteckningen säger bara fastighet, och adressregistret har inga fastighetsbeteckningar."
        if by_property
        else "Byggnadsförteckningen säger inte var byggnaderna ligger.",
        file=source.path,
        row=1,
        column="adress_id",
        expected="kolumnen adress_id, eller kolumnerna e och n (SWEREF 99 TM)",
        found=printable(", ".join((*source.headers.values(), *source.unread))),
        action="Lägg till adressens id eller byggnadens koordinat på varje rad"
        + (", till exempel ur fastighetsregistret." if by_property else "."),
    )


def _of_sheet(path: Path) -> Source:
    """Return the first sheet of a workbook that has a header we know, as columns of texts.

    Raises
    ------
    DataError
        When no sheet has one.
    """
    wanted = {plain(name): column for column, names in NAMES.items() for name in names}
    sheets = read_sheets(path)
    for sheet in sheets:
        for top, row in enumerate(sheet.rows[:_HEADER_ROWS]):
            names = [str(x) for x in row]
            at: dict[str, int] = {}
            for i, name in enumerate(names):
                column = wanted.get(plain(name))
                if column in at:
                    raise DataError(
                        "Två kolumner kan vara samma uppgift.",
                        file=path,
                        row=top + 1,
                        column=str(column),
                        expected="en kolumn",
                        found=f"{names[at[str(column)]]} och {name}",
                        action="Ta bort eller döp om den ena.",
                    )
                if column:
                    at[column] = i
            if set(at) & set(_WHERE):
                return _columns(path, sheet.rows, top, names, at)
    raise DataError(
        "Inget blad i arbetsboken har en byggnadsförteckning.",
        file=path,
        expected="ett blad med rubrikerna adress_id, eller e och n",
        found=", ".join(printable(s.name, 40) for s in sheets),
        action="Kontrollera arbetsboken, eller spara förteckningen som CSV (UTF-8).",
    )


def _columns(path: Path, sheet: list[list[Any]], top: int, names: list[str], at: dict[str, int]) -> Source:
    import pyarrow as pa

    body = [(i, row) for i, row in enumerate(sheet[top + 1 :], top + 2) if any(x != "" for x in row)]
    cells = {c: [row[i] if i < len(row) else "" for _, row in body] for c, i in at.items()}
    columns = {c: pa.array([_text(x) for x in v], pa.string()).dictionary_encode() for c, v in cells.items()}
    typed = frozenset(c for c, v in cells.items() if all(isinstance(x, int | float) or x == "" for x in v))
    unread = tuple(n for i, n in enumerate(names) if i not in at.values() and n)
    return Source(
        path,
        path.name,
        np.array([i for i, _ in body], dtype=np.int64),
        columns,
        {c: names[i] for c, i in at.items()},
        unread,
        typed,
    )


def _text(value: Any) -> str | None:
    if value == "":
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
