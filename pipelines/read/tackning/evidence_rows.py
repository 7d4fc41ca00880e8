"""Rows of evidence: per address, per 250 m cell, per area. One function per kind of file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pipelines.config.region import Region
from pipelines.core import cell_grid
from pipelines.core.errors import DataError, printable
from pipelines.core.facts import rows_by_file
from pipelines.core.files import EPSG
from pipelines.core.ledger import Ledger
from pipelines.formats import gpkg, wkb
from pipelines.formats.crs_guess import Judge, fitting_system
from pipelines.formats.csvfile import read_csv
from pipelines.formats.ids import BY_EXCEL, normal_ids
from pipelines.incoming.role_files import is_answers
from pipelines.read.lantmateriet.address_rows import LANSKODER
from pipelines.read.tackning import answers, cell_ids
from pipelines.read.tackning.evidence_columns import NAMES, OPTIONAL, REQUIRED, common_columns
from pipelines.read.tackning.evidence_source import MAX_STRAYS, Floats, Mask, Source, coded, lost, numbers, share
from pipelines.tables import contracts, source_tables

if TYPE_CHECKING:
    import geopandas as gpd
    import pyarrow as pa
    from numpy.typing import NDArray

ID_NAMES = (
    "adress_id",
    "adressid",
    "objektidentitet",
    "belagenhetsadress_objektidentitet",
    "uuid",
    "uuidadrpl",
    "adressplats_uuid",
    "adress_uuid",
)
"""Among them the regulator's own for its list of addresses (``uuidadrpl``)."""
ADDRESS_NAMES = {
    "adress_id": ID_NAMES,
    "e": ("e", "e_m", "ost", "easting", "x", "sweref_e", "sweref99_e", "e_koordinat", "koordinat_e"),
    "n": ("n", "n_m", "nord", "northing", "y", "sweref_n", "sweref99_n", "n_koordinat", "koordinat_n"),
    **NAMES,
    "operator": ("operator", "natagare", "leverantor"),
    "kommunkod": ("kommunkod", "kommun_kod"),
}
CELL_NAMES = {
    **cell_ids.NAMES,
    **NAMES,
    "andel": ("andel", "andel_hushall", "andel_pct", "andel_procent", "andel_hushall_pct", "share"),
    "svar": ("svar",),
}
COORDINATES_M = (100_000.0, 8_000_000.0)
"""Metres that a coordinate in SWEREF 99 TM can be, where its separators leave two readings."""
_OUTSIDE = "rader med koordinat utanför Sverige"


def address_rows(path: Path, region: Region, ledger: Ledger, near: Judge | None = None) -> pd.DataFrame:
    """Return EVIDENS_ADRESS of one file: every usable row, by address id or by coordinate (EPSG:3006).

    Parameters
    ----------
    near : callable, optional
        Tells which share of coordinates lies at addresses: with it an error can name the right system.

    Raises
    ------
    DataError
        Unknown technique or status, impossible speeds, coordinates outside Sweden, ids that Excel destroyed.
    """
    source = read_list(path, ADDRESS_NAMES, (), ledger)
    if "adress_id" not in source.columns and not {"e", "n"} <= set(source.columns):
        raise DataError(
            "Listan säger inte vilka adresser den gäller.",
            file=path,
            row=1,
            column="adress_id",
            expected="kolumnen adress_id, eller kolumnerna e och n (SWEREF 99 TM)",
            found=_headers(source),
            action="Lägg till kolumnen.",
        )
    _require_said(source)
    ids = address_ids(source)
    named = ids.is_valid().to_numpy(zero_copy_only=False)
    claimed, elsewhere = claimed_kommun(source, region, ledger)
    e, n = (np.where(elsewhere, np.nan, metres(source, c, ledger)) for c in ("e", "n"))
    there = ~np.isnan(e) & ~np.isnan(n)
    inside = inside_sweden(source, e, n, "e", near)
    columns, keep = common_columns(source, region, ledger)
    drop(source, keep & elsewhere, "rader i kommuner utanför länet", ledger)
    keep &= ~elsewhere
    lost(source, keep & ~named & ~there, "rader utan adress_id och utan koordinat", ledger)
    drop(source, keep & ~named & there & ~inside, _OUTSIDE, ledger)
    keep &= named | inside
    e, n = np.where(inside, e, np.nan), np.where(inside, n, np.nan)
    columns |= {
        "adress_id": ids,
        "e_m": e,
        "n_m": n,
        "operator": source.columns.get("operator"),
        "kommunkod_fil": claimed,
    }
    return _frame(columns, keep, source_tables.EVIDENS_ADRESS, source, ledger)


