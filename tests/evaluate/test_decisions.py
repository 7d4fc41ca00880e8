"""Decisions held against the truth: a hand example."""

import numpy as np
import pandas as pd
import pytest

from pipelines.config.projects import Projekt
from pipelines.config.region import Prioritering
from pipelines.core.level import LEVELS, Level
from pipelines.orders.evaluate import decisions, judge
from pipelines.orders.evaluate.known_truth import Truth


def test_by_hand() -> None:
    """Three projects at 20, 20 and 30 Mkr: the first is a phantom, the second holds, the third has twice as many."""
    level = Level("passerad", 1000)
    ids = pd.Series(["a", "b", "c", "d", "e"], dtype="str")
    uncovered = np.ones((5, len(LEVELS)))
    uncovered[0, LEVELS.index(level)] = 0
    truth = Truth(True, uncovered, np.array([5.0, 2, 1, 8, 0]), ("1401",))
    projekt = pd.DataFrame(
        {
            "projekt_id": ["P", "Q", "R"],
            "prioritet": [1, 2, 3],
            "kostnad_sek": [20e6, 20e6, 30e6],
            "kostnad_per_hushall_sek": [5e6, 20e6 / 3, 7.5e6],
            "hushall_utan": [4.0, 3, 4],
            "hushall_utan_lag": [3.0, 2, 2],
            "hushall_utan_hog": [6.0, 4, 6],
        }
    )
    members = pd.DataFrame({"projekt_id": ["P", "Q", "Q", "R", "R"], "adress_id": ids})
    found = decisions.Projects.of(projekt, members, ids, truth, level, Projekt(stoppris_sek_per_hushall=None))
    assert found.true.tolist() == [0, 3, 8] and found.phantom.tolist() == [True, False, False]
    rows = {r["budget_mkr"]: r for r in decisions.score(found, level, Prioritering())}
    half = rows[50]
    assert (half["hushall_utlovade"], half["hushall_ratt"], half["hushall_basta"]) == (7, 3, 11)
    assert half["utlovat_av_ratt"] == pytest.approx(7 / 3) and half["andel_av_basta"] == pytest.approx(3 / 11)
    assert half["spoken_bland_forsta"] == 1 and half["intervall_inom"] == pytest.approx(1 / 3)
    assert rows[100]["andel_av_basta"] == 1 and rows[100]["hushall_ratt"] == 11
    verdicts = judge.of_decisions(list(rows.values()))
    held = {v.krav: v.holds for v in verdicts}
    assert held["1000 Mbit/s, 50 Mkr: utlovade hushåll ÷ rätta"] is False
    assert held["1000 Mbit/s, 100 Mkr: andel av bästa planens hushåll"] is True
    assert [v.tal for v in verdicts if "alla har täckning" in v.krav] == [1]
    assert all(v.judged for v in verdicts)
    stopped = decisions.Projects.of(projekt, members, ids, truth, level, Projekt(stoppris_sek_per_hushall=7e6))
    row = decisions.score(stopped, level, Prioritering())[2]  # 300 Mkr would buy all three; R lies above the stop price
    assert (row["hushall_utlovade"], row["hushall_ratt"], row["hushall_basta"]) == (7, 3, 3)
