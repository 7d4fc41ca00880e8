"""The other län in PTS's workbooks: made-up shares, so that the region can be ranked and riket summed."""

from __future__ import annotations

LANEN = {
    "01": ("Stockholms län", 2_450),
    "03": ("Uppsala län", 405),
    "04": ("Södermanlands län", 302),
    "05": ("Östergötlands län", 472),
    "06": ("Jönköpings län", 369),
    "07": ("Kronobergs län", 204),
    "08": ("Kalmar län", 247),
    "09": ("Gotlands län", 61),
    "10": ("Blekinge län", 158),
    "12": ("Skåne län", 1_420),
    "13": ("Hallands län", 343),
    "14": ("Västra Götalands län", 1_760),
    "17": ("Värmlands län", 283),
    "18": ("Örebro län", 307),
    "19": ("Västmanlands län", 280),
    "20": ("Dalarnas län", 288),
    "21": ("Gävleborgs län", 287),
    "22": ("Västernorrlands län", 243),
    "23": ("Jämtlands län", 132),
    "24": ("Västerbottens län", 277),
    "25": ("Norrbottens län", 249),
}
"""Sweden's 21 län: code, name as PTS writes it, thousands of people (SCB, rounded, about 2023)."""

LETTERS = {
    "01": "AB",
    "03": "C",
    "04": "D",
    "05": "E",
    "06": "F",
    "07": "G",
    "08": "H",
    "09": "I",
    "10": "K",
    "12": "M",
    "13": "N",
    "14": "O",
    "17": "S",
    "18": "T",
    "19": "U",
    "20": "W",
    "21": "X",
    "22": "Y",
    "23": "Z",
    "24": "AC",
    "25": "BD",
}
"""Their letters (länsbokstav)."""
