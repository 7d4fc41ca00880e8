"""The stage from tables to tables, twice, and at the county's full size."""

import sqlite3

import numpy as np
import pandas as pd
import pytest

from pipelines.core import files
from pipelines.core.cell_grid import cell_of
from pipelines.core.errors import DataError
from pipelines.core.paths import Paths
from pipelines.projects import find_projects
from pipelines.tables import contracts, gap_tables
from tests.publish.ground_tables import no_ground

from .regions import EMPTY, REGION
from .test_measure import HAND

NAMES = ("bristomraden", "bristomraden_kommun", "bristomraden_rutor", "schakt", "bristkurva")


def _write(folder, points, people, coverage, land):
    paths = Paths(folder / "x.toml", folder, folder, folder)
    files.write_points(points, paths.table("adresser_ruta"))
    files.write_table(people.assign(**EMPTY), paths.table("adresser_hushall"))
    files.write_table(coverage, paths.table("adresser_tackning"))
    files.write_table(land, paths.table("land"))
    no_ground(paths)
    return paths


def _hand_tables(rows):
    ids = [f"id{i}" for i in range(len(rows))]
    points = pd.DataFrame(
        {
            "adress_id": ids,
            "kommunkod": [a.kommun for a in rows],
            "omradestyp": [a.klass for a in rows],
            "rutid": [a.rutid for a in rows],
            "e_m": [a.e for a in rows],
            "n_m": [a.n for a in rows],
        }
    )
    people = pd.DataFrame({"adress_id": ids, "befolkning": 2.0, "hushall": [a.households for a in rows]})
    coverage = pd.DataFrame({"adress_id": ids, "underlag": [a.level for a in rows]})
    for t in (30, 100, 1000):
        for m in ("tillgang", "passerad"):
            coverage[f"sannolikhet_{m}_{t}"] = [1.0 if t < 1000 else a.p for a in rows]
            coverage[f"underlag_{m}_{t}"] = coverage["underlag"]
    land = pd.DataFrame({"rutid": sorted({a.rutid for a in rows}), "kommunkod": "1480", "land_ha": 6.25})
    return points, people, coverage, land


def _bytes(paths):
    return {n: paths.table(n).read_bytes() for n in NAMES}


def test_stage_writes_checked_tables_with_the_same_bytes_every_time(tmp_path):
    paths = _write(tmp_path, *_hand_tables(list(HAND.values())))
    find_projects.run(REGION, paths)
    first = _bytes(paths)
    areas = files.read_polygons(paths.table("bristomraden"))
    contracts.check(areas, gap_tables.BRISTOMRADEN)
    assert areas.crs.to_epsg() == 3006
    assert len(areas) == 2 * 2 + 6 * 49  # two areas at 1000 Mbit/s in both measures
    real = areas["prioritet"].notna()
    assert areas.geometry[~real].isna().all()
    assert areas.geometry[real].area.tolist() == [62_500 * 3, 62_500] * 2
    assert areas.loc[real, "land_ha"].tolist() == [6.25 * 3, 6.25] * 2
    assert areas.loc[real, "kommunnamn"].tolist() == ["Göteborg"] * 4
    curve = files.read_table(paths.table("bristkurva"))
    county = curve[(curve["kod"] == "14") & (curve["matt"] == "tillgang")]
    assert county["kostnad_ack_sek"].tolist() == pytest.approx([376_700, 1_407_700])
    assert county["andel_pct"].tolist() == pytest.approx([75.5, 95.5])
    assert len(files.read_table(paths.table("bristomraden_rutor"))) == 2 * 4
    find_projects.run(REGION, paths)
    assert _bytes(paths) == first


def test_ids_are_inherited_from_an_earlier_edition_when_it_is_given(tmp_path):
    rows = list(HAND.values())
    before = _write(tmp_path / "a", *_hand_tables(rows))
    find_projects.run(REGION, before)
    later = [a for n, a in HAND.items() if n != "A"]  # the cell that named the first area is gone
    after = _write(tmp_path / "b", *_hand_tables(later))
    with sqlite3.connect(before.out / "bredband.gpkg") as edition:
        files.read_table(before.table("bristomraden_rutor")).to_sql("bristomraden_rutor", edition, index=False)
    find_projects.run(REGION, after, earlier=before.out)
    ids = files.read_polygons(after.table("bristomraden"))["bristomrade_id"]
    assert "1000-tillgang-4002506500000" in set(ids)
    find_projects.run(REGION, after)
    assert "1000-tillgang-4002506500000" not in set(files.read_polygons(after.table("bristomraden"))["bristomrade_id"])


