"""What belongs together and is ordered apart from a run: files of one folder, whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.core import files
from pipelines.formats import at_rest
from pipelines.publish.workbook import csvs
from pipelines.tables import contracts

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths
    from pipelines.core.quoted import RunFacts
    from pipelines.publish.geopackage.edition import Edition
    from pipelines.publish.qgis.style.qgis_styles import Style
    from pipelines.tables.contracts import Table


@contextmanager
def together(folder: Path) -> Iterator[Path]:
    """Give an empty folder beside ``folder`` to write in; it takes the place of ``folder`` when the block succeeds.

    What else lies in ``folder`` comes along; what stands below the new folder is working material and goes.
    Whatever moment it is killed at, ``folder`` is the earlier one, the new one or absent, never some of both: then
    the earlier one waits beside and is put back first of all by the next.
    """
    earlier = folder.with_name(f".{folder.name}.forra")
    if earlier.exists():
        if folder.exists():
            shutil.rmtree(earlier)
        else:
            earlier.rename(folder)
    beside = folder.with_name(f".{folder.name}.{os.getpid()}.ny")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        yield beside
        for inner in [p for p in beside.iterdir() if p.is_dir()]:
            shutil.rmtree(inner)
        for path in beside.glob("*.gpkg"):
            at_rest.check_replaceable(folder / path.name)
        if folder.exists():
            _take_along(folder, beside)
            folder.rename(earlier)
        beside.rename(folder)
        shutil.rmtree(earlier, ignore_errors=True)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _take_along(folder: Path, new: Path) -> None:
    for own in folder.iterdir():
        if own.is_dir() and not own.is_symlink():
            shutil.copytree(own, new / own.name, symlinks=True)
        elif not (new / own.name).exists():
            shutil.copy2(own, new / own.name, follow_symlinks=False)


def write_csv(frame: pd.DataFrame, table: Table, path: Path, facts: RunFacts) -> None:
    """Write the contract's columns, 6 decimals, as the workbook's CSV files are written."""
    csvs.write_csv(contracts.rounded(contracts.check(frame, table)[table.names], table), table, path, facts)


def write_geopackage(
    path: Path,
    frames: Sequence[tuple[Table, pd.DataFrame]],
    styles: Sequence[Style],
    edition: Edition,
    region: Region,
    paths: Paths,
    product: str,
) -> None:
    """Write layers into a GeoPackage like ``bredband.gpkg``: same version, marks, aliases, styles, credits.

    Parameters
    ----------
    frames : sequence of (Table, DataFrame)
        A MultiPolygon layer is a GeoDataFrame; cells are squares by ``rutid_scb``.
    product : str
        Id of the product the file belongs to.
    """
    from pipelines.publish.geopackage import gpkg_extras, gpkg_layers

    tables = [t for t, _ in frames]
    work = replace(paths, out=path.parent / "arbete")
    with files.replacing(path) as beside:
        for table, frame in frames:
            if table.geometry == "MultiPolygon":
                files.write_polygons(contracts.check(frame, table), work.table(table.name))
            else:
                files.write_table(contracts.check(frame, table)[table.names], work.table(table.name))
        gpkg_layers.write(beside, [gpkg_layers.layer(t, work) for t in tables], edition.facts)
        with gpkg_extras.opened(beside) as db:
            gpkg_extras.add_indexes(db, tables)
            gpkg_extras.add_aliases(db, tables)
            gpkg_extras.add_metadata(db, region, edition.facts, edition.sources, product)
            gpkg_extras.add_styles(db, styles, edition.facts)
