"""Shares and totals that do not give small counts away: laws of the rule, and an attack on a built page."""

from __future__ import annotations

import json
import math
import re
import shutil
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.config.region import load_region
from pipelines.core.files import read_polygons, read_table, write_polygons, write_table
from pipelines.core.level import LEVELS, Level
from pipelines.disclosure import make_open_areas, make_open_tables, open_summary
from pipelines.publish.webmap import webmap_ground, write_webmap
from tests.publish import synthetic_tables
from tests.publish.adversary import WITHOUT
from tests.publish.test_webmap import page, told_cells

REGION = load_region(synthetic_tables.CONFIG)
SHAPES: dict = {"bounds": [[57.0, 12.0], [58.0, 13.0]], "kommuner": [], "orter": []}
"""The attack reads figures, not outlines."""
THRESHOLDS = (30, 100, 1000)
totals = st.floats(1e-3, 1e6)
band_counts = st.floats(1e-6, 4.999)
tables = settings(max_examples=25)  # each of five to twenty kommuner


LEVEL = Level("tillgang", 100)


class Told(NamedTuple):
    total: float
    without: float
    pct: float
    sign: str


def told(kommuner, small=5):
    """What the tables tell of kommuner with so many households, so many of them without at every level."""
    counts = [{"befolkning": n, "hushall": n} | {level.without(): x for level in LEVELS} for n, x in kommuner]
    rows = open_summary.households(pd.DataFrame(counts).astype("float64"), small)
    columns = ("hushall_ca", f"{LEVEL.without()}_ca", LEVEL.share)
    numbers = ([-1 if pd.isna(x) else x for x in rows[name]] for name in columns)
    return [Told(*row) for row in zip(*numbers, rows[LEVEL.share_sign], strict=True)]


def many(*one):
    """Kommuner that are told in one table: what is drawn of each; tables cost, not rows."""
    return st.lists(st.tuples(*one), min_size=5, max_size=20)


def number(text: str) -> float:
    return float(re.sub(r"[^\d,]", "", text).replace(",", "."))


@tables
@given(many(totals, band_counts, band_counts))
def test_few_without_are_all_told_alike(kommuner):
    first, second = ([(n, min(x[i], n * 0.999)) for n, *x in kommuner] for i in (0, 1))
    assert told(first) == told(second)


@tables
@given(many(totals, band_counts, band_counts))
def test_few_covered_are_all_told_alike(kommuner):
    first, second = ([(n, n - min(x[i], n * 0.999)) for n, *x in kommuner] for i in (0, 1))
    for one, other, (_, x), (_, y) in zip(told(first), told(second), first, second, strict=True):
        # Of fewer than ten households few may have it and few lack it: which band the latter are in is told.
        if (x < 5) == (y < 5):
            assert one[1:] == other[1:]


@tables
@given(many(totals, st.one_of(st.floats(0, 1), st.floats(0, 1e-3), st.floats(0.999, 1))), st.integers(2, 30))
def test_a_limit_is_true(kommuner, smallest):
    for share, (total, part) in zip(told([(n, n * part) for n, part in kommuner], smallest), kommuner, strict=True):
        true = 100 * (1 - total * part / total)
        if share.sign == ">":
            assert share.pct <= true + 1e-6
        elif share.sign == "<" and share.pct >= 0:
            assert share.pct >= true - 1e-6


@tables
@given(many(st.floats(10, 1e5), st.sampled_from([">", "<"])))
def test_the_limit_lets_every_count_of_the_band_through(kommuner):
    """Every number of households told alike still allows all counts below the threshold."""
    given_ = [(n, 3.0 if side == ">" else n - 3.0) for n, side in kommuner]
    for figures, (_, side) in zip(told(given_), kommuner, strict=True):
        if figures.pct < 0:
            continue
        assert figures.sign == side
        left = 100 - figures.pct if side == ">" else figures.pct
        for every in (max(5.0, figures.total - 5), figures.total + 4.99):
            assert every * left / 100 >= 5 - 1e-6


def test_by_hand():
    """2 000 households: 1 − 5/1 995 = 99.749 %; 5/1 995 = 0.2506 %. −1: nothing is told."""
    assert told([(2000, 3.0)]) == [(2000, -1, 99.7, ">")]
    assert told([(2000, 1996.0)]) == [(2000, 2000, 0.3, "<")]
    assert told([(2000, 8.0)]) == [(2000, 10, 99.5, "")]
    assert told([(8, 4.5)]) == [(10, -1, -1, "")]
    assert told([(2000, 0.0)]) == [(2000, 0, 100, "")]
    assert told([(2000, 2000.0)]) == [(2000, 2000, 0, "")]
    # 999 950 of a million: 99.995 % would round to all.
    assert told([(1e6, 50.0)]) == [(1e6, 50, 99.9, ">")]
    assert told([(1e6, 1e6 - 50.0)]) == [(1e6, 1e6, 0.1, "<")]


