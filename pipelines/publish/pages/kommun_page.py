"""What one kommun's page shows."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pipelines.config.region import Malniva, Region
from pipelines.core import classes, files
from pipelines.core.figure import Figure, as_chosen
from pipelines.core.level import LEVELS, MEASURES
from pipelines.core.level_words import beside_goal
from pipelines.publish.pages import page_charts, page_figures, page_reconciliation, scene
from pipelines.publish.pages.county import County
from pipelines.publish.pages.render import Speech
from pipelines.publish.words import area_order
from pipelines.publish.words.level_figures import Row, between
from pipelines.publish.words.palette import CLASS_NAMES, LEGEND
from pipelines.publish.words.swedish_order import swedish_order

if TYPE_CHECKING:
    import pandas as pd
    from pyproj import Transformer

MOST_AREAS = 8
NEAR_M = 1000.0
"""Nearer than this an area lies by the locality, not in some direction from it."""
A4 = ("pdf", "png")
"""Endings of a kommun's own print map, ``maps/kartor/<kod>.<ending>``."""
EARTH_M_PER_PX = 156_543.034
"""Web Mercator's metres a pixel at zoom 0 on the equator: 2π · 6 378 137 / 256."""


class Drawing(NamedTuple):
    """What is the same in every language: a kommun's map, its gap areas, and where those that are listed lie."""

    scene: dict[str, Any]
    areas: pd.DataFrame
    at: list[tuple[float, float]]


def drawing(county: County, kommunkod: str) -> Drawing:
    """Draw a kommun's map with the numbers of its listed gap areas."""
    import shapely

    every = county.shown_areas[_touches(county.shown_areas, kommunkod)]
    shapes = every["geometry"].head(MOST_AREAS).to_numpy()
    own = shapely.union_all(county.land.shapes[county.land.codes == kommunkod])
    within = shapely.intersection(shapes, own)  # the kommun's part of an area that two share
    inner = shapely.get_coordinates(shapely.point_on_surface(np.where(shapely.area(within) > 0, within, shapes)))
    at = [(e, n) for e, n in inner.tolist()]
    marks = [(str(nr), e, n) for nr, (e, n) in enumerate(at, 1)]
    return Drawing(
        scene.draw(county.land, kommunkod, _cells(county, kommunkod), county.shown.cell_class, marks), every, at
    )


def _cells(county: County, kommunkod: str) -> pd.DataFrame:
    return county.cells_of.get(kommunkod, county.cells.iloc[:0])


def context(county: County, kommunkod: str, drawn: Drawing, speech: Speech) -> dict[str, Any]:
    """Return what the template shows of a kommun, the frame aside."""
    t, write, figures, row = speech.t["kommun"], speech.write, county.figures, county.rows[kommunkod]
    klass, speed = county.shown.cell_class, write.number(county.shown.mbit)
    name, lan, cells = str(row["kommunnamn"]), county.lan.to_dict("records")[0], _cells(county, kommunkod)
    shown, of_lan = (figures.at(r, county.shown) for r in (row, lan))
    lived = cells[(cells[klass] != classes.NO_ADDRESS).to_numpy()]
    covered = int(lived[klass].isin(classes.COVERED).sum())
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
            kommun=name, rutor=write.number(len(lived)), tackta=write.number(covered), t=speed
        ),
        "klasser": _legend(cells[klass], speech),
        "brist": _areas(county, drawn, speech),
        "brist_caption": _areas_told(drawn.areas, speed, speech),
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


def _touches(areas: pd.DataFrame, kommunkod: str) -> Any:
    return ("," + areas["kommuner"] + ",").str.contains(f",{kommunkod},", regex=False).to_numpy()


def _areas_told(every: pd.DataFrame, speed: str, speech: Speech) -> str:
    """Return what the list of areas is a list of: in what order, which are as large, and which cannot be ranked."""
    t, write, listed = speech.t["kommun"], speech.write, every.head(MOST_AREAS)
    n, can = len(listed), int(area_order.ranked(listed).sum())
    more = len(every) > n
    said = [t["brist_caption" if more else "brist_caption_alla"].format(n=n, alla=write.number(len(every)), t=speed)]
    said += [t["brist_ordning"]] if can > 1 else []
    alike, whole = area_order.ties(listed), area_order.ties(every.head(len(every)))
    said += [t["brist_lika"].format(fran=a, till=b) for a, b in alike]
    beyond = [b - n for a, b in whole if a <= n < b]
    said += [t["brist_lika_fler"].format(n=n, fler=write.number(beyond[0]))] if beyond else []
    if can < n:
        said.append(t["brist_oordnade" if can else "brist_ingen_ordning"].format(fran=can + 1))
    return " ".join(said)


def _areas(county: County, drawn: Drawing, speech: Speech) -> list[dict[str, Any]]:
    """Return the listed gap areas."""
    t, write, listed = speech.t["kommun"], speech.write, []
    top = drawn.areas.head(MOST_AREAS).to_dict("records")
    for nr, (a, (e, n)) in enumerate(zip(top, drawn.at, strict=True), 1):
        most = a["hushall_utan_hogst"]
        listed.append(
            {
                "nr": nr,
                "id": a["bristomrade_id"],
                "var": _place(county, e, n, str(a["bristomrade_id"]), speech),
                "delas": t["brist_delas"] if "," in str(a["kommuner"]) else "",
                "lank": _fragment(county, e, n, 13, f"&omraden=ja&omrade={a['bristomrade_id']}"),
                "rutor": write.number(a["rutor"]),
                "hushall": write.tell(
                    between(a["hushall_utan_minst"], math.inf if most is None or most != most else most)
                ),
                "kostnad": speech.t["kostnad"][a["kostnad_klass"]],
                "underlag": t["modellerat" if a["modellerad"] else "uppmatt"],
            }
        )
    return listed


def _place(county: County, e: float, n: float, area: str, speech: Speech) -> str:
    """Return how it lies from the nearest locality; the area's cell where there are no localities."""
    p, t = county.land.places, speech.t["kommun"]
    if p.empty:
        return str(t["brist_ruta"].format(ruta=area.rpartition("-")[2]))
    east, north = e - p["e_m"].to_numpy(), n - p["n_m"].to_numpy()
    far = np.hypot(east, north)
    i = int(np.argmin(far))
    if far[i] < NEAR_M:
        return str(t["brist_vid"].format(ort=p["namn"].iloc[i]))
    riktning = t["vaderstreck"][round(math.atan2(east[i], north[i]) / (math.pi / 4)) % 8]
    km = speech.write.number(round(far[i] / 1000))
    return str(t["brist_fran"].format(km=km, riktning=riktning, ort=p["namn"].iloc[i]))


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
