import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.config.region import Prioritering, PtsPrioritering
from pipelines.goals import priority

RULE = PtsPrioritering(kostnadstak_sek_per_byggnad=50_000)
SEARCH = Prioritering(optimum_relativt_gap=0)


def test_eligible_is_outside_tatort_without_coverage_and_not_planned():
    yes, no = True, False
    utan = np.array([yes, no, yes, yes])
    tatort = np.array([no, no, yes, no])
    planned = np.array([no, no, no, yes])
    assert priority.eligible(utan, tatort, planned).tolist() == [yes, no, no, no]


@settings(max_examples=300, deadline=None)
@given(st.floats(1, 300_000), st.integers(0, 60))
def test_needed_is_the_first_number_of_buildings_that_brings_the_cost_down(cost, buildings):
    got = priority.needed(np.array([cost]), np.array([buildings]), RULE)[0]
    tried = [k for k in range(min(buildings, 25) + 1) if cost * (1 - 0.02 * k) <= 50_000 * (1 + 1e-9)]
    assert got == (tried[0] if tried and buildings else -1)


def test_the_most_that_may_be_pointed_out_is_a_share_of_the_base_rounded_down():
    args = (np.zeros(10, dtype=np.int64), np.ones(10), np.array([55e3]))
    assert priority.choose(*args, 10, RULE, SEARCH).tak_antal == 3
    assert priority.choose(*args, 20, RULE, SEARCH).valda.any()  # it takes five
    assert priority.choose(*args, 7, RULE, SEARCH).tak_antal == 2
    assert not priority.choose(*args, 7, RULE, SEARCH).valda.any()


def test_a_building_that_a_net_already_passes_gets_no_support():
    assert PtsPrioritering().level.probability == "sannolikhet_passerad_100"


@pytest.mark.parametrize(("cost", "number"), [(50_000, 0), (51_000, 1), (100_000, 25), (100_001, -1)])
def test_the_ends_of_the_rule(cost, number):
    assert priority.needed(np.array([float(cost)]), np.array([200]), RULE)[0] == number


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 30), st.sampled_from([30e3, 55e3, 70e3, 90e3, 99e3, 200e3]), st.floats(0.1, 4)),
        min_size=1,
        max_size=8,
    ),
    st.integers(0, 40),
)
def test_choice_equals_exhaustive_search_within_thirty_percent(projects, outside):
    area = np.repeat(np.arange(len(projects)), [p[0] for p in projects])
    area = np.concatenate([area, np.full(outside, -1)])
    homes = np.concatenate([np.full(p[0], p[2]) for p in projects] + [np.ones(outside)])
    got = priority.choose(area, homes, np.array([p[1] for p in projects]), len(area), RULE, SEARCH)
    cap = (3 * len(area)) // 10
    assert got.tak_antal == cap
    need = [next((k for k in range(min(n, 25) + 1) if c * (100 - 2 * k) <= 50_000 * 100), -1) for n, c, _ in projects]
    assert got.behovs.tolist() == need
    able = [i for i, k in enumerate(need) if k > 0]
    every = itertools.chain.from_iterable(itertools.combinations(able, r) for r in range(len(able) + 1))
    top = max(sum(projects[i][0] * projects[i][2] for i in c) for c in every if sum(need[i] for i in c) <= cap)
    assert got.hushall[got.valda].sum() == pytest.approx(top)
    assert got.behovs[got.valda].sum() <= cap


def test_the_list_names_the_homes_with_most_households_and_ties_by_id():
    area = np.array([0, 0, 0, 0, 1, -1])
    homes = np.array([1.0, 2.0, 1.0, 1.0, 9.0, 9.0])
    ids = pd.DataFrame({"adress_id": ["d", "c", "b", "a", "e", "f"]})
    projects = priority.Projects(np.array([4, 1]), np.array([5.0, 9.0]), np.array([3, 1]), np.array([True, False]), 5)
    got = priority.ordered(projects, area, homes, ids)
    assert got["row"].tolist() == [1, 3, 2, 0]  # three to prioritise, the fourth in reserve
    assert got["ordning"].tolist() == [1, 2, 3, 4]


def test_the_warning_names_the_year():
    assert "2023" in priority.warning(RULE, "egen")
    assert "16 495 byggnader" in priority.warning(PtsPrioritering(), "egen")  # where the terms are from
