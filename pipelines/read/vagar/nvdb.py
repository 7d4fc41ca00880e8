"""Roads of Trafikverket's NVDB, as Lastkajen gives them as a GeoPackage.

Two forms are known: a table of all that is known of each stretch (a package of the whole country), whose columns are
named theme and property, ``FunkVagklass_Klass``; and a table per theme, of which only the compiled one
(``…Vagslag``) has both the type of road and what is a bridge. Functional class tells how much a road matters, not what
it is: motorways are then roads like others.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from pipelines.formats import gpkg
from pipelines.read.vagar import road_classes
from pipelines.read.vagar.road_classes import (
    EMPTY,
    UNKNOWN,
    UNUSED,
    Found,
    Judged,
    Lack,
    Part,
    Texts,
    filled,
    mapped,
    texts,
)

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

TYPE = ("gatutyp_typ", "gatutyp", "vagslag_typ", "vagslag")
CLASS = ("funkvagklass_klass", "funkvagklass")
WANTED = {
    "typ": TYPE,
    "klass": CLASS,
    "nat": ("vagtrafiknat_nattyp", "vagtrafiknat_vagtrafiknattyp", "nattyp", "vagtrafiknattyp"),
    "hojd": ("bro_och_tunnel_konstruktion", "bro_och_tunnel", "konstruktion"),
    "namn": ("gatunamn_namn", "gatunamn"),
    "annat_namn": ("ovrigt_vagnamn_namn", "ovrigt_vagnamn"),
    "nummer": ("vagnummer_huvudnummer_vard", "vardvaghuvudnummer", "huvudnummer_vard"),
    "europavag": ("vagnummer_europavag", "vardvag_europavag"),
}
_BY_CLASS = {
    **dict.fromkeys("01234", "landsvag"),
    **dict.fromkeys("56", "landsvag_liten"),
    **dict.fromkeys("789", "smavag"),
}
"""Functional class 0–9, 0 the most important."""
_NETS = {"2": "cykelvag", "cykelnat": "cykelvag", "4": UNUSED, "gangnat": UNUSED}
"""Parts of the network that are not for cars."""
_FERRY = "farjeled"


def find(path: Path, layers: list[gpkg.Layer]) -> Found:
    """Return the table of roads, and that of ferries where it is one of its own.

    Raises
    ------
    DataError
        When several can be meant, or they lie in another coordinate system.
    """
    drawn = [x for x in layers if x.geometry]
    whole = [x for x in drawn if gpkg.actual(x, CLASS)]
    forms = (
        ([x for x in drawn if gpkg.plain(x.name).endswith("vagslag")], {**WANTED, "typ": ("typ", *TYPE)}, "typ"),
        (whole, WANTED, "klass"),
        (
            [x for x in drawn if gpkg.plain(x.name).endswith("funkvagklass")],
            {**WANTED, "klass": ("klass", *CLASS)},
            "klass",
        ),
    )
    for tables, wanted, needed in forms:
        if tables:
            layer = gpkg.find(path, tables, wanted, optional=[c for c in wanted if c != needed], first=tuple(wanted))
            ferries = [x for x in drawn if x is not layer and gpkg.plain(x.name).endswith(_FERRY)]
            return _found(layer, dict(wanted), ferries)
    return Found()


def _found(layer: gpkg.Layer, wanted: dict[str, tuple[str, ...]], ferries: list[gpkg.Layer]) -> Found:
    marks = {f"{kind}_{i}": (c,) for kind in _MARKED for i, c in enumerate(_marking(layer, kind))}
    parts = [Part(gpkg.require_geometry(layer), {**wanted, **marks}, partial(roads, marks=tuple(marks)))]
    parts += [Part(gpkg.require_geometry(x), {"namn": ("namn", "farjeledsnamn")}, ferry_lines) for x in ferries]
    lacks = []
    if gpkg.actual(layer, wanted["hojd"]) is None:
        lacks.append(Lack("kolumnen Bro_och_tunnel", road_classes.NO_HEIGHTS, severe=True))
    if gpkg.actual(layer, wanted["typ"]) is None and not any(m.startswith("motor") for m in marks):
        lacks.append(Lack("uppgift om motorväg", "motorvägar räknas som landsvägar, som schakt följer", severe=True))
    if not ferries and not any(m.startswith(_FERRY) for m in marks):
        lacks.append(Lack("tabellen Farjeled", road_classes.NO_FERRIES))
    return Found(tuple(parts), tuple(lacks))


_MARKED = {"motorvag": "motorvag", "motortrafikled": "motorvag", _FERRY: "farjeled"}
"""Themes that a stretch has or has not → its class where it has."""


def _marking(layer: gpkg.Layer, theme: str) -> list[str]:
    """Return the columns of a theme that is said of a stretch only where it is so."""
    return [c for c in layer.columns if gpkg.plain(c) == theme or gpkg.plain(c).startswith(f"{theme}_")]


def roads(rows: pa.Table, marks: tuple[str, ...] = ()) -> Judged:
    """Judge stretches of road: by type where it is said, else by functional class."""
    kind, number, net = (texts(rows, c) for c in ("typ", "klass", "nat"))
    klass = np.where(kind != "", mapped(kind, road_classes.swedish), mapped(number, _by_class))
    said = np.where(kind != "", kind, np.where(number != "", "klass " + number, EMPTY)).astype(object)
    other = mapped(net, lambda x: _NETS.get(gpkg.plain(x), UNKNOWN))
    klass = np.where(other != UNKNOWN, other, klass)
    for mark in marks:
        is_so = mapped(texts(rows, mark), lambda x: "" if gpkg.plain(x) in ("", "0", "nej", "false") else "ja") == "ja"
        klass = np.where(is_so, _MARKED[mark.rpartition("_")[0]], klass)
    hojd = texts(rows, "hojd")
    name = texts(rows, "namn")
    name = np.where(name != "", name, texts(rows, "annat_namn")).astype(object)
    return Judged(klass.astype(object), mapped(hojd, road_classes.height), said, hojd, name, _numbers(rows))


def ferry_lines(rows: pa.Table) -> Judged:
    """Judge a table of ferries' routes."""
    n = rows.num_rows
    return Judged(
        filled(n, "farjeled"),
        filled(n, "mark"),
        filled(n, "Färjeled"),
        filled(n, ""),
        texts(rows, "namn"),
        filled(n, ""),
    )


def _by_class(number: str) -> str:
    return _BY_CLASS.get(number.removesuffix(".0"), UNKNOWN)


def _numbers(rows: pa.Table) -> Texts:
    """Return road numbers, E before a European one's."""
    number = mapped(texts(rows, "nummer"), lambda x: "" if x in ("0", "-1") else x)
    european = mapped(texts(rows, "europavag"), lambda x: "E" if gpkg.plain(x) in _EUROPEAN else "")
    return np.where(number == "", "", european + number).astype(object)


_EUROPEAN = ("1", "ja", "true", "e")
