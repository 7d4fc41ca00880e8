"""Files under tackning/ as tests write them, and the stage run on them."""

from __future__ import annotations

from pathlib import Path

import gpkg_files as make
import pandas as pd
import pytest

from pipelines.core import files
from pipelines.core.errors import DataError
from pipelines.core.ledger import Ledger, load
from pipelines.read.tackning import read_evidence

KOMMUNER = [("1480", "Göteborg"), ("1407", "Öckerö")]
KALLOR = "fil,kommunkod,fullstandig,referensdatum,avtal,far_publiceras\n"
HEAD = "adress_id,teknik,ned_mbit,upp_mbit,status,operator\n"
CELLS = "rutid_scb,teknik,ned_mbit,upp_mbit,status,andel\n"


def put(tmp: Path, name: str, text: str | bytes, kallor: bool = True) -> Path:
    """One file; ``kallor.csv`` gets a row about it."""
    folder = tmp / "raw/tackning"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    sources = folder / "kallor.csv"
    if kallor:
        before = sources.read_text() if sources.exists() else KALLOR
        sources.write_text(f"{before}{name},1480,ja,2025-10-01,avtal,ja\n")
    return folder / name


def run(tmp: Path) -> tuple[dict[str, pd.DataFrame], Ledger]:
    """Run the stage; return its tables and its ledger."""
    where = make.paths(tmp)
    read_evidence.run(make.region(KOMMUNER), where)
    tables = {n: files.read_table(where.table(n)) for n in ("kallor", "evidens_adress", "evidens_ruta")}
    return {**tables, "evidens_omrade": files.read_polygons(where.table("evidens_omrade"))}, load(
        where.ledger("tackning")
    )


def refused(tmp: Path, *told: str) -> None:
    with pytest.raises(DataError) as e:
        run(tmp)
    for text in (*told, "Gör så här"):
        assert text in str(e.value), str(e.value)
