"""How the cells to ask about are drawn in QGIS: what is answered apart from what is not; a form with lists."""

from __future__ import annotations

from pipelines.core.quoted import RunFacts
from pipelines.publish.qgis.style import qml
from pipelines.publish.qgis.style.qgis_styles import Style
from pipelines.publish.words.edition_facts import demo_prefix
from pipelines.tables.question_tables import FRAGA, FRAGA_SAMTAL

_COLOURS = (
    ("Obesvarad", '"svar" IS NULL', "#d9b44a"),
    ("Ja, alla hushåll", "\"svar\" = 'ja'", "#1f6f9c"),
    ("En del", "\"svar\" = 'andel'", "#8cc5e0"),
    ("Nej, inget", "\"svar\" = 'nej'", "#a8321f"),
)


def question_styles(facts: RunFacts) -> list[Style]:
    """Return the styles of both layers; the form has the contract's lists of values."""
    mark = " (DEMO)" if facts["demo"] else ""
    rules = [qml.Rule(name + mark, where, colour=colour, outline="#3a3a3a") for name, where, colour in _COLOURS]
    body = qml.document(FRAGA, qml.rules(rules), qml.label("ordning"))
    text = "Rutor att fråga om; siffran är ordningen. Fyll i svar i formuläret."
    plain = qml.document(FRAGA_SAMTAL, "")
    return [
        Style(FRAGA.name, "geom", demo_prefix(facts).replace("– ", "") + "Svar", text, body, True),
        Style(
            FRAGA_SAMTAL.name, "", demo_prefix(facts).replace("– ", "") + "Alias", "Svenska kolumnnamn.", plain, True
        ),
    ]
