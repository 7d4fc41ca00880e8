"""Cost, ranking, curve, budget and optimum against plain loops and exhaustive search."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pipelines.config.region import Kostnad, Prioritering, Spann
from pipelines.gaps import budget, cost, ranking
from pipelines.gaps.knapsack import knapsack

RULE = Prioritering(optimum_relativt_gap=0)
positive = st.floats(0, 1e6, allow_subnormal=False)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(positive, st.floats(0, 1), st.integers(0, 500)), min_size=1, max_size=8),
    st.sampled_from(cost.LEVELS),
)
def test_doubling_kronor_per_metre_doubles_exactly_the_trench_part(rows, level):
    metres, share, number = (np.array(x, dtype=float) for x in zip(*rows, strict=True))
    once = Kostnad()

    def twice(x):
        return Spann(lag=2 * x.lag, mitt=2 * x.mitt, hog=2 * x.hog)

    dear = once.model_copy(
        update={
            "schakt_tat_sek_per_m": twice(once.schakt_tat_sek_per_m),
            "schakt_gles_sek_per_m": twice(once.schakt_gles_sek_per_m),
        }
    )
    a, b = (cost.cost(metres, share, number, k, level) for k in (once, dear))
    assert (b.schakt_sek == 2 * a.schakt_sek).all()  # exactly, not nearly
    assert (b.anslutning_sek == a.anslutning_sek).all()
    assert (b.fast_sek == a.fast_sek).all()


def test_cost_by_hand_half_tat_half_gles():
    k = Kostnad(
        schakt_tat_sek_per_m=Spann(lag=300, mitt=600, hog=900),
        schakt_gles_sek_per_m=Spann(lag=100, mitt=200, hog=300),
        anslutning_sek_per_adress=Spann(lag=1000, mitt=2000, hog=3000),
        fast_sek_per_omrade=Spann(lag=10, mitt=20, hog=30),
    )
    one = np.array([1000.0]), np.array([0.5]), np.array([4.0])
    middle = cost.cost(*one, k, "mitt")
    assert (middle.schakt_sek, middle.anslutning_sek, middle.fast_sek) == (400_000, 8000, 20)
    assert cost.cost(*one, k, "lag").total_sek == 200_000 + 4000 + 10
    assert cost.cost(*one, k, "hog").total_sek == 600_000 + 12_000 + 30


def test_a_range_must_rise_and_some_weight_must_be_given():
    with pytest.raises(ValidationError, match="lag ≤ mitt ≤ hog"):
        Spann(lag=2, mitt=1, hog=3)
    with pytest.raises(ValidationError, match="vikt"):
        Prioritering(vikt_hushall=0)


areas = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.0, 3.5, 8.0]),
        st.sampled_from([10.0, 15.0, 20.0, 40.0, 90.0, float("nan")]),
    ),
    min_size=1,
    max_size=9,
)


def _columns(rows):
    households, kronor = (np.array(x, dtype=float) for x in zip(*rows, strict=True))
    ids = np.array([f"30-tillgang-{i:013d}" for i in range(len(rows))])
    return households, kronor, ids, ranking.priority(households, kronor, households, ids)


@settings(max_examples=300, deadline=None)
@given(areas)
def test_prioritet_is_unique_by_households_per_krona_and_those_without_come_last(rows):
    households, kronor, ids, rank = _columns(rows)

    def place(i):
        h, k = households[i], kronor[i]
        if h == 0:
            return (2, -(0 if np.isnan(k) else h / k), 0.0, ids[i])
        return (1, -h, -h, ids[i]) if np.isnan(k) else (0, -h / k, -h, ids[i])

    expected = sorted(range(len(rows)), key=place)
    assert [int(rank[i]) for i in expected] == list(range(1, len(rows) + 1))


def test_weights_move_the_order():
    people, homes = np.array([1.0, 10.0]), np.array([2.0, 1.0])
    by_homes = ranking.benefit(homes, homes, people, Prioritering())
    by_people = ranking.benefit(homes, homes, people, Prioritering(vikt_hushall=0, vikt_befolkning=1))
    kronor, ids = np.array([5.0, 5.0]), np.array(["a", "b"])
    assert ranking.priority(by_homes, kronor, homes, ids).tolist() == [1, 2]
    assert ranking.priority(by_people, kronor, homes, ids).tolist() == [2, 1]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["14", "1480"]), st.integers(0, 9), st.integers(1, 99)), min_size=1))
def test_curve_equals_a_loop(rows):
    frame = pd.DataFrame(
        {
            "kod": [r[0] for r in rows],
            "troskel_mbit": 100,
            "matt": "tillgang",
            "prioritet": range(len(rows), 0, -1),
            "projekt_id": [str(i) for i in range(len(rows))],
            "hushall_utan": [float(r[1]) for r in rows],
            "kostnad_sek": [float(r[2]) for r in rows],
        }
    )
    totals = pd.DataFrame({"kod": ["14", "1480"], "troskel_mbit": 100, "matt": "tillgang", "hushall": [1000.0, 0.0]})
    totals["hushall_utan"] = [700.0, 0.0]
    got = ranking.curve(frame, totals)
    for kod, own in got.groupby("kod"):
        reached = spent = 0.0
        turn = [r for r in reversed(rows) if r[0] == kod]
        for (_, h, k), line in zip(turn, own.itertuples(), strict=True):
            reached, spent = reached + h, spent + k
            assert (line.hushall_ack, line.kostnad_ack_sek) == (reached, spent)
            if kod == "14":
                assert line.andel_pct == pytest.approx(min(100, (300 + reached) / 10))
            else:
                assert np.isnan(line.andel_pct)


@settings(max_examples=300, deadline=None)
@given(areas, st.sampled_from([0.0, 9.0, 10.0, 25.0, 60.0, 150.0, 1e4]))
def test_budget_follows_prioritet_skipping_and_optimum_equals_exhaustive_search(rows, money):
    households, kronor, _, rank = _columns(rows)
    left, plan = money, []
    for i in np.argsort(rank):
        if households[i] > 0 and kronor[i] <= left:  # nan is never <=
            plan.append(i)
            left -= kronor[i]
    built = budget.follow(rank, kronor, households, money)
    assert np.flatnonzero(built).tolist() == sorted(plan)

    best = budget.optimum(households, kronor, money, RULE)
    known = [i for i in range(len(rows)) if not np.isnan(kronor[i])]
    every = itertools.chain.from_iterable(itertools.combinations(known, r) for r in range(len(known) + 1))
    top = max(sum(households[i] for i in c) for c in every if sum(kronor[i] for i in c) <= money)
    assert best.value == pytest.approx(top)
    assert households[best.built].sum() == pytest.approx(top)
    assert kronor[best.built].sum() <= money
    assert best.gap == pytest.approx(0, abs=1e-9)
    assert households[built].sum() <= best.value + 1e-9


@settings(max_examples=300, deadline=None)
@given(areas, st.sampled_from([-1.0, 0.0, 0.3, 1.0, 3.5, 7.0, 12.0, 1e3]))
def test_goal_plan_and_cheapest_way_equal_exhaustive_search(rows, missing):
    households, kronor, _, rank = _columns(rows)
    able = [i for i in np.argsort(rank) if households[i] > 0 and not np.isnan(kronor[i])]
    plan, reached = [], 0.0
    for i in able:
        if reached >= missing:
            break
        plan.append(i)
        reached += households[i]
    built = budget.follow_to_goal(rank, kronor, households, missing)
    assert np.flatnonzero(built).tolist() == sorted(plan)

    best = budget.optimum_for_goal(households, kronor, missing, RULE)
    every = itertools.chain.from_iterable(itertools.combinations(able, r) for r in range(len(able) + 1))
    enough = [sum(kronor[i] for i in c) for c in every if sum(households[i] for i in c) >= missing - 1e-9]
    least = min(enough) if enough else sum(kronor[i] for i in able)
    assert best.value == pytest.approx(least)
    assert kronor[best.built].sum() == pytest.approx(least)
    assert best.gap == pytest.approx(0, abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0, 50)), max_size=10), st.floats(0, 200))
def test_knapsack_of_any_numbers_equals_exhaustive_search(items, room):
    values, weights = (np.array([i[k] for i in items], dtype=float) for k in (0, 1))
    chosen, bound = knapsack(values, weights, room, RULE)
    every = [list(c) for c in itertools.product([False, True], repeat=len(items))]
    top, slack = (
        max(values[c].sum() if items else 0.0 for c in every if weights[c].sum() <= most)
        for most in (room, room * (1 + 1e-9))
    )
    assert top - 1e-6 * max(top, 1) <= values[chosen].sum() <= slack + 1e-6 * max(slack, 1)
    assert weights[chosen].sum() <= room * (1 + 1e-9) + 1e-12
    assert bound >= top - 1e-6


@pytest.mark.parametrize("tiny", [5e-324, 1e-310, 1e-300])
def test_a_knapsack_of_the_smallest_weights_there_are(tiny):
    """Three items of one unit each, room for two: the two of most value."""
    chosen, bound = knapsack(np.array([3.0, 1.0, 2.0]), np.full(3, tiny), 2 * tiny, RULE)
    assert (chosen.tolist(), bound) == ([True, False, True], 5.0)


def test_a_thousand_areas_are_solved_to_the_gap_asked_for():
    rng = np.random.default_rng(2)
    households = rng.gamma(0.8, 8, 1000) + 0.3
    kronor = 75_000 + households * rng.uniform(0.7, 1.5, 1000) * 20_000
    rank = ranking.priority(households, kronor, households, np.arange(1000).astype(str))
    best = budget.optimum(households, kronor, 2e7, Prioritering())
    plan = budget.follow(rank, kronor, households, 2e7)
    assert best.gap <= 1e-5
    assert kronor[best.built].sum() <= 2e7 * (1 + 1e-8)
    assert 0.97 * best.value <= households[plan].sum() <= best.value
