"""Evidence of coverage as a region gets it from operators: some of it, not all of it, not all to be published."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from pipelines.config.region import Region
from pipelines.core.cell_grid import cell_of, scb_id
from pipelines.demo.files import pack
from pipelines.demo.world.common import DEMO_TEXT, Ints, stream

NOTHING = 0.2  # share of the kommuner nobody has told anything about
CELLS = 0.14  # share told by cells
STALE = 0.004  # share of rows that say something the truth no longer says
PARTIAL = 0.72  # share of the neighbourhoods that partial sources have told of
COLUMNS = ["adress_id", "e", "n", "teknik", "ned_mbit", "upp_mbit", "status", "operator"]
NOBODY = 25  # rows per file that match no address


@dataclass(frozen=True)
class Plan:
    """Which kommuner (indices) get which kind of evidence; what is in none of them gets nothing."""

    hela: Ints
    hela_hemliga: Ints
    delar: Ints
    rutor: Ints
    omraden: Ints
    inget: Ints


def plan(region: Region) -> Plan:
    """Deal the kommuner out; with few kommuner the kinds come in order of weight."""
    count = len(region.lan.kommuner)
    order = stream(region.demo.fro, "tackning plan").permutation(count)
    nothing = max(round(NOTHING * count), 1) if count >= 2 else 0
    cells = max(round(CELLS * count), 1) if count >= 3 else 0
    areas = 1 if count >= 4 else 0
    left = count - nothing - cells - areas
    secret, partial = (max(round(0.16 * left), 1), max(round(0.35 * left), 1)) if left >= 3 else (0, left // 2)
    cuts = np.cumsum([left - secret - partial, secret, partial, cells, areas])
    parts = [np.sort(p) for p in np.split(order, cuts)]
    return Plan(*parts)


def write(region: Region, addresses: pd.DataFrame, folder: Path) -> None:
    """Write ``kallor.csv`` and the files it names."""
    rng = stream(region.demo.fro, "tackning")
    deal = plan(region)
    sources: list[tuple[Any, ...]] = []
    year = region.demo.ar
    rows = _address_rows(rng, addresses)
    whole = np.array_split(deal.hela, 2) if len(deal.hela) > 1 else [deal.hela]
    for number, kommuner in enumerate(whole, 1):
        name = f"adresser_inventering_{number}.csv"
        _addresses(rng, folder, name, rows, addresses, kommuner, placed=True)
        sources += _told(region, name, kommuner, "ja", f"{year}-10-01", f"regionens inventering, del {number}", "ja")
    if len(deal.hela_hemliga):
        name = "adresser_operator_avtal.csv"
        _addresses(rng, folder, name, rows, addresses, deal.hela_hemliga, placed=True)
        sources += _told(region, name, deal.hela_hemliga, "ja", f"{year}-09-01", "operatörsavtal 2", "nej")
    if len(deal.delar):
        fibre, other = _partial(rng, rows, addresses)
        name = "adresser_byanat.csv"
        _addresses(rng, folder, name, fibre, addresses, deal.delar, by_place=True)
        sources += _told(region, name, deal.delar, "nej", f"{year}-06-30", "byanätens egna uppgifter", "ja")
        name = "adresser_natagare.csv"
        mixed = np.sort(np.concatenate([deal.delar, deal.hela[:3]]))
        _addresses(rng, folder, name, other, addresses, mixed)
        sources += _told(region, name, mixed, "nej", f"{year}-10-01", "operatörsavtal 7", "nej")
    if len(deal.rutor):
        sources += _cells(region, addresses, deal.rutor, folder)
    if len(deal.omraden):
        sources += _areas(region, addresses, deal.omraden, folder)
    columns = ["fil", "kommunkod", "fullstandig", "referensdatum", "avtal", "far_publiceras"]
    table = pd.DataFrame(sources, columns=columns)
    (folder / "tackning").mkdir(parents=True, exist_ok=True)
    table.to_csv(folder / "tackning" / "kallor.csv", index=False, lineterminator="\n", float_format="%.10g")


def _told(
    region: Region, name: str, kommuner: Ints, whole: str, date: str, deal: str, public: str
) -> list[tuple[Any, ...]]:
    codes = region.kommunkoder
    return [(name, codes[i], whole, date, f"DEMO {deal}", public) for i in kommuner]


def _address_rows(rng: np.random.Generator, a: pd.DataFrame) -> pd.DataFrame:
    """Every row an all-knowing source would have: one per address, technique and status."""
    near = a["nara"] & ~a["fiber"]
    operator = 1 + (a["kommun"].to_numpy() * 7 + np.maximum(a["yta"].to_numpy(), 0)) % 5
    kinds = [
        ("fiber", "tillgang", a["fiber"], 1000.0, 1000.0),
        ("fiber", "passerad", near, 1000.0, 1000.0),
        ("fiber", "planerad", a["planerad"], 1000.0, 1000.0),
        ("kabel-tv", "tillgang", a["kabel"], np.where(a["kabel_gbit"], 1000.0, 500.0), 50.0),
        ("vdsl", "tillgang", a["vdsl_mbit"] > 0, a["vdsl_mbit"], 10.0),
        ("xdsl", "tillgang", a["xdsl_mbit"] > 0, a["xdsl_mbit"], 1.0),
        ("fast_radio", "tillgang", a["fast_radio"] & (rng.random(len(a)) < 0.1), 100.0, 20.0),
        ("nr", "tillgang", a["nr"] & (rng.random(len(a)) < 0.05), 200.0, 30.0),
        ("lte", "tillgang", a["lte"] & (rng.random(len(a)) < 0.05), 40.0, 10.0),
    ]
    frames = []
    for technique, status, has, down, up in kinds:
        at = np.flatnonzero(has.to_numpy())
        frames.append(
            pd.DataFrame(
                {
                    "rad": at,
                    "teknik": technique,
                    "ned_mbit": np.broadcast_to(down, len(a))[at],
                    "upp_mbit": up,
                    "status": status,
                    "operator": operator[at],
                }
            )
        )
    rows = pd.concat(frames, ignore_index=True)
    ten = (rows["teknik"] == "fiber") & (rows["status"] == "tillgang") & (rng.random(len(rows)) < 0.08)
    rows.loc[ten, ["ned_mbit", "upp_mbit"]] = 10_000.0
    rows.loc[rng.random(len(rows)) < 0.03, "ned_mbit"] = np.nan
    letters = np.array([f"DEMO-nät {c}" for c in "ABCDE"], dtype=object)
    return rows.assign(operator=letters[rows["operator"] - 1]).sort_values("rad", kind="stable")


def _partial(rng: np.random.Generator, rows: pd.DataFrame, a: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What two partial sources tell: fibre, and all else, of the same neighbourhoods.

    Where the second told of an address alone, the address would count as without fibre, which it is not.
    """
    _, which = np.unique(cell_of(a["e"], a["n"], 4_000), return_inverse=True)
    known = (rng.random(int(which.max(initial=0)) + 1)[which] < PARTIAL)[rows["rad"]]
    fibre = (rows["teknik"] == "fiber").to_numpy()
    return rows[known & fibre], rows[known & ~fibre]


