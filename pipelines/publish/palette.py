"""Coverage classes: their limits, Swedish labels and colours, one place for every map.

The colours run in one direction of lightness (CIE L* about 86, 75, 55 and 19), so the order survives
a greyscale print, and from blue over yellow to purple, which the common colour-vision deficiencies keep apart.
"""

from __future__ import annotations

from pipelines.contracts import CLASS_CODES

CLASS_LIMITS = (0.05, 0.5, 0.95)
"""Shares of a cell's addresses with coverage that part the classes; each limit belongs to the class above."""

CLASS_COLOURS = {
    "ingen_adress": "#f4f2ec",
    "utan": "#4f1548",
    "mindre_del": "#d8603a",
    "storre_del": "#e9ae45",
    "tackt": "#b9dde6",
}
CLASS_LABELS = {
    "ingen_adress": "Inga adresser i rutan",
    "utan": "Under 5 % av adresserna har",
    "mindre_del": "5–50 % av adresserna har",
    "storre_del": "50–95 % av adresserna har",
    "tackt": "Minst 95 % av adresserna har",
}
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
NEIGHBOUR = "#eeece8"

assert set(CLASS_COLOURS) == set(CLASS_LABELS) == set(CLASS_CODES)


def rgb(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue (0–255) of ``#rrggbb``.

    >>> rgb("#0b4f6c")
    (11, 79, 108)
    """
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
