"""What lacks most: the län's kommuner with the lowest share, a kommun's largest gap areas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.core.level_words import UNIT
from pipelines.publish.printmap import sheet_figures, typeface
from pipelines.publish.printmap.labels import plain
from pipelines.publish.printmap.title_block import BAR, QUIET
from pipelines.publish.words.figure_words import tell

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.publish.printmap.title_block import Column

SHOWN_KOMMUNER = 10


def kommuner(column: Column, foot: float) -> None:
    """Draw the kommuner with the lowest share as bars, as long as the share told."""
    level = column.sheet.level
    name = level.share
    rows = column.atlas.kommuner.dropna(subset=[name]).sort_values([name, "kommunkod"]).head(SHOWN_KOMMUNER)
    column.heading(f"Kommuner med lägst andel hushåll med {level.mbit} {UNIT}")
    texts = [tell(column.figures.share(row, level)) for _, row in rows.iterrows()]
    left = 34.0
    right = column.width - 3 - max((typeface.width_mm(x, 8.5) for x in texts), default=0)
    for text, (_, row) in zip(texts, rows.iterrows(), strict=True):
        if column.y + 3.6 > foot:
            break
        column.box(left, right - left, 3.6, "#efece6")
        column.box(left, (right - left) * row[name] / 100, 3.6, BAR)
        column.y += 1.9
        look: dict[str, Any] = {"ha": "right", "va": "center_baseline", "tag": "TD"}
        column.text(left - 2, typeface.shorten(plain(row["kommunnamn"]), left - 2, 8.5), 8.5, **look)
        column.text(column.width, text, 8.5, **look)
        column.y += 3.5


def gap_areas(column: Column, gaps: pd.DataFrame, foot: float) -> None:
    """List the largest gap areas, numbered as on the map; as many as there is room for."""
    size, w = column.size, column.width
    if gaps.empty:
        return
    column.heading("Bristområden")
    ends = ((0.0, "left"), (5.0, "left"), (0.76 * w, "right"), (w, "right"))
    column.y += typeface.height_mm(1, column.small) * 0.8
    for (x, side), head in zip(ends, ("Nr", "Nära", "Hushåll utan", "Miljoner kr"), strict=True):
        column.line(x, head, column.small, QUIET, tag="TH", ha=side)
    high = typeface.height_mm(1, size) * 1.05
    near = sheet_figures.nearest(column.atlas, gaps)
    for i, (_, gap) in enumerate(gaps.iterrows()):
        column.y += high
        many = sheet_figures.households(gap)
        place = typeface.shorten(near[i], 0.76 * w - 7 - typeface.width_mm(many, size), size)
        for (x, side), value in zip(
            ends, (str(i + 1), place, many, sheet_figures.COSTS[gap["kostnad_klass"]]), strict=True
        ):
            column.line(x, value, size, bold=x == 0, ha=side)
    column.y += 1.6
    note = "Numrerade efter minsta antal. Från–till enligt rutornas klasser; kostnad är schablon, – redovisas inte."
    if column.y + typeface.height_mm(len(typeface.wrap(note, w, column.small)), column.small) < foot:
        column.paragraph(note, column.small, QUIET)