def _addresses(
    rng: np.random.Generator,
    folder: Path,
    name: str,
    rows: pd.DataFrame,
    a: pd.DataFrame,
    kommuner: Ints,
    *,
    by_place: bool = False,
    placed: bool = False,
) -> None:
    """Write one address file: by id, with the coordinate or without; or by a coordinate metres off."""
    rows = rows[np.isin(a["kommun"].to_numpy()[rows["rad"]], kommuner)]
    rows = rows[rng.random(len(rows)) > STALE / 2]
    stale = rng.random(len(rows)) < STALE / 2
    rows = rows.assign(status=rows["status"].mask(stale & (rows["status"] == "passerad"), "tillgang"))
    at = rows["rad"].to_numpy()
    if by_place:
        place = {
            "e": (a["e"].to_numpy()[at] + rng.normal(0, 2, len(at))).round(1),
            "n": (a["n"].to_numpy()[at] + rng.normal(0, 2, len(at))).round(1),
        }
        table = rows.assign(**place)
    else:
        table = rows.assign(adress_id=a["adress_id"].to_numpy()[at])
        if placed:
            table = table.assign(e=a["e"].to_numpy()[at], n=a["n"].to_numpy()[at])
    columns = [c for c in COLUMNS if c in table]
    table = pd.concat([table[columns], _strays(rng, table[columns])], ignore_index=True)
    (folder / "tackning").mkdir(parents=True, exist_ok=True)
    table.to_csv(folder / "tackning" / name, index=False, lineterminator="\n", float_format="%.10g")


def _strays(rng: np.random.Generator, table: pd.DataFrame) -> pd.DataFrame:
    """Rows that match nothing: ids no register has, coordinates out in the woods."""
    if table.empty:
        return table
    rows = table.iloc[np.sort(rng.integers(0, len(table), min(NOBODY, len(table))))].copy()
    if "adress_id" in rows:
        rows["adress_id"] = [f"okand-{i:04d}-{rng.integers(1 << 32):08x}" for i in range(len(rows))]
        return rows.assign(e=rows["e"] + 400, n=rows["n"] - 300) if "e" in rows else rows
    turn, far = rng.uniform(0, 2 * np.pi, len(rows)), rng.uniform(300, 500, len(rows))
    return rows.assign(e=(rows["e"] + far * np.cos(turn)).round(1), n=(rows["n"] + far * np.sin(turn)).round(1))


