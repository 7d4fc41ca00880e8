"""Rows that lists lack: Bayes by hand, the neighbours by brute force, and rates found again in made-up lists."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.config.region import load_region
from pipelines.core.level import LEVELS
from pipelines.evidence import missing_rows
from pipelines.evidence.decide_evidence import Matched, _complete_lists, _per_kommun, _rates
from pipelines.evidence.decided import Evidence
from pipelines.evidence.missing_rows import NEIGHBOURS, Rate

REGION = load_region(Path("config/vastra-gotaland.toml"))


def test_bayes_by_hand() -> None:
    """Of 1000 in the midst of covered ones 4 are unnamed; the list lacks 1 in 500: two are phantoms, of four."""
    near = np.array([[NEIGHBOURS]] * 1000 + [[3]] * 10)
    covered = np.array([[True]] * 996 + [[False]] * 4 + [[True]] * 1 + [[False]] * 9)
    chance = missing_rows.chance_of_lacking_row(near, covered, np.full(1010, 1 / 500))
    # e · c / s, c = (1 − s) / (1 − e)
    inside, outside = (e_c(1 / 500, s) for s in (0.004, 0.9))
    assert chance[996, 0] == pytest.approx(inside) and chance[1001, 0] == pytest.approx(outside)
    assert inside == pytest.approx(0.499, abs=1e-3) and outside < 3e-4
    assert (chance[covered[:, 0]] == 0).all()


def e_c(e: float, s: float) -> float:
    return e * (1 - s) / (1 - e) / s


def test_flats_are_judged_by_flats() -> None:
    """4 of 2000 houses and 2 of 2000 entrances are unnamed in the midst; the list lacks 1 in 1000: half, and all."""
    near = np.full((4000, 1), NEIGHBOURS)
    covered = np.ones((4000, 1), bool)
    covered[:4], covered[2000:2002] = False, False
    flats = np.arange(4000) >= 2000
    chance = missing_rows.chance_by_kind(near, covered, np.full(4000, 1 / 1000), flats)[:, 0]
    assert chance[0] == pytest.approx(0.5, abs=0.01) and chance[2000] == pytest.approx(1, abs=0.01)
    few = missing_rows.chance_by_kind(near, covered, np.full(4000, 1 / 1000), np.arange(4000) >= 2001)[:, 0]
    assert few[0] == few[2000] == pytest.approx(1000 / 1500, abs=0.01)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_neighbours_equal_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 50))
    xy, covered = rng.random((n, 2)) * 1000, rng.random((n, len(LEVELS))) < 0.6
    found = missing_rows.covered_near(xy, covered)
    for i in range(n):
        others = sorted((j for j in range(n) if j != i), key=lambda j: math.dist(xy[i], xy[j]))[:NEIGHBOURS]
        assert found[i].tolist() == covered[others].sum(axis=0).tolist()


@pytest.mark.parametrize("lost", [0.001, 0.005, 0.02])
def test_a_list_with_forgotten_rows_is_seen_through(lost: float) -> None:
    """Covered villages and bare ones: what is said likely covered is so, in the number that is expected."""
    rng = np.random.default_rng(5)
    village = np.repeat(np.arange(600), 60)
    xy = rng.normal(0, 120, (len(village), 2)) + 5000 * np.column_stack([village % 30, village // 30])
    truly = (rng.random(600) < 0.8)[village]
    named = truly & (rng.random(len(truly)) >= lost)
    covered = np.repeat(named[:, None], len(LEVELS), axis=1)
    near = missing_rows.covered_near(xy, covered)
    most, seen = missing_rows.surrounded_share(near, covered)
    assert seen > 10_000 and most == pytest.approx(lost, rel=0.25)
    chance = missing_rows.chance_of_lacking_row(near, covered, np.full(len(truly), lost))[:, 0]
    phantoms = truly & ~named
    assert chance[phantoms].mean() > 0.8 and chance[~truly].mean() < 0.001
    assert chance.sum() == pytest.approx(phantoms.sum(), rel=0.2)


def test_a_rate_is_held_between_overlap_and_neighbours() -> None:
    assumed = Rate("a.csv", 0.002, "antagen", 0)
    more, less = Rate("a.csv", 0.01, "overlapp", 5000), Rate("a.csv", 0.0001, "overlapp", 5000)
    assert missing_rows.held_within(assumed, None, (math.nan, 0)) == assumed
    assert missing_rows.held_within(assumed, less, (0.004, 9000)) == assumed
    assert missing_rows.held_within(assumed, less, (0.0015, 9000)) == Rate("a.csv", 0.0015, "grannar", 9000)
    assert missing_rows.held_within(assumed, more, (0.02, 9000)) == more
    named, others = np.arange(3000) >= 30, np.arange(3000) < 2000
    assert missing_rows.by_overlap(named, others, "a.csv") == Rate("a.csv", 0.015, "overlapp", 2000)
    assert missing_rows.by_overlap(named, np.arange(3000) < 1999, "a.csv") is None


def test_what_is_likelier_at_a_higher_threshold_is_so_at_the_lower() -> None:
    nothing = np.zeros((1, len(LEVELS)))
    evidence = Evidence(
        np.ones((1, len(LEVELS)), np.int8),
        nothing.copy(),
        np.array([np.nan]),
        np.array([-1], np.int8),
        np.array([False]),
    )
    chance = nothing.copy()
    chance[0, LEVELS.at("tillgang", 100)] = 0.3
    out = missing_rows.erring(evidence, chance, np.array([0])).share[0]
    lower = [("tillgang", 30), ("tillgang", 100), ("passerad", 30), ("passerad", 100)]
    assert [out[LEVELS.at(m, t)] for m, t in lower] == [0.3] * 4
    assert out[LEVELS.at("tillgang", 1000)] == out[LEVELS.at("passerad", 1000)] == 0


def test_a_share_holds_for_the_kommun_it_is_given_for_and_in_the_edition_it_is_of() -> None:
    """Two lists: a is given in one kommun of two, b (hidden in the second) in none."""
    columns = ["fil", "kommunkod", "fullstandig", "far_publiceras", "andel_saknas_pct"]
    rows = [("adresser_a.csv", "1", True, True, 5.0), ("adresser_a.csv", "2", True, True, math.nan)]
    rows += [("adresser_b.csv", "2", True, False, 0.1), ("adresser_b.csv", "3", True, True, math.nan)]
    sources = pd.DataFrame(rows, columns=columns)
    table = pd.DataFrame({"fil": ["adresser_a.csv"], "nr": [0], "status": ["tillgang"], "far_publiceras": [True]})
    given = Matched(REGION, pd.DataFrame(), sources, {"adress": table}, np.zeros(3, dtype=bool))
    kommun = pd.Series(["1", "2", "3"])
    for publishable_only, second in ((False, 0.001), (True, 0.002)):
        listed = _complete_lists(given, ["1", "2", "3"], publishable_only)
        rates = _rates(given, listed, kommun, publishable_only, 0.002, (math.nan, 0))
        assert _per_kommun(rates, listed) == pytest.approx({"1": 0.05, "2": second, "3": 0.002})
