"""What one kommun's page shows."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pipelines.config.region import Malniva, Region
from pipelines.core import cell_grid, classes, files
from pipelines.core.figure import Figure, as_chosen
from pipelines.core.level import LEVELS, MEASURES
from pipelines.core.level_words import beside_goal
from pipelines.publish.pages import page_charts, page_figures, page_reconciliation, scene
from pipelines.publish.pages.county import County
from pipelines.publish.pages.render import Speech
from pipelines.publish.words import project_list
from pipelines.publish.words.language import THIN
from pipelines.publish.words.level_figures import Row
from pipelines.publish.words.palette import CLASS_NAMES, LEGEND
from pipelines.publish.words.swedish_order import swedish_order

if TYPE_CHECKING:
    import pandas as pd
    from pyproj import Transformer

A4 = ("pdf", "png")
"""Endings of a kommun's own print map, ``maps/kartor/<kod>.<ending>``."""
EARTH_M_PER_PX = 156_543.034
"""Web Mercator's metres a pixel at zoom 0 on the equator: 2π · 6 378 137 / 256."""


class Drawing(NamedTuple):
    """What is the same in every language: a kommun's map, its projects, and where those that are listed lie."""

    scene: dict[str, Any]
    projects: pd.DataFrame
    at: list[tuple[float, float]]


def drawing(county: County, kommunkod: str) -> Drawing:
    """Draw a kommun's map with the numbers of its listed projects."""
    every = county.shown_projects.get(kommunkod, county.projects.iloc[:0])
    at = [_middle(county, x) for x in every["projekt_id"].head(project_list.MOST)]
    marks = [(str(nr), e, n) for nr, (e, n) in enumerate(at, 1)]
    return Drawing(
        scene.draw(county.land, kommunkod, _cells(county, kommunkod), county.shown.cell_class, marks), every, at
    )


def _middle(county: County, project: str) -> tuple[float, float]:
    """Return the middle of the project's cell that lies nearest the middle of them all."""
    of = county.project_cells
    cells = cell_grid.parse_scb_id(of.loc[(of["projekt_id"] == project).to_numpy(), "rutid_scb"])
    xy = np.column_stack(cell_grid.corner(cells)) + cell_grid.CELL_M / 2
    e, n = xy[np.argmin(((xy - xy.mean(axis=0)) ** 2).sum(axis=1))].tolist()
    return e, n


def _cells(county: County, kommunkod: str) -> pd.DataFrame:
    return county.cells_of.get(kommunkod, county.cells.iloc[:0])


def context(county: County, kommunkod: str, drawn: Drawing, speech: Speech) -> dict[str, Any]:
    """Return what the template shows of a kommun, the frame aside."""
    t, write, figures, row = speech.t["kommun"], speech.write, county.figures, county.rows[kommunkod]
    klass, speed = county.shown.cell_class, write.number(county.shown.mbit)
    name, lan, cells = str(row["kommunnamn"]), county.lan.to_dict("records")[0], _cells(county, kommunkod)
    shown, of_lan = (figures.at(r, county.shown) for r in (row, lan))
    lived, covered = (int(x.sum()) for x in (cells[klass] != classes.NO_ADDRESS, cells[klass].isin(classes.COVERED)))
    return {
        "sidtyp": "kommunsida",
        "kod": kommunkod,
        "fil": f"kommuner/{kommunkod}",
        "titel": t["titel"].format(kommun=name),
        "rubrik": t["titel"].format(kommun=name),
        "ingress": _first_upper(
            t["ingress"].format(
                andel=write.tell(shown.share),
                kommun=name,
                t=speed,
                datum=write.day(county.facts["pts_datum"]),
                antal=write.tell(shown.without),
                hushall=write.tell(figures.households(row)),
                lan_andel=write.tell(of_lan.share),
            )
        ),
        "tell": write.tell,
        "gap": write.gap,
        "forst": speed,
        "matt": MEASURES,
        "lage": _position(county, kommunkod, row, speech),
        "lage_caption": t["lage_caption"].format(
            n=len(county.kommuner), tolerans=write.number(county.region.kontroll.avvikelse_pe, 1)
        ),
        "trosklar": [write.number(s) for s in LEVELS.mbit],
        "tal": speech.plain,
        "mal": [
            {"namn": _goal(g, speech), "avstand": page_figures.distances(row, g, figures)}
            for g in county.region.mal.nivaer
        ],
        "framskrivning": _projection(county, kommunkod, speech),
        "delning": page_figures.split(cells, county.shown),
        "karta": drawn.scene,
        "karta_lank": _link(county, kommunkod, cells),
        "karta_text": t["karta_beskrivning"].format(
            kommun=name, rutor=write.number(lived), tackta=write.number(covered), t=speed
        ),
        "klasser": _legend(cells[klass], speech),
        "projekt": _projects(county, drawn, speech),
        "projekt_kolumner": project_list.COLUMNS,
        "projekt_caption": project_list.caption(
            drawn.projects.head(project_list.MOST), len(drawn.projects), county.shown, speech.language, THIN
        ),
        **_comparison(county, kommunkod, name, write.tell(shown.share), speech),
        **_trend(county, kommunkod, speech),
        "avstamning": page_reconciliation.section(county.reconciliation, "kommun", kommunkod, figures, speech),
        "om": [s.format(**_limits(county.region)) for s in t["om_text"]],
        "lankar": _links(kommunkod, speech),
        "grannsidor": _siblings(county, kommunkod, speech),
    }


