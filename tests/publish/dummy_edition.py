"""A built open edition of dummy files: what the catalogue reads is their names, sizes and bytes, not their content."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import tiny_tables

from pipelines.config.region import Region, load_region
from pipelines.core.files import write_table
from pipelines.core.paths import Paths
from pipelines.disclosure.open_run import OPEN_RUN, open_run
from pipelines.publish import products
from pipelines.publish.catalogue.catalogue_content import ABOUT

CORNERS = ("3200006400000", "3347506419750")
"""Lower left corners of the first and last cell: the grid is from E 320 000 to 335 000, N 6 400 000 to 6 420 000."""


def write(folder: Path, demo: bool = True, publishing: dict[str, object] | None = None) -> tuple[Region, Paths]:
    """Write the edition; ``publishing`` changes the configuration's part of that name."""
    paths = Paths(tiny_tables.CONFIG, folder / "raw", folder / "out", folder / "maps")
    for n, path in enumerate(names()):
        file = paths.built(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(f"{path}\n".encode() * (n + 1))
    write_table(pd.DataFrame({"rutid_scb": CORNERS}), paths.table("oppen_rutnat_250m"))
    paths.run_facts.write_text(json.dumps(tiny_tables.FACTS | {"demo": demo}), encoding="utf-8")
    tiny_tables._sources(paths)
    (paths.step / OPEN_RUN).write_text(json.dumps(open_run(paths)), encoding="utf-8")
    region = load_region(paths.config)
    if publishing:
        changed = region.publicering.model_copy(update=publishing)
        region = region.model_copy(update={"publicering": changed})
    return region, paths


def names() -> list[str]:
    """Every file of the open datasets, in order; two for each name that stands for many."""
    listed = [f.path for p in products.open_products() if p.id not in ABOUT for f in p.files]
    whole = [p.replace("*", x) for p in listed for x in (("1401", "1480") if "*" in p else ("",))]
    return sorted({*whole, products.DATAPACKAGE})