# The attack: whatever a reader of the page can work out about a kommun's suppressed households without coverage.


def count_range(text: str) -> tuple[float, float]:
    if text == "–":
        return 0.0, math.inf
    if "–" in text:
        low, high = text.split("–")
        return (0.0 if low == "1" else float(low)), (float(high) + 1 if high else math.inf)
    x = number(text)
    return (0.0, 0.0) if x == 0 else (5.0 if x == 10 else x - 5, x + 5)


def share_range(text: str) -> tuple[float, float]:
    if text in ("–", "saknas"):
        return 0.0, 100.0
    x = number(text)
    if text.startswith("minst"):
        return x, 100.0
    if text.startswith("högst"):
        return 0.0, x
    if text.startswith("över"):
        return x + 0.05, 100.0
    if text.startswith("under"):
        return 0.0, x - 0.05
    return (100.0, 100.0) if x == 100 else (x - 0.05, x + 0.05)


def kommun_ranges(html: str) -> dict[str, dict[int, tuple[float, float]]]:
    """Bounds on every kommun's households without coverage from all its figures in the table."""
    out: dict[str, dict[int, tuple[float, float]]] = {}
    for row in re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", html):
        every = count_range(re.findall(r"<td[^>]*>([^<]*)</td>", row)[0])
        name = re.findall(r">([^<]*)</a>", row)[0]
        out[name] = {}
        for t in THRESHOLDS:
            share, _, _, without = re.findall(rf'class="v tillgang_{t}" data-v="[^"]*">([^<]*)<', row)
            # A share without a word before it is reckoned from the told counts: it says no more than they do.
            low, high = share_range(share) if not share[0].isdigit() else (0.0, 100.0)
            if share.startswith(("0,0", "100")):
                low, high = share_range(share)
            bounds = count_range(without)
            out[name][t] = (max(bounds[0], every[0] * (100 - high) / 100), min(bounds[1], every[1] * (100 - low) / 100))
    return out


def attacked(paths) -> pd.DataFrame:
    """Return the bounds of every suppressed kommun count on the page: by its own figures, and by its cells' classes.

    The cells' households, which anybody can reckon, times the least and the most share their classes allow.
    """
    html = paths.built(write_webmap.OPEN).read_text(encoding="utf-8")
    read = page(paths, write_webmap.OPEN)
    about = json.loads(read.block("sida"))
    ids, fields = told_cells(read)
    names = {k: re.sub("<", "&lt;", n).replace(">", "&gt;") for k, n in about["kommunnamn"].items()}
    parts = read_table(paths.table("oppna_delar"))
    households = pd.Series(parts["hushall"].to_numpy(), index=parts["rutid"].astype(str).str.zfill(13))
    wholes, frames = kommun_ranges(html), []
    for t in THRESHOLDS:
        least, most = map(np.array, zip(*(WITHOUT[k] for k in fields[f"klass_tillgang_{t}"]), strict=True))
        cells = pd.DataFrame({"kommun": fields["kommunkod"], "h": households.reindex(ids).fillna(0.0).to_numpy()})
        cells["low"], cells["high"] = cells["h"] * least, cells["h"] * most
        sums = cells.groupby("kommun")[["low", "high", "h"]].sum().reset_index()
        whole = np.array([wholes[names[k]][t] for k in sums["kommun"]])
        few = (whole[:, 0] < 1e-9) & (whole[:, 1] > 0)
        sums["least"], sums["most"] = (np.maximum(sums["low"], whole[:, 0]), np.minimum(sums["high"], whole[:, 1]))
        frames.append(sums[few].assign(t=t))
    return pd.concat(frames, ignore_index=True)


def put_counts(paths, without: dict[int, np.ndarray], households: np.ndarray) -> None:
    """Replace the open cells' classes and the kommuner's counts and shares, by plain arithmetic."""
    cells, kommuner = read_table(paths.table("oppna_rutor")), read_table(paths.table("kommuner"))
    n = read_table(paths.table("rutnat_250m"))["adresser"].to_numpy()
    households = np.where(n > 0, households, 0.0)
    parts = pd.DataFrame({"rutid": cells["rutid_scb"].astype("int64"), "kommunkod": cells["kommunkod"]})
    parts["adresser"], parts["hushall"] = n, households
    at = kommuner["kommunkod"]
    kommuner["hushall"] = pd.Series(households).groupby(cells["kommunkod"]).sum().loc[at].to_numpy()
    for t, some in without.items():
        counts = np.minimum(some, households)
        share = np.divide(counts, households, out=np.zeros(len(n)), where=households > 0)
        klass = [synthetic_tables.share_class(s * a, a, 5) for s, a in zip(share, n, strict=True)]
        for measure, lacking in (("tillgang", "utan"), ("passerad", "ej_passerade")):
            cells[f"klass_{measure}_{t}"] = klass
            parts[f"hushall_{lacking}_{t}"] = counts
            total = pd.Series(counts).groupby(cells["kommunkod"]).sum().loc[at].to_numpy()
            kommuner[f"hushall_{lacking}_{t}"] = total
        kommuner[f"andel_{t}_pct"] = 100 * (1 - total / kommuner["hushall"])
        kommuner[f"pts_andel_{t}_pct"] = np.clip(kommuner[f"andel_{t}_pct"] + 0.13, 0, 100)
    write_table(cells, paths.table("oppna_rutor"))
    write_table(parts[n > 0].reset_index(drop=True), paths.table("oppna_delar"))
    write_table(kommuner, paths.table("kommuner"))
    make_open_areas.run(REGION, paths)
    make_open_tables.run(REGION, paths)


