"""What a source does not let be published below kommun level: its content changes no cell and no gap area."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from pipelines.__main__ import main
from pipelines.files import read_polygons, read_table, write_polygons, write_table

EVIDENCE = ("evidens_adress", "evidens_ruta", "evidens_omrade")


def published(root: Path) -> dict[str, pd.DataFrame]:
    """Run the stages that read evidence; return the open tables, and the internal kommuner beside them."""
    where = [x for k, v in (("--config", "county.toml"), ("--raw", "raw"), ("--out", "out"), ("--maps", "maps"))
             for x in (k, str(root / v))]  # fmt: skip
    for stage in ("coverage", "summaries", "open_tables"):
        assert main([stage, *where]) == 0
    return {n: pd.read_parquet(root / f"out/.steg/{n}.parquet")
              for n in ("oppen_rutnat_250m", "oppen_bristomraden", "kommuner")}  # fmt: skip


@pytest.mark.parametrize("change", ["borta", "allt_har"])
def test_hidden_evidence_stays_above_cells(small_edition: Path, tmp_path: Path, change: str):
    root = tmp_path / "lan"
    shutil.copytree(small_edition, root)
    steg = root / "out/.steg"
    sources = read_table(steg / "kallor.parquet")
    # Every file is hidden for half of the comparison, so that something surely depends on it.
    sources["far_publiceras"] = False
    write_table(sources, steg / "kallor.parquet")
    before = published(root)
    for name in EVIDENCE:
        path = steg / f"{name}.parquet"
        polygons = name == "evidens_omrade"
        rows = read_polygons(path) if polygons else read_table(path)
        if change == "borta":
            rows = rows.iloc[:0]
        else:
            rows["status"], rows["ned_mbit"], rows["teknik"] = "tillgang", 1000.0, "fiber"
        (write_polygons if polygons else write_table)(rows, path)
    after = published(root)
    for name in ("oppen_rutnat_250m", "oppen_bristomraden"):
        pd.testing.assert_frame_equal(before[name], after[name])
    assert not before["kommuner"].equals(after["kommuner"])
