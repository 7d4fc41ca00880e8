"""Styles for QGIS of the open edition: the published classes, in the colours of the other maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.config.region import MEASURES, THRESHOLDS
from pipelines.core.quoted import RunFacts
from pipelines.publish.qgis import map_tips, qgis_styles, qml
from pipelines.publish.qgis.qgis_styles import Style
from pipelines.publish.words import codes
from pipelines.publish.words.edition_facts import demo_prefix
from pipelines.publish.words.palette import CLASS_COLOURS, CLASS_LABELS
from pipelines.tables import open_contracts

if TYPE_CHECKING:
    from pipelines.tables.contracts import Table

COST_COLOURS = dict(
    zip(
        open_contracts.COST_CLASSES,
        ("#bdbdbd", "#fde0a6", "#fbc26b", "#f29b4b", "#e0703c", "#c24a3d", "#9a2f4a", "#6f1e4c", "#451342"),
        strict=True,
    )
)
"""Light to dark, by rising cost of the whole area."""
_ORDER = ("tackt", "storre_del", "mindre_del", "utan", "fa_minst_halften", "fa_under_halften", "ej_redovisad")
assert {*_ORDER, "ingen_adress"} == set(CLASS_COLOURS), "every class is drawn"
_Made = list[tuple[str, str, str]]


def styles(table: Table, facts: RunFacts) -> list[Style]:
    """Return the styles of a layer, the first of them its default. A demo says so in names and legends."""
    mark = " (DEMO)" if facts["demo"] else ""
    made = {"rutnat_250m": _grid, "bristomraden": _gaps, "kommuner": qgis_styles.kommuner, "lan": qgis_styles.lan}[
        table.name
    ](table, mark)
    prefix = "DEMO " if demo_prefix(facts) else ""
    return [
        Style(table.name, "geom", prefix + name, text, body, default=i == 0)
        for i, (name, text, body) in enumerate(made)
    ]


def _pairs() -> list[tuple[str, int]]:
    return sorted(((m, t) for m in MEASURES for t in THRESHOLDS), key=lambda p: p != ("tillgang", 100))


def _grid(table: Table, mark: str) -> _Made:
    """Class for each threshold and measure, modelled cells hatched; by underlag; planned."""
    made = [_cells(table, mark, m, t) for m, t in _pairs()]
    return [*made, *qgis_styles.basis(table, mark), qgis_styles.planned(table, mark)]


def _cells(table: Table, mark: str, measure: str, t: int) -> tuple[str, str, str]:
    column = f"klass_{measure}_{t}"
    title = "Tillgång" if measure == "tillgang" else "Passerad"
    classes = [qml.Rule(short(CLASS_LABELS[k]) + mark, f"\"{column}\" = '{k}'", CLASS_COLOURS[k]) for k in _ORDER]
    modelled = qgis_styles.hatched(f"underlag_{t}" if measure == "tillgang" else "underlag", mark)
    rules = qml.rules([qml.Rule(f"{title} {t} Mbit/s", f"\"{column}\" <> 'ingen_adress'", parts=(*classes, modelled))])
    body = qml.document(table, rules, tip=map_tips.class_of_cell(measure, t))
    return f"{title} {t}", table.column(column).description, body


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


def _gaps(table: Table, mark: str) -> _Made:
    out = []
    for m, t in _pairs():
        where = f'"troskel_mbit" = {t} AND "matt" = \'{m}\''
        name = f"{'Utan tillgång' if m == 'tillgang' else 'Ej passerade'} {t}"
        rules = tuple(
            qml.Rule(short(codes.COST_LABELS[code]) + mark, f"\"kostnad_klass\" = '{code}'", colour, outline=colour)
            for code, colour in COST_COLOURS.items()
        )
        heading = qml.Rule(f"{name} Mbit/s", where, parts=rules)
        body = qml.document(table, qml.rules([heading]), tip=map_tips.open_area(m, t))
        out.append((name, f"Bristområden, {name.lower()} Mbit/s, efter kostnadsklass.", body))
    return out
