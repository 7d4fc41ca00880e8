"""The questions as one page: key figures, a map, calls and cells, how answers are read back. Nothing runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from pipelines.core.cell_grid import CELL_M, corner, parse_scb_id
from pipelines.orders.fraga import question_text
from pipelines.publish.words import html
from pipelines.publish.words.edition_facts import DEMO_TEXT, credit_lines, notes
from pipelines.publish.words.swedish import number, percent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipelines.config.region import Region
    from pipelines.orders.fraga.question_list import Questions
    from pipelines.publish.geopackage.edition import Edition

PACKAGE = "pipelines.orders.fraga"
WIDTH, MARGIN = 760.0, 10.0
"""Of the map, in its own pixels."""
SIMPLER_PX = 0.5
NUMBERED = 30
"""So many calls are numbered on the map; more would hide each other."""
LARGEST_PX = 24.0
"""Radius of the call that is expected to give most; area in proportion to what is expected."""


def page(found: Questions, land: NDArray[Any], source: Edition, region: Region) -> str:
    """Return the page.

    Parameters
    ----------
    land : ndarray of shapely geometries
        Outlines of the kommuner.
    """
    styles = [html.stylesheet(demo=bool(source.facts["demo"]), intern=True), html.text_of(PACKAGE, "fraga.css")]
    return (
        html.templates(PACKAGE)
        .get_template("fraga.html.j2")
        .render(
            policy=html.policy((), styles, images="data:"),
            styles=[Markup(s) for s in styles],
            demo=DEMO_TEXT if source.facts["demo"] else "",
            anmarkningar=notes(source.facts),
            korning=source.facts["korning_id"],
            lan=source.facts["lan"],
            titel=question_text.title(found),
            fraga=question_text.question(found.level),
            besked=question_text.verdict(found),
            tal=question_text.figures(found, region),
            tillbaka=question_text.how_back(found),
            forbehall=question_text.CAVEAT,
            karta=drawing(found, land),
            samtal=[_call(r) for r in found.samtal.itertuples()],
            rutor=[_cell(r) for r in found.rutor.itertuples()],
            kallor=credit_lines(source.sources),
        )
    )


def _call(r: Any) -> dict[str, str]:
    return {
        "nr": number(r.samtal),
        "namn": r.samtal_namn,
        "kommun": r.kommunnamn,
        "rutor": number(r.rutor),
        "adresser": number(r.adresser),
        "hushall": number(r.hushall),
        "varde": number(r.varde_hushall, 1),
    }


def _cell(r: Any) -> dict[str, str]:
    return {
        "nr": number(r.ordning),
        "samtal": number(r.samtal),
        "rutid": r.rutid_scb,
        "kommun": r.kommunnamn,
        "plats": r.plats,
        "adresser": number(r.adresser),
        "hushall": number(r.hushall, 1),
        "risk": percent(100 * r.sannolikhet),
        "varde": number(r.varde_hushall, 2),
    }


def drawing(found: Questions, land: NDArray[Any]) -> dict[str, Any]:
    """Return what the template draws: kommuner, cells as dots, calls as numbered circles by what they give."""
    import shapely

    west, south, east, north = shapely.total_bounds(land)
    scale = (WIDTH - 2 * MARGIN) / max(east - west, 1.0)
    height = (north - south) * scale + 2 * MARGIN

    def pixels(e: Any, n: Any) -> NDArray[np.float64]:
        return np.column_stack([(np.asarray(e) - west) * scale, (north - np.asarray(n)) * scale]) + MARGIN

    rings = shapely.get_rings(shapely.get_parts(shapely.simplify(land, SIMPLER_PX / scale)))
    outline = "".join(_ring(pixels(*shapely.get_coordinates(r).T)) for r in rings)
    rows = found.rutor
    xy = pixels(*(x + CELL_M / 2 for x in corner(parse_scb_id(rows["rutid_scb"]))))
    dots = "".join(f"M{x:.1f} {y:.1f}h.01" for x, y in xy.tolist())
    number_, count = rows["samtal"].to_numpy() - 1, len(found.samtal)
    size = np.bincount(number_, minlength=count)
    middle = np.stack([np.bincount(number_, xy[:, i], count) / size for i in (0, 1)], axis=1)
    worth = found.samtal["varde_hushall"].to_numpy()[:NUMBERED]
    radius = LARGEST_PX * np.sqrt(worth / worth.max(initial=1e-9))
    rings_ = zip(range(1, count + 1), middle.tolist(), radius.tolist(), strict=False)
    return {
        "bredd": WIDTH,
        "hojd": round(height, 1),
        "kommuner": outline,
        "rutor": dots,
        "samtal": [
            {"nr": i, "x": round(x, 1), "y": round(y, 1), "r": round(max(r, 7.0), 1)} for i, (x, y), r in rings_
        ],
    }


def _ring(xy: NDArray[np.float64]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in xy[:-1].tolist()) + "z" if len(xy) > 3 else ""