def _legend(shown: pd.Series[str], speech: Speech) -> list[tuple[str, str, str]]:
    """Return each class that the map shows, what it is called and how many cells have it."""
    many = shown.value_counts()
    listed = [x for x in LEGEND if x != classes.NO_ADDRESS and (x != classes.WITHHELD or x in many.index)]
    return [(x, CLASS_NAMES[speech.language][x], speech.write.number(int(many.get(x, 0)))) for x in listed]


def _position(county: County, kommunkod: str, row: Row, speech: Speech) -> list[dict[str, Any]]:
    return [
        {
            "troskel": s,
            "namn": speech.write.number(s),
            "celler": [
                {**county.figures.at(row, level)._asdict(), "plats": county.ranks[level][kommunkod]}
                for level in LEVELS
                if level.mbit == s
            ],
        }
        for s in LEVELS.mbit
    ]


def _limits(region: Region) -> dict[str, int]:
    small = region.publicering.undertryckningsgrans
    return {"grans": small, "under": small - 1}


def _projects(county: County, drawn: Drawing, speech: Speech) -> list[dict[str, Any]]:
    """Return the listed projects, each with the way to it on the map."""
    rows = project_list.listed(drawn.projects.head(project_list.MOST), speech.language, THIN)
    links = [_fragment(county, e, n, 13) for e, n in drawn.at]
    return [{**row._asdict(), "lank": link} for row, link in zip(rows, links, strict=True)]


@cache
def _to_degrees() -> Transformer:
    from pyproj import Transformer

    return Transformer.from_crs(files.EPSG, 4326, always_xy=True)


def _fragment(county: County, e: float, n: float, zoom: int, more: str = "") -> str:
    lng, lat = _to_degrees().transform(e, n)
    return (
        f"#lager=klass&hast={county.shown.mbit}&matt={county.shown.measure}&z={zoom}&lat={lat:.4f}&lng={lng:.4f}{more}"
    )


def _link(county: County, kommunkod: str, cells: pd.DataFrame) -> str:
    import shapely

    own = county.land.shapes[county.land.codes == kommunkod]
    if not len(own):
        return ""
    west, south, east, north = shapely.total_bounds(own).tolist()
    wide = max(east - west, north - south, 1000.0)
    zoom = math.floor(math.log2(EARTH_M_PER_PX * 0.5 * 600 / wide))
    return _fragment(county, (west + east) / 2, (south + north) / 2, min(max(zoom, 5), 13))


