"""The demo's lists of people and households: in the fetched form, near the truth, read and held against ours."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipelines.config.region import Region
from pipelines.core.paths import Paths
from pipelines.demo.files import write_scb_totals
from pipelines.goals import published_figures
from pipelines.incoming.marks import demo_mark
from pipelines.read.scb import read_scb
from pipelines.read.scb.scb_list import HOUSES, read_dwellings

from .conftest import BLEKINGE

FIELDS = ("folkmangd", "hushall")
YEARS = [str(y) for y in range(2015, 2025)]


def rows(folder: Path, field: str) -> list[dict[str, str]]:
    with (folder / f"scb/{field}_kommun_demo.csv").open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def newest(folder: Path, field: str) -> dict[str, int]:
    told = rows(folder, field)
    last = max(r["ar"] for r in told)
    return {r["kommunkod"]: int(r[field]) for r in told if r["ar"] == last}


@pytest.mark.parametrize("field", FIELDS)
def test_the_lists_have_the_fetched_form_and_the_mark(blekinge: tuple[Region, Path], field: str) -> None:
    path = blekinge[1] / f"scb/{field}_kommun_demo.csv"
    body = path.read_bytes()
    assert body.splitlines()[0].decode() == f"kommunkod,kommunnamn,ar,{field},_kommentar"
    assert b"\r" not in body and body.endswith(b"\n") and not body.startswith(b"\xef\xbb\xbf")
    told = rows(blekinge[1], field)
    assert [(r["kommunkod"], r["ar"]) for r in told] == [(k, y) for k in sorted(BLEKINGE) for y in YEARS]
    assert all(r["kommunnamn"] == BLEKINGE[r["kommunkod"]][0] for r in told)
    assert all(r["_kommentar"].startswith("DEMO") for r in told)
    assert demo_mark(path)


def test_the_counts_are_the_truth_but_for_what_scb_counts_otherwise(
    blekinge: tuple[Region, Path], register: pd.DataFrame
) -> None:
    truth = pd.read_parquet(blekinge[1] / "sanning/adresser.parquet").set_index("adress_id")
    truth["kommun"] = register.set_index("adress_id")["kommunkod"]
    true = truth.groupby("kommun")[["befolkning", "hushall"]].sum()
    assert true["befolkning"].sum() == 16_500
    people, homes = (newest(blekinge[1], f) for f in FIELDS)
    extra = {k: people[k] - true.loc[k, "befolkning"] for k in BLEKINGE}
    assert all(0 <= x <= 3 + 0.005 * true.loc[k, "befolkning"] for k, x in extra.items())
    assert any(extra.values()), "några är skrivna i kommunen men på ingen adress"
    off = {k: homes[k] / true.loc[k, "hushall"] - 1 for k in BLEKINGE}
    assert all(abs(x) <= 0.025 + 0.5 / true.loc[k, "hushall"] for k, x in off.items())
    assert len({round(x, 4) for x in off.values()}) > 1, "ingen och samma skillnad överallt"
    assert all(homes[k] <= people[k] for k in BLEKINGE)


def test_the_dwellings_are_the_truths_homes_and_some_vacant(
    blekinge: tuple[Region, Path], register: pd.DataFrame
) -> None:
    """Holiday homes and empty houses are no dwellings of SCB's: a household a house, the others in flats."""
    path = blekinge[1] / "scb/bostader_hustyp_demo.csv"
    assert demo_mark(path)
    told = read_dwellings(path, blekinge[0]).rows
    assert told["ar"].min() == 2015 and told["ar"].max() == 2024
    now = told[told["ar"] == 2024].set_index("kommunkod")
    truth = pd.read_parquet(blekinge[1] / "sanning/adresser.parquet").set_index("adress_id")
    truth["kommun"] = register.set_index("adress_id")["kommunkod"]
    lived = truth[truth["hushall"] > 0]
    single = lived[lived["hushall"] == 1].groupby("kommun").size()  # in flats nearly always more than one lives
    assert ((now["smahus"] >= 0.95 * single) & (now["smahus"] <= 1.08 * single + 5)).all()
    every = now[list(HOUSES.values())].sum(axis=1)
    homes = lived.groupby("kommun")["hushall"].sum()
    assert ((every >= homes) & (every <= 1.06 * homes + 5)).all()
    assert (now["specialbostader"] < now["flerbostadshus"]).all() and now["specialbostader"].sum() > 0


@pytest.mark.parametrize("field", FIELDS)
def test_the_years_before_lead_there_without_leaps(blekinge: tuple[Region, Path], field: str) -> None:
    for kod in BLEKINGE:
        count = np.array([int(r[field]) for r in rows(blekinge[1], field) if r["kommunkod"] == kod])
        assert (abs(np.diff(count)) <= 0.025 * count[1:] + 1).all()
        assert len(set(count.tolist())) > 1


def test_from_2025_every_count_has_a_noise_of_its_own(blekinge: tuple[Region, Path], tmp_path: Path) -> None:
    """The last year holds the same people whichever it is; perturbed they are when it is 2025."""
    region = blekinge[0]
    homes = pd.DataFrame({"kommun": np.arange(5).repeat(200), "folk": 3, "hushall": 1})
    for year in (2025, 2026):
        dated = region.model_copy(update={"demo": region.demo.model_copy(update={"ar": year})})
        write_scb_totals.write(dated, homes, tmp_path / str(year))
    for field in FIELDS:
        assert max(r["ar"] for r in rows(tmp_path / "2026", field)) == "2025"
        still, noisy = newest(tmp_path / "2025", field), newest(tmp_path / "2026", field)
        off = [noisy[k] - still[k] for k in BLEKINGE]
        assert any(off) and max(map(abs, off)) <= 2
    assert all(600 <= n <= 610 for n in newest(tmp_path / "2025", "folkmangd").values())


def test_a_region_that_fetches_no_earlier_years_has_the_grids_own(
    blekinge: tuple[Region, Path], tmp_path: Path
) -> None:
    region = blekinge[0]
    tables = region.hamta.scb_tabeller.model_copy(update={"fran_ar": 2030})
    later = region.model_copy(update={"hamta": region.hamta.model_copy(update={"scb_tabeller": tables})})
    nobody = pd.DataFrame({"kommun": [0, 1], "folk": [0, 5], "hushall": [0, 9]})
    write_scb_totals.write(later, nobody, tmp_path)
    told = rows(tmp_path, "hushall")
    assert {r["ar"] for r in told} == {"2024"}
    assert [int(r["hushall"]) for r in told] == [0, 5, 0, 0, 0], "aldrig fler hushåll än folk"


def test_the_reconciliation_holds_them_against_ours(blekinge: tuple[Region, Path], tmp_path: Path) -> None:
    region, folder = blekinge
    paths = Paths(tmp_path / "lan.toml", folder, tmp_path / "ut", tmp_path / "kartor")
    read_scb.run(region, paths)
    told = published_figures.scb_totals(paths, region)
    for field in FIELDS:
        mine = told[(told["storhet"] == field) & told["kalla"].str.startswith("SCB ")]
        assert dict(zip(mine["kod"], mine["deras_tal"], strict=True)) == newest(folder, field)
        assert set(mine["ar"]) == {2024}
    from pipelines.core import ledger

    book = ledger.load(paths.ledger("scb"))
    lists = [f for f in book.facts["filer"] if str(f["fil"]).endswith("_demo.csv")]
    assert len(lists) == 3 and all(f["demo"] for f in lists)
    assert not [e for e in book.entries if "SCB:s lista" in e.reason]
