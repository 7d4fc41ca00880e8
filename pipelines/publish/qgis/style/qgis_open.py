"""Styles for QGIS of the open edition: the published classes, in the colours of the other maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.core.level import LEVELS, Level
from pipelines.core.level_words import WITHOUT, measures
from pipelines.core.quoted import RunFacts
from pipelines.publish.qgis.style import map_tips, qgis_styles, qml
from pipelines.publish.qgis.style.qgis_styles import Drawn, Style
from pipelines.publish.words import codes
from pipelines.publish.words.palette import CLASS_COLOURS, CLASS_LABELS
from pipelines.tables import code_lists

if TYPE_CHECKING:
    from pipelines.tables.contracts import Table

COST_COLOURS = dict(
    zip(
        code_lists.COST_CLASSES,
        ("#bdbdbd", "#fde0a6", "#fbc26b", "#f29b4b", "#e0703c", "#c24a3d", "#9a2f4a", "#6f1e4c", "#451342"),
        strict=True,
    )
)
"""Light to dark, by rising cost of the whole area."""
_ORDER = ("tackt", "storre_del", "mindre_del", "utan", "fa_minst_halften", "fa_under_halften", "ej_redovisad")
assert {*_ORDER, "ingen_adress"} == set(CLASS_COLOURS), "every class is drawn"


def styles(table: Table, facts: RunFacts) -> list[Style]:
    """Return the styles of a layer, the first of them its default. A demo says so in names and legends."""
    return qgis_styles.named(table, facts, _MAKERS[table.name])


def _grid(table: Table, mark: str) -> list[Drawn]:
    """Class at each level, modelled cells hatched; by underlag; planned."""
    made = [_cells(table, mark, level) for level in LEVELS.from_first()]
    return [*made, *qgis_styles.basis(table, mark), qgis_styles.planned(table, mark)]


def _cells(table: Table, mark: str, level: Level) -> Drawn:
    column, title = level.cell_class, f"{measures()[level.measure]} {level.mbit}"
    classes = [qml.Rule(short(CLASS_LABELS[k]) + mark, f"\"{column}\" = '{k}'", CLASS_COLOURS[k]) for k in _ORDER]
    modelled = qgis_styles.hatched(map_tips.basis_of(level), mark)
    rules = qml.rules([qml.Rule(f"{title} Mbit/s", f"\"{column}\" <> 'ingen_adress'", parts=(*classes, modelled))])
    body = qml.document(table, rules, tip=map_tips.class_of_cell(level))
    return Drawn(level.code, title, table.column(column).description, body)


def short(label: str) -> str:
    """Return a class's words as they fit in QGIS's list of layers, under a heading that says what is had.

    >>> short("Minst 95 % av adresserna har"), short("1–2 miljoner kr")
    ('Minst 95 % har', '1–2 mnkr')
    """
    said = (
        (" av adresserna", ""),
        ("Få adresser: ", "Få: "),
        ("hälften har", "hälften"),
        (" miljoner kr", " mnkr"),
        (" miljon kr", " mnkr"),
    )
    for long, brief in said:
        label = label.replace(long, brief)
    return label


def _gaps(table: Table, mark: str) -> list[Drawn]:
    out = []
    for level in LEVELS.from_first():
        name = f"{WITHOUT[level.measure]} {level.mbit}"
        rules = tuple(
            qml.Rule(short(codes.COST_LABELS[code]) + mark, f"\"kostnad_klass\" = '{code}'", colour, outline=colour)
            for code, colour in COST_COLOURS.items()
        )
        heading = qml.Rule(f"{name} Mbit/s", level.condition, parts=rules)
        body = qml.document(table, qml.rules([heading]), tip=map_tips.open_area(level))
        out.append(Drawn(level.code, name, f"Bristområden, {name.lower()} Mbit/s, efter kostnadsklass.", body))
    return out


_MAKERS = {
    "rutnat_250m": _grid,
    "bristomraden": _gaps,
    "kommuner": qgis_styles.kommuner,
    "lan": qgis_styles.lan,
    "grund_vatten": qgis_styles.water,
    "grund_vagar": qgis_styles.roads,
    "grund_granser": qgis_styles.borders,
}
