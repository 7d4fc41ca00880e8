"""The attack: all published figures together, and earlier editions, narrow no suppressed count below its band."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from pipelines.contracts_open import KOMMUNER_OPPNA, LAN_OPPNA
from tests.publish import worlds
from tests.publish.adversary import NAMES, SUMS, Knowledge, attack, told
from tests.publish.worlds import T, World

G = worlds.REGION.publicering.undertryckningsgrans
CASES = [
    (shape, kind, seed)
    for seed, (shape, kind) in enumerate(
        [
            ((1,), "blandat"), ((2,), "blandat"), ((3, 1), "blandat"), ((8,), "blandat"), ((12, 5), "blandat"),
            ((4,), "ett_hushall"), ((1, 1), "ett_hushall"), ((6, 3), "alla_utom_ett"), ((10,), "alla_utom_ett"),
            ((14,), "statistik"), ((3,), "statistik"), ((7, 2), "dolt"), ((1,), "dolt"), ((25, 9), "blandat"),
        ]
    )
]  # fmt: skip


@lru_cache
def published(seed: int, shape: tuple[int, ...], kind: str) -> dict[str, pd.DataFrame]:
    """Return what is published of a random county."""
    return worlds.publish(worlds.world(seed, shape, kind))


def narrowed(found: pd.DataFrame) -> pd.DataFrame:
    """Return the suppressed counts that are known better than their band says."""
    return found[(found["low"] > 1e-2) | (found["high"] < G - 1e-2)]


def exact(w: World, code: str, name: str) -> float:
    return float(w.cells.loc[w.cells["kommunkod"] == code, name].sum())


@pytest.mark.parametrize(("shape", "kind", "seed"), CASES)
def test_nothing_is_recovered_of_one_edition(shape, kind, seed):
    for more in range(3):
        frames = published(100 * seed + more, shape, kind)
        for trusting in (False, True):
            found = attack([frames], G, Knowledge(trusting=trusting))
            assert narrowed(found).empty, narrowed(found).to_string()


def test_the_attack_counts_right():
    """The truth is always possible: an attack whose bounds leave it out would prove nothing."""
    seen = 0
    for shape, kind, seed in CASES:
        if kind == "dolt":
            continue
        w = worlds.world(100 * seed, shape, kind)
        true = w.cells.set_index("rutid_scb")
        for row in attack([published(100 * seed, shape, kind)], G).itertuples():
            values = [true.loc[i, row.name] for i in row.cells] or [exact(w, row.kommunkod, row.name)]
            assert row.low - 1e-3 <= min(values), (row, values)
            few_or_in = [v <= row.high + 1e-3 for v in values]
            assert all(few_or_in), (row, values)
            seen += 1
    assert seen > 100


@pytest.mark.parametrize("t", T)
def test_nothing_is_recovered_with_pts_shares(t):
    """Where all is modelled our share is PTS's: known of one threshold at a time."""
    for shape, kind, seed in CASES:
        if kind in ("blandat", "statistik", "alla_utom_ett"):
            found = attack([published(100 * seed, shape, kind)], G, Knowledge(pts=t))
            found = found[found["name"].isin([f"u{t}", f"e{t}"])]
            assert narrowed(found).empty, narrowed(found)


def changed(w: World, rng: np.random.Generator) -> World:
    """Return the next year's world: a few cells are other, all else stands."""
    cells = w.cells.copy()
    for i in rng.choice(len(cells), min(len(cells), int(rng.integers(1, 4))), replace=False):
        grow = rng.choice([0.0, 0.5, 1.0, 1.7])
        covered = rng.choice([0.0, 0.6, 1.0])
        cells.loc[i, "h"] *= grow
        cells.loc[i, "n"] = (
            max(1, round(cells.loc[i, "n"] * grow)) if cells.loc[i, "h"] > 0 else cells.loc[i, "n"]
        )
        for t in T:
            for name in (f"u{t}", f"e{t}"):
                cells.loc[i, name] *= grow * covered
            for name in (f"s{t}", f"p{t}"):
                cells.loc[i, name] = 1 - (1 - cells.loc[i, name]) * covered
    return World(cells, w.hidden)


@pytest.mark.parametrize("seed", range(8))
def test_nothing_is_recovered_given_an_earlier_edition(seed):
    """Cells whose rows are the same hold the same counts; what crosses a border pins nothing."""
    rng = np.random.default_rng(seed)
    shape = [(3,), (8,), (5, 2), (15,), (2,)][seed % 5]
    first = worlds.world(5000 + seed, shape, ["blandat", "statistik"][seed % 2])
    second = changed(first, rng)
    found = attack([worlds.publish(first), worlds.publish(second)], G)
    assert narrowed(found).empty, narrowed(found)


