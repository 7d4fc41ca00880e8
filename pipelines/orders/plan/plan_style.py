"""How a plan and a comparison are drawn in QGIS: few colours, what is modelled hatched, a demo marked."""

from __future__ import annotations

from pipelines.config.region import MEASURES, THRESHOLDS
from pipelines.core.quoted import RunFacts
from pipelines.orders.plan.plan_request import MEASURE_NAMES, Request
from pipelines.publish.qgis import qml
from pipelines.publish.qgis.qgis_styles import Style
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
    """Return the plan's only style: areas to build, numbered in order."""
    mark = _mark(facts)
    rules = [
        qml.Rule(f"Byggs, uppmätt{mark}", 'NOT "modellerad"', colour="#1f6f9c", outline="#0d3347"),
        qml.Rule(f"Byggs, modellerat{mark}", '"modellerad"', colour="#8cc5e0", outline="#0d3347", hatch=_HATCH),
    ]
    text = f"Bristområden att bygga, {MEASURE_NAMES[wish.matt]} {wish.troskel} Mbit/s. Siffran är ordningen."
    body = qml.document(PLAN, qml.rules(rules), qml.label("ordning"))
    return [_style(PLAN, "Ordning", text, body, facts, default=True)]


def change_styles(facts: RunFacts, default: tuple[int, str]) -> list[Style]:
    """Return a style per threshold and measure for cells and for gap areas; the default pair comes first."""
    pairs = sorted(((t, m) for m in MEASURES for t in THRESHOLDS), key=lambda pair: pair != default)
    cells = [_cells(t, m, facts, (t, m) == default) for t, m in pairs]
    areas = [_gap_areas(t, m, facts, (t, m) == default) for t, m in pairs]
    table = FORANDRING_KOMMUNER
    alias = _style(table, "Alias", "Svenska kolumnnamn.", qml.document(table, ""), facts, default=True)
    return [*cells, *areas, alias]


def _cells(t: int, m: str, facts: RunFacts, default: bool) -> Style:
    table, mark = FORANDRING_RUTOR, _mark(facts)
    column, modelled = f"forandring_{m}_{t}", f'"modellerad_{m}_{t}"'
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
    text = f"Förändring per ruta, {MEASURE_NAMES[m]} {t} Mbit/s. Ljusare: någon utgåva bygger på statistik."
    return _style(table, _title(t, m), text, qml.document(table, qml.rules(rules)), facts, default)


def _gap_areas(t: int, m: str, facts: RunFacts, default: bool) -> Style:
    table, mark = FORANDRING_BRISTOMRADEN, _mark(facts)
    rules = [
        qml.Rule(name + mark, f"\"forandring\" = '{code}'", colour=colour) for code, (name, colour) in _AREAS.items()
    ]
    hatched = qml.Rule(f"Modellerat{mark}", '"modellerad"', hatch=_HATCH)
    pair = f'"troskel_mbit" = {t} AND "matt" = \'{m}\''
    body = qml.document(
        table, qml.rules([qml.Rule(f"{MEASURE_NAMES[m]} {t} Mbit/s{mark}", pair, parts=(*rules, hatched))])
    )
    text = f"Förändring per bristområde, {MEASURE_NAMES[m]} {t} Mbit/s."
    return _style(table, _title(t, m), text, body, facts, default)


def _style(table: Table, name: str, text: str, body: str, facts: RunFacts, default: bool) -> Style:
    prefix = "DEMO " if facts["demo"] else ""
    return Style(table.name, "geom" if table.geometry else "", prefix + name, text, body, default)


def _title(t: int, m: str) -> str:
    return f"Förändring {MEASURE_NAMES[m]} {t}"


def _mark(facts: RunFacts) -> str:
    return " (DEMO)" if facts["demo"] else ""


def _light(colour: str) -> str:
    """Return the colour half-way to white."""
    return "#" + "".join(f"{(int(colour[i : i + 2], 16) + 255) // 2:02x}" for i in (1, 3, 5))