def random_counts(count: int, seed: int) -> tuple[dict[int, np.ndarray], np.ndarray]:
    """Few cells without coverage in some counties, most in others; households from a few to hundreds."""
    rng = np.random.default_rng(seed)
    households = np.round(rng.gamma(0.6, rng.choice([4.0, 30.0, 300.0]), count), 2)
    part = np.where(rng.random(count) < rng.choice([0.01, 0.03, 0.3, 0.95]), rng.random(count), 0)
    part = part * rng.choice([0.02, 0.3, 1.0])
    out = {}
    for t, grow in ((30, 0.3), (100, 0.7), (1000, 1.0)):
        out[t] = np.minimum(households * part * grow, rng.choice([0.1, 0.5, 9.0, 1e9]))
    return {t: np.round(x, 4) for t, x in out.items()}, households


@pytest.fixture(scope="module")
def two_kommuner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of ``synthetic_tables.tiny``, to copy."""
    folder = tmp_path_factory.mktemp("liten")
    synthetic_tables.tiny(folder)
    return folder


@pytest.mark.parametrize("seed", range(24))
def test_attack_on_the_page_of_a_random_county(two_kommuner: Path, tmp_path: Path, seed: int):
    shutil.copytree(two_kommuner, tmp_path, dirs_exist_ok=True)
    region, paths = REGION, synthetic_tables.paths_in(tmp_path)
    without, households = random_counts(len(read_table(paths.table("oppna_rutor"))), seed)
    put_counts(paths, without, households)
    write_webmap.write_open(region, paths, (SHAPES, webmap_ground.read(paths)))
    found = attacked(paths)
    exact = read_table(paths.table("kommuner")).set_index("kommunkod")
    true = np.array([exact.loc[k, f"hushall_utan_{t}"] for k, t in zip(found["kommun"], found["t"], strict=True)])
    assert (found["least"] <= true + 1e-6).all(), "angreppet räknar fel"
    assert (found["most"] >= true - 1e-6).all(), "angreppet räknar fel"
    assert (found["least"] <= 1e-6).all()
    assert (found["most"] >= np.minimum(5, found["h"]) - 1e-6).all()


def test_the_random_counties_have_suppressed_counts(two_kommuner: Path):
    count = len(read_table(synthetic_tables.paths_in(two_kommuner).table("oppna_rutor")))
    suppressed = 0
    for seed in range(24):
        without, _ = random_counts(count, seed)
        suppressed += sum(0 < without[t].sum() < 10 for t in THRESHOLDS)
    assert suppressed > 10


def test_the_attack_has_teeth(tmp_path: Path):
    """Two cells where 2.4 and 2 households lack: with their classes withheld nothing binds; told, they would."""
    region, paths = synthetic_tables.tiny(tmp_path)
    cells = read_table(paths.table("oppna_rutor"))
    n = read_table(paths.table("rutnat_250m"))["adresser"].to_numpy()
    households = np.full(len(cells), 5.5)
    one = np.zeros(len(cells))
    one[np.flatnonzero((cells["kommunkod"] == "1401") & (n > 0))[:2]] = 2.4, 2.0
    put_counts(paths, dict.fromkeys(THRESHOLDS, one), households)
    write_webmap.write_open(region, paths, (SHAPES, webmap_ground.read(paths)))
    told_ = attacked(paths)
    assert len(told_) >= 3
    assert (told_["least"] <= 1e-6).all()
    # The same page of cells of which none is withheld.
    bare = read_table(paths.table("oppna_rutor")).sort_values("rutid_scb", ignore_index=True)
    bare["klass_tillgang_100"] = bare["klass_tillgang_100"].where(bare["adresser_band"] == "0", "storre_del")
    published = read_table(paths.table("oppen_rutnat_250m"))
    write_table(published.assign(klass_tillgang_100=bare["klass_tillgang_100"]), paths.table("oppen_rutnat_250m"))
    areas = read_polygons(paths.table("oppen_bristomraden"))
    areas = areas[~((areas["troskel_mbit"] == 100) & (areas["matt"] == "tillgang"))].reset_index(drop=True)
    write_polygons(areas, paths.table("oppen_bristomraden"))
    write_webmap.write_open(region, paths, (SHAPES, webmap_ground.read(paths)))
    assert (attacked(paths)["least"] > 0.5).any()
