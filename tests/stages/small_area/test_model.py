"""The small-area model's laws, on made-up counties; the pieces against plain answers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from pipelines.core import cell_grid
from pipelines.core.level import MEASURES
from pipelines.coverage import address_coverage
from pipelines.coverage.small_area import (
    cluster_variance,
    contiguity,
    features,
    fit,
    intervals,
    model_steps,
    ridge,
    uncertainty,
)

from . import county

PAIRS = [(m, t) for m in ("tillgang", "passerad") for t in (30, 100, 1000)]

TABLE = county.addresses()
UNCOVERED = county.truth(TABLE)
HOUSEHOLDS = np.where(np.arange(len(TABLE)) % 7 == 0, 0.0, 1.0 + (np.arange(len(TABLE)) % 3))
GROUND, _ = county.ground(TABLE, HOUSEHOLDS)
SHARE = county.shares(GROUND, UNCOVERED)


def modelled(ground, evidence, share):
    spreading = model_steps.fitted(ground, evidence)
    return spreading, address_coverage.spread_rest(
        evidence, ground.households, spreading.score, ground.index, ground.table, share, spreading.solve
    )


def check_laws(ground, evidence, share, covered):
    """Exact benchmark where it can be met; nested; within bounds; evidence stands."""
    at = {pair: i for i, pair in enumerate(PAIRS)}
    assert ((covered >= 0) & (covered <= 1)).all()
    for m in MEASURES:
        assert (covered[:, at[m, 1000]] <= covered[:, at[m, 100]] + 1e-12).all()
        assert (covered[:, at[m, 100]] <= covered[:, at[m, 30]] + 1e-12).all()
    for t in (30, 100, 1000):
        assert (covered[:, at["tillgang", t]] <= covered[:, at["passerad", t]] + 1e-12).all()
    decided = evidence.grain > 0
    np.testing.assert_array_equal(covered[decided], evidence.share[decided])
    for g in range(len(ground.table)):
        rows = ground.index == g
        if not decided[rows].any():  # nothing but the model: all of it can be met
            total = ground.households[rows].sum()
            got = ground.households[rows] @ covered[rows]
            np.testing.assert_allclose(got, share[g] * total, atol=1e-9, rtol=0)


@pytest.mark.parametrize("complete", [(), county.KOMMUNER[:2], county.KOMMUNER[:5]])
def test_laws(complete):
    evidence = county.evidence(TABLE, UNCOVERED, complete)
    spreading, covered = modelled(GROUND, evidence, SHARE)
    assert spreading.model.taught_by == (complete if len(complete) >= fit.FEWEST_KOMMUNER else ())
    check_laws(GROUND, evidence, SHARE, covered)


@given(st.integers(0, 10_000), st.integers(0, 8), st.booleans())
@settings(max_examples=12, deadline=None)
def test_laws_on_random_counties_and_shares(seed, complete, plain):
    rng = np.random.default_rng(seed)
    table = county.addresses(seed, villages=3).sample(400, random_state=seed)
    table = table.sort_values(["rutid", "adress_id"], ignore_index=True)
    uncovered = county.truth(table, seed)
    ground, _ = county.ground(table, rng.integers(0, 4, len(table)).astype(float), plain=plain)
    tillgang = -np.sort(-rng.random((len(ground.table), 3)), axis=1)
    share = np.hstack([tillgang, np.maximum(tillgang, -np.sort(-rng.random(tillgang.shape), axis=1))])
    share = np.where(rng.random(share.shape) < 0.1, np.round(share), share)
    for block in (slice(0, 3), slice(3, 6)):
        share[:, block] = -np.sort(-share[:, block], axis=1)
    share[:, 3:] = np.maximum(share[:, 3:], share[:, :3])
    evidence = county.evidence(table, uncovered, county.KOMMUNER[:complete])
    _, covered = modelled(ground, evidence, share)
    check_laws(ground, evidence, share, covered)


def test_the_order_of_rows_does_not_matter():
    evidence = county.evidence(TABLE, UNCOVERED, county.KOMMUNER[:5])
    _, covered = modelled(GROUND, evidence, SHARE)
    order = np.random.default_rng(4).permutation(len(TABLE))
    table = TABLE.iloc[order].reset_index(drop=True)
    ground, _ = county.ground(table, HOUSEHOLDS[order])
    evidence = county.evidence(table, UNCOVERED[order], county.KOMMUNER[:5])
    _, shuffled = modelled(ground, evidence, SHARE)
    np.testing.assert_allclose(shuffled, covered[order], atol=1e-7)


def test_what_the_edition_does_not_hold_teaches_nothing():
    """The model of an edition hangs on that edition's evidence alone."""
    fewer = county.evidence(TABLE, UNCOVERED, county.KOMMUNER[:4])
    first = model_steps.fitted(GROUND, fewer).model
    secret = UNCOVERED.copy()
    secret[TABLE["kommunkod"].isin(county.KOMMUNER[4:])] = 1.0  # only known to the other edition
    second = model_steps.fitted(GROUND, county.evidence(TABLE, secret, county.KOMMUNER[:4])).model
    for m in MEASURES:
        np.testing.assert_array_equal(first.score[m], second.score[m])
    more = model_steps.fitted(GROUND, county.evidence(TABLE, secret, county.KOMMUNER[:6])).model
    assert not np.array_equal(more.score["tillgang"], first.score["tillgang"])


