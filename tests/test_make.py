"""The Makefile as a planner meets it: runs, does nothing twice, redoes what changed."""

import json
import os
import shutil
import sqlite3
import subprocess
import zipfile
from pathlib import Path

import pytest

from pipelines import bench
from pipelines.__main__ import STAGES
from tests.conftest import clean_environment, make_command

ROOT = Path(__file__).parents[1]
PRODUCTS = [
    "out/bredband.gpkg", "out/kommuner.csv", "out/kommuner.xlsx", "out/tackning_250m.tif", "out/rapport.md",
    "out/manifest.json", "out/bredbandskarta_intern.html", "maps/bredbandskarta.html", "maps/kartor/lan_100.pdf",
    "maps/kartor/lan_100.png", "maps/specifikation.html", "maps/catalog.rdf", "maps/catalog.ttl",
    "maps/metadata_iso19139.xml",
]  # fmt: skip


def make(folder: Path, *goals: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        make_command(folder, *goals), capture_output=True, text=True, env=clean_environment(), timeout=300
    )


def times(folder: Path) -> dict[str, int]:
    return {p: (folder / p).stat().st_mtime_ns for p in PRODUCTS}


def steps(result: subprocess.CompletedProcess[str]) -> set[str]:
    """Return the stages that ran, as the Makefile names them (two spaces, then the name)."""
    return {line.strip() for line in result.stdout.splitlines() if line.startswith("  ")}


