"""``make bench``: the usual way gives our answer, a wrong answer stops it, growth is judged by a known law."""

import math
import platform
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.config.region import load_region
from pipelines.core.paths import Paths
from pipelines.orders.bench import bench_beside, bench_continent, bench_growth, bench_page, run_bench
from pipelines.orders.bench.bench_growth import Run
from pipelines.orders.bench.clock import Cost
from pipelines.steps import JOB

ROOT = Path(__file__).parents[1]


@pytest.fixture
def paths(small_edition, tmp_path) -> Paths:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/.steg").symlink_to(small_edition / "out/.steg")
    return Paths(small_edition / "county.toml", small_edition / "raw", tmp_path / "out", small_edition / "maps")


def test_the_usual_ways_give_our_cells_sums_and_layer(paths):
    """Each stops where the two differ; a cell, a sum that is another one is found."""
    county = bench_beside.County.read(paths)
    assert len(bench_beside.point_to_cell(county)) == 3
    assert [w.usual for w in bench_beside.sums(county)] == [False, True]
    ours, usual = bench_beside.geopackage(county, paths)
    assert ours.rows == usual.rows == len(county.cells)
    moved = replace(county, cells=county.cells.iloc[1:].reset_index(drop=True))  # the grid lacks a cell
    at = pd.concat([county.cells.iloc[:1]] * 2)["rutid"].to_numpy()
    moved.addresses.loc[:1, ["e_m", "n_m"]] = np.column_stack([at // 10**7, at % 10**7]) + 1.0
    with pytest.raises((AssertionError, ValueError)):
        bench_beside.point_to_cell(moved)


def test_a_point_on_a_border_has_one_cell_in_all_ways(paths):
    """It lies in two or four closed squares; the half-open cell owns its lower and left edge."""
    county = bench_beside.County.read(paths)
    cells = county.cells["rutid"].to_numpy()
    with_neighbour = cells[np.isin(cells - 250 * 10**7, cells)][:1]  # the cell to the west is there too
    county.addresses.loc[0, ["e_m", "n_m"]] = [float(with_neighbour[0] // 10**7), float(with_neighbour[0] % 10**7) + 9]
    bench_beside.point_to_cell(county)


def test_networkx_finds_trenches_as_long():
    ours, usual = bench_beside.trench(junctions=150, addresses=500)
    assert ours.rows == usual.rows > 20


def test_different_answers_are_no_comparison():
    with pytest.raises(AssertionError, match="schakt"):
        bench_beside.same("schakt", [1.0, 2.0], [1.0, 2.1], rtol=0.01)
    bench_beside.same("schakt", [1.0, 2.0], [1.0, 2.001], rtol=0.01)


def test_a_ratio_is_the_usual_ways_time_to_ours():
    ways = [
        {"task": "a", "way": "vår", "rows": 1000, "seconds": 0.5, "usual": False, "note": ""},
        {"task": "a", "way": "den vanliga", "rows": 1000, "seconds": 6.0, "usual": True, "note": "9 MB"},
        {"task": "a", "way": "den vanliga", "rows": 2000, "seconds": 60.0, "usual": True, "note": "", "stopped": True},
    ]
    _, _, ours, usual, never = run_bench.ways_table([{"stopped": False} | way for way in ways]).splitlines()
    assert never == "| a | den vanliga | 2 000 | 60 | **> 120.0** |  |"
    assert ours == "| a | vår | 1 000 | 0.5 | här |  |"
    assert usual == "| a | den vanliga | 1 000 | 6 | **12.0** | 9 MB |"


@pytest.fixture(scope="module")
def continent(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("kontinent")
    bench_continent.make(folder, 30_000, 100, 100, 4_000)
    return folder


def test_a_continents_sums_are_those_of_pandas(continent):
    told = bench_continent.total(continent)
    rows = pd.read_parquet(continent / "adresser.parquet")
    cells = rows.groupby([rows["e_m"] // 250, rows["n_m"] // 250])["personer"].sum()
    assert told == (30_000, rows["personer"].sum(), len(cells)) == bench_continent.check(continent, 100, 100)
    kommuner = pd.read_parquet(continent / "kommuner.parquet")
    assert len(kommuner) == 4 and kommuner["utan"].sum() == rows["utan"].sum()
    assert pq.ParquetFile(continent / "adresser.parquet").num_row_groups > 5


def test_the_independent_count_finds_one_cell_that_is_wrong(continent, tmp_path):
    bench_continent.total(continent)
    shutil.copytree(continent, tmp_path / "fel")
    cells = pd.read_parquet(tmp_path / "fel/rutor.parquet")
    cells["personer"] += np.eye(1, len(cells), 3, np.int32)[0] - np.eye(1, len(cells), 4, np.int32)[0]  # total kept
    cells.to_parquet(tmp_path / "fel/rutor.parquet")
    with pytest.raises(AssertionError, match="personer"):
        bench_continent.check(tmp_path / "fel", 100, 100)


def test_the_same_continent_is_made_twice(continent, tmp_path):
    bench_continent.make(tmp_path, 30_000, 100, 100, 4_000)
    order = [(c, "ascending") for c in ("e_m", "n_m", "personer")]
    one, other = (pq.read_table(f / "adresser.parquet").sort_by(order) for f in (continent, tmp_path))
    assert one.equals(other)


def grown(law) -> list[Run]:
    """Runs of four sizes: a step that follows a law (seconds of processor by rows), and one that only starts."""
    start = Cost(1, 0.5, 90)
    return [
        Run(f"{n}", n // 2, n // 2, {"inventory": start, "grid": Cost(9, 0.5 + law(n), 100)})
        for n in (125_000, 250_000, 500_000, 1_000_000)
    ]


def test_what_grows_faster_than_n_log_n_is_named():
    assert bench_growth.too_steep(grown(lambda n: 2e-6 * n * math.log(n))) == {}
    assert bench_growth.too_steep(grown(lambda n: 2e-5 * n)) == {}
    steep = bench_growth.too_steep(grown(lambda n: 2e-11 * n * n))
    assert set(steep) == {"grid"} and steep["grid"] == pytest.approx(2 * math.log(5e5) / math.log(1e6), rel=0.06)
    # Quadratic only among the largest.
    assert set(bench_growth.too_steep(grown(lambda n: 1e-5 * n + 1e-10 * max(n - 4e5, 0) ** 2))) == {"grid"}
    assert "brantare" in bench_growth.table(grown(lambda n: 2e-11 * n * n))
    assert "brantare" not in bench_growth.table(grown(lambda n: 2e-5 * n))


def test_a_plot_of_the_growth_is_drawn(tmp_path):
    bench_growth.plot(grown(lambda n: 2e-5 * n), tmp_path / "bild/vaxer.png")
    assert (tmp_path / "bild/vaxer.png").read_bytes().startswith(b"\x89PNG")


def test_a_part_of_the_county_is_as_dense_as_the_whole(tmp_path):
    whole = load_region(ROOT / "config/vastra-gotaland.toml")
    part = load_region(bench_growth.part_of(ROOT / "config/vastra-gotaland.toml", 0.25, tmp_path))

    def density(region):
        return region.demo.adresser / sum(k.land_ha for k in region.lan.kommuner)

    assert set(part.kommunkoder) < set(whole.kommunkoder)
    assert density(part) == pytest.approx(density(whole), rel=1e-4)
    assert part.demo.adresser == pytest.approx(whole.demo.adresser / 4, rel=0.15)


def test_what_was_measured_is_not_measured_again(tmp_path, monkeypatch):
    """A broken-off run goes on after its last step."""
    asked = []
    monkeypatch.setattr(bench_growth, "timed", lambda command: asked.append(command[3]) or Cost(1.0, 2.0, 3.0))
    monkeypatch.setattr(bench_growth, "_size", lambda tables: {"addresses": 7, "cells": 8})
    steps = [s for s in JOB if s.name in ("grid", "summaries", "gaps")]
    (tmp_path / "1_8/raw/demo").mkdir(parents=True)
    bench_growth.measure("1/8", tmp_path / "x.toml", tmp_path, steps[:2])
    (tmp_path / "1_8/raw/demo/DEMO.json").write_text("{}")
    run = bench_growth.measure("1/8", tmp_path / "x.toml", tmp_path, steps)
    assert asked == ["demo", "grid", "summaries", "gaps"]
    assert (run.rows, list(run.steps)) == (15, ["grid", "summaries", "gaps"])


def test_the_country_goes_to_what_it_is_made_for():
    names = [s.name for s in bench_growth.country_steps()]
    assert {"geopackage", "tables", "report", "laws", "summaries", "ground"} <= set(names)
    assert not {"webmap", "printmap", "pages", "install"} & set(names)


def test_the_page_has_a_place_for_every_table_and_names_no_machine():
    page = (ROOT / bench_page.PAGE).read_text(encoding="utf-8")
    for name in bench_page.TITLES:
        assert bench_page.put(page, name, "nytt") != page
    with pytest.raises(LookupError):
        bench_page.put(page, "annat", "nytt")
    assert platform.node() not in bench_page.measured_on()


def test_a_step_has_a_row_with_its_floor():
    costs = {s.name: Cost(2.0, 3.0, 100.0) for s in JOB}
    floors = {s.name: Cost(0.5, 0.4, 50.0) for s in JOB}
    rows = run_bench.steps_table(costs, floors, Cost(10.0, 9.0, 60.0)).splitlines()
    assert len(rows) == 2 + len(JOB) + 2
    assert rows[2] == "| Går igenom indata | 2.0 | 3.0 | 100 | 0.5 | 4.0 |"
    assert rows[-1].endswith(f"| {2.0 * len(JOB):.1f} | | | 10.0 | {2.0 * len(JOB) / 10:.1f} |")


def test_the_floor_of_a_step_reads_and_writes_its_tables(small_edition, tmp_path):
    from pipelines.orders.bench import bench_floor
    from pipelines.steps import STEPS

    for name in ("out", "maps"):
        (tmp_path / name).symlink_to(small_edition / name)
    bench_floor.of_step(STEPS["grid"], small_edition / "raw", tmp_path)
    bench_floor.of_step(STEPS["geopackage"], small_edition / "raw", tmp_path)
    tables = {p.stem: pq.read_table(p) for p in (tmp_path / "golv/grid").iterdir()}
    assert set(tables) == set(STEPS["grid"].writes)
    assert isinstance(tables["land"], pa.Table) and tables["land"].equals(
        pq.read_table(small_edition / "out/.steg/land.parquet")
    )
    assert (tmp_path / "golv/geopackage/bredband.gpkg").stat().st_size > 10_000


def test_words_are_yes_or_no():
    assert run_bench._yes("ja", "SKRIV") and not run_bench._yes("", "SKRIV")
    with pytest.raises(Exception, match="SKRIV ska vara ja eller nej"):
        run_bench._yes("kanske", "SKRIV")


def test_the_page_is_rewritten_only_when_asked(tmp_path, monkeypatch, capsys):
    """The whole order, with processes that cost nothing: every table has its place, date and machine above it."""
    page = tmp_path / "prestanda.md"
    shutil.copy(ROOT / bench_page.PAGE, page)
    way = {"task": "a", "way": "b", "rows": 1, "seconds": 1.0, "usual": False, "note": "", "stopped": False}
    monkeypatch.setattr(run_bench, "timed", lambda command, env=None: Cost(1.5, 1.0, 7.0))
    monkeypatch.setattr(run_bench, "beside", lambda folders: [way, way | {"seconds": 3.0, "usual": True}])
    monkeypatch.setattr(run_bench, "print_pages", lambda pages: None)
    monkeypatch.setattr(bench_page.write, "__defaults__", (page,))
    given = [f"--{name}={tmp_path}" for name in ("config", "raw", "out", "maps")]

    def run(*more: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["bench", *given, *more])
        before = page.read_text(encoding="utf-8")
        code = run_bench.main()
        return code, "" if page.read_text(encoding="utf-8") == before else page.read_text(encoding="utf-8")

    assert run() == (0, "")
    said = capsys.readouterr().out
    assert f"| {JOB[0].says} | 1.5 | 1.0 | 7 | 1.5 | 1.0 |" in said and "**3.0**" in said
    code, text = run("--skriv=ja")
    marked = [f"<!-- bench: {name} -->\n{bench_page.measured_on()}\n" for name in ("steg", "bredvid", "helheten")]
    assert code == 0 and all(mark in text for mark in marked)
    assert "JOBS=2" in text and "<!-- bench: vaxer -->" in text
    assert run("--kontinent=kanske") == (2, "")
