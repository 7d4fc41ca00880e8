"""Rows of evidence: per address, per 250 m cell, per area. One function per kind of file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pipelines import contracts, grid
from pipelines.errors import DataError
from pipelines.files import EPSG
from pipelines.ledger import Ledger
from pipelines.region import Region
from pipelines.sources import gpkg, wkb
from pipelines.sources.csvfile import read_csv
from pipelines.sources.evidence_columns import (
    NAMES,
    REQUIRED,
    Floats,
    Mask,
    Source,
    coded,
    common_columns,
    lost,
    numbers,
    share,
)

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

ADDRESS_NAMES = {
    "adress_id": ("adress_id", "adressid", "objektidentitet", "belagenhetsadress_objektidentitet", "uuid"),
    "e": ("e", "e_m", "ost", "easting", "x", "sweref_e", "e_koordinat", "koordinat_e"),
    "n": ("n", "n_m", "nord", "northing", "y", "sweref_n", "n_koordinat", "koordinat_n"),
    **NAMES,
    "operator": ("operator", "natagare", "leverantor"),
}
CELL_NAMES = {
    "rutid_scb": ("rutid_scb", "rutid", "ruta", "rut_id"),
    **NAMES,
    "andel": ("andel", "andel_hushall", "share"),
}
MAX_STRAYS = 0.01
"""Coordinates outside Sweden in more than 1 % of a file's rows are a wrong CRS; fewer are faulty rows."""
_SQUARE_KM_SUSPECT = 50


def address_rows(path: Path, region: Region, ledger: Ledger) -> pd.DataFrame:
    """Return EVIDENS_ADRESS of one file: every usable row, by address id or by coordinate (EPSG:3006).

    Raises
    ------
    DataError
        Unknown technique or status, impossible speeds, coordinates outside Sweden.
    """
    source = _source(path, ADDRESS_NAMES, REQUIRED)
    if "adress_id" not in source.columns and not {"e", "n"} <= set(source.columns):
        raise DataError(
            "Listan säger inte vilka adresser den gäller.", file=path, row=1, column="adress_id",
            expected="kolumnen adress_id, eller kolumnerna e och n (SWEREF 99 TM)",
            found=", ".join(source.headers.values()), action="Lägg till kolumnen.",
        )  # fmt: skip
    columns, keep = common_columns(source, region, ledger)
    named = (
        source.codes("adress_id") >= 0 if "adress_id" in source.columns else np.zeros(len(keep), dtype=bool)
    )
    e, n = (numbers(source, c, "meter i SWEREF 99 TM").value for c in ("e", "n"))
    there = ~np.isnan(e) & ~np.isnan(n)
    lost(source, ~named & ~there, "rader utan adress_id och utan koordinat", ledger)
    inside = _inside_sweden(source, e, n, "e", ledger)
    e, n = np.where(inside, e, np.nan), np.where(inside, n, np.nan)
    keep &= named | inside
    columns |= {
        "adress_id": source.columns.get("adress_id"),
        "e_m": e,
        "n_m": n,
        "operator": source.columns.get("operator"),
    }
    return _frame(columns, keep, contracts.EVIDENS_ADRESS, source, ledger)


def cell_rows(path: Path, region: Region, ledger: Ledger) -> pd.DataFrame:
    """Return EVIDENS_RUTA of one file: every usable row, its cell as ``rutid``.

    Raises
    ------
    DataError
        An id that is no 250 m cell, a share outside 0–1, unknown technique or status, impossible speeds.
    """
    source = _source(path, CELL_NAMES, ("rutid_scb", *REQUIRED, "andel"))
    columns, keep = common_columns(source, region, ledger)
    codes = source.codes("rutid_scb")
    texts = [t.strip() for t in source.texts("rutid_scb")]
    whole = np.array([len(t) == 13 and t.isascii() and t.isdigit() for t in texts], dtype=bool)
    known = np.array([int(t) if ok else 0 for t, ok in zip(texts, whole, strict=True)], dtype=np.int64)
    expected = "13 siffror, E och N för nedre vänstra hörnet, till exempel 3940006133250"
    if (bad := np.append(~whole, False)[codes]).any():
        action = "Skriv id:t som text; Excel skriver annars stora tal som 3,94E+12."
        raise source.error("Ett rut-id går inte att läsa.", bad, "rutid_scb", expected, action)
    cell = np.append(known, 0)[codes]
    blank = codes < 0
    e, n = grid.corner(cell)
    off = ((e % grid.CELL_M != 0) | (n % grid.CELL_M != 0)) & ~blank
    if off.any():
        raise source.error(
            "Ett rut-id ligger inte i rutnätet om 250 m.", off, "rutid_scb", "E och N delbara med 250",
            "Ange SCB:s rut-id för 250 m-rutor (nedre vänstra hörnet, SWEREF 99 TM).",
        )  # fmt: skip
    _refuse_square_km(source, known)
    lost(source, blank, "rader utan rut-id", ledger)
    inside = _inside_sweden(
        source, np.where(blank, np.nan, e), np.where(blank, np.nan, n), "rutid_scb", ledger
    )
    part = share(source, "andel")
    lost(source, np.isnan(part), "rader utan andel", ledger)
    columns |= {"rutid": cell, "andel": part}
    return _frame(columns, keep & inside & ~np.isnan(part), contracts.EVIDENS_RUTA, source, ledger)


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

    layer = gpkg.require_geometry(gpkg.find(path, gpkg.layers(path), NAMES, optional=("upp_mbit",)))
    table = gpkg.read(layer, NAMES)
    texts = {c: table.column(c).cast(pa.string()).combine_chunks() for c in NAMES if c in table.column_names}
    headers = {c: gpkg.actual(layer, NAMES[c]) or c for c in NAMES}
    rows = np.arange(1, table.num_rows + 1)
    source = Source(path, path.name, rows, {c: t.dictionary_encode() for c, t in texts.items()}, headers)
    columns, keep = common_columns(source, region, ledger)
    shapes = wkb.polygons(table.column("wkb"), path, ledger=ledger, source=source.label)
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    lost(source, empty, "ytor utan geometri", ledger)
    west, south, east, north = shapely.bounds(shapes).T if len(rows) else np.empty((4, 0))
    wkb.require_sweden(np.append(west, east), np.append(south, north), path)
    keep &= ~empty
    frame = _frame(columns, keep, contracts.EVIDENS_OMRADE, source, ledger)
    kept = shapes[frame["rad"].to_numpy() - 1]
    single = shapely.get_type_id(kept) == 3
    kept[single] = (
        shapely.multipolygons(kept[single], indices=np.arange(single.sum())) if single.any() else kept[single]
    )
    return gpd.GeoDataFrame(frame, geometry=kept, crs=EPSG)


