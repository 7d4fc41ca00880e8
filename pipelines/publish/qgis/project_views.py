"""The ways a project is looked at: map themes, and the sheets to print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.config.region import MEASURES, THRESHOLDS
from pipelines.publish.qgis.project_model import Layer, Sheet, Theme
from pipelines.publish.words import swedish

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.quoted import RunFacts

FIRST = (100, "tillgang")
"""What the project opens with."""
WORD = {"tillgang": "tillgång", "passerad": "passerade"}
HEADING = "Rutor efter hur stor del av adresserna som har tillgång till minst {} Mbit/s ned"


BASIS = ("Underlag", "Bästa teknik", "Planerad")
"""Styles of the cells that no other layer stands in for when the whole län is seen."""


def pairs() -> list[tuple[int, str]]:
    """Return every threshold and measure, the one the project opens with first."""
    return sorted(((t, m) for m in MEASURES for t in THRESHOLDS), key=lambda pair: pair != FIRST)


def themes(layers: dict[str, Layer]) -> list[Theme]:
    """Return a theme per threshold and measure of cells, gap areas and the printed raster; and of underlag."""

    def style(layer: str, *words: str) -> tuple[str, str]:
        """Return the layer's style whose name ends with the words."""
        end = " ".join(words)
        names = (name for name, _ in layers[layer].styles)
        return layer, next(n for n in names if n.removeprefix("DEMO ").casefold() == end.casefold())

    lines = tuple((i, layers[i].styles[0][0]) for i in ("land", "lan", "kommungrans"))
    named = (*lines[:2], ("kommungrans", layers["kommungrans"].styles[1][0]))
    found = {"tillgang": ("Utan tillgång", "Tillgång"), "passerad": ("Ej passerade", "Passerad")}
    cells = {name for name, _ in layers["rutnat_250m"].styles}
    out = []
    for t, m in pairs():
        share = style("kommuner", f"Hushåll med {t} Mbit/s" if m == "tillgang" else f"Hushåll passerade {t}")
        word = next(w for w in found[m] if any(n.removeprefix("DEMO ") == f"{w} {t}" for n in cells))
        shown = (*lines, style("rutnat_250m", word, str(t)), share)
        out.append(Theme(f"{t} Mbit/s, {WORD[m]}", shown, ("rutnat_250m", "kommuner")))
    for t, m in pairs():
        shown = (*lines, style("bristomraden", found[m][0], str(t)))
        out.append(Theme(f"Bristområden {t} Mbit/s, {WORD[m]}", shown, ("bristomraden",)))
    known = {name.removeprefix("DEMO ") for name, _ in layers["rutor_underlag"].styles}
    for name in (x for x in BASIS if x in known):
        out.append(Theme(name, (*lines, style("rutor_underlag", name)), ("rutor_underlag",)))
    for t, m in pairs():
        raster = f"klass_{m}_{t}"
        out.append(Theme(printed(t, m), (*named, (raster, layers[raster].styles[0][0]))))
    return out


def printed(t: int, m: str) -> str:
    """Return the name of the theme that a sheet shows."""
    return f"Utskrift: klass {t} Mbit/s, {WORD[m]}"


def sheets(region: Region, facts: RunFacts, signs: bool) -> list[Sheet]:
    """Return a sheet of the län per threshold with tillgång, and one with a page for each kommun.

    Parameters
    ----------
    signs : bool
        Whether the tables say if a share is a limit («minst», «högst»), as the open ones do.
    """
    out = []
    for t, kommun in ((100, False), (30, False), (1000, False), (100, True)):
        name = region.lan.kortnamn if not kommun else '[% "kommunnamn" %]'
        whose = "i länet" if not kommun else "i kommunen"
        out.append(
            Sheet(
                "A3 en sida per kommun" if kommun else f"A3 länet, {t} Mbit/s",
                f"Bredband i {name}",
                f"[% {_share(t, signs, kommun)} %] av hushållen {whose} har tillgång till {t} Mbit/s",
                f"{HEADING.format(t)}. Rutor om 250 × 250 meter. Läget {swedish.day(facts['pts_datum'])}.",
                printed(t, "tillgang"),
                ((f"klass_tillgang_{t}", f"Tillgång till {t} Mbit/s ned"), ("kommungrans", ""), ("lan", "")),
                "kommungrans" if kommun else "",
            )
        )
    return out


def _share(t: int, signs: bool, kommun: bool) -> str:
    """Return the QGIS expression of a share as text, from the kommun of the page or from the län's only row."""

    def column(name: str, how: str) -> str:
        return f'"{name}"' if kommun else f"aggregate('bredband_lan', '{how}', \"{name}\")"

    number = f"format_number({column(f'andel_{t}_pct', 'max')}, 1, 'sv') || ' %'"
    if signs:
        limit = column(f"andel_{t}_olikhet", "concatenate")
        number = f"CASE WHEN {limit} = '>' THEN 'minst ' WHEN {limit} = '<' THEN 'högst ' ELSE '' END || {number}"
    return f"coalesce({number}, 'Okänd andel')"