def cell_rows(path: Path, region: Region, ledger: Ledger) -> pd.DataFrame:
    """Return EVIDENS_RUTA of one file: every usable row, its cell as ``rutid``; larger squares spread.

    Raises
    ------
    DataError
        An id or a size that is none, a share outside 0–1, unknown technique or status, impossible speeds.
    """
    source = read_list(path, CELL_NAMES, (), ledger)
    if not {"rutid_scb", "rutid_inspire"} & set(source.columns):
        raise DataError(
            "Listan säger inte vilka rutor den gäller.",
            file=path,
            row=1,
            column="rutid_scb",
            expected="kolumnen rutid_scb eller rutid_inspire",
            found=_headers(source),
            action="Lägg till kolumnen.",
        )
    answered = is_answers(source.name)
    _require_said(source, *(() if answered and "svar" in source.columns else ("andel",)))
    cell, side, blank = cell_ids.squares(source, ledger)
    e, n = (np.where(blank, np.nan, x) for x in cell_grid.corner(cell))
    column = "rutid_scb" if "rutid_scb" in source.columns else "rutid_inspire"
    inside = inside_sweden(source, e, n, column)
    part = answers.shares(source, ledger) if answered else share(source, "andel", ledger)
    given = part[~np.isnan(part)]
    ledger.add(
        "varning",
        source.label,
        "alla andelar i filen är 0",
        0 if answered or given.any() else len(given),
        "ingen adress blir täckt av filen; kontrollera kolumnen",
    )
    columns, keep = common_columns(source, region, ledger)
    lost(source, keep & blank, "rader utan rut-id", ledger)
    drop(source, keep & ~blank & ~inside, _OUTSIDE, ledger)
    keep &= inside
    if answered:
        answers.note(source, cell, part, keep, ledger)
    else:
        lost(source, keep & np.isnan(part), "rader utan andel", ledger)
    columns |= {"rutid": cell, "andel": part}
    frame = _frame(columns, keep & ~np.isnan(part), source_tables.EVIDENS_RUTA, source, ledger, {"storlek_m": side})
    sides = side[np.searchsorted(source.rows, frame["rad"].to_numpy())]
    return cell_ids.spread(frame, sides, source.label, ledger)


def area_rows(path: Path, region: Region, ledger: Ledger) -> gpd.GeoDataFrame:
    """Return EVIDENS_OMRADE of one GeoPackage: every polygon, valid, as MultiPolygon (EPSG:3006).

    Raises
    ------
    DataError
        Wrong CRS, no polygons, outside Sweden, unknown technique or status, impossible speeds.
    """
    import geopandas as gpd
    import pyarrow as pa
    import shapely

    layer = gpkg.require_geometry(gpkg.find(path, gpkg.layers(path), NAMES, optional=OPTIONAL))
    table = gpkg.read(layer, NAMES)
    there = [c for c in NAMES if c in table.column_names]
    typed = frozenset(c for c in there if gpkg.is_number(table.column(c)))
    texts = {c: table.column(c).cast(pa.string()).combine_chunks() for c in there}
    headers = {c: gpkg.actual(layer, NAMES[c]) or c for c in NAMES}
    rows = np.arange(1, table.num_rows + 1)
    encoded = {c: t.dictionary_encode() for c, t in texts.items()}
    source = Source(path, path.name, rows, encoded, headers, typed=typed)
    columns, keep = common_columns(source, region, ledger)
    shapes = wkb.polygons(table.column("wkb"), path, ledger=ledger, source=source.label)
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    lost(source, keep & empty, "ytor utan geometri", ledger)
    west, south, east, north = shapely.bounds(shapes).T if len(rows) else np.empty((4, 0))
    wkb.require_sweden(np.append(west, east), np.append(south, north), path)
    keep &= ~empty
    frame = _frame(columns, keep, source_tables.EVIDENS_OMRADE, source, ledger)
    kept = shapes[frame["rad"].to_numpy() - 1]
    single = shapely.get_type_id(kept) == 3
    kept[single] = (
        shapely.multipolygons(kept[single], indices=np.arange(single.sum())) if single.any() else kept[single]
    )
    return gpd.GeoDataFrame(frame, geometry=kept, crs=EPSG)