def _source(path: Path, names: dict[str, tuple[str, ...]], required: tuple[str, ...]) -> Source:
    read = read_csv(path, names, required)
    return Source(path, path.name, read.rows, read.columns, read.headers)


def _frame(
    columns: dict[str, Any], keep: Mask, contract: contracts.Table, source: Source, ledger: Ledger
) -> pd.DataFrame:
    """Return the kept rows with the contract's columns, rows that repeat another dropped and counted."""
    import pyarrow as pa

    n = len(keep)
    texts = {c.name for c in contract.columns if c.kind == "text"}
    full = {c: coded(np.full(n, -1), ("",)) if columns[c] is None else columns[c] for c in contract.names}
    if contract.geometry == "":
        same = pd.DataFrame({c: source_codes(v) for c, v in full.items() if c not in ("fil", "rad")})
        repeated = keep & same[keep].duplicated().reindex(range(n), fill_value=False).to_numpy()
        examples = [f"rad {r}" for r in source.rows[repeated][:10]]
        ledger.add(
            "bortfall",
            source.label,
            "rader som upprepar en annan",
            int(repeated.sum()),
            "räknades en gång",
            examples,
        )
        keep = keep & ~repeated
    arrays = {c: v.cast(pa.string()).fill_null("") if c in texts else pa.array(v) for c, v in full.items()}
    table = pa.table(arrays).filter(pa.array(keep))
    rows = ledger.facts.setdefault("rader", {})
    assert isinstance(rows, dict)
    rows[source.name] = {"lasta": n, "anvanda": table.num_rows}
    return table.to_pandas()


def source_codes(column: Any) -> NDArray[Any]:
    """Return a column as numbers that are equal where its values are."""
    if isinstance(column, np.ndarray):
        return column
    found: NDArray[Any] = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return found


def _inside_sweden(source: Source, e: Floats, n: Floats, column: str, ledger: Ledger) -> Mask:
    """Tell which coordinates lie in Sweden; a few that do not are dropped, many stop.

    Raises
    ------
    DataError
        When more than ``MAX_STRAYS`` of them lie outside.
    """
    there = ~np.isnan(e) & ~np.isnan(n)
    inside = (
        there
        & (wkb.SWEDEN_E[0] <= e)
        & (e <= wkb.SWEDEN_E[1])
        & (wkb.SWEDEN_N[0] <= n)
        & (n <= wkb.SWEDEN_N[1])
    )
    outside = there & ~inside
    if outside.sum() > MAX_STRAYS * there.sum():
        i = int(np.argmax(outside))
        error = source.error(
            "Koordinater ligger utanför Sverige.", outside, column,
            "E 200000–1000000 och N 6100000–7700000 (SWEREF 99 TM, meter)",
            "Räkna om koordinaterna till SWEREF 99 TM (EPSG:3006).",
        )  # fmt: skip
        error.found = f"E {e[i]:.10g}, N {n[i]:.10g}"
        if wkb.SWEDEN_E[0] <= n[i] <= wkb.SWEDEN_E[1] and wkb.SWEDEN_N[0] <= e[i] <= wkb.SWEDEN_N[1]:
            error.details.append("E och N ser ut att ha bytt plats.")
        elif abs(e[i]) <= 180 and abs(n[i]) <= 180:
            error.details.append("Koordinaterna ser ut att vara longitud och latitud.")
        raise error
    examples = [f"rad {r}" for r in source.rows[outside][:10]]
    ledger.add(
        "bortfall",
        source.label,
        "rader med koordinat utanför Sverige",
        int(outside.sum()),
        "används inte",
        examples,
    )
    return inside


def _refuse_square_km(source: Source, cells: NDArray[np.int64]) -> None:
    """Stop when every cell of a long list is a 1 km corner: the list is about 1 km squares."""
    e, n = grid.corner(cells[cells > 0])
    if len(e) >= _SQUARE_KM_SUSPECT and ((e % grid.KM_M == 0) & (n % grid.KM_M == 0)).all():
        raise DataError(
            "Listan ser ut att gälla 1 km-rutor.", file=source.path, column=source.headers["rutid_scb"],
            expected="250 m-rutor", found=f"{len(e)} rut-id som alla är jämna 1000-tal i E och N",
            action="Beställ uppgifterna per 250 m-ruta.",
        )  # fmt: skip
