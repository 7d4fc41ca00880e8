"""The ways a project is looked at: map themes, and the sheets to print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.core.level import LEVELS, Level
from pipelines.core.level_words import PASSED
from pipelines.publish.qgis.project.project_model import Layer, Sheet, Theme
from pipelines.publish.words import swedish

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.quoted import RunFacts

HEADING = "Rutor efter hur stor del av adresserna som har tillgång till minst {} Mbit/s ned"
BASIS = {"underlag": "Underlag", "basta_teknik": "Bästa teknik", "planerad": "Planerad"}
"""Styles of the cells that no other layer stands in for when the whole län is seen."""


def themes(layers: dict[str, Layer]) -> list[Theme]:
    """Return a theme per level of cells, gap areas and the printed raster; and of underlag."""
    levels = LEVELS.from_first()
    ground = (i for i in ("grund_vatten", "grund_vagar") if i in layers)
    lines = tuple((i, layers[i].styles[0].name) for i in ("land", *ground, "grund_granser", "kommunnamn"))
    named = (*lines[:-1], ("kommunnamn", layers["kommunnamn"].styles[1].name))
    out = []
    for level in levels:
        shown = (*lines, *(layers[i].named(level.code) for i in ("rutnat_250m", "kommuner")))
        out.append(Theme(f"{level.mbit} Mbit/s, {PASSED[level.measure]}", shown, ("rutnat_250m", "kommuner")))
    for level in levels:
        shown = (*lines, layers["bristomraden"].named(level.code))
        out.append(Theme(f"Bristområden {level.mbit} Mbit/s, {PASSED[level.measure]}", shown, ("bristomraden",)))
    known = {style.key for style in layers["rutor_underlag"].styles}
    for key in (x for x in BASIS if x in known):
        out.append(Theme(BASIS[key], (*lines, layers["rutor_underlag"].named(key)), ("rutor_underlag",)))
    for level in levels:
        out.append(Theme(printed(level), (*named, layers[level.cell_class].named("klass"))))
    return out


def printed(level: Level) -> str:
    """Return the name of the theme that a sheet shows."""
    return f"Utskrift: klass {level.mbit} Mbit/s, {PASSED[level.measure]}"


def sheets(region: Region, facts: RunFacts, signs: bool) -> list[Sheet]:
    """Return a sheet of the län per threshold with tillgång, and one with a page for each kommun.

    Parameters
    ----------
    signs : bool
        Whether the tables say if a share is a limit («minst», «högst»), as the open ones do.
    """
    out = []
    pages = [(Level("tillgang", t), False) for t in LEVELS.mbit_from_first]
    for level, kommun in (*pages, (LEVELS.first, True)):
        t = level.mbit
        name = region.lan.kortnamn if not kommun else '[% "kommunnamn" %]'
        whose = "i länet" if not kommun else "i kommunen"
        out.append(
            Sheet(
                "A3 en sida per kommun" if kommun else f"A3 länet, {t} Mbit/s",
                f"Bredband i {name}",
                f"[% {_share(level, signs, kommun)} %] av hushållen {whose} har tillgång till {t} Mbit/s",
                f"{HEADING.format(t)}. Rutor om 250 × 250 meter. Läget {swedish.day(facts['pts_datum'])}.",
                printed(level),
                ((level.cell_class, f"Tillgång till {t} Mbit/s ned"), ("grund_granser", "")),
                "kommunnamn" if kommun else "",
            )
        )
    return out


def _share(level: Level, signs: bool, kommun: bool) -> str:
    """Return the QGIS expression of a share as text, from the kommun of the page or from the län's only row."""

    def column(name: str, how: str) -> str:
        return f'"{name}"' if kommun else f"aggregate('bredband_lan', '{how}', \"{name}\")"

    number = f"format_number({column(level.share, 'max')}, 1, 'sv') || ' %'"
    if signs:
        limit = column(level.share_sign, "concatenate")
        number = f"CASE WHEN {limit} = '>' THEN 'minst ' WHEN {limit} = '<' THEN 'högst ' ELSE '' END || {number}"
    return f"coalesce({number}, 'Okänd andel')"
