"""Every fault in Swedish: what, which file, what to do; never a traceback, never a secret."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
import types
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from pipelines import __main__ as command
from pipelines.core import faults, files
from pipelines.core.paths import Paths

ROOT = Path(__file__).parents[1]


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "lan.toml", tmp_path / "raw", tmp_path / "out", tmp_path / "maps")


def told(error: BaseException, paths: Paths, capsys: pytest.CaptureFixture[str]) -> str:
    with faults.told("grid", paths) as outcome:
        raise error
    assert outcome.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("FEL: ")
    assert "Traceback" not in said.err
    return said.err


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "Disken är full"),
        (errno.EDQUOT, "Disken är full"),
        (errno.EROFS, "skrivskyddad"),
        (errno.EACCES, "Rättighet saknas"),
        (errno.EPERM, "Rättighet saknas"),
        (errno.EISDIR, "En mapp ligger där"),
        (errno.ENOTDIR, "Något annat ligger där"),
        (errno.EEXIST, "Något annat ligger där"),
        (errno.ESTALE, "Disken svarar inte"),
        (errno.EIO, "Disken svarar inte"),
        (errno.ENOENT, "finns inte"),
        (errno.ENOMEM, "Minnet tog slut"),
        (errno.EMFILE, "många filer"),
        (errno.ENETUNREACH, "Förbindelsen"),
        (errno.ECONNRESET, "Förbindelsen"),
        (errno.EFBIG, "större än"),
        (errno.ELOOP, "går runt"),
    ],
)
def test_the_systems_faults_name_the_file_and_what_to_do(number, words, paths, capsys) -> None:
    text = told(OSError(number, os.strerror(number), "/data/ö.parquet"), paths, capsys)
    assert words in text
    assert "Fil: /data/ö.parquet" in text
    assert "Gör så här: " in text
    assert f"(programbiblioteket säger: [Errno {number}]" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("database or disk is full", "Disken är full"),
        ("disk I/O error", "Disken svarar inte"),
        ("attempt to write a readonly database", "skrivskyddad"),
        ("bad_alloc", "Minnet tog slut"),
        ('IO Error: Could not write file "/x/y": No space left on device', "Disken är full"),
        ("Failed to open '/x/y': Permission denied", "Rättighet saknas"),
    ],
)
def test_what_libraries_say_in_words_is_known(words, said, paths, capsys) -> None:
    library = type("WriteError", (RuntimeError,), {"__module__": "pyogrio.errors"})
    assert said in told(library(words), paths, capsys)


def test_the_same_words_in_an_error_of_the_program_are_no_fault_of_the_disk(paths, capsys) -> None:
    assert "Ett oväntat fel" in told(ValueError("no space left on device"), paths, capsys)


def test_a_fault_behind_another_is_found(paths, capsys) -> None:
    def writes() -> None:
        try:
            raise OSError(errno.ENOSPC, "No space left on device", "/x/.kommuner.77.ny.csv")
        except OSError as e:
            raise RuntimeError("could not write") from e

    with pytest.raises(RuntimeError) as caught:
        writes()
    text = told(caught.value, paths, capsys)
    assert "Disken är full" in text
    assert "Fil: /x/kommuner.csv\n" in text, "the goal, not what is written beside it"


def test_a_write_without_room_names_the_file_it_was_for(paths, capsys) -> None:
    """Arrow tells no name: a real write against the system's bound on a file's size."""
    import pandas as pd

    table, goal = pd.DataFrame({"a": range(200_000)}), paths.out / "stor.parquet"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with faults.told("grid", paths) as outcome:
            files.write_table(table, goal)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    text = capsys.readouterr().err
    assert outcome.code == 2
    assert "större än vad systemet tillåter" in text
    assert f"Fil: {goal}\n" in text
    assert list(paths.out.iterdir()) == []


def test_no_room_is_no_room_whatever_a_library_calls_it(paths, capsys, monkeypatch) -> None:
    monkeypatch.setattr(faults.shutil, "disk_usage", lambda _: types.SimpleNamespace(free=4096))
    assert "Disken är full" in told(RuntimeError("Write failed. See previous exception"), paths, capsys)


def test_memory_workers_ctrl_c_and_a_closed_reader(paths, capsys) -> None:
    assert "Minnet tog slut" in told(MemoryError(), paths, capsys)
    assert "JOBS=1" in told(BrokenProcessPool("terminated abruptly"), paths, capsys)
    assert "avbröts" in told(KeyboardInterrupt(), paths, capsys)
    assert "Utskriften avbröts" in told(BrokenPipeError(errno.EPIPE, "Broken pipe"), paths, capsys)


def test_the_unforeseen_is_one_line_and_a_file_without_secrets(paths, capsys, monkeypatch) -> None:
    monkeypatch.setenv("GEOTORGET_PASSWORD", "hemligt-ord-1")
    text = told(
        KeyError("hemligt-ord-1 https://anna:pass99@example.org/a?token=abc99 Authorization: Basic QWxhZGRpbg=="),
        paths,
        capsys,
    )
    assert text.count("\n") == 1
    (kept,) = (paths.step / "fel").iterdir()
    assert str(kept) in text
    body = kept.read_text(encoding="utf-8")
    assert "Traceback" in body and "KeyError" in body
    for secret in ("hemligt-ord-1", "pass99", "abc99", "QWxhZGRpbg"):
        assert secret not in body + text, secret
    assert kept.stat().st_mode & 0o077 == 0


def test_the_traceback_goes_elsewhere_when_out_cannot_be_written(paths, capsys, monkeypatch, tmp_path) -> None:
    paths.out.write_text("en fil")
    monkeypatch.setattr(faults.tempfile, "gettempdir", lambda: str(tmp_path / "tmp"))
    text = told(ZeroDivisionError(), paths, capsys)
    (kept,) = (tmp_path / "tmp").rglob("*.txt")
    assert str(kept) in text


def test_the_command_itself(tmp_path) -> None:
    """As make runs it: a folder for a configuration, an OUT that is a file, a command nobody knows."""
    (tmp_path / "fil").write_text("x")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pipelines", *words], cwd=ROOT, capture_output=True, text=True, timeout=60
        )

    given = ["--raw", f"{tmp_path}/raw", "--maps", f"{tmp_path}/maps", "--out"]
    for words in (
        ["grid", "--config", str(tmp_path), *given, f"{tmp_path}/out"],
        ["grid", *given, f"{tmp_path}/fil"],
        ["finns-inte"],
    ):
        result = run(*words)
        assert result.returncode == 2
        assert result.stderr.startswith("FEL: "), result.stderr
        assert "Traceback" not in result.stderr


def test_a_stage_that_fails_in_a_way_nobody_foresaw(tmp_path, capsys, monkeypatch) -> None:
    def run(*_: object) -> None:
        raise LookupError("x")

    monkeypatch.setattr(command.importlib, "import_module", lambda _: types.SimpleNamespace(run=run))
    given = ("--raw", "raw", "--out", "out", "--maps", "maps")
    folders = [str(tmp_path / x) if not x.startswith("--") else x for x in given]
    assert command.main(["grid", *folders]) == 2
    assert "FEL: Ett oväntat fel i steget «grid»" in capsys.readouterr().err
