"""Files are whole or not at all; points survive a round trip that others can read."""

import geopandas as gpd
import pandas as pd
import pytest

from pipelines import files


def test_a_failed_write_leaves_the_earlier_file_and_nothing_beside_it(tmp_path):
    goal = tmp_path / "a.txt"
    files.write_text(goal, "first")

    def fail():
        with files.replacing(goal) as beside:
            beside.write_text("half")
            raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        fail()
    assert goal.read_text() == "first"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_same_content_is_not_written_again(tmp_path):
    goal = tmp_path / "a.txt"
    assert files.write_text_if_changed(goal, "x")
    before = goal.stat().st_mtime_ns
    assert not files.write_text_if_changed(goal, "x")
    assert goal.stat().st_mtime_ns == before


def test_points_are_geoparquet_that_geopandas_reads(tmp_path):
    table = pd.DataFrame({"id": ["a", "å"], "e_m": [320000.25, 1.0], "n_m": [6400000.5, 2.0]}).astype(
        {"id": "str"}
    )
    files.write_points(table, tmp_path / "p.parquet")
    pd.testing.assert_frame_equal(files.read_points(tmp_path / "p.parquet"), table)
    seen = gpd.read_parquet(tmp_path / "p.parquet")
    assert seen.crs.to_epsg() == 3006
    assert [(p.x, p.y) for p in seen.geometry] == [(320000.25, 6400000.5), (1.0, 2.0)]
    assert seen["id"].tolist() == ["a", "å"]
