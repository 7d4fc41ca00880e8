"""GeoPackages from outside: the table that is meant, and its rows streamed as Arrow through GDAL.

A zip must hold exactly one GeoPackage, read in memory or, when it is large, out of a private file (:mod:`.zips`).
What a file holds is asked of :mod:`pipelines.formats.gpkg_contents`, whose names are given on here.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.core import leftovers
from pipelines.core.errors import DataError, by_library, printable
from pipelines.core.files import EPSG
from pipelines.formats import spatial_index, wkb
from pipelines.formats.gpkg_contents import Layer, first_difference, layers, plain, row_counts

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "Layer",
    "Wanted",
    "actual",
    "batches",
    "empty",
    "find",
    "layers",
    "plain",
    "read",
    "require_geometry",
    "texts",
]

_AGAIN = "Hämta filen på nytt från utgivaren."

Wanted = Mapping[str, Sequence[str]]
"""Canonical column name → the names publishers use for it (compared by :func:`plain`)."""


def find(
    file: Path,
    found: Sequence[Layer],
    wanted: Wanted,
    names: Sequence[str] = (),
    optional: Sequence[str] = (),
    first: Sequence[str] = (),
) -> Layer:
    """Return the only layer of a file that has all ``wanted`` columns; ``names`` break a tie.

    ``first``: columns of which the first known name is the one meant, whatever a second one says.

    Raises
    ------
    DataError
        When no table fits or more than one does, naming the tables and columns there are; or when two of the
        columns can be the same thing and differ.
    """
    if not found:
        raise DataError("GeoPackage-filen har inga tabeller.", file=file, action=_AGAIN)
    required = [c for c in wanted if c not in optional]
    fits = [x for x in found if all(actual(x, wanted[c]) for c in required)]
    named = [x for x in fits if plain(x.name) in {plain(n) for n in names}]
    best = named or fits
    if len(best) == 1:
        for column in (c for c in wanted if c not in first):
            _require_single(best[0], column, wanted[column])
        return best[0]
    if best:
        raise DataError(
            "Flera tabeller i filen kan vara den som söks.",
            file=file,
            expected="en tabell",
            found=", ".join(x.name for x in best),
            action="Ta bort de tabeller som inte hör till leveransen.",
        )
    nearest = max(found, key=lambda x: sum(bool(actual(x, wanted[c])) for c in required))
    lacking = [c for c in required if not actual(nearest, wanted[c])]
    raise DataError(
        f"Tabellen «{printable(nearest.name)}» saknar kolumnen {' och '.join(lacking)}.",
        file=file,
        column=", ".join(lacking),
        expected="; ".join(f"{c} (något av namnen {', '.join(wanted[c])})" for c in lacking),
        found=f"kolumnerna {', '.join(nearest.columns) or '(inga)'}",
        details=[f"Tabeller i filen: {', '.join(x.name for x in found)}"],
        action="Kontrollera att filen är utgivarens och oförändrad.",
    )


def _require_single(layer: Layer, column: str, names: Sequence[str]) -> None:
    """Check that no two columns of a table can be the same thing, unless they say the same.

    Raises
    ------
    DataError
    """
    claims = [c for c in layer.columns if plain(c) in {plain(n) for n in names}]
    for a, b in pairwise(claims):
        if row := first_difference(layer, a, b):
            raise DataError(
                "Två kolumner kan vara samma uppgift, och säger olika.",
                file=layer.file,
                row=row,
                column=column,
                expected="en kolumn",
                found=printable(f"{a} och {b}"),
                action="Ta bort eller döp om den ena.",
            )


def actual(layer: Layer, names: Sequence[str]) -> str | None:
    """Return the layer's own spelling of the first of ``names`` it has, or None."""
    have = {plain(c): c for c in reversed(layer.columns)}
    return next((have[plain(n)] for n in names if plain(n) in have), None)


def require_geometry(layer: Layer, systems: Sequence[int] = (EPSG,)) -> Layer:
    """Return the layer when it has geometry in EPSG:3006, or in another of the ``systems`` that its reader takes.

    Raises
    ------
    DataError
        When the table has no geometry column or another coordinate system.
    """
    if not layer.geometry:
        raise DataError(
            f"Tabellen «{printable(layer.name)}» har ingen geometri.",
            file=layer.file,
            expected="en rad i gpkg_geometry_columns",
            action=_AGAIN,
        )
    if layer.epsg not in systems:
        raise DataError(
            "Fel koordinatsystem.",
            file=layer.file,
            column=layer.geometry,
            expected="EPSG:3006 (SWEREF 99 TM)",
            found=_system(layer.epsg) if layer.epsg else "inget känt koordinatsystem",
            action="Beställ filen i SWEREF 99 TM, eller räkna om den (QGIS: Exportera → Spara objekt som…, välj "
            "EPSG:3006)."
            if layer.epsg
            else "Ta reda på hos utgivaren vilket system filen är i, och ange det "
            "(QGIS: Lager → Sätt koordinatsystem) innan den räknas om till EPSG:3006.",
        )
    return layer


def _system(epsg: int) -> str:
    """Return a coordinate system as an error says it: code, and name where PROJ knows it."""
    import pyproj

    try:
        return f"EPSG:{epsg} ({pyproj.CRS.from_epsg(epsg).name})"
    except pyproj.exceptions.CRSError:
        return f"EPSG:{epsg}"


