"""What the column ranks: the län's kommuner with the lowest share, a kommun's projects in the order they are built."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.core.level_words import UNIT
from pipelines.publish.printmap import typeface
from pipelines.publish.printmap.labels import plain
from pipelines.publish.words import project_list
from pipelines.publish.words.figure_words import NBSP, tell
from pipelines.publish.words.palette import ACCENT, NEIGHBOUR, QUIET

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from pipelines.publish.printmap.title_block import Column

SHOWN_KOMMUNER = 10
NAME_MM = 18.0
"""Where a project's name would have less room than this, its figures stand below it."""
COLUMN_GAP_MM, BETWEEN_MM = 1.4, 0.35
"""Between the columns of the projects, and between the projects."""


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
        column.box(left, right - left, 3.6, NEIGHBOUR)
        column.box(left, (right - left) * row[name] / 100, 3.6, ACCENT)
        column.y += 1.9
        look: dict[str, Any] = {"ha": "right", "va": "center_baseline", "tag": "TD"}
        column.text(left - 2, typeface.shorten(plain(row["kommunnamn"]), left - 2, 8.5), 8.5, **look)
        column.text(column.width, text, 8.5, **look)
        column.y += 3.5


def projects(column: Column, projects: pd.DataFrame, foot: float) -> pd.DataFrame:
    """List a kommun's first projects, numbered as on the map and told as on its page; as many as there is room for.

    A project takes a line where its name has room beside its figures, else two.

    Parameters
    ----------
    projects : DataFrame
        Of :class:`.atlas.Atlas`, the kommun's.

    Returns
    -------
    DataFrame
        Those that are listed.
    """
    words, size, level = project_list.WORDS["sv"], column.small, column.sheet.level
    if projects.empty:
        column.heading(words["rubrik"])
        column.paragraph(words["inga"].format(t=level.mbit), size)
        return projects
    rows = [x.told for x in project_list.listed(projects, "sv", NBSP)]
    rows = [{**row, "namn": plain(row["namn"])} for row in rows]
    names, heads = project_list.COLUMNS, {name: words[name] for name in project_list.COLUMNS}
    narrow = {name: "\n".join(_narrow(text, column.fine)) for name, text in heads.items()}
    parts = [_places(names, narrow, rows, column)]
    if parts[0][1].room < NAME_MM:
        parts = [_places(names[:3], heads, rows, column), _places(names[3:], heads, rows, column)]
    else:
        heads = narrow
    room = parts[0][1].room
    rows = [{**row, "namn": "\n".join(typeface.wrap(row["namn"], room, size))} for row in rows]
    line = typeface.height_mm(1, size)

    def caption(some: pd.DataFrame) -> str:
        return project_list.caption(some, int(projects["alla"].iloc[0]), level, "sv", NBSP)

    def high(row: dict[str, str]) -> float:
        return BETWEEN_MM + line * sum(1 + max(row[place.name].count("\n") for place in part) for part in parts)

    used = column.y + column.heading_mm + line * len(typeface.wrap(caption(projects), column.width, size)) + high(heads)
    fits = sum(used + x <= foot for x in accumulate(map(high, rows)))
    projects = projects.head(fits)
    if projects.empty:
        return projects
    column.heading(words["rubrik"])
    column.paragraph(caption(projects), size, QUIET)
    for i, row in enumerate([heads, *rows[:fits]]):
        column.row = column.y
        for part in parts:
            column.y += line * (1 + max(row[place.name].count("\n") for place in part))
            for place in part:
                text = row[place.name]
                look: dict[str, Any] = {"ha": place.side, "tag": "TD" if i else "TH"}
                if text == words["stopp"]:  # runs on into the next column, where nothing is summed either
                    column.line(place.x - place.room, text, place.size, **look | {"ha": "left"})
                elif i:
                    column.line(place.x, text, place.size, bold=place.name == "nr", **look)
                else:
                    column.line(place.x, text, column.fine, QUIET, **look)
        column.row = None
        column.y += BETWEEN_MM
    column.y += line / 2
    if column.y + line * len(typeface.wrap(words["not"], column.width, size)) < foot:
        column.paragraph(words["not"], size, QUIET)
    return projects


def _narrow(text: str, size: float) -> list[str]:
    """Return a heading's lines: as wide as its longest word, and a little."""
    return typeface.wrap(text, 1.1 * max(typeface.width_mm(word, size) for word in text.split(" ")), size)


class _Place(NamedTuple):
    """Where a column of the table stands (mm), on which side of there, at which size, and with how much room."""

    name: str
    x: float
    side: str
    size: float
    room: float


def _places(names: Sequence[str], heads: dict[str, str], rows: list[dict[str, str]], column: Column) -> list[_Place]:
    """Return the places of a line's columns: figures to the right, the name in what room they leave."""

    def widths(size: float) -> dict[str, float]:
        head = {name: max(typeface.width_mm(x, column.fine) for x in heads[name].split("\n")) for name in names}
        told = [{**row, "ack_kostnad": "" if row["ack_kostnad"] == stop else row["ack_kostnad"]} for row in rows]
        return {x: max(head[x], *(typeface.width_mm(row[x], size) for row in told)) for x in names if x != "namn"}

    size, gap, stop = column.small, COLUMN_GAP_MM, project_list.WORDS["sv"]["stopp"]
    wide = widths(size)
    if "namn" not in names:
        gap = (column.width - sum(wide.values())) / len(wide)
        if gap < COLUMN_GAP_MM:
            size *= max(0.1, (column.width - COLUMN_GAP_MM * len(wide)) / sum(wide.values()))
            wide, gap = widths(size), COLUMN_GAP_MM
    out, right = [], column.width
    for name in reversed(names):
        if name == "nr":
            out.append(_Place(name, 0.0, "left", size, wide[name]))
        elif name == "namn":
            left = wide["nr"] + COLUMN_GAP_MM
            out.append(_Place(name, left, "left", size, right - left))
        else:
            out.append(_Place(name, right, "right", size, wide[name]))
            right -= wide[name] + gap
    return out[::-1]
