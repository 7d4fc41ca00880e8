"""The evaluation's plots: what is drawn, read back from the figure, against rows made by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipelines.orders.evaluate import evaluation_report, plots
from pipelines.orders.evaluate.trial import STATISTICS_ONLY

COLUMNS = ["forsok", "matt", "troskel_mbit", "ruta_5km", "hushall", "vantat", "lag", "hog", "utfall", "inom"]


@pytest.fixture
def drawn(monkeypatch, tmp_path):
    """Return what draws a plot and gives its axes; the file is written too."""
    kept = []
    save = plots._save
    monkeypatch.setattr(plots, "_save", lambda figure, *rest: (kept.append(figure), save(figure, *rest)))

    def draw(kind, rows):
        path = tmp_path / f"{kind.__name__}.png"
        kind(rows, path, "prövad")
        assert path.read_bytes().startswith(b"\x89PNG")
        return kept[-1].axes

    return draw


def curve(name, matt, t, metod, points):
    return [
        {"forsok": name, "matt": matt, "troskel_mbit": t, "metod": metod, "sannolikhet": a, "andel": b}
        for a, b in points
    ]


def test_calibration_draws_the_models_trials_and_the_line_of_what_is_right(drawn):
    rows = [
        *curve("frö 1", "tillgang", 100, "modell", [(0.1, 0.2), (0.4, 0.6)]),
        *curve(STATISTICS_ONLY, "tillgang", 100, "modell", [(0.1, 0.8)]),
        *curve("frö 1", "tillgang", 100, "jamnt", [(0.9, 0.9)]),
        *curve("frö 1", "tillgang", 30, "modell", [(0.7, 0.7)]),
        *curve("frö 1", "passerad", 1000, "modell", [(0.0, 0.0)]),
    ]
    left, right = drawn(plots.calibration, pd.DataFrame(rows))
    assert left.get_title() == "Utan 100 Mbit/s, tillgång" and right.get_title() == "Utan 1000 Mbit/s, passerad"
    seed, alone, line = left.lines
    assert seed.get_xydata().tolist() == [[0.1, 0.2], [0.4, 0.6]] and seed.get_linestyle() == "-"
    assert alone.get_xydata().tolist() == [[0.1, 0.8]] and alone.get_linestyle() == "--"
    # The largest figure there is 0.8, and a twentieth more.
    assert line.get_xydata().ravel() == pytest.approx([0, 0, 0.84, 0.84])
    assert [t.get_text() for t in left.get_legend().get_texts()] == ["frö 1", STATISTICS_ONLY]


def squares(*rows):
    return pd.DataFrame(rows, columns=COLUMNS).astype({"inom": bool})


def test_intervals_stand_by_expected_number_and_tell_inside_from_outside(drawn):
    rows = squares(
        ("frö 1", "tillgang", 100, "b", 90, 8.0, 5.0, 12.0, 20.0, False),
        ("frö 1", "tillgang", 100, "a", 60, 2.0, 1.0, 4.0, 3.0, True),
        ("frö 1", "tillgang", 100, "c", 60, 9.0, 7.0, 13.0, 9.0, True),
        ("frö 2", "tillgang", 100, "a", 60, 1.0, 0.0, 2.0, 2.0, True),
        ("frö 1", "passerad", 1000, "a", 60, 1.0, 0.0, 2.0, 5.0, False),
    )
    left, right = drawn(plots.intervals, rows)
    inside, outside = left.lines
    assert inside.get_xydata().tolist() == [[0, 3], [2, 9]]
    assert outside.get_xydata().tolist() == [[1, 20]]
    (bars,) = left.collections
    assert np.array(bars.get_segments()).tolist() == [[[0, 1], [0, 4]], [[1, 5], [1, 12]], [[2, 7], [2, 13]]]
    assert left.get_yscale() == "symlog"
    assert [len(x.get_xydata()) for x in right.lines] == [0, 1]


def test_a_lan_without_a_square_of_enough_households_says_so(drawn):
    rows = squares(("frö 1", "tillgang", 100, "a", 60, 2.0, 1.0, 4.0, 3.0, True))
    left, right = drawn(plots.intervals, rows)
    assert not left.texts and len(left.lines) == 2
    assert [t.get_text() for t in right.texts] == ["Ingen ruta har 50 hushåll"] and not right.lines
    assert right.get_title() == "Utan 1000 Mbit/s, passerad"
    for ax in drawn(plots.intervals, rows.iloc[:0]):
        assert [t.get_text() for t in ax.texts] == ["Ingen ruta har 50 hushåll"]
    told = evaluation_report.interval_table(rows.iloc[:0])
    assert "intervallet är inte prövat" in told and "|" not in told


def test_skill_shows_the_means_over_the_seeds_without_statistics_only(drawn):
    rows = [
        {
            "forsok": name,
            "matt": m,
            "troskel_mbit": t,
            "metod": k,
            "brier": b,
            "auc": 0.7,
            "hushall_felplacerade_5km": 4.0,
        }
        for m in ("tillgang", "passerad")
        for t in (30, 100, 1000)
        for k in plots.COLOURS
        for name, b in (("frö 1", 0.1), ("frö 2", 0.3), (STATISTICS_ONLY, 9.0))
    ]
    first, *_ = drawn(plots.skill, pd.DataFrame(rows))
    assert [bar.get_height() for bar in first.patches] == pytest.approx([0.2] * 18)
    assert [t.get_text() for t in first.get_legend().get_texts()] == [
        "modellen",
        "jämnt fördelat",
        "de glesaste rutorna",
    ]
