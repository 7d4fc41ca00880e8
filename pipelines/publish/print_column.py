"""The column of a print sheet: title, key figures, legend, kommuner furthest from the goal, sources."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

from pipelines.publish import disclosure, swedish
from pipelines.publish.disclosure import Figures
from pipelines.publish.facts import credit_lines
from pipelines.publish.palette import CLASS_COLOURS, CLASS_LABELS
from pipelines.publish.print_map import HATCH, HATCH_COLOUR, MODELLED_RADIUS_M
from pipelines.region import THRESHOLDS

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.publish.printmap import Sheet

INK, QUIET, RULE, ALERT = "#1c1c1c", "#57534c", "#c9c4bb", "#a01c1c"
SHOWN_KOMMUNER = 10
_HEIGHT_MM = 277.0
_WIDTH_MM = 116.0


def draw(ax: Any, sheet: Sheet) -> None:
    """Write the column from the top down; the axes are in millimetres, y downwards."""
    ax.set_xlim(0, _WIDTH_MM)
    ax.set_ylim(_HEIGHT_MM, 0)
    ax.axis("off")
    y = _title(ax, sheet, 0)
    y = _figures(ax, sheet, y + 5)
    y = _legend(ax, sheet, y + 5)
    _worst(ax, sheet, y + 5)
    _imprint(ax, sheet)


def _title(ax: Any, sheet: Sheet, y: float) -> float:
    if sheet.facts["demo"]:
        _box(ax, 0, y, _WIDTH_MM, 9, ALERT)
        _text(
            ax,
            _WIDTH_MM / 2,
            y + 4.7,
            "DEMO – påhittade uppgifter",
            13,
            "white",
            bold=True,
            ha="center",
            va="center",
        )
        y += 13
    for line in textwrap.wrap(sheet.region.publicering.titel, 27):
        _text(ax, 0, y, line, 21, bold=True)
        y += 10
    _text(ax, 0, y + 0.5, f"Tillgång till minst {sheet.threshold} Mbit/s nedströms", 13)
    _text(
        ax,
        0,
        y + 7.5,
        f"Rutor om 250 × 250 meter. Läget {swedish.day(sheet.facts['pts_datum'])}.",
        9.5,
        QUIET,
    )
    return y + 12


def _figures(ax: Any, sheet: Sheet, y: float) -> float:
    """Write the county's figures per threshold, each share with its numerator and denominator named."""
    t = sheet.threshold
    y = _heading(ax, y, f"{sheet.facts['lan']} i siffror")
    told = _told(sheet, sheet.lan, t)
    large = told.share.text
    _text(ax, 0, y, large, min(27, 27 * 7 / len(large)), bold=True)
    have, every = told.covered.text, told.total.text
    _text(ax, 47, y + 0.8, f"av hushållen har tillgång till {t} Mbit/s:\n{have} av {every} hushåll", 9.5)
    y += 14
    columns = ((0, "Hastighet", "left"), (52, "Tillgång", "right"), (84, "Utan (hushåll)", "right"),
               (_WIDTH_MM, "Passerade", "right"))  # fmt: skip
    for x, head, side in columns:
        _text(ax, x, y + 3, head, 8, QUIET, ha=side, va="baseline")
    for speed in THRESHOLDS:
        y += 5.4
        told, passed = (_told(sheet, sheet.lan, speed, m) for m in ("tillgang", "passerad"))
        row = (f"{speed} Mbit/s", told.share.text, told.without.text, passed.share.text)
        for (x, _, side), value in zip(columns, row, strict=True):
            _text(ax, x, y + 3, value, 9.5, bold=speed == t, ha=side, va="baseline")
    note = (
        f"Andel av länets {every} hushåll. Antal är avrundade till tiotal. Tillgång: kan få anslutning direkt. "
        "Passerade: tillgång, eller fiber strax intill."
    )
    return _paragraph(ax, y + 7, note, 7.5)


def _legend(ax: Any, sheet: Sheet, y: float) -> float:
    y = _heading(ax, y, "Så läser du kartan")
    for code in ("utan", "mindre_del", "storre_del", "tackt", "ingen_adress"):
        _box(ax, 0, y, 8, 4.6, CLASS_COLOURS[code], edge="#8b867d")
        speed = "" if code == "ingen_adress" else f" {sheet.threshold} Mbit/s"
        _text(ax, 11, y + 2.4, CLASS_LABELS[code] + speed, 9.5, va="center")
        y += 6
    y += 1.6
    _box(ax, 0, y, 8, 4.6, "white", edge=HATCH_COLOUR, hatch=HATCH * 2)
    modelled = (
        "Modellerat: fördelat ur PTS:s statistik, inte uppmätt.\n"
        f"Gäller de flesta rutor inom {MODELLED_RADIUS_M // 1000} km."
    )
    _text(ax, 11, y + 2.4, modelled, 9.5, va="center")
    limit = sheet.region.publicering.undertryckningsgrans
    note = (
        f"I rutor med färre än {limit} adresser visas bara två klasser: minst hälften av adresserna har (ljusast) "
        "eller färre än hälften har (mörkast), så att enskilda hushåll inte kan pekas ut."
    )
    return _paragraph(ax, y + 8.5, note, 7.5)


