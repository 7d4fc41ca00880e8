"""The floor of ``make bench``: read every input and write every product again, with nothing in between.

With a step's name: read that step's files and tables, and write what it makes, again.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pyogrio
import pyogrio.raw
from python_calamine import CalamineWorkbook

from pipelines.core import files
from pipelines.steps import STEPS, Step


def main(raw: Path, scratch: Path) -> None:
    """Read the publishers' files under ``raw``; write the products under ``scratch`` a second time."""
    for path in sorted(raw.glob("*/*")):
        read(path)
    again = scratch / "golv"
    again.mkdir()
    for path in sorted(p for p in (*(scratch / "out").glob("*"), *(scratch / "maps").rglob("*")) if p.is_file()):
        if path.suffix != ".gpkg":
            shutil.copyfile(path, again / path.name)
    write_geopackage(scratch / "out" / "bredband.gpkg", again / "bredband.gpkg")


def of_step(step: Step, raw: Path, scratch: Path) -> None:
    """Read a step's files and tables, and write its tables and products a second time."""
    tables, again = scratch / "out/.steg", scratch / "golv" / step.name
    again.mkdir(parents=True)
    for group in step.inputs if step.reads_files else ():
        for path in sorted((raw / group).glob("*")):
            read(path)
    for name in step.reads:
        pq.read_table(tables / f"{name}.parquet")
    for name in step.writes:
        table = pq.read_table(tables / f"{name}.parquet")
        pq.write_table(table, again / f"{name}.parquet", **files.stored(table.schema))
    for path in sorted(p for pattern in step.makes for p in scratch.glob(pattern) if p.is_file()):
        if path == scratch / "out/bredband.gpkg":
            write_geopackage(path, again / path.name)
        else:
            shutil.copyfile(path, again / path.name)


def read(path: Path) -> None:
    """Read a publisher's file as its kind is read."""
    if path.suffix == ".zip":
        pyogrio.raw.read(f"/vsizip/{path}")
    elif path.suffix == ".gpkg":
        pyogrio.raw.read(path)
    elif path.suffix == ".xlsx":
        book = CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python()
    else:
        path.read_bytes()


def write_geopackage(source: Path, goal: Path) -> None:
    """Copy every layer."""
    for layer, kind in pyogrio.list_layers(source):
        if not str(layer).startswith(("layer_styles", "qgis")):
            rewrite(source, goal, str(layer), kind)


def rewrite(source: Path, goal: Path, layer: str, kind: str | None) -> None:
    """Copy one layer through Arrow."""
    meta, table = pyogrio.raw.read_arrow(source, layer=layer)
    pyogrio.raw.write_arrow(
        table,
        goal,
        layer=layer,
        driver="GPKG",
        append=goal.exists(),
        geometry_type=kind or "Unknown",
        geometry_name=meta.get("geometry_name") or None if kind else None,
        crs=meta.get("crs"),
    )


if __name__ == "__main__":
    where = Path(sys.argv[1]), Path(sys.argv[2])
    if sys.argv[3:]:
        of_step(STEPS[sys.argv[3]], *where)
    else:
        main(*where)
