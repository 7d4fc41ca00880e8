from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from pipelines.config.region import load_region
from pipelines.demo.files import write_pts
from pipelines.demo.files.write_scb import perturb
from pipelines.demo.world import targets
from pipelines.demo.world.common import apportion

VG = Path(__file__).parents[2] / "config" / "vastra-gotaland.toml"


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40), st.integers(0, 10**6))
def test_apportionment_is_exact_and_off_by_less_than_one(weights: list[float], total: int) -> None:
    got = apportion(weights, total)
    assert got.sum() == total and (got >= 0).all()
    if sum(weights) > 1e-3:
        exact = np.array(weights) / sum(weights) * total
        assert (abs(got - exact) < 1 + 1e-6).all()


def test_apportionment_over_nothing() -> None:
    assert apportion([], 0).tolist() == []
    with pytest.raises(ValueError, match="ingenting"):
        apportion([], 3)


@given(st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 10**5)), min_size=1, max_size=50))
def test_noise_is_small_and_the_cells_own(rows: list[tuple[int, int]]) -> None:
    cell, count = np.array(rows, dtype=np.int64).T
    got = perturb(cell, count, 0)
    assert (abs(got - count) <= 2).all() and (got >= 0).all() and (got[count == 0] == 0).all()
    turned = perturb(cell[::-1].copy(), count[::-1].copy(), 0)[::-1]
    assert (got == turned).all()


def test_noise_has_no_drift() -> None:
    cells = np.arange(200_000, dtype=np.int64) * 10_000_000_000 + 6_400_000
    drift = perturb(cells, np.full(len(cells), 50), 0).mean() - 50
    assert abs(drift) < 0.02


def test_targets_are_the_published_shares() -> None:
    region = load_region(VG)
    rng = np.random.default_rng(1)
    households = np.column_stack([rng.integers(2_000, 60_000, 49), rng.integers(300, 4_000, 49)]).astype(float)
    goal = targets.make(region, VG, households)
    total = (goal.tillgang * households).sum(axis=1) / households.sum(axis=1)
    by_name = dict(zip((k.namn for k in region.lan.kommuner), total, strict=True))
    for name, published in (("Bengtsfors", 0.655), ("Essunga", 0.683), ("Grästorp", 0.698)):
        assert by_name[name] == pytest.approx(published, abs=1e-4)
    assert goal.riket == pytest.approx(0.933)
    lan = (goal.tillgang * households).sum() / households.sum()
    assert lan == pytest.approx(0.9395, abs=1e-3)
    rural = (goal.tillgang[:, 1] * households[:, 1]).sum() / households[:, 1].sum()
    assert 0.66 < rural < 0.75
    assert (goal.tillgang[:, 0] > goal.tillgang[:, 1]).all()
    assert (goal.passerad >= goal.tillgang).all() and (goal.passerad <= 1).all()


def test_of_a_region_that_is_the_country_each_place_stands_once_in_the_workbook_of_mobile_coverage(
    tmp_path: Path,
) -> None:
    """Riket is the region: two rows about it that differ stop the reading of PTS's files."""
    region = load_region(VG.with_name("sverige.toml"))
    count = len(region.kommunkoder)
    homes = pd.DataFrame({"kommun": np.arange(count), "nr": np.linspace(0, 1, count)})
    write_pts._mobile(region, homes, np.random.default_rng(1), tmp_path / "mobil.xlsx")
    sheet = CalamineWorkbook.from_path(str(tmp_path / "mobil.xlsx")).get_sheet_by_name("Yttäckning - aggregerad")
    rows = [row[1:4] for row in sheet.to_python()[2:]]
    assert rows[0] == ["Riket", "", ""] and len(rows) == count + 1
    assert {level for level, _, _ in rows[1:]} == {"Kommun"} and len({kommun for _, _, kommun in rows[1:]}) == count
    assert {lan for _, lan, _ in rows[1:]} == {k.delregion for k in region.lan.kommuner}
