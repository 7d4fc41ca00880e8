"""The benchmark: which published share is met, and when two of them contradict each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipelines.config.region import Region, load_region
from pipelines.core.errors import DataError
from pipelines.core.ledger import Ledger, files_used
from pipelines.people.benchmark import benchmarks
from tests.made_ledgers import complete
from tests.small_county.inputs import _toml, county

SHARES = {
    "xdsl": 0.3,
    "vdsl": 0.25,
    "fiber": 0.5,
    "narhet_fiber": 0.8,
    "kabel_tv": 0.2,
    "fast_radio": 0.3,
    "lte": 1.0,
    "nr": 0.8,
    "tradbunden": 0.75,
    "total": 1.0,
}


@pytest.fixture
def region(tmp_path: Path) -> Region:
    (tmp_path / "lan.toml").write_text(_toml(county("full")), encoding="utf-8")
    return load_region(tmp_path / "lan.toml")


def of_kolada(region: Region, share: float, read_from: dict[str, str] | None = None) -> tuple[pd.DataFrame, Ledger]:
    """The benchmark by *teknik* and one share of Kolada's: N07900, at least 100 Mbit/s in 9901."""
    teknik = pd.DataFrame(
        [
            {
                "rad": 1,
                "ar": 2025,
                "bas": "hushall",
                "niva": "kommun",
                "omrade": namn,
                "kommunkod": kod,
                "omradestyp": klass,
                "antal": 100,
                **{f"andel_{k}": v for k, v in SHARES.items()},
            }
            for kod, namn in (("9901", "Östby"), ("9902", "Håvik"))
            for klass in ("totalt", "tatbebyggt", "glesbebyggt")
        ]
    )
    none: Any = pd.DataFrame(columns=["bas", "niva", "kommunkod", "omradestyp", "ar", "matt", "troskel_mbit", "andel"])
    kolada = pd.DataFrame({"kpi": ["N07900"], "kommunkod": ["9901"], "ar": [2025], "andel": [share]})
    book = Ledger("prov")
    return benchmarks(region, teknik, none, kolada, book, read_from), book


def test_a_lower_bound_below_a_published_share_contradicts_nothing(region: Region) -> None:
    """Fibre and cable are in 50 to 70 % of the homes; Kolada says 65: so at least 65 % have 30 Mbit/s."""
    table, book = of_kolada(region, 0.65)
    at = table.query("kommunkod == '9901' and omradestyp == 'totalt' and matt == 'tillgang'")
    assert at.set_index("troskel_mbit")["andel"].to_dict() == pytest.approx({30: 0.65, 100: 0.65, 1000: 0.5})
    assert ("justerad", 1) in [(e.kind, e.count) for e in book.entries]


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (0.85, ("teknik och kolada", "0.7500 (teknik) mot 0.8500 (kolada)")),  # wired access in all ends at 75 %
        (0.45, ("kolada och teknik", "0.4500 (kolada) mot 0.5000 (teknik)")),  # fibre alone is in 50 %
    ],
)
def test_shares_that_cannot_both_hold_stop_and_both_sources_are_named(
    region: Region, share: float, told: tuple[str, ...]
) -> None:
    with pytest.raises(DataError) as e:
        of_kolada(region, share)
    for text in told:
        assert text in str(e.value)


def test_the_error_names_the_files_that_were_read(region: Region, tmp_path: Path) -> None:
    given = [
        {"fil": "pts/mtbbk_teknik.xlsx", "roll": "teknik", "anvand": True},
        {"fil": "pts/gammal_teknik.xlsx", "roll": "teknik", "anvand": False},
        {"fil": "kolada/a.json", "roll": "kolada", "anvand": True},
        {"fil": "kolada/b.json", "roll": "kolada", "anvand": True},
    ]
    Ledger("pts", facts=complete("pts", {"filer": given})).save(tmp_path / "pts.json")
    with pytest.raises(DataError) as e:
        of_kolada(region, 0.85, files_used(tmp_path / "pts.json"))
    assert e.value.file == "pts/mtbbk_teknik.xlsx och kolada/a.json, kolada/b.json"
    assert files_used(tmp_path / "saknas.json") == {}
