"""The registry of steps: an order that works, and what a step names is what it touches."""

import importlib
import inspect
import json
from fnmatch import fnmatchcase

import pytest

from pipelines import __main__ as command
from pipelines import steps
from pipelines.core.paths import Paths
from pipelines.orders import make_rules
from pipelines.orders.bench import run_bench
from pipelines.publish import products
from pipelines.publish.report import write_report
from pipelines.steps import JOB, STEPS
from tests.conftest import ROOT, TOUCHED

ORDERED = ("out/plan/", "out/fraga/", "out/jamforelse/")
"""Folders of products on order."""


def test_no_step_comes_before_what_it_reads():
    """By hand: each table is written once, by a step before its readers, and each ledger is kept by one."""
    written: dict[str, str] = {}
    done: set[str] = set()
    for step in JOB:
        assert set(step.reads) <= set(written), step.name
        assert set(step.ledgers) <= done, step.name
        assert not set(step.writes) & set(written), step.name
        assert set(steps.needs(step)) <= done, step.name
        written |= dict.fromkeys(step.writes, step.name)
        done.add(step.name)
    assert [s.name for s in JOB][0 :: len(JOB) - 1] == ["inventory", "install"]


def test_a_step_lets_none_by_that_waits_for_it():
    waiting = {step.name: steps.behind(step) | set(step.lets_by) for step in JOB}
    for step in JOB:
        ahead, seen = list(waiting[step.name]), set()
        while ahead:
            seen.add(name := ahead.pop())
            ahead += waiting[name] - seen
        assert step.name not in seen


def test_what_a_step_needs_is_what_it_reads():
    assert steps.needs_directly(STEPS["grid"]) == ("lantmateriet", "scb", "pts", "granser")
    assert steps.needs_directly(STEPS["goals"]) == ("summaries", "gaps")
    # A publisher whose tables nothing reads yet is read before the laws all the same.
    laws = [name for name in steps.needs_directly(STEPS["laws"]) if name not in steps.PUBLISHERS]
    assert laws == ["reconciliation", "open_cells", "history"]
    assert steps.needs_directly(STEPS["evaluate"]) == ("gaps",)
    assert steps.needs_directly(STEPS["webmap"]) == ("open_tables", "ground")
    last = set(steps.needs_directly(STEPS["install"]))
    assert {"geopackage", "tables", "report", "entry"} <= last
    assert not last & {"open_data", "pages", "catalogue"}, "the entry page is made after them"
    assert {s.name for s in steps.JOB if s.makes} <= steps.behind(STEPS["install"])


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_a_step_is_a_module_whose_run_takes_its_options_by_name(step):
    run = importlib.import_module(step.module).run
    takes = [*inspect.signature(run).parameters]
    assert takes[: 2 + len(step.options)] == ["region", "paths", *(o.keyword for o in step.options)]


def test_options_reach_a_step_by_name(monkeypatch, tmp_path):
    """Whatever the order they are given in; and an option of another step is refused."""
    seen = {}
    module = importlib.import_module(STEPS["plan"].module)
    monkeypatch.setattr(module, "run", lambda region, paths, **given: seen.update(given))
    county = ROOT / "config/vastra-gotaland.toml"
    folders = [f"--{n}={tmp_path}/{n}" for n in ("raw", "out", "maps")]
    assert command.main(["plan", "--matt=passerad", "--budget=7", f"--config={county}", *folders]) == 0
    assert seen == {"budget": "7", "goal": "", "troskel": "", "matt": "passerad"}
    with pytest.raises(SystemExit) as stopped:
        command.main(["compare", "--budget=7", *folders])
    assert stopped.value.code == 2


def test_each_product_is_made_by_one_step():
    files = {f.path for p in products.PRODUCTS for f in p.files if not f.path.startswith(ORDERED)}
    for path in sorted(files):
        makers = [s.name for s in JOB if any(_fits(path, pattern) for pattern in s.makes)]
        assert len(makers) == 1, (path, makers)
    for step in JOB:
        for pattern in step.makes:
            assert any(_fits(path, pattern) or _fits(pattern, path) for path in files), (step.name, pattern)


def _fits(path: str, pattern: str) -> bool:
    return path.count("/") == pattern.count("/") and fnmatchcase(path, pattern)


def test_a_step_that_touches_what_it_does_not_name_is_stopped(tmp_path):
    paths = Paths(tmp_path, tmp_path, tmp_path, tmp_path)
    grid = STEPS["grid"].at(paths)
    assert grid.table("land") == paths.table("land")
    assert grid.ledger("grid") == paths.ledger("grid")
    for touch in (lambda: grid.table("kommuner"), lambda: grid.ledger("pts"), lambda: grid.inventory("pts")):
        with pytest.raises(LookupError, match=r"step grid touches the .* (kommuner|pts), which pipelines/steps\.py"):
            touch()
    assert STEPS["plan"].at(paths) == paths


@pytest.fixture(scope="module")
def touched(fourth_edition) -> dict[str, set[tuple[str, str]]]:
    """What each step of the job touched, when the county of four thresholds was made: step → kind and name."""
    found: dict[str, set[tuple[str, str]]] = {step.name: set() for step in JOB}
    for step, kind, name in json.loads((fourth_edition / TOUCHED).read_text(encoding="utf-8")):
        found[step].add((kind, name))
    return found


SELDOM = {
    "grid": {("table", "befolkning"), ("table", "pts_teknik")},  # where there are no localities
    "reconciliation": {("ledger", "scb")},  # where there are SCB's totals
}


@pytest.mark.parametrize("step", JOB, ids=lambda s: s.name)
def test_a_step_touches_all_that_it_names(touched, step):
    named = {("table", t) for t in (*step.reads, *step.writes)} | {("ledger", name) for name in step.uses.ledgers}
    if not step.reads_files:  # whose files are compared with the inventory before they run
        named |= {("inventory", group) for group in step.uses.inventories}
    assert named - touched[step.name] == SELDOM.get(step.name, set())


def test_the_report_tells_of_every_ledger_in_the_order_of_the_steps():
    before = [s.name for s in JOB][: [s.name for s in JOB].index("laws") + 1]
    # Where roads meet, and what may be told, are no more than what has been read and counted, told otherwise.
    assert tuple(n for n in before if n not in ("junctions", "open_cells", "open_areas")) == steps.LEDGERS
    assert "LEDGERS" in inspect.getsource(write_report.run)


def test_the_rules_of_make_are_up_to_date():
    assert (ROOT / make_rules.FILE).read_text(encoding="utf-8") == make_rules.page(), "kör make docs"


def test_bench_times_every_step_and_knows_what_is_published():
    public = [s.name for s in JOB if run_bench.makes_public(s)]
    assert public == [
        *("open_areas", "open_tables", "ground", "printmap", "open_data", "webmap", "tiles", "pages", "raster", "qgis"),
        *("specification", "catalogue", "entry"),
    ]
