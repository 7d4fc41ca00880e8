"""SCB's files: population per 1 km square, perturbed; tätorter and småorter."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipelines.config.region import Region
from pipelines.core.cell_grid import KM_M, cell_of, corner, inspire_id, scb_id, wkb_squares
from pipelines.demo.files import pack
from pipelines.demo.world.common import Floats, Ints, stream
from pipelines.demo.world.demo_land import Outline

PLACES_YEAR = 2023
AGES = ("ald0_6", "ald7_15", "ald16_19", "ald20_24", "ald25_44", "ald45_64", "ald65_w")
AGE_SHARES = (0.075, 0.105, 0.047, 0.056, 0.262, 0.250, 0.205)
OUTSIDE_M = 2_000  # the extract reaches this far outside the län
LONELY = 24  # squares with people but no address, in a län of 10 000 km² or more
BAND_PER_KM2 = 9.0


def write(region: Region, outline: Outline, addresses: pd.DataFrame, clusters: gpd.GeoDataFrame, folder: Path) -> None:
    """Write the population grid and the two layers of localities."""
    _population(region, outline, addresses, folder)
    _places(region, clusters, folder)


def _population(region: Region, outline: Outline, addresses: pd.DataFrame, folder: Path) -> None:
    rng = stream(region.demo.fro, "scb")
    people = addresses["folk"].to_numpy()
    at = cell_of(addresses["e"], addresses["n"], KM_M)
    lonely, lonely_people = _lonely(rng, outline, at)
    band, band_people = _band(rng, outline)
    square, which = np.unique(np.concatenate([at, lonely, band]), return_inverse=True)
    true = np.bincount(which, weights=np.concatenate([people, lonely_people, band_people])).astype(np.int64)
    e, n = corner(square)
    near = np.zeros(len(square), dtype=bool)
    boxes = shapely.STRtree(shapely.box(e, n, e + KM_M, n + KM_M))
    near[boxes.query(outline.ground.land, predicate="dwithin", distance=OUTSIDE_M)[1]] = True
    square, true = square[near & (true > 0)], true[near & (true > 0)]
    total = perturb(square, true, 0)
    of_men = rng.binomial(true, 0.503)
    men, women = perturb(square, of_men, 1), perturb(square, true - of_men, 2)
    ages = {
        name: perturb(square, np.round(true * share * rng.lognormal(0, 0.12, len(true))).astype(np.int64), 3 + i)
        for i, (name, share) in enumerate(zip(AGES, AGE_SHARES, strict=True))
    }
    table = pd.DataFrame(
        {
            "rutid_inspire": inspire_id(square, KM_M),
            "rutid_scb": scb_id(square),
            "rutstorl": np.int32(KM_M),
            "beftotalt": total,
            "man": men,
            "kvinna": women,
            **ages,
            "referenstid": f"{region.demo.ar - 1}-12-31",
        }
    )
    kept = total > 0
    name = f"befolkning_1km_{region.demo.ar - 1}"
    pack.write_gpkg(
        folder / "scb" / f"{name}.gpkg", name, table[kept], pack.binary(wkb_squares(square[kept], KM_M)), "Polygon"
    )


def perturb(square: Ints, count: Ints, salt: int) -> Ints:
    """Add the cell's own small noise (−2…2, mean 0) to a count; the same cell always gets the same."""
    x = square.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt * 0x632BE5AB + 1)
    x ^= x >> np.uint64(31)
    x *= np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(29)
    noise = np.array([-2, -1, -1, 0, 0, 0, 0, 1, 1, 2])[(x % np.uint64(10)).astype(np.int64)]
    return np.where(count > 0, np.maximum(count + noise, 0), 0)


def _lonely(rng: np.random.Generator, outline: Outline, taken: Ints) -> tuple[Ints, Ints]:
    """A few people registered in squares that hold no address."""
    west, south, east, north = outline.bounds
    wanted = int(np.clip(LONELY * outline.area_km2.sum() / 10_000, 2, LONELY))
    e, n = rng.uniform(west, east, 400 * wanted), rng.uniform(south, north, 400 * wanted)
    dry = outline.inland(e, n, 800)
    square = pd.unique(cell_of(e[dry], n[dry], KM_M))
    free = square[~np.isin(square, taken)][:wanted]
    return free, rng.integers(2, 9, len(free))


def _band(rng: np.random.Generator, outline: Outline) -> tuple[Ints, Ints]:
    """Neighbour län's people just outside the border: homesteads, now and then a village."""
    e, n = outline.band()
    area_km2 = len(e) * outline.ground.canvas.coarser().step ** 2 / 1e6
    sites = rng.choice(len(e), min(max(int(area_km2 * 1.4), 3), len(e)), replace=False) if len(e) else np.zeros(0, int)
    size: Floats = rng.lognormal(1.2, 1.0, len(sites))
    size *= BAND_PER_KM2 * area_km2 / max(float(size.sum()), 1e-9)
    return cell_of(e[sites], n[sites], KM_M), np.maximum(np.round(size), 1).astype(np.int64)


def _places(region: Region, clusters: gpd.GeoDataFrame, folder: Path) -> None:
    for tatort, layer, code, name in (
        (True, "Tatorter", "tatortskod", "tatort"),
        (False, "Smaorter", "smaortskod", "smaort"),
    ):
        mine = clusters[clusters["tatort"] == tatort]
        kommuner = [region.lan.kommuner[i] for i in mine["kommun"]]
        letter = "T" if tatort else "S"
        table = pd.DataFrame(
            {
                code: [f"{PLACES_YEAR}{letter}{region.lan.kod}{i + 1:05d}" for i in range(len(mine))],
                name: mine["namn"].to_numpy(),
                "kommun": [k.kod for k in kommuner],
                "kommunnamn": [k.namn for k in kommuner],
                "lan": region.lan.kod,
                "lannamn": region.lan.namn,
                "area_ha": np.round(mine.area.to_numpy() / 1e4).astype(np.int64),
                "bef": mine["folk"].to_numpy(),
                "ar": np.int32(PLACES_YEAR),
            }
        )
        pack.write_gpkg(
            folder / "scb" / f"{layer.lower()}_{PLACES_YEAR}.gpkg",
            f"{layer}_{PLACES_YEAR}",
            table,
            pack.wkb(pack.multi(mine.geometry.to_numpy())),
            "MultiPolygon",
        )
