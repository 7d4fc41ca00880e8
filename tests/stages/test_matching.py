"""What a file must match, on numbers made by hand: one kommun of a long list lost among the others."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipelines.config.region import Evidens
from pipelines.core.errors import DataError
from pipelines.core.ledger import Ledger
from pipelines.evidence import matching

KOMMUNER = ["1401", "1402"]
TOTAL = {"1401": 1000, "1402": 50}


class Settings:
    """The only part of a region that is asked for."""

    evidens = Evidens()


def judge(hits: dict[str, int], lost: int) -> list[tuple[str, str]]:
    """One file complete for both kommuner: so many hits in each, and rows that match nothing."""
    addresses = pd.DataFrame({"kommunkod": [k for k, n in TOTAL.items() for _ in range(n)], "adress_id": "x"})
    at = [KOMMUNER.index(k) for k, n in hits.items() for _ in range(n)] + [-1] * lost
    table = pd.DataFrame({"fil": "adresser.csv", "rad": np.arange(len(at)) + 2, "adress_id": "y"})
    reached = pd.DataFrame({"fil": "adresser.csv", "kommunkod": [k for k, n in hits.items() if n]})
    judged = matching.Judged(np.array(at) >= 0, np.array(at), reached, KOMMUNER)
    sources = pd.DataFrame({"fil": "adresser.csv", "kommunkod": KOMMUNER, "fullstandig": True})
    ledger = Ledger("x")
    matching.require(
        "adress",
        table,
        judged,
        sources=sources,
        addresses=addresses,
        region=Settings(),
        ledger=ledger,  # type: ignore[arg-type]
        register=lambda code: f"belagenhetsadresser_kn{code}.zip",
    )
    return [(e.kind, e.reason) for e in ledger.entries]


def test_a_small_kommun_whose_ids_are_lost_in_a_long_list_is_told_first() -> None:
    assert judge({"1401": 1000, "1402": 2}, lost=48) == [
        ("allvarlig", "kommun 1402: rader för 4 % av adresserna, i filens andra kommuner 100 %")
    ]


def test_a_kommun_that_has_little_but_lost_nothing_is_believed() -> None:
    assert judge({"1401": 1000, "1402": 2}, lost=10) == []  # 23 more would be needed for half of the usual
    assert judge({"1401": 1000, "1402": 45}, lost=48) == []


def test_a_kommun_without_any_hit_stops() -> None:
    with pytest.raises(DataError, match="1402") as e:
        judge({"1401": 1000, "1402": 0}, lost=50)
    assert "belagenhetsadresser_kn1402.zip" in str(e.value)  # its ids may be the ones that are wrong
