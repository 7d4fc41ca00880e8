"""Plots of the evaluation: calibration, the model beside its rivals, intervals beside what is so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.core import level_words
from pipelines.core.level import LEVELS, Level
from pipelines.coverage.small_area.intervals import LEAST_HOUSEHOLDS
from pipelines.orders.evaluate.trial import STATISTICS_ONLY

if TYPE_CHECKING:
    import pandas as pd

MEASURE_NAME = level_words.MEASURE["sv"]
COLOURS = {"modell": "#005ea5", "jamnt": "#8a8a8a", "glesast": "#b3541e"}
TOLD = {"modell": "modellen", "jamnt": "jämnt fördelat", "glesast": "de glesaste rutorna"}
NOT_TRIED = f"Ingen ruta har {LEAST_HOUSEHOLDS} hushåll"


def shown() -> tuple[Level, Level]:
    """Return the two levels that are drawn: tillgång to 100 Mbit/s, or what there is next, and passerad of the highest.

    >>> [level.code for level in shown()]
    ['tillgang_100', 'passerad_1000']
    """
    return min(LEVELS.of("tillgang"), key=lambda level: abs(level.mbit - 100)), LEVELS[-1]


def _figure(columns: int) -> tuple[Any, Any]:
    """Return a figure with axes in one row, drawn without a screen."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.2 * columns, 3.9), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, np.atleast_1d(figure.subplots(1, columns))


def _save(figure: Any, path: Path, mark: str) -> None:
    figure.text(0.005, 0.995, mark, ha="left", va="top", fontsize=7, color="#555555")
    figure.savefig(path, metadata={"Software": None})


def calibration(curves: pd.DataFrame, path: Path, mark: str) -> None:
    """Share uncovered against the model's probability, in bins of equally many households, per trial."""
    figure, axes = _figure(len(shown()))
    for ax, (m, t) in zip(axes, ((level.measure, level.mbit) for level in shown()), strict=True):
        rows = curves[(curves["matt"] == m) & (curves["troskel_mbit"] == t) & (curves["metod"] == "modell")]
        for name, g in rows.groupby("forsok", sort=False):
            style = "--" if name == STATISTICS_ONLY else "-"
            ax.plot(g["sannolikhet"], g["andel"], style, marker="o", markersize=3, linewidth=1, label=name)
        top = float(rows[["sannolikhet", "andel"]].to_numpy().max()) * 1.05
        ax.plot([0, top], [0, top], color="#bbbbbb", linewidth=0.8, zorder=0)
        ax.set(title=f"Utan {t} Mbit/s, {MEASURE_NAME[m]}", xlabel="modellens sannolikhet", ylabel="andel utan, utfall")
        ax.legend(fontsize=7, frameon=False)
    figure.suptitle("Kalibrering: på linjen är rätt")
    _save(figure, path, mark)


def skill(scores: pd.DataFrame, path: Path, mark: str) -> None:
    """The three scores of each method, means over the seeds."""
    rows = scores[scores["forsok"] != STATISTICS_ONLY]
    what = (
        ("brier", "Brier (lägre är bättre)"),
        ("auc", "AUC (högre är bättre)"),
        ("hushall_felplacerade_5km", "Felplacerade hushåll, 5 km (lägre är bättre)"),
    )
    figure, axes = _figure(len(what))
    names = [f"{MEASURE_NAME[level.measure]}\n{level.mbit}" for level in LEVELS]
    for ax, (column, title) in zip(axes, what, strict=True):
        mean = rows.groupby(["matt", "troskel_mbit", "metod"])[column].mean()
        for k, method in enumerate(COLOURS):
            values = [mean[level.measure, level.mbit, method] for level in LEVELS]
            ax.bar(np.arange(len(LEVELS)) + 0.27 * (k - 1), values, 0.25, color=COLOURS[method], label=TOLD[method])
        ax.set_xticks(np.arange(len(LEVELS)), names, fontsize=7)
        ax.set_title(title, fontsize=10)
    axes[1].set_ylim(bottom=0.4)
    figure.suptitle("Modellen och två enkla svar, medel över fröna")
    axes[0].legend(fontsize=7, frameon=False)
    _save(figure, path, mark)


def intervals(squares: pd.DataFrame, path: Path, mark: str) -> None:
    """Each square's interval and what happened there, by rising expected number: first trial."""
    figure, axes = _figure(len(shown()))
    for ax, (m, t) in zip(axes, ((level.measure, level.mbit) for level in shown()), strict=True):
        rows = squares[(squares["matt"] == m) & (squares["troskel_mbit"] == t)]
        if rows.empty:
            ax.set(title=f"Utan {t} Mbit/s, {MEASURE_NAME[m]}", xticks=[], yticks=[])
            ax.text(0.5, 0.5, NOT_TRIED, ha="center", va="center", transform=ax.transAxes)
            continue
        rows = rows[rows["forsok"] == rows["forsok"].iloc[0]]
        rows = rows.sort_values("vantat", ignore_index=True)
        x = np.arange(len(rows))
        ax.vlines(x, rows["lag"], rows["hog"], color="#9cc3e6", linewidth=1)
        inside = rows["inom"].to_numpy(dtype=bool)
        ax.plot(x[inside], rows["utfall"][inside], ".", color="#005ea5", markersize=3, label="utfall inom")
        ax.plot(x[~inside], rows["utfall"][~inside], ".", color="#b3541e", markersize=4, label="utfall utanför")
        ax.set_yscale("symlog", linthresh=5)
        ax.set(
            title=f"Utan {t} Mbit/s, {MEASURE_NAME[m]}",
            xlabel="5 × 5 km-rutor efter väntat antal",
            ylabel="hushåll utan",
        )
        ax.legend(fontsize=7, frameon=False)
    figure.suptitle("90 %-intervall och utfall")
    _save(figure, path, mark)
