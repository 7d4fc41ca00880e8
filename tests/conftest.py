"""Fixtures for the whole suite: one finished edition of the small county, built once by make."""

from __future__ import annotations

import contextlib
import fcntl
import gc
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest
from hypothesis import settings

from pipelines.steps import JOB
from tests import warm

ROOT = Path(__file__).parents[1]
WARM = "BREDBAND_WARM"
"""In the environment: the address of the session's server of warm processes."""
FOUR = (30, 100, 500, 1000)
"""The thresholds of ``fourth_edition``."""
LONGEST = (
    "test_webmap_browser.py",  # a county of full size, opened and looked at in every way
    "test_make.py",  # nine runs of make
    "test_campaign.py",  # two faults of every kind of input, each through the steps that read it
    "test_interrupted.py",  # installations killed and finished
    "test_webmap_use.py",  # what readers do, thirty pages
    "test_small_county.py",  # twelve counties against brute force
    "test_attack.py",  # linear programs
    "test_archive.py",  # packages written, spoilt and verified, with all their schemas
    "test_determinism.py",  # an edition by new processes, three of its runs killed; two packages
    "test_attack_demo.py",  # three whole kommuner, linear programs
    "test_fourth_threshold.py",  # an edition and a county of other thresholds
    "test_another_lan.py",  # a demo and an edition
    "test_every_file.py",  # every validator there is
    "test_scb.py",
    "test_plan.py",  # every choice of projects
    "test_placement.py",
    "test_disclosure.py",  # twenty-four maps attacked
    "test_pages_browser.py",  # axe in two sizes and two schemes
    "test_stage.py",  # a full county with 100 000 addresses without
    "test_first_minute.py",  # 41 themes in QGIS
    "test_hidden_bytes.py",  # what three editions publish
    "test_stand_ins.py",  # an edition without addresses
)
"""The rest take less each."""
# No example is timed: on a busy machine any may take hypothesis' 200 ms.
settings.register_profile("otidsatt", deadline=None)
settings.load_profile("otidsatt")
# Fixtures are no doctests, and two files named conftest cannot be collected as modules side by side.
collect_ignore_glob = ["conftest.py", "*/conftest.py"]


def pytest_configure(config: pytest.Config) -> None:
    """Have one server of warm processes for the whole session; it loads nothing before it is asked."""
    gc.disable()  # until all is collected
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # begun behind a shell's &: what is started here is not
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.platform == "linux" and WARM not in os.environ:  # there already for a worker of xdist
        open_till_end = contextlib.ExitStack()
        folder = Path(open_till_end.enter_context(tempfile.TemporaryDirectory()))
        os.environ[WARM] = f"{folder}/warm"
        open_till_end.callback(os.environ.pop, WARM)
        open_till_end.enter_context(warm.server(os.environ[WARM]))
        config.add_cleanup(open_till_end.close)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Leave what has been imported and collected out of the collection of garbage, which was a tenth of the time."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Take the longest files first: a worker that gets one of them last lets the others wait."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


def make_command(folder: Path, *goals: str, jobs: int = 1, new: bool = False) -> list[str]:
    """Return the make command that reads and writes only under ``folder``, each step from the warm server.

    Parameters
    ----------
    jobs : int
        How many processes draw the printed maps, each new and with the libraries to import; two steps run at
        the same time whatever it is.
    new : bool
        Each step is a Python of its own, as for a planner: for what is said of the processes themselves.
    """
    given = [f"RAW={folder}/raw", f"OUT={folder}/out", f"MAPS={folder}/maps", f"CONFIG={folder}/county.toml"]
    run = [] if new else warm_steps()
    return ["make", "--no-print-directory", "-C", str(ROOT), *goals, *given, "-j2", f"JOBS={jobs}", *run]


def warm_steps() -> list[str]:
    """Return what make takes for its steps to come from the warm server (``tests/warm.py``), where there is one."""
    if WARM not in os.environ:
        return []
    return warm.for_make(os.environ[WARM])


def step_command(step: str, folder: Path) -> list[str]:
    """Return the command of a step on the county under ``folder``, from the warm server where there is one."""
    command = warm.asking(os.environ[WARM]) if WARM in os.environ else [sys.executable, "-m", "pipelines"]
    return [*command, step, *options(folder)]


