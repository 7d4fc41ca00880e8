"""Styles for QGIS (QML) per layer: which column is drawn how. :mod:`qml` knows the file format.

Several named styles on the grid and the gap areas, one of them the default; a reader switches in the
layer's properties.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from pipelines.contracts import Table
from pipelines.publish import qgis_gaps, qml
from pipelines.publish.facts import RunFacts
from pipelines.publish.palette import BASIS_COLOURS, BASIS_LABELS, CLASS_COLOURS, CLASS_LIMITS
from pipelines.region import MEASURES, THRESHOLDS

DEFAULT_THRESHOLD, DEFAULT_MEASURE = 100, "tillgang"
_MEASURE = {"tillgang": ("Utan tillgång", "utan"), "passerad": ("Ej passerade", "ej_passerade")}
_CLASS_ORDER = ("tackt", "storre_del", "mindre_del", "utan")
_HATCH = "#7d7d7d"
HATCH_SCALE = 50_000
"""Modelled cells are hatched from this scale (1:n) and closer, where a cell is wider than the lines."""
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
    """Share of addresses without, for each threshold and measure; and by underlag."""
    made = [_cells(table, mark, t, measure) for t, measure in _pairs()]
    values = {k: (BASIS_LABELS[k] + mark, c) for k, c in BASIS_COLOURS.items()}
    for t in THRESHOLDS:
        body = qml.document(table, qml.categorized(f"underlag_{t}", values, "fill"))
        made.append(
            (f"Underlag {t}", f"Vad tillgången till {t} Mbit/s bygger på: uppgifter eller modell.", body)
        )
    body = qml.document(table, qml.categorized("underlag", values, "fill"))
    made.append(("Underlag", "Vad all täckning i rutan bygger på: uppgifter eller modell.", body))
    return made


def _cells(table: Table, mark: str, t: int, measure: str) -> tuple[str, str, str]:
    """Cells with addresses by class; those that rest on a model are hatched once the map is close enough."""
    title, part = _MEASURE[measure]
    without = f'"adresser_{part}_{t}"'
    limits = sorted(1 - x for x in CLASS_LIMITS)
    classes = []
    for (low, high), code in zip(pairwise([0.0, *limits, 1.0]), _CLASS_ORDER, strict=True):
        above = f'{without} > {low:g} * "adresser"' if low else ""
        below = f'{without} <= {high:g} * "adresser"' if high < 1 else ""
        classes.append(
            qml.Rule(
                f"{100 * low:.0f}–{100 * high:.0f} % av adresserna {title.lower()} {t} Mbit/s{mark}",
                " AND ".join(x for x in (above, below) if x),
                CLASS_COLOURS[code],
            )
        )
    basis = f"underlag_{t}" if measure == "tillgang" else "underlag"
    modelled = qml.Rule(
        f"Modellerad, eller blandat underlag (syns från 1:{HATCH_SCALE}){mark}",
        f"\"{basis}\" IN ('statistik', 'blandat')", hatch=_HATCH, visible_from=HATCH_SCALE,
    )  # fmt: skip
    rules = [qml.Rule(f"{title} {t} Mbit/s{mark}", '"adresser" > 0', parts=(*classes, modelled))]
    text = f"Andel av rutans adresser: {title.lower()} {t} Mbit/s ned. Tom: inga adresser."
    return f"{title} {t}", text, qml.document(table, qml.rules(rules))


def _bristomraden(table: Table, mark: str) -> _Made:
    made = []
    for t, measure in _pairs():
        title = _MEASURE[measure][0]
        text = f"Bristområden: {title.lower()} {t} Mbit/s ned, efter kostnad per hushåll. Siffran är prioriteten."
        made.append((f"{title} {t}", text, qgis_gaps.style(table, title, t, measure, mark)))
    return made


def _pairs() -> list[tuple[int, str]]:
    """Return threshold and measure of each style, the default one first."""
    pairs = [(t, m) for m in MEASURES for t in THRESHOLDS]
    return sorted(pairs, key=lambda pair: pair != (DEFAULT_THRESHOLD, DEFAULT_MEASURE))


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
    body = qml.document(table, qml.rules([qml.Rule("Länsgräns" + mark, outline="#3a3a3a", outline_mm=0.8)]))
    return [("Länsgräns", "Länets gräns, utan fyllning.", body)]


def _adresser(table: Table, mark: str) -> _Made:
    values = {k: (label + mark, colour) for k, (label, colour) in _STATUS.items()}
    body = qml.document(table, qml.categorized("status", values, "marker"), visible_from=ADDRESS_SCALE)
    return [("Status", f"Bästa status vid 30 Mbit/s; syns från skala 1:{ADDRESS_SCALE}.", body)]


def _aliases(table: Table, _mark: str) -> _Made:
    return [("Alias", "Svenska kolumnnamn.", qml.document(table, ""))]


_MAKERS = {
    "rutnat_250m": _grid, "rutnat_delar": _aliases, "kommuner": _kommuner, "lan": _lan, "adresser": _adresser,
    "bristomraden": _bristomraden, "bristomraden_kommun": _aliases, "bristomraden_rutor": _aliases,
    "bristkurva": _aliases,
}  # fmt: skip
