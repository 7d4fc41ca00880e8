"""Random points, evidence, completeness and shares on the small county's ground, against brute force.

The publishers' files are read once; then their tables are overwritten and the stages from the grid on run again.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import MultiPolygon, Point, Polygon, box

from pipelines.core import files
from tests.conftest import with_tables

from . import brute, inputs
from .test_small_county import COLUMNS, differences, rows_of, stage, told

STAGES = ("grid", "dwellings", "evidence", "households", "coverage", "summaries", "open_cells")
SEEDS = range(6)
CLUSTERS = [(401100, 6400900), (401700, 6401100), (404200, 6402700), (405800, 6401400), (407400, 6401900)]
KOMMUNER = ("9901", "9902")
Shares = dict[tuple[str, str], tuple[float, ...]]


def random_county(seed: int) -> inputs.County:
    """Make a county of clustered addresses; every second coordinate stands on an edge of a cell."""
    chance = random.Random(seed)
    c = inputs.county("full")
    c.addresses = [_address(chance, i) for i in range(chance.choice((20, 45, 70)))]
    squares = {brute.square_of(a.e, a.n, 1000) for a in c.addresses} | {(403000, 6401000), (406000, 6400000)}
    c.km = [(e, n, chance.choice((0, 1, 7, 30))) for e, n in sorted(squares)]
    cells = sorted({brute.square_of(a.e, a.n, 250) for a in c.addresses})
    c.quarter = [(e, n, chance.randint(0, 12)) for e, n in cells if chance.random() < 0.15]
    c.households = {key: chance.choice((1, 13, 60)) for key in inputs.HOUSEHOLDS}
    c.hastighet, c.has_passerad = _shares(chance), chance.random() < 0.7
    if chance.random() < 0.2:
        c.hastighet, c.has_passerad = {}, False
    if chance.random() < 0.2:
        c.orter = []
    c.mixed = seed % 3 == 1
    ids = [a.id for a in c.addresses]
    scarce = chance.choice((0.2, 0.6, 1.5))  # rows of evidence per address
    number = round(scarce * len(ids))
    c.by_id = [(chance.choice(ids), *_what(chance)) for _ in range(number)]
    c.by_point = [
        ((a.e + chance.choice((0, 3, 24)), a.n - chance.choice((0, 4, 7))), *_what(chance))
        for a in chance.sample(c.addresses, min(number // 3, len(ids)))
    ]
    andel = (0, 0.05, 0.3, 0.45, 0.5, 0.55, 0.95, 1)
    c.by_cell = [(chance.choice(cells), *_what(chance), chance.choice(andel)) for _ in range(number // 2)]
    c.by_area = [(_area(chance), *_what(chance)) for _ in range(chance.randint(1, 5))]
    every = [(f, k) for f in inputs.FILES for k in KOMMUNER]
    c.listed = {key for key in every if chance.random() < 0.8}
    c.published = {key for key in every if key in c.listed and chance.random() < 0.6}
    drawn = {key for key in every if key in c.listed and chance.random() < 0.2}
    c.complete = drawn & reached(c)  # complete, yet with nothing there, stops the run
    return c


def reached(c: inputs.County) -> set[tuple[str, str]]:
    """Return file and kommun wherever a row of the file speaks of an address there."""
    kommun = {a.id: a.kommun for a in c.addresses}
    out = {(inputs.ID_FILE, kommun[a]) for a, *_ in c.by_id}
    for a in c.addresses:
        if any((a.e - e) ** 2 + (a.n - n) ** 2 <= 25**2 for (e, n), *_ in c.by_point):
            out.add((inputs.POINT_FILE, a.kommun))
        if any(brute.square_of(a.e, a.n, 250) == cell for cell, *_ in c.by_cell):
            out.add((inputs.CELL_FILE, a.kommun))
        if any(g.intersects(Point(a.e, a.n)) for g, *_ in c.by_area):
            out.add((inputs.AREA_FILE, a.kommun))
    return out


def _address(chance: random.Random, i: int) -> inputs.Address:
    e, n = (round(x + chance.gauss(0, 320)) for x in chance.choice(CLUSTERS))
    if chance.random() < 0.2:
        e -= e % 250
    kommun = "9901" if e < 404100 else "9902"
    if chance.random() < 0.05:
        kommun = chance.choice(KOMMUNER)
    return inputs.Address(f"{kommun}-{i:03d}", float(e), float(n), kommun)


def _what(chance: random.Random) -> tuple[str, float | None, str]:
    teknik = chance.choice(("fiber", "fiber", "kabel-tv", "vdsl", "xdsl", "fast_radio", "nr"))
    ned = chance.choice((None, 8, 30, 60, 99.5, 100, 250, 1000, 2000))
    return teknik, ned, chance.choice(("tillgang", "tillgang", "passerad", "planerad"))


def _area(chance: random.Random) -> Polygon:
    e, n = chance.choice(CLUSTERS)
    e, n = e - e % 250 + 250 * chance.randint(-2, 1), n - n % 250 + 250 * chance.randint(-2, 1)
    return box(e, n, e + chance.choice((120, 250, 700)), n + chance.choice((250, 510)))


def _shares(chance: random.Random) -> Shares:
    """Draw shares that fall as speed rises, and no fewer passed than reached; ends and equals often."""

    def falling() -> list[float]:
        return sorted((chance.choice((0, 0.5, 0.7, 1, *(chance.random(),) * 5)) for _ in range(3)), reverse=True)

    shares = {}
    for key in inputs.HASTIGHET:
        tillgang = [round(x, 3) for x in falling()]
        if chance.random() < 0.3:
            tillgang[1] = tillgang[0]
        passerad = [max(a, round(b, 3)) for a, b in zip(tillgang, falling(), strict=True)]
        shares[key] = (*tillgang, *passerad)
    return shares


# --- the tables ------------------------------------------------------------------------------------------------


def overwrite(c: inputs.County, step: Path) -> None:
    """Write the county's tables in place of those that the sources made, with the same columns."""

    def table(name: str, rows: list[dict]) -> None:
        old = pd.read_parquet(step / f"{name}.parquet")
        new = pd.DataFrame(rows, columns=list(old.columns)).astype(old.dtypes.to_dict())
        files.write_table(new, step / f"{name}.parquet")

    points = pd.DataFrame(
        [(a.id, a.kommun, a.e, a.n) for a in c.addresses], columns=["adress_id", "kommunkod", "e_m", "n_m"]
    )
    files.write_points(points.sort_values("adress_id"), step / "adresser_kalla.parquet")
    squares = [(e, n, side, p) for e, n, side, p in brute.squares_of(c)]
    table(
        "befolkning",
        [{"rutid": e * 10**7 + n, "storlek_m": side, "befolkning": p} for e, n, side, p in sorted(squares)],
    )
    teknik = pd.read_parquet(step / "pts_teknik.parquet")
    areas = {"riket": "riket", "lan": "lan"}
    keys = [(areas.get(r.niva, r.kommunkod), r.omradestyp) for r in teknik.itertuples()]
    teknik["antal"] = [inputs.households_of(c, *key) for key in keys]
    work = (teknik["bas"] == "arbetsstallen").to_numpy()  # as the publisher's file has them: see inputs
    teknik.loc[work, "antal"] = teknik.loc[work, "antal"] // 3 + 1
    files.write_table(teknik, step / "pts_teknik.parquet")
    if not c.orter:
        files.write_polygons(gpd.read_parquet(step / "orter.parquet").iloc[:0], step / "orter.parquet")
    speed = pd.read_parquet(step / "pts_hastighet.parquet")
    speed = speed[bool(c.hastighet) & ((speed["matt"] == "tillgang") | c.has_passerad)].reset_index(drop=True)
    speed["andel"] = [
        c.hastighet[areas.get(r.niva, r.kommunkod), r.omradestyp][brute.PAIRS.index((r.matt, r.troskel_mbit))]
        for r in speed.itertuples()
    ]
    files.write_table(speed, step / "pts_hastighet.parquet")
    table(
        "kallor",
        [
            {
                "fil": f,
                "kommunkod": k,
                "fullstandig": (f, k) in c.complete,
                "referensdatum": "2025-06-30",
                "avtal": "Avtal",
                "far_publiceras": (f, k) in c.published,
            }
            for f, k in sorted(c.listed)
        ],
    )
    by_id = [{"adress_id": a, **_row(inputs.ID_FILE, i, *r)} for i, (a, *r) in enumerate(c.by_id)]
    by_point = [
        {"adress_id": "", "e_m": e, "n_m": n, **_row(inputs.POINT_FILE, i, *r)}
        for i, ((e, n), *r) in enumerate(c.by_point)
    ]
    table("evidens_adress", [{"operator": "", "kommunkod_fil": "", **row} for row in by_id + by_point])
    by_cell = enumerate(c.by_cell)
    table(
        "evidens_ruta",
        [
            {"rutid": e * 10**7 + n, "andel": andel, **_row(inputs.CELL_FILE, i, *r)}
            for i, ((e, n), *r, andel) in by_cell
        ],
    )
    old = gpd.read_parquet(step / "evidens_omrade.parquet")
    rows = [_row(inputs.AREA_FILE, i, *r) for i, (_, *r) in enumerate(c.by_area)]
    plain = pd.DataFrame(rows, columns=list(old.columns.drop("geometry")))
    shapes = [MultiPolygon([g]) for g, *_ in c.by_area]
    new = gpd.GeoDataFrame(plain.astype(old.dtypes.drop("geometry").to_dict()), geometry=shapes, crs=3006)
    files.write_polygons(new, step / "evidens_omrade.parquet")