@pytest.fixture
def copy(small_edition, tmp_path) -> Path:
    """A built county of the test's own; times are kept, so that make sees it as built."""
    shutil.copytree(small_edition, tmp_path / "lan", copy_function=shutil.copy2)
    # The paths are part of what make remembers.
    (tmp_path / "lan/out/.steg/val.txt").write_text(f"{tmp_path}/lan/county.toml {tmp_path}/lan/raw \n")
    old = (small_edition / "out/.steg/val.txt").stat()
    os.utime(tmp_path / "lan/out/.steg/val.txt", ns=(old.st_atime_ns, old.st_mtime_ns))
    for folder in (tmp_path / "lan/raw").rglob("*"):
        if folder.is_dir():
            seen = (small_edition / "raw" / folder.relative_to(tmp_path / "lan/raw")).stat()
            os.utime(folder, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    return tmp_path / "lan"


def test_every_product_is_there_and_of_one_run(small_edition):
    built = small_edition
    run_id = json.loads((built / "out/manifest.json").read_text())["korning_id"]
    assert all((built / p).stat().st_size > 0 for p in PRODUCTS)
    assert run_id in (built / "out/rapport.md").read_text()
    assert run_id in (built / "maps/bredbandskarta.html").read_text()
    assert run_id in (built / "out/kommuner.csv").read_text(encoding="utf-8-sig")
    with sqlite3.connect(built / "out/bredband.gpkg") as gpkg:
        assert any(run_id in row[0] for row in gpkg.execute("SELECT metadata FROM gpkg_metadata"))


def test_a_second_run_does_nothing(copy):
    before = times(copy)
    result = make(copy, "coverage")
    assert result.returncode == 0, result.stderr
    assert steps(result) == set()
    assert times(copy) == before


def test_files_make_cannot_name_come_back_when_lost_and_go_when_no_longer_made(copy):
    built, goal = (copy / d / "kommuner/0001.html" for d in ("out/.steg/produkter/maps", "maps"))
    built.parent.mkdir(exist_ok=True)
    built.write_text("<!doctype html>")
    (copy / "maps/eget.txt").write_text("eget")

    def again() -> set[str]:
        (copy / "maps/bredbandskarta.html").unlink()
        result = make(copy, "coverage")
        assert result.returncode == 0, result.stderr
        return steps(result)

    assert again() == {"Lägger produkterna på plats"}
    goal.unlink()
    assert steps(make(copy, "coverage")) == {"Lägger produkterna på plats"}
    assert goal.exists(), "its name is known from the list in the folder"
    built.unlink()
    again()
    assert not goal.exists()
    assert list(goal.parent.glob("*.html")), "the others stay"
    assert steps(make(copy, "coverage")) == set()
    assert (copy / "maps/eget.txt").exists()


def test_clean_removes_what_was_put_in_place_and_nothing_else(copy):
    for own in ("out/eget.txt", "maps/eget.txt", "maps/data/eget.txt"):
        (copy / own).write_text("eget")
    (copy / "maps/tom").mkdir()
    assert make(copy, "clean").returncode == 0
    left = {p.relative_to(copy).as_posix() for d in ("out", "maps") for p in (copy / d).rglob("*")}
    assert left == {"out/eget.txt", "maps/eget.txt", "maps/data", "maps/data/eget.txt", "maps/tom"}


def test_touching_a_pts_file_redoes_nothing_that_matters(copy):
    before = times(copy)
    workbook = next((copy / "raw/pts").glob("*teknik*"))
    os.utime(workbook)
    first, second = make(copy, "coverage"), make(copy, "coverage")
    assert {s.split()[0] for s in steps(first)} == {"Går"}
    assert steps(second) == set()
    assert times(copy) == before


def test_bytecode_beside_the_code_redoes_nothing(copy):
    before = times(copy)
    for cached in (ROOT / "pipelines").rglob("__pycache__"):
        for touched in (cached.parent, cached, *cached.glob("*.pyc")):
            os.utime(touched)
    assert list((ROOT / "pipelines/publish").glob("*/__pycache__/*.pyc")), "make låter Python spara bytekod"
    result = make(copy, "coverage")
    assert (result.returncode, steps(result), times(copy)) == (0, set(), before)


def test_newer_code_that_says_the_same_checks_the_laws_once(copy):
    before = times(copy)
    os.utime(copy / "out/.steg/liggare/history.json")
    first, second = make(copy, "coverage"), make(copy, "coverage")
    assert steps(first) == {"Kontrollerar lagarna"}
    assert steps(second) == set()
    assert times(copy) == before


def test_changing_a_pts_file_redoes_only_what_depends_on_it(copy):
    before = times(copy)
    read_before = (copy / "out/.steg/liggare/lantmateriet.json").stat().st_mtime_ns
    workbook = next((copy / "raw/pts").glob("*teknik*"))
    with zipfile.ZipFile(workbook, "a") as archive:
        archive.comment = b"changed"
    stale = copy / "out/.steg/produkter/maps/kommuner/9999.html"
    stale.parent.mkdir(exist_ok=True)
    stale.write_text("of another run")
    result = make(copy, "coverage")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Läser pts" in steps(result)
    assert not {"Läser lantmateriet", "Läser scb", "Läser granser", "Läser tackning"} & steps(result)
    assert (copy / "out/.steg/liggare/lantmateriet.json").stat().st_mtime_ns == read_before
    assert not stale.exists()
    assert all(times(copy)[p] > before[p] for p in PRODUCTS), "run id has changed, so every product is new"


@pytest.mark.parametrize(
    ("gone", "words"),
    [("scb/befolkning_1km*", ["SCB", "scb/"]), ("pts/*teknik*", ["PTS", "pts/"]),
     ("lantmateriet/belagenhets*", ["Lantmäteriet", "lantmateriet/"])],
)  # fmt: skip
def test_a_missing_input_is_named_and_earlier_results_stay(copy, gone, words):
    before = times(copy)
    for path in (copy / "raw").glob(gone):
        path.unlink()
    result = make(copy, "coverage")
    assert result.returncode != 0
    assert all(w in result.stderr for w in ["FEL:", *words]), result.stderr
    assert "Traceback" not in result.stderr
    assert times(copy) == before


def test_a_broken_configuration_is_told_in_swedish(copy):
    before = times(copy)
    config = copy / "county.toml"
    config.write_text(config.read_text(encoding="utf-8") + "\n[finns_inte]\nx = 1\n", encoding="utf-8")
    result = make(copy, "coverage")
    assert result.returncode != 0
    assert "finns_inte: okänd nyckel" in result.stderr
    assert times(copy) == before


def test_a_folder_with_a_space_is_refused_in_swedish(tmp_path):
    result = subprocess.run(
        ["make", "-C", str(ROOT), "coverage", f"OUT={tmp_path}/a b"], capture_output=True, text=True
    )
    assert result.returncode != 0
    assert "mellanslag" in result.stderr


def test_an_internal_edition_inside_the_published_one_is_refused(tmp_path):
    given = [f"OUT={tmp_path}/maps/internt", f"MAPS={tmp_path}/maps", f"RAW={tmp_path}/raw"]
    result = subprocess.run(["make", "-C", str(ROOT), "demo", *given], capture_output=True, text=True)
    assert result.returncode != 0
    assert "publicerad utgåva" in result.stderr


def test_help_explains_every_target():
    listed = subprocess.run(
        ["make", "-C", str(ROOT), "--no-print-directory", "help"], capture_output=True, text=True
    )
    for goal in ("coverage", "test", "test-browser", "test-qgis", "lint", "bench", "docs", "clean", "demo"):
        assert f"  {goal} " in listed.stdout


def test_bench_times_every_step_of_the_job_in_an_order_that_works(tmp_path, monkeypatch):
    """bench takes the steps from make: each once, none of those on order, and no step before what it reads."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("MAKEFLAGS", "-j2")
    order = bench.steps_in_order(tmp_path)
    on_order = {"demo", "fetch", "plan", "evaluate", "compare", "archive", "verify"}
    assert sorted(order) == sorted(set(STAGES) - on_order)
    assert order[0] == "inventory"
    assert order[-1] == "install"
    for first, then in (
        ("summaries", "goals"), ("laws", "geopackage"), ("open_tables", "raster"), ("open_tables", "printmap"),
        ("printmap", "catalogue"), ("specification", "catalogue"), ("catalogue", "entry"),
    ):  # fmt: skip
        assert order.index(first) < order.index(then), (first, then)
    assert not list(tmp_path.iterdir())