def test_addresses_have_no_sum_to_be_differenced_against():
    """Whole counts: between two editions a sum in tens that crosses a border would pin single addresses."""
    for table in (KOMMUNER_OPPNA, LAN_OPPNA):
        assert not [n for n in table.names if "adress" in n or n.startswith("befolkning_utan")]


@pytest.mark.parametrize("per", [0.2, 1.24, 1.26, 9.0])
def test_a_cell_of_few_addresses_is_told_alike_however_few(per):
    """The witness: 1, 2, 3 and 4 addresses with the same households per address give the same row."""
    rows = []
    for n in range(1, G):
        w = worlds.world(1, (4,))
        cells = w.cells.copy()
        # The other cells stand, and are large enough for the kommun's tens to be the same.
        cells["n"], cells["h"] = [n, 40, 40, 40], [per * n, 400.0, 400.0, 400.0 - per * n]
        for t in T:
            cells[f"u{t}"], cells[f"s{t}"] = (
                [0.7 * per * n, 50.0, 60.0, 97.0 - 0.7 * per * n],
                [0.3, 0.9, 0.9, 0.9],
            )
            cells[f"e{t}"], cells[f"p{t}"] = 0.0, 1.0
        cells["fakta"] = [False] * 4
        rows.append(worlds.publish(World(cells, {}), areas=True))
    for one, other in pairwise(rows):
        for name in one:
            pd.testing.assert_frame_equal(pd.DataFrame(one[name]), pd.DataFrame(other[name]))


# The controls: what would leak is caught, so the attack can fail.


def leaky() -> tuple[World, dict[str, pd.DataFrame]]:
    """Three cells of 4.5, 4 and 1 households without coverage, of 12 addresses each."""
    w = worlds.world(3, (3,))
    cells = w.cells.assign(n=12, h=30.0, fakta=True)
    for t in T:
        cells[f"u{t}"], cells[f"e{t}"] = [4.5, 4.0, 1.0], [4.5, 4.0, 1.0]
        cells[f"s{t}"] = cells[f"p{t}"] = 0.9
    w = World(cells, {})
    return w, worlds.publish(w)


def test_what_is_published_of_the_control_leaks_nothing():
    _, frames = leaky()
    assert narrowed(attack([frames], G)).empty


def test_an_exact_count_is_caught():
    """Three bands of at most 5 add up to 15: an exact 14.2 says that each is at least 4.2."""
    w, _ = leaky()
    code = w.cells["kommunkod"].iloc[0]
    cells = w.cells.assign(u100=[4.5, 4.9, 4.8], u1000=[4.5, 4.9, 4.8])
    w = World(cells, {})
    whole = exact(w, code, "u100")
    found = attack([worlds.publish(w)], G, Knowledge(exact={(code, "u100"): (whole, whole)}))
    bad = narrowed(found)
    assert not bad.empty
    assert bad["low"].max() == pytest.approx(14.2 - 10, abs=1e-3)


def test_a_share_of_exact_counts_is_caught():
    """14.2 of 90 without: 84.2 % with one decimal says 14.175–14.265 of exactly 90."""
    w, _ = leaky()
    w = World(w.cells.assign(u100=[4.5, 4.9, 4.8], u1000=[4.5, 4.9, 4.8]), {})
    code = w.cells["kommunkod"].iloc[0]
    known = {(code, "h"): (90.0, 90.0), (code, "u100"): (90 * (1 - 0.8425), 90 * (1 - 0.8415))}
    assert not narrowed(attack([worlds.publish(w)], G, Knowledge(exact=known))).empty


def test_the_sum_of_an_area_is_caught():
    w, frames = leaky()
    ids = w.cells["rutid_scb"]
    two = frozenset(ids[:2])
    found = attack([frames], G, Knowledge(groups=[(two, {"u100": (8.5, 8.5)})]))
    bad = narrowed(found)
    assert set(bad["name"]) >= {"u100"}
    assert bad.loc[bad["name"] == "u100", "low"].max() == pytest.approx(3.5, abs=1e-3)


def test_steps_that_are_no_multiples_of_the_bands_are_caught():
    """Rounded to whole ones instead of tens, the kommun's count narrows the cells'."""
    w, _ = leaky()
    w = World(w.cells.assign(u100=[4.5, 4.9, 4.8], u1000=[4.5, 4.9, 4.8]), {})
    code = w.cells["kommunkod"].iloc[0]
    found = attack([worlds.publish(w)], G, Knowledge(exact={(code, "u100"): (13.5, 14.5)}))
    assert not narrowed(found).empty


def test_told_and_band_by_hand():
    ends = [told(x, 5) for x in (pd.NA, 0, 10, 40)]
    assert np.allclose(ends, [(0, 5), (0, 0), (5, 15), (35, 45)], atol=1e-4)
    assert set(SUMS) == set(NAMES)
