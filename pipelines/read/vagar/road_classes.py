"""What publishers call their roads, in our own classes; and whether a road lies on the ground.

A name is compared without case and diacritics (:func:`pipelines.formats.gpkg.plain`).
"""

from __future__ import annotations

from collections.abc import Callable
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

TOPOGRAFI = {
    "objekttyp": ("objekttyp", "objekttypnamn"),
    "hojd": ("bro_och_tunnel", "vagutforande"),
    "namn": ("gatunamn", "namn"),
    "vagnummer": ("vardvagnummer", "vagnummer"),
}


def topografi(rows: pa.Table) -> Judged:
    """Judge rows of ``vaglinje`` and ``ovrig_vag``."""
    kind = texts(rows, "objekttyp")
    height = texts(rows, "hojd")
    return Judged(
        mapped(kind, lambda name: SWEDISH.get(gpkg.plain(name), UNKNOWN)),
        mapped(height, lambda name: HEIGHTS.get(gpkg.plain(name), UNKNOWN)),
        kind,
        height,
        texts(rows, "namn"),
        texts(rows, "vagnummer"),
    )


def ferries(rows: pa.Table) -> Judged:
    """Judge rows of ``farjeled``: every one is a ferry's route, whatever sort."""
    said = topografi(rows)
    kind = np.where(said.kind == "", "Färjeled", said.kind).astype(object)
    return said._replace(
        klass=np.full(rows.num_rows, "farjeled", dtype=object),
        niva=np.full(rows.num_rows, "mark", dtype=object),
        kind=kind,
    )


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
