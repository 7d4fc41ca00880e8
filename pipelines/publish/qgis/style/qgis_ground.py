"""Styles for QGIS of the ground: water, roads by class, the small ones once the map is close enough, and borders."""

from __future__ import annotations

from pipelines.publish.ground.ground_bands import COUNTY, HOUSE, KOMMUN, ROADS
from pipelines.publish.qgis.style import qml
from pipelines.publish.words import codes
from pipelines.publish.words.palette import FERRY, ROAD, WATER
from pipelines.tables.contracts import Table

SCALES = {COUNTY: 0, KOMMUN: 500_000, HOUSE: 75_000}
"""From which scale (1:n) the classes of a band are drawn, about the web map's zooms; 0 means always."""
WIDTH_MM = {
    "motorvag": 0.8,
    "landsvag": 0.5,
    "landsvag_liten": 0.3,
    "huvudgata": 0.3,
    "lokalgata": 0.2,
    "smavag": 0.2,
    "traktorvag": 0.15,
    "cykelvag": 0.15,
    "farjeled": 0.3,
}
"""In the order of the legend."""
DASHED = ("traktorvag", "cykelvag", "farjeled")


def water(table: Table, mark: str) -> str:
    """Return the QML of water: without a shore, since it also ends where the map does."""
    return qml.document(table, qml.rules([qml.Rule("Vatten" + mark, colour=WATER)]))


def roads(table: Table, mark: str) -> str:
    """Return the QML of roads and ferries."""
    band = {klass: k for k in reversed(range(len(ROADS))) for klass in ROADS[k].classes}
    labels = codes.CODES["vagklass"]
    return qml.document(
        table,
        qml.rules(
            [
                qml.Rule(
                    labels[klass] + mark,
                    f"\"klass\" = '{klass}'",
                    FERRY if klass == "farjeled" else ROAD,
                    line_mm=width,
                    dashed=klass in DASHED,
                    visible_from=SCALES[band[klass]],
                )
                for klass, width in WIDTH_MM.items()
            ]
        ),
    )


def borders(table: Table, mark: str) -> str:
    """Return the QML of the borders: the län's, which follows on its kommuner's in the table, over them."""
    return qml.document(
        table,
        qml.rules(
            [
                qml.Rule("Kommungräns" + mark, "\"niva\" = 'kommun'", "#6b6b6b", line_mm=0.25),
                qml.Rule("Länsgräns" + mark, "\"niva\" = 'lan'", "#3a3a3a", line_mm=0.8),
            ]
        ),
    )