def test_partial_evidence_does_not_teach():
    evidence = county.evidence(TABLE, UNCOVERED, county.KOMMUNER[:4])
    evidence.grain[np.flatnonzero(TABLE["kommunkod"] == county.KOMMUNER[0])[0], 5] = 0
    assert fit.complete_kommuner(TABLE["kommunkod"], evidence) == county.KOMMUNER[1:4]


def test_ridge_is_what_a_general_minimiser_finds():
    rng = np.random.default_rng(2)
    x, group = rng.normal(2, 3, (60, 2)), rng.integers(0, 3, 60)
    h, offset, u = rng.uniform(0.5, 9, 60), rng.normal(0, 1, 60), rng.random(60)
    w = h / (1 + np.maximum(h - 1, 0) * ridge.ALIKE)
    mean = np.average(x, axis=0, weights=w)
    sd = np.sqrt(np.average((x - mean) ** 2, axis=0, weights=w))

    def loss(b):
        eta = offset - np.average(offset, weights=w) + ((x - mean) / sd) @ b[:2] + b[2:][group]
        return w @ (np.log1p(np.exp(eta)) - u * eta) + 0.5 * (b[:2] @ b[:2] / 0.1 + b[2:] @ b[2:] / ridge.FREE)

    wanted = minimize(loss, np.zeros(5), method="BFGS", options={"gtol": 1e-9}).x[:2] / sd
    np.testing.assert_allclose(ridge.regression(x, 0.1, h, group, offset, u), wanted, atol=1e-5)


def test_box_sums_are_plain_counts():
    rng = np.random.default_rng(5)
    cells = np.unique(cell_grid.from_column_row(rng.integers(1500, 1540, 200), rng.integers(25000, 25040, 200)))
    values = rng.integers(1, 9, len(cells)).astype(float)
    column, row = cell_grid.column_row(cells)
    for reach in (0, 1, 7):
        wanted = [
            values[(abs(column - c) <= reach) & (abs(row - r) <= reach)].sum() for c, r in zip(column, row, strict=True)
        ]
        np.testing.assert_array_equal(features.box_sums(cells, values, reach), wanted)


def test_components_by_hand():
    cells = cell_grid.from_column_row([10, 11, 13, 20, 21], [5, 6, 6, 5, 9])
    assert contiguity.components(cells, 1).tolist() == [0, 0, 1, 2, 3]
    assert contiguity.components(cells, 2).tolist() == [0, 0, 0, 1, 2]


def test_correlation_is_found_again():
    """Villages that get coverage whole have ρ 1; each for itself 0."""
    rng = np.random.default_rng(6)
    village = np.repeat(np.arange(400), 20)
    square, group = village // 10, np.zeros(8000, dtype=np.int64)
    parts = cluster_variance.Parts.of(village, square, group)
    h, q = np.ones(8000), np.full(8000, 0.3)
    whole = (rng.random(400) < 0.3)[village].astype(float)
    alone = (rng.random(8000) < 0.3).astype(float)
    assert cluster_variance.estimate(parts, h, [q], [whole]).village == pytest.approx(1, abs=0.1)
    assert cluster_variance.estimate(parts, h, [q], [alone]).village == pytest.approx(0, abs=0.02)


def test_variance_by_hand():
    # Two squares in a group: 2 + 2 addresses in two villages; 1 address. σ² = ¼ each.
    parts = cluster_variance.Parts.of(np.array([0, 0, 1, 1, 2]), np.array([7, 7, 7, 7, 9]), np.zeros(5, np.int64))
    sums = cluster_variance.sums(parts, np.ones(5), np.full(5, 0.5))
    by_kind = {0: cluster_variance.Together(0.4, 0.1), 1: cluster_variance.Together(0, 0)}
    # 0.6·1 + 0.3·(1 + 1) + 0.1·4 = 1.6, and 0.25; each less its square over 1.85: one sum is fixed.
    wanted = 1.6 - 1.6**2 / 1.85
    np.testing.assert_allclose(sums.variance(by_kind, np.array([0])), [wanted, 0.25 - 0.25**2 / 1.85])


