"""Styles for QGIS (QML) per layer: which column is drawn how. :mod:`qml` knows the file format.

Several named styles on the grid and the gap areas, one of them the default; a reader switches in the
layer's properties.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from pipelines.core import classes
from pipelines.core.level import LEVELS, MEASURES, Level
from pipelines.core.level_words import HAVE_DOWN, WITHOUT
from pipelines.core.quoted import RunFacts
from pipelines.publish.ground.ground_bands import HOUSE, KOMMUN
from pipelines.publish.qgis.style import map_tips, qgis_gaps, qgis_ground, qml
from pipelines.publish.words import codes
from pipelines.publish.words.palette import (
    BASIS_COLOURS,
    CLASS_COLOURS,
    KOMMUN_COLOURS,
    SHARE_COLOURS,
    SHARE_STEPS,
    TECHNIQUE_COLOURS,
)
from pipelines.tables.contracts import Table

_SHORT = {"tillgang": " utan", "passerad": ""}
"""What a share is of, after its number; the heading says it of passerade."""
NOT_THE_CLASS = (
    "Exakta andelar av all täckning som är känd inom organisationen, i egna färger: de är inte den öppna utgåvans "
    "klasser, där få adresser räknas som en och bara uppgifter som får publiceras ingår, och samma ruta kan "
    "ligga i en annan klass där."
)
"""Stands wherever the internal shares are seen."""
_HATCH = "#7d7d7d"
HATCH_SCALE = 50_000
"""Modelled cells are hatched from this scale (1:n) and closer, where a cell is wider than the lines."""
LABEL_SCALE = 25_000
"""Cells carry a figure from this scale (1:n) and closer, where a cell is a centimetre."""
STATUS_COLOURS = {
    "tillgang": CLASS_COLOURS["tackt"],
    "passerad": CLASS_COLOURS["storre_del"],
    "planerad": CLASS_COLOURS["mindre_del"],
    "ingen": CLASS_COLOURS["utan"],
    "okand": "#9a9a9a",
}
PLANNED_COLOUR = "#2f7d57"
_SHARE = {
    "tillgang": ("har", "Hushåll med {} Mbit/s", "Hushåll med {} Mbit/s"),
    "passerad": ("nås", "Hushåll nås av {} Mbit/s", "Hushåll passerade {}"),
}
"""Of a kommun, per measure: after the share, heading of the legend, name of the style."""
ADDRESS_SCALE = 100_000
"""Address points are drawn from this scale (1:n) and closer; further out they only hide each other."""


class Drawn(NamedTuple):
    """A layer drawn one way: the key that themes find it by (a level's code, or a column), its name, what it shows."""

    key: str
    name: str
    about: str
    qml: str


@dataclass(frozen=True)
class Style:
    """One named style of one layer. ``name`` holds at most 30 characters, QGIS's limit."""

    layer: str
    geometry: str
    name: str
    description: str
    qml: str
    default: bool = False
    key: str = ""


def styles(table: Table, facts: RunFacts) -> list[Style]:
    """Return the styles of a layer; exactly one is the default. A demo says so in names and legends."""
    return named(table, facts, _MAKERS[table.name])


def named(table: Table, facts: RunFacts, make: Callable[[Table, str], list[Drawn]]) -> list[Style]:
    """Return what ``make`` draws as a layer's styles, the first of them its default."""
    mark, prefix = (" (DEMO)", "DEMO ") if facts["demo"] else ("", "")
    geometry = "geom" if table.geometry else ""
    return [
        Style(table.name, geometry, prefix + x.name, x.about, x.qml, default=i == 0, key=x.key)
        for i, x in enumerate(make(table, mark))
    ]


def _grid(table: Table, mark: str) -> list[Drawn]:
    """Share of addresses without, at each level; by underlag; best technique; planned."""
    made = [_cells(table, mark, level) for level in LEVELS.from_first()]
    return [*made, *basis(table, mark), _technique(table, mark), planned(table, mark)]


def basis(table: Table, mark: str) -> list[Drawn]:
    """Return styles of cells by what their coverage rests on: per threshold, and all of it."""
    labels = codes.CODES["underlag"]
    values = {k: (labels[k].removesuffix(" ur statistik") + mark, colour) for k, colour in BASIS_COLOURS.items()}
    made = []
    for level in LEVELS.of("tillgang"):
        tip = map_tips.code_of_cell(level.cell_basis, f"Underlag för tillgång till {level.mbit} Mbit/s ned")
        body = qml.document(table, qml.categorized(level.cell_basis, values, "fill"), tip=tip)
        about = f"Vad tillgången till {level.mbit} Mbit/s bygger på: uppgifter eller modell."
        made.append(Drawn(level.cell_basis, f"Underlag {level.mbit}", about, body))
    tip = map_tips.code_of_cell("underlag", "Underlag för all täckning")
    body = qml.document(table, qml.categorized("underlag", values, "fill"), tip=tip)
    made.append(Drawn("underlag", "Underlag", "Vad all täckning i rutan bygger på: uppgifter eller modell.", body))
    return made


def _technique(table: Table, mark: str) -> Drawn:
    """Cells with addresses by the best technique that evidence tells of."""
    rules = [
        qml.Rule(
            "Ingen fast teknik" + mark if code == "ingen" else codes.TECHNIQUE_LABELS[code] + mark,
            f'"adresser" > 0 AND "basta_teknik" = \'{code}\'',
            colour,
        )
        for code, colour in TECHNIQUE_COLOURS.items()
    ]
    tip = map_tips.code_of_cell("basta_teknik", "Bästa teknik enligt uppgifter")
    body = qml.document(table, qml.rules(rules), tip=tip)
    return Drawn("basta_teknik", "Bästa teknik", table.column("basta_teknik").description, body)


def planned(table: Table, mark: str) -> Drawn:
    """Return the style of cells where something is planned."""
    rule = qml.Rule("Planerad, inte klar" + mark, '"planerad"', PLANNED_COLOUR, outline=PLANNED_COLOUR)
    body = qml.document(table, qml.rules([rule]), tip=map_tips.planned_of_cell())
    return Drawn("planerad", "Planerad", table.column("planerad").description, body)


def hatched(column: str, mark: str) -> qml.Rule:
    """Return the rule that hatches cells that are modelled, or partly so, once the map is close enough."""
    return qml.Rule(
        f"Modellerat{mark}", f"\"{column}\" IN ('statistik', 'blandat')", hatch=_HATCH, visible_from=HATCH_SCALE
    )


def _cells(table: Table, mark: str, level: Level) -> Drawn:
    """Cells with addresses by exact share; those that rest on a model are hatched once the map is close enough."""
    title = f"{WITHOUT[level.measure]} {level.mbit}"
    without = f'"{level.without("adresser")}"'
    limits = sorted(1 - x for x in classes.LIMITS)
    parts = []
    for (low, high), colour in zip(pairwise([0.0, *limits, 1.0]), SHARE_COLOURS, strict=True):
        above = f'{without} > {low:g} * "adresser"' if low else ""
        below = f'{without} <= {high:g} * "adresser"' if high < 1 else ""
        parts.append(
            qml.Rule(
                f"{100 * low:.0f}–{100 * high:.0f} %{_SHORT[level.measure]}{mark}",
                " AND ".join(x for x in (above, below) if x),
                colour,
            )
        )
    modelled = hatched(map_tips.basis_of(level), mark)
    rules = [qml.Rule(f"{title} Mbit/s", '"adresser" > 0', parts=(*parts, modelled))]
    text = (
        f"Andel av rutans adresser: {title.lower()} Mbit/s ned. Tom: inga adresser. Siffran, från "
        f"1:{LABEL_SCALE}, är väntat antal hushåll utan. Skrafferat, från 1:{HATCH_SCALE}: modellerat eller blandat "
        f"underlag. {NOT_THE_CLASS}"
    )
    households = f'"{level.without()}"'
    labels = qml.label_rules(f"to_string(round({households}))", [qml.LabelRule(f"{households} >= 0.5", LABEL_SCALE)], 8)
    body = qml.document(table, qml.rules(rules), labels, tip=map_tips.share_of_cell(level))
    return Drawn(level.code, title, text, body)


def _bristomraden(table: Table, mark: str) -> list[Drawn]:
    text = "Bristområden: {} Mbit/s ned, efter kostnad per hushåll. Siffran är prioriteten."
    return _by_level(text, lambda level: qgis_gaps.style(table, level, mark))


def _projekt(table: Table, mark: str) -> list[Drawn]:
    text = "Projekt: {} Mbit/s ned, efter kostnad per hushåll. Siffran är prioriteten."
    return _by_level(text, lambda level: qgis_gaps.style(table, level, mark))


def _schakt(table: Table, mark: str) -> list[Drawn]:
    whose = "projekt" if "projekt_id" in table.names else "bristområden"
    text = f"Schakt för {whose}: {{}} Mbit/s ned. Syns från skala 1:{qgis_gaps.TRENCH_SCALE}."
    return _by_level(text, lambda level: qgis_gaps.trench(table, level, mark))


def _by_level(text: str, style: Callable[[Level], str]) -> list[Drawn]:
    """Return a style a level, the one that opens first before the others; its name goes into ``text``."""
    made = []
    for level in LEVELS.from_first():
        title = f"{WITHOUT[level.measure]} {level.mbit}"
        made.append(Drawn(level.code, title, text.format(title.lower()), style(level)))
    return made


def kommuner(table: Table, mark: str) -> list[Drawn]:
    """Return the styles of the kommuner: share of households, per measure and threshold."""
    return [_goals(table, mark, Level(m, t)) for m in MEASURES for t in LEVELS.mbit_from_first]


def _goals(table: Table, mark: str, level: Level) -> Drawn:
    have, heading, name = _SHARE[level.measure]
    edges = [0, *SHARE_STEPS, 100]
    share = f'"{level.share}"'
    parts = []
    for (low, high), colour in zip(pairwise(edges), KOMMUN_COLOURS, strict=True):
        above = f"{share} >= {low} AND " if low else ""
        below = f"{share} <= {high}" if high == edges[-1] else f"{share} < {high}"
        parts.append(qml.Rule(f"{low}–{high} % {have}{mark}", above + below, colour, outline="#6b6b6b"))
    rules = qml.rules([qml.Rule(heading.format(level.mbit), parts=tuple(parts))])
    body = qml.document(table, rules, qml.label("kommunnamn"), tip=map_tips.kommun(table, level))
    text = f"Andel av hushållen med {HAVE_DOWN[level.measure].format(level.mbit)}."
    return Drawn(level.code, name.format(level.mbit), text, body)


def lan(table: Table, mark: str) -> list[Drawn]:
    """Return the style of the län: the outline of its land, shores with it, so that it lies light on a map."""
    body = qml.document(table, qml.rules([qml.Rule("Länets land" + mark, outline="#3a3a3a", outline_mm=0.25)]))
    return [Drawn("grans", "Länets land", "Landets kant, stränderna med, utan fyllning.", body)]


def land(table: Table, mark: str) -> Drawn:
    """Return a style of the län as plain land, to lie under everything: cells without addresses look so."""
    rule = qml.Rule("Land" + mark, colour=CLASS_COLOURS["ingen_adress"])
    return Drawn("land", "Land", "Länets yta, utan gräns.", qml.document(table, qml.rules([rule])))


def names(table: Table, mark: str, labels_from: int) -> Drawn:
    """Return a style of kommuner with their names only, to lie on top of other layers."""
    labels = qml.label_rules("kommunnamn", [qml.LabelRule('"kommunnamn" IS NOT NULL', labels_from)])
    name = f"Kommunnamn från 1:{labels_from}" if labels_from else "Kommunnamn"
    body = qml.document(table, qml.rules([qml.Rule("Kommunnamn" + mark)]), labels)
    return Drawn(f"namn_{labels_from}", name, "Kommunernas namn, utan gräns och fyllning.", body)


def _adresser(table: Table, mark: str) -> list[Drawn]:
    values = {k: (codes.STATUS_LABELS[k] + mark, colour) for k, colour in STATUS_COLOURS.items()}
    body = qml.document(
        table, qml.categorized("status", values, "marker"), visible_from=ADDRESS_SCALE, tip=map_tips.address()
    )
    text = f"Bästa status vid {LEVELS.mbit[0]} Mbit/s; syns från skala 1:{ADDRESS_SCALE}."
    return [Drawn("status", "Status", text, body)]


def _doubtful(table: Table, mark: str) -> list[Drawn]:
    """Return how the addresses to look up are drawn: by how many households hang on the answer."""
    least, much = _DOUBTS
    field = '"hushall_osakra"'
    tests = (f"{field} < {least:g}", f"{field} >= {least:g} AND {field} < {much:g}", f"{field} >= {much:g}")
    names = (f"under {least:g}", f"{least:g}–{much:g}", f"minst {much:g}")
    rules = [
        qml.Rule(f"{name} osäkra hushåll".replace(".", ",") + mark, test, colour, marker=True)
        for name, test, colour in zip(names, tests, _DOUBT_COLOURS, strict=True)
    ]
    body = qml.document(table, qml.rules(rules), tip=map_tips.doubtful())
    text = "Adresser som en fullständig lista kan ha glömt: slå upp dem innan pengar läggs."
    return [Drawn("kontrolleras", "Kontrolleras", text, body)]


def water(table: Table, mark: str) -> list[Drawn]:
    """Return how water under the map is drawn."""
    return [Drawn("grund", "Vatten", "Hav, sjöar och breda vattendrag.", qgis_ground.water(table, mark))]


def roads(table: Table, mark: str) -> list[Drawn]:
    """Return how roads under the map are drawn."""
    middle, near = qgis_ground.SCALES[KOMMUN], qgis_ground.SCALES[HOUSE]
    text = f"Vägar efter klass, och färjor: de största alltid, medelstora från 1:{middle}, alla från 1:{near}."
    return [Drawn("grund", "Vägar", text, qgis_ground.roads(table, mark))]


def borders(table: Table, mark: str) -> list[Drawn]:
    """Return how borders on the map are drawn."""
    return [Drawn("grund", "Gränser", "Länets och kommunernas gränser.", qgis_ground.borders(table, mark))]


def _aliases(table: Table, _mark: str) -> list[Drawn]:
    return [Drawn("alias", "Alias", "Svenska kolumnnamn.", qml.document(table, ""))]


def _squares(table: Table, mark: str) -> list[Drawn]:
    """How wide each 5 × 5 km square's interval is, in households."""
    made = []
    for t in LEVELS.mbit_from_first:
        level = Level("tillgang", t)
        wide = f'"{level.limit("hog")}" - "{level.limit("lag")}"'
        rules = []
        for low, high, colour in zip(_WIDTHS, (*_WIDTHS[1:], 0), _WIDTH_COLOURS, strict=True):
            label = f"{low}–{high} hushåll brett{mark}" if high else f"över {low} hushåll brett{mark}"
            test = f"{wide} >= {low}" + (f" AND {wide} < {high}" if high else "")
            rules.append(qml.Rule(label, test, colour))
        text = f"Bredden på 90 %-intervallet för hushåll utan {t} Mbit/s ned."
        made.append(Drawn(level.code, f"Osäkerhet {t}", text, qml.document(table, qml.rules(rules))))
    return made


_WIDTHS = (0, 5, 20, 50, 200)
_WIDTH_COLOURS = ("#f1f1f1", "#cfdbe8", "#9cb8d3", "#5d86ad", "#2a4f75")
_DOUBTS = (0.05, 0.5)
"""Households that hang on the answer."""
_DOUBT_COLOURS = ("#fdd49e", "#fc8d59", "#b30000")
_MAKERS = {
    "rutnat_250m": _grid,
    "rutnat_delar": _aliases,
    "kommuner": kommuner,
    "lan": lan,
    "adresser": _adresser,
    "bristomraden": _bristomraden,
    "bristomraden_kommun": _aliases,
    "bristomraden_rutor": _aliases,
    "schakt": _schakt,
    "bristkurva": _aliases,
    "projekt": _projekt,
    "projekt_adresser": _aliases,
    "projekt_schakt": _schakt,
    "kontrolleras": _doubtful,
    "osakerhet_5km": _squares,
    "grund_vatten": water,
    "grund_vagar": roads,
    "grund_granser": borders,
}
