"""The cheapest mix beside exhaustive search, and by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.config.projects import Alternativ, Alternativen
from pipelines.config.region import Malniva
from pipelines.projects.cheapest_mix import FIBRE, NOTHING, cheapest, goal_rows, instead

RADIO = Alternativ(namn="Fast radio", ned_mbit=100, sek_per_hushall=30, andel_hushall=0.8)
SKY = Alternativ(namn="Satellit", ned_mbit=30, sek_per_hushall=50, andel_hushall=1)
BOTH = Alternativen(tekniker=(RADIO, SKY))


@st.composite
def regions(draw):
    homes = draw(st.lists(st.sampled_from([0.0, 1.0, 2.0, 5.0]), min_size=1, max_size=4))
    fibre = [draw(st.sampled_from([5.0, 20.0, 60.0, 400.0, float("inf")])) for _ in homes]
    others = [
        Alternativ(
            namn=f"Radio {letter}",
            ned_mbit=100,
            sek_per_hushall=draw(st.sampled_from([3, 10, 30, 80])),
            andel_hushall=draw(st.sampled_from([0.5, 0.8, 1])),
        )
        for letter in "abc"[: draw(st.integers(0, 3))]
    ]
    outside = draw(st.sampled_from([0.0, 1.5]))
    missing = draw(st.floats(0, 1.1)) * (sum(homes) + outside)
    return np.array(homes), np.array(fibre), outside, others, missing


@settings(max_examples=400, deadline=None)
@given(regions())
def test_enough_is_reached_where_it_can_be_and_the_price_is_at_most_a_step_from_the_least(case):
    homes, fibre, outside, others, missing = case
    mix = cheapest(homes, fibre, outside, others, missing)
    options = []
    for h, c in [*zip(homes, fibre, strict=True), (outside, np.inf)]:
        own = [(0.0, 0.0), *((x.andel_hushall * h, x.andel_hushall * h * x.sek_per_hushall) for x in others)]
        options.append([*own, (h, c)] if np.isfinite(c) else own)
    sums = [(sum(x[0] for x in p), sum(x[1] for x in p)) for p in itertools.product(*options)]
    most = max(s[0] for s in sums)
    assert mix.hushall.sum() >= min(missing, most) - 1e-6
    least = min(s[1] for s in sums if s[0] >= min(missing, most) - 1e-9)
    largest = max(max(x[1] for x in o) for o in options)
    assert least - 1e-6 <= mix.kostnad_sek.sum() <= least + largest + 1e-6
    # What it reaches it reaches at the least price there is: nobody gets as many for less.
    assert mix.kostnad_sek.sum() <= min(s[1] for s in sums if s[0] >= mix.hushall.sum() - 1e-9) + 1e-6
    for k, h, c, reached, paid in zip(
        mix.choice, [*homes, outside], [*fibre, np.inf], mix.hushall, mix.kostnad_sek, strict=True
    ):
        other = others[k - 1] if k > 0 else None
        assert (reached, paid) == pytest.approx(
            {NOTHING: (0, 0), FIBRE: (h, c)}.get(k)
            or (other.andel_hushall * h, other.andel_hushall * h * other.sek_per_hushall)
        )


def test_the_mix_by_hand():
    """Ten households for 200 kr by fibre, ten for 600, five outside. Radio: 30 kr for each of 8 in 10."""
    homes, fibre = np.array([10.0, 10.0]), np.array([200.0, 600.0])
    some = cheapest(homes, fibre, 5.0, [RADIO], 15.0)
    assert some.choice.tolist() == [FIBRE, 1, NOTHING]  # 20 kr each by fibre, then 30 by radio; 18 are enough
    assert (some.hushall.tolist(), some.kostnad_sek.tolist()) == ([10, 8, 0], [200, 240, 0])
    more = cheapest(homes, fibre, 5.0, [RADIO], 20.0)
    assert more.choice.tolist() == [FIBRE, 1, 1]
    # 24 need fibre in both: the last two of the second project cost 600 - 240 kr.
    assert cheapest(homes, fibre, 5.0, [RADIO], 24.0).choice.tolist() == [FIBRE, FIBRE, 1]
    assert cheapest(homes, fibre, 5.0, [RADIO], 25.0).hushall.sum() == 24  # all there is


def test_the_rows_of_a_goal_by_hand():
    projects = pd.DataFrame({"hushall_utan": [10.0, 10.0], "kostnad_sek": [200.0, 600.0]})
    goal = Malniva(namn="97 % har 100", troskel_mbit=100, andel_pct=97)
    rows = goal_rows(projects, goal, 200.0, 25.0, BOTH).set_index("mix_teknik")  # 19 of 25 are missing
    assert rows.index.tolist() == ["Fiber", "Fast radio", "Summa"]  # satellite is too slow to count
    assert rows["antal_projekt"].tolist() == [1, 1, 2]
    assert rows["hushall_nas"].tolist() == [10, 12, 22] and rows["hushall_nas_utspritt"].tolist() == [0, 4, 4]
    assert rows["kostnad_sek"].tolist() == [200, 360, 560]
    assert rows["andel_efter_pct"].tolist() == [98.5] * 3 and rows["nar_malet"].all()
    every = Malniva(namn="100 % har 100", troskel_mbit=100, andel_pct=100)
    assert not goal_rows(projects, every, 200.0, 25.0, BOTH)["nar_malet"].any()  # one of five outside is left
    slow = Malniva(namn="100 % har 30", troskel_mbit=30, andel_pct=100)
    whole = goal_rows(projects, slow, 200.0, 25.0, BOTH).set_index("mix_teknik")
    assert whole["nar_malet"].all() and whole.loc["Summa", "hushall_nas"] == 25


def test_what_stands_instead_counts_if_it_is_fast_enough_and_is_the_fastest_where_none_is():
    assert instead(BOTH, 30) == (RADIO, True)
    assert instead(BOTH, 100) == (RADIO, True)
    assert instead(BOTH, 1000) == (RADIO, False)
    assert instead(Alternativen(tekniker=()), 30) is None
