"""What a source does not let be published below kommun level: its content changes no cell and no gap area."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd

from pipelines.config.region import load_region
from pipelines.core.files import read_polygons, read_table, write_polygons, write_table, write_text
from pipelines.core.paths import Paths
from pipelines.laws.run_facts import run_facts
from pipelines.tables.reconciliation_tables import AVSTAMNING_KALLOR
from tests.conftest import with_tables
from tests.publish import ground_tables, no_history

from . import inputs
from .test_small_county import stage

EVIDENCE = ("evidens_adress", "evidens_ruta", "evidens_omrade")
TABLES = ("oppen_rutnat_250m", "oppen_bristomraden", "kommuner")


def run(root: Path, *stages: str) -> dict[str, pd.DataFrame]:
    """Run stages; return the open tables, and the internal kommuner beside them."""
    for name in stages:
        assert stage(name, root) == ""
    return {n: pd.read_parquet(root / f"out/.steg/{n}.parquet") for n in TABLES}


AFTER = ("evidence", "households", "coverage", "summaries", "open_cells", "open_areas", "open_tables")


def write_history_and_facts(root: Path) -> None:
    """Write what open_tables reads and no evidence bears on: earlier years, others' figures (none), the own year."""
    assert stage("history", root) == ""
    paths = Paths(root / "osten.toml", root / "raw", root / "out", root / "maps")
    no_history.write(paths, (AVSTAMNING_KALLOR,))
    ground_tables.no_ground(paths)
    write_text(paths.run_facts, json.dumps(run_facts(load_region(paths.config), paths)))


def test_hidden_evidence_stays_above_cells(small_edition: Path, tmp_path: Path):
    """Every file is hidden; then their rows go, and then every row is fibre: only the kommuner change."""
    c = inputs.county("full")
    c.raked = True
    with_tables(small_edition, tmp_path)
    shutil.rmtree(tmp_path / "raw")
    inputs.write(c, tmp_path)
    steg = tmp_path / "out/.steg"
    for name in ("inventory", "tackning"):
        assert stage(name, tmp_path) == ""
    write_history_and_facts(tmp_path)
    write_table(read_table(steg / "kallor.parquet").assign(far_publiceras=False), steg / "kallor.parquet")
    before = run(tmp_path, *AFTER)
    shutil.copytree(steg, tmp_path / "kopia")
    for change in ("borta", "fiber"):
        for name in EVIDENCE:
            read, write = (read_polygons, write_polygons) if name == "evidens_omrade" else (read_table, write_table)
            rows = read(tmp_path / f"kopia/{name}.parquet")
            if change == "borta":
                rows = rows.iloc[:0]
            else:
                rows = rows.assign(status="tillgang", ned_mbit=1000.0, teknik="fiber")
            write(rows, steg / f"{name}.parquet")
        after = run(tmp_path, *AFTER)
        for name in TABLES[:2]:
            pd.testing.assert_frame_equal(before[name], after[name])
        assert not before["kommuner"].equals(after["kommuner"])
