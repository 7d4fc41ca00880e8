"""What killed runs leave is swept by the next; what a living one holds is not."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.core import leftovers
from pipelines.core.paths import Paths


@pytest.fixture
def dead() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_only_what_the_dead_left_is_swept(tmp_path: Path, dead: int, monkeypatch) -> None:
    monkeypatch.setattr(leftovers.tempfile, "gettempdir", lambda: str(tmp_path / "tmp"))
    paths = Paths(tmp_path / "c", tmp_path / "raw/demo", tmp_path / "out", tmp_path / "maps")
    places = [
        "out",
        "out/.steg/liggare",
        "out/.steg/produkter/maps/kommuner",
        "out/plan",
        "maps",
        "maps/data",
        "tmp",
        "raw/demo",
        "raw/demo/pts",
    ]
    mine, alive = os.getpid(), os.getppid()
    stay, go = [], []
    for place in places:
        folder = tmp_path / place
        folder.mkdir(parents=True, exist_ok=True)
        go += [folder / f".a.{dead}.ny.csv", folder / f".bredband.{dead}.ny.gpkg-journal", folder / f".b.{dead}.ny-x1"]
        stay += [folder / f".a.{pid}.ny.csv" for pid in (mine, alive)]
        stay += [folder / name for name in (f"a.{dead}.ny.csv", f".a.{dead}.csv", ".a.ny.csv", "eget.txt")]
    for path in (*go, *stay):
        path.write_text("x")
    go[-1].unlink()
    (go[-1] / "inne").mkdir(parents=True)
    (tmp_path / "maps/.installerat").write_text(f"{'0' * 64}  data/a.csv\n{'0' * 64}  ../../x/b.csv\n")
    leftovers.sweep(paths)
    assert [p for p in go if p.exists()] == []
    assert [p for p in stay if not p.exists()] == []


def test_a_number_that_another_process_has_got_does_not_keep_a_file(tmp_path: Path, monkeypatch) -> None:
    paths = Paths(tmp_path / "c", tmp_path / "raw", tmp_path / "out", tmp_path / "maps")
    paths.out.mkdir()
    left = paths.out / f".x.{os.getppid()}.ny.csv"
    left.write_text("x")
    leftovers.sweep(paths)
    assert left.exists(), "a living parent that was there before the file"
    up_s = time.clock_gettime(time.CLOCK_BOOTTIME)
    later = int((up_s + 3600) * os.sysconf("SC_CLK_TCK"))
    monkeypatch.setattr(leftovers.run_lock, "began", lambda pid: str(later))
    leftovers.sweep(paths)
    assert not left.exists(), "the number is now of one that began an hour after the file was made"


@pytest.mark.parametrize(("age_h", "stays"), [(23, True), (25, False)])
def test_where_nobody_says_when_a_process_began_a_day_decides(age_h, stays, monkeypatch) -> None:
    monkeypatch.setattr(leftovers.run_lock, "began", lambda pid: "")
    assert leftovers._may_hold(1, time.time() - age_h * 3600) is stays


def test_a_process_that_is_dead_but_not_yet_buried_holds_nothing(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "c", tmp_path / "raw", tmp_path / "out", tmp_path / "maps")
    paths.out.mkdir()
    process = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    process.stdout.read()  # until it ends; nobody has asked for its exit code yet
    left = paths.out / f".x.{process.pid}.ny.csv"
    left.write_text("x")
    for _ in range(100):
        leftovers.sweep(paths)
        if not left.exists():
            break
        time.sleep(0.02)
    assert not left.exists()
    process.wait()


def test_a_link_is_removed_and_not_what_it_leads_to(tmp_path: Path, dead: int) -> None:
    paths = Paths(tmp_path / "c", tmp_path / "raw", tmp_path / "out", tmp_path / "maps")
    (tmp_path / "eget").mkdir()
    (tmp_path / "eget/fil").write_text("x")
    paths.out.mkdir()
    (paths.out / f".x.{dead}.ny").symlink_to(tmp_path / "eget")
    leftovers.sweep(paths)
    assert not (paths.out / f".x.{dead}.ny").is_symlink()
    assert (tmp_path / "eget/fil").exists()


def test_a_scratch_folder_is_gone_afterwards_and_swept_when_its_process_was_killed(tmp_path: Path) -> None:
    with leftovers.scratch(tmp_path) as folder:
        (folder / "x").write_text("x")
    assert list(tmp_path.iterdir()) == []
    code = (
        "import os, signal, sys; from pathlib import Path; from pipelines.core import leftovers\n"
        "with leftovers.scratch(Path(sys.argv[1])): os.kill(os.getpid(), signal.SIGKILL)"
    )
    (tmp_path / "out").mkdir()
    root = Path(__file__).parents[1]
    subprocess.run([sys.executable, "-c", code, tmp_path / "out"], cwd=root, check=False)
    assert len(list((tmp_path / "out").iterdir())) == 1
    leftovers.sweep(Paths(tmp_path / "c", tmp_path / "raw", tmp_path / "out", tmp_path / "maps"))
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("name", ["a.gpkg", "å ö.gpkg", "a!b.gpkg", "a?b=1#c.gpkg", "a\nb;c.gpkg", "a%20[x].gpkg"])
def test_gdal_finds_a_file_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    import geopandas as gpd
    import pyogrio
    import shapely

    gpd.GeoDataFrame({"a": [7]}, geometry=[shapely.Point(1, 2)], crs=3006).to_file(tmp_path / "x.gpkg", layer="x")
    (tmp_path / "x.gpkg").rename(tmp_path / name)
    plain = leftovers.plainly_named(tmp_path / name)
    assert pyogrio.read_dataframe(plain, layer="x", IMMUTABLE="YES")["a"].tolist() == [7]
    assert [p.name for p in tmp_path.iterdir()] == [name]