def _row(fil: str, i: int, teknik: str, ned: float | None, status: str) -> dict:
    speed = inputs.DEFAULT_SPEED[teknik] if ned is None else ned
    assumed = ned is None
    return {
        "fil": fil,
        "rad": i + 2,
        "teknik": teknik,
        "ned_mbit": speed,
        "ned_antagen": assumed,
        "upp_mbit": None,
        "status": status,
    }


@pytest.fixture(scope="session")
def ground(small_edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the small county's folder with the sources read."""
    return with_tables(small_edition, tmp_path_factory.mktemp("ground"))


def mismatches(root: Path, c: inputs.County) -> list[str]:
    """Run the stages on a county; return what differs from brute force in what the definitions determine."""
    overwrite(c, root / "out" / ".steg")
    for name in STAGES:
        fault = stage(name, root)
        if fault:
            return [fault]
    answer = brute.compute(c)
    lines = []
    open_ids = {f.address.id for f in answer.facts if f.loose}
    open_cells = {f"{f.cell[0]}{f.cell[1]}" for f in answer.facts + answer.open_facts if f.loose}
    for name, columns in COLUMNS.items():
        ours, theirs = getattr(answer, name), rows_of(root, name)
        undetermined = open_ids | open_cells
        if open_cells and name in ("kommuner", "lan"):
            columns = [x for x in columns if not x.startswith(("adresser_", "befolkning_", "yta_"))]

        def kept(rows: dict, undetermined: set[str] = undetermined) -> dict:
            return {k: r for k, r in rows.items() if (k if isinstance(k, str) else k[0]) not in undetermined}

        for column in columns:
            wrong = differences(kept(ours), kept(theirs), column)
            if wrong:
                lines.append(f"{name}.{column}: {told(wrong[:4])}")
    return lines


@pytest.mark.parametrize("seed", SEEDS)
def test_random_county_equals_brute_force(ground: Path, tmp_path: Path, seed: int) -> None:
    shutil.copytree(ground, tmp_path / "c")
    lines = mismatches(tmp_path / "c", random_county(seed))
    assert not lines, "\n".join(lines[:6])