def clean_environment() -> dict[str, str]:
    """Return the environment without what an outer make has put there."""
    return {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES")}


def lay_out(folder: Path) -> Path:
    """Lay out raw/ and county.toml of the small county in ``folder``."""
    from tests.small_county import inputs

    folder.mkdir(parents=True, exist_ok=True)
    raw, config = inputs.write(inputs.county("full"), folder / "given")
    shutil.move(raw, folder / "raw")
    shutil.move(config, folder / "county.toml")
    return folder


@pytest.fixture(scope="session")
def small_edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with raw/, out/, maps/ and county.toml of the small county: to read, not to write in."""
    return made_once(tmp_path_factory, "lan", _build)


@pytest.fixture(scope="session")
def fourth_edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder like ``small_edition``'s with a fourth threshold, 500 Mbit/s, that only county.toml says.

    Its steps run in one process of their own: one process works for one region's thresholds.
    """

    def build(folder: Path) -> None:
        with (lay_out(folder) / "county.toml").open("a", encoding="utf-8") as config:
            config.write(f"\n[trosklar]\nned_mbit = {list(FOUR)}\n")
        ran = in_a_process_of_their_own([s.name for s in JOB], folder)
        assert ran.returncode == 0, ran.stdout + ran.stderr

    return made_once(tmp_path_factory, "fyra", build)


@pytest.fixture(scope="session")
def archived_edition(small_edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder like ``small_edition``'s with its two packages in out/arkiv: to read, not to write in."""
    return made_once(tmp_path_factory, "arkiverat", partial(_archive, small_edition)) / "lan"


ONE_AFTER_ANOTHER = """
import json, sys
from pathlib import Path
from pipelines.__main__ import main
from pipelines.core.paths import Uses
allowed, touched = Uses.require, set()
def require(uses, name, kind, names):
    allowed(uses, name, kind, names)
    touched.add((uses.step, kind, name))
Uses.require = require
noted, steps, *given = sys.argv[1:]
code = next((code for step in steps.split() if (code := main([step, *given]))), 0)
Path(noted).write_text(json.dumps(sorted(touched)))
sys.exit(code)
"""
TOUCHED = "rort.json"
"""Where the steps of ``in_a_process_of_their_own`` note what they touch: step, kind and name."""


def options(root: Path) -> list[str]:
    """Return a step's options: the folders and the configuration under ``root``."""
    folders = [f"--{folder}={root}/{folder}" for folder in ("raw", "out", "maps")]
    return [*folders, f"--config={next(root.glob('*.toml'))}"]


def in_a_process_of_their_own(steps: Sequence[str], root: Path) -> subprocess.CompletedProcess[str]:
    """Run steps on the county under ``root``, with the thresholds its configuration says; stop at the first fault."""
    command = [sys.executable, "-c", ONE_AFTER_ANOTHER, str(root / TOUCHED), " ".join(steps), *options(root)]
    return subprocess.run(command, cwd=ROOT, env=clean_environment(), capture_output=True, text=True)


def copied(edition: Path, folder: Path) -> Path:
    """Copy a built county to a folder of its own; make sees it as built there."""
    shutil.copytree(edition, folder, copy_function=shutil.copy2)
    chosen = folder / "out/.steg/val.txt"  # the paths are part of what make remembers
    seen = chosen.stat()
    chosen.write_text(f"{folder}/county.toml {folder}/raw \n")
    os.utime(chosen, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    return folder


def with_tables(edition: Path, folder: Path) -> Path:
    """Copy a built county's inputs and its tables to ``folder``, as the steps alone would have left them there."""
    shutil.copytree(edition / "raw", folder / "raw", copy_function=shutil.copy2)
    shutil.copy2(edition / "county.toml", folder / "osten.toml")
    makes_own = shutil.ignore_patterns("produkter", "kod", "*.txt")
    shutil.copytree(edition / "out/.steg", folder / "out/.steg", copy_function=shutil.copy2, ignore=makes_own)
    return folder


def made_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that ``make`` has filled for every worker: the first that asks makes it, the others wait."""
    base = tmp_path_factory.getbasetemp()
    common = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = common / name, common / f"{name}.klar"
    with (common / f"{name}.las").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


def _build(folder: Path) -> None:
    lay_out(folder)
    before = _times()
    result = subprocess.run(
        make_command(folder, "coverage", jobs=2), capture_output=True, text=True, env=clean_environment(), timeout=900
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert before == _times(), "make coverage skrev utanför sina mappar"


def _archive(edition: Path, folder: Path) -> None:
    lan = copied(edition, folder / "lan")
    for kind in ("intern", "oppen"):
        command = make_command(lan, "arkiv", f"UTGAVA={kind}")
        done = subprocess.run(command, capture_output=True, text=True, env=clean_environment(), timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr


def _times() -> dict[Path, int]:
    return {p: p.stat().st_mtime_ns for d in ("data", "maps", "config") for p in (ROOT / d).rglob("*")}


def without_rights() -> list[str]:
    """Return what to put before a command so that root, too, may read and write only what others let it."""
    if os.geteuid():
        return []
    command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    if not shutil.which("setpriv") or subprocess.run([*command, "true"], capture_output=True).returncode:
        pytest.skip("root cannot give up its rights here")
    return command
