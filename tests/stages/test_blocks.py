"""Cells summed in many small blocks equal the cells summed at once."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.config.region import load_region
from pipelines.core import files
from pipelines.core.paths import Paths
from pipelines.disclosure import open_cells
from pipelines.sums import summaries
from pipelines.tables import contracts, summary_tables

TABLES = ("rutnat_250m", "rutnat_delar", "oppna_rutor", "oppna_delar", "kommuner", "lan")


@pytest.fixture
def paths(small_edition, tmp_path) -> Paths:
    shutil.copytree(small_edition / "out/.steg", tmp_path / "out/.steg", ignore=shutil.ignore_patterns("produkter"))
    return Paths(small_edition / "county.toml", small_edition / "raw", tmp_path / "out", tmp_path / "maps")


@pytest.mark.parametrize("rows", [7, 40])
def test_a_county_in_many_blocks_is_the_same_county(paths, small_edition, monkeypatch, rows):
    whole = {n: pd.read_parquet(paths.table(n)) for n in TABLES}
    points = files.read_points(paths.table("adresser"))
    monkeypatch.setattr(summaries, "BLOCK_ROWS", rows)
    region = load_region(paths.config)
    assert len(list(summaries.blocks(paths, rows))) > 3
    summaries.run(region, paths)
    open_cells.run(region, paths)
    for name, table in whole.items():
        assert len(table)
        pd.testing.assert_frame_equal(pd.read_parquet(paths.table(name)), table, rtol=1e-12, atol=1e-12)
    pd.testing.assert_frame_equal(files.read_points(paths.table("adresser")), points)


@pytest.mark.parametrize("without", ["land", "addresses"])
def test_a_block_without_land_or_without_addresses_is_by_the_contract(paths, without):
    """Blocks of single rows have either: the same columns of the same kinds come out, and the same sums."""
    region = load_region(paths.config)
    whole = next(summaries.blocks(paths, summaries.BLOCK_ROWS))
    land = whole.land.iloc[:0] if without == "land" else whole.land
    block = summaries.Block(land, 0, 0 if without == "addresses" else whole.last)
    addresses = block.addresses(paths)
    told = summaries.Known.of(addresses)
    parts = summaries.sum_parts(addresses, told, land)
    cells = summaries.sum_cells(parts, addresses, told)
    names = summaries.Names.of(cells, region)
    contracts.check(names.given_to(cells), summary_tables.RUTNAT)
    contracts.check(names.given_to(summaries.with_ratios(parts, cells)), summary_tables.DELAR)
    assert len(open_cells.of_block(block, region, paths)[0]) == len(cells)  # checks its own contract
    assert cells["land_ha"].sum() == pytest.approx(land["land_ha"].sum())
    assert cells["adresser"].sum() == parts["adresser"].sum() == len(addresses)
    assert set(cells["rutid"]) == set(land["rutid"]) | set(addresses["rutid"])


@settings(max_examples=60, deadline=None)
@given(
    cells=st.lists(st.integers(0, 12), min_size=1, max_size=60),
    has=st.lists(st.integers(0, 12), max_size=60),
    rows=st.integers(1, 130),
)
def test_blocks_hold_every_row_once_and_cut_no_kilometre(tmp_path_factory, cells, has, rows):
    folder = tmp_path_factory.mktemp("block")
    paths = Paths(folder / "c.toml", folder, folder / "out", folder / "maps")
    texts = {"kommunkod": "1480", "omradestyp": "tatbebyggt"}
    column = 250 * 10**7  # of cells, from the west
    land = pd.DataFrame({"rutid": column * np.sort(np.array(cells, dtype=np.int64))}).assign(**texts)
    addresses = pd.DataFrame({"rutid": column * np.sort(np.array(has, dtype=np.int64)), "e_m": 0.0, "n_m": 0.0})
    files.write_table(land, paths.table("land"))
    files.write_points(addresses, paths.table("adresser_ruta"))
    seen: list[set[int]] = []
    rows_of_land, rows_of_addresses = [], []
    for block in summaries.blocks(paths, rows):
        mine = block.land["rutid"].tolist(), addresses["rutid"].iloc[block.first : block.last].tolist()
        rows_of_land += mine[0]
        rows_of_addresses += mine[1]
        seen.append({cell // (4 * column) for cell in (*mine[0], *mine[1])})
    assert rows_of_land == land["rutid"].tolist()
    assert rows_of_addresses == addresses["rutid"].tolist()
    assert sum(map(len, seen)) == len(set().union(*seen)), "en kilometerruta står i två block"


def test_rows_are_read_across_row_groups(tmp_path: Path):
    path = tmp_path / "t.parquet"
    frame = pd.DataFrame({"a": np.arange(10), "b": [f"rad {i}" for i in range(10)]})
    with files.in_blocks(path) as add:
        for start in (0, 3, 4):
            add(frame.iloc[start : {0: 3, 3: 4, 4: 10}[start]])
    pd.testing.assert_frame_equal(files.read_table(path), frame)
    for start in range(11):
        for stop in range(start, 11):
            got = files.read_rows(path, start, stop)
            assert got["a"].tolist() == list(range(start, stop))
            assert got["b"].tolist() == [f"rad {i}" for i in range(start, stop)]


def test_a_block_that_fails_leaves_the_earlier_table(tmp_path: Path):
    path = tmp_path / "t.parquet"
    files.write_table(pd.DataFrame({"a": [1]}), path)
    with pytest.raises(ZeroDivisionError), files.in_blocks(path) as add:
        add(pd.DataFrame({"a": [2]}))
        raise ZeroDivisionError
    assert files.read_table(path)["a"].tolist() == [1]
    assert [p.name for p in tmp_path.iterdir()] == ["t.parquet"]
