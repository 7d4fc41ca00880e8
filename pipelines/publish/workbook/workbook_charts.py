"""Charts of the curve: households reached against kronor for the län, a line per threshold."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.core.level import LEVELS, MEASURES
from pipelines.core.level_words import SPELLED

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.publish.workbook.workbook_content import Sheet

_LINES = (
    ("#1b7837", "solid"),
    ("#b35806", "dash"),
    ("#2166ac", "round_dot"),
    ("#762a83", "dash_dot"),
    ("#4d4d4d", "long_dash"),
)
"""Colour and dash by threshold, the lowest first: told apart without colour too."""


def add(book: Any, page: Any, sheet: Sheet, top: int, kod: str) -> None:
    """Place a chart per measure to the right of the table.

    Parameters
    ----------
    page : Worksheet
    sheet : Sheet
        The curve; rows of one place, threshold and measure stand together.
    top : int
        The table's first row, from 0.
    kod : str
        The län's code.
    """
    table, names = sheet.rows, sheet.contract.names
    x, y = names.index("kostnad_ack_sek"), names.index("hushall_ack")
    for number, matt in enumerate(MEASURES):
        chart = book.add_chart({"type": "scatter", "subtype": "straight"})
        drawn = False
        for t, (colour, dash) in zip(LEVELS.mbit, cycle(_LINES), strict=False):
            at = np.flatnonzero((table["kod"] == kod) & (table["matt"] == matt) & (table["troskel_mbit"] == t))
            kronor = table["kostnad_ack_sek"].iloc[at]
            if not len(at) or kronor.isna().any():
                continue
            first, last = top + int(at[0]), top + int(at[-1])
            chart.add_series(
                {
                    "name": f"{t} Mbit/s",
                    "categories": [sheet.name, first, x, last, x],
                    "values": [sheet.name, first, y, last, y],
                    "categories_data": kronor.tolist(),
                    "values_data": _values(table["hushall_ack"].iloc[at]),
                    "line": {"color": colour, "width": 2, "dash_type": dash},
                    "marker": {"type": "none"},
                }
            )
            drawn = True
        if not drawn:
            continue
        chart.set_title({"name": f"Nådda hushåll i länet: {SPELLED[matt]}", "name_font": {"size": 12}})
        chart.set_x_axis({"name": "Miljoner kronor", "num_format": "#,##0,,", "min": 0})
        chart.set_y_axis({"name": "Nådda hushåll (väntat antal)", "num_format": "#,##0", "min": 0})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 640, "height": 380})
        alt = f"Diagram: nådda hushåll mot kronor längs prioriteten, {SPELLED[matt]}; talen står i bladets kolumner."
        page.insert_chart(top + 20 * number, len(names) + 1, chart, {"description": alt})


def _values(column: pd.Series) -> list[float]:
    return [float(v) for v in column]