def test_intervals_hold_the_truth_of_kommuner_the_model_did_not_see():
    hidden = TABLE["kommunkod"].isin(county.KOMMUNER[5:]).to_numpy()
    evidence = county.evidence(TABLE, UNCOVERED, county.KOMMUNER[:5])
    spreading, covered = modelled(GROUND, evidence, SHARE)
    learnt = uncertainty.learnt(spreading.model, GROUND.features, evidence, HOUSEHOLDS, GROUND.index, GROUND.table)
    table = uncertainty.square_table(
        GROUND.features, evidence, covered, HOUSEHOLDS, GROUND.spread, TABLE, GROUND.index, GROUND.table, learnt
    )
    square = pd.Series(cell_grid.scb_id(cell_grid.parent(TABLE["rutid"], 5000)))
    lacking = pd.Series(HOUSEHOLDS * UNCOVERED[:, 1])
    wanted = lacking.groupby(square).sum().reindex(table["ruta_5km"]).to_numpy()
    inside = (table["hushall_utan_100_lag"] <= wanted + 1e-9) & (wanted <= table["hushall_utan_100_hog"] + 1e-9)
    modelled_only = table["hushall_modellerade_100"] == table["hushall"]
    assert 0.8 <= inside[modelled_only].mean() <= 1
    known = table["hushall_modellerade_100"] == 0
    assert known.sum() > 10
    np.testing.assert_allclose(table.loc[known, "hushall_utan_100_lag"], wanted[known], atol=1e-9)
    np.testing.assert_allclose(table.loc[known, "hushall_utan_100_hog"], wanted[known], atol=1e-9)
    for t in (30, 100, 1000):
        for name in ("hushall_utan", "hushall_ej_passerade"):
            assert (table[f"{name}_{t}_lag"] <= table[f"{name}_{t}"]).all()
            assert (table[f"{name}_{t}"] <= table[f"{name}_{t}_hog"]).all()
    assert (table["hushall_utan_30_hog"] <= table["hushall_utan_1000_hog"]).all()
    assert table["adresser"].sum() == len(TABLE)
    assert hidden.any()


def test_reach_by_hand():
    # 19 squares spot on and one far above of 20: the 95 % quantile lies between them.
    squares = intervals.Square(np.full(20, 10.0), np.full(20, 4.0), np.zeros(20))
    happened = np.full(20, 10.0)
    happened[3] = 50.0
    reach = intervals.calibrated(squares, happened, np.full(20, 60.0))
    assert reach.below == intervals.NORMAL
    assert reach.above == pytest.approx(np.quantile([0.0] * 19 + [20.0], 0.95).clip(intervals.NORMAL))
    low, high = intervals.limits(squares, intervals.Reach(2, 3.1))
    assert (low[0], high[0]) == (6, 17)  # 10 − 4, and 16.2 up to a whole household


def test_where_people_live_and_what_lists_lack_is_in_the_interval():
    """Two squares of a group, by a list: v·q + w²·q (1 − q), each less its square over the sum, times shared."""
    parts = cluster_variance.Parts.of(np.array([0, 0, 1]), np.array([7, 7, 9]), np.zeros(3, np.int64))
    home, spread, q = np.array([1.0, 2, 4]), np.array([0.2, 1, 3]), np.array([1.0, 0.5, 0.25])
    nobody, every = np.zeros(3, bool), np.ones(3, bool)
    by_kind = {0: cluster_variance.Together(0.4, 0.1)}
    found = uncertainty.square_sums(parts, home, spread, q, nobody, every, by_kind, np.array([0]))
    one, two = 0.2 + (0.5 + 4 * 0.25), 0.75 + 16 * 0.1875
    wanted = [x - x**2 / (one + two) for x in (one, two)]
    np.testing.assert_allclose(found.mean, [2, 1])
    np.testing.assert_allclose(found.variance, 0)
    np.testing.assert_allclose(found.certain, uncertainty.SHARED * np.array(wanted))
    low, high = intervals.limits(found, intervals.Reach(9, 9))
    half = intervals.NORMAL * np.sqrt(found.certain)
    np.testing.assert_array_equal(low, np.maximum(np.floor(found.mean - half), 0))
    np.testing.assert_array_equal(high, np.ceil(found.mean + half))
    # A list's share of a cell says how many, and lacks no row.
    without_rows = uncertainty.square_sums(parts, home, spread, q, nobody, nobody, by_kind, np.array([0]))
    assert (without_rows.certain < found.certain).all()