def test_an_earlier_folder_without_an_edition_is_told_in_swedish(tmp_path):
    paths = _write(tmp_path, *_hand_tables(list(HAND.values())))
    with pytest.raises(DataError, match="tidigare utgåvan går inte att läsa"):
        find_projects.run(REGION, paths, earlier=tmp_path / "finns_inte")


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_nothing_covered_and_nothing_uncovered(tmp_path, p):
    points, people, coverage, land = _hand_tables(list(HAND.values()))
    coverage[[c for c in coverage if c.startswith("sannolikhet")]] = p
    paths = _write(tmp_path, points, people, coverage, land)
    find_projects.run(REGION, paths)
    areas = files.read_polygons(paths.table("bristomraden"))
    real = areas[areas["prioritet"].notna()]
    assert len(real) == (0 if p else 6 * 3)
    assert real[["kostnad_sek", "schakt_m", "avstand_m", "kostnad_per_hushall_sek"]].isna().all().all()
    assert areas["hushall_utan"].sum() == pytest.approx(0 if p else 6 * 10)
    assert ("Ingen adress" in paths.ledger("gaps").read_text(encoding="utf-8")) == (p == 0)


def test_an_address_in_a_foreign_kommun_is_told_in_swedish(tmp_path):
    points, people, coverage, land = _hand_tables(list(HAND.values()))
    points.loc[0, "kommunkod"] = "0180"
    with pytest.raises(DataError, match="inte hör till länet"):
        find_projects.run(REGION, _write(tmp_path, points, people, coverage, land))


@pytest.mark.slow
def test_a_full_county_with_100_000_uncovered_addresses_adds_up(tmp_path):
    rng, n = np.random.default_rng(7), 600_000
    low, high = (300e3, 6350e3), (500e3, 6550e3)
    kind = rng.choice(3, n, p=[0.6, 0.2, 0.2])
    town, hamlet = rng.uniform(low, high, (120, 2)), rng.uniform(low, high, (1500, 2))
    xy = rng.uniform(low, high, (n, 2))
    xy[kind == 0] = town[rng.integers(0, 120, (kind == 0).sum())] + rng.normal(0, 1200, ((kind == 0).sum(), 2))
    xy[kind == 1] = hamlet[rng.integers(0, 1500, (kind == 1).sum())] + rng.normal(0, 400, ((kind == 1).sum(), 2))
    xy = xy.round(2)
    codes = np.array(sorted(REGION.kommunkoder))
    kommun = codes[((xy - low) / 28_600).astype(int).clip(0, 6) @ [7, 1]]
    field = rng.normal(size=10_000)[cell_of(*xy.T, 2000) // 1000 % 10_000] + kind + rng.normal(0, 0.4, n)
    p = 1 / (1 + np.exp(2 * (field - np.quantile(field, 5 / 6))))
    ids = np.arange(n).astype(str)
    points = pd.DataFrame(
        {
            "adress_id": ids,
            "kommunkod": kommun,
            "omradestyp": np.where(kind == 0, "tatbebyggt", "glesbebyggt"),
            "rutid": cell_of(*xy.T),
            "e_m": xy[:, 0],
            "n_m": xy[:, 1],
        }
    )
    homes = rng.gamma(2, 0.7, n)
    people = pd.DataFrame({"adress_id": ids, "befolkning": 2 * homes, "hushall": homes})
    coverage = pd.DataFrame({"adress_id": ids, "underlag": "statistik"})
    # One measure at one threshold: every other would be the same numbers once more.
    coverage = coverage.assign(
        **{f"sannolikhet_{m}_{t}": 1.0 for t in (30, 100, 1000) for m in ("tillgang", "passerad")},
        **{f"underlag_{m}_{t}": "statistik" for t in (30, 100, 1000) for m in ("tillgang", "passerad")},
    )
    coverage["sannolikhet_tillgang_1000"] = p
    first = points.drop_duplicates("rutid")
    land = pd.DataFrame({"rutid": first["rutid"], "kommunkod": first["kommunkod"], "land_ha": 6.25})
    paths = _write(tmp_path, points, people, coverage, land)
    find_projects.run(REGION, paths)
    areas = files.read_polygons(paths.table("bristomraden"))
    sums = areas.groupby(["troskel_mbit", "matt"])[["adresser_klassade", "hushall_utan"]].sum()
    assert sums.loc[1000, "tillgang"].tolist() == pytest.approx([100_000, (homes * (1 - p)).sum()])
    assert (sums.drop(index=(1000, "tillgang")) == 0).all(axis=None)
