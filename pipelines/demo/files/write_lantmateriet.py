"""Lantmäteriet's files: one zip per kommun with one GeoPackage of address points."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.config.region import Region
from pipelines.demo.files import pack
from pipelines.demo.world.common import Ints, inside, stream
from pipelines.demo.world.demo_land import Outline
from pipelines.demo.world.names import FIRST, LAST, road_names
from pipelines.demo.world.settlements import Places

RESERVED = 0.015  # addresses given out but not in force, per address in force


def ids(region: Region, count: int, name: str = "adress-id") -> np.ndarray:
    """Return ``count`` different ids in the form of a UUID, the same for the same seed."""
    raw = stream(region.demo.fro, name).integers(0, 256, (count, 16), dtype=np.uint8)
    return as_uuid(raw)


def as_uuid(raw: np.ndarray) -> np.ndarray:
    """Return rows of sixteen bytes as UUIDs of version 4."""
    count = len(raw)
    raw[:, 6], raw[:, 8] = raw[:, 6] & 0x0F | 0x40, raw[:, 8] & 0x3F | 0x80
    digits = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
    text = np.full((count, 36), ord("-"), dtype=np.uint8)
    places = [i for i in range(36) if i not in (8, 13, 18, 23)]
    text[:, places[0::2]], text[:, places[1::2]] = digits[raw >> 4], digits[raw & 15]
    return text.view("S36").ravel().astype("U36").astype(object)


def write(region: Region, outline: Outline, places: Places, addresses: pd.DataFrame, folder: Path) -> None:
    """Write ``belagenhetsadresser_kn<kod>.zip`` for every kommun."""
    rng = stream(region.demo.fro, "lantmateriet")
    rows = _rows(region, rng, outline, places, addresses)
    year, last = region.demo.ar, len(region.lan.kommuner) - 1
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        for i, kommun in enumerate(region.lan.kommuner):
            mine = rows[rows["kommun"] == i]
            table = mine.drop(columns=["e", "n", "kommun"])
            if i % 24 == min(5, last):  # an older delivery's name
                table = table.rename(columns={"belagenhetsadress_objektidentitet": "objektidentitet"})
            if i == min(9, last):  # seen in one delivery
                table = table.assign(
                    statusforbelagenhetsadress=table["statusforbelagenhetsadress"].str.replace("ä", "a")
                )
            member = f"belagenhetsadresser_kn{kommun.kod}"
            gpkg = Path(scratch) / f"{member}.gpkg"
            pack.write_gpkg(
                gpkg,
                "belagenhetsadress",
                table,
                pack.wkb_points(mine["e"].to_numpy(), mine["n"].to_numpy()),
                "Point",
                column="adressplatspunkt" if i % 2 == 0 else "geom",
                index=False,
            )
            pack.write_zip(folder / "lantmateriet" / f"{member}.zip", gpkg.name, gpkg.read_bytes(), year)
            gpkg.unlink()


def _rows(
    region: Region, rng: np.random.Generator, outline: Outline, places: Places, addresses: pd.DataFrame
) -> pd.DataFrame:
    """Addresses in force and reserved ones, with the publisher's columns, in a shuffled order."""
    base = addresses[["adress_id", "e", "n", "kommun", "ort", "slag"]].assign(status="Gällande")
    rows = pd.concat([base, _reserved(region, rng, outline, base)], ignore_index=True)
    rows = rows.iloc[rng.permutation(len(rows))].sort_values("kommun", kind="stable")
    count = len(rows)
    town = (rows["slag"] == 0).to_numpy()
    side = np.where(town, 260, 1_800)
    street = np.floor(rows["e"] / side).astype(np.int64) * 1_000_003 + np.floor(rows["n"] / side).astype(np.int64)
    number = street.groupby(street).cumcount() + 1
    roads = road_names()
    villages = np.array([a + b for a in FIRST for b in LAST], dtype=object)
    key = np.mod(street.to_numpy() * 2_654_435_761, 1_000_003)
    kommuner = region.lan.kommuner
    kommun = rows["kommun"].to_numpy()
    posts = _post(places, rows)
    codes = np.array([k.kod for k in kommuner], dtype=object)[kommun]
    blank = np.full(count, None, dtype=object)
    letter = np.where(rng.random(count) < 0.09, np.array(list("ABCDE"), dtype=object)[rng.integers(0, 5, count)], blank)
    return pd.DataFrame(
        {
            "belagenhetsadress_objektidentitet": rows["adress_id"],
            "adressplatstyp": np.where(town, "Gatuadressplats", "Byadressplats"),
            "adressomrade_faststalltnamn": np.where(town, roads[key % len(roads)], villages[key % len(villages)]),
            "gardsadressomrade_faststalltnamn": blank,
            "adressplatsnummer": number.astype(str),
            "bokstavstillagg": letter,
            "lagestillagg": np.where(rng.random(count) < 0.004, "U", blank),
            "lagestillaggsnummer": blank,
            "kommundel_faststalltnamn": posts,
            "kommunkod": codes,
            "kommunnamn": np.array([k.namn for k in kommuner], dtype=object)[kommun],
            "lanskod": region.lan.kod,
            "popularnamn": blank,
            "postnummer": np.where(
                rng.random(count) < 0.01, 0, 10_000 + np.mod(kommun * 997 + key % 37 * 10, 88_000)
            ).astype(np.int32),
            "postort": posts,
            "statusforbelagenhetsadress": rows["status"],
            "e": rows["e"],
            "n": rows["n"],
            "kommun": kommun,
        }
    )


def _reserved(region: Region, rng: np.random.Generator, outline: Outline, base: pd.DataFrame) -> pd.DataFrame:
    """Plots given an address but not built: beside addresses in force."""
    count = max(int(len(base) * RESERVED), len(region.lan.kommuner))
    beside = base.iloc[np.sort(rng.integers(0, len(base), count))].copy()
    e = (beside["e"] + rng.uniform(-70, 70, count)).round(1)
    n = (beside["n"] + rng.uniform(-70, 70, count)).round(1)
    dry = np.zeros(count, dtype=bool)
    for i, polygon in enumerate(outline.kommuner):
        mine = np.flatnonzero((beside["kommun"] == i).to_numpy())
        dry[mine] = inside(polygon, e.to_numpy()[mine], n.to_numpy()[mine])
    return beside.assign(
        e=e.where(dry, beside["e"]),
        n=n.where(dry, beside["n"]),
        adress_id=ids(region, count, "reserverade"),
        status="Reserverad",
    )


def _post(places: Places, rows: pd.DataFrame) -> np.ndarray:
    """Post town: the largest of the three places nearest by."""
    from scipy.spatial import cKDTree

    towns = places.table[places.table["folk"] >= 300]
    if towns.empty:
        towns = places.table
    near: Ints = np.atleast_2d(
        cKDTree(towns[["e", "n"]]).query(rows[["e", "n"]].to_numpy(), k=min(3, len(towns)))[1].reshape(len(rows), -1)
    )
    best = near[np.arange(len(rows)), towns["folk"].to_numpy()[near].argmax(axis=1)]
    return np.char.upper(towns["namn"].to_numpy().astype("U40"))[best].astype(object)