def read_list(path: Path, names: dict[str, tuple[str, ...]], required: tuple[str, ...], ledger: Ledger) -> Source:
    """Return a list's wanted columns, telling of rows whose letters were lost when it was saved."""
    read = read_csv(path, names, required)
    source = Source(path, path.name, read.rows, read.columns, read.headers, tuple(read.unread))
    broken = np.zeros(len(read.rows), dtype=bool)
    for column in read.columns:
        spoilt = [i for i, t in enumerate(source.texts(column)) if "\N{REPLACEMENT CHARACTER}" in t]
        broken |= np.isin(source.codes(column), spoilt)
    ledger.add(
        "varning",
        source.label,
        "rader med tecken som gick sönder när filen sparades (�)",
        int(broken.sum()),
        "lästes som de står; spara listan på nytt som CSV (UTF-8)",
        (f"rad {r}" for r in source.rows[broken][:10]),
    )
    return source


def _headers(source: Source) -> str:
    return printable(", ".join((*source.headers.values(), *source.unread)))


def _require_said(source: Source, *more: str) -> None:
    """Stop when the list lacks what evidence must say, showing the headers that it has.

    Raises
    ------
    DataError
    """
    lacking = [c for c in (*REQUIRED, *more) if c not in source.columns]
    if lacking:
        nothing = not set(REQUIRED) & set(source.columns)
        raise DataError(
            "Listan säger var, men inget om täckning." if nothing else "Listan saknar kolumner.",
            file=source.path,
            row=1,
            column=", ".join(lacking),
            expected=", ".join((*REQUIRED, *OPTIONAL, *more)),
            found=_headers(source),
            details=["En lista över adresser utan teknik, hastighet och status hör inte hemma i tackning/."] * nothing,
            action="Lägg till eller döp om kolumnerna på listans första rad.",
        )


def address_ids(source: Source) -> pa.DictionaryArray:
    """Return each row's address id in its one form, null where there is none.

    Raises
    ------
    DataError
        An id that Excel has rewritten as a rounded number.
    """
    import pyarrow.compute as pc

    if "adress_id" not in source.columns:
        return coded(np.full(len(source.rows), -1), ("",))
    column = source.columns["adress_id"]
    spoilt = pc.match_substring_regex(column.dictionary, BY_EXCEL).to_numpy(zero_copy_only=False)
    where = np.append(spoilt.astype(bool), False)[source.codes("adress_id")]
    if where.any():
        raise source.error(
            "Ett adress-id har skrivits om till ett avrundat tal.",
            where,
            "adress_id",
            "id:t som det står hos Lantmäteriet, till exempel 6611a2b1-4011-5f0c-bcd0-309e19a25d78",
            "Ta ut listan på nytt med id som text; Excel skriver annars långa tal som 4,01E+12.",
        )
    found: pa.DictionaryArray = normal_ids(column.dictionary).take(column.indices).dictionary_encode()
    return found


def metres(source: Source, column: str, ledger: Ledger) -> Floats:
    """Return a column of coordinates.

    Raises
    ------
    DataError
        When numbers are written so that their last digits are lost.
    """
    read = numbers(source, column, "meter i SWEREF 99 TM", ledger, plausible=COORDINATES_M)
    if read.rounded.sum() > MAX_STRAYS * len(read.rounded):
        raise source.error(
            "Koordinater är avrundade.",
            read.rounded,
            column,
            "meter med alla siffror, till exempel 6400812,5",
            "Ta ut listan på nytt med koordinaterna som vanliga tal; Excel skriver annars stora tal som 6,4E+06.",
        )
    ledger.add(
        "varning",
        source.label,
        f"{source.headers.get(column, column)} skriven med exponent",
        int(read.rounded.sum()),
        "lästes som den står",
    )
    return read.value


