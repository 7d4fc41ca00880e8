"""Styles for QGIS (QML) per layer: which column is drawn how. :mod:`qml` knows the file format.

Several named styles on the grid, one of them the default; a reader switches in the layer's properties.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from pipelines.contracts import Table
from pipelines.publish import qml
from pipelines.publish.facts import RunFacts
from pipelines.publish.palette import BASIS_COLOURS, BASIS_LABELS, CLASS_COLOURS, CLASS_LIMITS
from pipelines.region import MEASURES, THRESHOLDS

DEFAULT_THRESHOLD, DEFAULT_MEASURE = 100, "tillgang"
_MEASURE = {"tillgang": ("Utan tillgång", "utan"), "passerad": ("Ej passerade", "ej_passerade")}
_STATUS = {
    "tillgang": ("Tillgång", CLASS_COLOURS["tackt"]),
    "passerad": ("Passerad", CLASS_COLOURS["storre_del"]),
    "planerad": ("Planerad", CLASS_COLOURS["mindre_del"]),
    "ingen": ("Ingen täckning", CLASS_COLOURS["utan"]),
    "okand": ("Okänd, modellerad", "#9a9a9a"),
}
_GOAL_LIMITS = (80.0, 90.0, 95.0, 99.0)
"""Shares of households (%) that part the classes of a kommun; tight at the top, where the goals lie."""
_KOMMUN_COLOURS = ("#4f1548", "#a83a4f", "#d87c42", "#e9b95a", "#b9dde6")
ADDRESS_SCALE = 100_000
"""Address points are drawn from this scale (1:n) and closer; further out they only hide each other."""


@dataclass(frozen=True)
class Style:
    """One named style of one layer. ``name`` holds at most 30 characters, QGIS's limit."""

    layer: str
    geometry: str
    name: str
    description: str
    qml: str
    default: bool = False


def styles(table: Table, facts: RunFacts) -> list[Style]:
    """Return the styles of a layer; exactly one is the default. A demo says so in names and legends."""
    demo = facts["demo"]
    made = _MAKERS[table.name](table, " (DEMO)" if demo else "")
    geometry = "geom" if table.geometry else ""
    return [
        Style(table.name, geometry, ("DEMO " if demo else "") + name, text, body, default=i == 0)
        for i, (name, text, body) in enumerate(made)
    ]


_Made = list[tuple[str, str, str]]


def _grid(table: Table, mark: str) -> _Made:
    """Graduated on the share of addresses without, for each threshold and measure; and by underlag."""
    edges = [0.0, *sorted(100 - 100 * x for x in CLASS_LIMITS), 100.0]
    colours = [CLASS_COLOURS[k] for k in ("tackt", "storre_del", "mindre_del", "utan")]
    made = []
    for measure in MEASURES:
        for t in THRESHOLDS:
            title, part = _MEASURE[measure]
            share = f'CASE WHEN "adresser" > 0 THEN 100.0 * "adresser_{part}_{t}" / "adresser" END'
            classes = [
                qml.Class(
                    low, high, f"{low:.0f}–{high:.0f} % av adresserna {title.lower()} {t} Mbit/s{mark}", c
                )
                for (low, high), c in zip(pairwise(edges), colours, strict=True)
            ]
            text = f"Andel av rutans adresser: {title.lower()} {t} Mbit/s ned. Tom: inga adresser."
            made.append((f"{title} {t}", text, qml.document(table, qml.graduated(share, classes, "fill"))))
    first = f"{_MEASURE[DEFAULT_MEASURE][0]} {DEFAULT_THRESHOLD}"
    made.sort(key=lambda m: m[0] != first)
    values = {k: (BASIS_LABELS[k] + mark, c) for k, c in BASIS_COLOURS.items()}
    body = qml.document(table, qml.categorized("underlag", values, "fill"))
    return [*made, ("Underlag", "Vad täckningen bygger på: uppgifter eller modell.", body)]


def _kommuner(table: Table, mark: str) -> _Made:
    return [_goals(table, mark, t, qml.label("kommunnamn")) for t in (100, 30, 1000)]


def _goals(table: Table, mark: str, t: int, labels: str) -> tuple[str, str, str]:
    edges = [0.0, *_GOAL_LIMITS, 100.0]
    classes = [
        qml.Class(
            low, high, f"{low:.0f}–{high:.0f} % av hushållen har {t} Mbit/s{mark}", c, outline="#6b6b6b"
        )
        for (low, high), c in zip(pairwise(edges), _KOMMUN_COLOURS, strict=True)
    ]
    body = qml.document(table, qml.graduated(f"andel_{t}_pct", classes, "fill"), labels)
    return f"Hushåll med {t} Mbit/s", f"Andel av hushållen med tillgång till {t} Mbit/s ned.", body


def _lan(table: Table, mark: str) -> _Made:
    body = qml.document(table, qml.outline("Länsgräns" + mark, "#3a3a3a"))
    return [("Länsgräns", "Länets gräns, utan fyllning.", body)]


def _adresser(table: Table, mark: str) -> _Made:
    values = {k: (label + mark, colour) for k, (label, colour) in _STATUS.items()}
    body = qml.document(table, qml.categorized("status", values, "marker"), visible_from=ADDRESS_SCALE)
    return [("Status", f"Bästa status vid 30 Mbit/s; syns från skala 1:{ADDRESS_SCALE}.", body)]


def _delar(table: Table, _mark: str) -> _Made:
    return [("Alias", "Svenska kolumnnamn.", qml.document(table, ""))]


_MAKERS = {
    "rutnat_250m": _grid, "rutnat_delar": _delar, "kommuner": _kommuner, "lan": _lan, "adresser": _adresser,
}  # fmt: skip
