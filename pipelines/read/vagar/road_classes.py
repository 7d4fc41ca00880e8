"""What publishers call their roads, in our own classes; and whether a road lies on the ground.

A name is compared without case and diacritics (:func:`pipelines.formats.gpkg.plain`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipelines.formats import gpkg

if TYPE_CHECKING:
    import pyarrow as pa

UNUSED = ""
"""Class of a line that no trench follows: a path, a ski track, stairs."""
UNKNOWN = "?"
"""Class of a line whose name is not known here."""
EMPTY = "(tomt)"
NOT_CARS = ("cykelvag", "traktorvag", "farjeled")
"""Classes that are no road for cars."""

Texts = NDArray[np.object_]


class Judged(NamedTuple):
    """What a table of rows says of its lines, a value per row.

    Attributes
    ----------
    klass : ndarray of str
        One of ``ROAD_CLASSES``, :data:`UNUSED` or :data:`UNKNOWN`.
    niva : ndarray of str
        One of ``ROAD_LEVELS``, or :data:`UNKNOWN`.
    kind, height : ndarray of str
        Class and level as the file has them.
    """

    klass: Texts
    niva: Texts
    kind: Texts
    height: Texts
    namn: Texts
    vagnummer: Texts


SWEDISH = {
    "motorvag": "motorvag",
    "motortrafikled": "motorvag",
    "motesfri_vag": "landsvag",
    "landsvag": "landsvag",
    "overgripande_lank": "landsvag",
    "landsvag_liten": "landsvag_liten",
    "smavag": "smavag",
    "smavag_enkel_standard": "smavag",
    "oklassificerad": "smavag",
    "huvudgata": "huvudgata",
    "lokalgata_stor": "lokalgata",
    "lokalgata_liten": "lokalgata",
    "kvartersvag": "lokalgata",
    "parkeringsomradesvag": "lokalgata",
    "infartsvag_utfartsvag": "lokalgata",
    "leveransvag": "lokalgata",
    "cykelvag": "cykelvag",
    "parkvag": "cykelvag",
    "traktorvag": "traktorvag",
    "farjeled": "farjeled",
    **dict.fromkeys(
        ("gangstig", "elljusspar", "led", "vandringsled", "skoterled", "stig", "gangvag", "trappa", "rullskidbana"),
        UNUSED,
    ),
}
"""``objekttyp`` of Topografi's roads, which are NVDB's own types of streets and roads."""
HEIGHTS = {
    **dict.fromkeys(("", "normal", "ingen", "nej"), "mark"),
    **dict.fromkeys(("overfart", "bro", "sommarbro", "overgang"), "bro"),
    **dict.fromkeys(("underfart", "undergang"), "underfart"),
    "tunnel": "tunnel",
    "overfart_och_underfart": "bro_och_underfart",
}
"""``bro_och_tunnel`` of roads and ``vagutforande`` of tracks and paths."""


@dataclass(frozen=True)
class Part:
    """A table to read, the columns to ask it for, and what judges its rows."""

    layer: gpkg.Layer
    wanted: gpkg.Wanted
    judge: Callable[[pa.Table], Judged]


class Lack(NamedTuple):
    """Something that roads use to have, and what it costs to be without; severe where lines are then taken wrongly."""

    what: str
    cost: str
    severe: bool = False


class Found(NamedTuple):
    """What of a file is roads: its tables, and what roads of that origin use to have and this file has not."""

    parts: tuple[Part, ...] = ()
    lacks: tuple[Lack, ...] = ()


NO_FERRIES = "öar som bara färjan når räknas fågelvägen"
NO_HEIGHTS = "broar och tunnlar räknas som vägar på marken, och möter det de korsar"


def swedish(name: str) -> str:
    """Return the class of a road that Lantmäteriet and Trafikverket call so.

    >>> swedish("Lokalgata liten"), swedish("Gångstig"), swedish("Rymdväg")
    ('lokalgata', '', '?')
    """
    return SWEDISH.get(gpkg.plain(name), UNKNOWN)


def height(name: str) -> str:
    """Return the level of a road of which Lantmäteriet and Trafikverket say so.

    >>> height("Överfart och underfart"), height("")
    ('bro_och_underfart', 'mark')
    """
    return HEIGHTS.get(gpkg.plain(name), UNKNOWN)


def texts(rows: pa.Table, column: str) -> Texts:
    """Return a column as trimmed texts, empty where it or its value is missing."""
    import pyarrow.compute as pc

    if column not in rows.column_names:
        return np.full(rows.num_rows, "", dtype=object)
    values = pc.fill_null(gpkg.texts(rows[column]), "")
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=object)


def mapped(values: Texts, meaning: Callable[[str], str]) -> Texts:
    """Return what each value means; each different one is asked for once."""
    import pandas as pd

    codes, known = pd.factorize(values)
    return np.array([meaning(str(x)) for x in known], dtype=object)[codes] if len(known) else values.copy()


def filled(rows: int, value: str) -> Texts:
    """Return the same value for every row."""
    return np.full(rows, value, dtype=object)
