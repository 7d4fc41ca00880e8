"""The floor of ``make bench``: read every input and write every product again, with nothing in between."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pyogrio
import pyogrio.raw
from python_calamine import CalamineWorkbook


def main(raw: Path, scratch: Path) -> None:
    """Read the publishers' files under ``raw``; write the products under ``scratch`` a second time."""
    for path in sorted(raw.glob("*/*")):
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
    again = scratch / "golv"
    again.mkdir()
    for path in sorted(p for p in (*(scratch / "out").glob("*"), *(scratch / "maps").rglob("*")) if p.is_file()):
        if path.suffix != ".gpkg":
            shutil.copyfile(path, again / path.name)
    source = scratch / "out" / "bredband.gpkg"
    for layer, kind in pyogrio.list_layers(source):
        if not str(layer).startswith(("layer_styles", "qgis")):
            rewrite(source, again / "bredband.gpkg", str(layer), kind)


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
    main(Path(sys.argv[1]), Path(sys.argv[2]))
