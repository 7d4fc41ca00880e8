"""Made-up Swedish names for villages and roads. Nothing of it is meant to be a real place."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

FIRST = (
    "Björk",
    "Ek",
    "Lång",
    "Sten",
    "Ljung",
    "Ask",
    "Gran",
    "Tall",
    "Kvarn",
    "Mose",
    "Häst",
    "Svan",
    "Hög",
    "Ny",
    "Gammel",
    "Stor",
    "Lill",
    "Väster",
    "Öster",
    "Norr",
    "Söder",
    "Back",
    "Sand",
    "Ängs",
    "Ör",
    "Kors",
    "Bro",
    "Mar",
    "Tors",
    "Åker",
    "Hassel",
    "Rönn",
    "Alm",
    "Lind",
    "Skogs",
    "Dal",
    "Kyrk",
    "Älv",
    "Tran",
)
LAST = (
    "torp",
    "hult",
    "red",
    "ryd",
    "by",
    "arp",
    "stad",
    "vik",
    "sjö",
    "ås",
    "berg",
    "lunda",
    "ered",
    "hem",
    "åsen",
    "dal",
    "mo",
    "näs",
    "boda",
    "tuna",
    "landa",
    "holm",
    "gärde",
    "säter",
    "tomta",
)
ROADS = ("vägen", "gatan", "stigen", "gränd", "backen", "allén")


def village_names(rng: np.random.Generator, count: int, taken: set[str]) -> list[str]:
    """Return ``count`` different names, none of them in ``taken``."""
    every = [a + b for a in FIRST for b in LAST]
    pool = [every[i] for i in rng.permutation(len(every)) if every[i] not in taken]
    return [pool[i % len(pool)] + (f" {i // len(pool) + 1}" if i >= len(pool) else "") for i in range(count)]


def road_names() -> NDArray[Any]:
    """Return every road name, as an array to index."""
    return np.array([a + b for a in FIRST for b in ROADS], dtype=object)
