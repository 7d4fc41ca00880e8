"""Stage grid: every cell with land, every address in its cell and class.

The class (tätbebyggt or glesbebyggt) belongs to the address point; the kommun to the address register.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core import cell_grid, files
from pipelines.core.ledger import Ledger
from pipelines.grid.density import dense_squares, in_squares
from pipelines.grid.land import land_per_cell, split_by_class
from pipelines.grid.placement import check_places
from pipelines.tables import contracts, step_tables

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths


def run(region: Region, paths: Paths) -> None:
    """Place addresses in cells and classes, and measure land per cell, kommun and class."""
    ledger = Ledger("grid")
    addresses = files.read_points(paths.table("adresser_kalla"))
    boundaries = files.read_polygons(paths.table("granser"))
    localities = files.read_polygons(paths.table("orter"))
    check_places(addresses, files.read_polygons(paths.table("kommunytor")), region, paths, ledger)

    addresses["rutid"] = cell_grid.cell_of(addresses["e_m"], addresses["n_m"])
    addresses = addresses.iloc[_order(addresses)].reset_index(drop=True)
    inside = boundaries[boundaries["i_lan"]]
    total = land_per_cell(inside, ["kommunkod"])
    outside = land_per_cell(boundaries[~boundaries["i_lan"]], ["kommunkod"])
    if len(localities):
        addresses["ortstyp"] = locality_type(addresses, localities)
        dense_types = dense_locality_types(region)
        addresses["omradestyp"] = dense_class(addresses["ortstyp"].isin(dense_types))
        dense = land_per_cell(_dense_land(inside, localities, dense_types), ["kommunkod"])
    else:
        people = files.read_table(paths.table("befolkning"))
        teknik = files.read_table(paths.table("pts_teknik"))
        squares = dense_squares(addresses, people, total, outside, teknik, region, ledger)
        addresses["ortstyp"] = "okand"
        in_dense = in_squares(addresses["rutid"], addresses["kommunkod"], squares)
        addresses["omradestyp"] = dense_class(in_dense)
        dense = total[in_squares(total["rutid"], total["kommunkod"], squares)]
    land = split_by_class(total, dense)

    count_addresses_off_land(addresses, land, ledger)
    files.write_points(contracts.check(addresses, step_tables.ADRESSER_RUTA), paths.table("adresser_ruta"))
    files.write_table(contracts.check(land, step_tables.LAND), paths.table("land"))
    files.write_table(outside.groupby("rutid", as_index=False)["land_ha"].sum(), paths.table("land_utanfor"))
    ledger.facts["ort_polygoner"] = len(localities)
    ledger.save(paths.ledger("grid"))


def _order(addresses: pd.DataFrame) -> NDArray[np.uint64]:
    """Return the order by cell and id, equals as they came. By Arrow, which needs no list of the ids for it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    keys = pa.table({name: pa.array(addresses[name]) for name in ("rutid", "adress_id")})
    order: NDArray[np.uint64] = pc.sort_indices(keys, [(name, "ascending") for name in keys.column_names]).to_numpy()
    return order


def surfaces(shapes: NDArray[Any]) -> NDArray[Any]:
    """Return the surfaces of shapes without the lines and points where outlines only touch.

    Parameters
    ----------
    shapes : ndarray of shapely geometries, shape (n,)

    Returns
    -------
    ndarray of shapely.MultiPolygon, shape (n,)
        Empty where there is no surface.
    """
    import shapely

    parts, of = shapely.get_parts(shapes, return_index=True)
    inner, within = shapely.get_parts(parts, return_index=True)  # a collection may hold a multipolygon
    flat = shapely.get_dimensions(inner) == 2
    out = np.full(len(shapes), shapely.MultiPolygon(), dtype=object)
    rows, at = np.unique(of[within[flat]], return_inverse=True)
    out[rows] = shapely.multipolygons(inner[flat], indices=at) if len(rows) else []
    return out


def dense_class(dense: pd.Series) -> pd.Series:
    """Return the class name from a yes or no."""
    return dense.map({True: "tatbebyggt", False: "glesbebyggt"}).astype("str")


def dense_locality_types(region: Region) -> list[str]:
    """Return which localities count as tätbebyggt by the configuration's definition."""
    return ["tatort"] if region.klassning.glesbebyggt == "utanfor_tatort" else ["tatort", "smaort"]


def locality_type(addresses: pd.DataFrame, localities: gpd.GeoDataFrame) -> np.ndarray:
    """Return for each address ``tatort``, ``smaort`` or ``utanfor``; a border belongs to the locality.

    Where a tätort and a småort overlap, tätort wins.
    """
    import shapely

    e, n, shapes = addresses["e_m"].to_numpy(), addresses["n_m"].to_numpy(), localities.geometry.to_numpy()
    point, polygon = shapely.STRtree(shapes).query(shapely.points(e, n))
    shapely.prepare(shapes)  # each is asked of thousands of points
    inside = shapely.intersects_xy(shapes[polygon], e[point], n[point])
    point, polygon = point[inside], polygon[inside]
    kind = np.full(len(addresses), "utanfor", dtype="U7")
    is_town = (localities["typ"] == "tatort").to_numpy()[polygon]
    kind[point[~is_town]] = "smaort"
    kind[point[is_town]] = "tatort"
    return kind


def _dense_land(kommuner: gpd.GeoDataFrame, localities: gpd.GeoDataFrame, types: list[str]) -> gpd.GeoDataFrame:
    """Return each kommun's land inside the dense localities, as one polygon a kommun."""
    import shapely

    dense = localities[localities["typ"].isin(types)].geometry
    union = shapely.union_all(dense.to_numpy())
    out = kommuner[["kommunkod", "geometry"]].copy()
    out["geometry"] = surfaces(shapely.intersection(out.geometry.to_numpy(), union))
    return out


def count_addresses_off_land(addresses: pd.DataFrame, land: pd.DataFrame, ledger: Ledger) -> None:
    """Note addresses whose cell has no land, and those whose cell has no land of their own kommun."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    kommuner = sorted({*land["kommunkod"].unique(), *addresses["kommunkod"].unique()})

    def key(table: pd.DataFrame) -> NDArray[np.int64]:
        kommun = pd.Categorical(table["kommunkod"], categories=kommuner).codes.astype(np.int64)
        return np.asarray(table["rutid"].to_numpy() * len(kommuner) + kommun, dtype=np.int64)

    def among(some: NDArray[np.int64], these: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.asarray(pc.is_in(pa.array(some), pa.array(these)).to_numpy(zero_copy_only=False))

    off = ~among(addresses["rutid"].to_numpy(), land["rutid"].to_numpy())
    mine = among(key(addresses), key(land))
    ledger.add(
        "upplysning",
        "granser",
        "adress i ruta utan land enligt gränserna",
        int(off.sum()),
        "behållen; rutan får land_ha 0",
        addresses.loc[off, "adress_id"],
    )
    ledger.add(
        "upplysning",
        "granser",
        "adressens egen kommun har inget land i rutan",
        int((~mine & ~off).sum()),
        "behållen i sin kommun",
        addresses.loc[~mine & ~off, "adress_id"],
    )
