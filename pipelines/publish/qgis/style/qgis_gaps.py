"""Styles for QGIS of the gap areas: one per level, by cost per household."""

from __future__ import annotations

from itertools import pairwise

from pipelines.core.level import Level
from pipelines.publish.qgis.style import map_tips, qml
from pipelines.publish.words import codes
from pipelines.publish.words.swedish import NBSP
from pipelines.tables.contracts import Table

COST_LIMITS = (50_000, 100_000, 200_000, 400_000)
"""Kronor per household that part the classes: each class is twice as dear as the one before."""
COST_COLOURS = ("#0c4a38", "#2f7d57", "#73ad63", "#b4c75c", "#e0cf86")
"""From the cheapest to the dearest, dark to light, in hues that no coverage class has."""
UNKNOWN_COLOUR = "#9a9a9a"
HATCH = "#ffffff"
_HEADING = {"tillgang": "Utan {} Mbit/s", "passerad": "Ej passerat {}"}
TRENCH = {"vag": ("#7a4b12", 0.5), "stick": ("#b98a4e", 0.3), "sjo": ("#1f6f9c", 0.6), "fagelvag": ("#a83a4f", 0.4)}
"""Colour and width (mm) of the lines of trench, by kind."""
TRENCH_SCALE = 100_000
"""Trenches are drawn from this scale (1:n) and closer."""
LABELLED = ((10, 0), (100, 300_000), (1000, 100_000), (None, 40_000))
"""Labels: areas up to this priority are named from this scale (1:n) and closer; 0 means always."""


def style(table: Table, level: Level, mark: str) -> str:
    """Return the QML that shows the areas, or projects, of one level, modelled ones hatched."""
    here = level.condition
    headings = tuple(
        qml.Rule(label, f'{here} AND {what} "modellerad"', parts=_classes(mark, hatch))
        for label, what, hatch in (
            (f"{_HEADING[level.measure].format(level.mbit)}, per hushåll", "NOT", ""),
            ("Modellerat (skrafferat)", "", HATCH),
        )
    )
    named = "namn" in table.names  # a project has a name, an area has none
    label = 'concat("prioritet", \'. \', "namn")' if named else "prioritet"
    labels = qml.label_rules(label, _label_rules())
    return qml.document(table, qml.rules(headings), labels, tip=map_tips.area(level, named))


def _classes(mark: str, hatch: str) -> tuple[qml.Rule, ...]:
    cost = '"kostnad_per_hushall_sek"'
    unit = f"{NBSP}tkr"
    classes = [
        (f"Under {COST_LIMITS[0] // 1000}{unit}", f"{cost} < {COST_LIMITS[0]}"),
        *(
            (f"{low // 1000}–{high // 1000}{unit}", f"{cost} >= {low} AND {cost} < {high}")
            for low, high in pairwise(COST_LIMITS)
        ),
        (f"Minst {COST_LIMITS[-1] // 1000}{unit}", f"{cost} >= {COST_LIMITS[-1]}"),
        ("Okänd kostnad", f"{cost} IS NULL"),
    ]
    return tuple(
        qml.Rule(label + mark, where, colour, outline=colour, hatch=hatch)
        for (label, where), colour in zip(classes, (*COST_COLOURS, UNKNOWN_COLOUR), strict=True)
    )


def trench(table: Table, level: Level, mark: str) -> str:
    """Return the QML that shows the trenches of one level, by kind."""
    lines = tuple(
        qml.Rule(codes.CODES["slag_av_schakt"][slag] + mark, f"\"slag\" = '{slag}'", colour, line_mm=width)
        for slag, (colour, width) in TRENCH.items()
    )
    heading = qml.Rule(f"Schakt, {_HEADING[level.measure].format(level.mbit).lower()}", level.condition, parts=lines)
    return qml.document(table, qml.rules([heading]), visible_from=TRENCH_SCALE)


def _label_rules() -> list[qml.LabelRule]:
    out, above = [], 0
    for limit, visible_from in LABELLED:
        upper = "" if limit is None else f' AND "prioritet" <= {limit}'
        out.append(qml.LabelRule(f'"prioritet" > {above}{upper}', visible_from))
        above = limit or above
    return out