def _cells(region: Region, a: pd.DataFrame, kommuner: Ints, folder: Path) -> list[tuple[Any, ...]]:
    """Shares per 250 m cell, as operators give them out: by technique, speed and status."""
    mine = a[np.isin(a["kommun"], kommuner)]
    cell = cell_of(mine["e"], mine["n"])
    square, which = np.unique(cell, return_inverse=True)
    lived = np.bincount(which, weights=mine["hushall"])
    weight = np.where(lived[which] > 0, mine["hushall"], 1)
    total = np.bincount(which, weights=weight)
    vdsl = mine["vdsl_mbit"]
    kinds = [
        ("fiber", "tillgang", mine["fiber"], 1000, 1000),
        ("fiber", "passerad", mine["nara"] & ~mine["fiber"], 1000, 1000),
        ("fiber", "planerad", mine["planerad"], 1000, 1000),
        ("kabel-tv", "tillgang", mine["kabel_gbit"], 1000, 50),
        ("kabel-tv", "tillgang", mine["kabel"], 500, 50),
        ("vdsl", "tillgang", vdsl >= 100, 100, 10),
        ("vdsl", "tillgang", vdsl >= 30, 30, 10),
        ("xdsl", "tillgang", mine["xdsl_mbit"] > 0, 8, 1),
    ]
    frames = []
    for technique, status, has, down, up in kinds:
        share = np.bincount(which, weights=weight * has.to_numpy()) / np.maximum(total, 1e-9)
        at = np.flatnonzero(share > 0)
        if status == "passerad":  # homes passed: the connected are passed too
            share = share + np.bincount(which, weights=weight * mine["fiber"].to_numpy()) / total
        frames.append(
            pd.DataFrame(
                {
                    "rutid_scb": scb_id(square[at]),
                    "teknik": technique,
                    "ned_mbit": down,
                    "upp_mbit": up,
                    "status": status,
                    "andel": np.minimum(share[at], 1).round(4),
                }
            )
        )
    table = pd.concat(frames, ignore_index=True).sort_values(["rutid_scb"], kind="stable")
    home = pd.Series(mine["kommun"].to_numpy()).groupby(which).agg(lambda k: k.value_counts().index[0])
    at_home = home.to_numpy()[np.searchsorted(square, table["rutid_scb"].astype(np.int64))]
    year, out = region.demo.ar, []
    for number, part in enumerate([kommuner[:1], kommuner[1:]], 1):
        if not len(part):
            continue
        name = f"rutor_kartlaggning_{number}.csv"
        (folder / "tackning").mkdir(parents=True, exist_ok=True)
        table[np.isin(at_home, part)].to_csv(
            folder / "tackning" / name, index=False, lineterminator="\n", float_format="%.10g"
        )
        whole, public = ("ja", "ja") if number == 1 else ("nej", "ja")
        out += _told(region, name, part, whole, f"{year - 1}-10-01", f"rutleverans {number}", public)
    if len(kommuner) > 3:  # one kommun's cells may not be published
        out[-1] = (*out[-1][:-1], "nej")
    return out


def _areas(region: Region, a: pd.DataFrame, kommuner: Ints, folder: Path) -> list[tuple[Any, ...]]:
    """Polygons drawn round covered villages, generously, and round what is planned."""
    import pyarrow as pa

    mine = a[np.isin(a["kommun"], kommuner)]
    shapes, rows = [], []
    near = mine["nara"] & ~mine["fiber"]
    for technique, status, has, down, up in (
        ("fiber", "tillgang", mine["fiber"], 1000.0, 1000.0),
        ("fiber", "passerad", near, 1000.0, 1000.0),
        ("fiber", "planerad", mine["planerad"], 1000.0, 1000.0),
        ("kabel-tv", "tillgang", mine["kabel_gbit"], 1000.0, 50.0),
        ("vdsl", "tillgang", mine["vdsl_mbit"] >= 30, 50.0, 10.0),
    ):
        if not has.any():
            continue
        grown = 70 if status == "tillgang" else 45
        points = shapely.points(mine["e"][has], mine["n"][has])
        area = shapely.union_all(shapely.buffer(points, grown, quad_segs=3))
        if status == "tillgang":
            area = shapely.buffer(area, -25, quad_segs=3)
        for g in getattr(area, "geoms", [area]):
            shapes.append(shapely.MultiPolygon([shapely.simplify(g, 4)]))
            rows.append((technique, down, up, status))
    name = "omraden_natkarta.gpkg"
    table = pd.DataFrame(rows, columns=["teknik", "ned_mbit", "upp_mbit", "status"])
    wkb = pa.array([g.wkb for g in shapes], type=pa.binary())
    pack.write_gpkg(folder / "tackning" / name, "omraden", table, wkb, "MultiPolygon")
    return _told(region, name, kommuner, "nej", f"{region.demo.ar}-05-15", "nätkarta, " + DEMO_TEXT[7:], "ja")
