"""The evaluation: scores against plain answers, and the whole command on a made-up county with known truth."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from pipelines.config.region import load_region
from pipelines.core.errors import DataError
from pipelines.core.paths import Paths
from pipelines.coverage import address_coverage
from pipelines.orders.evaluate import baselines, evaluation, evaluation_report, judge, known_truth, scores, trial
from tests.stages.small_area import county

PAIRS = [(m, t) for m in ("tillgang", "passerad") for t in (30, 100, 1000)]


def test_brier_by_hand():
    assert scores.brier(np.array([0.5, 1.0]), np.array([1.0, 0.0]), np.array([3.0, 1.0])) == pytest.approx(1.75 / 4)


def test_auc_is_the_mean_over_groups_and_counts_pairs():
    rng = np.random.default_rng(1)
    q, u, w = rng.random(60), (rng.random(60) < 0.4).astype(float), rng.integers(1, 4, 60).astype(float)
    group = np.repeat([0, 1, 2], 20)
    u[group == 2] = 1.0  # nothing to tell apart
    each = [roc_auc_score(u[group == g], q[group == g], sample_weight=w[group == g]) for g in (0, 1)]
    pairs = [(q[i] > q[j]) * w[i] * w[j] for i in range(20) for j in range(20) if u[i] == 1 and u[j] == 0]
    whole = [w[i] * w[j] for i in range(20) for j in range(20) if u[i] == 1 and u[j] == 0]
    assert each[0] == pytest.approx(sum(pairs) / sum(whole))
    weights = [w[group == g].sum() for g in (0, 1)]
    assert scores.auc_within(q, u, w, group) == pytest.approx(np.average(each, weights=weights))


@pytest.mark.parametrize("stretch", [0.5, 1.0, 2.0])
def test_slope_finds_how_bold_a_guess_is(stretch):
    rng = np.random.default_rng(3)
    odds = rng.normal(-1, 1.2, 60_000)
    u = (rng.random(60_000) < 1 / (1 + np.exp(-odds))).astype(float)
    guess = 1 / (1 + np.exp(-stretch * odds))
    assert scores.calibration_slope(guess, u, np.ones(60_000)) == pytest.approx(1 / stretch, rel=0.05)


def test_slope_is_the_one_of_a_logistic_regression():
    rng = np.random.default_rng(5)
    odds = np.round(rng.normal(-1, 1.5, 400) / 0.02) * 0.02
    u, w = rng.random(400) ** 2, rng.uniform(0.5, 4, 400)
    rows, answers = np.tile(odds, 2)[:, None], np.repeat([1, 0], 400)
    theirs = LogisticRegression(C=1e6, solver="newton-cholesky")
    theirs.fit(rows, answers, sample_weight=np.concatenate([w * u, w * (1 - u)]))
    got = scores.calibration_slope(1 / (1 + np.exp(-odds)), u, w)
    assert got == pytest.approx(theirs.coef_[0][0], rel=1e-9)


def test_misplaced_by_hand():
    # Kommun 0: 3 expected in place 0 and 1 in place 1, the other way round in truth: two to move.
    expected, happened = np.array([3.0, 1.0, 5.0]), np.array([1.0, 3.0, 5.0])
    wrong = scores.misplaced(expected, happened, np.array([0, 1, 1]), np.array([0, 0, 1]))
    assert wrong.tolist() == [2, 0]


def test_sparsest_fills_from_the_loneliest():
    share, index = np.array([0.5]), np.zeros(4, dtype=np.int64)
    remote = np.array([1.0, 0.5, 0.25, 0.2])
    q = baselines.sparsest(share, index, np.array([2.0, 0.0, 2.0, 4.0]), remote, np.arange(4))
    assert q.tolist() == [1, 1, 1, 0]
    q = baselines.sparsest(np.array([0.625]), index, np.array([2.0, 0.0, 2.0, 4.0]), remote, np.arange(4))
    assert q.tolist() == [1, 1, 0.5, 0]


class Fixed:
    """Households that no evidence moves."""

    def __init__(self, households):
        self.households = households

    def by(self, evidence):
        return self

    def variance(self, households):
        return np.zeros(len(households))


@pytest.fixture(scope="module")
def trials():
    table = county.addresses(7)
    households = 1.0 + (np.arange(len(table)) % 2)
    uncovered = county.truth(table, 7)
    ground, groups = county.ground(table, households)
    share = county.shares(ground, uncovered)
    given = address_coverage.Inputs(ground, groups, pd.DataFrame(), share)
    placed = Fixed(households)
    evidence = county.evidence(table, uncovered, county.KOMMUNER)
    known = known_truth.Truth(False, uncovered, households, county.KOMMUNER)
    out = []
    for seed in (1, 2):
        hidden = known_truth.hidden_kommuner(known, seed)
        forget = table["kommunkod"].isin(hidden).to_numpy()
        out.append(trial.run(f"frö {seed}", given, placed, evidence, known, hidden, forget))
    out.append(
        trial.run(
            trial.STATISTICS_ONLY, given, placed, evidence, known, county.KOMMUNER, np.ones(len(table), dtype=bool)
        )
    )
    return out


def test_the_hidden_evidence_is_not_seen(trials):
    assert [t.taught_by for t in trials] == [5, 5, 0]
    assert [len(t.hidden) for t in trials] == [3, 3, 8]
    assert trials[0].hidden != trials[1].hidden


def test_the_model_beats_both_rivals_where_coverage_follows_remoteness(trials):
    verdicts = judge.judge(trials)
    assert {v.matt for v in verdicts} == {"tillgang", "passerad"}
    rivals = [v for v in verdicts if v.judged and v.grans[0] in "<>"]
    assert len(rivals) == 12
    assert all(v.holds for v in rivals if v.krav.startswith(("Brier", "felplacerade"))), [v.told for v in rivals]
    assert not any(v.judged for v in verdicts if v.forsok == trial.STATISTICS_ONLY)


def test_a_failed_criterion_is_told(trials):
    worse = [{**r, "brier": 9.0} if r["metod"] == "modell" and r["matt"] == "tillgang" else r for r in trials[0].scores]
    bad = trial.Trial("frö 1", 5, trials[0].hidden, worse, [], trials[0].squares, [])
    verdicts = judge.judge([bad, trials[2]])
    failed = [v for v in verdicts if v.judged and not v.holds]
    assert [v.krav for v in failed if v.tal == 9.0] == ["Brier", "Brier"]
    assert "håller inte" in failed[0].told


def test_the_report_says_what_it_was_tried_on(trials, tmp_path):
    region = load_region(Path("config/vastra-gotaland.toml"))
    paths = Paths(tmp_path, tmp_path, tmp_path, tmp_path)
    for simulated in (True, False):
        folder = evaluation_report.write(region, paths, trials, [], judge.judge(trials), simulated)
        text = (folder / "utvardering.md").read_text(encoding="utf-8")
        assert ("prövad på simulerade data" in text) == simulated
        assert ("DEMO" in text) == simulated
        names = sorted(p.name for p in folder.iterdir())
        assert names == [
            "intervall.png",
            "jamforelse.png",
            "kalibrering.csv",
            "kalibrering.png",
            "kommuner.csv",
            "matt.csv",
            "rutor_5km.csv",
            "utvardering.md",
        ]
        rows = pd.read_csv(folder / "matt.csv")
        assert len(rows) == 3 * len(PAIRS) * 3
        assert rows["provad"].str.contains("simulerade").all() == simulated
    assert sorted(p.name for p in tmp_path.iterdir()) == ["utvardering"]


def test_too_little_evidence_is_told(tmp_path):
    table = county.addresses(7)
    evidence = county.evidence(table, county.truth(table, 7), county.KOMMUNER[:4])
    with pytest.raises(DataError, match="för få kommuner") as e:
        known_truth.read(Paths(tmp_path, tmp_path, tmp_path, tmp_path), table, np.ones(len(table)), evidence)
    assert "minst 5 kommuner" in str(e.value)
    assert "9901, 9902, 9903, 9904" in str(e.value)


@pytest.mark.parametrize("text", ["", "a", "1,,2", "1,1", "-1"])
def test_unreadable_seeds_are_told(text):
    with pytest.raises(DataError, match="Fröna"):
        evaluation.read_seeds(text)
