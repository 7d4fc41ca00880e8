"""Work in forked processes: the same as in this one, in the same order, and every fault told by the one who waits."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from functools import partial

import pytest

from pipelines.core.errors import DataError
from pipelines.core.processes import side_by_side
from tests.conftest import ROOT

SLOW = """
import sys, time
from pathlib import Path
from pipelines.core import faults
from pipelines.core.paths import Paths
from pipelines.core.processes import side_by_side

folder = Path(sys.argv[1])

def work(number):
    (folder / f"begun{number}").write_text("")
    time.sleep(60)

with faults.told("gaps", Paths(folder, folder, folder, folder)) as outcome:
    list(side_by_side.each([lambda k=k: work(k) for k in range(3)], 2))
sys.exit(outcome.code)
"""


def begun(folder):
    """Start a run whose two processes are at work."""
    run = subprocess.Popen(
        [sys.executable, "-c", SLOW, folder], cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    until(lambda: len(list(folder.glob("begun*"))) == 2)
    return run


def until(so):
    for _ in range(600):
        if so():
            return
        time.sleep(0.05)
    pytest.fail("not within half a minute")


def alive(group):
    """Tell whether any process of a group is there."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("jobs", [1, 2, 9])
def test_in_order_whichever_is_done_first(jobs):
    seen = object()  # cannot be pickled, and is there all the same

    def found(number):
        time.sleep(0.05 * (3 - number))
        return number, seen is not None, os.getpid() == here

    here = os.getpid()
    answers = list(side_by_side.each([partial(found, k) for k in range(4)], jobs))
    assert answers == [(k, True, jobs == 1) for k in range(4)]
    assert list(side_by_side.each([], jobs)) == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_fault_is_the_same_wherever_it_happens(jobs):
    def broken():
        raise DataError("Filen går inte att läsa.", file="a.csv", action="Rätta den.")

    with pytest.raises(DataError) as told:
        list(side_by_side.each([lambda: 1, broken, lambda: 3], jobs))
    assert str(told.value) == "FEL: Filen går inte att läsa.\n  Fil: a.csv\n  Gör så här: Rätta den."


def test_a_process_that_is_killed_is_told_of():
    with pytest.raises(BrokenProcessPool):
        list(side_by_side.each([lambda: os.kill(os.getpid(), signal.SIGKILL)], 2))


@pytest.mark.parametrize("to_all", [True, False], ids=["ctrl-c", "to the one who waits"])
def test_a_stopped_run_says_so_once_and_leaves_no_process(tmp_path, to_all):
    run = begun(tmp_path)
    (os.killpg if to_all else os.kill)(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=30)
    assert run.returncode == 2
    assert said.startswith("FEL: Körningen avbröts.") and said.count("FEL") == 1 and "Traceback" not in said
    assert not alive(run.pid)


def test_a_killed_run_takes_its_processes_with_it(tmp_path):
    run = begun(tmp_path)
    run.kill()
    run.communicate(timeout=30)
    until(lambda: not alive(run.pid))


@pytest.mark.parametrize("jobs", ["0", "två", "-1", "1.5"])
def test_jobs_that_are_no_number_are_told(jobs):
    with pytest.raises(DataError, match="JOBS"):
        side_by_side.processes(jobs)
    assert side_by_side.processes("") == 1 and side_by_side.processes("3") == 3
