"""Files are whole or not at all; points survive a round trip that others can read."""

import os
import zipfile

import geopandas as gpd
import pandas as pd
import pytest

from pipelines.core import files


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
    table = pd.DataFrame({"id": ["a", "å"], "e_m": [320000.25, 1.0], "n_m": [6400000.5, 2.0]}).astype({"id": "str"})
    files.write_points(table, tmp_path / "p.parquet")
    pd.testing.assert_frame_equal(files.read_points(tmp_path / "p.parquet"), table)
    seen = gpd.read_parquet(tmp_path / "p.parquet")
    assert seen.crs.to_epsg() == 3006
    assert [(p.x, p.y) for p in seen.geometry] == [(320000.25, 6400000.5), (1.0, 2.0)]
    assert seen["id"].tolist() == ["a", "å"]


def test_a_file_is_packed_to_the_same_bytes_whenever_it_was_written(tmp_path):
    plain = tmp_path / "tal.csv"
    plain.write_text("a,b\n" * 1000)
    sums = set()
    for name, time in (("a.zip", 1e9), ("b.zip", 1.7e9)):
        os.utime(plain, (time, time))
        plain.chmod(0o600 if time == 1e9 else 0o644)
        files.write_zip(tmp_path / name, plain, "2025-11-15")
        sums.add(files.sha256(tmp_path / name))
    assert len(sums) == 1
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        assert packed.read("tal.csv") == plain.read_bytes()
        assert packed.getinfo("tal.csv").date_time == (2025, 11, 15, 0, 0, 0)
        assert packed.getinfo("tal.csv").compress_size < plain.stat().st_size / 10
    files.write_zip(tmp_path / "c.zip", plain, "2025-11-16")
    assert files.sha256(tmp_path / "c.zip") not in sums