def claimed_kommun(source: Source, region: Region, ledger: Ledger) -> tuple[pa.DictionaryArray | None, Mask]:
    """Return the kommun that each row says, and which rows say one outside the län: those are not ours to match."""
    nowhere = np.zeros(len(source.rows), dtype=bool)
    if "kommunkod" not in source.columns:
        return None, nowhere
    codes = source.codes("kommunkod")
    said = [t.strip().removesuffix(".0") for t in source.texts("kommunkod")]
    said = [t.zfill(4) if t else "" for t in said]
    known = {k: i for i, k in enumerate(region.kommunkoder)}
    other = [
        i
        for i, k in enumerate(said)
        if k not in known and len(k) == 4 and k.isdigit() and k[:2] in LANSKODER and k[:2] != region.lan.kod
    ]
    strange = [i for i, k in enumerate(said) if k and k not in known and i not in set(other)]
    elsewhere = np.isin(codes, other)
    ledger.add(
        "varning",
        source.label,
        "rader med en kommunkod som inte finns i länet",
        int(np.isin(codes, strange).sum()),
        "kommunkoden används inte, raden matchas ändå",
        (printable(said[i], 20) for i in strange[:10]),
    )
    position = np.array([*(known.get(k, -1) for k in said), -1], dtype=np.int64)[codes]
    return coded(position, tuple(region.kommunkoder)), elsewhere


def _frame(
    columns: dict[str, Any],
    keep: Mask,
    contract: contracts.Table,
    source: Source,
    ledger: Ledger,
    apart: dict[str, Any] | None = None,
) -> pd.DataFrame:
    """Return the kept rows with the contract's columns, rows that repeat another dropped and counted.

    ``apart``: further columns in which repeated rows must agree too.
    """
    import pyarrow as pa

    n = len(keep)
    texts = {c.name for c in contract.columns if c.kind == "text"}
    full = {c: coded(np.full(n, -1), ("",)) if columns[c] is None else columns[c] for c in contract.names}
    if contract.geometry == "":
        told = {**full, **(apart or {})}
        same = pd.DataFrame({c: source_codes(v) for c, v in told.items() if c not in ("fil", "rad")})
        repeated = keep & same[keep].duplicated().reindex(range(n), fill_value=False).to_numpy()
        examples = [f"rad {r}" for r in source.rows[repeated][:10]]
        count = int(repeated.sum())
        ledger.add("bortfall", source.label, "rader som upprepar en annan", count, "räknades en gång", examples)
        keep = keep & ~repeated
    arrays = {c: v.cast(pa.string()).fill_null("") if c in texts else pa.array(v) for c, v in full.items()}
    table = pa.table(arrays).filter(pa.array(keep))
    rows_by_file(ledger.facts)[source.name] = {"lasta": n, "anvanda": table.num_rows}
    return table.to_pandas()


def source_codes(column: Any) -> NDArray[Any]:
    """Return a column as numbers that are equal where its values are."""
    if isinstance(column, np.ndarray):
        return column
    found: NDArray[Any] = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return found


def inside_sweden(source: Source, e: Floats, n: Floats, column: str, near: Judge | None = None) -> Mask:
    """Tell which coordinates lie in Sweden; a few may lie elsewhere, many stop.

    Raises
    ------
    DataError
        When more than ``MAX_STRAYS`` of them lie outside; with ``near`` it names the system that would fit.
    """
    there = ~np.isnan(e) & ~np.isnan(n)
    inside = there & (wkb.SWEDEN_E[0] <= e) & (e <= wkb.SWEDEN_E[1]) & (wkb.SWEDEN_N[0] <= n) & (n <= wkb.SWEDEN_N[1])
    outside = there & ~inside
    if outside.sum() > MAX_STRAYS * there.sum():
        i = int(np.argmax(outside))
        error = source.error(
            "Koordinater ligger utanför Sverige.",
            outside,
            column,
            "E 200000–1000000 och N 6100000–7700000 (SWEREF 99 TM, meter)",
            "Räkna om koordinaterna till SWEREF 99 TM (EPSG:3006).",
        )
        error.found = f"E {e[i]:.10g}, N {n[i]:.10g}"
        system = fitting_system(e, n, near) if near else None
        if system:
            error.details.append(f"Koordinaterna passar länets adresser i {system.label}.")
        if wkb.SWEDEN_E[0] <= n[i] <= wkb.SWEDEN_E[1] and wkb.SWEDEN_N[0] <= e[i] <= wkb.SWEDEN_N[1]:
            error.details.append("E och N ser ut att ha bytt plats.")
        elif abs(e[i]) <= 180 and abs(n[i]) <= 180:
            error.details.append("Koordinaterna ser ut att vara longitud och latitud.")
        raise error
    return inside


def drop(source: Source, where: Mask, reason: str, ledger: Ledger) -> None:
    """Note rows that are not used."""
    examples = [f"rad {r}" for r in source.rows[where][:10]]
    ledger.add("bortfall", source.label, reason, int(where.sum()), "används inte", examples)
