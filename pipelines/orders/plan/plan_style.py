"""How a plan and a comparison are drawn in QGIS: few colours, what is modelled hatched, a demo marked."""

from __future__ import annotations

from pipelines.core import level_words
from pipelines.core.level import LEVELS, Level
from pipelines.core.quoted import RunFacts
from pipelines.orders.plan.plan_request import Request
from pipelines.publish.qgis.style import qml
from pipelines.publish.qgis.style.qgis_styles import Style
from pipelines.tables.contracts import Table
from pipelines.tables.plan_tables import FORANDRING_BRISTOMRADEN, FORANDRING_KOMMUNER, FORANDRING_RUTOR, PLAN

_HATCH = "#3a3a3a"
CHANGE_COLOURS = {
    "forlorad": ("Förlorad täckning", "#a8321f"),
    "nytackt": ("Nytäckt", "#1f6f9c"),
    "ny_ruta": ("Ny ruta: adresser bara i den senare utgåvan", "#d9c7a0"),
    "borta": ("Borta: adresser bara i den tidigare utgåvan", "#9a9a9a"),
    "oforandrad": ("Oförändrad", "#eeece8"),
}
"""Lost and won are equally dark and saturated: neither hides behind the other."""
_AREAS = {
    "nytt": ("Nytt bristområde", "#6e1a10"),
    "vuxit": ("Vuxit", "#c9583f"),
    "andrat": ("Ändrat", "#d9b44a"),
    "oforandrat": ("Oförändrat", "#d8d5cd"),
    "krympt": ("Krympt", "#5b9cc0"),
    "stangt": ("Stängt", "#124a6b"),
}


def plan_styles(wish: Request, facts: RunFacts) -> list[Style]:
    """Return the plan's only style: projects to build, numbered in order."""
    mark = _mark(facts)
    rules = [
        qml.Rule(f"Byggs, uppmätt{mark}", 'NOT "modellerad"', colour="#1f6f9c", outline="#0d3347"),
        qml.Rule(f"Byggs, modellerat{mark}", '"modellerad"', colour="#8cc5e0", outline="#0d3347", hatch=_HATCH),
    ]
    text = f"Projekt att bygga, {level_words.name(wish.level)}. Siffran är ordningen."
    body = qml.document(PLAN, qml.rules(rules), qml.label("ordning"))
    return [_style(PLAN, "Ordning", text, body, facts, default=True)]


def change_styles(facts: RunFacts, default: Level) -> list[Style]:
    """Return a style per level for cells and for gap areas; the default one comes first."""
    levels = sorted(LEVELS, key=lambda level: level != default)
    cells = [_cells(level, facts, level == default) for level in levels]
    areas = [_gap_areas(level, facts, level == default) for level in levels]
    table = FORANDRING_KOMMUNER
    alias = _style(table, "Alias", "Svenska kolumnnamn.", qml.document(table, ""), facts, default=True)
    return [*cells, *areas, alias]


def _cells(level: Level, facts: RunFacts, default: bool) -> Style:
    table, mark = FORANDRING_RUTOR, _mark(facts)
    column, modelled = f"forandring_{level.code}", f'"modellerad_{level.code}"'
    rules = []
    for code, (name, colour) in CHANGE_COLOURS.items():
        where = f"\"{column}\" = '{code}'"
        if code in ("nytackt", "forlorad"):
            rules += [
                qml.Rule(f"{name}, uppmätt{mark}", f"{where} AND NOT {modelled}", colour=colour),
                qml.Rule(f"{name}, modellerad{mark}", f"{where} AND {modelled}", colour=_light(colour)),
            ]
        else:
            rules.append(qml.Rule(f"{name}{mark}", where, colour=colour))
    text = f"Förändring per ruta, {level_words.name(level)}. Ljusare: någon utgåva bygger på statistik."
    return _style(table, _title(level), text, qml.document(table, qml.rules(rules)), facts, default)


def _gap_areas(level: Level, facts: RunFacts, default: bool) -> Style:
    table, mark = FORANDRING_BRISTOMRADEN, _mark(facts)
    rules = [
        qml.Rule(name + mark, f"\"forandring\" = '{code}'", colour=colour) for code, (name, colour) in _AREAS.items()
    ]
    hatched = qml.Rule(f"Modellerat{mark}", '"modellerad"', hatch=_HATCH)
    body = qml.document(
        table, qml.rules([qml.Rule(f"{level_words.name(level)}{mark}", level.condition, parts=(*rules, hatched))])
    )
    text = f"Förändring per bristområde, {level_words.name(level)}."
    return _style(table, _title(level), text, body, facts, default)


def _style(table: Table, name: str, text: str, body: str, facts: RunFacts, default: bool) -> Style:
    prefix = "DEMO " if facts["demo"] else ""
    return Style(table.name, "geom" if table.geometry else "", prefix + name, text, body, default)


def _title(level: Level) -> str:
    return f"Förändring {level_words.name(level).removesuffix(f' {level_words.UNIT}')}"


def _mark(facts: RunFacts) -> str:
    return " (DEMO)" if facts["demo"] else ""


def _light(colour: str) -> str:
    """Return the colour half-way to white."""
    return "#" + "".join(f"{(int(colour[i : i + 2], 16) + 255) // 2:02x}" for i in (1, 3, 5))
