"""Lantmäteriet's buildings (Topografi 50, ``byggnadsverk``): a footprint at each house, one for a whole block of flats.

As in the real files some houses lack, some buildings stand in two rows under one identity, beside the houses stand
sheds and barns that no address has, houses that nobody lives in look as the others do, some are as large as a small
block of flats, and none says how many dwellings it has.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipelines.config.region import Region
from pipelines.demo.files import pack
from pipelines.demo.files.write_lantmateriet import as_uuid
from pipelines.demo.world.common import Floats, Ints, stream

KINDS = np.array(
    [
        *("Bostad", "Industri", "Samhällsfunktion", "Verksamhet"),
        *("Ekonomibyggnad", "Komplementbyggnad", "Övrig byggnad"),
    ],
    dtype=object,
)
FIRST_NUMBER = 2061
HOME, WORK, BARN, SHED = 0, (1, 2, 3), 4, 5
BLOCK_M = 60.0  # flats this near each other share a building
LACKING = 0.015  # houses that the map lacks
TWICE = 0.02  # buildings in two rows: an added part of its own, with the same identity
GUEST = 0.01  # second dwellings without an address of their own
LARGE = 0.05  # houses that are longer than others
SHEDS, BARNS = 0.10, 0.25  # of houses; of farms


def write(region: Region, homes: pd.DataFrame, folder: Path) -> None:
    """Write ``byggnadsverk_sverige.zip`` with the table ``byggnad``.

    Parameters
    ----------
    homes : DataFrame
        Addresses in force: ``e, n, kommun, slag, flerbostad, hushall, arbetsstallen``.
    """
    rows = _rows(region.demo.fro, homes)
    counter = np.zeros((len(rows), 16), dtype=np.uint8)
    counter[:, :2] = 0xDE, 0x40
    counter[:, 12:] = rows["nr"].to_numpy(dtype=">u4").view(np.uint8).reshape(-1, 4)
    table = pd.DataFrame(
        {
            "objektidentitet": as_uuid(counter),
            "objekttypnr": (FIRST_NUMBER + rows["slag"]).astype(np.int32),
            "objekttyp": KINDS[rows["slag"]],
        }
    )
    shapes = _rectangles(*(rows[c].to_numpy() for c in ("e", "n", "bredd", "djup")))
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        gpkg = Path(scratch) / "byggnadsverk_sverige.gpkg"
        pack.write_gpkg(gpkg, "byggnad", table, shapes, "Polygon", column="geometri", index=False)
        pack.write_zip(
            folder / "lantmateriet" / "byggnadsverk_sverige.zip", gpkg.name, gpkg.read_bytes(), region.demo.ar
        )


def _rows(seed: int, homes: pd.DataFrame) -> pd.DataFrame:
    """Return one row a footprint: middle, width, depth (m), kind and the number of the building."""
    rng = stream(seed, "byggnader")
    flat = homes["flerbostad"].to_numpy(dtype=bool)
    sizes = stream(seed, "byggnader_storlek")
    blocks, houses = _blocks(sizes, homes[flat]), _houses(rng, homes[~flat])
    long = sizes.random(len(houses)) < LARGE
    houses.loc[long, "bredd"] = sizes.integers(16, 23, int(long.sum())).astype(np.float64)
    main = pd.concat([blocks, houses], ignore_index=True)
    main = main[rng.random(len(main)) >= np.where(main["djup"] > 13, 0, LACKING)].reset_index(drop=True)
    main["nr"] = np.arange(1, len(main) + 1)
    wing = main[rng.random(len(main)) < TWICE]
    wing = wing.assign(e=wing["e"] + wing["bredd"] / 2 + 2, bredd=4.0, djup=5.0)  # a wall is shared
    single = main[main["djup"] < 13]
    farm = single["gard"].to_numpy(dtype=bool)
    beside = [
        _beside(single[rng.random(len(single)) < SHEDS], SHED, 6.0, 14.0),
        _beside(single[farm & (rng.random(len(single)) < BARNS)], BARN, 18.0, 34.0),
        _beside(single[rng.random(len(single)) < GUEST], HOME, 6.0, -22.0),
    ]
    extra = pd.concat(beside, ignore_index=True)
    extra["nr"] = len(main) + np.arange(1, len(extra) + 1)
    rows = pd.concat([main, wing, extra], ignore_index=True)
    return rows.iloc[np.argsort(rows["n"].to_numpy() // 5_000, kind="stable")].reset_index(drop=True)


def _blocks(rng: np.random.Generator, flats: pd.DataFrame) -> pd.DataFrame:
    """Flats near each other as one building, as long as they reach; a staircase alone is 11 to 20 m wide."""
    key = [np.floor(flats["e"] / BLOCK_M), np.floor(flats["n"] / BLOCK_M), flats["kommun"]]
    of = flats.groupby(key, sort=True)[["e", "n"]]
    middle, wide = of.mean(), of.max() - of.min() + 12
    wide["e"] = np.maximum(wide["e"], rng.integers(11, 21, len(wide)))
    return pd.DataFrame(
        {
            **{c: middle[c].round(0).to_numpy() for c in ("e", "n")},
            "bredd": wide["e"].round(0).to_numpy(),
            "djup": np.maximum(wide["n"].round(0).to_numpy(), 14.0),
            "slag": HOME,
            "gard": False,
        }
    )


def _houses(rng: np.random.Generator, homes: pd.DataFrame) -> pd.DataFrame:
    """One building an address: a dwelling where people live or stay, else a workplace or a barn."""
    count = len(homes)
    dwelling = ((homes["hushall"] > 0) | (homes["slag"] == 2)).to_numpy()
    work = rng.choice(WORK, count, p=(0.3, 0.2, 0.5))
    empty = np.where(rng.random(count) < 0.8, HOME, BARN)
    kind = np.select([dwelling, homes["arbetsstallen"].to_numpy() > 0], [np.full(count, HOME), work], empty)
    return pd.DataFrame(
        {
            "e": homes["e"].round(0).to_numpy(),
            "n": homes["n"].round(0).to_numpy(),
            "bredd": rng.integers(9, 15, count).astype(np.float64),
            "djup": rng.integers(8, 12, count).astype(np.float64),
            "slag": kind,
            "gard": (homes["slag"] == 1).to_numpy(),
        }
    )


def _beside(houses: pd.DataFrame, kind: int, side_m: float, away_m: float) -> pd.DataFrame:
    return houses.assign(e=houses["e"] + away_m, n=houses["n"] + 3, bredd=side_m, djup=side_m, slag=kind)


def _rectangles(e: Floats, n: Floats, wide: Floats, deep: Floats) -> Any:
    """Return rectangles round their middles as an Arrow array of WKB."""
    import pyarrow as pa

    head = [("order", "u1"), ("type", "<u4"), ("rings", "<u4"), ("corners", "<u4")]
    out = np.zeros(len(e), dtype=np.dtype([*head, ("xy", "<f8", (5, 2))]))
    out["order"], out["type"], out["rings"], out["corners"] = 1, 3, 1, 5
    out["xy"][:, :, 0] = e[:, None] + wide[:, None] / 2 * np.array([-1, 1, 1, -1, -1])
    out["xy"][:, :, 1] = n[:, None] + deep[:, None] / 2 * np.array([-1, -1, 1, 1, -1])
    offsets: Ints = np.arange(len(e) + 1, dtype=np.int64) * out.dtype.itemsize
    buffers = [None, pa.py_buffer(offsets.astype(np.int32).tobytes()), pa.py_buffer(out.tobytes())]
    return pa.Array.from_buffers(pa.binary(), len(e), buffers)