def _worst(ax: Any, sheet: Sheet, y: float) -> float:
    """Draw the kommuner with the lowest share as bars: as long as the share told, not as the exact one."""
    t = sheet.threshold
    rows = [(_told(sheet, k, t).share, k["kommunkod"], k["kommunnamn"]) for _, k in sheet.kommuner.iterrows()]
    rows = sorted((r for r in rows if r[0].value is not None), key=lambda r: (r[0].value, r[1]))[
        :SHOWN_KOMMUNER
    ]
    y = _heading(ax, y, f"Kommuner med lägst andel hushåll med {t} Mbit/s")
    widest = max((len(told.text) for told, _, _ in rows), default=0)
    left, right = 32.0, _WIDTH_MM - (17 if widest <= 7 else 26)
    for told, _, name in rows:
        _box(ax, left, y, right - left, 3.6, "#efece6")
        _box(ax, left, y, (right - left) * (told.value or 0) / 100, 3.6, "#5b8fa3")
        _text(
            ax,
            left - 2,
            y + 1.9,
            textwrap.shorten(str(name), 18, placeholder="…"),
            8.5,
            ha="right",
            va="center_baseline",
        )
        _text(ax, _WIDTH_MM, y + 1.9, told.text, 8.5, ha="right", va="center_baseline")
        y += 5.4
    return y


def _told(sheet: Sheet, row: pd.Series[Any], t: int, measure: str = "tillgang") -> Figures:
    """Return what may be told of the län or a kommun: the sheet is published."""
    share, without = (
        (f"andel_{t}_pct", f"hushall_utan_{t}")
        if measure == "tillgang"
        else (f"andel_passerade_{t}_pct", f"hushall_ej_passerade_{t}")
    )
    coarse = measure == "tillgang" and (row.get("kommunkod"), t) in sheet.exposed
    limits = sheet.region.publicering.bandgranser
    return disclosure.publish(
        float(row["hushall"]), float(row[without]), float(row[share]), math.nan, limits, coarse=coarse
    )


def _imprint(ax: Any, sheet: Sheet) -> None:
    """Write what the map is and is not, its sources, and which run it comes from, upwards from the foot."""
    publishing, facts = sheet.region.publicering, sheet.facts
    blocks = (
        "Kartan visar teoretisk täckning med fast bredband. Den säger inte vad ett enskilt abonnemang ger.",
        f"Källor: {'; '.join(credit_lines(sheet.sources))}. Bearbetning: {publishing.utgivare}.",
        f"{publishing.utgivare}, {publishing.kontakt_epost}. Öppen utgåva, körning {facts['korning_id']}, "
        f"version {facts['version']}, indata till och med {facts['senaste_indatadatum']}. "
        "Koordinatsystem SWEREF 99 TM (EPSG:3006).",
    )
    lines = [line for block in blocks for line in (*textwrap.wrap(block, 86), "")][:-1]
    top = _HEIGHT_MM - 3.1 * len(lines)
    ax.plot([0, _WIDTH_MM], [top - 2, top - 2], color=RULE, linewidth=0.8)
    _text(ax, 0, top, "\n".join(lines), 6.8, QUIET)


def _heading(ax: Any, y: float, text: str) -> float:
    ax.plot([0, _WIDTH_MM], [y, y], color=RULE, linewidth=0.8)
    _text(ax, 0, y + 2.5, text, 11, bold=True)
    return y + 9.5


def _paragraph(ax: Any, y: float, text: str, size: float) -> float:
    lines = textwrap.wrap(text, int(620 / size))
    _text(ax, 0, y, "\n".join(lines), size, QUIET)
    return y + len(lines) * size * 0.46


def _text(
    ax: Any, x: float, y: float, text: str, size: float, colour: str = INK, bold: bool = False,
    ha: str = "left", va: str = "top",
) -> None:  # fmt: skip
    ax.text(
        x, y, text, parse_math=False, fontsize=size, color=colour, fontweight="bold" if bold else "normal",
        ha=ha, va=va, linespacing=1.3,
    )  # fmt: skip


def _box(
    ax: Any, x: float, y: float, width: float, height: float, face: str, edge: str = "none", hatch: str = ""
) -> None:
    from matplotlib.patches import Rectangle

    ax.add_patch(
        Rectangle((x, y), width, height, facecolor=face, edgecolor=edge, linewidth=0.6, hatch=hatch or None)
    )