def _comparison(county: County, kommunkod: str, name: str, share: str, speech: Speech) -> dict[str, Any]:
    t = speech.t["kommun"]
    drawn = page_charts.histogram(county.kommuner, kommunkod, county.shown.share)
    if drawn is None:
        return {"histogram": None, "jamfor_text": "", "jamfor_bildtext": ""}
    words = {
        "kommun": name,
        "andel": share,
        "t": speech.write.number(county.shown.mbit),
        "antal": drawn["antal"],
        "i_samma": drawn["i_samma"],
        "fran": speech.plain(drawn["fran"]),
        "till": speech.plain(drawn["till"]),
    }
    return {
        "histogram": drawn,
        "jamfor_text": t["jamfor_beskrivning"].format(**words),
        "jamfor_bildtext": t["jamfor_bildtext"].format(**words),
    }


def _trend(county: County, kommunkod: str, speech: Speech) -> dict[str, Any]:
    if kommunkod not in county.history_of:
        return page_charts.NO_TREND
    return page_charts.told_trend(county.history_of[kommunkod], county.shown, speech)


def _goal(goal: Malniva, speech: Speech) -> str:
    """Return what a goal is called: as the configuration calls it, in other languages what it asks for."""
    if speech.language == "sv":
        return goal.namn
    asked = speech.write.tell(as_chosen(goal.andel_pct, "%", most=3))
    return str(speech.t["kommun"]["mal_text"].format(andel=asked, t=speech.write.number(goal.troskel_mbit)))


def _projection(county: County, kommunkod: str, speech: Speech) -> list[tuple[str, str]]:
    """Return each goal and when it is reached if the pace holds: in Swedish in the projection's own words."""
    table = county.projection
    mine = table[((table["niva"] == "kommun") & (table["kommunkod"] == kommunkod)).to_numpy()]
    if speech.language == "sv":
        return list(zip(mine["mal"], mine["text"], strict=True))
    goals = county.region.mal.nivaer
    return [
        (_goal(goals[row["mal_nr"] - 1], speech), _projected(row, goals[row["mal_nr"] - 1], county.region, speech))
        for row in mine.to_dict("records")
    ]


def _projected(row: Row, goal: Malniva, region: Region, speech: Speech) -> str:
    """Return one row of the projection in words, from its columns."""
    import pandas as pd

    t, settings = speech.t["kommun"]["framskrivning_text"], region.framskrivning
    first, early, late = (row[f"nas_{n}ar"] for n in ("", "tidigast_", "senast_"))
    named = {
        "senaste": row["senaste_ar"],
        "nas": first,
        "antal": row["antal_ar"],
        "horisont": settings.horisont_ar,
        "intervall": speech.write.tell(Figure(100 * settings.konfidens, unit="%")),
        "t": speech.write.number(goal.troskel_mbit),
        "tidigast": "" if pd.isna(early) else t["nas_tidigast"].format(ar=early),
        "senast": t["nas_osakert"] if pd.isna(late) else t["nas_senast"].format(ar=late),
    }
    said = str(t[row["utfall"]].format(**named))
    if row["utfall"] == "ingen_serie":
        return said
    if row["utfall"] == "nas_inte" and not pd.isna(early):
        said += t["nas_kanske"].format(**named, ar=early)
    said += t["matt"].format(matt=beside_goal(goal.matt, row["matt"], speech.language))
    return said + (t["folket"] if row["bas"] == "befolkning" else "")


def _links(kommunkod: str, speech: Speech) -> list[tuple[str, str]]:
    t = speech.t["kommun"]
    maps = [(f"kartor/{kommunkod}.{ending}", t[f"lank_a4_{ending}"]) for ending in A4]
    return [
        *maps,
        ("data/kommuner.csv", t["lank_tabell"]),
        ("data/bristomraden.csv", t["lank_omraden"]),
        ("data/projekt.csv", t["lank_projekt"]),
        ("data/avstamning_kallor.csv", speech.t["avstamning"]["fil"]),
    ]


def _siblings(county: County, kommunkod: str, speech: Speech) -> list[tuple[str, str, str]]:
    order = [str(k) for k in swedish_order(county.kommuner)["kommunkod"]]
    at, t, out = order.index(kommunkod), speech.t["kommun"], []
    for rel, word, i in (("prev", "foregaende", at - 1), ("next", "nasta", at + 1)):
        if 0 <= i < len(order):
            name = county.rows[order[i]]["kommunnamn"]
            out.append((rel, order[i], str(t[word].format(kommun=name))))
    return out


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]