def batches(
    layer: Layer, wanted: Wanted, *, geometry: bool = True, bbox: tuple[float, float, float, float] | None = None
) -> Iterator[pa.Table]:
    """Stream a layer's columns under their canonical names, in the file's order.

    Parameters
    ----------
    layer : Layer
    wanted : mapping
        Canonical name → synonyms. A column the layer lacks is left out.
    geometry : bool
        Also give column ``wkb`` (binary, ISO WKB).
    bbox : tuple of float, optional
        Only features that touch this box, and those without geometry: west, south, east, north in the layer's own
        coordinates. The file's spatial index is used when it can be trusted, see :mod:`.spatial_index`.

    Yields
    ------
    pyarrow.Table
        Some ten thousand rows at a time; nothing when the layer is empty.
    """
    through_index = bbox is not None and spatial_index.trusted(layer)
    for table in _stream(layer, wanted, geometry=geometry, bbox=bbox if through_index else None):
        part = table if through_index or bbox is None else table.filter(wkb.touches(table["wkb"], bbox, layer.file))
        if part.num_rows:
            yield part


def _stream(
    layer: Layer, wanted: Wanted, *, geometry: bool, bbox: tuple[float, float, float, float] | None
) -> Iterator[pa.Table]:
    import pyarrow as pa
    from pyogrio.raw import open_arrow

    own = {c: name for c in wanted if (name := actual(layer, wanted[c]))}
    source = layer.data if isinstance(layer.data, bytes) else leftovers.plainly_named(layer.data.resolve())
    # A file in RAW is never written to: IMMUTABLE keeps SQLite from making -wal and -shm files beside it. One that
    # has them already is never opened here, but its copy is: GDAL would put their edits in, whatever it is told.
    options = {} if isinstance(source, bytes) else {"IMMUTABLE": "YES"}
    rows, stated = row_counts(layer)
    given = 0
    try:
        with ExitStack() as stack:
            if stated not in (None, rows):
                stack.enter_context(_row_by_row())
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # a file in memory has no .gpkg ending
                meta, reader = stack.enter_context(
                    open_arrow(
                        source,
                        layer=layer.name,
                        columns=sorted(set(own.values())),
                        read_geometry=geometry,
                        bbox=bbox,
                        use_pyarrow=True,
                        datetime_as_string=True,
                        **options,
                    )
                )
            for batch in reader:
                columns = {c: batch.column(name) for c, name in own.items()}
                if geometry:
                    columns["wkb"] = batch.column(meta["geometry_name"] or "wkb_geometry")
                given += batch.num_rows
                batch.validate(full=True)  # text that is not UTF-8 is found here, not where somebody asks for it
                yield pa.table(columns)
    except (RuntimeError, ValueError, pa.ArrowException, KeyError) as e:  # pyogrio's own are RuntimeErrors
        raise DataError(
            "GeoPackage-filen går inte att läsa.", file=layer.file, found=by_library("läsfel", e), action=_AGAIN
        ) from None
    if bbox is None and given != rows:
        raise DataError(
            f"Alla rader i tabellen «{printable(layer.name)}» gick inte att läsa en gång var.",
            file=layer.file,
            expected=f"{rows} rader",
            found=f"{given} rader",
            action=_AGAIN,
        )


@contextmanager
def _row_by_row() -> Iterator[None]:
    """Let GDAL read row by row: its faster way trusts the file's own count, and reads rows twice when that is stale."""
    import pyogrio

    option = "OGR_GPKG_STREAM_BASE_IMPL"
    pyogrio.set_gdal_config_options({option: True})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({option: None})


def read(
    layer: Layer, wanted: Wanted, *, geometry: bool = True, bbox: tuple[float, float, float, float] | None = None
) -> pa.Table:
    """Read a whole layer that must not be empty; see :func:`batches`.

    Raises
    ------
    DataError
        When the table has no rows (a ``bbox`` may leave none: then the table comes back empty).
    """
    import pyarrow as pa

    parts = list(batches(layer, wanted, geometry=geometry, bbox=bbox))
    if parts:
        return pa.concat_tables(parts)
    if bbox is None:
        raise empty(layer)
    present = [c for c in wanted if actual(layer, wanted[c])]
    fields = [(c, pa.string()) for c in present] + ([("wkb", pa.binary())] if geometry else [])
    return pa.table({c: pa.array([], t) for c, t in fields})


def is_number(column: pa.ChunkedArray | pa.Array) -> bool:
    """Tell whether a column holds numbers, and not texts."""
    import pyarrow as pa

    return bool(pa.types.is_integer(column.type) or pa.types.is_floating(column.type))


def texts(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray:
    """Return ids or codes as trimmed text, whether the file has them as text or as numbers; null stays.

    >>> import pyarrow as pa
    >>> texts(pa.array([1480.0, None])).to_pylist(), texts(pa.array([" 1480 "])).to_pylist()
    (['1480', None], ['1480'])
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    whole = pa.types.is_floating(column.type) and pc.all(
        pc.and_(pc.equal(pc.round(column), column), pc.less(pc.abs(column), 2.0**53))
    )
    if whole and whole.as_py():
        column = pc.cast(column, pa.int64())
    return pc.utf8_trim_whitespace(pc.cast(column, pa.string()))


def empty(layer: Layer) -> DataError:
    """Return the error for a table without rows."""
    return DataError(
        f"Tabellen «{printable(layer.name)}» är tom.", file=layer.file, expected="minst en rad", action=_AGAIN
    )
