"""Coverage classes: their Swedish labels and colours, one place for every map; their limits are in core/classes.py.

The colours run in one direction of lightness (CIE L* about 97 where nobody lives, then 80, 66, 50 and 19), so the
order survives a greyscale print, and from blue over yellow to purple, which the common colour-vision deficiencies keep
apart. Cells of few addresses have relatives of their own: blue where at least half have, purple where fewer do.
Every two colours of classes differ by at least 10 (CIEDE2000), also for who sees no red, green or blue; neighbours in
the order do in grey as well. The screens have
their own colours in ``base.css``, light and dark; the light ones that are here too are the same.
"""

from __future__ import annotations

from pipelines.core import classes
from pipelines.core.level_words import Language

CLASS_COLOURS = {
    "ingen_adress": "#f7f5f0",
    "utan": "#4f1548",
    "mindre_del": "#c9502c",
    "storre_del": "#d19422",
    "tackt": "#a2cdd8",
    "fa_under_halften": "#8d5e81",
    "fa_minst_halften": "#80a1ca",
    "ej_redovisad": "#9c9c9c",
}
_LOW, _MIDDLE, _HIGH = (f"{100 * limit:g}" for limit in classes.LIMITS)
CLASS_LABELS = {
    "ingen_adress": "Inga adresser i rutan",
    "utan": f"Under {_LOW} % av adresserna har",
    "mindre_del": f"{_LOW}–{_MIDDLE} % av adresserna har",
    "storre_del": f"{_MIDDLE}–{_HIGH} % av adresserna har",
    "tackt": f"Minst {_HIGH} % av adresserna har",
    "fa_under_halften": "Få adresser: under hälften har",
    "fa_minst_halften": "Få adresser: minst hälften har",
    "ej_redovisad": "Redovisas inte",
}
"""In the order of the codes, which is that of the rasters' values."""
CLASS_NAMES: dict[Language, dict[str, str]] = {
    "sv": {code: label.replace(" av adresserna har", " har") for code, label in CLASS_LABELS.items()},
    "en": {
        "ingen_adress": "No addresses in the cell",
        "utan": f"Under {_LOW}% have",
        "mindre_del": f"{_LOW}–{_MIDDLE}% have",
        "storre_del": f"{_MIDDLE}–{_HIGH}% have",
        "tackt": f"At least {_HIGH}% have",
        "fa_under_halften": "Few addresses: less than half have",
        "fa_minst_halften": "Few addresses: at least half have",
        "ej_redovisad": "Not disclosed",
    },
}
"""The same, short, under a heading that says what is had and who has it: every page's legend."""
LEGEND = (
    "utan",
    "mindre_del",
    "storre_del",
    "tackt",
    "fa_under_halften",
    "fa_minst_halften",
    "ej_redovisad",
    "ingen_adress",
)
"""The order of a legend: by share, then the cells that are told more coarsely."""
SHARE_COLOURS = ("#f9d3e2", "#ec86b3", "#cc2c7e", "#8a0a38")
"""The internal edition's exact shares without, from the least: other colours than the published classes have,
because the same cell may lie in another class outside."""
BASIS_COLOURS = {
    "adress": "#0b4f6c",
    "ruta": "#2f8fa3",
    "omrade": "#8cc5c0",
    "blandat": "#d9b44a",
    "statistik": "#b4552d",
}
BASIS_LABELS = {
    "adress": "Uppgift per adress",
    "ruta": "Uppgift per ruta",
    "omrade": "Uppgift per område",
    "blandat": "Blandat underlag",
    "statistik": "Modellerat ur statistik",
}
INK, QUIET, RULE, ACCENT, DEMO = "#1c2226", "#4d575e", "#b9c1c5", "#0b4f7a", "#8a1538"
"""Text, what is said beside it, thin lines, what stands out, and the mark of a demo: as on every page."""
OUTLINE, NEIGHBOUR, WATER = "#515b61", "#e8eaea", "#d3e3fb"
"""The ground as pages have it; the water is lighter than any class that tells a share."""
ROAD, FERRY = "#a89e91", "#7f9fb4"
"""The ground of what is printed, and of QGIS's projects."""
SHARE_STEPS = (80, 90, 95, 98)
"""Per cent that part the colours of kommuner by their share with coverage; each belongs to the step above."""
KOMMUN_COLOURS = ("#300a36", "#96234f", "#d05a39", "#d49319", "#b5c9d6")
"""Of the steps, from the lowest share."""
TECHNIQUE_COLOURS = {
    "fiber": "#024f6c",
    "kabel-tv": "#3590a4",
    "vdsl": "#7ab3a4",
    "xdsl": "#d9b44a",
    "fast_radio": "#d07a3a",
    "lte": "#a8442a",
    "nr": "#83529e",
    "okand": "#c9cdd0",
    "ingen": "#4d1340",
}

assert set(CLASS_COLOURS) == set(CLASS_LABELS) == set(LEGEND) == set(classes.CODES)


def rgb(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue (0–255) of ``#rrggbb``.

    >>> rgb("#0b4f6c")
    (11, 79, 108)
    """
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
