"""Evidence by address where buildings stand for addresses: by place alone, and never a no by an id that none has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.config.region import load_region
from pipelines.core.ledger import Ledger
from pipelines.evidence import by_place

NAN = np.nan
ROWS = pd.DataFrame(
    [
        ("adresser_a.csv", 2, "id-1", NAN, NAN),  # by an id that no building has
        ("adresser_a.csv", 3, "id-2", 100.0, 200.0),
        ("adresser_b.csv", 2, "id-3", 300.0, 400.0),
        ("adresser_b.csv", 3, "", 500.0, 600.0),
        ("adresser_c.csv", 2, "id-4", NAN, NAN),
    ],
    columns=["fil", "rad", "adress_id", "e_m", "n_m"],
)
SOURCES = pd.DataFrame(
    [
        ("adresser_a.csv", "1401", True),
        ("adresser_a.csv", "1402", False),
        ("adresser_b.csv", "1401", True),
        ("adresser_c.csv", "1401", True),
        ("rutor_a.csv", "1401", True),
    ],
    columns=["fil", "kommunkod", "fullstandig"],
)


def test_rows_by_id_alone_are_left_out_and_their_file_is_no_longer_complete() -> None:
    ledger = Ledger("coverage")
    rows, sources = by_place.of_buildings(ROWS, SOURCES, ledger)
    assert rows[["fil", "rad", "adress_id", "e_m"]].to_numpy().tolist() == [
        ["adresser_a.csv", 3, "", 100.0],
        ["adresser_b.csv", 2, "", 300.0],
        ["adresser_b.csv", 3, "", 500.0],
    ]
    assert sources["fullstandig"].tolist() == [False, False, True, False, True]
    assert [(e.kind, e.source, e.count, e.reason[:7], e.examples) for e in ledger.entries] == [
        ("allvarlig", "adresser_a.csv", 1, "1 av 2 ", ("rad 2",)),
        ("allvarlig", "adresser_c.csv", 1, "1 av 1 ", ("rad 2",)),
    ]
    assert SOURCES["fullstandig"].tolist() == [True, False, True, True, True]
    nothing, same = by_place.of_buildings(ROWS[:0], SOURCES, ledger)
    assert nothing.empty
    assert same.equals(SOURCES)


def test_a_building_is_found_within_its_own_distance() -> None:
    region = load_region(Path("config/vastra-gotaland.toml"))
    assert region.evidens.matchningsradie_m == 25
    assert by_place.reaching(region).evidens.matchningsradie_m == region.byggnader.matchningsradie_m == 50
