"""One run at a time in a folder: the second is told who has it, and what a dead one left is taken over."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.core.errors import DataError
from pipelines.core.paths import Paths
from pipelines.core.processes import run_lock
from pipelines.install import start
from tests.conftest import ROOT, clean_environment, lay_out, make_command

STEP = """
import sys
from pathlib import Path
from pipelines.install import start
from pipelines.core.paths import Paths
with start.ready("grid", Paths(Path(), Path(), Path(sys.argv[1]), Path(sys.argv[2]))):
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def paths(tmp_path, monkeypatch) -> Paths:
    monkeypatch.delenv(run_lock.MAKE, raising=False)
    return Paths(Path(), Path(), tmp_path / "out", tmp_path / "maps")


@pytest.fixture
def step(paths):
    """Return what starts a step of another process, that works till its stdin closes."""
    started = []

    def begun(out: Path = paths.out, make: int | None = None) -> subprocess.Popen[str]:
        environment = clean_environment() | ({} if make is None else {run_lock.MAKE: str(make)})
        process = subprocess.Popen(
            [sys.executable, "-c", STEP, str(out), str(paths.maps)],
            cwd=ROOT,
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield begun
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def sleeper():
    """A process that stands for a make."""
    process = subprocess.Popen(["sleep", "600"])
    yield process
    process.kill()
    process.wait()


def take(paths: Paths) -> None:
    with start.ready("grid", paths):
        pass


def test_the_second_is_told_who_has_it_and_since_when(paths, step):
    first = step()
    assert first.stdout.readline() == "ready\n"
    clock = time.strftime("%H:%M")
    with pytest.raises(DataError) as told:
        take(paths)
    words = str(told.value)
    assert words.startswith(f"FEL: OUT används av en annan körning (process {first.pid}, ")
    assert f"sedan {clock[:2]}:" in words
    first.communicate("")
    take(paths)
    assert not list(paths.out.iterdir())
    assert not list(paths.maps.iterdir())


def test_two_outs_with_the_same_maps_are_two_runs(paths, step, tmp_path):
    first = step(out=tmp_path / "annan")
    assert first.stdout.readline() == "ready\n"
    with pytest.raises(DataError, match=rf"MAPS används av en annan körning \(process {first.pid}") as told:
        take(paths)
    assert str(tmp_path / "annan") in str(told.value)
    assert not (paths.out / run_lock.NAME).exists(), "what it could take it gives back"


def test_a_process_that_was_killed_has_nothing(paths, step):
    first = step()
    assert first.stdout.readline() == "ready\n"
    first.kill()
    first.wait()
    assert (paths.out / run_lock.NAME).exists()
    take(paths)
    assert not (paths.out / run_lock.NAME).exists()


def test_the_steps_of_one_make_work_side_by_side_and_keep_others_out_in_between(paths, step, sleeper):
    both = [step(make=sleeper.pid) for _ in range(2)]
    assert [s.stdout.readline() for s in both] == ["ready\n"] * 2
    for one in both:
        one.communicate("")
        assert one.returncode == 0
    with pytest.raises(DataError, match=f"process {sleeper.pid}"):
        take(paths)
    sleeper.kill()  # no longer there, though nobody has waited for it
    take(paths)


def test_a_step_whose_make_was_killed_is_waited_for(paths, step, sleeper, monkeypatch, capsys):
    orphan = step(make=sleeper.pid)
    assert orphan.stdout.readline() == "ready\n"
    sleeper.kill()
    monkeypatch.setattr(run_lock, "PATIENCE_S", 0.3)
    with pytest.raises(DataError, match="används av en annan körning"):
        take(paths)
    assert "Väntar på ett steg av en avbruten körning" in capsys.readouterr().err
    orphan.communicate("")
    take(paths)


@pytest.mark.parametrize("change", ["began", "boot"])
def test_another_process_with_the_same_number_is_not_the_one(paths, sleeper, change):
    path = record(paths.out, sleeper.pid, **{change: "1"})
    take(paths)
    assert not path.exists()


def test_on_another_machine_it_is_believed_to_live_and_the_file_is_named(paths):
    path = record(paths.out, 1, host="annan\x1b[31m-dator")
    with pytest.raises(DataError, match="på datorn annan") as told:
        take(paths)
    assert f"ta bort filen {path}" in str(told.value)
    assert "\x1b" not in str(told.value)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"99999999999\n" * 9, b"1\n"])
def test_what_is_no_record_is_nobodys(paths, body):
    paths.out.mkdir()
    (paths.out / run_lock.NAME).write_bytes(body)
    take(paths)


def record(folder: Path, pid: int, **changed: str) -> Path:
    """Lay the file of a run in a folder, as that run has written it."""
    folder.mkdir(parents=True, exist_ok=True)
    there = {"began": run_lock.began(pid) or "", "boot": run_lock._boot(), "host": os.uname().nodename} | changed
    lines = [str(pid), there["began"], there["boot"], there["host"], "anna", "2026-01-02 03:04", str(folder), ""]
    (folder / run_lock.NAME).write_text("".join(f"{line}\n" for line in lines))
    return folder / run_lock.NAME


def test_a_step_that_fails_gives_back_what_it_had(paths):
    with pytest.raises(ZeroDivisionError), start.ready("grid", paths):
        raise ZeroDivisionError
    assert not (paths.out / run_lock.NAME).exists()


def test_what_is_made_of_a_finished_edition_needs_no_lock(paths, step):
    first = step()
    assert first.stdout.readline() == "ready\n"
    for stage in ("plan", "compare", "archive", "verify", "demo", "fetch"):
        with start.ready(stage, paths):
            pass


def test_a_second_make_is_refused_by_name_of_the_first_and_so_is_clean(tmp_path):
    folder = lay_out(tmp_path / "lan")
    first = subprocess.Popen(
        make_command(folder, "coverage"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=clean_environment(),
        start_new_session=True,
    )
    try:
        until = time.monotonic() + 60
        while not (folder / "maps/.las").exists() and time.monotonic() < until:
            time.sleep(0.02)
        for goal in ("coverage", "clean"):
            second = subprocess.run(
                make_command(folder, goal), capture_output=True, text=True, env=clean_environment(), timeout=60
            )
            assert second.returncode == 2
            assert f"FEL: OUT används av en annan körning (process {first.pid}, " in second.stderr
            assert "Traceback" not in second.stderr
        assert first.poll() is None
    finally:
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    assert subprocess.run(make_command(folder, "clean"), env=clean_environment(), capture_output=True).returncode == 0
    assert not list((folder / "out").rglob("*"))
    assert not list((folder / "maps").rglob("*"))
